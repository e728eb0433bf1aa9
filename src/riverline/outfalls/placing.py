"""The public verb: outfalls placed along the rivers, and what comes next downstream."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.lines.chainage import locate_each
from riverline._kernels.network.downstream import followers, next_downstream
from riverline._version import __version__
from riverline.channel.given import aligned, rows_by_name, texts, usable_axes, widths_of
from riverline.channel.locating import banks_of
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.demarcation.intake import row_names, split_usable, typed
from riverline.demarcation.mouths import mouths_told, unusable_told
from riverline.geodesy import round_half_up
from riverline.outfalls.reaches import met_of, reaches_of
from riverline.provenance import Run, crs_text, describe_input
from riverline.rules.outfall_classes import load_outfall_classes
from riverline.schema import INTAKES, OUTFALLS, PLACED_OUTFALLS, WATER_SECTIONS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.channel.given import Axes
    from riverline.schema import Schema

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["OutfallInventory", "place_outfalls"]


@dataclass(frozen=True, slots=True, eq=False)
class OutfallInventory:
    """Outfalls along the rivers and the reaches that sections judge.

    Attributes
    ----------
    outfalls
        Rows of :data:`riverline.schema.PLACED_OUTFALLS`.
    reaches
        Rows of :data:`riverline.schema.SECTION_REACHES`.
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    run
        Version, inputs, CRS.
    """

    outfalls: gpd.GeoDataFrame
    reaches: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        met = self.reaches["target_met"].value_counts()
        return (
            f"OutfallInventory({len(self.outfalls)} outfalls, {len(self.reaches)} reaches, {met.get('met', 0)} met, "
            f"{met.get('not_met', 0)} not met, {len(self.faults)} faults)"
        )

    def _repr_html_(self) -> str:
        counts = self.outfalls["class_group"].value_counts()
        rows = "".join(
            f"<tr><td>{each.label()}</td><td>{counts.get(each.value, 0)}</td></tr>"
            for each in PLACED_OUTFALLS["class_group"].choices
        )
        return f"<b>{PLACED_OUTFALLS.label()}</b><table>{rows}</table><pre>{self!r}</pre>"


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Rows with the axis, the metres along it, and the offset; -1 and NaN where none is near."""

    rows: gpd.GeoDataFrame
    axis: Integers
    along: Floats
    offset: Floats


def place_outfalls(
    outfalls: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    sections: gpd.GeoDataFrame | None = None,
    intakes: gpd.GeoDataFrame | None = None,
    near_m: float = 500.0,
    snap_m: float = 5.0,
) -> OutfallInventory:
    """Place outfalls along the rivers, with their class, and the next section and intake downstream of each.

    Parameters
    ----------
    outfalls
        Rows of :data:`riverline.schema.OUTFALLS`.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres, drawn downstream.
    sections
        Rows of :data:`riverline.schema.WATER_SECTIONS`.
    intakes
        Rows of :data:`riverline.schema.INTAKES`.
    near_m
        What names no river belongs to the nearest axis, if that is no farther.
    snap_m
        An axis that ends no farther from another one flows into it. So does one that ends at the other's bank, within
        twice its ``width_m`` and heading for it, and a note says so; others that end near one are told by a warning.

    Returns
    -------
    OutfallInventory
        Outfalls, reaches, faults, run.

    Raises
    ------
    SchemaError, CRSError
        If layers lack columns or a CRS, or the axes are not in metres.

    Notes
    -----
    Distances run along the axes, on through confluences where axes meet (``network``); where they do not meet, the
    next one counts on the same river alone (``same_river``) and ``none`` means none down to the end of what is drawn.
    A reach is judged by the section at its lower end; the part below the last section is unknown.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> import riverline as rl
    >>> x, y = 500_000, 3_500_000
    >>> axis = LineString([(x, y), (x + 1000, y)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> outfalls = gpd.GeoDataFrame(
    ...     {"outfall_id": ["P1"], "river_id": "R1", "class": "城镇污水处理厂排污口", "name": "一厂", "status": "在用"},
    ...     geometry=[Point(x + 200, y + 30)],
    ...     crs=4548,
    ... )
    >>> sections = gpd.GeoDataFrame(
    ...     {"water_section_id": ["S1"], "river_id": "R1", "name": "大桥", "target": "III", "measured": "Ⅳ类"},
    ...     geometry=[Point(x + 700, y)],
    ...     crs=4548,
    ... )
    >>> inventory = rl.place_outfalls(outfalls, axes, sections=sections)
    >>> inventory.outfalls[["class_group", "bank", "next_section", "section_distance_m"]].values.tolist()
    [['municipal', 'left', 'S1', 500.0]]
    >>> inventory.reaches[["end_chainage_m", "target_met", "outfall_count"]].values.tolist()
    [[700.0, 'not_met', 1], [1000.0, 'unknown', 0]]
    """
    usable = usable_axes(axes)
    given: dict[str, tuple[gpd.GeoDataFrame | None, Schema]] = {
        "outfalls": (outfalls, OUTFALLS), "water_sections": (sections, WATER_SECTIONS), "intakes": (intakes, INTAKES),
    }  # fmt: skip
    for name, (frame, schema) in given.items():
        if frame is not None:
            schema.require(frame, layer=name)
    widths = widths_of(axes, usable)
    findings = [*unusable_told(axes, usable), *mouths_told(usable, widths, snap_m)]
    placed = {name: _placed(frame, schema, usable, near_m, findings) for name, (frame, schema) in given.items()}
    mine = placed["outfalls"]
    length = shapely.length(usable.line)
    follower, join = followers(usable.line, snap=snap_m, widths=widths)
    columns = _columns(mine, usable, findings)
    for short, key in (("section", "water_sections"), ("intake", "intakes")):
        there = placed[key]
        kept = np.flatnonzero(there.axis >= 0)
        target, distance, passed = next_downstream(
            mine.axis, mine.along, there.axis[kept], there.along[kept], length=length, follower=follower, join=join
        )
        names = np.append(texts(there.rows[given[key][1].key])[kept], "")
        columns[f"next_{short}"] = names[target]
        columns[f"{short}_distance_m"] = round_half_up(distance, 1)
        way = np.select([mine.axis < 0, target < 0, passed > 0], ["unknown", "none", "network"], "same_river")
        columns[f"{short}_way"] = way
    crs = usable.crs
    found = PLACED_OUTFALLS.conform(mine.rows.assign(**columns))
    there = placed["water_sections"]
    met = met_of(there.rows, findings)
    reaches = reaches_of(there.rows.assign(target_met=met), there.axis, there.along, usable, (mine.axis, mine.along))
    described = {"axes": describe_input(axes)}
    described |= {name: describe_input(frame) for name, (frame, _) in given.items() if frame is not None}
    run = Run(__version__, "", described, crs_text(crs))
    return OutfallInventory(found, reaches, faults.combine(findings_to_faults(findings, crs), crs=crs), run)


