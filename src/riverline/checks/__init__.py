"""Checking a layer before anything is drawn from it: what is wrong becomes rows to filter, draw and send back.

Examples
--------
>>> import geopandas as gpd
>>> import shapely
>>> import riverline as rl
>>> axes = gpd.GeoDataFrame(
...     {"river_id": ["R1", "R2", ""], "name": ["清水河", "", "白沙溪"]},
...     geometry=[
...         shapely.LineString([(500000, 3400000), (501000, 3400000)]),
...         shapely.LineString([(500500, 3400003), (500500, 3401000)]),
...         None,
...     ],
...     crs="EPSG:4548",
... )
>>> faults = rl.check(axes, rl.schema.AXES)
>>> faults[["feature_id", "code", "severity"]].values.tolist()
[['row 2', 'geometry-missing', 'error'], ['row 2', 'key-blank', 'error'], ['R2', 'undershoot', 'warning']]
>>> faults["detail"].iloc[-1]
'悬挂点：线端距 R1 还差 3 m'
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import geopandas as gpd

from riverline import faults
from riverline.checks import attributes, expected, geometry, placement, topology, twins
from riverline.checks.layer import take_apart

if TYPE_CHECKING:
    from riverline.checks.layer import Faults, Layer
    from riverline.schema import Schema

__all__ = ["check"]

# Faults of a table have no place; their frame has a CRS all the same.
_NOWHERE = "EPSG:4490"


def check(frame: gpd.GeoDataFrame, schema: Schema, *, snap_m: float = 5.0) -> gpd.GeoDataFrame:
    """Everything that is wrong with a layer, as fault rows.

    Parameters
    ----------
    frame
        n features, in any CRS. It is not changed.
    schema
        What they ought to be, such as :data:`riverline.schema.AXES`.
    snap_m
        Metres. An end of an axis that comes nearer than this to another axis without touching it is a dangle; one
        that is farther away is a source or a mouth. Half a millimetre on a sheet 1:10,000 is 5 m.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS` in the CRS of the frame, errors first; none where nothing is wrong.
        ``feature_id`` is the feature's key, ``row 12`` where the key is blank and 12 the row's index label, or ``*``
        where the layer as a whole is meant. Ids are the same on every run and do not depend on the order of rows.

    Raises
    ------
    SchemaError
        If the frame lacks columns or geometry; the message lists everything that is missing.
    CRSError
        If only the CRS is missing.

    Notes
    -----
    What is checked follows the delivery rules for demarcation layers: no blank or wrong codes, no dangles,
    pseudo-nodes, duplicate points or lines, no self-crossings, closed polygons, one kind of geometry a layer. Free text
    may be blank (:attr:`riverline.schema.Column.may_be_blank`). Every code with its sentence and remedy is in
    :data:`riverline.faults.CATALOGUE`.

    Examples
    --------
    >>> import riverline as rl
    >>> rl.check(rl.schema.AXES.empty("EPSG:4548"), rl.schema.AXES).empty
    True
    """
    schema.require(frame)
    if not schema.geometry and getattr(frame, "crs", None) is None:
        frame = gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs=_NOWHERE)
    layer = take_apart(frame, schema)
    found = chain(
        attributes.keys(layer),
        attributes.blank_values(layer),
        attributes.wrong_types(layer),
        attributes.values_outside_choices(layer),
        attributes.labels_for_values(layer),
        [] if schema.name in expected.UNDRAWN or not schema.geometry else _geometry(layer, snap_m),
    )
    return faults.combine(found, crs=frame.crs)


def _geometry(layer: Layer, snap_m: float) -> Faults:
    misplaced, lost = placement.misplaced(layer)
    return [
        *geometry.presence(layer),
        *geometry.kinds(layer),
        *geometry.dimensions(layer),
        *geometry.sizes(layer),
        *geometry.validity(layer),
        *geometry.crossings(layer),
        *geometry.repeats(layer),
        *twins.duplicates(layer),
        *twins.near_duplicates(layer, snap_m=snap_m),
        *topology.dangles(layer, snap_m=snap_m),
        *topology.pseudo_nodes(layer),
        *topology.rings(layer),
        *misplaced,
        *placement.stragglers(layer, lost=lost),
    ]
