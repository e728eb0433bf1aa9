"""The public verb: what changed between two results."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from riverline import faults
from riverline._version import __version__
from riverline.channel.given import require_width, texts
from riverline.demarcation import Demarcation
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.demarcation.result import require_result
from riverline.errors import JobError
from riverline.geodesy import align
from riverline.provenance import Run, crs_text
from riverline.revision.areas import areas_of
from riverline.revision.result import Revision
from riverline.revision.stakes import stakes_between
from riverline.revision.stretches import stretches_of
from riverline.revision.titles import held_between, parcels_between
from riverline.schema import EXTENTS, MANAGEMENT_LINES, STAKE_CHANGES, TITLE_CHANGES

if TYPE_CHECKING:
    import geopandas as gpd

    Pair = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]

__all__ = ["compare"]


def compare(
    old: Demarcation,
    new: Demarcation,
    *,
    stakes: Pair | None = None,
    holdings: Pair | None = None,
    parcels: gpd.GeoDataFrame | None = None,
    tolerance_m: float = 0.1,
) -> Revision:
    """Say what a revision changed: stretches moved and why, area, stakes and parcels gained and lost.

    Parameters
    ----------
    old, new
        Two results of :func:`riverline.demarcate`, of one day and another or by one rule set and another; the old one
        is brought to the CRS of the new one.
    stakes
        The stakes of both, ``(old, new)``; a stake is known by its ``stake_id``, which new stakes keep that were placed
        with the old ones as ``existing``.
    holdings
        The holdings of both from :func:`riverline.confirm`, ``(old, new)``.
    parcels
        Rows of :data:`riverline.schema.PARCELS`, in place of holdings.
    tolerance_m
        A line or a stake that moved by no more than this did not move. Lengths are delivered to 0.1 m.

    Returns
    -------
    Revision
        ``stretches``, ``areas``, ``stakes``, ``holdings`` (the parcels), ``faults`` and ``run``.

    Raises
    ------
    JobError
        If one of the two is no result, stakes or holdings are no pair, both holdings and parcels are given, or the
        tolerance is not above zero.
    SchemaError, CRSError
        If layers lack columns or a CRS; if the new result is not in metres.

    Notes
    -----
    Closed lines (lakes, reservoirs, works) are compared as banks are, along their ring: chainages count from its start,
    and the bank is blank.

    Distances are taken both ways between places at most 5 m apart, so ends of stretches are good to 2.5 m and the
    largest distance to what the line can do between two places. Areas are exact: what the new extent has and the old
    one has not, and the other way round. The cause is told from rule, citation, strip width and sources of the two
    pieces, and from rule set, version and digests of the inputs of the two runs; where several of these changed and
    nothing of the piece says which, or none did, it is ``unknown``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> river, left, right = (LineString([(500_000, y), (502_000, y)]) for y in (3_500_000, 3_500_080, 3_499_920))
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=[left, right], crs=4548)
    >>> moved = tops.set_geometry([left, LineString([(500_000, 3_499_910), (502_000, 3_499_910)])])
    >>> rules = rl.load_rules("national")
    >>> old, new = (rl.demarcate(axes, rules, bank_tops=each) for each in (tops, moved))
    >>> change = rl.compare(old, new)
    >>> change.stretches[["bank", "length_m", "largest_m", "mean_m", "cause"]].values.tolist()
    [['right', 2000.0, 10.0, 10.0, 'data']]
    >>> change.areas[["change", "kind"]].values.tolist(), len(rl.compare(old, old).areas)
    ([['gained', 'management']], 0)
    """
    _require_call(old, new, stakes, holdings, parcels)
    require_width("tolerance_m", tolerance_m)
    require_result(new, name="new")
    crs = new.lines.crs
    old = replace(
        old,
        lines=MANAGEMENT_LINES.conform(align(old.lines, crs, layer="management_lines")),
        extents=EXTENTS.conform(align(old.extents, crs, layer="extents")),
    )
    moved = stretches_of(old, new, tolerance_m=tolerance_m)
    areas = areas_of(old.extents, new.extents, moved.frame)
    changed = STAKE_CHANGES.empty(crs)
    if stakes is not None:
        changed = stakes_between(*stakes, crs=crs, tolerance_m=tolerance_m)
    titles = TITLE_CHANGES.empty(crs)
    if holdings is not None:
        titles = held_between(*holdings, crs=crs)
    elif parcels is not None:
        titles = parcels_between(old.extents, new.extents, parcels, crs=crs)
    findings = [*moved.findings, *_codes(old.lines, new.lines)]
    told = faults.combine(findings_to_faults(findings, crs), crs=crs)
    return Revision(moved.frame, areas, changed, titles, told, _run(old, new, tolerance_m))


def _require_call(old: object, new: object, stakes: object, holdings: object, parcels: object) -> None:
    wrong = [
        (f"{name} 应为 riverline.demarcate 的成果，实际为 {type(value).__name__}",
         f"{name} must be what riverline.demarcate gives, got {type(value).__name__}")
        for name, value in (("old", old), ("new", new)) if not isinstance(value, Demarcation)
    ]  # fmt: skip
    wrong += [
        (f"{name} 应为一对图层 (old, new)，实际为 {_told(value)}；请写 {name}=(原{name}, 新{name})",
         f"{name} must be a pair of frames, (old, new), got {_told(value)}; write {name}=(old_{name}, new_{name})")
        for name, value in (("stakes", stakes), ("holdings", holdings)) if value is not None and not _is_pair(value)
    ]  # fmt: skip
    if holdings is not None and parcels is not None:
        wrong.append(("holdings 与 parcels 只给一项", "give holdings or parcels, not both"))
    if wrong:
        raise JobError.listing("不能比较", "cannot compare", wrong)


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2  # noqa: PLR2004 - before and after


def _told(value: object) -> str:
    kind = type(value).__name__
    return f"{kind} × {len(value)}" if isinstance(value, tuple | list) else kind


def _codes(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> list[Finding]:
    """Codes of lines that only one of the two has."""
    was, now = set(texts(old["line_id"])), set(texts(new["line_id"]))
    found = []
    for code, frame, only in (("line-came", new, now - was), ("line-went", old, was - now)):
        rows = frame[frame["line_id"].isin(only)]
        found += [Finding(code, "management_lines", key, shape)
                  for key, shape in zip(texts(rows["line_id"]), rows.geometry, strict=True)]  # fmt: skip
    return found


def _run(old: Demarcation, new: Demarcation, tolerance_m: float) -> Run:
    told = {
        name: {"version": each.run.version, "rules": each.rules.name, "rules_digest": each.rules.digest,
               "rows": len(each.lines)}
        for name, each in (("old", old), ("new", new))
    }  # fmt: skip
    described = told | {"tolerance_m": {"value": tolerance_m}}
    used = {each.digest: each for each in (*new.run.rule_sets, *old.run.rule_sets)}
    return Run(__version__, new.rules.digest, described, crs_text(new.lines.crs), tuple(used.values()))
