"""To a plane in metres and from one CRS to another: checked, never ballpark, noted in the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import shapely

from riverline.errors import CRSError, Hint
from riverline.geodesy.datum import horizontal, is_same, name_of, refuse_legacy
from riverline.geodesy.passage import find_passage, require_plausible
from riverline.geodesy.planes import corners, crs_of, is_plane, point_scale, refuse_degrees
from riverline.geodesy.spans import bounds_in_degrees, code_at, span_of
from riverline.geodesy.zones import central_meridian, gauss_kruger, zone_number

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from riverline.geodesy.passage import Passage
    from riverline.geodesy.spans import Span
    from riverline.geodesy.zones import ZoneWidth

    Floats = NDArray[np.float64]

__all__ = ["align", "to_metric"]

# Away from China a projected CRS in metres is kept if its lengths are this good; UTM at its edge is off by 0.001.
_KEPT_SCALE = 0.002
_MIDDLE_OF_CHINA = "EPSG:4545"


def to_metric(
    frame: gpd.GeoDataFrame,
    *,
    zone_width: Literal[3, 6] | None = None,
    prefixed: bool | None = None,
    crs: object = None,
    transformation: object = None,
    layer: str = "frame",
) -> gpd.GeoDataFrame:
    """The frame in a plane in metres: its CGCS2000 3-degree Gauss-Krüger zone unless asked otherwise.

    Parameters
    ----------
    frame
        Features in any CRS; left as it is.
    zone_width
        3 or 6 degrees. If not given, 3, and a frame that already is in a Gauss-Krüger zone of either width stays.
    prefixed
        Whether eastings carry the zone number (39 500 000 m). If not given, no, and a frame that has it keeps it.
    crs
        Any projected CRS in metres to use instead.
    transformation
        For old datums, together with ``crs``: a PROJ pipeline (see :func:`riverline.geodesy.helmert_pipeline`) or a
        ``pyproj.Transformer``.
    layer
        What to call the frame in messages.

    Returns
    -------
    GeoDataFrame
        The same rows and columns. The frame itself if it is metric already. What was done, and how good the change of
        datum is, stands in ``frame.attrs["source"]["notes"]``.

    Raises
    ------
    CRSError
        If the frame has no CRS, holds degrees under the name of a plane, is on Beijing 1954 or Xi'an 1980 without a
        ``transformation``, or is wider than a zone carries: more than half a zone beyond the zone's edge.

    Notes
    -----
    The zone is that of the median longitude of the features' middles. Outside China's zones the UTM zone is taken, on
    the frame's own datum where one is registered. A frame stays as it is if it is a Gauss-Krüger plane in China within
    a zone's width of its meridian, or, elsewhere, a plane whose lengths are right to 0.2 %. An empty frame without a
    plane goes to the 108°E zone.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.geodesy import to_metric
    >>> frame = gpd.GeoDataFrame({"river_id": ["R1"]}, geometry=gpd.points_from_xy([117.0], [30.0]), crs=4490)
    >>> metric = to_metric(frame)
    >>> metric.crs.to_string(), metric.geometry.x.round(3).tolist(), metric.geometry.y.round(3).tolist()
    ('EPSG:4548', [500000.0], [3320113.398])
    >>> to_metric(frame, prefixed=True).crs.name
    'CGCS2000 / 3-degree Gauss-Kruger zone 39'
    """
    source = crs_of(frame, layer=layer)
    refuse_degrees(frame, layer=layer)
    if crs is not None:
        if not is_plane(crs):
            name = name_of(horizontal(crs))
            raise CRSError(
                f'crs={name} 不是以米为单位的投影坐标系；请改为例如 crs="EPSG:4548"，或不写 crs 由经度确定带号',
                f'crs={name} is no projected CRS in metres; write crs="EPSG:4548", say, or leave it out to have the '
                "zone found by longitude",
            )
        return align(frame, crs, layer=layer, transformation=transformation)
    if transformation is not None:
        raise CRSError(
            '给出 transformation 时须同时给出目标坐标系，如 crs="EPSG:4548"',
            'transformation needs the CRS it leads to, such as crs="EPSG:4548"',
        )
    span = span_of(frame, layer=layer)
    if span is None:
        return frame if is_plane(source) else align(frame, _MIDDLE_OF_CHINA, layer=layer)
    target = code_at(span.longitude, span.latitude, source, zone_width=zone_width or 3, prefixed=bool(prefixed))
    refuse_legacy(source, target=target)
    if _stays(frame, span, target=target, zone_width=zone_width, prefixed=prefixed):
        return frame
    _require_narrow(span, target=target, zone_width=zone_width or 3, layer=layer)
    return align(frame, target, layer=layer)


def align(frame: gpd.GeoDataFrame, crs: object, *, layer: str, transformation: object = None) -> gpd.GeoDataFrame:
    """The frame in another CRS, by a safe transformation.

    Parameters
    ----------
    frame
        Features in any CRS; left as it is.
    crs
        The CRS wanted.
    layer
        What to call the frame in messages.
    transformation
        For old datums: a PROJ pipeline from the frame's east, north to those of ``crs``, or a ``pyproj.Transformer``.

    Returns
    -------
    GeoDataFrame
        The frame itself if it is in that CRS; degrees are looked at all the same. Else the same rows and columns,
        heights unchanged, with a line on the transformation and its accuracy, in Chinese and English, in
        ``attrs["source"]["notes"]``.

    Raises
    ------
    CRSError
        If the frame has no CRS, no safe transformation exists, the one given is implausible, or coordinates do not fit
        the CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.geodesy import align
    >>> frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500000.0], [3320113.398]), crs=4548)
    >>> align(frame, 4548, layer="axes") is frame
    True
    >>> moved = align(frame, 4326, layer="axes")
    >>> moved.geometry.x.round(6).tolist(), moved.geometry.y.round(6).tolist()
    ([117.0], [30.0])
    >>> moved.attrs["source"]["notes"][0]["zh"]
    'EPSG:4548 → EPSG:4326：CGCS2000 与 WGS 84 视为一致（零变换，优于 1 m）'
    """
    source, target = crs_of(frame, layer=layer), horizontal(crs)
    if transformation is None and is_same(source, target):
        # Metres under the name of degrees would go out as they are; planes are checked where they are measured in.
        if target.is_geographic:
            bounds_in_degrees(frame, layer=layer)
        return frame
    if transformation is not None:
        passage = find_passage(source, target, transformation=transformation)
        require_plausible(passage, source, target, *corners(frame))
    else:
        span = span_of(frame, layer=layer)
        passage = find_passage(source, target, bounds=None if span is None else span.bounds)
    return _moved(frame, passage, target, layer=layer)


def _stays(
    frame: gpd.GeoDataFrame, span: Span, *, target: str, zone_width: ZoneWidth | None, prefixed: bool | None
) -> bool:
    """Whether the frame already is in a plane that :func:`to_metric` would be content with."""
    if not is_plane(frame.crs):
        return False
    if gauss_kruger(target) is None:
        return point_scale(frame) <= _KEPT_SCALE
    zone = gauss_kruger(frame.crs)
    if zone is None or not zone.fits(zone_width, prefixed=prefixed):
        return False
    width = zone_width or (6 if zone.is_six else 3)
    return span.within(zone.meridian, width)


def _require_narrow(span: Span, *, target: str, zone_width: ZoneWidth, layer: str) -> None:
    zone = gauss_kruger(target)
    width: ZoneWidth = 6 if zone is None else zone_width
    meridian = central_meridian(int(zone_number(span.longitude, zone_width=width)), width)
    if span.within(meridian, width):
        return
    first, last = (int(each) for each in zone_number([span.west, span.east], zone_width=width))
    # Numbers of UTM run 30 ahead, up to 60.
    named = "–".join(str(each if zone else (each + 29) % 60 + 1) for each in (first, last))
    said = f"{span.west:.3f}°–{span.east:.3f}°"
    typed = (
        f"for code, part in {layer}.groupby(riverline.geodesy.zone_of({layer})): "
        "riverline.geodesy.to_metric(part, crs=code)"
    )
    third = (span.north - span.south) / 6.0
    conic = (
        f"+proj=lcc +lat_1={span.south + third:.1f} +lat_2={span.north - third:.1f} +lat_0={span.latitude:.1f} "
        f"+lon_0={(span.west + span.east) / 2.0:.1f} +datum=WGS84 +units=m"
    )
    by_zone = Hint(typed, "zone", tuple(str(each) for each in range(first, last + 1)))
    whole = Hint.of("crs", conic, option="plane")
    raise CRSError(
        f"{layer}：图层经度 {said}，跨 {width} 度带 {named} 共 {last - first + 1} 个带，超出 {target}（中央经线 "
        f"{meridian:g}°）带边以外半个带；请按带分开：{by_zone.call}；或指定任一以米为单位的坐标系：{whole.call}",
        f"{layer}: the layer spans {said} east, {width}-degree zones {named} ({last - first + 1} of them), more than "
        f"half a zone beyond the edge of {target} (meridian {meridian:g}°); split it: {by_zone.call}; or give any CRS "
        f"in metres: {whole.call}",
        [by_zone, whole] if zone is not None and width == 3 else [whole],  # noqa: PLR2004 - degrees
    )


def _moved(frame: gpd.GeoDataFrame, passage: Passage, target: pyproj.CRS, *, layer: str) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    moved = np.empty(len(shapes), dtype="object")
    # Mixed 2D and 3D are moved apart: together, shapely would give every 2D feature a missing height.
    tall = shapely.has_z(shapes)
    moved[~tall] = shapely.transform(shapes[~tall], lambda points: _carried(points, passage))
    heights = shapely.get_coordinates(shapes[tall], include_z=True)[:, 2]
    moved[tall] = shapely.transform(
        shapely.force_3d(shapely.force_2d(shapes[tall])),
        lambda points: np.column_stack([_carried(points[:, :2], passage), heights]),
        include_z=True,
    )
    lost = ~np.isfinite(shapely.bounds(moved)).all(axis=1) & np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if lost.any():
        name, first = name_of(target), shapely.bounds(shapes[lost])[0].tolist()
        raise CRSError(
            f"{layer}：{int(lost.sum())} 个要素离坐标系 {name} 的范围太远，无法换算（如 {first}）；请检查两个坐标系",
            f"{layer}: {int(lost.sum())} features lie too far from {name} to be expressed in it (such as {first}); "
            "check the CRS wanted and the layer's own",
        )
    column = frame.geometry.name
    geometry = gpd.GeoSeries(moved, index=frame.index, crs=target, name=column)
    result = frame.set_geometry(geometry) if isinstance(frame, gpd.GeoDataFrame) else geometry
    said = [{"zh": passage.note_zh, "en": passage.note_en}]
    if shapely.has_m(shapes).any():
        said.append({"zh": "坐标转换未保留 M 值", "en": "M values were not carried over by the transformation"})
    source = dict(frame.attrs.get("source", {}))
    source["notes"] = [*source.get("notes", []), *said]
    result.attrs = {**frame.attrs, "source": source}
    return result


def _carried(points: Floats, passage: Passage) -> Floats:
    return np.column_stack(passage.transformer.transform(points[:, 0], points[:, 1]))
