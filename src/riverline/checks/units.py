"""Metres of a CRS: how long one unit of x and of y is, in degrees as in metres or feet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

__all__ = ["metres_per_unit"]

# Mean radius of the earth (IUGG R1). The ellipsoid differs by 0.6 %: tolerances need no more.
_EARTH_RADIUS_M = 6_371_008.8


def metres_per_unit(crs: pyproj.CRS, y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres that one unit of x and of y spans.

    Parameters
    ----------
    crs
        Geographic, projected or local.
    y
        (n,) second coordinates; latitudes where the CRS is geographic.

    Returns
    -------
    ndarray
        (n, 2) metres per unit of x and of y.

    Notes
    -----
    On a sphere, a degree of longitude is cos(latitude) degrees of latitude. Latitudes beyond the poles, as swapped
    axes give, count as 89 degrees.

    Examples
    --------
    >>> import numpy as np
    >>> import pyproj
    >>> metres_per_unit(pyproj.CRS(4490), np.array([0.0, 60.0])).round().tolist()
    [[111195.0, 111195.0], [55598.0, 111195.0]]
    >>> metres_per_unit(pyproj.CRS(2264), np.zeros(1)).round(4).tolist()
    [[0.3048, 0.3048]]
    """
    factor = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
    if not crs.is_geographic:
        return np.full((len(y), 2), factor or 1.0)
    latitude = np.clip(np.abs(y) * factor, 0.0, np.radians(89.0))
    return _EARTH_RADIUS_M * factor * np.column_stack([np.cos(latitude), np.ones(len(y))])
