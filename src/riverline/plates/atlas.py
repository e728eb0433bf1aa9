"""Many sheets of one scale: strips along rivers, cells of a grid, or one administrative unit after another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from riverline._version import __version__
from riverline.errors import JobError, needed
from riverline.faults import combine, found
from riverline.io.processes import require_guard
from riverline.io.whole_files import write_whole
from riverline.plates.content import cut, drawable, index_frame, match_frame, no_sheet, undrawn
from riverline.plates.crew import Crew
from riverline.plates.fonts import clean, find_fonts
from riverline.plates.imprint import Imprint
from riverline.plates.listing import with_tables
from riverline.plates.paper import fitting_scale, lay_out, require_look, require_scale
from riverline.plates.planning import around, bounds_of_frames, plan
from riverline.plates.result import Atlas
from riverline.plates.sheet import Look, Match, Sheet
from riverline.plates.showing import centred, plain_layers
from riverline.plates.subjects import content_of, heading_of, subject_of, subjects_of
from riverline.plates.wording import WORDS, notes_of
from riverline.plates.working import MANIFEST, Manifest, Task, draw_all
from riverline.plates.writing import FORMATS
from riverline.provenance import crs_text
from riverline.style import Layer, collect

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import pyproj

    from riverline.plates.paper import Orientation
    from riverline.plates.planning import By, Frame, Plan
    from riverline.plates.sheet import Grid
    from riverline.plates.subjects import Subject
    from riverline.schema import Language

__all__ = ["atlas"]

INDEX = "00-index"
MERGED = "atlas.pdf"
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
_LONGEST_NAME = 80


def atlas(  # noqa: PLR0913 - one argument a thing to say
    results: Any,  # noqa: ANN401 - any result or frame, or several
    folder: str | os.PathLike[str],
    *,
    by: By = "river",
    paper: str | tuple[float, float] = "A3",
    orientation: Orientation = "landscape",
    scale: int | Literal["auto"] = 2_000,
    formats: Sequence[str] = ("pdf",),
    merge: bool = False,
    processes: int = 1,
    resume: bool = True,
    crs: object = None,
    title: str = "",
    imprint: Imprint | None = None,
    grid: Grid = "km",
    stake_table: bool = True,
    font: str | None = None,
    language: Language = "zh",
    tell: Callable[[int, int], None] | None = None,
    **layers: Any,  # noqa: ANN401
) -> Atlas:
    """Draw results as sheets that join, with an index of them.

    Parameters
    ----------
    results
        A result or frame as for :func:`riverline.plates.draw`, or a list of them. Axes are worth giving: strips follow
        them; without, they follow the middle between the lines of both banks.
    folder
        Where to; it is made if it is not there.
    by
        ``"river"``: strips along each river, from its source down, with match lines; ``"sheet"``: cells of one grid,
        numbered by their south-west corner in kilometres, north first; ``"admin"``: unit by unit of a layer of
        administrative units (:data:`riverline.schema.ADMIN`), which has to be among the results.
    paper, orientation, crs, imprint, grid, stake_table, font, language
        As for :func:`riverline.plates.draw`. The table of a river's sheet lists the river's own stakes between its
        match lines, that of a unit's sheet those in the unit, and says how many others are on the map.
    scale
        Denominator; ``"auto"`` draws each river or unit as one sheet, at the largest scale at which it fits.
    formats
        Some of ``"pdf"``, ``"png"``, ``"svg"``.
    merge
        Whether all sheets are also one PDF with bookmarks, ``atlas.pdf``.
    processes
        How many processes draw, this one among them. With more than one, a script has to call this under
        ``if __name__ == "__main__":``, since each process reads the script again.
    resume
        Whether sheets that an earlier run drew are kept, where nothing that they hang on has changed.
    title
        Printed above every sheet after the river's or unit's name.
    tell
        Told how many sheets are done, of how many.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    Atlas
        Frames of the sheets, files, and faults. A sheet that fails is a row with code ``plate-not-drawn``.

    Raises
    ------
    SchemaError, CRSError, MissingDependencyError
        As for :func:`riverline.plates.draw`, so also where there is nothing for a sheet; pypdf is needed to merge.
    JobError
        If an argument is none of its choices, or the folder cannot be made or written; if a script asks for processes
        without ``if __name__ == "__main__":``.

    Notes
    -----
    Sheets lie north up. Every extent and line is on some sheet: what a strip's windows miss, such as a bay, gets cells
    of its own, and a river wider than a sheet is cut into cells altogether, which is told
    (``plate-strip-in-cells``). Numbers hang on the river and the scale alone, so that they stay when other rivers
    come. ``manifest.json`` holds a digest of each sheet; a run that was stopped goes on where it was. Files of an
    earlier run that this one has no sheets for are taken away, if they are still as that run wrote them.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> import shapely
    >>> import riverline as rl
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1"], "name": ["清水河"]},
    ...     geometry=[shapely.LineString([(500_000, 3_400_000), (501_000, 3_400_100)])],
    ...     crs="EPSG:4548",
    ... )
    >>> made = rl.plates.atlas(axes, tempfile.mkdtemp(), language="en")
    >>> made.plates["number"].tolist(), [path.name for path in made.paths]
    (['R1-01', 'R1-02'], ['R1-01.pdf', 'R1-02.pdf', '00-index.pdf', 'manifest.json'])
    """
    kinds, target = _checked(formats, processes, folder, merge=merge)
    require_guard(processes, verb="riverline.plates.atlas")
    require_scale(scale)
    require_look(grid, language)
    layout, fonts = lay_out(paper, orientation), find_fonts(font, language)
    several = isinstance(results, (list, tuple)) and not hasattr(results, "_fields")
    given = list(results) if several else [results]
    every = collect(*given, **layers)
    shown, plane = drawable(every, language, crs=crs)
    planned = plan(shown, by, scale, layout.room)
    if not planned.frames:
        raise no_sheet(shown, by)
    imprint = imprint or Imprint()
    notes = notes_of(every, plane, imprint, language, shown=shown)
    look = Look(layout, fonts, language, grid, imprint, notes, stake_table)
    if by != "sheet":
        units = next((layer for layer in shown if layer.name == "admin"), None) if by == "admin" else None
        shown = with_tables(shown, planned.frames, planned.guides, units)
    book = _Book(planned, plain_layers(shown), plane, look, clean(title), target, tuple(kinds),
                 subjects_of(shown))  # fmt: skip
    _make_folder(target)
    about = {"version": __version__, "scale": scale, "paper": layout.name, "by": by, "crs": crs_text(plane)}
    manifest = Manifest.open(target, about, resume=resume)
    with Crew(min(processes, len(planned.frames))) as crew:
        if not manifest.before:
            # Others load what drawing takes while this process cuts sheets.
            crew.begin()
        tasks = _tasks(book)
        draw_all(tasks, manifest, crew, tell or (lambda _done, _all: None))
    made = _bound(book, tasks, manifest, merge=merge)
    return replace(made, faults=combine([made.faults, *undrawn(every, plane)], crs=plane))


@dataclass(frozen=True, slots=True, eq=False)
class _Book:
    """What an atlas is made of."""

    plan: Plan
    layers: tuple[Layer, ...]
    crs: pyproj.CRS
    look: Look
    title: str
    folder: Path
    kinds: tuple[str, ...]
    subjects: dict[str, frozenset[Subject]]
    titles: dict[str, str] = field(default_factory=dict)


def _checked(
    formats: Sequence[str], processes: int, folder: str | os.PathLike[str], *, merge: bool
) -> tuple[list[str], Path]:
    """Formats without repeats and the folder; everything that is wrong is raised at once."""
    kinds = list(dict.fromkeys([formats] if isinstance(formats, str) else formats))
    problems = [
        (
            f"没有格式 {kind!r}；可用：{'、'.join(FORMATS)}",
            f"there is no format {kind!r}; there are {', '.join(FORMATS)}",
        )
        for kind in kinds
        if kind not in FORMATS
    ]
    if not kinds or (merge and "pdf" not in kinds):
        problems.append(("formats 应有至少一种格式；合并时须有 pdf", "formats needs one at least, and pdf to merge"))
    if not isinstance(processes, int) or processes < 1:
        problems.append(
            (f"processes 应为正整数，实际为 {processes!r}", f"processes is a whole number from 1, got {processes!r}")
        )
    if problems:
        raise JobError.listing("图册不能这样绘制", "an atlas cannot be drawn so", problems)
    if merge:
        needed("pypdf", extra="report", zh="合并图册", en="merging an atlas needs")
    return kinds, Path(folder)


def _make_folder(target: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JobError(
            f"不能建立文件夹 {target}：{error.strerror}", f"the folder {target} cannot be made: {error.strerror}"
        ) from error


def _tasks(book: _Book) -> list[Task]:
    """The sheets to draw, the index last."""
    sheets = [_sheet(book, frame) for frame in book.plan.frames]
    if len(sheets) > 1:
        sheets.append(_index(book))
    names = file_names([sheet.number for sheet in sheets])
    tasks = []
    for sheet, name in zip(sheets, names, strict=True):
        look = replace(book.look, table=False) if sheet.number == INDEX else book.look
        files = tuple((kind, book.folder / f"{name}.{kind}") for kind in book.kinds)
        tasks.append(Task(sheet, look, files))
    return tasks


def file_names(numbers: Sequence[str]) -> list[str]:
    """Names of files that stay in their folder and differ on every system, whatever the numbers hold.

    Examples
    --------
    >>> file_names(["R1-01", "../r1/01", "a/b", "A:b", "CON", "清水河-01"])
    ['R1-01', 'r1_01', 'a_b', 'A_b~2', 'con_', '清水河-01']
    """
    names: list[str] = []
    for number in numbers:
        plain = re.sub(r"[^\w.\-~]+", "_", number).strip("._")[:_LONGEST_NAME] or "sheet"
        plain = f"{plain.lower()}_" if plain.partition(".")[0].lower() in _RESERVED else plain
        same = sum(name.lower() == plain.lower() or name.lower().startswith(f"{plain.lower()}~") for name in names)
        names.append(f"{plain}~{same + 1}" if same else plain)
    return names


def _heading(book: _Book, frame: Frame) -> str:
    """The title of a sheet: of the river, lake or reservoir that it is a part of, or of all that are on it."""
    if frame.number not in book.titles:
        own, content, language = book.subjects.get(frame.unit), book.title, book.look.language
        kinds = [own] if own is not None else []
        if own is None:
            parts = cut(book.layers, frame.window, margin_m=0.0)
            kinds, content = list(subjects_of(parts).values()), content or content_of(parts, language)
        book.titles[frame.number] = heading_of(subject_of(kinds), language, name=frame.name, title=content)
    return book.titles[frame.number]


def _whole(book: _Book) -> str:
    """The title of all sheets together."""
    content = book.title or content_of(book.layers, book.look.language)
    return heading_of(subject_of(book.subjects.values()), book.look.language, title=content)


def _sheet(book: _Book, frame: Frame) -> Sheet:
    layers = cut(book.layers, frame.window, margin_m=frame.scale / 100.0)
    heading = _heading(book, frame)
    matches = tuple(Match(number, line) for number, line in frame.matches)
    near = around(book.plan.frames, frame)
    return Sheet(frame.number, heading, frame.window, frame.scale, crs_text(book.crs), layers, matches, near,
                 frame.unit, frame.span)  # fmt: skip


def _index(book: _Book) -> Sheet:
    """All sheets over what they show, on one."""
    frames, room = book.plan.frames, book.look.layout.room
    box = bounds_of_frames(frames, book.layers) or (0.0, 0.0, 1.0, 1.0)
    scale = fitting_scale((box[2] - box[0]) / 0.94, (box[3] - box[1]) / 0.94, room)
    window = centred(box, room.width * scale / 1000.0, room.height * scale / 1000.0)
    shown = [layer for layer in book.layers if layer.name in {"extents", "management_lines", "axes", "water", "admin"}]
    cells = _index_rows(book, {}, "")
    layers = [*cut(shown or book.layers, window, margin_m=scale / 100.0), Layer("plates", _schema(), cells)]
    words = WORDS[book.look.language]
    heading = f"{_whole(book)}{'' if book.look.language == 'zh' else ': '}{words['overview']}"
    return Sheet(INDEX, heading, window, scale, crs_text(book.crs), tuple(layers))


def _schema() -> Any:  # noqa: ANN401 - a schema
    from riverline.schema import PLATES

    return PLATES


def _index_rows(book: _Book, states: dict[str, str], suffix: str) -> gpd.GeoDataFrame:
    frames = book.plan.frames
    names = file_names([frame.number for frame in frames])
    rows: dict[str, Any] = {
        "number": [frame.number for frame in frames],
        "title": [_heading(book, frame) for frame in frames],
        "unit": [frame.unit for frame in frames],
        "paper": book.look.layout.name,
        "scale": [frame.scale for frame in frames],
        "start_chainage_m": [frame.span[0] if frame.span else np.nan for frame in frames],
        "end_chainage_m": [frame.span[1] if frame.span else np.nan for frame in frames],
        "adjoining": [", ".join(frame.neighbours) for frame in frames],
        "file": [f"{name}.{suffix}" if states.get(frame.number) != "failed" else "" for name, frame in
                 zip(names, frames, strict=True)],
        "status": [states.get(frame.number, "drawn") for frame in frames],
    }  # fmt: skip
    return index_frame(rows, [frame.window for frame in frames], book.crs)


def _bound(book: _Book, tasks: list[Task], manifest: Manifest, *, merge: bool) -> Atlas:
    """What an atlas hands over."""
    states = {number: done.status for number, done in manifest.done.items()}
    paths = [path for task in tasks if states[task.sheet.number] != "failed" for _, path in task.files]
    if merge:
        done = [task for task in tasks if states[task.sheet.number] != "failed"]
        # The index, which is made last, is read first.
        done.sort(key=lambda task: task.sheet.number != INDEX)
        paths.append(_merged(book, done))
    manifest.tidy(tasks, paths[-1] if merge else None)
    plates = _index_rows(book, states, book.kinds[0])
    return Atlas(book.folder, plates, (*paths, book.folder / MANIFEST), _faults(book, tasks, manifest),
                 match_frame(book.plan.frames, book.crs))  # fmt: skip


def _faults(book: _Book, tasks: list[Task], manifest: Manifest) -> gpd.GeoDataFrame:
    parts = list(book.plan.faults)
    for task in tasks:
        done = manifest.done[task.sheet.number]
        about: dict[str, Any] = {"layer": "plates", "feature_id": [done.number], "crs": book.crs,
                                 "geometry": [shapely.box(*task.sheet.window)]}  # fmt: skip
        if done.failure:
            parts.append(found("plate-not-drawn", note=done.failure, **about))
        for code, value, limit, note in done.told:
            numbers: dict[str, Any] = {
                "value": np.nan if value is None else value,
                "limit": np.nan if limit is None else limit,
            }
            parts.append(found(code, note=note, **numbers, **about))
    return combine(parts, crs=book.crs)


def _merged(book: _Book, tasks: list[Task]) -> Path:
    """All sheets as one PDF with a bookmark each."""
    import io

    import pypdf

    writer = pypdf.PdfWriter()
    for task in tasks:
        path = next(path for kind, path in task.files if kind == "pdf")
        writer.append(path, outline_item=f"{task.sheet.number} {task.sheet.title}")
    writer.add_metadata({"/Title": _whole(book), "/Creator": f"riverline {__version__}"})
    target = io.BytesIO()
    writer.write(target)
    writer.close()
    path = book.folder / MERGED
    write_whole(path, target.getvalue())
    return path
