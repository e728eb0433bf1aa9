"""Results as a DXF drawing that CASS and AutoCAD open right: R2000 in GBK, layers, codes, extended data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from riverline.errors import CRSError, JobError, needed
from riverline.export.drafts import changed, drafted, layers_for
from riverline.export.drawings import load_drawing
from riverline.export.dxf_drawing import Sheet
from riverline.export.dxf_plan import Planned, beside, plan, strange_signs
from riverline.export.fitness import with_places
from riverline.export.origin import origin_of
from riverline.export.placards import ordered
from riverline.geodesy import align, zone_crs
from riverline.geodesy.planes import require_plane
from riverline.geodesy.zones import gauss_kruger
from riverline.style import in_language

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from riverline.export.drawings import Drawing
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["plane_of", "to_dxf"]

_PER_ZONE_M = 1_000_000.0
_NEAR_M = 1e-6


def to_dxf(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    drawing: str | os.PathLike[str] = "plain",
    scale: int = 2000,
    zone_prefix: bool | None = None,
    with_faults: bool | None = None,
    **layers: Any,  # noqa: ANN401
) -> Path:
    r"""Write results and frames as one DXF drawing.

    Parameters
    ----------
    path
        The file, named ``….dxf``; its folder has to be there. A file that is already there is replaced as a whole.
    *results
        Results such as :class:`riverline.Demarcation`, and frames that follow a schema, in a plane in metres.
    language
        Language of layer names.
    drawing
        Name or path of a preset (:func:`riverline.export.list_drawings`): layers, codes, extended data.
    scale
        Denominator of the scale that texts and dashes are sized for.
    zone_prefix
        Whether eastings carry the zone number. If not given, as the first layer has them.
    with_faults
        Whether faults are drawn too. If not given, as the preset says: those that ship do not draw them unless there is
        nothing else. They have no element code.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If a layer is not in metres or cannot be brought into the first one's plane; if the zone number is asked for
        where there is none.
    JobError
        If nothing has a place, there is no such preset, or a text has signs that GBK does not know (㳇, 𣲗 …); if the
        file cannot be written, or does not read back as what was written.
    MissingDependencyError
        If ezdxf is not there.

    Notes
    -----
    X is east, Y is north; heights of points are kept, others are 0. R2000 with ``$DWGCODEPAGE`` ANSI_936 is what both
    CASS and GDAL read right, and it opens on all that is drawn. It has 255 colours: each is the nearest to the style
    table's, and what would be too dark on a black screen is colour 7. Dashes are line types, widths are line weights.
    Areas are closed polylines, one a ring; the presets for CASS draw a management extent by its lines where these are
    given, so that no line is there twice. Beside the preset's own extended data (``cass`` knows no codes: their string
    is empty until a copy of the preset has them) every entity has those of the application ``RIVERLINE``: schema, key,
    part and ring. Signs that CAD would take for control codes (``%%``, ``\U+``, ``^``) are written in full width, and
    signs that cannot be seen as ``?``.
    ``plain`` writes numbers of stakes, names of rivers and the like on layers of their own (``界桩-注记``) that can be
    switched off, the presets for CASS write what CASS has. Texts of stakes stand their own height beside the mark, away
    from the other bank. Rows without a place and tables are not in a drawing: GeoPackage keeps them.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> import riverline as rl
    >>> line = gpd.GeoSeries.from_wkt(["LINESTRING (500000 3400000, 500900 3400000)"], crs=4548)
    >>> rl.export.to_dxf(
    ...     f"{tempfile.mkdtemp()}/成果.dxf", 河道=gpd.GeoDataFrame({"名称": ["清水河"]}, geometry=line)
    ... ).name
    '成果.dxf'
    """
    target = Path(path)
    found = in_language(layers_for("DXF", target, (".dxf",), results, layers), language)
    preset = load_drawing(drawing)
    ezdxf = needed("ezdxf", extra="cad", zh="输出 DXF", en="a DXF drawing needs")
    if scale <= 0:
        raise JobError(f"比例尺分母应大于零，实际为 {scale}", f"the scale's denominator is above zero, got {scale}")
    drawn = _asked(with_places(found, form="DXF"), preset, with_faults)
    crs = plane_of(drawn, zone_prefix=zone_prefix)
    placed = [(each, align(gpd.GeoDataFrame(ordered(each)), crs, layer=each.name)) for each in drawn]
    planned = beside(plan(placed, preset, language=language), preset.text_mm / 1000 * scale)
    _require_gbk(planned)
    about = json.dumps({"crs": str(crs), "origin": json.loads(origin_of(found, language))}, sort_keys=True)
    with drafted(target) as draft:
        Sheet(ezdxf, preset, scale).write(draft, planned, about=about)
        _require_same(ezdxf, draft, planned)
    return target


def _asked(layers: list[Layer], preset: Drawing, with_faults: bool | None) -> list[Layer]:  # noqa: FBT001 - three states
    """The layers that are to be drawn: faults where the caller or the preset wants them, or where nothing else is."""
    spoken = preset.faults or any(each.schema_name == "faults" for each in preset.layers)
    others = [each for each in layers if each.name != "faults"]
    return layers if (spoken if with_faults is None else with_faults) or not others else others


def plane_of(layers: Sequence[Layer], *, zone_prefix: bool | None) -> Any:  # noqa: ANN401 - a CRS
    """The plane that layers are brought into: the first one's, with or without the zone number, or as it is."""
    for layer in layers:
        if layer.frame.crs is None:
            raise CRSError(
                f'{layer.label("zh")}：图层没有坐标系；查明后用 frame.set_crs("EPSG:4548") 写明',
                f'{layer.label("en")}: the layer has no CRS; say it with frame.set_crs("EPSG:4548")',
            )
    crs = layers[0].frame.crs
    require_plane(crs, layer=layers[0].name)
    if zone_prefix is None:
        return crs
    zone = gauss_kruger(crs)
    if zone is None:
        raise CRSError(
            f"{crs.name} 不是高斯-克吕格投影，没有带号；请不写 zone_prefix",
            f"{crs.name} is no Gauss-Krüger plane and has no zone number: leave zone_prefix out",
        )
    if (zone.false_easting_m >= _PER_ZONE_M) == zone_prefix:
        return crs
    number = (zone.meridian + 3) / 6 if zone.is_six else zone.meridian / 3
    if number != int(number):
        raise CRSError(
            f"中央子午线 {zone.meridian}° 不是标准带，没有带号", f"no zone has the meridian {zone.meridian}°"
        )
    return zone_crs(int(number), prefixed=zone_prefix)


