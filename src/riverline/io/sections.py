"""Reading surveyed cross-sections: lines across the valley, and the ground along each as station and height."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.errors import Hint, SchemaError
from riverline.geodesy import geodesic_length
from riverline.io.archives import data_set
from riverline.io.decoding import Reading
from riverline.io.grids import read_grid
from riverline.io.headers import table_of
from riverline.io.layers import describe_source, shape_to_schema
from riverline.io.mapping import hints_of, match_columns, missing_columns, rename_columns, single_targets
from riverline.io.notes import few, note
from riverline.io.reference import settle_crs
from riverline.io.sources import read_rows
from riverline.io.values import numbers_in_text
from riverline.schema import SECTIONS, Column
from riverline.schema.values import read_values
from riverline.schema.words import plain_name

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from riverline.io.mapping import Columns, Problems, Values
    from riverline.io.notes import Note

__all__ = ["read_sections"]

Unit = Literal["m", "ft", "us_ft"]

_METRES: dict[Unit, float] = {"m": 1.0, "ft": 0.3048, "us_ft": 1200.0 / 3937.0}
_LINES = replace(SECTIONS, columns=tuple(column for column in SECTIONS if column.kind != "profile"))
_POINTS = (
    SECTIONS["section_id"],
    Column("station_m", "number", "起点距", "Station", "QDJ", "Distance along the section from its first vertex.", "m"),
    Column("ground_m", "number", "高程", "Elevation", "GC", "Height of the ground.", "m"),
)
# Stations that differ from the drawn line by more than this are told of; by a foot's length, refused.
_TOLD = 0.01
_FOOT_TOLERANCE = 0.03


@dataclass(frozen=True, slots=True)
class _Profiles:
    """Points of profiles under their names, what is wrong with the table, and which mapping was used up by it."""

    points: pd.DataFrame
    problems: Problems
    mapped: frozenset[str]
    name: str
    notes: list[Note] = field(default_factory=list)


def read_sections(  # noqa: PLR0913 - one argument a question that the files may leave open
    lines: str | os.PathLike[str] | gpd.GeoDataFrame,
    profiles: str | os.PathLike[str] | pd.DataFrame,
    *,
    columns: Columns | None = None,
    values: Values | None = None,
    crs: object = None,
    unit: Unit = "m",
    layer: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    """Read surveyed cross-sections: lines with a flood level, and a table of ground points.

    Parameters
    ----------
    lines
        Section lines drawn from the left to the right bank, one row a section with its level: what
        :func:`riverline.read_layer` reads, or a frame.
    profiles
        Ground points with section, station and height: what :func:`riverline.read_table` reads, or a frame.
    columns
        ``{"field in either": "column"}``, for the columns of ``riverline.schema.SECTIONS`` and the two of the points,
        ``station_m`` (起点距) and ``ground_m`` (高程). Other columns are found by their names.
    values
        ``{"column": value}`` for all lines, as in :func:`riverline.read_layer`.
    crs
        CRS of lines that do not say.
    unit
        Unit of levels, chainages, stations and heights in both: ``"m"``, ``"ft"`` (0.3048 m) or ``"us_ft"``
        (1200/3937 m). They come out in metres; columns that the schema does not have stay as they are.
    layer, sheet, encoding
        As for the readers of the two.

    Returns
    -------
    GeoDataFrame
        Rows of ``riverline.schema.SECTIONS``, lines in their own CRS (see :func:`riverline.geodesy.to_metric`).
        ``profile`` is a line of (station, height) in metres, by rising station; points at one station keep their
        order, so that a wall stays a wall. It is missing where a section has fewer than two points, or one without a
        number. ``frame.attrs["source"]["notes"]`` names those sections, points of unknown sections, and how stations
        compare with the length of the lines.

    Raises
    ------
    ReadError, SchemaError, CRSError
        As for the readers; also if stations and lines differ by the length of a foot: then ``unit`` is wrong.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> import riverline as rl
    >>> import shapely
    >>> lines = gpd.GeoDataFrame(
    ...     {"xs_id": [7], "river_id": ["R1"], "wse": [100.0]},
    ...     geometry=gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 0 -30.48)"]),
    ...     crs=4548,
    ... )
    >>> points = pd.DataFrame({"xs_id": [7, 7, 7], "station": [0, 50, 100], "elev": [110.0, 90.0, 110.0]})
    >>> names = {"xs_id": "section_id", "wse": "level_m", "elev": "ground_m"}
    >>> sections = rl.read_sections(lines, points, columns=names, unit="ft")
    >>> shapely.get_coordinates(sections["profile"][0]).round(3).tolist(), float(sections["level_m"].round(2)[0])
    ([[0.0, 33.528], [15.24, 27.432], [30.48, 33.528]], 30.48)
    """
    mapping, _ = single_targets(columns)
    table = _read_points(profiles, mapping, sheet=sheet, encoding=encoding)
    frame, source = _read_lines(
        lines, dict(columns or {}), table, values=values, crs=crs, layer=layer, encoding=encoding
    )
    metric, notes = _to_metres(frame, unit)
    points = table.points.assign(
        station_m=table.points["station_m"] * _METRES[unit], ground_m=table.points["ground_m"] * _METRES[unit]
    )
    _require_unit(points, metric, unit)
    built = _profiles(points, metric["section_id"])
    metric["profile"] = metric["section_id"].map(built)
    notes += _told(points, metric)
    sections = SECTIONS.conform(metric)
    sections.attrs = {"source": {**source, "profiles": table.name, "notes": [*source["notes"], *table.notes, *notes]}}
    return sections


def _read_points(
    profiles: str | os.PathLike[str] | pd.DataFrame,
    mapping: Mapping[str, str],
    *,
    sheet: str | None,
    encoding: str | None,
) -> _Profiles:
    if isinstance(profiles, pd.DataFrame):
        table, name = profiles.reset_index(drop=True), "DataFrame"
        notes: list[Note] = []
    else:
        grid = read_grid(Path(profiles), sheet=sheet, encoding=encoding)
        labels = {each for column in _POINTS for each in (column.name, column.label_zh, column.label_en)}
        names = {plain_name(each) for each in (*labels, *mapping)}
        table, notes = table_of(grid, lambda text: plain_name(text) in names)
        name, notes = Path(profiles).name, [*grid.notes, *notes]
    fields = [str(each) for each in table.columns]
    targets = {column.name for column in _POINTS}
    used = {given: name for given, name in mapping.items() if name in targets and given in fields}
    match, problems = match_columns(fields, _POINTS, used)
    renamed, said = rename_columns(table, match)
    problems = missing_columns(fields, _POINTS, match, key="section_id") | problems
    told: Problems = {
        f"profiles/{column}": (f"断面点表：{said[0]}", f"profiles: {said[1]}", hints_of(said))
        for column, said in problems.items()
    }
    if problems:
        return _Profiles(renamed, told, frozenset(used), name)
    points = pd.DataFrame({column.name: _values(renamed[column.name], column) for column in _POINTS})
    return _Profiles(points, told, frozenset(used), name, [*notes, *said])


def _values(series: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if column.kind == "number" and pd.api.types.is_string_dtype(series):
        return numbers_in_text(series)
    return read_values(series, column).converted


def _read_lines(
    lines: str | os.PathLike[str] | gpd.GeoDataFrame,
    mapping: Columns,
    table: _Profiles,
    *,
    values: Values | None,
    crs: object,
    layer: str | None,
    encoding: str | None,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    if isinstance(lines, gpd.GeoDataFrame):
        reading = Reading(lines.reset_index(drop=True), "GeoDataFrame", "", "", "declared", notes=[])
        name = lines.attrs.get("source", {}).get("path", "GeoDataFrame")
    else:
        with data_set(Path(lines), layer=layer) as found:
            reading, name = read_rows(found, _LINES, encoding=encoding, bbox=None), found.name
    # What only the points have is theirs; a name that both have, such as the section's, is used in both.
    fields = {str(each) for each in reading.frame.columns}
    mine = {given: target for given, target in mapping.items() if given in fields or given not in table.mapped}
    mine = {given: target for given, target in mine.items() if target not in ("station_m", "ground_m")}
    located, crs_error, notes = settle_crs(reading.frame, crs, driver=reading.driver)
    frame, said = shape_to_schema(
        located, _LINES, columns=mine, values=values, reading=reading, crs_error=crs_error, also=table.problems
    )
    return frame, describe_source(name, reading, frame, [*notes, *said], values)


def _to_metres(frame: gpd.GeoDataFrame, unit: Unit) -> tuple[gpd.GeoDataFrame, list[Note]]:
    if unit == "m":
        return frame.copy(), []
    lengths = [
        column.name
        for column in _LINES
        if column.unit == "m" and column.name in frame.columns and pd.api.types.is_numeric_dtype(frame[column.name])
    ]
    scaled = frame.assign(**{name: frame[name] * _METRES[unit] for name in lengths})
    listed = ", ".join((*lengths, "station_m", "ground_m"))
    return scaled, [
        note(f"单位由 {unit} 换算为米：{listed}", f"converted from {unit} to metres: {listed}"),
    ]


def _profiles(points: pd.DataFrame, wanted: pd.Series[Any]) -> dict[str, shapely.LineString]:
    """The profile of each section that has one."""
    bad = set(points.loc[points[["station_m", "ground_m"]].isna().any(axis=1), "section_id"].dropna())
    usable = points[points["section_id"].isin(set(wanted) - bad)].reset_index(drop=True)
    usable = usable[usable.groupby("section_id")["station_m"].transform("size") > 1].reset_index(drop=True)
    if usable.empty:
        return {}
    code, ids = pd.factorize(usable["section_id"], sort=True)
    stations = usable["station_m"].to_numpy()
    by_section = usable.groupby(code)["station_m"]
    # A profile surveyed from right to left has its walls from right to left too.
    falling = (by_section.transform("first") > by_section.transform("last")).to_numpy()
    rank = np.where(falling, -np.arange(len(usable)), np.arange(len(usable)))
    order = np.lexsort((rank, stations, code))
    corners = np.column_stack([stations, usable["ground_m"].to_numpy()])[order]
    drawn: Any = shapely.linestrings(corners, indices=code[order])
    return dict(zip(ids.tolist(), drawn, strict=True))


def _require_unit(points: pd.DataFrame, frame: gpd.GeoDataFrame, unit: Unit) -> None:
    """Raise if stations and lines differ by the length of a foot."""
    ratio = float(np.nanmedian(_ratios(points, frame))) if len(frame) and len(points) else np.nan
    foot = 1.0 / _METRES["ft"]
    wrong = {"m": foot, "ft": 1.0 / foot, "us_ft": 1.0 / foot}[unit]
    if not abs(ratio / wrong - 1.0) < _FOOT_TOLERANCE:
        return
    better = "us_ft" if unit == "m" else "m"
    now, then = Hint.of("unit", unit), Hint.of("unit", better)
    raise SchemaError(
        f"按 {now.call}，断面起点距是断面线长度的 {ratio:.3f} 倍（中位数），即差一个英尺：请改用 {then.call}",
        f"with {now.call} stations are {ratio:.3f} times the length of the lines (median), a foot to a metre: use "
        f"{then.call}",
        [now, then],
    )


def _ratios(points: pd.DataFrame, frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Length by stations over length of the line, for each section."""
    crs = frame.crs
    if crs.is_geographic:
        lengths = geodesic_length(frame).to_numpy()
    else:
        lengths = shapely.length(frame.geometry.to_numpy()) * crs.axis_info[0].unit_conversion_factor
    by_section = points.groupby("section_id")["station_m"]
    reach = frame["section_id"].map(by_section.max() - by_section.min()).to_numpy(dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(lengths > 0.0, reach / lengths, np.nan), dtype="float64")


