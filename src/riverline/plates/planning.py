"""From results to the sheets of an atlas: units, windows, numbers that stay, match lines and neighbours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from riverline.errors import Hint, JobError
from riverline.faults import found
from riverline.plates.content import bounds_of
from riverline.plates.fonts import clean
from riverline.plates.paper import fitting_scale
from riverline.plates.showing import centred
from riverline.plates.strips import cells_over, guide_of_axes, guide_of_banks, match_line, strips_along, uncovered
from riverline.plates.subjects import subjects_of
from riverline.style.rivers import are_works

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from riverline.plates.content import Bounds
    from riverline.plates.paper import Box
    from riverline.style import Layer

    Guide = tuple[np.ndarray, np.ndarray]

__all__ = ["By", "Frame", "Plan", "plan", "unit_codes"]

By = Literal["river", "sheet", "admin"]

_MAIN = ("extents", "management_lines", "shorelines", "zones", "holdings", "waterlines")
"""What an atlas has to cover; where none of it is given, everything is."""
_MARGIN_MM = 12.0
_CELL_MM = 50.0
_AIR = 0.94
_NEAR = 1.6
_GUIDE_M = 20.0
_LEAST_M = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Where one sheet of an atlas lies, what it is called and what it joins."""

    number: str
    unit: str
    name: str
    window: Bounds
    scale: int
    span: tuple[float, ...] = ()
    matches: tuple[tuple[str, shapely.LineString], ...] = ()
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The sheets of an atlas in their order, what was wrong on the way to them, and what rivers were cut along."""

    frames: tuple[Frame, ...]
    faults: tuple[gpd.GeoDataFrame, ...]
    guides: dict[str, Guide]


@dataclass(frozen=True, slots=True, eq=False)
class _Unit:
    """A river, a part of the country or an administrative unit that is drawn by itself."""

    code: str
    name: str
    body: shapely.Geometry
    guide: Guide | None = None
    told: str = ""


def plan(layers: Sequence[Layer], by: By, scale: int | Literal["auto"], room: Box) -> Plan:
    """Cut what layers show into sheets.

    Parameters
    ----------
    layers
        Layers of one plane.
    by
        ``"river"``: strips along each river; ``"sheet"``: cells of one grid; ``"admin"``: unit by unit of the layer of
        administrative units.
    scale
        Denominator; ``"auto"`` makes one sheet of each unit.
    room
        The map on paper.

    Raises
    ------
    JobError
        If ``by`` is none of the three, or ``"admin"`` without such a layer.
    """
    if by not in {"river", "sheet", "admin"}:
        raise JobError(f"by 应为 river、sheet 或 admin，实际为 {by!r}", f"by must be river, sheet or admin, got {by!r}")
    units = {"river": _rivers, "sheet": _everything, "admin": _admin_units}[by](layers)
    frames: list[Frame] = []
    told: list[gpd.GeoDataFrame] = []
    for unit in units:
        made, code = _frames_of(unit, by, scale, room)
        frames += made
        if code:
            told.append(found(code, layer="plates", feature_id=[unit.name or unit.code],
                              geometry=[shapely.box(*unit.body.bounds)], crs=layers[0].frame.crs))  # fmt: skip
    guides = {unit.code: unit.guide for unit in units if unit.guide is not None}
    return Plan(tuple(_distinct(frames)), (*told, *_left_out(layers, frames)), guides)


def _distinct(frames: list[Frame]) -> list[Frame]:
    """Frames whose numbers differ, whatever the data's codes are."""
    count: dict[str, int] = {}
    made = []
    for frame in frames:
        count[frame.number] = count.get(frame.number, 0) + 1
        more = f"~{count[frame.number]}" if count[frame.number] > 1 else ""
        made.append(replace(frame, number=frame.number + more))
    return made


def _main(layers: Sequence[Layer]) -> list[Layer]:
    main = [layer for layer in layers if layer.name in _MAIN and len(layer.frame)]
    return main or [layer for layer in layers if layer.name not in {"admin", "plates"} and len(layer.frame)]


def _union(layers: Sequence[Layer]) -> shapely.Geometry:
    shapes = [layer.frame.geometry.to_numpy() for layer in layers]
    return shapely.GeometryCollection() if not shapes else shapely.union_all(np.concatenate(shapes))


def _everything(layers: Sequence[Layer]) -> list[_Unit]:
    body = _union(_main(layers))
    return [] if body.is_empty else [_Unit("", "", body)]


def _rivers(layers: Sequence[Layer]) -> list[_Unit]:
    """Rivers in the order of their codes, each with a guide down its middle; what has no code is one unit more."""
    rows = [
        layer.frame[["river_id", "geometry"]].assign(layer=layer.name)
        for layer in _main(layers)
        if "river_id" in layer.frame
    ]
    if not rows:
        return _everything(layers)
    together = pd.concat(rows, ignore_index=True)
    together = together[together["river_id"].fillna("").astype(str) != ""]
    names, kinds = _names(layers), subjects_of(layers)
    units = []
    for code, mine in together.groupby(together["river_id"].astype(str), sort=True):
        body = shapely.union_all(mine.geometry.to_numpy())
        if not body.is_empty:
            guide, told = _guide(layers, str(code))
            if told == "plate-no-axis" and kinds.get(str(code), frozenset()) & {"lake", "reservoir"}:
                # A lake has none, and cells are right for it.
                told = ""
            units.append(_Unit(str(code), names.get(str(code), ""), body, guide, told))
    return units