def _require_gbk(planned: Sequence[Planned]) -> None:
    problems = strange_signs(planned)
    if problems:
        raise JobError.listing("成果不能写成 GBK 编码的 DXF", "the result cannot be written as a DXF in GBK", problems)


def _require_same(ezdxf: Any, path: Path, planned: Sequence[Planned]) -> None:  # noqa: ANN401
    document = ezdxf.readfile(path)
    found = document.audit()
    if found.has_errors:
        raise changed(sorted({str(each.message) for each in found.errors})[:5])
    back = list(document.modelspace())
    if len(back) != len(planned):
        raise changed([f"{len(planned)} → {len(back)}"])
    for entity, sent in zip(back, planned, strict=True):
        same = entity.dxftype() == sent.kind and entity.dxf.layer == sent.layer and _places_equal(entity, sent)
        if not same or (sent.text and entity.dxf.text != sent.text):
            raise changed([f"{sent.layer} {sent.schema} {sent.key}"])


def _places_equal(entity: Any, sent: Planned) -> bool:  # noqa: ANN401
    if sent.kind == "LWPOLYLINE":
        here = np.array([point[:2] for point in entity.get_points("xy")])
    elif sent.kind == "HATCH":
        here = np.array([xy[:2] for each in entity.paths.paths for xy in each.vertices])
    else:
        at = entity.dxf.location if sent.kind == "POINT" else entity.dxf.insert
        here = np.array([[at.x, at.y]])
    there = np.vstack(sent.rings)
    return here.shape == there.shape and bool(np.abs(here - there).max(initial=0.0) <= _NEAR_M)
