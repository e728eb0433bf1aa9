"""Fault rows: made from a code, put together in a stable order, told in either language."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.faults.catalogue import CATALOGUE
from riverline.faults.words import in_words, layer_label
from riverline.schema import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from riverline.schema import Language

__all__ = ["combine", "describe", "found"]

_SEVERITIES = ("error", "warning", "note")


def found(  # noqa: PLR0913 - one argument a column of the frame
    code: str,
    *,
    layer: str,
    feature_id: Sequence[Any],
    geometry: Any,  # noqa: ANN401 - any sequence of geometries
    crs: Any,  # noqa: ANN401 - anything pyproj takes
    value: Any = np.nan,  # noqa: ANN401 - a number or a sequence of them
    limit: Any = np.nan,  # noqa: ANN401
    unit: str = "",
    note: str | Sequence[str] = "",
) -> gpd.GeoDataFrame:
    """Fault rows of one code, one for each feature.

    Parameters
    ----------
    code
        A code of :data:`CATALOGUE`.
    layer
        Name of the layer that the features are in.
    feature_id
        Keys of the features, n of them.
    geometry
        Where to look, n geometries or None.
    crs
        CRS of the geometries.
    value, limit
        What was measured and what was allowed: a number, or n of them.
    unit
        Unit of both.
    note
        Names, codes or values the sentence quotes: a text, or n of them.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`; several faults of one code at one feature are numbered ``…#2``.

    Raises
    ------
    KeyError
        If the code is not in the catalogue.

    Examples
    --------
    >>> import shapely
    >>> from riverline import faults
    >>> place = [shapely.Point(0, 0)]
    >>> frame = faults.found("multipart", layer="axes", feature_id=["R1"], value=3, geometry=place, crs="EPSG:4548")
    >>> frame.loc[0, ["fault_id", "severity", "detail"]].tolist()
    ['axes/R1/multipart', 'warning', '多部件要素，共 3 段']
    """
    entry = CATALOGUE[code]
    ids = pd.Series([str(each) for each in feature_id], dtype="str")
    if ids.empty:
        # Most of what is looked for is nowhere: every verb asks some dozens of times.
        return FAULTS.empty(crs)
    count = len(ids)
    values, limits = (np.broadcast_to(np.asarray(each, dtype="float64"), count) for each in (value, limit))
    notes = [note] * count if isinstance(note, str) else [str(each) for each in note]
    told = zip(values, limits, ids, notes, strict=True)
    return FAULTS.conform(gpd.GeoDataFrame(
        {
            "fault_id": _numbered(layer + "/" + ids + "/" + code),
            "code": code,
            "severity": entry.severity,
            "layer": layer,
            "feature_id": ids,
            "detail": [_sentence(_Told(code, *each[:2], unit, each[2], layer, each[3], ""), "zh") for each in told],
            "value": values,
            "limit": limits,
            "unit": unit,
            "note": notes,
        },
        geometry=list(geometry),
        crs=crs,
    ))  # fmt: skip


def combine(parts: Iterable[gpd.GeoDataFrame], *, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - anything pyproj takes
    """All fault rows in one frame, in a stable order, ids unique.

    Parameters
    ----------
    parts
        Frames of faults; empty ones are fine.
    crs
        CRS of the result; parts in another CRS are reprojected.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`, ordered by severity, layer, feature and code.

    Examples
    --------
    >>> from riverline import faults
    >>> parts = [
    ...     faults.found(code, layer="axes", feature_id=["R1"], geometry=[None], crs="EPSG:4548")
    ...     for code in ("z-present", "geometry-missing")
    ... ]
    >>> faults.combine(parts, crs="EPSG:4548")["severity"].tolist()
    ['error', 'note']
    """
    rows = [part if part.crs == crs else part.to_crs(crs) for part in parts if len(part)]
    if not rows:
        return FAULTS.empty(crs)
    together = pd.concat(rows, ignore_index=True)
    together = together.take(_in_order(together))
    base = together["layer"] + "/" + together["feature_id"] + "/" + together["code"]
    together = together.assign(fault_id=_numbered(base)).reset_index(drop=True)
    return FAULTS.conform(gpd.GeoDataFrame(together, geometry="geometry", crs=crs))


def _in_order(rows: gpd.GeoDataFrame) -> list[int]:
    """Positions by severity, layer, feature and code; several of these by what they say, not by where they stood."""
    # Lists: rows are few as a rule, and pandas takes milliseconds for seven keys of two rows.
    columns = [rows[name].tolist() for name in ("layer", "feature_id", "code")]
    named = [*zip(*columns, strict=True)]
    often = Counter(named)
    tied = [at for at, name in enumerate(named) if often[name] > 1]
    places = dict(zip(tied, shapely.to_wkb(rows.geometry.to_numpy()[tied], hex=True), strict=True)) if tied else {}
    rank = [_SEVERITIES.index(each) for each in rows["severity"]]
    told = [*zip(rows["note"].tolist(), rows["value"].isna().tolist(), rows["value"].fillna(0.0).tolist(), strict=True)]
    return sorted(range(len(rows)), key=lambda at: (rank[at], named[at], told[at], places.get(at) or ""))


def describe(faults: gpd.GeoDataFrame, language: Language = "zh") -> gpd.GeoDataFrame:
    """A copy whose ``detail`` is written in the language asked for.

    Parameters
    ----------
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    GeoDataFrame
        The same rows; codes that the catalogue does not know keep their detail.

    Examples
    --------
    >>> from riverline import faults
    >>> frame = faults.found("geometry-missing", layer="axes", feature_id=["R1"], geometry=[None], crs="EPSG:4548")
    >>> frame["detail"].tolist(), faults.describe(frame, "en")["detail"].tolist()
    (['没有几何'], ['the feature has no geometry'])
    """
    rows = zip(*(faults[name] for name in _Told._fields), strict=True)
    return FAULTS.conform(faults.assign(detail=[_sentence(_Told(*row), language) for row in rows]))


class _Told(NamedTuple):
    """What a sentence is made of."""

    code: str
    value: float
    limit: float
    unit: str
    feature_id: str
    layer: str
    note: str
    detail: str


def _sentence(row: _Told, language: Language) -> str:
    if row.code not in CATALOGUE:
        return str(row.detail)
    template = CATALOGUE[row.code].zh if language == "zh" else CATALOGUE[row.code].en
    return template.format(
        value=_number(row.value),
        limit=_number(row.limit),
        unit=row.unit,
        feature=row.feature_id,
        layer=layer_label(row.layer, language),
        note=in_words(str(row.note), language, layer=str(row.layer)),
    )


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.3f}".rstrip("0").rstrip(".")


def _numbered(base: pd.Series[str]) -> pd.Series[str]:
    """Keys of their own: the second of one name is ``…#2``."""
    if base.is_unique:
        return base
    count = base.groupby(base).cumcount()
    return base.where(count == 0, base + "#" + (count + 1).astype("str"))
