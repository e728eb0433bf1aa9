"""What to look at before stakes are set: too far apart, off the line, numbered twice, to be moved, in another river."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.lines.chainage import locate
from riverline._kernels.lines.stake_spans import longest_spans
from riverline.channel.given import finite, texts
from riverline.demarcation.result import require_result
from riverline.demarcation.stakes.bank_lines import bank_lines, rows_by_line
from riverline.demarcation.stakes.control_points import work_places
from riverline.demarcation.stakes.existing import places_of
from riverline.demarcation.stakes.protection import Extent, along
from riverline.demarcation.stakes.sight import out_of_sight
from riverline.demarcation.stakes.surroundings import limits, stretches
from riverline.geodesy import align
from riverline.schema import BOARDS, SETTINGS, STAKES, WORKS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.result import Demarcation
    from riverline.demarcation.stakes.bank_lines import BankLine

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = ["check_stakes"]

# What a chain that is meant to contain the line may cut off: coordinates keep a millimetre.
_CUT_OFF_M = 1e-3


def check_stakes(
    stakes: gpd.GeoDataFrame,
    result: Demarcation,
    *,
    structures: gpd.GeoDataFrame | None = None,
    settings: gpd.GeoDataFrame | None = None,
    boards: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """What of placed stakes a person has to look at.

    Parameters
    ----------
    stakes
        What :func:`place_stakes` gave, filled in or not.
    result
        The demarcation that they belong to.
    structures
        The works that :func:`place_stakes` was given: those too far from every line are told.
    settings
        The surroundings that :func:`place_stakes` was given: spans over several are held against what each allows, as
        they were placed. Without them a span between two surroundings may be as long as the wider of both allows.
    boards
        What :func:`place_boards` gave: those with a blank side are told.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`: numbers that occur twice, chains that define the line and cut inside it
        (errors); stakes to be moved, without a place, off the line, too far from the next, out of its sight where
        another would fit, or inside the extent of another river, boards without a text of law to cite (warnings);
        spans out of sight that have no room for another, unknown surroundings, works without a stake and numbers that
        both banks have (notes).

    Raises
    ------
    SchemaError, CRSError
        If the stakes or the works lack columns or a CRS, or the result is not in metres.
    JobError
        If ``result`` is no demarcation.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> river, left, right = (LineString([(500_000, y), (502_000, y)]) for y in (3_500_000, 3_500_080, 3_499_920))
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=[left, right], crs=4548)
    >>> result = rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops)
    >>> rl.check_stakes(rl.place_stakes(result), result)[["code", "feature_id", "severity"]].values.tolist()
    [['setting-unknown', 'R1', 'note']]
    """
    require_result(result)
    STAKES.require(stakes)
    placed = STAKES.conform(align(stakes, result.lines.crs, layer="stakes"))
    found = [*_numbers(placed), *_surroundings(placed)]
    outer = _texts(placed, "extent") == "protection"
    by_extent: dict[Extent, Mask] = {"management": ~outer, "protection": outer}
    for of, rows in by_extent.items():
        if rows.any():
            there = along(result, of)
            found += [
                *_places(placed[rows], there),
                *_spans(placed[rows], there, settings),
                _inside_others(placed[rows], there),
            ]
    found.append(_works(structures, result))
    if boards is not None:
        BOARDS.require(boards)
        found.append(_silent(align(boards, result.lines.crs, layer="boards")))
    return faults.combine(found, crs=result.lines.crs)


def _rows(code: str, stakes: gpd.GeoDataFrame, where: Mask, **measured: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    ids, sites = texts(stakes["stake_id"])[where].tolist(), np.asarray(stakes.geometry.array)[where]
    told: dict[str, Any] = {
        name: value[where] if isinstance(value, np.ndarray) else value for name, value in measured.items()
    }
    return faults.found(code, layer="stakes", feature_id=ids, geometry=sites, crs=stakes.crs, **told)


def _numbers(stakes: gpd.GeoDataFrame) -> list[gpd.GeoDataFrame]:
    """Old numbers often count anew on every bank: only on one bank must they differ."""
    told = pd.DataFrame({name: texts(stakes[name]) for name in ("river_id", "bank", "number")})
    twice = told.duplicated(keep=False) & (told["number"] != "")
    banks = told[told["number"].ne("") & told["bank"].ne("")].drop_duplicates()
    shared = banks[banks.duplicated(["river_id", "number"])].groupby("river_id")["number"].agg("、".join)
    note = faults.found("stake-number-shared", layer="stakes", feature_id=shared.index.tolist(),
                        geometry=[None] * len(shared), crs=stakes.crs, note=shared.tolist())  # fmt: skip
    return [_rows("stake-number-twice", stakes, twice.to_numpy(), note=texts(told["number"])), note]


def _silent(boards: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Boards of which a side is blank: there was no text of law to cite."""
    silent = np.any([texts(boards[side]) == "" for side in ("front", "back") if side in boards], axis=0)
    where = np.broadcast_to(silent, len(boards)) & (_texts(boards, "status") != "missing")
    ids, sites = texts(boards["board_id"])[where].tolist(), np.asarray(boards.geometry.array)[where]
    return faults.found("board-without-law", layer="boards", feature_id=ids, geometry=sites, crs=boards.crs)


def _places(stakes: gpd.GeoDataFrame, result: Demarcation) -> list[gpd.GeoDataFrame]:
    """Stakes that have no place, have to be moved, or stand off the line of their own river and bank.

    Where stakes define the line they may stand to the landside of it, as far as one that is not lost.
    """
    rules = result.rules.policy.stakes
    status = _texts(stakes, "status")
    missing, moved = status == "missing", status == "moved"
    lines = bank_lines(result.lines)
    line, off, landward = _off_own_line(stakes, lines)
    # A blank code is told by another check.
    bare = ~missing & (line < 0) & (texts(stakes["river_id"]) != "")
    out = np.where(_texts(stakes, "role") == "define", np.maximum(-landward, off - rules.lost_m), off)
    astray = ~missing & (line >= 0) & ~(out <= rules.stands_m)
    return [
        _rows("stake-without-place", stakes, missing, value=off, limit=rules.lost_m, unit="m"),
        _rows("stake-to-move", stakes, moved, value=_metres(stakes, "moved_m"), unit="m"),
        _rows("stake-without-line", stakes, bare, note=_whose(stakes)),
        _rows("stake-off-line", stakes, astray, value=off, limit=rules.stands_m, unit="m"),
    ]


def _off_own_line(stakes: gpd.GeoDataFrame, lines: list[BankLine]) -> tuple[NDArray[np.int64], Floats, Floats]:
    """The line of its river and bank that each stake belongs to, how far off it is, and how far to the landside."""
    line, _ = places_of(stakes, lines)
    off, landward = np.full((2, len(stakes)), np.nan)
    shapes = np.asarray(stakes.geometry.array)
    sites = np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])
    for here, each in zip(rows_by_line(line, len(lines)), lines, strict=True):
        if len(here):
            landward[here] = -each.landside * locate(sites[here], each.coords)[1]
            off[here] = np.abs(landward[here])
    return line, off, landward


def _whose(stakes: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """River and bank that stakes state, as people read them."""
    banks = [STAKES["bank"].value_label(each) if each else "" for each in texts(stakes["bank"])]
    return np.array(
        [f"{river}{bank}" for river, bank in zip(texts(stakes["river_id"]), banks, strict=True)], dtype="object"
    )


def _spans(stakes: gpd.GeoDataFrame, result: Demarcation, settings: gpd.GeoDataFrame | None) -> list[gpd.GeoDataFrame]:
    """Spans that are too long, leave the sight line, or give land away where the stakes define the line."""
    policy = result.rules.policy
    following = _texts(stakes, "next")
    most = _most(stakes, result, settings)
    length, inside = (_metres(stakes, name) for name in ("next_m", "inside_m"))
    # What the rule set leaves no room for is no fault of the stakes, but told: no number over its limit is left alone.
    deviation, roomless = np.full((2, len(stakes)), np.nan)
    there = np.flatnonzero(_texts(stakes, "status") != "missing")
    deviation[there], roomless[there] = out_of_sight(stakes.iloc[there], bank_lines(result.lines), policy.stakes)
    limit = policy.stakes.sight_line_m
    defines = _texts(stakes, "role") == "define"
    far, unseen = length > most, ~np.isnan(deviation)
    cut = defines & (inside > _CUT_OFF_M)
    told: dict[str, Any] = {"unit": "m", "note": following}
    return [
        _rows("stakes-far-apart", stakes, far, value=length, limit=most, **told),
        _rows("stake-out-of-sight", stakes, unseen & ~defines, value=deviation, limit=limit, **told),
        _rows("stake-sight-roomless", stakes, ~np.isnan(roomless) & ~defines, value=roomless, limit=limit, **told),
        _rows("stake-chord-inside", stakes, cut, value=inside, limit=_CUT_OFF_M, **told),
    ]


def _most(stakes: gpd.GeoDataFrame, result: Demarcation, settings: gpd.GeoDataFrame | None) -> Floats:
    """How far each stake may be from its next, (n,)."""
    spacing = result.rules.policy.stake_spacing
    _, most = limits(_texts(stakes, "setting"), spacing)
    told = pd.DataFrame({name: _texts(stakes, name) for name in ("river_id", "bank", "number", "next")})
    first = told.reset_index().drop_duplicates(["river_id", "bank", "number"])
    pairs = told.merge(first, how="left", left_on=["river_id", "bank", "next"], right_on=["river_id", "bank", "number"])
    following = pairs["index"].to_numpy(dtype="float64")
    rows = np.flatnonzero(np.isfinite(following))
    ahead = following[rows].astype("int64")
    most[rows] = np.maximum(most[rows], most[ahead])
    if settings is None or not len(rows):
        return most
    SETTINGS.require(settings, layer="settings")
    lines = bank_lines(result.lines)
    along_lines = stretches(lines, finite(align(settings, result.lines.crs, layer="settings")))
    line, along = places_of(stakes, lines)
    same = (line[rows] >= 0) & (line[rows] == line[ahead])
    rows, ahead = rows[same], ahead[same]
    for here, each in zip(rows_by_line(line[rows], len(lines)), along_lines, strict=True):
        _, allowed = limits(each.settings, spacing)
        most[rows[here]] = longest_spans(along[rows[here]], along[ahead[here]], each.knots, allowed)
    return most


def _surroundings(stakes: gpd.GeoDataFrame) -> list[gpd.GeoDataFrame]:
    """One note for each river along which the surroundings are not known."""
    unknown = stakes[(_texts(stakes, "setting") == "unknown") & (_texts(stakes, "status") != "missing")]
    counted = unknown.groupby("river_id", sort=True).size()
    sites = [shapely.multipoints(unknown.geometry[unknown["river_id"] == river].tolist()) for river in counted.index]
    ids, count = counted.index.tolist(), counted.to_numpy(dtype="float64")
    return [
        faults.found("setting-unknown", layer="stakes", feature_id=ids, geometry=sites, crs=stakes.crs, value=count)
    ]


def _inside_others(stakes: gpd.GeoDataFrame, result: Demarcation) -> gpd.GeoDataFrame:
    """Stakes that stand inside the management extent of another river, where they may stand in its water."""
    extents = result.extents[result.extents["kind"] == "management"]
    rivers, own = texts(extents["river_id"]), texts(stakes["river_id"])
    note = np.full(len(stakes), "", dtype="object")
    areas = np.asarray(extents.geometry.array)
    if len(areas):
        stake, extent = shapely.STRtree(areas).query(np.asarray(stakes.geometry.array), predicate="within")
        other = rivers[extent] != own[stake]
        note[stake[other]] = rivers[extent[other]]
    return _rows("stake-in-other-river", stakes, note != "", note=note)


def _works(structures: gpd.GeoDataFrame | None, result: Demarcation) -> gpd.GeoDataFrame:
    """Works so far from every line of their river that they have no stake."""
    crs, reach = result.lines.crs, result.rules.policy.stakes.structure_reach_m
    if structures is None:
        return faults.found("structure-unstaked", layer="works", feature_id=[], geometry=[], crs=crs)
    WORKS.require(structures, layer="structures")
    moved = finite(align(structures, crs, layer="structures"))
    _, placed = work_places(bank_lines(result.lines), moved, reach_m=reach)
    ids, sites = texts(moved["work_id"])[~placed].tolist(), np.asarray(moved.geometry.array)[~placed]
    told: dict[str, Any] = {"limit": reach, "unit": "m"}
    return faults.found("structure-unstaked", layer="works", feature_id=ids, geometry=sites, crs=crs, **told)


def _texts(stakes: gpd.GeoDataFrame, name: str) -> NDArray[np.object_]:
    return texts(stakes[name]) if name in stakes else np.full(len(stakes), "", dtype="object")


def _metres(stakes: gpd.GeoDataFrame, name: str) -> Floats:
    return stakes[name].to_numpy(dtype="float64") if name in stakes else np.full(len(stakes), np.nan)
