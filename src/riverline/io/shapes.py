"""Geometry as the data dictionary asks for it: flat, and one part a row where the frame is of single parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline.io.notes import few, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.io.notes import Note
    from riverline.schema import Schema

__all__ = ["abutting", "close_areas", "drop_heights", "join_rows", "single_parts"]

_LINE, _MULTI_LINE = 1, 5
# Places that a ring names, its first one twice.
_FEWEST = 4
_SINGLE = {4: "Point", 5: "LineString", 6: "Polygon"}
SOURCE_KEY = "source_key"


def drop_heights(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """The frame with flat geometry, and how many features had Z or M.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> flat, notes = drop_heights(gpd.GeoDataFrame(geometry=[shapely.Point(1, 2, 3)], crs=4548))
    >>> flat.geometry[0], notes[0]["en"]
    (<POINT (1 2)>, '1 features carry Z; it was dropped')
    """
    shapes = frame.geometry.to_numpy()
    counts = {"Z": int(shapely.has_z(shapes).sum()), "M": int(shapely.has_m(shapes).sum())}
    if not any(counts.values()):
        return frame, []
    notes = [
        note(f"{count} 个要素带 {name} 值，已舍去", f"{count} features carry {name}; it was dropped")
        for name, count in counts.items()
        if count
    ]
    return frame.set_geometry(shapely.force_2d(shapes), crs=frame.crs), notes


def close_areas(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Closed lines as the areas that they bound, where the dictionary asks for areas and for no lines.

    OpenStreetMap, CAD and many base maps draw the outline of water. Open lines stay lines, for a check to name.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from riverline import schema
    >>> outline = shapely.from_wkt("LINESTRING (0 0, 9 0, 9 9, 0 0)")
    >>> areas, notes = close_areas(gpd.GeoDataFrame(geometry=[outline], crs=4548), schema.WATER)
    >>> areas.geometry[0].wkt, notes[0]["en"]
    ('POLYGON ((0 0, 9 0, 9 9, 0 0))', '1 closed lines were read as the areas that they bound')
    """
    shapes = frame.geometry.to_numpy().copy()
    if "Polygon" not in schema.geometry or {"LineString", "MultiLineString"} & set(schema.geometry):
        return frame, []
    closed = (shapely.get_type_id(shapes) == _LINE) & shapely.is_closed(shapes)
    closed &= (shapely.get_num_coordinates(shapes) >= _FEWEST) & np.isfinite(shapely.length(shapes))
    if not closed.any():
        return frame, []
    shapes[closed] = shapely.polygons(
        shapely.linearrings(shapely.get_coordinates(shapes[closed]), indices=_owners(shapes[closed]))
    )
    count = int(closed.sum())
    told = note(f"{count} 条闭合线按其围成的面读取", f"{count} closed lines were read as the areas that they bound")
    return frame.set_geometry(shapes, crs=frame.crs), [told]


def _owners(shapes: NDArray[np.object_]) -> NDArray[np.intp]:
    return np.repeat(np.arange(len(shapes)), shapely.get_num_coordinates(shapes))


