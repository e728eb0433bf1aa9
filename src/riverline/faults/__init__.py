"""Faults: what is wrong with the data, as rows that can be filtered, drawn and handed back to whoever drew the layer.

The catalogue is the only place that knows a code, how severe it is, what it says and what to do about it.

Examples
--------
>>> import shapely
>>> from riverline import faults
>>> frame = faults.found(
...     "multipart", layer="axes", feature_id=["R1"], value=[3], limit=1, geometry=[shapely.Point(0, 0)], crs=4548
... )
>>> frame[["fault_id", "code", "severity", "detail"]].values.tolist()
[['axes/R1/multipart', 'multipart', 'warning', '多部件要素，共 3 段']]
>>> faults.describe(frame, "en")["detail"].tolist()
['multipart feature of 3 parts']
"""

from __future__ import annotations

from riverline.faults.catalogue import CATALOGUE, Code
from riverline.faults.rows import combine, describe, found

__all__ = ["CATALOGUE", "Code", "combine", "describe", "found"]
