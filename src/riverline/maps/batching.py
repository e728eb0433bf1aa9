"""Many maps at once: one for each river, county or chief, and an index page that finds them."""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from riverline import faults
from riverline._version import __version__
from riverline.errors import CRSError, JobError, RiverlineError
from riverline.io.file_names import file_names
from riverline.io.processes import require_guard
from riverline.io.whole_files import write_whole
from riverline.maps.beside import Beside
from riverline.maps.drawing import draw
from riverline.maps.gathering import gather_anywhere, settled
from riverline.maps.index import Entry, entry_of, index_html
from riverline.maps.look import Look
from riverline.maps.manifest import INDEX, Drawn, Journal, write_manifest
from riverline.maps.people import alike, one_person
from riverline.maps.planning import ASSET_FOLDER, MAPS, Plan, Task, called, plan_of, task_of
from riverline.maps.saving import page_html
from riverline.maps.showing import MOST_FEATURES, refuse_too_many
from riverline.maps.units import COLUMNS, REST, By, drawable, part
from riverline.provenance import content_digest, describe_input
from riverline.style.whereabouts import require_places

if TYPE_CHECKING:
    import os
    from collections.abc import Generator, Iterator, Sequence

    import geopandas as gpd

    from riverline.maps.units import Unit
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["Batch", "MapStep", "batch", "batch_steps"]

