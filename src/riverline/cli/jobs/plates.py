"""Sheets from files of results: read what is in them, draw one sheet or an atlas."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import riverline as rl
from riverline.cli.jobs.drawn import holds_lines, read_told
from riverline.cli.jobs.handover import Delivery, Step, require_folder
from riverline.cli.jobs.reading import layer_names
from riverline.cli.jobs.steps import Layer, read_named
from riverline.schema import ADMIN, AXES, EXTENTS, FAULTS, FRAMES, LEVEES, MANAGEMENT_LINES, MATCH_LINES, PLATES, WATER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from riverline.schema import Language, Schema

__all__ = ["BESIDE", "PlateJob", "draw_plates"]

BESIDE: dict[str, Schema] = {"axes": AXES, "water": WATER, "levees": LEVEES, "admin": ADMIN}
"""What may be given beside the results."""

_WHOLE = "总图"


@dataclass(frozen=True, slots=True)
class PlateJob:
    """From files of results to sheets; ``by`` ``"whole"`` is one sheet of everything, ``plane`` what is drawn in."""

    files: Sequence[Path]
    layers: Mapping[str, Layer]
    out: Path
    by: Literal["river", "sheet", "admin", "whole"]
    paper: str
    scale: int | Literal["auto"]
    formats: tuple[str, ...]
    merge: bool
    processes: int
    title: str
    imprint: rl.plates.Imprint
    grid: Literal["km", "graticule", "none"]
    language: Language = "zh"
    plane: str | None = None
    orientation: Literal["landscape", "portrait"] = "landscape"
    font: str | None = None


def draw_plates(job: PlateJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job.

    Parameters
    ----------
    job
        What to do.
    tell
        Told each sheet.

    Returns
    -------
    Delivery
        Its result is a :class:`riverline.plates.Atlas` or, of one sheet, a :class:`riverline.plates.Plate`.
    """
    require_folder(job.out)
    tell(Step(1, 1, "读取成果", "read the results"))
    read: dict[str, Any] = {path.name: _results(path) for path in job.files}
    beside = {name: read_named(name, layer, BESIDE[name]) for name, layer in job.layers.items()}
    drawn = [result for results in read.values() for result in results] + list(beside.values())
    look: dict[str, Any] = {
        "title": job.title,
        "imprint": job.imprint,
        "grid": job.grid,
        "language": job.language,
        "crs": job.plane,
        "orientation": job.orientation,
        "font": job.font,
    }
    inputs = {name: _largest(results) for name, results in read.items()} | beside
    if job.by == "whole":
        paths = [job.out / f"{_WHOLE}.{kind}" for kind in job.formats]
        with _folder(job.out):
            plate = rl.plates.draw(*drawn, path=paths, paper=job.paper, scale=job.scale, **look)
        return Delivery(inputs, plate, None, paths[0], more_paths=tuple(paths[1:]), tables_only=True)

    def told(done: int, of: int) -> None:
        tell(Step(min(done + 1, of), max(of, 1), "绘制图幅", "draw sheets"))

    atlas = rl.plates.atlas(
        drawn, job.out, by=job.by, paper=job.paper, scale=job.scale, formats=job.formats, merge=job.merge,
        processes=job.processes, tell=told, **look,
    )  # fmt: skip
    # Sheets are many: the index, the merged file and the manifest stand for them.
    more = [path for path in atlas.paths[:-1] if path.stem in {"00-index", "atlas"}]
    return Delivery(inputs, atlas, None, atlas.paths[-1], more_paths=tuple(more), tables_only=True)


@contextmanager
def _folder(out: Path) -> Iterator[None]:
    """A folder to write in, with those that it lies in; what was made for nothing is gone again."""
    new = [each for each in (out, *out.parents) if not each.exists()]
    out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for each in new:
            with suppress(OSError):
                each.rmdir()
        raise


def _results(path: Path) -> list[Any]:
    """What a file holds: a demarcation with its rules, and other layers that are named as a schema is."""
    found: list[Any] = []
    skipped = {FAULTS.name, MATCH_LINES.name, PLATES.name}
    if holds_lines(Layer(path, None, None, None)):
        found.append(read_told(path))
        skipped |= {MANAGEMENT_LINES.name, EXTENTS.name}
    for name in layer_names(path):
        schema = _schema_of(name)
        if schema is not None and schema.geometry and schema.name not in skipped:
            found.append(rl.read_layer(path, schema, layer=name))
    if not found:
        there = ", ".join(layer_names(path)) or "-"
        raise rl.JobError(
            f"{path.name} 中没有可绘制的成果图层（现有：{there}）；应为 riverline 写出的 成果.gpkg",
            f"{path.name} has no layer of a result (there are: {there}); give what riverline wrote",
        )
    return found


def _schema_of(name: str) -> Schema | None:
    """The schema whose title or name a layer bears, the longest: layers of several geometries bear more behind it."""
    fits = [
        (len(title), schema)
        for schema in FRAMES.values()
        for title in (schema.label_zh, schema.name)
        if name == title or name.startswith((f"{title}_", f"{title}（", f"{title} "))
    ]
    return max(fits, key=lambda each: each[0], default=(0, None))[1]


def _largest(results: list[Any]) -> gpd.GeoDataFrame:
    """The frame of a file that its row in the table of inputs is about."""
    frames = [result.lines if isinstance(result, rl.Demarcation) else result for result in results]
    return max(frames, key=len)
