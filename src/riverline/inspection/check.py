"""What a check before delivery is, and what it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline import faults
from riverline.channel.given import texts
from riverline.schema import FRAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation import Demarcation
    from riverline.schema import Language

__all__ = ["Check", "Subject", "failing", "wider"]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is inspected.

    Attributes
    ----------
    result
        The demarcation.
    layers
        Frames by the name of their schema, in the CRS of the lines and in the types of the schema.
    known
        What :func:`riverline.check` says of all of them.
    crs
        CRS of the lines.
    """

    result: Demarcation
    layers: Mapping[str, gpd.GeoDataFrame]
    known: gpd.GeoDataFrame
    crs: Any

    def rows(self, layer: str) -> gpd.GeoDataFrame:
        """A layer's rows; none where it was not given."""
        return self.layers[layer] if layer in self.layers else FRAMES[layer].empty(self.crs)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold of a delivery.

    Attributes
    ----------
    check_id
        Its name in tables, such as ``bank-length``.
    title, title_en
        What must hold.
    layers
        Names of the schemas that it looks at; it is not applicable where none of them was given.
    find
        Called with the :class:`Subject` and the limit; gives frames of :data:`riverline.schema.FAULTS`, such as
        :func:`failing` makes. Rows of severity ``note`` do not fail a check.
    needs
        Of the layers, those without which it cannot be done.
    limit, unit
        What is allowed.
    counts
        Called with the :class:`Subject`; gives how many features the check looks at, where that is not every feature
        of its layers. A check that looks at none is not applicable.
    """

    check_id: str
    title: str
    title_en: str
    layers: tuple[str, ...]
    find: Callable[[Subject, float], Iterable[gpd.GeoDataFrame]]
    needs: tuple[str, ...] = ()
    limit: float = float("nan")
    unit: str = ""
    counts: Callable[[Subject], int] | None = None

    def label(self, language: Language = "zh") -> str:
        """What must hold, in one language."""
        return self.title if language == "zh" else self.title_en


def failing(
    frame: gpd.GeoDataFrame,
    layer: str,
    *,
    where: NDArray[np.bool_],
    code: str = "check-failed",
    **told: Any,  # noqa: ANN401 - numbers, texts, or arrays of them
) -> gpd.GeoDataFrame:
    """Fault rows for the features of a layer that fail a check.

    Parameters
    ----------
    frame
        n features.
    layer
        Name of their schema, whose key names them.
    where : (n,)
        Which of them fail.
    code
        Code of the fault catalogue.
    **told
        ``value``, ``limit``, ``unit``, ``note``, ``geometry``: a value, or n of them.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1", "R2"], "name": ["清水河", ""]},
    ...     geometry=[shapely.LineString([(0, 0), (9, 0)]), shapely.LineString([(0, 5), (9, 5)])],
    ...     crs=4548,
    ... )
    >>> failing(axes, "axes", where=(axes["name"] == "").to_numpy(), note="named")["detail"].tolist()
    ['河道中心线 R2 不满足检查 named']
    """
    told = {"geometry": np.asarray(frame.geometry.array)} | told
    rows: dict[str, Any] = {
        name: value[where] if isinstance(value, np.ndarray) else value for name, value in told.items()
    }
    named = texts(frame[FRAMES[layer].key])
    ids = np.where(named == "", [f"row {label}" for label in frame.index], named)[where].tolist()
    return faults.found(code, layer=layer, feature_id=ids, crs=frame.crs, **rows)


def wider(shapes: NDArray[Any], limit: float) -> NDArray[np.bool_]:
    """Which shapes are somewhere wider than the limit.

    Examples
    --------
    >>> import numpy as np
    >>> import shapely
    >>> wider(np.array([shapely.box(0, 0, 9, 0.2), shapely.box(0, 0, 9, 2)]), 1.0).tolist()
    [False, True]
    """
    wide = shapely.area(shapes) > 0.0
    wide[wide] = ~shapely.is_empty(shapely.buffer(shapes[wide], -limit / 2.0))
    return wide
