"""The public verbs: stakes and boards of a demarcation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.chainage import direction
from riverline.channel import format_chainage
from riverline.channel.given import texts
from riverline.demarcation.result import Demarcation
from riverline.demarcation.stakes.columns import (
    chainage_columns,
    coordinate_columns,
    neighbour_columns,
    units_at,
)
from riverline.demarcation.stakes.control_points import REASONS
from riverline.demarcation.stakes.existing import read_existing
from riverline.demarcation.stakes.layout import Plan, lay_out, measure, prepare_ground, stand
from riverline.demarcation.stakes.numbers import assign, parse, write
from riverline.demarcation.stakes.surroundings import settings_at
from riverline.errors import JobError
from riverline.geodesy import round_half_up
from riverline.schema import BOARDS, STAKES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.demarcation.stakes.layout import Ground
    from riverline.rules import Boards, Policy
    from riverline.schema import Schema

    Floats = NDArray[np.float64]

__all__ = ["place_boards", "place_stakes"]

Role = Literal["mark", "define"]
_METRES = ("offset_m", "deviation_m", "inside_m", "moved_m")


def place_stakes(
    result: Demarcation,
    *,
    admin: gpd.GeoDataFrame | None = None,
    structures: gpd.GeoDataFrame | None = None,
    existing: gpd.GeoDataFrame | None = None,
    settings: gpd.GeoDataFrame | None = None,
    axes: gpd.GeoDataFrame | None = None,
    breaks: gpd.GeoDataFrame | None = None,
    role: Role = "mark",
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
        Rows of :data:`riverline.schema.STRUCTURES`: a stake where works cross the line, or beside those within reach.
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
    role
        ``"mark"``: the line counts, and stakes stand on it. ``"define"``: the line from stake to stake counts; stakes
        are pushed to the landside until no chord gives land away, existing ones that are kept excepted.

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
        If a layer lacks columns or a CRS, or the existing stakes are not points.
    JobError
        If ``result`` is no demarcation, or ``role`` is neither.

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
    >>> sluice = gpd.GeoDataFrame({"structure_id": ["S1"]}, geometry=[Point(500_400, 3_500_090)], crs=4548)
    >>> again = rl.place_stakes(result, structures=sluice, existing=stakes)
    >>> again.loc[again["bank"] == "left", "number"].tolist()
    ['R1-L-001', 'R1-L-001-1', 'R1-L-002', 'R1-L-003']
    """
    _require_call(result, role)
    policy = result.rules.policy
    true = policy.stakes.sight_line_m, policy.stakes.turns_apart_m
    plan = Plan(STAKES, policy.stakes.number, frozenset(REASONS), policy.stake_spacing, *true)
    ground = prepare_ground(result, admin=admin, structures=structures, settings=settings, axes=axes)
    frame = _placed(result, ground, plan, existing=existing, breaks=breaks, role=role)
    return STAKES.conform(frame.assign(role=pd.array([role] * len(frame), dtype="str")))


def place_boards(
    result: Demarcation,
    *,
    admin: gpd.GeoDataFrame | None = None,
    structures: gpd.GeoDataFrame | None = None,
    existing: gpd.GeoDataFrame | None = None,
    settings: gpd.GeoDataFrame | None = None,
    axes: gpd.GeoDataFrame | None = None,
    breaks: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Place the notice boards of every management line.

    Boards stand at the control points that the rule set names for them, and evenly between where these are farther
    apart than the surroundings allow.

    Parameters
    ----------
    result, admin, structures, existing, settings, axes, breaks
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
    _require_call(result, "mark")
    rules = result.rules.policy.boards
    plan = Plan(BOARDS, rules.number, frozenset(rules.reasons), rules.spacing, np.inf, np.inf)
    ground = prepare_ground(result, admin=admin, structures=structures, settings=settings, axes=axes)
    frame = _placed(result, ground, plan, existing=existing, breaks=breaks, role="mark")
    told = frame.drop(columns=["deviation_m", "inside_m"])
    return BOARDS.conform(told.assign(front=_said(told, rules, "front"), back=_said(told, rules, "back")))


def _require_call(result: object, role: object) -> None:
    if not isinstance(result, Demarcation):
        raise JobError(
            f"result 应为 riverline.demarcate 的成果，实际为 {type(result).__name__}",
            f"result must be what riverline.demarcate gives, got {type(result).__name__}",
        )
    if role not in get_args(Role):
        choices = ", ".join(get_args(Role))
        raise JobError(f"role 应为 {choices} 之一，实际为 {role!r}", f"role must be one of {choices}, got {role!r}")


def _placed(
    result: Demarcation,
    ground: Ground,
    plan: Plan,
    *,
    existing: gpd.GeoDataFrame | None,
    breaks: gpd.GeoDataFrame | None,
    role: Role,
) -> gpd.GeoDataFrame:
    """The frame of stakes or boards."""
    crs, policy = result.lines.crs, ground.policy
    old = read_existing(existing, crs, key=plan.schema.key)
    places, found = lay_out(ground, plan, old)
    points = stand(ground, places, old, found, define=role == "define")
    measured = measure(ground, places, points)
    columns = _columns(result, ground, places, points, breaks=breaks)
    columns |= {name: values for name, values in measured.items() if name != "following"}
    columns["status"], columns["moved_m"] = _states(places, points, old, found)
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapely.points(points), crs=crs))
    frame["old"] = places["existing"].to_numpy()
    frame = _with_lost(frame, old, places, policy)
    frame = _numbered(_with_own(frame, old, plan.schema), plan)
    following = np.append(measured["following"], np.full(len(frame) - len(places), -1))
    sites = np.column_stack([frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()])
    neighbours = neighbour_columns(sites, frame["number"].to_numpy(dtype=object), following, policy.stakes)
    rounded = {name: round_half_up(frame[name], policy.stakes.coordinate_decimals) for name in _METRES}
    return frame.assign(**neighbours, **rounded).drop(columns="old")