# What one unit's data may do to drawing it; a folder that cannot be written to ends the batch.
_OWN_ERRORS = (
    RiverlineError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    ArithmeticError,
    shapely.errors.ShapelyError,
)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What a batch has written.

    Attributes
    ----------
    maps
        A row for each map: ``unit``, ``title``, ``file`` (relative to the folder), ``features``, ``bytes`` and whether
        it was ``drawn`` in this run or ``kept`` from an earlier one, else ``failed``.
    faults
        Maps that could not be drawn or hold nothing, rows that belong to none.
    index_path, manifest_path
        The page that finds them, and the list of all files with their digests.
    """

    maps: pd.DataFrame
    faults: gpd.GeoDataFrame
    index_path: Path
    manifest_path: Path


@dataclass(frozen=True, slots=True)
class MapStep:
    """A step of a batch that is about to run: its number, how many there are, what it does in both languages."""

    number: int
    total: int
    zh: str
    en: str


def batch(  # noqa: PLR0913 - one argument a thing to say
    results: Any,  # noqa: ANN401 - a result, a frame, or several of them
    folder: str | os.PathLike[str],
    *,
    by: By = "river",
    language: Language = "zh",
    title: str = "",
    basemap: str | os.PathLike[str] | None = None,
    shared_assets: bool = False,
    processes: int = 1,
    max_features: int = MOST_FEATURES,
) -> Batch:
    """Write one offline map for each river, unit or chief, and an index page with search, thumbnails and figures.

    Parameters
    ----------
    results
        A result or a frame, a list of them, or a mapping of names to them, as :func:`show` takes them.
    folder
        Where to; it is made if it is not there. Maps are in ``maps/``.
    by
        What a map is about: ``"river"`` (column ``river_id``), ``"county"`` (column ``admin``, such as stakes, holdings
        and problems have: a map for each unit that is named there, so one for each township where these are townships;
        write the county into it for maps of counties, as in ``stakes.assign(admin="清水县")``) or ``"chief"`` (column
        ``chief`` of axes). A layer without the column takes it from the layer whose key it has, so that lines are with
        the chief of their river's axis; what has none there, such as a lake, is on a map of its own (``未填写河长``),
        unless its ``water`` or ``extents`` have a column ``chief``. A name with a title and the bare name are one chief
        where they share a river and no level speaks against it, which is told. Faults are with their feature.
        Any other layer, such as townships, is shown wherever it lies near.
    language
        ``"zh"`` or ``"en"``.
    title
        Heading of the index page, and behind the name of each map.
    basemap
        A folder of tiles or an MBTiles file, as :func:`show` takes it: each map holds the tiles of its own view, at
        most 3 MB of them; what they do not reach is drawn without. Online ones are refused: these maps open without a
        network.
    shared_assets
        ``True`` puts scripts and styles once into ``assets/``, and maps need them; otherwise each map is whole by
        itself, some 0.3 MB larger.
    processes
        How many maps are drawn at a time. With more than one, a script has to call this under
        ``if __name__ == "__main__":``, since each process reads the script again.
    max_features
        Most features of a map.

    Returns
    -------
    Batch
        Maps, faults, and the paths of index and manifest.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame nor a ledger.
    CRSError
        If a layer has no CRS.
    ReadError
        If the basemap is not there or cannot be read.
    JobError
        If no layer has the column that ``by`` asks for, the basemap is an online one, or the folder cannot be written
        to or holds another index page; if a script asks for processes without ``if __name__ == "__main__":``.

    Notes
    -----
    What is unchanged since the last run, by the digests in ``manifest.json``, is not drawn again, also after a run that
    was killed; maps of units that are gone are taken away. A map that cannot be drawn becomes a fault and does not stop
    the others. The same input gives the same bytes.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> axes = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.AXES, layer="axes")
    >>> made = rl.maps.batch(axes, tempfile.mkdtemp(), title="清水县")
    >>> made.maps.loc[0, ["unit", "title", "file", "state"]].tolist()
    ['BS02', '白石溪', 'maps/BS02_白石溪.html', 'drawn']
    """
    steps = batch_steps(results, folder, by=by, language=language, title=title, basemap=basemap,
                        shared_assets=shared_assets, processes=processes, max_features=max_features)  # fmt: skip
    while True:
        try:
            next(steps)
        except StopIteration as end:
            made: Batch = end.value
            return made


def batch_steps(  # noqa: PLR0913 - as above
    results: Any,  # noqa: ANN401
    folder: str | os.PathLike[str],
    *,
    by: By = "river",
    language: Language = "zh",
    title: str = "",
    basemap: str | os.PathLike[str] | None = None,
    shared_assets: bool = False,
    processes: int = 1,
    max_features: int = MOST_FEATURES,
) -> Generator[MapStep, None, Batch]:
    """Do what :func:`batch` does step by step, for a progress bar: the generator returns the :class:`Batch`.

    Parameters
    ----------
    results, folder, by, language, title, basemap, shared_assets, processes, max_features
        As in :func:`batch`.

    Returns
    -------
    generator of MapStep
        Each map that is done next, and at the end the index; its value is the batch.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> axes = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.AXES, layer="axes")
    >>> steps = rl.maps.batch_steps(axes, tempfile.mkdtemp(), by="river", language="en")
    >>> next(steps).en
    'map of 白石溪'
    """
    require_guard(processes, verb="riverline.maps.batch")
    found = _collected(results)
    plan = plan_of(Path(folder), by, Look(language, title, basemap, one_of_many=True), shared_assets=shared_assets,
                   processes=processes, max_features=max_features)  # fmt: skip
    units, outside = part(found, by=by, language=language)
    plan = replace(plan, doubtful=_are_doubtful(found, units))
    journal = Journal(plan.folder)
    files = file_names([called(unit) for unit in units], fallback="map")
    tasks = [task_of(unit, f"{MAPS}/{name}.html", plan) for unit, name in zip(units, files, strict=True)]
    kept = {task.file: drawn for task in tasks if (drawn := journal.kept(task.file, task.digest))}
    made: dict[str, Drawn] = {}
    number = 0
    for task, drawn in _all_drawn([task for task in tasks if task.file not in kept], processes):
        number += 1
        if drawn is None:
            yield MapStep(number, len(tasks) - len(kept) + 1, f"绘制 {task.unit.title}", f"map of {task.unit.title}")
            number -= 1
            continue
        made[task.file] = drawn
        journal.add(drawn)
    yield MapStep(number + 1, number + 1, "写出索引页", "write the index page")
    return _concluded(plan, found, tasks, {**kept, **made}, outside, journal)


def _concluded(
    plan: Plan,
    layers: Sequence[Layer],
    tasks: Sequence[Task],
    known: dict[str, Drawn],
    outside: dict[str, int],
    journal: Journal,
) -> Batch:
    drawn = [known[task.file] for task in tasks]
    entries = [_entry(task, each) for task, each in zip(tasks, drawn, strict=True)]
    html = index_html(entries, title=plan.look.title, by=plan.by, language=plan.look.language)
    write_whole(plan.folder / INDEX, html.encode("utf-8", "replace"))
    inputs = {f"{number} {layer.name}": _described(layer) for number, layer in enumerate(layers)}
    about = {"riverline": __version__, "by": plan.by, "language": plan.look.language, "title": plan.look.title,
             "inputs": inputs, "shared_assets": plan.shared_assets, "outside": outside}  # fmt: skip
    path = write_manifest(plan.folder, about, drawn)
    journal.close(drawn)
    rows = [
        {"unit": each.unit, "title": each.title, "file": each.file, "features": sum(each.counts.values()),
         "bytes": each.size,
         "state": "failed" if each.note else "kept" if journal.before.get(each.file) is each else "drawn"}
        for each in drawn
    ]  # fmt: skip
    columns = ["unit", "title", "file", "features", "bytes", "state"]
    found = _faults(plan, layers, tasks, drawn, outside)
    return Batch(pd.DataFrame(rows, columns=columns), found, plan.folder / INDEX, path)


def _collected(results: Any) -> tuple[Layer, ...]:  # noqa: ANN401
    if isinstance(results, dict):
        return settled(gather_anywhere(**results))
    return settled(gather_anywhere(results))


def _are_doubtful(found: Sequence[Layer], units: Sequence[Unit]) -> bool:
    """Whether the maps of some units would show what is elsewhere; raises if those of all units would."""
    try:
        require_places(found)
    except CRSError:
        if all(_misplaced(unit) for unit in units):
            raise
        return True
    return False


def _misplaced(unit: Unit) -> bool:
    try:
        require_places((*unit.own, *unit.around))
    except CRSError:
        return True
    return False


def _all_drawn(tasks: Sequence[Task], processes: int) -> Iterator[tuple[Task, Drawn | None]]:
    """Each task before it is drawn (None) and after."""
    if processes == 1 or len(tasks) < 2:  # noqa: PLR2004 - nothing to share
        for task in tasks:
            yield task, None
            yield task, _draw(task)
        return
    with ProcessPoolExecutor(min(processes, len(tasks)), mp_context=get_context("spawn")) as pool:
        drawings = zip(tasks, pool.map(_draw, tasks, chunksize=4), strict=True)
        try:
            for task, drawn in drawings:
                yield task, None
                yield task, drawn
        except BrokenProcessPool as error:
            raise JobError(
                f'绘图的进程中途退出（内存不足，或脚本没有 if __name__ == "__main__":）；'
                f"再运行一次即从已绘的接着画，或用 processes=1（现为 {processes}）",
                f'a process that draws has ended (no memory left, or a script without if __name__ == "__main__":); '
                f"run it again to go on from what is drawn, or take processes=1 instead of {processes}",
            ) from error


def _draw(task: Task) -> Drawn:
    """Draw and write one map; what its data do wrong is told instead."""
    unit, plan = task.unit, task.plan
    counts = dict(sorted(Counter({layer.name: 0 for layer in unit.own}).items()))
    for layer in unit.own:
        counts[layer.name] += len(layer.frame)
    layers = (*unit.own, *unit.around)
    beside = Beside(f"../{ASSET_FOLDER}") if plan.shared_assets else None
    try:
        refuse_too_many(layers, plan.max_features)
        if plan.doubtful:
            require_places(layers)
        focus = [layer.frame for layer in unit.own if layer.spatial]
        title = " · ".join(filter(None, [unit.title, plan.look.title]))
        html = page_html(draw(layers, replace(plan.look, title=title, focus=focus)), offline=True, beside=beside)
    except _OWN_ERRORS as error:
        note = (
            error.message(plan.look.language)
            if isinstance(error, RiverlineError)
            else f"{type(error).__name__}: {error}"
        )
        return Drawn(unit.code, unit.title, "", task.digest, counts=counts, note=note)
    content = html.encode("utf-8", "replace")
    for name, text in (beside.files if beside else {}).items():
        _write_asset(plan.folder / ASSET_FOLDER / name, text.encode())
    write_whole(plan.folder / task.file, content)
    assets = tuple(sorted(f"{ASSET_FOLDER}/{name}" for name in (beside.files if beside else ())))
    digest = hashlib.sha256(content).hexdigest()
    return Drawn(unit.code, unit.title, task.file, task.digest, digest, len(content), counts, assets)


def _write_asset(path: Path, content: bytes) -> None:
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)


def _entry(task: Task, drawn: Drawn) -> Entry:
    try:
        return entry_of(task.unit, drawn, task.plan.look.language)
    except _OWN_ERRORS as error:
        return Entry(task.unit.code, task.unit.title, drawn.file, drawn.note or f"{type(error).__name__}: {error}")


def _described(layer: Layer) -> dict[str, Any]:
    if layer.spatial:
        told = describe_input(layer.frame)
        return {name: told[name] for name in ("rows", "crs", "digest")}
    return {"rows": len(layer.frame), "digest": content_digest(layer.frame)}


def _faults(
    plan: Plan, layers: Sequence[Layer], tasks: Sequence[Task], drawn: Sequence[Drawn], outside: dict[str, int]
) -> gpd.GeoDataFrame:
    failed = [each for each in drawn if each.note]
    empty = [task.unit for task, each in zip(tasks, drawn, strict=True)
             if not each.note and not any(map(drawable, task.unit.shapes))]  # fmt: skip
    rest = [task.unit for task in tasks if task.unit.code == REST]
    column = COLUMNS[plan.by]
    found = [
        _told("map-not-drawn", [each.unit for each in failed], plan.by, note=[each.note for each in failed]),
        _told("map-empty", [unit.code for unit in empty], plan.by),
        *(_told("map-unit-blank", ["*"], layer.name, value=len(layer.frame), note=column)
          for unit in rest for layer in unit.own),
        *(_told("map-outside", ["*"], name, value=count) for name, count in outside.items()),
        *(_who_is_who(layers) if plan.by == "chief" else ()),
    ]  # fmt: skip
    return faults.describe(faults.combine(found, crs="EPSG:4326"), plan.look.language)


def _who_is_who(layers: Sequence[Layer]) -> Iterator[gpd.GeoDataFrame]:
    """Chiefs of one name: those whose rows are on one map, and those whose are not."""
    joined = one_person(layers)
    apart = alike(layers, joined)
    yield _told("map-chief-joined", [*joined.values()], "chief", note=[*joined])
    yield _told("map-chief-apart", [code for code, _ in apart], "chief", note=[name for _, name in apart])


def _told(code: str, features: Sequence[str], layer: str, **more: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    name = {"river": "axes", "county": "admin", "chief": "axes"}.get(layer, layer)
    place = [None] * len(features)
    return faults.found(code, layer=name, feature_id=features, geometry=place, crs="EPSG:4326", **more)
