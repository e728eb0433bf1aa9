"""The public verbs: stakes and boards of a demarcation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from riverline.channel.given import texts
from riverline.demarcation.result import require_result
from riverline.demarcation.stakes.citing import is_certain
from riverline.demarcation.stakes.columns import short_chainage
from riverline.demarcation.stakes.control_points import REASONS
from riverline.demarcation.stakes.layout import Plan, prepare_ground
from riverline.demarcation.stakes.protection import Extent, along
from riverline.demarcation.stakes.rows import Role, rows_of
from riverline.errors import JobError
from riverline.schema import BOARDS, STAKES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.result import Demarcation
    from riverline.rules import Boards

__all__ = ["place_boards", "place_stakes"]


def place_stakes(  # noqa: PLR0913 - one argument a layer
    result: Demarcation,
    *,
    admin: gpd.GeoDataFrame | None = None,
    structures: gpd.GeoDataFrame | None = None,
    existing: gpd.GeoDataFrame | None = None,
    settings: gpd.GeoDataFrame | None = None,
    axes: gpd.GeoDataFrame | None = None,
    breaks: gpd.GeoDataFrame | None = None,
    landmarks: gpd.GeoDataFrame | None = None,
    role: Role = "mark",
    of: Extent = "management",
) -> gpd.GeoDataFrame:
    """Place the stakes of every management line.

    Stakes stand at control points (ends of the line, changes of basis or width, borders, mouths, works), at turns that
    leave the sight line between two stakes by more than the rule set allows, and evenly between where a span is longer
    than its surroundings allow.

    Parameters
    ----------
    result
        From :func:`riverline.demarcate`.
    admin
        Rows of :data:`riverline.schema.ADMIN`: a stake at every crossing of a border, and the unit of each stake.
    structures
        Rows of :data:`riverline.schema.WORKS`: a stake where works cross the line, or beside those within reach.
    existing
        Stakes that were set before: points with ``number`` and, if known, ``river_id``, ``bank``, ``stake_id``; what
        this function gave serves as it is. All keep their number; those that stand on the line keep their place.
    settings
        Rows of :data:`riverline.schema.SETTINGS`. Where none lies the surroundings are ``unknown`` and the distances of
        the country hold.
    axes
        Rows of :data:`riverline.schema.AXES`: chainages are then measured on the axis, else they are interpolated along
        the pieces of the line; and rivers that have no extent count at their mouths.
    breaks
        Rows of :data:`riverline.schema.CHAINAGE_BREAKS`, for the chainage as printed.
    landmarks
        Rows of :data:`riverline.schema.LANDMARKS`: the three nearest within reach go into the point note of each stake,
        with distance and bearing to their nearest place, unless the field team wrote others.
    role
        ``"mark"``: the line counts, and stakes stand on it. ``"define"``: the line from stake to stake counts; stakes
        are pushed to the landside until no chord gives land away, existing ones that are kept excepted: those on the
        line, and those that stand as far to the landside as their chain has to, so that a chain given back is kept.
    of
        ``"protection"`` places them along the outer line of the protection extents instead, with numbers of their own;
        chainage, rule and width are those of the management line beside it.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.STAKES` in the CRS of the result, by river, bank and place from upstream. Every
        existing stake is a row, and its own columns come through. ``status`` says ``kept``, ``moved`` (``moved_m`` to
        where it now belongs) or ``missing`` (the line of its bank is not within reach: it stands at the end of the
        frame, where it was); ``new`` ones are to be set. :func:`check_stakes` tells what to look at.

    Raises
    ------
    SchemaError, CRSError
        If a layer lacks columns or a CRS, or the existing stakes are not points; if the result is not in metres.
    JobError
        If ``result`` is no demarcation, or ``role`` or ``of`` is none of the two.

    Notes
    -----
    Distances, tolerances and the pattern of numbers come from the policy of the rule set (``rl.rules.describe_rules``);
    no national text on them was seen, so they are data and marked ``U``. Turns keep a distance from other stakes;
    control points never give way. Numbers are stable under insertion if ``existing`` is given: between 012 and
    013 comes 012-1. A change of basis is one of the columns ``basis`` and ``offset_m`` of the lines.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> import riverline as rl
    >>> river, left, right = (LineString([(500_000, y), (502_000, y)]) for y in (3_500_000, 3_500_080, 3_499_920))
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=[left, right], crs=4548)
    >>> result = rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops)
    >>> stakes = rl.place_stakes(result)
    >>> stakes.loc[stakes["bank"] == "left", ["number", "reason", "printed_chainage"]].values.tolist()
    [['R1-L-001', 'start', 'K0+000.0'], ['R1-L-002', 'spacing', 'K1+000.0'], ['R1-L-003', 'end', 'K2+000.0']]
    >>> sluice = gpd.GeoDataFrame({"work_id": ["S1"]}, geometry=[Point(500_400, 3_500_090)], crs=4548)
    >>> again = rl.place_stakes(result, structures=sluice, existing=stakes)
    >>> again.loc[again["bank"] == "left", "number"].tolist()
    ['R1-L-001', 'R1-L-001-1', 'R1-L-002', 'R1-L-003']
    """
    _require_call(result, role, of)
    policy = result.rules.policy
    result, numbering = along(result, of), policy.stakes.number
    if of == "protection":
        own = {name: getattr(policy.stakes, f"protection_{name}") for name in ("pattern", "closed_pattern")}
        numbering = numbering.model_copy(update=own)
    true = policy.stakes.sight_line_m, policy.stakes.turns_apart_m
    plan = Plan(STAKES, numbering, frozenset(REASONS), policy.stake_spacing, *true)
    ground = prepare_ground(
        result, admin=admin, structures=structures, settings=settings, axes=axes, landmarks=landmarks
    )
    frame = rows_of(result, ground, plan, existing=existing, breaks=breaks, role=role)
    told = {name: pd.array([value] * len(frame), dtype="str") for name, value in (("role", role), ("extent", of))}
    return STAKES.conform(frame.assign(**told))


def place_boards(
    result: Demarcation,
    *,
    admin: gpd.GeoDataFrame | None = None,
    structures: gpd.GeoDataFrame | None = None,
    existing: gpd.GeoDataFrame | None = None,
    settings: gpd.GeoDataFrame | None = None,
    axes: gpd.GeoDataFrame | None = None,
    breaks: gpd.GeoDataFrame | None = None,
    landmarks: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Place the notice boards of every management line.

    Boards stand at the control points that the rule set names for them, and evenly between where these are farther
    apart than the surroundings allow; none stands where the line is founded on no rule (sketches, edges that two
    rivers share). A side that names the citation stays blank where the rule's text was not seen as the policy's
    ``boards.certain`` asks; :func:`check_stakes` tells which.

    Parameters
    ----------
    result, admin, structures, existing, settings, axes, breaks, landmarks
        As for :func:`place_stakes`; existing boards may have a ``board_id``.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.BOARDS`, with the texts of both sides, ordered and marked as stakes are.

    Raises
    ------
    SchemaError, CRSError, JobError
        As :func:`place_stakes`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> river, left, right = (LineString([(500_000, y), (508_000, y)]) for y in (3_500_000, 3_500_080, 3_499_920))
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=[left, right], crs=4548)
    >>> boards = rl.place_boards(rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops))
    >>> boards["number"].tolist(), boards["front"][0].splitlines()
    (['R1-L-P01', 'R1-L-P02', 'R1-R-P01', 'R1-R-P02'], ['清水河管理范围公告牌', '左岸 K0+000', '编号 R1-L-P01'])
    """
    _require_call(result, "mark", "management")
    rules = result.rules.policy.boards
    plan = Plan(BOARDS, rules.number, frozenset(rules.reasons), rules.spacing, np.inf, np.inf, founded=True)
    ground = prepare_ground(
        result, admin=admin, structures=structures, settings=settings, axes=axes, landmarks=landmarks
    )
    frame = rows_of(result, ground, plan, existing=existing, breaks=breaks, role="mark")
    told = frame.drop(columns=["deviation_m", "inside_m"])
    certain = is_certain(texts(told["rule_id"]), result.rules, rules.certain)
    return BOARDS.conform(
        told.assign(**{side: _said(told, rules, side, certain=certain) for side in ("front", "back")})
    )


def _require_call(result: object, role: object, of: object) -> None:
    require_result(result)
    for name, value, known in (("role", role, get_args(Role)), ("of", of, get_args(Extent))):
        if value not in known:
            choices = ", ".join(known)
            raise JobError(
                f"{name} 应为 {choices} 之一，实际为 {value!r}", f"{name} must be one of {choices}, got {value!r}"
            )


def _said(
    boards: gpd.GeoDataFrame, rules: Boards, side: Literal["front", "back"], *, certain: NDArray[np.bool_]
) -> list[str]:
    """The text of one side of each board; none where it would cite what is no certain text of law."""
    open_, closed = getattr(rules, side), getattr(rules, f"closed_{side}")
    names = np.where(texts(boards["name"]) == "", texts(boards["river_id"]), texts(boards["name"]))
    printed = short_chainage(boards["printed_chainage"])
    banks = [BOARDS["bank"].value_label(each) if each else "" for each in texts(boards["bank"])]
    cells = (names, banks, boards["admin"], boards["number"], printed, boards["citation"])
    fields = ("river", "bank", "admin", "number", "chainage", "citation")
    rows = [dict(zip(fields, each, strict=True)) for each in zip(*cells, strict=True)]
    patterns = [open_ if bank else closed for bank in banks]
    blank = np.array(["{citation}" in pattern for pattern in patterns], dtype=bool) & ~certain
    return [
        "" if none else pattern.format(**row) for pattern, row, none in zip(patterns, rows, blank.tolist(), strict=True)
    ]