def _names(layers: Sequence[Layer]) -> dict[str, str]:
    names: dict[str, str] = {}
    for source in ("extents", "axes"):
        for layer in layers:
            if layer.name == source and {"river_id", "name"} <= set(layer.frame.columns):
                # The range of a work bears the code of its river and a name of its own.
                frame = layer.frame[~are_works(layer.frame)] if source == "extents" else layer.frame
                known = frame[["river_id", "name"]].dropna().astype(str)
                names |= {code: name for code, name in zip(known["river_id"], known["name"], strict=True) if name}
    return names


def _guide(layers: Sequence[Layer], code: str) -> tuple[Guide | None, str]:
    """Down the axis of a river where it is given, else between the lines of its banks; and what is to be told of it."""
    for layer in layers:
        if layer.name == "axes":
            mine = layer.frame[(layer.frame["river_id"].astype(str) == code).to_numpy()]
            if len(mine):
                starts = np.full(len(mine), np.nan)
                if "start_chainage_m" in mine:
                    starts = mine["start_chainage_m"].to_numpy("float64", na_value=np.nan)
                guide, gap = guide_of_axes(mine.geometry.to_numpy(), starts)
                if guide is not None:
                    return guide, "plate-axis-gap" if gap else ""
    for layer in layers:
        if layer.name == "management_lines":
            mine = layer.frame[(layer.frame["river_id"].astype(str) == code).to_numpy()]
            mine = mine[mine["bank"].notna().to_numpy()]
            ends = [mine[f"{end}_chainage_m"].to_numpy("float64", na_value=np.nan) for end in ("start", "end")]
            guide = guide_of_banks(mine.geometry.to_numpy(), ends[0], ends[1], _GUIDE_M)
            if guide is not None:
                return guide, ""
    return None, "plate-no-axis"


def _admin_units(layers: Sequence[Layer]) -> list[_Unit]:
    units = next((layer.frame for layer in layers if layer.name == "admin" and len(layer.frame)), None)
    if units is None:
        raise JobError(
            '按行政区分幅（by="admin"）需要行政区图层（ADMIN）；请一并给出',
            'an atlas by="admin" needs a layer of administrative units (ADMIN): give it too',
            [Hint.of("by", "admin"), Hint("行政区图层（ADMIN）", "admin", ("行政区.gpkg",)),
             Hint("a layer of administrative units (ADMIN)", "admin", ("units.gpkg",))],
        )  # fmt: skip
    body = _union(_main(layers))
    rows = sorted(zip(unit_codes(units), units["name"].fillna("").astype(str), units.geometry, strict=True),
                  key=lambda row: (row[0], row[1]))  # fmt: skip
    found = [_Unit(code, name, shapely.intersection(body, area)) for code, name, area in rows]
    return [unit for unit in found if not unit.body.is_empty]


def unit_codes(units: gpd.GeoDataFrame) -> pd.Series:
    """What sheets of administrative units are numbered by: their codes, or names where they have none."""
    return (units["admin_code"] if "admin_code" in units else units["name"]).fillna("").astype(str)


def _frames_of(unit: _Unit, by: By, scale: int | Literal["auto"], room: Box) -> tuple[list[Frame], str]:
    """The sheets of a unit, and the code of what is to be told: such as cells where strips were asked for."""
    west, south, east, north = unit.body.bounds
    if scale == "auto":
        at = fitting_scale(max(east - west, _LEAST_M) / _AIR, max(north - south, _LEAST_M) / _AIR, room)
        return [_whole(unit, at, room)], ""
    size = (room.width * scale / 1000.0, room.height * scale / 1000.0)
    if by != "sheet" and east - west <= size[0] * _AIR and north - south <= size[1] * _AIR:
        return [_whole(unit, scale, room)], ""
    margin = _MARGIN_MM * scale / 1000.0
    strips = None
    if by == "river" and unit.guide is not None and len(unit.guide[1]) > 1:
        strips = strips_along(*unit.guide, unit.body, size, margin)
        if strips is not None:
            return _stripped(unit, unit.guide, strips, scale, size), unit.told
    cut = _in_cells(unit, by, scale, room)
    return cut, "" if by != "river" else unit.told if unit.guide is None else "plate-strip-in-cells"


def _whole(unit: _Unit, scale: int, room: Box) -> Frame:
    window = _on_metres(centred(unit.body.bounds, room.width * scale / 1000.0, room.height * scale / 1000.0))
    span = () if unit.guide is None else (float(unit.guide[1][0]), float(unit.guide[1][-1]))
    return Frame(clean(unit.code) or "01", unit.code, unit.name, window, scale, span)


