"""Why a line moved: what two pieces of it say of their rules and their sources, and what the runs say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from riverline.channel.given import texts
from riverline.provenance import same_inputs

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation import Demarcation

    Integers = NDArray[np.int64]

__all__ = ["CAUSES", "causes", "in_words", "sources"]

CAUSES = ("rule", "data", "rule_and_data", "shared", "version", "unknown")

# Rules of the policy by which ranges that meet are parted: within a kind, and between kinds.
_PARTED = ("/policy.shared", "/policy.shared_kinds")


def causes(
    old: Demarcation,
    new: Demarcation,
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    moved_m: NDArray[np.float64],
    tolerance_m: float,
) -> NDArray[np.int64]:
    """Position in :data:`CAUSES` of what made n pieces differ from those they replace.

    Parameters
    ----------
    old, new
        The results.
    before, after
        n pieces each, row by row.
    moved_m : (n,)
        How far each is from the one it replaces.
    tolerance_m
        A move that another strip width explains to within this is the rule's alone.

    Notes
    -----
    What drew a line is its rule, its data and the library. Where two runs read the same, no data can have changed, and
    another source was chosen by another rule or version; where the rule sets are the same, no rule can have. What is
    left after that is the cause if it is one; several, or none (a line that was mended by hand), are ``unknown``. Runs
    that do not tell the digests of their inputs may have read anything.

    Another rule moves a line by the change of its strip and by no more. Where it moved by another distance, and the
    data may have changed, both did: that holds too in a concave bend, where lines of two strips are farther apart.

    Where only one of the two pieces is the edge of a neighbour, or each is of another's, the line moved because the
    ranges were parted by rule (``shared``), whatever else changed. Between two edges of one neighbour it moved for what
    moved the neighbour's.
    """
    same_rules = old.rules.digest == new.rules.digest
    same_version = old.run.version == new.run.version
    same_data = same_inputs(old.run, new.run)
    other_rule = np.zeros(len(after), dtype=bool) if same_rules else _differ(before, after)
    other_source = sources(before) != sources(after)
    left = CAUSES.index(_left(same_rules=same_rules, same_version=same_version, same_data=same_data))
    found = np.full(len(after), left, dtype="int64")
    if same_data is not True:
        found[other_source] = CAUSES.index("data")
    found[other_rule] = CAUSES.index("rule")
    if same_data is not True:
        beyond = np.abs(moved_m - _wider_m(before, after)) > tolerance_m
        found[other_rule & (other_source | beyond)] = CAUSES.index("rule_and_data")
    was, now = _parted(before), _parted(after)
    found[(was != now) | (was & now & other_source)] = CAUSES.index("shared")
    return found


def _parted(pieces: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which pieces are edges of a neighbour, drawn by the rule that parts ranges."""
    return np.array([rule.endswith(_PARTED) for rule in texts(pieces["rule_id"]).tolist()], dtype=bool)


def _left(*, same_rules: bool, same_version: bool, same_data: bool | None) -> str:
    """What made a piece differ whose rule, width and sources are what they were."""
    if same_data is None:
        return "version" if not same_version else "data" if same_rules else "unknown"
    changed = [
        cause for cause, same in (("rule", same_rules), ("data", same_data), ("version", same_version)) if not same
    ]
    return changed[0] if len(changed) == 1 else "unknown"


def _differ(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    other = np.zeros(len(after), dtype=bool)
    for name in ("rule_id", "citation"):
        other |= texts(before[name]) != texts(after[name])
    was, now = _widths(before), _widths(after)
    return np.asarray(other | ~np.isclose(was, now, equal_nan=True))


def _wider_m(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """How much wider or narrower the strip is; a piece without a strip has none."""
    return np.asarray(np.abs(np.nan_to_num(_widths(after)) - np.nan_to_num(_widths(before))))


def _widths(pieces: gpd.GeoDataFrame) -> NDArray[np.float64]:
    return np.asarray(pieces["offset_m"].to_numpy(dtype="float64"))


def sources(pieces: gpd.GeoDataFrame) -> NDArray[Any]:
    """Keys of the sources of each piece, in the order of their names."""
    told = [",".join(sorted(text.split(","))) for text in texts(pieces["source_ids"])]
    return np.array(told, dtype=object)


def in_words(pieces: gpd.GeoDataFrame) -> str:
    """Rule, citation and strip of pieces, each once."""
    told = [
        f"{rule} {citation} {'-' if np.isnan(width) else f'{width:g} m'}"
        for rule, citation, width in zip(
            texts(pieces["rule_id"]), texts(pieces["citation"]), pieces["offset_m"].to_numpy("float64"), strict=True
        )
    ]
    return "; ".join(dict.fromkeys(told))