def _told(points: pd.DataFrame, frame: gpd.GeoDataFrame) -> list[Note]:
    """How stations compare with lines, and what has no partner."""
    notes = []
    ratios = _ratios(points, frame)
    known = ratios[np.isfinite(ratios)]
    if len(known):
        off = frame.loc[np.abs(ratios - 1.0) > _TOLD, "section_id"]
        median = float(np.median(known))
        notes.append(
            note(
                f"起点距与断面线长度之比（中位数）{median:.4f}；{len(off)} 个断面相差超过 1%：{few(off) or '-'}",
                f"stations are {median:.4f} times the length of the lines (median); {len(off)} sections differ by more "
                f"than 1 %: {few(off) or '-'}",
            )
        )
    without = frame.loc[frame["profile"].isna(), "section_id"]
    if len(without):
        notes.append(
            note(
                f"{len(without)} 个断面没有可用的断面线（少于两点或含非数字）：{few(without)}",
                f"{len(without)} sections have no usable profile (fewer than two points, or not a number): "
                f"{few(without)}",
            )
        )
    unknown = points.loc[~points["section_id"].isin(frame["section_id"]), "section_id"]
    if len(unknown):
        ids = unknown.fillna("-").unique()
        notes.append(
            note(
                f"{len(unknown)} 个断面点不属于任何断面线，未使用：{few(ids)}",
                f"{len(unknown)} points belong to no section line and were not used: {few(ids)}",
            )
        )
    return notes
