"""What was written against what was read back, for formats that keep the values and not the types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["differences"]

# Read back, numbers are what sixteen digits of them are.
_DIGITS = 1e-14


def differences(
    sent: pa.Table, back: pa.Table, *, geometry: Mapping[str, str], near: float, names: Mapping[str, str] | None = None
) -> list[str]:
    """Columns of a table that do not read back as they were.

    Parameters
    ----------
    sent, back
        What was written and what was read, rows in one order.
    geometry
        Name of the geometry as sent → as read; empty where there is none.
    near
        How far coordinates may be off, in units of the CRS.
    names
        Name of a column as sent → as read, where they differ.

    Returns
    -------
    list of str
        Names; a number of rows that differs is ``n → m``.

    Examples
    --------
    >>> import pyarrow as pa
    >>> differences(pa.table({"a": [1, 2]}), pa.table({"a": [1.0, 3.0]}), geometry={}, near=0.0)
    ['a']
    >>> differences(pa.table({"a": ['["b"]']}), pa.table({"a": [["b"]]}), geometry={}, near=0.0)
    []
    """
    if sent.num_rows != back.num_rows:
        return [f"{sent.num_rows} → {back.num_rows}"]
    if not sent.num_rows:
        return []
    called = names or {}
    plain = [name for name in sent.column_names if name not in geometry]
    lost = [name for name in plain if called.get(name, name) not in back.column_names]
    kept = [name for name in plain if name not in lost]
    wrong = lost + [name for name in kept if not _equal(sent[name], back[called.get(name, name)])]
    return wrong + [one for one, other in geometry.items() if not _near(sent[one], back[other], near)]


def _equal(sent: pa.ChunkedArray, back: pa.ChunkedArray) -> bool:
    kind = sent.type
    if pa.types.is_boolean(kind):
        return bool(sent.to_pylist() == [None if each is None else bool(each) for each in back.to_pylist()])
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        one, other = (pd.to_numeric(column.to_pandas()).to_numpy(dtype=float) for column in (sent, back))
        return bool(np.allclose(one, other, rtol=_DIGITS, atol=_DIGITS, equal_nan=True))
    if pa.types.is_temporal(kind):
        one, other = (
            pd.to_datetime(pd.Series(column.to_pylist()), utc=True, format="mixed") for column in (sent, back)
        )
        return bool(one.equals(other) or ((one.isna() == other.isna()).all() and (one == other)[one.notna()].all()))
    one, other = sent.to_pylist(), back.to_pylist()
    plain = [None if each is None or each == "" else str(each) for each in other]
    return bool([each or None for each in one] == plain) or all(map(_alike, one, other))


def _alike(sent: Any, back: Any) -> bool:  # noqa: ANN401 - texts, or what a reader takes apart
    """Whether a text is there again, as itself or as the list or object that it is the JSON of; blank is missing."""
    if sent in (None, ""):
        return bool(back in (None, ""))
    return back is not None and (str(back) == sent or (_meant(sent) is not None and _meant(sent) == _meant(back)))


def _meant(value: Any) -> list[Any] | dict[str, Any] | None:  # noqa: ANN401
    """The list or object that a value is, or is the JSON of."""
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, list | dict) else None


def _near(sent: pa.ChunkedArray, back: pa.ChunkedArray, near: float) -> bool:
    """Whether geometries lie where they did, whatever ring or corner they begin with."""
    one, other = (shapely.from_wkb(np.array(column.to_pylist(), dtype=object)) for column in (sent, back))
    if not (_nothing(one) == _nothing(other)).all():
        return False
    there = ~_nothing(one)
    one, other = one[there], other[there]
    same = shapely.get_num_coordinates(one) == shapely.get_num_coordinates(other)
    bounds = np.abs(shapely.bounds(one) - shapely.bounds(other)) <= near
    sizes = np.abs(shapely.length(one) - shapely.length(other)) <= 2 * near * (1 + shapely.get_num_coordinates(one))
    return bool((bounds.all(axis=1) & sizes | ~same).all() and _mended(one[~same], other[~same], near).all())


def _mended(one: np.ndarray, other: np.ndarray, near: float) -> np.ndarray:
    """Whether geometries that a writer mended after rounding are where they were, but for strips as narrow as that."""
    flat = shapely.get_dimensions(one) == 2  # noqa: PLR2004 - areas
    room = 2 * near * shapely.length(one)
    good = np.zeros(len(one), dtype=bool)
    good[flat] = shapely.area(shapely.symmetric_difference(one[flat], other[flat])) <= room[flat]
    good[~flat] = shapely.hausdorff_distance(one[~flat], other[~flat]) <= 2 * near
    return good


def _nothing(shapes: np.ndarray) -> np.ndarray:
    return np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
