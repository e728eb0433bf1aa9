"""Rivers cut at the sections that judge their water."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import cut_many
from riverline.channel.given import texts
from riverline.demarcation.findings import Finding
from riverline.geodesy import round_half_up
from riverline.schema import SECTION_REACHES, WATER_SECTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.channel.given import Axes

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["met_of", "reaches_of"]

# GB 3838: the smaller the better; what is worse than V has no class of its own.
_CLASSES = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "劣V": 6, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5,
            "劣五": 6, "6": 6, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "劣5": 6}  # fmt: skip


def met_of(sections: gpd.GeoDataFrame, findings: list[Finding]) -> NDArray[np.str_]:
    """Whether each section's target was reached; blank or unreadable classes leave it unknown."""
    ranks = {}
    for name in ("target", "measured"):
        said = texts(sections[name])
        ranks[name] = np.array([_rank(each) for each in said], dtype="float64")
        findings += [
            Finding("target-unreadable", WATER_SECTIONS.name, sections["water_section_id"][row], sections.geometry[row],
                    note=said[row])
            for row in np.flatnonzero(np.isnan(ranks[name]) & (said != ""))
        ]  # fmt: skip
    unknown = np.isnan(ranks["target"]) | np.isnan(ranks["measured"])
    return np.select([unknown, ranks["measured"] <= ranks["target"]], ["unknown", "met"], "not_met")


def _rank(text: str) -> float:
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split()).removesuffix("类")
    return _CLASSES.get(plain, np.nan)


def reaches_of(
    sections: gpd.GeoDataFrame, axis: Integers, along: Floats, axes: Axes, outfalls: tuple[Integers, Floats]
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.SECTION_REACHES`: every axis that has a section, cut at its sections."""
    length = shapely.length(axes.line)
    on = np.flatnonzero(axis >= 0)
    cut = pd.DataFrame({"axis": axis[on], "end": along[on], "row": on})
    ends = pd.DataFrame({"axis": np.unique(axis[on]), "row": -1}).assign(end=lambda each: length[each["axis"]])
    rows = pd.concat([cut, ends]).sort_values(["axis", "end", "row"], ascending=[True, True, False], ignore_index=True)
    rows["start"] = rows.groupby("axis")["end"].shift(fill_value=0.0)
    rows = rows[rows["end"] > rows["start"]].reset_index(drop=True)
    drawn = np.full(len(rows), None, dtype="object")
    for each, mine in rows.groupby("axis"):
        spans = mine["start"].to_numpy(), mine["end"].to_numpy()
        drawn[mine.index] = cut_many(shapely.get_coordinates(axes.line[int(str(each))]), *spans)
    where, shift = rows["row"].to_numpy(), axes.start[rows["axis"]]
    names = pd.Series(axes.river_id[rows["axis"]], dtype="str")

    def of_section(column: str, otherwise: str) -> NDArray[np.object_]:
        return np.append(texts(sections[column]), otherwise)[where]

    told = {
        "reach_id": names + "/" + (names.groupby(names).cumcount() + 1).astype("str").str.zfill(3),
        "river_id": names,
        "water_section_id": of_section("water_section_id", ""),
        "start_chainage_m": rows["start"].to_numpy() + shift,
        "end_chainage_m": rows["end"].to_numpy() + shift,
        "length_m": round_half_up((rows["end"] - rows["start"]).to_numpy(), 1),
        "target": of_section("target", ""),
        "measured": of_section("measured", ""),
        "target_met": of_section("target_met", "unknown"),
        "outfall_count": _counted(rows, *outfalls),
    }
    frame = gpd.GeoDataFrame(told, geometry=gpd.GeoSeries(drawn, crs=axes.crs), crs=axes.crs)
    return SECTION_REACHES.conform(frame)


def _counted(rows: pd.DataFrame, axis: Integers, along: Floats) -> Integers:
    """How many outfalls lie in each reach; one at a section belongs to the reach above it."""
    key = rows["axis"].to_numpy() + 1j * rows["end"].to_numpy()
    there = axis >= 0
    found = np.searchsorted(key, axis[there] + 1j * along[there])
    inside = found < len(rows)
    inside[inside] &= rows["axis"].to_numpy()[found[inside]] == axis[there][inside]
    return np.bincount(found[inside], minlength=len(rows))
