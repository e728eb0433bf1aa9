"""Where stakes stand along every line: at control points, at turns, and between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import locate
from riverline._kernels.lines.stake_chain import push_out
from riverline._kernels.lines.stake_spans import chord_errors, even_places, turn_places
from riverline.channel.given import finite, texts
from riverline.demarcation.stakes.bank_lines import bank_lines, rows_by_line
from riverline.demarcation.stakes.citing import is_founded
from riverline.demarcation.stakes.control_points import Around, control_points, once_at_mouths, together
from riverline.demarcation.stakes.existing import join, locate_existing
from riverline.demarcation.stakes.surroundings import limits, settings_at, stretches
from riverline.geodesy import align
from riverline.schema import ADMIN, AXES, LANDMARKS, SETTINGS, WORKS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.result import Demarcation
    from riverline.demarcation.stakes.bank_lines import BankLine
    from riverline.demarcation.stakes.surroundings import Stretches
    from riverline.rules import Numbering, Policy, StakeSpacing
    from riverline.schema import Schema

    Floats = NDArray[np.float64]

__all__ = ["Ground", "Plan", "by_line", "lay_out", "measure", "pieces_at", "prepare_ground", "stand"]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What stakes are placed on: the lines, what is around them, and the policy of the rule set."""

    lines: gpd.GeoDataFrame
    bank_lines: list[BankLine]
    around: Around
    along_lines: list[Stretches]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Plan:
    """Whether stakes or boards are placed: their schema, numbers, control points and distances.

    With ``founded`` none is placed where no rule founds the line.
    """

    schema: Schema
    numbering: Numbering
    reasons: frozenset[str]
    spacing: StakeSpacing
    sight_line_m: float
    turns_apart_m: float
    founded: bool = False


def prepare_ground(
    result: Demarcation,
    *,
    admin: gpd.GeoDataFrame | None,
    structures: gpd.GeoDataFrame | None,
    settings: gpd.GeoDataFrame | None,
    axes: gpd.GeoDataFrame | None,
    landmarks: gpd.GeoDataFrame | None,
) -> Ground:
    """The lines put together, and the layers around them in their CRS.

    Raises
    ------
    SchemaError, CRSError
        If a layer lacks columns or a CRS, or cannot be brought to that of the result.
    """
    crs = result.lines.crs
    given = {"admin": (admin, ADMIN), "structures": (structures, WORKS), "settings": (settings, SETTINGS),
             "axes": (axes, AXES), "landmarks": (landmarks, LANDMARKS)}  # fmt: skip
    layers: dict[str, gpd.GeoDataFrame | None] = {}
    for name, (frame, schema) in given.items():
        if frame is not None:
            schema.require(frame, layer=name)
        layers[name] = None if frame is None else finite(align(frame, crs, layer=name))
    lines = bank_lines(result.lines, layers["axes"])
    around = Around(result.extents, *(layers[name] for name in ("admin", "structures", "axes", "landmarks")))
    return Ground(result.lines, lines, around, stretches(lines, layers["settings"]), result.rules.policy)


