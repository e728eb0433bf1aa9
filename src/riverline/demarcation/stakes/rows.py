"""The rows of stakes and boards: places, coordinates, numbers, neighbours, and what existing ones bring along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import direction
from riverline.channel.given import texts
from riverline.demarcation.stakes.columns import (
    chainage_columns,
    coordinate_columns,
    neighbour_columns,
    short_chainage,
    units_at,
)
from riverline.demarcation.stakes.control_points import REASONS
from riverline.demarcation.stakes.existing import read_existing
from riverline.demarcation.stakes.landmarks import with_landmarks
from riverline.demarcation.stakes.layout import by_line, lay_out, measure, pieces_at, stand
from riverline.demarcation.stakes.numbers import assign, parse, write
from riverline.demarcation.stakes.surroundings import settings_at
from riverline.geodesy import round_half_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.demarcation.result import Demarcation
    from riverline.demarcation.stakes.layout import Ground, Plan
    from riverline.schema import Schema

    Floats = NDArray[np.float64]

__all__ = ["Role", "rows_of"]

Role = Literal["mark", "define"]

_METRES = ("offset_m", "deviation_m", "inside_m", "moved_m")
# Position among the existing stakes while the rows are made; no column of anybody's is called so.
_OLD = "existing stake"
# Code of the river, lake, reservoir or work that a row belongs to while it is made.
_CODE = "code of its line"
# What an existing stake knows better than its place on the line, where that tells nothing.
_OWN = ("admin", "admin_code", "rule_id", "citation", "name", "reason", "reasons", "kind", "printed_chainage")


def rows_of(
    result: Demarcation,
    ground: Ground,
    plan: Plan,
    *,
    existing: gpd.GeoDataFrame | None,
    breaks: gpd.GeoDataFrame | None,
    role: Role,
) -> gpd.GeoDataFrame:
    """The frame of stakes or boards.

    Parameters
    ----------
    result
        The demarcation.
    ground, plan
        What is placed on what.
    existing
        Stakes that stand already.
    breaks
        Breaks of the printed chainage.
    role
        Whether stakes mark or define the line.

    Returns
    -------
    GeoDataFrame
        All columns of the schema but those that only stakes or only boards have.
    """
    crs, policy = result.lines.crs, ground.policy
    old = read_existing(existing, crs, key=plan.schema.key)
    places, found = lay_out(ground, plan, old, define=role == "define")
    points = stand(ground, places, old, found, define=role == "define")
    measured = measure(ground, places, points)
    columns = _columns(result, ground, places, points, breaks=breaks)
    columns |= {name: values for name, values in measured.items() if name != "following"}
    columns["status"], columns["moved_m"] = _states(places, points, old, found)
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapely.points(points), crs=crs))
    frame = _with_lost(frame.assign(**{_OLD: places["existing"].to_numpy()}), old)
    frame = frame.assign(**coordinate_columns(frame.geometry, policy.stakes))
    frame = _numbered(_with_own(frame, old, plan.schema), plan)
    following = np.append(measured["following"], np.full(len(frame) - len(places), -1))
    sites = np.column_stack([frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()])
    neighbours = neighbour_columns(sites, frame["number"].to_numpy(dtype=object), following, policy.stakes)
    frame = with_landmarks(frame, ground.around.landmarks, policy.stakes)
    rounded = {name: round_half_up(frame[name], policy.stakes.coordinate_decimals) for name in _METRES}
    bank = frame["bank"].where(texts(frame["bank"]) != "", None)
    return frame.assign(**neighbours, **rounded, bank=bank).drop(columns=[_OLD, _CODE])


def _columns(
    result: Demarcation, ground: Ground, places: pd.DataFrame, points: Floats, *, breaks: gpd.GeoDataFrame | None
) -> dict[str, Any]:
    """What the place on the line tells: river, bank, rule, chainage, surroundings, unit."""
    line, along = places["line"].to_numpy(), places["along"].to_numpy()
    piece, chainage, ahead = pieces_at(ground, places), np.zeros(len(places)), np.zeros((len(places), 2))
    for rows, each in by_line(ground, places):
        chainage[rows] = each.chainage_at(points[rows], along[rows])
        ahead[rows] = direction(each.coords, along[rows])
    river, bank, code = (
        np.array([getattr(each, name) for each in ground.bank_lines], dtype="object")[line]
        for name in ("river_id", "bank", "code")
    )
    names = _names(result.extents)
    # Breaks are those of the river's axis: a closed line counts along itself.
    counted = np.where(bank == "", "", river).astype(object)
    mandatory = places["reason"].isin(REASONS).to_numpy()
    return {
        "river_id": river,
        "bank": bank,
        _CODE: code,
        "kind": np.where(mandatory, "basic", "densified"),
        "reason": places["reason"].to_numpy(),
        "reasons": places["reasons"].to_numpy(),
        "source_ids": places["sources"].to_numpy(),
        **chainage_columns(chainage, counted, breaks, decimals=ground.policy.length_decimals),
        **units_at(points, ahead, ground.around.admin),
        "rule_id": ground.lines["rule_id"].to_numpy()[piece],
        "citation": ground.lines["citation"].to_numpy()[piece],
        "name": [names.get(each, "") for each in code],
        "setting": settings_at(ground.along_lines, line, along),
    }


def _names(extents: gpd.GeoDataFrame) -> dict[str, str]:
    """Names of rivers, lakes, reservoirs and works by code, which is what the keys of their extents begin with."""
    keys, kinds = texts(extents["extent_id"]), texts(extents["kind"])
    codes = [key.removesuffix(f"-{kind}") for key, kind in zip(keys, kinds, strict=True)]
    return dict(zip(codes, texts(extents["name"]), strict=True))


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


def _with_lost(frame: gpd.GeoDataFrame, old: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """The frame with the existing stakes that have no place on a line at its end."""
    lost = pd.Index([]) if old is None else old.index.difference(frame[_OLD])
    if old is None or not len(lost):
        return frame
    told = {"status": "missing", "kind": "densified", "reason": "existing", "reasons": "existing", "setting": "unknown"}
    own = {name: old[name].loc[lost].to_numpy() for name in ("river_id", "bank")}
    rows = gpd.GeoDataFrame(
        {**told, **own, _CODE: own["river_id"], _OLD: lost}, geometry=old.geometry.loc[lost].array, crs=old.crs
    )
    return (
        gpd.GeoDataFrame(pd.concat([frame, rows], ignore_index=True), crs=old.crs)
        if len(frame)
        else rows.reindex(columns=frame.columns)
    )


def _with_own(frame: gpd.GeoDataFrame, old: gpd.GeoDataFrame | None, schema: Schema) -> gpd.GeoDataFrame:
    """The frame with what existing stakes bring along: key, number, notes of the field, columns of one's own."""
    made = {*frame.columns, *_LATER}
    notes = {column.name: "" if column.kind == "text" else np.nan for column in schema if column.name not in made}
    frame = frame.assign(**notes)
    if old is None:
        return frame
    carried = old.drop(columns="geometry").reindex(frame[_OLD].where(frame[_OLD] >= 0, -1))
    carried.index = frame.index
    extra = {name: carried[name] for name in old.columns if name not in {*made, *notes, "geometry"}}
    field = {
        name: carried[name].where(carried[name].notna(), blank) for name, blank in notes.items() if name in carried
    }
    frame = frame.assign(**extra, **field)
    lost = (frame["status"] == "missing").to_numpy()
    for name in (name for name in _OWN if name in carried and name in frame):
        own, here = texts(carried[name]), texts(frame[name])
        better = lost | (here == "") | ((name == "kind") & ~frame["reason"].isin(REASONS).to_numpy())
        frame[name] = np.where(better & (own != ""), own, here)
    return frame


_LATER = frozenset({"front", "back", "role"}) | {
    f"{name}{what}" for name in ("previous", "next") for what in ("", "_m", "_bearing", "_bearing_dms")
}


def _numbered(frame: gpd.GeoDataFrame, plan: Plan) -> gpd.GeoDataFrame:
    """The frame with numbers and keys where it has none yet."""
    number = texts(frame["number"])
    river, bank = texts(frame[_CODE]), texts(frame["bank"])
    lost = (frame["status"] == "missing").to_numpy()
    fresh = (number == "") & ~lost
    chainage = short_chainage(frame["printed_chainage"])
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
    code = np.where(code == "", np.where(number == "", plan.schema.key, number), code)
    code = _apart(code, np.ones(len(frame), dtype=bool), "#")
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
