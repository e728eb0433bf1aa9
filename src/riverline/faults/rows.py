"""Fault rows: made from a code, put together in a stable order, told in either language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline.faults.catalogue import CATALOGUE
from riverline.faults.words import in_words, layer_label
from riverline.schema import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from riverline.schema import Language

__all__ = ["combine", "describe", "found"]


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
    frame = gpd.GeoDataFrame(
        {
            "fault_id": layer + "/" + ids + "/" + code,
            "code": code,
            "severity": entry.severity,
            "layer": layer,
            "feature_id": ids,
            "detail": "",
            "value": np.broadcast_to(np.asarray(value, dtype="float64"), len(ids)),
            "limit": np.broadcast_to(np.asarray(limit, dtype="float64"), len(ids)),
            "unit": unit,
            "note": note if isinstance(note, str) else [str(each) for each in note],
        },
        geometry=gpd.GeoSeries(list(geometry), crs=crs),
        crs=crs,
    )
    return describe(_numbered(frame))


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
    keys = ["layer", "feature_id", "code"]
    order = together["severity"].map({"error": 0, "warning": 1, "note": 2})
    # Several faults of one code at one feature are numbered by what they say, not by where they stood in the input.
    tied = together.duplicated(keys, keep=False)
    place = together["geometry"].where(tied).to_wkb(hex=True).fillna("")
    together = together.assign(_order=order, _place=place)
    together = together.sort_values(["_order", *keys, "note", "value", "_place"], kind="stable")
    together = _numbered(together.drop(columns=["_order", "_place"]).reset_index(drop=True))
    return FAULTS.conform(gpd.GeoDataFrame(together, geometry="geometry", crs=crs))


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
    columns = ["code", "value", "limit", "unit", "feature_id", "layer", "note", "detail"]
    rows = faults[columns].itertuples(index=False)
    return FAULTS.conform(faults.assign(detail=[_sentence(row, language) for row in rows]))


def _sentence(row: Any, language: Language) -> str:  # noqa: ANN401 - a named tuple of pandas
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


def _numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    base = frame["layer"] + "/" + frame["feature_id"] + "/" + frame["code"]
    count = base.groupby(base).cumcount()
    return frame.assign(fault_id=base.where(count == 0, base + "#" + (count + 1).astype("str")))
