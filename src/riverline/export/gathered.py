"""What a receiver asks for of a row that another layer of the same river tells, or the row's own shape."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from riverline.geodesy import ellipsoidal_area, geodesic_length, round_half_up
from riverline.schema import FRAMES, Column
from riverline.style import river_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from riverline.export.profiles import ProfileField, ProfileLayer
    from riverline.schema import Schema
    from riverline.style import Layer

__all__ = ["gathered", "source_column"]

_MEASURES = {
    "area": Column("area", "number", "面积", "Area", "MJ", "Ellipsoidal area of the row's own shape.", "m²"),
    "length": Column("length", "number", "长度", "Length", "CD", "Length on the ellipsoid.", "m"),
}
_AREA_DECIMALS, _LENGTH_DECIMALS = 2, 1


def gathered(layer: Layer, wanted: ProfileLayer, every: Sequence[Layer]) -> Layer:
    """A layer with the columns that a receiver asks for and that it does not have by itself.

    Parameters
    ----------
    layer
        Rows of the receiver's layer.
    wanted
        The receiver's layer.
    every
        All layers of the call.

    Returns
    -------
    Layer
        With what the rows say themselves, and where they say nothing what another layer says of their river; nothing
        where that says two things, or where a measure of the river would stand in more than one row.
    """
    frame: Any = layer.frame
    added: dict[str, pd.Series[Any]] = {}
    for field in wanted.fields:
        if field.measure:
            added[field.source] = _measured(frame, field, every)
        elif field.of and "river_id" in frame:
            told = frame["river_id"].map(_told(field, every))
            own = frame.get(field.column)
            added[field.column] = told if own is None else own.where(own.notna() & (own != ""), told)
    return dataclasses.replace(layer, frame=frame.assign(**added)) if added else layer


def source_column(field: ProfileField, own: Schema) -> Column | None:
    """The column of the dictionary that fills a field; None for one that riverline cannot fill."""
    if field.measure:
        return _MEASURES[field.measure]
    schemas = [own, *(FRAMES[name] for name in field.of if name in FRAMES)]
    return next((schema[field.column] for schema in schemas if field.column in schema), None)


def _told(field: ProfileField, every: Sequence[Layer]) -> dict[str, Any]:
    """River → what layers say of it, the first one that says one thing."""
    if field.column == "name":
        return river_names([layer for layer in every if layer.name in field.of])
    found: dict[str, Any] = {}
    for rows in _rows(field.of, every):
        if field.column in rows:
            pairs = rows[["river_id", field.column]].dropna().drop_duplicates()
            once = pairs[~pairs["river_id"].duplicated(keep=False) & (pairs[field.column] != "")]
            found = dict(zip(once["river_id"], once[field.column], strict=True)) | found
    return found


def _rows(names: Sequence[str], every: Sequence[Layer]) -> Iterable[pd.DataFrame]:
    return (layer.frame for name in names for layer in every if layer.name == name and "river_id" in layer.frame)


def _measured(frame: pd.DataFrame, field: ProfileField, every: Sequence[Layer]) -> pd.Series[Any]:
    if not field.of:
        return _size(frame, field)
    sizes = [_size(rows, field).groupby(rows["river_id"]).sum(min_count=1) for rows in _rows(field.of, every)]
    whole = pd.concat(sizes).groupby(level=0).first() if sizes else pd.Series(dtype="float64")
    rivers = frame["river_id"]
    found: pd.Series[Any] = rivers.map(whole).mask(rivers.duplicated(keep=False))
    return found


def _size(rows: pd.DataFrame, field: ProfileField) -> pd.Series[Any]:
    shapes = gpd.GeoDataFrame(rows).geometry
    measured = ellipsoidal_area(shapes) if field.measure == "area" else geodesic_length(shapes)
    decimals = _AREA_DECIMALS if field.measure == "area" else _LENGTH_DECIMALS
    return pd.Series(round_half_up(measured.to_numpy(), decimals), index=rows.index)
