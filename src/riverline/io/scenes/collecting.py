"""Many images at once: a folder of them, a list of files, or a STAC catalogue on disk."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from riverline import faults
from riverline.errors import ReadError, RiverlineError, needed
from riverline.io.scenes.model import Scene, Scenes
from riverline.io.scenes.opening import read_scene
from riverline.io.scenes.places import footprint
from riverline.io.scenes.sensors import ROLES, mask_kinds, role_of_words, sensor_of_name, sensors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import geopandas as gpd

    from riverline.io.scenes.opening import Source

__all__ = ["read_scenes"]

_ENDINGS = frozenset({".tif", ".tiff", ".gtif", ".jp2", ".img", ".vrt", ".dat", ".bsq", ".bil", ".bip", ".png", ".jpg"})
_CATALOGUES = frozenset({"catalog.json", "collection.json"})


@dataclass(frozen=True, slots=True)
class _Item:
    """What to open, and what is known of it beforehand."""

    path: str
    name: str
    bands: Mapping[str, Source] | None = None
    mask: Mapping[str, Source] | None = None
    date: str | dt.date | None = None
    scale: tuple[float, float] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Options:
    """What the caller says of all images."""

    bands: Mapping[str, Source] | None
    dates: Mapping[str, str | dt.date]
    mask: Mapping[str, Source] | Literal[False] | None
    sensor: str | None
    scale: float | tuple[float, float] | None
    nodata: float | Literal[False] | None


def read_scenes(
    source: str | Path | Iterable[str | Path],
    *,
    bands: Mapping[str, Source] | None = None,
    dates: Mapping[str, str | dt.date] | None = None,
    mask: Mapping[str, Source] | Literal[False] | None = None,
    sensor: str | None = None,
    scale: float | tuple[float, float] | None = None,
    nodata: float | Literal[False] | None = None,
) -> Scenes:
    """Open many images, in the order of their days.

    Parameters
    ----------
    source
        A folder with images or folders of products, a STAC catalogue on disk (``catalog.json``, ``collection.json`` or
        an item; bands in files of their own or together in one), or paths.
    bands, mask, sensor, scale, nodata
        For all images, as in :func:`read_scene`.
    dates
        Name of an image to the day it was taken, where neither file nor name tells.

    Returns
    -------
    Scenes
        What could not be opened is a row of its ``faults``, with the reason; so is what has no date, and comes last.

    Raises
    ------
    ReadError
        If the folder or catalogue is not there or holds no image.
    MissingDependencyError
        If a catalogue is given and pystac is not installed (extra ``imagery``).

    Examples
    --------
    >>> import riverline as rl
    >>> paths = [rl.samples.path(f"影像{year}.tif") for year in (2026, 2024)]
    >>> scenes = rl.read_scenes(paths, sensor="rgbn")
    >>> [str(scene.date) for scene in scenes]
    ['2024-04-15', '2026-04-12']
    """
    items = list(_items(source))
    if not items:
        raise ReadError(f"{_said(source)} 中没有影像", f"there is no image in {_said(source)}")
    options = _Options(bands, dict(dates or {}), mask, sensor, scale, nodata)
    opened: list[Scene] = []
    rows: list[gpd.GeoDataFrame] = []
    for item in items:
        try:
            opened.append(_opened(item, options))
        except RiverlineError as error:
            rows.append(_unreadable(item.name, error.zh))
    opened.sort(key=lambda scene: (scene.date is None, scene.date or dt.date.min, scene.name))
    crs = opened[0].crs if opened else "EPSG:4490"
    parts = [*rows, *(scene.faults for scene in opened), *_same_days(opened)]
    return Scenes(tuple(opened), faults.combine(parts, crs=crs))


def _said(source: object) -> str:
    return Path(source).name if isinstance(source, str | Path) else "source"


def _opened(item: _Item, options: _Options) -> Scene:
    if item.problem:
        raise ReadError(item.problem, item.problem)
    return read_scene(
        item.path,
        bands=options.bands if options.bands is not None else item.bands,
        date=options.dates.get(item.name, item.date),
        mask=options.mask if options.mask is not None else item.mask,
        sensor=options.sensor,
        scale=options.scale if options.scale is not None else item.scale,
        nodata=options.nodata,
        name=item.name,
    )


def _unreadable(name: str, why: str) -> gpd.GeoDataFrame:
    note = why.replace("\n", " ")
    return faults.found(
        "scene-unreadable", layer="scenes", feature_id=[name], geometry=[None], crs="EPSG:4490", note=note
    )


def _same_days(scenes: list[Scene]) -> Iterator[gpd.GeoDataFrame]:
    for one, other in pairwise(scenes):
        if one.date is not None and one.date == other.date:
            yield faults.found("scene-same-day", layer="scenes", feature_id=[other.name], note=one.name,
                               geometry=[footprint(other.grid)], crs=other.crs)  # fmt: skip


def _items(source: str | Path | Iterable[str | Path]) -> Iterator[_Item]:
    if not isinstance(source, str | Path):
        yield from (_Item(str(path), Path(path).stem) for path in source)
        return
    path = Path(source)
    if not path.exists():
        raise ReadError(f"找不到 {path.name}", f"there is no {path.name}")
    if path.suffix.lower() == ".json":
        yield from _stac_items(path)
    elif path.is_file():
        yield _Item(str(path), path.stem)
    else:
        catalogue = next((path / name for name in sorted(_CATALOGUES) if (path / name).is_file()), None)
        yield from _items_of_folder(path) if catalogue is None else _stac_items(catalogue)


def _items_of_folder(folder: Path) -> Iterator[_Item]:
    """Images of a folder, files that hold one band each put together, and folders of products in it."""
    files = sorted(each for each in folder.iterdir() if each.is_file() and each.suffix.lower() in _ENDINGS)
    parts, alone = _products(files)
    yield from (_Item(str(folder), name, dict(bands), dict(mask) or None) for name, (bands, mask) in parts.items())
    yield from (_Item(str(file), file.stem) for file in alone)
    for inner in sorted(each for each in folder.iterdir() if each.is_dir()):
        if any(file.suffix.lower() in _ENDINGS for file in inner.rglob("*")):
            yield _Item(str(inner), inner.name.removesuffix(".SAFE"))


_Parts = dict[str, tuple[dict[str, str], dict[str, str]]]


def _products(files: list[Path]) -> tuple[_Parts, list[Path]]:
    """Products whose bands are files of their own, by the common beginning of their names; and the other files."""
    parts: _Parts = {}
    taken: set[Path] = set()
    for sensor in sensors().values():
        named = [
            (role, re.compile(sensor.file.format(code=code), re.IGNORECASE)) for role, code in sensor.codes.items()
        ]
        masks = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in sensor.masks.items()]
        for place, patterns in ((0, named), (1, masks)):
            for file in (each for each in files if each not in taken and sensor_of_name(each.name) is sensor):
                for word, pattern in patterns:
                    ending = pattern.search(file.name)
                    if ending:
                        taken.add(file)
                        parts.setdefault(file.name[: ending.start()], ({}, {}))[place].setdefault(word, str(file))
    whole = {name: both for name, both in parts.items() if both[0]}
    return whole, [file for file in files if file not in taken]


def _stac_items(path: Path) -> Iterator[_Item]:
    """Items of a catalogue on disk; assets that lie on a server are told, never fetched."""
    pystac = needed("pystac", extra="imagery", zh="读取 STAC 目录", en="reading a STAC catalogue needs")
    try:
        root: Any = pystac.read_file(str(path))
        found = [root] if isinstance(root, pystac.Item) else list(root.get_items(recursive=True))
    except (pystac.errors.STACError, pystac.errors.STACTypeError, ValueError, OSError, KeyError) as error:
        raise ReadError(
            f"{path.name} 不是可读的 STAC 目录：{error}", f"{path.name} is no STAC catalogue that can be read: {error}"
        ) from error
    for item in sorted(found, key=lambda each: str(each.id)):
        yield _stac_item(item)


def _stac_item(item: Any) -> _Item:  # noqa: ANN401 - a pystac item
    bands: dict[str, Source] = {}
    masks: dict[str, Source] = {}
    remote = []
    for key, asset in item.assets.items():
        roles = _roles_of_asset(key, asset)
        if not roles:
            continue
        href = str(asset.get_absolute_href() or asset.href)
        if "://" in href and not href.startswith("file://"):
            remote.append(key)
            continue
        for number, role in roles.items():
            (bands if role in ROLES else masks).setdefault(role, (href.removeprefix("file://"), number))
    day = item.datetime.date() if item.datetime is not None else item.properties.get("start_datetime")
    if bands:
        one = dict(list(masks.items())[:1]) or None
        first: Any = next(iter(bands.values()))
        return _Item(str(first[0]), str(item.id), bands, one, day, _scale_of(item))
    whole = [
        asset for asset in item.assets.values() if "data" in (asset.roles or []) or "image" in (asset.media_type or "")
    ]
    here = [str(asset.get_absolute_href()) for asset in whole if "://" not in str(asset.get_absolute_href())]
    if here:
        return _Item(here[0], str(item.id), None, dict(list(masks.items())[:1]) or None, day, _scale_of(item))
    told = f"资产在服务器上，请先下载 / assets lie on a server, download them first: {', '.join(remote) or '-'}"
    return _Item("", str(item.id), problem=told)


def _scale_of(item: Any) -> tuple[float, float] | None:  # noqa: ANN401 - a pystac item
    """Factor and offset that the bands of assets state, where they all state the same."""
    found = set()
    for key, asset in item.assets.items():
        fields = asset.extra_fields
        told = fields.get("raster:bands") or fields.get("bands") or [{}]
        for number, role in _roles_of_asset(key, asset).items():
            if role not in ROLES:
                continue
            band = told[min(number, len(told)) - 1]
            factor = band.get("scale", band.get("raster:scale", fields.get("raster:scale")))
            offset = band.get("offset", band.get("raster:offset", fields.get("raster:offset", 0.0)))
            found.add(None if factor is None else (float(factor), float(offset)))
    return found.pop() if len(found) == 1 else None


def _roles_of_asset(key: str, asset: Any) -> dict[int, str]:  # noqa: ANN401 - a pystac asset
    """What the bands of an asset are, by number: the common names that it states, of a single band else its key."""
    told = asset.extra_fields.get("eo:bands") or asset.extra_fields.get("bands") or []
    said = [[str(band.get(word, "")) for word in ("common_name", "eo:common_name", "name")] for band in told]
    found = {number: _first_role(words) for number, words in enumerate(said, 1)}
    if len(told) <= 1 and not found.get(1):
        found = {1: _first_role([key]) or (key if key in ROLES or key in tuple(mask_kinds()) else "")}
    return {number: role for number, role in found.items() if role}


def _first_role(words: list[str]) -> str:
    return next(filter(None, (role_of_words(word) for word in words)), "")