def join_rows(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Lines in several rows under one key that meet head to tail, as one row each.

    Parameters
    ----------
    frame
        Rows under the dictionary's names, with the key.
    schema
        Where it is not of single lines, nothing is joined.

    Returns
    -------
    frame, notes
        The row furthest upstream stands for the others, in its place. Rows that do not make one line stay as they are.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from riverline import schema
    >>> lines = shapely.from_wkt(["LINESTRING (5 0, 9 0)", "LINESTRING (0 0, 5 0)"])
    >>> frame = gpd.GeoDataFrame({"river_id": ["R1", "R1"], "name": ["below", "above"]}, geometry=lines, crs=4548)
    >>> joined, notes = join_rows(frame, schema.AXES)
    >>> joined["name"].tolist(), joined.geometry[0].wkt
    (['above'], 'LINESTRING (0 0, 5 0, 9 0)')
    """
    if schema.geometry != ("LineString",):
        return frame, []
    keys = frame[schema.key]
    groups = abutting(keys, frame.geometry.to_numpy())
    if not groups:
        return frame, []
    shapes = frame.geometry.to_numpy().copy()
    gone: list[NDArray[np.intp]] = []
    for rows, line in groups:
        heads = shapely.get_point(line, 0)
        first = rows[np.argmin(shapely.distance(shapes[rows], heads))]
        shapes[first] = line
        gone.append(rows[rows != first])
    joined = frame.set_geometry(shapes, crs=frame.crs).drop(index=frame.index[np.concatenate(gone)])
    told = few(keys.iloc[rows[0]] for rows, _ in groups)
    count = sum(len(rows) for rows, _ in groups)
    notes = [
        note(
            f"同一编码的 {count} 个要素首尾相接，已合为 {len(groups)} 条线（属性取最上游一段）：{told}",
            f"{count} features under {len(groups)} keys join head to tail and became one line each (attributes of the "
            f"piece furthest upstream): {told}",
        )
    ]
    return joined.reset_index(drop=True), notes


def abutting(keys: pd.Series, shapes: NDArray[np.object_]) -> list[tuple[NDArray[np.intp], shapely.LineString]]:
    """Rows that share a key and make one line in their own direction, with that line.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 5 0)", "LINESTRING (5 0, 9 0)", "LINESTRING (0 1, 5 1)"])
    >>> [rows.tolist() for rows, _ in abutting(pd.Series(["R1", "R1", "R2"]), lines)]
    [[0, 1]]
    """
    lines = np.isin(shapely.get_type_id(shapes), (_LINE, _MULTI_LINE)) & ~shapely.is_empty(shapes)
    shared = keys[keys.duplicated(keep=False) & keys.notna()]
    found = []
    for rows in shared.groupby(shared, sort=False).indices.values():
        at = np.flatnonzero(keys.index.isin(shared.index[rows]))
        if lines[at].all():
            line = shapely.line_merge(shapely.MultiLineString(list(shapely.get_parts(shapes[at]))), directed=True)
            if shapely.get_type_id(line) == _LINE and not shapely.is_closed(line):
                found.append((at, line))
    return found


def single_parts(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """One row a part, with ids that stay the same from run to run.

    Parameters
    ----------
    frame
        Rows under the dictionary's names, with the key.
    schema
        Where it allows multipart geometry of a kind, features of that kind are left whole.

    Returns
    -------
    frame, notes
        Parts of a line that join head to tail in one line become that line again. Other features ``R1`` become
        ``R1-1``, ``R1-2`` … in the order of their parts, and the key in the file stands in the column ``source_key``
        of every row.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from riverline import schema
    >>> two = shapely.from_wkt("MULTILINESTRING ((0 0, 1 0), (5 0, 6 0))")
    >>> frame = gpd.GeoDataFrame({"bank_id": ["B1"], "river_id": ["R1"]}, geometry=[two], crs=4548)
    >>> single_parts(frame, schema.BANK_TOPS)[0][["bank_id", "source_key"]].values.tolist()
    [['B1-1', 'B1'], ['B1-2', 'B1']]
    """
    shapes = frame.geometry.to_numpy().copy()
    types = shapely.get_type_id(shapes)
    # Only where the single kind is wanted: a polygon among lines is a fault, not two of them.
    wanted = set(schema.geometry)
    list_unwanted = [code for code, single in _SINGLE.items() if single in wanted and f"Multi{single}" not in wanted]
    multi = np.isin(types, list_unwanted)
    if not multi.any():
        return frame, []
    lines = multi & (types == _MULTI_LINE)
    joined = shapely.line_merge(shapes[lines], directed=True)
    whole = shapely.get_type_id(joined) == _LINE
    at = np.flatnonzero(lines)[whole]
    several = at[shapely.get_num_geometries(shapes[at]) > 1]
    shapes[at] = joined[whole]
    alone = multi & (shapely.get_num_geometries(shapes) == 1)
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    left = frame.set_geometry(shapes, crs=frame.crs)
    notes = [_joined_note(frame.loc[several, schema.key])] if len(several) else []
    split = multi & (shapely.get_num_geometries(shapes) > 1)
    if not split.any():
        return left, notes
    keys = frame[schema.key].dropna()
    twice = keys[keys.duplicated()].unique()
    notes += [_twice_note(twice)] if len(twice) else []
    return _exploded(left, schema, split), [*notes, _split_note(frame.loc[split, schema.key])]


def _exploded(frame: gpd.GeoDataFrame, schema: Schema, split: NDArray[np.bool_]) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    parts, row = _parts(shapes, split)
    exploded = frame.iloc[row].reset_index(drop=True).set_geometry(parts, crs=frame.crs)
    keys = exploded[schema.key]
    number = pd.Series(row).groupby(row).cumcount() + 1
    mark = _free_mark(frame.loc[~split, schema.key], keys[split[row]], number[split[row]])
    numbered = keys.astype("str") + mark + number.astype("str")
    if SOURCE_KEY not in exploded.columns:
        exploded[SOURCE_KEY] = keys
    exploded[schema.key] = numbered.where(split[row] & keys.notna(), keys)
    return exploded


def _parts(shapes: NDArray[np.object_], split: NDArray[np.bool_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Parts of the split shapes and the others whole, in the order of the rows; and the row of each."""
    parts, of_split = shapely.get_parts(shapes[split], return_index=True)
    rows = np.concatenate([np.flatnonzero(split)[of_split], np.flatnonzero(~split)])
    order = np.argsort(rows, kind="stable")
    return np.concatenate([parts, shapes[~split]])[order], rows[order]


def _free_mark(other: pd.Series, keys: pd.Series, number: pd.Series) -> str:
    """What stands between key and number: a hyphen, unless some other feature is called so already."""
    taken = set(other.dropna().astype("str"))
    for mark in ("-", "-p", "-part"):
        if taken.isdisjoint(keys.astype("str") + mark + number.astype("str")):
            return mark
    return "-multipart-"


def _joined_note(keys: pd.Series) -> Note:
    return note(
        f"{len(keys)} 个多部件要素的各段首尾相接，已合为一条线：{few(keys)}",
        f"{len(keys)} multipart features whose parts join head to tail became one line each: {few(keys)}",
    )


def _split_note(keys: pd.Series) -> Note:
    return note(
        f"{len(keys)} 个多部件要素已拆分，编码加“-序号”，原编码见 {SOURCE_KEY}：{few(keys)}",
        f"{len(keys)} multipart features were split, their keys numbered; the key in the file is in {SOURCE_KEY}: "
        f"{few(keys)}",
    )


def _twice_note(keys: Sequence[object]) -> Note:
    return note(
        f"{len(keys)} 个编码出现不止一次，拆分编号后不再看得出：{few(keys)}",
        f"{len(keys)} keys occur more than once, which the numbers of the parts hide: {few(keys)}",
    )
