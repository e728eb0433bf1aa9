"""Opening one image by its headers: which file and band is what, when it was taken, what its numbers mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from riverline import faults
from riverline.errors import ReadError, SchemaError
from riverline.io.scenes.dates import date_of_name, date_of_tags, given_date
from riverline.io.scenes.files import read_header
from riverline.io.scenes.meaning import Plan, band_of, impossible_nodata, scaled, with_edges
from riverline.io.scenes.model import Mask, Scene
from riverline.io.scenes.places import footprint
from riverline.io.scenes.sensors import ROLES, mask_kinds, named_sensor, role_of_words, sensor_of_name, sensors

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

    from riverline.io.scenes.files import Header
    from riverline.io.scenes.model import PixelGrid
    from riverline.io.scenes.sensors import Sensor

__all__ = ["Source", "read_scene"]

Source = int | str | Path | tuple[str | Path, int]
"""A band: its number in the file, a file of its own, or both."""

_TURNED = 1e-9


def read_scene(
    path: str | Path,
    *,
    bands: Mapping[str, Source] | None = None,
    date: str | dt.date | None = None,
    mask: Mapping[str, Source] | Literal[False] | None = None,
    sensor: str | None = None,
    scale: float | tuple[float, float] | None = None,
    nodata: float | Literal[False] | None = None,
    name: str | None = None,
) -> Scene:
    """Open an image; its pixels are read later, window by window.

    Parameters
    ----------
    path
        A file that GDAL reads (GeoTIFF, COG, ENVI, JPEG 2000 …), or the folder of one product whose bands lie in files
        of their own (Landsat Collection 2, Sentinel-2 SAFE).
    bands
        Role to band: its number in the file, a file, or ``(file, number)``. Roles are ``blue``, ``green``, ``red``,
        ``nir``, ``swir1``, ``swir2`` and others. If not given, bands go by the sensor, else by their descriptions,
        else by the colours that the file names.
    date
        Day it was taken, ``"2024-04-15"``; else from the file's tags, else from its name.
    mask
        Kind to band, such as ``{"fmask": 8}`` or ``{"qa_pixel": "…_QA_PIXEL.TIF"}``; False for none, and nothing to
        hide the ground. If not given, the mask that the sensor's products have, where it is there.
    sensor
        Row of the table of sensors: ``sentinel-2``, ``landsat-8-9``, ``gf-1``, ``zy-3``, ``naip``, ``rgbn`` … If not
        given, from the name of the file.
    scale
        Factor, or factor and offset, that make reflectance of stored numbers; else what the file or the sensor says.
    nodata
        Number for "nothing here" in every band; False if every number is ground. If not given, what the file and the
        sensor say, and without being declared what fills a corner in all bands (0, 255, 65535), -9999, -32768 and the
        like wherever they stand, and floats beyond 1e30.
    name
        What results call it; the file's name without its ending if not given.

    Returns
    -------
    Scene
        What was found out stands in ``faults``.

    Raises
    ------
    ReadError
        If a file is not there, damaged or cut short.
    CRSError
        If it has no CRS or no place, or a band's file has another CRS.
    SchemaError
        If it is not known which band is what, or a band that was named is not there.

    Notes
    -----
    Turned images and images stored from south to north are used as they are. Saturated are numbers from those on that
    the sensor names; without a sensor, whole numbers at the end of their range in all bands at once.

    Examples
    --------
    >>> import riverline as rl
    >>> scene = rl.read_scene(rl.samples.path("影像2024.tif"), sensor="rgbn")
    >>> scene
    Scene(影像2024, 2024-04-15, rgbn, 160 x 400 pixels of 10, red, green, blue, nir, no mask, 2 faults)
    >>> scene.faults["code"].tolist()
    ['scene-no-mask', 'scene-scale-unknown']
    """
    chosen = None if sensor is None else named_sensor(sensor)
    headers: dict[str, Header] = {}
    plan = _planned(Path(path), bands, mask, chosen, headers, name)
    for file in sorted({file for file, _ in [*plan.bands.values(), *plan.masks.values()]} - set(headers)):
        headers[file] = read_header(file)
    _require_bands(plan, headers)
    built = {role: band_of(source, headers, plan.sensor, nodata) for role, source in plan.bands.items()}
    grid = min((band.grid for band in built.values()), key=lambda grid: grid.pixel)
    built, known, doubt = scaled(built, plan, headers, scale)
    if nodata is None:
        built = with_edges(built, headers)
    kind, where = next(iter(plan.masks.items()), ("", ("", 0)))
    found = Mask(kind, *where, headers[where[0]].grid) if kind else None
    tagged, named = _days_of(plan, headers)
    day = given_date(date) or tagged or named
    scene = Scene(plan.name, day, grid, built, found, "" if plan.sensor is None else plan.sensor.name,
                  known, (0.0, 0.0), _no_faults(grid), clear=mask is False)  # fmt: skip
    scene = _with_faults(scene, plan, headers, doubt)
    return scene if date is not None else _with_two_days(scene, tagged, named)


def _planned(
    path: Path,
    bands: Mapping[str, Source] | None,
    mask: Mapping[str, Source] | Literal[False] | None,
    sensor: Sensor | None,
    headers: dict[str, Header],
    name: str | None,
) -> Plan:
    by_name = sensor is None
    sensor = sensor or sensor_of_name(path.name) or sensor_of_name(name or "")
    roles: dict[str, tuple[str, int]] = {}
    masks: dict[str, tuple[str, int]] = {}
    unnamed: tuple[int, ...] = ()
    if path.is_dir() and bands is not None:
        stem = path.name.removesuffix(".SAFE")
    elif path.is_dir():
        roles, masks, sensor = _files_of_folder(path, sensor)
        stem = path.name.removesuffix(".SAFE")
    else:
        stem = path.stem
        if bands is None or any(isinstance(source, int) for source in bands.values()):
            headers[str(path)] = header = read_header(str(path))
            roles, masks = ({}, {}) if bands is not None else _roles_of_file(header, sensor, asked=not by_name)
            unnamed = _unnamed(header, roles, masks) if bands is None else ()
            masks = {**(_masks_beside(path, sensor) if not masks else {}), **masks}
    if bands is not None:
        _require_roles(bands)
        roles = {role: _located(source, path) for role, source in bands.items()}
    if mask is not None:
        masks = {} if mask is False else {kind: _located(source, path) for kind, source in _checked(mask).items()}
    return Plan(name or stem, roles, masks, sensor, by_name and sensor is not None and bands is None, unnamed)


def _located(source: Source, path: Path) -> tuple[str, int]:
    """File and number of a band; files may be given relative to the image."""
    if isinstance(source, int):
        return str(path), source
    file, number = source if isinstance(source, tuple) else (source, 1)
    beside = (path if path.is_dir() else path.parent) / file
    return str(beside if beside.exists() and not Path(file).is_absolute() else file), int(number)


def _require_roles(bands: Mapping[str, Source]) -> None:
    unknown = sorted(set(bands) - set(ROLES))
    if unknown or not bands:
        there = ", ".join(ROLES)
        said = ", ".join(unknown) or "-"
        raise SchemaError(
            f"bands 中的名称不认识：{said}；可用：{there}", f"unknown roles in bands: {said}; there are: {there}"
        )


def _checked(mask: object) -> Mapping[str, Source]:
    kinds = tuple(mask_kinds())
    if not isinstance(mask, Mapping) or len(mask) != 1 or next(iter(mask)) not in kinds:
        said = ", ".join(kinds)
        raise SchemaError(
            f'mask 应为一种掩膜及其波段，例如 mask={{"fmask": 8}}；种类：{said}',
            f'mask must be one kind and its band, such as mask={{"fmask": 8}}; kinds: {said}',
        )
    return mask


def _roles_of_file(
    header: Header, sensor: Sensor | None, *, asked: bool
) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str, int]]]:
    """Roles and masks of the bands of one file: by its sensor, else by descriptions, else by colours."""
    order: Sequence[str] | None = (
        None if sensor is None else next((each for each in sensor.orders if len(each) == header.count), None)
    )
    if order is None and sensor is not None and asked:
        fits = ", ".join(str(len(each)) for each in sensor.orders)
        raise SchemaError(
            f"{Path(header.path).name} 有 {header.count} 个波段，{sensor.name} 的影像应有 {fits} 个；请用 bands= 指明",
            f"{Path(header.path).name} has {header.count} bands, images of {sensor.name} have {fits}; say with bands=",
        )
    if order is None:
        said = [role_of_words(text) for text in header.descriptions]
        order = said if any(said) and len(set(filter(None, said))) == len(list(filter(None, said))) else header.colors
    kinds = tuple(mask_kinds())
    places = {role: (header.path, number) for number, role in enumerate(order, 1) if role}
    roles = {role: place for role, place in places.items() if role in ROLES and role != "alpha"}
    if not roles:
        raise _unknown_bands(header)
    return roles, {kind: place for kind, place in places.items() if kind in kinds}


def _unnamed(
    header: Header, roles: Mapping[str, tuple[str, int]], masks: Mapping[str, tuple[str, int]]
) -> tuple[int, ...]:
    """Numbers of the bands that are neither a role nor a mask; an alpha band says where nothing is, and is used."""
    known = {number for _, number in (*roles.values(), *masks.values())}
    return tuple(number for number, color in enumerate(header.colors, 1) if number not in known and color != "alpha")


def _unknown_bands(header: Header) -> SchemaError:
    told = "; ".join(f"{number} {text or '-'}" for number, text in enumerate(header.descriptions, 1))
    fit = [each for each in sensors().values() if any(len(order) == header.count for order in each.orders)]
    named = "".join(f"\n  {each.told(header.count)}" for each in fit) or " -"
    return SchemaError(
        f'不知道 {Path(header.path).name} 的 {header.count} 个波段各是什么（{told}）；请写 bands={{"green": 2, '
        f'"nir": 4}}，或 sensor= 以下之一（波段数为 {header.count}；顺序与系数不同，请按产品说明选）：{named}',
        f"it is not known what the {header.count} bands of {Path(header.path).name} are ({told}); give "
        f'bands={{"green": 2, "nir": 4}}, or as sensor= one of those of {header.count} bands (they differ in order '
        f"and factor: see what came with the product):{named}",
    )


def _masks_beside(path: Path, sensor: Sensor | None) -> dict[str, tuple[str, int]]:
    """The mask that lies beside an image under the name that its provider gives it."""
    if sensor is None or not sensor.masks:
        return {}
    stem = re.split(r"_(?:SR|sr|AnalyticMS|ortho|stack)", path.stem)[0]
    beside = sorted(each for each in path.parent.iterdir() if each.name.startswith(stem))
    return {
        kind: (str(file), 1)
        for kind, pattern in sensor.masks.items()
        for file in [each for each in beside if re.search(pattern, each.name, re.IGNORECASE)][:1]
    }


def _files_of_folder(
    path: Path, sensor: Sensor | None
) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str, int]], Sensor]:
    """Roles, masks and sensor of a product's folder; of bands that are there at several sizes, the finest."""
    files = sorted(each for each in path.rglob("*") if each.is_file())
    told = [sensor] if sensor else [sensor_of_name(file.name) for file in files]
    for each in {found.name: found for found in told if found is not None and found.codes}.values():
        bands = {
            role: (str(found[0]), 1)
            for role, code in each.codes.items()
            if (found := [file for file in files if re.search(each.file.format(code=code), file.name, re.IGNORECASE)])
        }
        masks = {
            kind: (str(found[0]), 1)
            for kind, pattern in each.masks.items()
            if (found := [file for file in files if re.search(pattern, file.name, re.IGNORECASE)])
        }
        if bands:
            return bands, masks, each
    raise ReadError(
        f"文件夹 {path.name} 中没有一景影像的波段文件；一景多文件可用 bands={{…}} 指明，多景请用 read_scenes",
        f"the folder {path.name} holds no product of known band files; name them with bands={{…}}, or use read_scenes",
    )


