"""What is right in one frame and wrong in another: the few facts that the checks need beyond the data dictionary."""

from __future__ import annotations

__all__ = ["APART", "LOCATED", "MEASURED", "NETWORKS", "TRACES", "UNDRAWN"]

# Rows that may share a geometry, when they differ in one of these columns: a flood wall is its own toe, one section
# has a level for each return period, a problem comes back where it was.
APART: dict[str, tuple[str, ...]] = {
    "extents": ("kind",),
    "flood_levels": ("return_period", "basis"),
    "bank_tops": ("feature",),
    "levees": ("feature",),
    "permits": ("kind", "valid_from"),
    "problems": ("kind", "found_on"),
    "sections": ("return_period",),
    "segments": ("bank",),
    "sensitive": ("sensitive_kind",),
    "stakes": ("river_id", "bank"),
    "boards": ("river_id", "bank"),
    "suspects": ("kind", "first_seen"),
    "used_shorelines": ("use_id",),
    "uses": ("use_kind",),
    "water": ("date",),
}

# Frames whose lines are drawn along a network and must join it.
NETWORKS = frozenset({"axes"})

# Frames whose geometry records where someone went: it crosses itself, stands still and is walked twice.
TRACES = frozenset({"tracks"})

# Frames in which M is expected: time along the way.
MEASURED = frozenset({"tracks"})

# Frames whose rows may stand without geometry where another column says where they are.
LOCATED = {"flood_levels": "chainage_m"}

# Frames whose geometry only points at the place, whatever lies there, and may be missing.
UNDRAWN = frozenset({"faults"})