def _placed(
    frame: gpd.GeoDataFrame | None, schema: Schema, axes: Axes, near: float, findings: list[Finding]
) -> _Places:
    """Rows that can be used, each on the axis of the river that it names, or on the nearest."""
    given = schema.empty(axes.crs) if frame is None else aligned(frame, axes, layer=schema.name)
    rows, said = typed(given, schema)
    names = row_names(given, schema)
    rows, lost = split_usable(rows, schema, names=names, places=np.zeros(len(rows), dtype=bool))
    findings += [*said, *lost]
    rows = rows.drop_duplicates(schema.key).sort_values(schema.key, ignore_index=True)
    river = texts(rows["river_id"])
    axis = np.full(len(rows), -1, dtype="int64")
    tree = shapely.STRtree(axes.line)
    of_river = rows_by_name(axes.river_id)
    for name, mine in rows_by_name(river).items():
        candidates = np.arange(len(axes.line)) if not name else of_river.get(name, np.zeros(0, dtype="int64"))
        if not len(candidates):
            findings += [Finding("place-no-axis", schema.name, rows[schema.key][row], rows.geometry[row], note=name)
                         for row in mine if name]  # fmt: skip
        else:
            local = tree if not name else shapely.STRtree(axes.line[candidates])
            axis[mine] = candidates[local.nearest(rows.geometry.to_numpy()[mine])]
    away = np.full(len(rows), np.nan)
    on = np.flatnonzero(axis >= 0)
    away[on] = shapely.distance(rows.geometry.to_numpy()[on], axes.line[axis[on]])
    far = (river == "") & (away > near)
    findings += [
        Finding("place-off-river", schema.name, rows[schema.key][row], rows.geometry[row], away[row], near, "m")
        for row in np.flatnonzero(far)
    ]
    axis[far] = -1
    along, offset = np.full((2, len(rows)), np.nan)
    on = np.flatnonzero(axis >= 0)
    if len(on):
        xy = shapely.get_coordinates(rows.geometry.to_numpy()[on])
        along[on], offset[on] = locate_each(xy, axes.line.tolist(), axis[on])
    return _Places(rows, axis, along, offset)


def _columns(places: _Places, axes: Axes, findings: list[Finding]) -> dict[str, object]:
    """River, bank, chainage and class of outfalls."""
    on = places.axis >= 0
    river = np.full(len(on), "", dtype="object")
    start = np.full(len(on), np.nan)
    river[on], start[on] = axes.river_id[places.axis[on]], axes.start[places.axis[on]]
    said = texts(places.rows["class"])
    found = {word: _class_of(word) for word in set(said)}
    unknown = [row for row, word in enumerate(said) if not found[word][0]]
    findings += [
        Finding("outfall-class-unknown", OUTFALLS.name, places.rows["outfall_id"][row], places.rows.geometry[row],
                note=said[row])
        for row in unknown
    ]  # fmt: skip
    return {
        "river_id": pd.array(river, dtype="str"),
        "bank": banks_of(places.offset),
        "chainage_m": places.along + start,
        "offset_m": places.offset,
        "class_id": [found[word][0] for word in said],
        "class_group": [found[word][1] for word in said],
    }


def _class_of(text: str) -> tuple[str, str]:
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    classes = load_outfall_classes()
    mine = next((each for each in classes if plain == each.id or any(word in plain for word in each.words)), None)
    return (mine.id, mine.group) if mine else ("", "unknown")