def _require_bands(plan: Plan, headers: Mapping[str, Header]) -> None:
    problems = []
    for role, (file, number) in [*plan.bands.items(), *plan.masks.items()]:
        count, name = headers[file].count, Path(file).name
        if not 1 <= number <= count:
            problems.append((f"{role}：{name} 没有第 {number} 波段（共 {count} 个）",
                             f"{role}: {name} has no band {number}, only {count}"))  # fmt: skip
    first = next(iter(plan.bands.values()))[0]
    problems += [
        (
            f"{Path(file).name} 与 {Path(first).name} 的坐标系不同",
            f"{Path(file).name} and {Path(first).name} differ in CRS",
        )
        for file in sorted({file for file, _ in plan.bands.values()})
        if headers[file].grid.crs != headers[first].grid.crs
    ]
    if problems:
        raise SchemaError.listing(f"影像 {plan.name} 的波段有误", f"bands of {plan.name} are wrong", problems)


def _days_of(plan: Plan, headers: Mapping[str, Header]) -> tuple[dt.date | None, dt.date | None]:
    """The day that the tags of the files tell, and that which their names do."""
    files = list(dict.fromkeys(file for file, _ in plan.bands.values()))
    tagged = next(filter(None, (date_of_tags(headers[file].tags) for file in files)), None)
    named = next(filter(None, map(date_of_name, (plan.name, *(Path(file).stem for file in files)))), None)
    return tagged, named


