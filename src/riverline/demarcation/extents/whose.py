"""Whose a piece of line is: of which bank of a river, or of which closed line.

A closed line around a lake, a reservoir or a work has no bank
(:func:`~riverline.demarcation.extents.closed.closed_rows`). Whatever goes by bank asks here, so that nothing that
groups by bank can lose closed lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.channel.given import texts
from riverline.demarcation.extents.closed import codes_of

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["drawn_lines", "name_of"]


def drawn_lines(lines: gpd.GeoDataFrame) -> dict[tuple[str, str], gpd.GeoDataFrame]:
    """The drawn pieces of each line, by code and bank in order; the bank of a closed line is empty.

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`. The code is the river's, or that of the lake, reservoir or
        work that a closed line goes round.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> columns = {"line_id": ["R1-L-001", "H1-S-001", "H1-S-002"], "river_id": ["R1", "H1", "H1"]}
    >>> columns["bank"] = ["left", None, float("nan")]
    >>> lines = gpd.GeoDataFrame(columns, geometry=[LineString([(0, 0), (1, 0)])] * 3)
    >>> {key: len(rows) for key, rows in drawn_lines(lines).items()}
    {('H1', ''): 2, ('R1', 'left'): 1}
    """
    shapes = np.asarray(lines.geometry.array, dtype="object")
    drawn = lines[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    return {
        (str(code), str(bank)): own
        for (code, bank), own in drawn.groupby([codes_of(drawn), texts(drawn["bank"])], sort=True)
    }


def name_of(code: str, bank: str) -> str:
    """How keys of what was found along a line begin: ``R1-L`` on a bank, the code alone on a closed line.

    Examples
    --------
    >>> name_of("R1", "left"), name_of("H1", "")
    ('R1-L', 'H1')
    """
    return f"{code}-{bank[0].upper()}" if bank else code
