"""Codes of suspects: the same on every run and in every order of rows, from the feature's own code or its place."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Texts = NDArray[np.object_]

__all__ = ["digests_of", "suspect_ids"]

_DECIMALS = 2  # coordinates equal to the centimetre are one place
_LETTERS = 10


def suspect_ids(river_id: Texts, extent_kind: Texts, feature_id: Texts, shapes: Texts) -> Texts:
    """A code for each suspect.

    Parameters
    ----------
    river_id, extent_kind, feature_id, shapes : (n,)
        River, kind of extent, code and geometry of the features; a code may be empty or occur twice.

    Returns
    -------
    (n,)
        River and feature, with ``P`` between them in a protection extent. A feature without a code is called by a
        digest of its geometry; where a code would occur twice, that is added to it.

    Examples
    --------
    >>> square = shapely.box(0, 0, 1, 1)
    >>> one = np.array(["R1", "R1"]), np.array(["management"] * 2), np.array(["B7", ""]), np.array([square, square])
    >>> suspect_ids(*one).tolist()
    ['R1-B7', 'R1-gc624e28423']
    """
    blank = np.flatnonzero(feature_id == "")
    names = feature_id.astype(object)
    names[blank] = "g" + digests_of(shapes[blank])
    made = pd.Series(river_id.astype(object) + np.where(extent_kind == "protection", "-P-", "-") + names)
    twice = np.flatnonzero(made.duplicated(keep=False) & (feature_id != ""))
    made.iloc[twice] = made.iloc[twice] + "-" + digests_of(shapes[twice])
    number = made.groupby(made).cumcount()
    return np.asarray(made.where(number == 0, made + "-" + (number + 1).astype("str")), dtype=object)


def digests_of(shapes: Texts) -> Any:  # noqa: ANN401 - an array of texts that can be added to
    """(n,) a few letters that change with a geometry, not with the order of its vertices or parts."""
    flat = shapely.transform(shapely.force_2d(shapes), lambda xy: np.round(xy, _DECIMALS) + 0.0)
    wkb = shapely.to_wkb(shapely.normalize(flat), byte_order=1)
    return np.array([hashlib.sha256(each).hexdigest()[:_LETTERS] for each in wkb], dtype=object)
