"""What all maps of a batch have in common, and what each of them is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from riverline._version import __version__
from riverline.errors import JobError
from riverline.maps.assets import ASSETS
from riverline.maps.basemaps import is_local
from riverline.maps.beside import OWN_FILES
from riverline.maps.elements import page_file
from riverline.maps.manifest import text_digest
from riverline.maps.tiles import require_tiles
from riverline.maps.units import COLUMNS
from riverline.provenance import content_digest, crs_text

if TYPE_CHECKING:
    import os

    from riverline.maps.look import Look
    from riverline.maps.units import By, Unit

__all__ = ["ASSET_FOLDER", "MAPS", "Plan", "Task", "called", "plan_of", "task_of"]

MAPS, ASSET_FOLDER = "maps", "assets"
_PAGES = (*OWN_FILES, "index.js", "index.css")


@dataclass(frozen=True, slots=True)
class Plan:
    """What all maps of a batch have in common.

    ``tiles`` is the digest of their basemap; ``doubtful`` says that some layer is not where it says, so that each map
    is looked at.
    """

    folder: Path
    by: By
    look: Look
    shared_assets: bool
    max_features: int
    tiles: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One map: what it shows, where it goes, and the digest of all that it is made of."""

    unit: Unit
    file: str
    digest: str
    plan: Plan = field(repr=False)


def plan_of(folder: Path, by: By, look: Look, *, shared_assets: bool, processes: int, max_features: int) -> Plan:
    """The plan of a batch; its folder is made.

    Raises
    ------
    JobError
        If ``by`` or ``processes`` cannot be meant, the basemap is an online one, or the folder cannot be made.
    ReadError
        If the basemap is not there.
    """
    if by not in COLUMNS or processes < 1:
        raise JobError(
            f"by 应为 {', '.join(COLUMNS)} 之一，processes 应不小于 1，实际为 {by!r}、{processes!r}",
            f"by is one of {', '.join(COLUMNS)} and processes 1 or more, got {by!r} and {processes!r}",
        )
    tiles = "" if look.basemap is None else _tiles_digest(look.basemap)
    try:
        (folder / MAPS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JobError(
            f"不能建立文件夹 {folder.name}：{error.strerror}", f"folder {folder.name} cannot be made: {error.strerror}"
        ) from error
    return Plan(folder, by, look, shared_assets, max_features, tiles)


def _tiles_digest(basemap: str | os.PathLike[str]) -> str:
    """What a basemap is known by: names, sizes and times of its files; maps are drawn again where these change."""
    if not is_local(basemap):
        raise JobError(
            "批量地图均为离线单文件，不能用在线底图；请给出本地瓦片文件夹（z/x/y.png）或 MBTiles，或不用底图",
            "maps of a batch open without a network and cannot have an online basemap: give a folder of tiles "
            "(z/x/y.png) or an MBTiles file, or none",
        )
    path = Path(basemap)
    require_tiles(path)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    told = [(each.relative_to(path.parent).as_posix(), each.stat()) for each in files if each.is_file()]
    return text_digest([[name, stat.st_size, stat.st_mtime_ns] for name, stat in told])


def called(unit: Unit) -> str:
    """What the file of a unit is called before it is made one that every disk takes."""
    return "_".join(dict.fromkeys(filter(None, (unit.code, unit.title))))


def task_of(unit: Unit, file: str, plan: Plan) -> Task:
    """A map and the digest of its data, its look, and the version and files that draw it."""
    data = [[layer.name, layer.number, crs_text(getattr(layer.frame, "crs", None)), content_digest(layer.frame),
             *map(str, layer.rule_sets)] for layer in (*unit.own, *unit.around)]  # fmt: skip
    look = [unit.code, unit.title, plan.look.title, plan.look.language, plan.shared_assets, plan.max_features]
    look += [plan.tiles] if plan.tiles else []
    return Task(unit, file, text_digest(__version__, _page_digest(), look, data), plan)


def _page_digest() -> str:
    return text_digest([page_file(name) for name in _PAGES], [asset.sha256 for asset in ASSETS.values()])