def _with_two_days(scene: Scene, tagged: dt.date | None, named: dt.date | None) -> Scene:
    """A scene whose tag and name tell different days says so; a day apart may be the other side of midnight, UTC."""
    if tagged is None or named is None or abs((tagged - named).days) <= 1:
        return scene
    told = faults.found("scene-date-contradicts", layer="scenes", feature_id=[scene.name],
                        geometry=[footprint(scene.grid)], crs=scene.crs, note=f"{tagged} | {named}")  # fmt: skip
    return replace(scene, faults=faults.combine([scene.faults, told], crs=scene.crs))


def _no_faults(grid: PixelGrid) -> gpd.GeoDataFrame:
    return faults.combine([], crs=grid.crs)


def _with_faults(scene: Scene, plan: Plan, headers: Mapping[str, Header], doubt: float) -> Scene:
    bands = list(scene.bands.values())
    a, b, _, d, e, _ = scene.transform[:6]
    turn = float(np.degrees(np.arctan2(-d, a))) if abs(b) + abs(d) > _TURNED * scene.grid.pixel else 0.0
    impossible = impossible_nodata(scene.bands, headers)
    told: list[tuple[bool, str, dict[str, Any]]] = [
        (scene.date is None, "scene-undated", {}),
        (plan.by_name, "scene-sensor-from-name", {"note": scene.sensor}),
        (scene.mask is None and not any(band.masked for band in bands), "scene-no-mask", {}),
        (not scene.reflectance, "scene-scale-unknown", {}),
        (bool(np.isfinite(doubt)), "scene-offset-unknown", {"value": doubt}),
        (_is_undeclared(bands[0].edge, scene, headers), "scene-edge-undeclared", {"value": bands[0].edge}),
        (bool(plan.unnamed), "scene-band-unnamed", {"note": _with_unnamed(plan), "value": len(plan.unnamed)}),
        (turn != 0.0, "scene-turned", {"value": turn, "unit": "°"}),
        (turn == 0.0 and e > 0.0, "scene-south-up", {}),
    ]
    if impossible:
        told.append((True, "scene-nodata-impossible", {"value": impossible[0], "note": impossible[1]}))
    rows = [
        faults.found(code, layer="scenes", feature_id=[scene.name], geometry=[footprint(scene.grid)], crs=scene.crs,
                     **more)
        for holds, code, more in told if holds
    ]  # fmt: skip
    return replace(scene, faults=faults.combine(rows, crs=scene.crs))


def _with_unnamed(plan: Plan) -> str:
    """What to type so that no band is left out, the role of one that nobody names standing open."""
    named = {role: number for role, (_, number) in plan.bands.items()}
    guess = iter([role for role in ("nir", "swir1", "swir2") if role not in named])
    named |= {next(guess, f"role{number}"): number for number in plan.unnamed}
    return "bands={" + ", ".join(f'"{role}": {number}' for role, number in named.items()) + "}"


def _is_undeclared(edge: float, scene: Scene, headers: Mapping[str, Header]) -> bool:
    """Whether a number that no file declares fills a corner in all bands; what a sensor says may occur nowhere."""
    declared = {headers[band.path].nodata[band.index - 1] for band in scene.bands.values()}
    corners = np.array([headers[band.path].corners[band.index - 1] for band in scene.bands.values()])
    return edge not in declared and bool((corners == edge).all(axis=0).any())