def _columns(
    result: Demarcation, ground: Ground, places: pd.DataFrame, points: Floats, *, breaks: gpd.GeoDataFrame | None
) -> dict[str, Any]:
    """What the place on the line tells: river, bank, rule, chainage, surroundings, unit."""
    line, along = places["line"].to_numpy(), places["along"].to_numpy()
    piece, chainage, ahead = np.zeros(len(places), dtype="int64"), np.zeros(len(places)), np.zeros((len(places), 2))
    for number, each in enumerate(ground.bank_lines):
        rows = np.flatnonzero(line == number)
        piece[rows] = each.piece_at(along[rows])
        chainage[rows] = each.chainage_at(points[rows], along[rows])
        ahead[rows] = direction(each.coords, along[rows])
    river = np.array([each.river_id for each in ground.bank_lines], dtype="object")[line]
    names = dict(zip(texts(result.extents["river_id"]), texts(result.extents["name"]), strict=True))
    mandatory = places["reason"].isin(REASONS).to_numpy()
    return {
        "river_id": river,
        "bank": np.array([each.bank for each in ground.bank_lines], dtype="object")[line],
        "kind": np.where(mandatory, "basic", "densified"),
        "reason": places["reason"].to_numpy(),
        "reasons": places["reasons"].to_numpy(),
        "source_ids": places["sources"].to_numpy(),
        **chainage_columns(chainage, river, breaks, decimals=ground.policy.length_decimals),
        **units_at(points, ahead, ground.around.admin),
        "rule_id": ground.lines["rule_id"].to_numpy()[piece],
        "citation": ground.lines["citation"].to_numpy()[piece],
        "name": [names.get(each, "") for each in river],
        "setting": settings_at(ground.along_lines, line, along),
    }


def _states(
    places: pd.DataFrame, points: Floats, old: gpd.GeoDataFrame | None, found: pd.DataFrame
) -> tuple[NDArray[np.object_], Floats]:
    """What has to be done with each stake, and how far it is moved."""
    status, moved = np.full(len(places), "new", dtype="object"), np.full(len(places), np.nan)
    if old is not None:
        rows = np.flatnonzero(places["existing"] >= 0)
        which = places["existing"].to_numpy()[rows]
        status[rows] = found["status"].to_numpy()[which]
        sites = np.asarray(old.geometry.array)[which]
        moved[rows] = shapely.distance(sites, shapely.points(points[rows]))
    return status, moved


def _with_lost(
    frame: gpd.GeoDataFrame, old: gpd.GeoDataFrame | None, places: pd.DataFrame, policy: Policy
) -> gpd.GeoDataFrame:
    """The frame with coordinates, and with the existing stakes that have no place on a line at its end."""
    if old is not None:
        lost = old[~old.index.isin(places["existing"])]
        told = {name: lost[name].to_numpy() for name in ("river_id", "bank")}
        lost_rows = gpd.GeoDataFrame({**told, "status": "missing", "old": lost.index}, geometry=lost.geometry.array)
        if len(lost):
            frame = gpd.GeoDataFrame(pd.concat([frame, lost_rows], ignore_index=True), crs=old.crs)
    # A stake outside the layer's plane cannot be: all of them stand on the line or were brought to its CRS.
    return frame.assign(**coordinate_columns(frame.geometry, policy.stakes))