def _on_metres(window: Bounds) -> Bounds:
    """A window whose corner lies on whole metres, which are then printed at it."""
    west, south, east, north = window
    return round(west), round(south), round(west) + east - west, round(south) + north - south


def _stripped(unit: _Unit, guide: Guide, strips: list[Any], scale: int, size: tuple[float, float]) -> list[Frame]:
    """Strips as frames with match lines; what they miss, such as a bay, is on sheets of its own after them."""
    windows = [strip.window for strip in strips]
    spans = [(strip.start, strip.end) for strip in strips]
    rest = shapely.get_parts(uncovered(unit.body, windows))
    more: list[Bounds] = []
    for part in sorted(rest, key=lambda each: each.bounds):
        if not shapely.covers(shapely.union_all(shapely.box(*np.array(more).reshape(-1, 4).T)), part):
            more += [_on_metres(centred(cell, *size)) for _, cell in cells_over(part, size)]
    width = max(2, len(str(len(windows) + len(more))))
    numbers = [f"{clean(unit.code)}-{n:0{width}d}" for n in range(1, len(windows) + len(more) + 1)]
    matches: dict[int, list[tuple[str, shapely.LineString]]] = {}
    for here in range(len(strips) - 1):
        line = match_line(*guide, spans[here][1], windows[here], windows[here + 1])
        if line is not None:
            matches.setdefault(here, []).append((numbers[here + 1], line))
            matches.setdefault(here + 1, []).append((numbers[here], line))
    frames = []
    for here, window in enumerate([*windows, *more]):
        strip = here < len(windows)
        joined = [numbers[n] for n in (here - 1, here + 1) if strip and 0 <= n < len(windows)]
        frames.append(Frame(numbers[here], unit.code, unit.name, window, scale, spans[here] if strip else (),
                            tuple(matches.get(here, ())), tuple(joined)))  # fmt: skip
    return frames


def _in_cells(unit: _Unit, by: By, scale: int, room: Box) -> list[Frame]:
    """Cells of the grid, named by their south-west corner in kilometres, north first, as large-scale sheets are."""
    size = tuple(int(each // _CELL_MM) * _CELL_MM * scale / 1000.0 for each in (room.width, room.height))
    cells = dict(cells_over(unit.body, (size[0], size[1])))
    prefix = "" if by == "sheet" else f"{clean(unit.code)}-"
    numbers = {
        cell: f"{prefix}{_kilometres(window[1], scale)}-{_kilometres(window[0], scale)}"
        for cell, window in cells.items()
    }
    frames = []
    for cell, window in cells.items():
        west, south, east, north = window
        sides = {(0, 1): [(west, north), (east, north)], (1, 0): [(east, south), (east, north)],
                 (0, -1): [(west, south), (east, south)], (-1, 0): [(west, south), (west, north)]}  # fmt: skip
        matches = [
            (numbers[near], shapely.LineString(side))
            for step, side in sides.items()
            if (near := (cell[0] + step[0], cell[1] + step[1])) in cells
        ]
        joined = tuple(number for number, _ in matches)
        frames.append(Frame(numbers[cell], unit.code, unit.name, window, scale, (), tuple(matches), joined))
    return frames


def _kilometres(metres: float, scale: int) -> str:
    return f"{metres / 1000.0:.{2 if scale <= 1000 else 1}f}"  # noqa: PLR2004 - a tenth tells cells apart above it


def _left_out(layers: Sequence[Layer], frames: list[Frame]) -> list[gpd.GeoDataFrame]:
    """Rows that have to be shown and are on no sheet: those without the code of a unit."""
    windows = shapely.union_all(shapely.box(*np.array([each.window for each in frames]).reshape(-1, 4).T))
    told = []
    for layer in _main(layers):
        geometry = layer.frame.geometry.to_numpy()
        off = ~shapely.intersects(geometry, windows)
        if off.any() and layer.schema is not None:
            rows = layer.frame[off]
            told.append(found("plate-not-covered", layer=layer.name, feature_id=list(rows[layer.schema.key]),
                              geometry=list(rows.geometry), crs=layer.frame.crs))  # fmt: skip
    return told


def around(frames: Sequence[Frame], frame: Frame) -> tuple[tuple[str, Bounds], ...]:
    """Numbers and windows of the sheets near one, of its unit and scale, for its index."""
    west, south, east, north = frame.window
    across, up = (east - west) * _NEAR, (north - south) * _NEAR
    near = [
        (each.number, each.window)
        for each in frames
        if each.unit == frame.unit and each.scale == frame.scale
        and abs(each.window[0] - west) <= across and abs(each.window[1] - south) <= up
    ]  # fmt: skip
    return tuple(near) if len(near) > 1 else ()


def bounds_of_frames(frames: Sequence[Frame], layers: Sequence[Layer]) -> Bounds | None:
    """The box around all sheets, or around the layers where there are none."""
    if not frames:
        return bounds_of(layers)
    boxes = np.array([each.window for each in frames])
    return (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
