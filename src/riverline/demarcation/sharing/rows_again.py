"""From rows of a demarcation back to what they were written from, and to rows again where that has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.demarcation.extents.closed import Closed
from riverline.demarcation.extents.river import LineRow, Outcome
from riverline.demarcation.references import Piece, weakest
from riverline.demarcation.sharing.ranges import code_of
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.schema import EXTENTS, MANAGEMENT_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.demarcation.references import Axis
    from riverline.demarcation.result import Demarcation
    from riverline.rules import RuleSet

    Made = Outcome | Closed

__all__ = ["Members", "frames_of", "members_of"]

_KEY = r"^(?P<code>.*)-(?P<mark>[LRSW])-(?P<number>(?:M?\d+)(?:-\d+)*)$"
_LAYERS = {"S": "water", "W": "works"}


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Everything that has an extent, as it was before its rows were written, and the rows.

    ``source`` is the row of ``lines`` of each piece, by the identity of the piece.
    """

    made: list[Made]
    lines: gpd.GeoDataFrame
    extents: gpd.GeoDataFrame
    source: dict[int, int]


def members_of(results: Sequence[Demarcation], axes: dict[str, Axis]) -> Members:
    """Rivers, waters and works of several demarcations.

    Parameters
    ----------
    results
        In one CRS, no code in two of them.
    axes
        The rivers by code.
    """
    crs = results[0].lines.crs
    lines = _concatenated([each.lines for each in results], crs)
    extents = _concatenated([each.extents for each in results], crs)
    keys = lines["line_id"].astype("str").str.extract(_KEY)
    banked = lines["bank"].notna().to_numpy()
    keys["code"] = keys["code"].where(~banked, lines["river_id"])
    pieces = [_piece(row) for row in lines.to_dict("records")]
    source = {id(piece): number for number, piece in enumerate(pieces)}
    rows = {str(code): at.tolist() for code, at in keys.groupby("code").indices.items()}
    shapes = _shapes(extents)
    made: list[Made] = []
    for code, by_kind in shapes.items():
        mine = rows.get(code, [])
        number = by_kind["row"]
        if code in axes and (not mine or banked[mine].all()):
            axis = axes[code]
            made.append(
                Outcome(axis, by_kind["management"], by_kind.get("protection"), extents["clearance_m"][number],
                        [_line_row(lines, keys, pieces, at, axis) for at in mine])
            )  # fmt: skip
        else:
            mark = str(keys["mark"][mine[0]]) if mine else "S"
            made.append(
                Closed(code, extents["river_id"][number], "", _LAYERS.get(mark, "water"), by_kind["management"],
                       by_kind.get("protection"), extents["clearance_m"][number],
                       [(lines.geometry[at], pieces[at]) for at in mine])
            )  # fmt: skip
    return Members(made, lines, extents, source)


def _concatenated(frames: Sequence[gpd.GeoDataFrame], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    kept = [frame for frame in frames if len(frame)] or list(frames[:1])
    return gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), geometry="geometry", crs=crs)


def _shapes(extents: gpd.GeoDataFrame) -> dict[str, dict[str, Any]]:
    """Geometry of each code by kind, and the row of its management extent."""
    found: dict[str, dict[str, Any]] = {}
    for number, (key, kind, shape) in enumerate(
        zip(extents["extent_id"], extents["kind"], extents.geometry, strict=True)
    ):
        mine = found.setdefault(str(key).removesuffix(f"-{kind}"), {})
        mine[str(kind)] = shape
        if kind == "management":
            mine["row"] = number
    return {code: mine for code, mine in sorted(found.items()) if "management" in mine}


def _piece(row: dict[str, Any]) -> Piece:
    founded = isinstance(row["rule_id"], str) and row["rule_id"] != ""
    return Piece(
        line=row["geometry"],
        basis=row["basis"],
        width_m=row["offset_m"],
        protection_m=0.0,
        rule_id=row["rule_id"] if founded else "",
        citation=row["citation"] if isinstance(row["citation"], str) else "",
        confidence=row["confidence"],
        source_ids=tuple(str(row["source_ids"]).split(",")),
        start=row["start_chainage_m"],
        end=row["end_chainage_m"],
        note=row["note"] if isinstance(row["note"], str) else "",
        founded=founded,
    )


def _line_row(lines: gpd.GeoDataFrame, keys: pd.DataFrame, pieces: list[Piece], at: int, axis: Axis) -> LineRow:
    start, end = (float(lines[name][at]) - axis.start_m for name in ("start_chainage_m", "end_chainage_m"))
    number = str(keys["number"][at])
    # Chainages of rows are rounded: the last may lie a hair beyond the end of the axis.
    return LineRow(lines["bank"][at], lines.geometry[at], pieces[at], start, min(end, axis.length), number)