def _with_own(frame: gpd.GeoDataFrame, old: gpd.GeoDataFrame | None, schema: Schema) -> gpd.GeoDataFrame:
    """The frame with what the existing stakes bring along: key, number, notes of the field, columns of one's own."""
    made = set(frame.columns) | {"geometry"}
    notes = [column for column in schema if column.name not in made and column.name not in _LATER]
    blank = {each.name: pd.Series([""] * len(frame) if each.kind == "text" else np.nan, index=frame.index)
             for each in notes}  # fmt: skip
    frame = frame.assign(**blank).astype({each.name: each.dtype for each in notes})
    if old is None:
        return frame
    rows = frame["old"].to_numpy() >= 0
    which = frame["old"].to_numpy()[rows]
    lost = (frame["status"] == "missing").to_numpy()[rows]
    own = [name for name in old.columns if name not in made and name not in _LATER]
    for name in own:
        values = (
            pd.Series(np.nan, index=frame.index, dtype="object") if name not in frame else frame[name].astype(object)
        )
        values[rows] = old[name].to_numpy(dtype=object)[which]
        frame[name] = values.infer_objects()
    for name in set(old.columns) & {"admin", "admin_code", "kind", "reason", "rule_id", "citation", "name"}:
        given = texts(old[name])[which]
        keep = lost | (texts(frame[name])[rows] == "")
        merged = texts(frame[name])
        merged[np.flatnonzero(rows)[keep]] = given[keep]
        frame[name] = merged
    return frame


_LATER = frozenset({"previous", "next", "front", "back", "role", "old"}) | {
    f"{name}_{what}" for name in ("previous", "next") for what in ("m", "bearing", "bearing_dms")
}


def _numbered(frame: gpd.GeoDataFrame, plan: Plan) -> gpd.GeoDataFrame:
    """The frame with numbers and keys where it has none yet."""
    number = texts(frame["number"])
    river, bank = texts(frame["river_id"]), texts(frame["bank"])
    lost = (frame["status"] == "missing").to_numpy()
    fresh = (number == "") & ~lost
    chainage = format_chainage(frame["chainage_m"]).to_numpy(dtype=object)
    admin = texts(frame["admin_code"])
    keys = pd.Series(river + "\x1f" + bank)
    for rows in keys.groupby(keys, sort=True).groups.values():
        here = rows.to_numpy()
        known = {i: parse(plan.numbering, number[i], river=river[i], bank=bank[i]) for i in here if not fresh[i]}
        order = [i for i in here if not lost[i] and (fresh[i] or known[i] is not None)]
        retired = [known[i] for i in here if lost[i] and known[i] is not None]
        sequences = assign([known.get(i) for i in order], [each for each in retired if each is not None])
        for i, sequence in zip(order, sequences, strict=True):
            if fresh[i]:
                values = {"river": river[i], "bank": bank[i], "admin": admin[i], "chainage": chainage[i]}
                number[i] = write(plan.numbering, sequence, values)
    number = _apart(number, fresh, plan.numbering.suffix)
    code = texts(frame[plan.schema.key])
    code = _apart(np.where(code == "", number, code), np.ones(len(frame), dtype=bool), "#")
    return frame.assign(number=number, **{plan.schema.key: code})


def _apart(values: NDArray[np.object_], mutable: NDArray[np.bool_], mark: str) -> NDArray[np.object_]:
    """Texts of which those that may be changed get a mark and a number where they occur before."""
    taken = set(values[~mutable].tolist())
    for i in np.flatnonzero(mutable).tolist():
        plain, count = values[i], 1
        while values[i] in taken:
            count += 1
            values[i] = f"{plain}{mark}{count}"
        taken.add(values[i])
    return values


def _said(boards: gpd.GeoDataFrame, rules: Boards, side: Literal["front", "back"]) -> list[str]:
    """The text of one side of each board."""
    pattern = rules.front if side == "front" else rules.back
    names = np.where(texts(boards["name"]) == "", texts(boards["river_id"]), texts(boards["name"]))
    printed = format_chainage(boards["chainage_m"])
    banks = [BOARDS["bank"].value_label(each) for each in boards["bank"]]
    cells = (names, banks, boards["admin"], boards["number"], printed, boards["citation"])
    fields = ("river", "bank", "admin", "number", "chainage", "citation")
    return [pattern.format(**dict(zip(fields, each, strict=True))) for each in zip(*cells, strict=True)]
