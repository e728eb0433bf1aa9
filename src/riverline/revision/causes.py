"""Why a line moved: what two pieces of it say of their rules and their sources, and what the runs say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from riverline.channel.given import texts

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation import Demarcation

    Integers = NDArray[np.int64]

__all__ = ["CAUSES", "causes", "in_words", "sources"]

CAUSES = ("rule", "data", "rule_and_data", "version", "unknown")


def causes(old: Demarcation, new: Demarcation, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Position in :data:`CAUSES` of what made n pieces differ from those they replace.

    Parameters
    ----------
    old, new
        The results.
    before, after
        n pieces each, row by row.

    Notes
    -----
    What drew a line is its rule, its sources and the library. Where the rule sets are the same, no rule can have
    changed; where version and sources are the same too, the geometry of the sources has. Where the rule sets differ and
    rule and sources of the piece do not, either the drawing policy or the geometry has changed: ``unknown``.
    """
    same_rules = old.rules.digest == new.rules.digest
    same_version = old.run.version == new.run.version
    other_rule = np.zeros(len(after), dtype=bool) if same_rules else _differ(before, after)
    other_source = sources(before) != sources(after)
    moved_source = same_rules & same_version
    left = CAUSES.index("data" if moved_source else "version" if not same_version else "unknown")
    found = np.full(len(after), left, dtype="int64")
    found[other_source] = CAUSES.index("data")
    found[other_rule] = CAUSES.index("rule")
    found[other_rule & other_source] = CAUSES.index("rule_and_data")
    return found


def _differ(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    other = np.zeros(len(after), dtype=bool)
    for name in ("rule_id", "citation"):
        other |= texts(before[name]) != texts(after[name])
    was, now = (frame["offset_m"].to_numpy(dtype="float64") for frame in (before, after))
    return np.asarray(other | ~np.isclose(was, now, equal_nan=True))


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