def frames_of(given: Members, made: Sequence[Made], rules: RuleSet) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Lines and extents of what has become of all.

    Parameters
    ----------
    given
        What was there.
    made
        What became of it, in any order.
    rules
        Decimals of lengths and areas.

    Returns
    -------
    lines, extents
        Rows of what did not change are those that were given.
    """
    before = {code_of(each): each for each in given.made}
    changed = [each for each in made if _rows_of(each) is not _rows_of(before[code_of(each)])]
    redrawn = {code_of(each) for each in changed}
    of = _codes_of_lines(given)
    kept = given.lines[~np.isin(of, list(redrawn))]
    drawn = [row for each in changed for row in _written(each, given, rules)]
    new = [gpd.GeoDataFrame(drawn, geometry="geometry", crs=given.lines.crs)] if drawn else []
    lines = _concatenated([kept, *new], given.lines.crs)
    lines = lines.sort_values(["river_id", "line_id"], kind="stable").reset_index(drop=True)
    lines = MANAGEMENT_LINES.conform(lines) if len(lines) else MANAGEMENT_LINES.empty(given.lines.crs)
    return lines, _extents(given, made, redrawn, rules)


def _rows_of(made: Made) -> Any:  # noqa: ANN401 - rows of either kind
    return made.rows if isinstance(made, Closed) else made.lines


def _codes_of_lines(given: Members) -> Any:  # noqa: ANN401 - an array of texts
    keys = given.lines["line_id"].astype("str").str.extract(_KEY)["code"]
    return keys.where(given.lines["bank"].isna(), given.lines["river_id"]).to_numpy(dtype="object")


def _written(made: Made, given: Members, rules: RuleSet) -> list[dict[str, Any]]:
    """Rows of lines: what a piece had already, with its new place; what is new, from the piece alone."""
    decimals = rules.policy.length_decimals
    rows = []
    for key, bank, line, piece, start, end in _stretches(made):
        at = given.source.get(id(piece))
        row = dict(given.lines.iloc[at]) if at is not None else _of_piece(piece, made)
        row |= {"line_id": key, "bank": bank, "geometry": line}
        spans = round_half_up([start, end, line.length], decimals).tolist()
        row |= dict(zip(("start_chainage_m", "end_chainage_m", "length_m"), spans, strict=True))
        rows.append(row)
    return rows


def _stretches(made: Made) -> list[tuple[str, str | None, shapely.LineString, Piece, float, float]]:
    if not isinstance(made, Closed):
        code, start = made.axis.river_id, made.axis.start_m
        return [
            (f"{code}-{row.bank[0].upper()}-{row.number}", row.bank, row.line, row.piece, start + row.start,
             start + row.end)
            for row in made.lines
        ]  # fmt: skip
    mark = "W" if made.layer == "works" else "S"
    ends = np.cumsum([line.length for line, _ in made.rows]).tolist()
    return [
        (f"{made.code}-{mark}-{number:03d}", None, line, piece, end - line.length, end)
        for number, ((line, piece), end) in enumerate(zip(made.rows, ends, strict=True), 1)
    ]


def _of_piece(piece: Piece, made: Made) -> dict[str, Any]:
    return {
        "river_id": made.river_id if isinstance(made, Closed) else made.axis.river_id,
        "basis": piece.basis,
        "rule_id": piece.rule_id,
        "citation": piece.citation,
        "offset_m": piece.width_m,
        "confidence": piece.confidence,
        "source_ids": ",".join(piece.source_ids),
        "note": piece.note,
    }


def _extents(given: Members, made: Sequence[Made], redrawn: set[str], rules: RuleSet) -> gpd.GeoDataFrame:
    """Rows with the ground that each has now; lengths and confidence anew where lines were redrawn."""
    shape = dict(zip(given.extents["extent_id"].astype("str"), given.extents.geometry, strict=True))
    shape |= {f"{code_of(each)}-management": each.extent for each in made}
    shape |= {f"{code_of(each)}-protection": each.protection for each in made}
    kept = given.extents[given.extents["extent_id"].map(lambda key: shape.get(key) is not None)]
    rows = kept.sort_values("extent_id", kind="stable").reset_index(drop=True)
    if rows.empty:
        return EXTENTS.empty(given.extents.crs)
    parts = [shapely.multipolygons(_areas(shape[key])) for key in rows["extent_id"]]
    rows = rows.set_geometry(gpd.GeoSeries(parts, crs=given.extents.crs))
    areas = ellipsoidal_area(rows.geometry).to_numpy()
    rows["area_m2"] = round_half_up(areas, rules.policy.area_decimals)
    by_code = {code_of(each): each for each in made}
    for number, (key, kind) in enumerate(zip(rows["extent_id"], rows["kind"], strict=True)):
        code = str(key).removesuffix(f"-{kind}")
        if code in redrawn:
            for name, value in _measured(by_code[code], rules).items():
                if name in rows.columns:
                    rows.loc[number, name] = value
    return EXTENTS.conform(rows)


def _areas(shape: shapely.Geometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(shape).tolist() if shapely.get_dimensions(part) == 2]  # noqa: PLR2004


def _measured(made: Made, rules: RuleSet) -> dict[str, Any]:
    """What an extent tells of its lines."""
    if isinstance(made, Closed):
        return {}
    decimals = rules.policy.length_decimals
    lengths = np.array([row.line.length for row in made.lines])
    founded = np.array([row.piece.founded for row in made.lines], dtype=bool)
    told: dict[str, Any] = {}
    for bank in ("left", "right"):
        mine = [row.line.length for row in made.lines if row.bank == bank]
        told[f"{bank}_length_m"] = (
            float(round_half_up(sum(round_half_up(mine, decimals)), decimals)) if mine else np.nan
        )
    if len(lengths):
        told["founded_share"] = float(round_half_up([(lengths * founded).sum() / lengths.sum()], 4)[0])
        told["confidence"] = weakest([row.piece.confidence for row in made.lines])
    return told