def lay_out(
    ground: Ground, plan: Plan, existing: gpd.GeoDataFrame | None, *, define: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The places of all stakes, in order along each line.

    Parameters
    ----------
    ground, plan
        What is placed on what.
    existing
        Stakes that stand already, from :func:`~.existing.read_existing`.
    define
        Whether stakes are pushed to the landside: existing ones that stand there as they have to are kept.

    Returns
    -------
    places
        ``line``, ``along``, ``reason``, ``reasons``, ``sources``, ``existing`` (position, -1 for none).
    found
        What :func:`~.existing.locate_existing` says of the existing stakes.
    """
    rules = ground.policy.stakes
    controls = control_points(ground.bank_lines, ground.lines, ground.around, reach_m=rules.structure_reach_m)
    controls = together(controls[controls["reason"].isin(plan.reasons)], rules)
    controls = once_at_mouths(controls, ground.bank_lines, rules)
    found = locate_existing(existing, ground.bank_lines, rules)
    if define and existing is not None:
        found = _kept_landward(ground, plan, controls, existing, found)
    return _places(ground, plan, controls, existing, found, define=define), found


def _kept_landward(
    ground: Ground, plan: Plan, controls: pd.DataFrame, existing: gpd.GeoDataFrame, found: pd.DataFrame
) -> pd.DataFrame:
    """What is said of existing stakes, those kept that stand as far to the landside as their chain has to there.

    All of them are laid out as if they were kept, so that none leaves its place on the line before it is judged.
    """
    placed = found["line"] >= 0
    kept = found.assign(status=found["status"].where(~placed, "kept"))
    places = _places(ground, plan, controls, existing, kept, define=True)
    points = stand(ground, places, existing, found, define=True)
    right = np.zeros(len(existing), dtype=bool)
    shapes = np.asarray(existing.geometry.array)
    sites = np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])
    for rows, each in by_line(ground, places):
        old = places["existing"].to_numpy()[rows]
        here, old = rows[old >= 0], old[old >= 0]
        stood, has_to = (locate(at, each.coords)[1] for at in (sites[old], points[here]))
        right[old] = np.abs(stood - has_to) <= ground.policy.stakes.stands_m
    return found.assign(status=found["status"].mask(placed & right, "kept"))


def _places(
    ground: Ground,
    plan: Plan,
    controls: pd.DataFrame,
    existing: gpd.GeoDataFrame | None,
    found: pd.DataFrame,
    *,
    define: bool,
) -> pd.DataFrame:
    """The places of all stakes, in order along each line, with the existing ones as they were found."""
    rules = ground.policy.stakes
    settings = settings_at(ground.along_lines, found["line"].to_numpy(), found["along"].to_numpy())
    reach = limits(settings, plan.spacing)[0]
    given = join(controls, existing, found, reach_m=reach, together_m=rules.together_m)
    parts = [given]
    for number, rows_here in enumerate(rows_by_line(given["line"].to_numpy(), len(ground.bank_lines))):
        line, around = ground.bank_lines[number], ground.along_lines[number]
        spare = 2.0 * rules.stands_m, rules.stands_m if define else 0.0
        parts.append(_between(number, line, given.iloc[rows_here], around, plan, spare))
    rows = [part for part in parts if len(part)]
    places = pd.concat(rows, ignore_index=True) if rows else given
    if plan.founded:
        founded = is_founded(texts(ground.lines["rule_id"]))[pieces_at(ground, places)]
        places = places[founded | (places["existing"].to_numpy() >= 0)]
    return places.sort_values(["line", "along", "existing"], kind="stable").reset_index(drop=True)


def pieces_at(ground: Ground, places: pd.DataFrame) -> NDArray[np.int64]:
    """Positions in the lines of the piece that each place is on, (n,); where two meet, one that a rule founds.

    Of two that rules found it is the one downstream.
    """
    founded = is_founded(texts(ground.lines["rule_id"]))
    found, along = np.zeros(len(places), dtype="int64"), places["along"].to_numpy()
    for rows, each in by_line(ground, places):
        below, above = each.piece_at(along[rows]), each.piece_at(along[rows], upstream=True)
        found[rows] = np.where(founded[above] & ~founded[below], above, below)
    return found


def _between(
    number: int,
    bank_line: BankLine,
    given: pd.DataFrame,
    around: Stretches,
    plan: Plan,
    spare_m: tuple[float, float],
) -> pd.DataFrame:
    """The stakes at turns and at even distances that one line needs beside those that are given.

    Between two that stand already, spans may be longer and the line farther from the chord by what is spared: what was
    pushed to the landside is found again beside its place on the line, not on it.
    """
    coords, fixed = bank_line.coords, given["along"].to_numpy()
    # Without its last place, np.interp and turns would stop short of the end of the line.
    breaks = np.unique(np.concatenate([[0.0, bank_line.length], np.clip(fixed, 0.0, bank_line.length)]))
    _, most = limits(around.settings, plan.spacing)
    stood = fixed[given["existing"].to_numpy() >= 0]

    def turned(places: Floats) -> Floats:
        allowed = plan.sight_line_m + spare_m[1] * _within(places, stood)
        return turn_places(coords, places, tolerance_m=allowed, least_m=plan.turns_apart_m)

    turns = turned(breaks)
    even = even_places(turns, around.knots, most, spare_m=spare_m[0] * _within(turns, stood))
    # Where an even distance cuts a bend, the chords on either side may leave the line once more.
    every = turned(even)
    added = every[~np.isin(every, breaks)]
    spaced = np.isin(added, even) & ~np.isin(added, turns)
    reason = np.where(spaced, "spacing", "turn")
    columns = {"line": number, "along": added, "reason": reason, "reasons": reason, "sources": "", "existing": -1}
    return pd.DataFrame(columns)


def _within(places: Floats, stood: Floats) -> NDArray[np.bool_]:
    """Which spans run between two stakes that stand already."""
    there = np.isin(places, stood)
    return np.asarray(there[:-1] & there[1:])


def stand(
    ground: Ground, places: pd.DataFrame, existing: gpd.GeoDataFrame | None, found: pd.DataFrame, *, define: bool
) -> Floats:
    """Where the stakes stand, (n, 2): existing ones that are kept where they are, all others on the line.

    With ``define``, those on the line are pushed to the landside until their chain contains it.
    """
    points = np.empty((len(places), 2))
    kept = np.zeros(len(places), dtype=bool)
    if existing is not None:
        old = places["existing"].to_numpy()
        kept[old >= 0] = (found["status"] == "kept").to_numpy()[old[old >= 0]]
        sites = np.asarray(existing.geometry.array)[old[kept]]
        points[kept] = np.column_stack([shapely.get_x(sites), shapely.get_y(sites)])
    for rows, each in by_line(ground, places):
        along = places["along"].to_numpy()[rows]
        fresh = ~kept[rows]
        points[rows[fresh]] = each.at(along[fresh])
        if define:
            chain, breaks, pinned = _closed(each, points[rows], along, kept[rows])
            points[rows] = push_out(each.coords, breaks, chain, landside=each.landside, pinned=pinned)[0][: len(rows)]
    return points


def measure(ground: Ground, places: pd.DataFrame, points: Floats) -> dict[str, NDArray[np.generic]]:
    """Next stake, distance from the line, and errors of the chord to the next, (n,) each."""
    following = np.full(len(places), -1)
    offset, deviation, inside = np.full((3, len(places)), np.nan)
    for rows, each in by_line(ground, places):
        along = places["along"].to_numpy()[rows]
        offset[rows] = shapely.distance(each.line, shapely.points(points[rows]))
        following[rows[:-1]] = rows[1:]
        if each.is_ring and len(rows) > 1:
            following[rows[-1]] = rows[0]
        chain, breaks, _ = _closed(each, points[rows], along, np.zeros(len(rows), dtype=bool))
        if len(chain) > 1:
            spans = chord_errors(each.coords, breaks, chain, landside=each.landside)
            deviation[rows[: len(spans[0])]], inside[rows[: len(spans[1])]] = spans
    return {"following": following, "offset_m": offset, "deviation_m": deviation, "inside_m": inside}


def by_line(ground: Ground, places: pd.DataFrame) -> list[tuple[NDArray[np.int64], BankLine]]:
    """Positions of the places on each line that has any, and the line."""
    rows = rows_by_line(places["line"].to_numpy(), len(ground.bank_lines))
    return [(here, each) for here, each in zip(rows, ground.bank_lines, strict=True) if len(here)]


def _closed(
    bank_line: BankLine, points: Floats, along: Floats, pinned: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """A chain of stakes; that of a ring ends with its first stake."""
    if not bank_line.is_ring:
        return points, along, pinned
    return np.vstack([points, points[:1]]), np.append(along, bank_line.length), np.append(pinned, pinned[:1])
