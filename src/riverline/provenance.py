"""Where a result comes from: written into every export, equal for equal input."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = ["Run", "describe_input"]


@dataclass(frozen=True, slots=True)
class Run:
    """What made a result.

    Attributes
    ----------
    version
        riverline's version.
    rules_digest
        Digest of the rule set.
    inputs
        Per layer: number of rows, CRS, and what the reader noted (file, encoding, dropped Z …).
    crs
        CRS of the result.

    There is no time in it, so that the same input gives the same file.
    """

    version: str
    rules_digest: str
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    crs: str = ""

    def to_json(self) -> str:
        """The run as JSON with sorted keys, Chinese as it is."""
        content = {"version": self.version, "rules_digest": self.rules_digest, "crs": self.crs, "inputs": self.inputs}
        return json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)


def describe_input(frame: gpd.GeoDataFrame, *, note: str = "") -> dict[str, Any]:
    """What a run remembers of one input frame: rows, CRS and, if a reader made it, where it was read from.

    Examples
    --------
    >>> import geopandas as gpd
    >>> describe_input(gpd.GeoDataFrame({"a": [1]}, geometry=[None], crs=4548))
    {'rows': 1, 'crs': 'EPSG:4548'}
    """
    described: dict[str, Any] = {"rows": len(frame), "crs": "" if frame.crs is None else frame.crs.to_string()}
    if "source" in frame.attrs:
        described["source"] = frame.attrs["source"]
    if note:
        described["note"] = note
    return described
