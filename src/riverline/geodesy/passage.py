"""Ways from one CRS to another that never pretend: no ballpark, no silent null.

PROJ answers "Beijing 1954 → CGCS2000" with a *ballpark* operation that applies no datum shift and says so only in
its description; positions then look right and are off by tens of metres and more. Here such a step is refused unless
the caller gives the parameters. One null is allowed and documented: CGCS2000 ↔ WGS 84, for which the registry holds
no operation because both agree in origin, axes and (to 0.1 mm) ellipsoid.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyproj
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from riverline.errors import CRSError
from riverline.geodesy.datum import datum_key, geographic_side, horizontal, is_modern, name_of, refuse_legacy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Passage", "find_passage", "guarded_transformer", "helmert_pipeline", "require_plausible"]

# A transformation given by hand may move a feature no further than this from where PROJ's rough answer puts it: old
# Chinese datums lie within 200 m; swapped axes, a missing zone prefix or wrong units lie beyond.
_PLAUSIBLE_M = 2000.0
_PLAUSIBLE_DEG = 0.02
_NULL_ACCURACY_M = 1.0
_WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class Passage:
    """A way from one CRS to another.

    Attributes
    ----------
    transformer
        Takes and gives east, north (or longitude, latitude).
    accuracy_m
        What the registry says it is good to, metres; NaN where nobody says.
    note_zh, note_en
        One sentence on it for the record.
    """

    transformer: pyproj.Transformer
    accuracy_m: float
    note_zh: str
    note_en: str


def guarded_transformer(source: object, target: object) -> pyproj.Transformer:
    """A transformer that is never a ballpark.

    Parameters
    ----------
    source, target
        Anything that pyproj takes for a CRS. Heights are left alone: only the horizontal part is used.

    Returns
    -------
    pyproj.Transformer
        Takes east, north (longitude, latitude) and gives them, whatever the axis order of the CRS.

    Raises
    ------
    CRSError
        If one side is Beijing 1954 or Xi'an 1980 and the other is not, or if no operation is known.

    Notes
    -----
    CGCS2000 ↔ WGS 84 is a null by definition here; both drift apart with plate motion by a few centimetres a year
    since 2000.0, less than 1 m today. A CRS with ``+towgs84`` is taken at its word, unless all parameters are zero.

    Examples
    --------
    >>> from riverline.geodesy import guarded_transformer
    >>> x, y = guarded_transformer("EPSG:4326", "EPSG:4548").transform(117.0, 30.0)
    >>> round(x, 3), round(y, 3)
    (500000.0, 3320113.398)
    """
    return find_passage(source, target).transformer


def find_passage(
    source: object,
    target: object,
    *,
    bounds: tuple[float, float, float, float] | None = None,
    transformation: object = None,
) -> Passage:
    """The safe way from one CRS to another, with its accuracy.

    Parameters
    ----------
    source, target
        Anything that pyproj takes for a CRS.
    bounds
        West, south, east, north in degrees of where it is needed: picks the right operation of several.
    transformation
        A PROJ pipeline or a ``pyproj.Transformer`` from the source's east, north to the target's; used as it is.

    Returns
    -------
    Passage
        The way.

    Raises
    ------
    CRSError
        If there is no safe one.

    Examples
    --------
    >>> from riverline.geodesy.passage import find_passage
    >>> find_passage("EPSG:2226", "EPSG:26910").note_en
    'EPSG:2226 → EPSG:26910: same datum, exact'
    """
    here, there = horizontal(source), horizontal(target)
    names = f"{name_of(here)} → {name_of(there)}"
    if transformation is not None:
        transformer = _given(transformation)
        return Passage(transformer, math.nan, f"{names}：按用户给定的转换参数", f"{names}: by the transformation given")
    if datum_key(here) != datum_key(there):
        refuse_legacy(here, target=there)
        refuse_legacy(there)
    try:
        return _registered(here, there, names, bounds)
    except ProjError as error:
        call = f'riverline.geodesy.align(frame, "{name_of(there)}", layer="…", transformation=…)'
        raise CRSError(
            f"{names}：PROJ 数据库中没有已知的基准转换，不作粗略转换（可能相差数十米）；请先换算图层：{call}，"
            "transformation 为 PROJ pipeline、pyproj.Transformer 或 riverline.geodesy.helmert_pipeline(…)；"
            "用命令行时先在 QGIS 等软件中换算好",
            f"{names}: no datum transformation is registered, and a ballpark one, tens of metres off, is refused; "
            f"bring the layer over first: {call}, with a PROJ pipeline, a pyproj.Transformer or "
            "riverline.geodesy.helmert_pipeline(…); for the command line do so in QGIS or the like",
        ) from error


def helmert_pipeline(
    source: object,
    target: object,
    *,
    shift_m: tuple[float, float, float],
    rotation_arcsec: tuple[float, float, float] = (0.0, 0.0, 0.0),
    scale_ppm: float = 0.0,
    convention: Literal["position_vector", "coordinate_frame"],
) -> str:
    """The PROJ pipeline of a seven-parameter transformation (七参数), for ``transformation=`` arguments.

    Parameters
    ----------
    source, target
        CRS of the data and CRS wanted, geographic or projected.
    shift_m
        Translation along X, Y, Z, metres.
    rotation_arcsec
        Rotation about X, Y, Z, arc seconds.
    scale_ppm
        Scale change, parts per million.
    convention
        How the rotations are signed: the Bursa-Wolf model (布尔莎) of Chinese textbooks is ``"coordinate_frame"``; ask
        whoever computed the parameters. There is no default because a wrong sign is metres.

    Returns
    -------
    str
        The pipeline, from the source's east, north to the target's.

    Raises
    ------
    CRSError
        If a CRS is neither geographic nor projected.

    Examples
    --------
    >>> from riverline.geodesy import helmert_pipeline
    >>> text = helmert_pipeline("EPSG:4214", "EPSG:4490", shift_m=(15.8, -154.4, -82.3), convention="coordinate_frame")
    >>> text.split(" +step ")[4]
    '+proj=helmert +x=15.8 +y=-154.4 +z=-82.3 +rx=0.0 +ry=0.0 +rz=0.0 +s=0.0 +convention=coordinate_frame'
    """
    here, there = horizontal(source), horizontal(target)
    helmert = {
        **dict(zip("xyz", shift_m, strict=True)),
        **dict(zip(("rx", "ry", "rz"), rotation_arcsec, strict=True)),
        "s": scale_ppm,
    }
    steps = [
        _steps(here, geographic_side(here)),
        "proj=unitconvert xy_in=deg xy_out=rad",
        "proj=push v_3",
        f"proj=cart {_ellipsoid_text(here)}",
        "proj=helmert " + " ".join(f"{key}={value!r}" for key, value in helmert.items()) + f" convention={convention}",
        f"inv proj=cart {_ellipsoid_text(there)}",
        "proj=pop v_3",
        "proj=unitconvert xy_in=rad xy_out=deg",
        _steps(geographic_side(there), there),
    ]
    return _pipeline(steps)


def require_plausible(
    passage: Passage,
    source: object,
    target: object,
    x: Floats,
    y: Floats,
) -> None:
    """Raise if a transformation given by hand puts points where no datum shift could.

    Raises
    ------
    CRSError
        If a point lands more than 2 km from PROJ's rough answer, or nowhere.
    """
    here, there = horizontal(source), horizontal(target)
    rough = pyproj.Transformer.from_crs(here, there, always_xy=True).transform(x, y)
    exact = passage.transformer.transform(x, y)
    away = float(np.max(np.hypot(exact[0] - rough[0], exact[1] - rough[1]), initial=0.0))
    limit = _PLAUSIBLE_DEG if there.is_geographic else _PLAUSIBLE_M
    if away <= limit:
        return
    unit = "°" if there.is_geographic else " m"
    raise CRSError(
        f"给定的转换把图层移到了离原位 {away:.6g}{unit} 之外（允许 {limit:g}{unit}）；转换的输入应为 {name_of(here)} 的"
        f"东、北坐标，输出应为 {name_of(there)} 的东、北坐标，请检查轴序、带号、单位和参数符号",
        f"the transformation moves the layer {away:.6g}{unit} (at most {limit:g}{unit} is plausible); it must take "
        f"east, north of {name_of(here)} and give east, north of {name_of(there)}: check the axis order, the zone "
        "prefix, the units and the signs",
    )


def _registered(
    here: pyproj.CRS, there: pyproj.CRS, names: str, bounds: tuple[float, float, float, float] | None
) -> Passage:
    if here.is_bound or there.is_bound:
        # PROJ would silently leave out the towgs84 of a CRS on the way to CGCS2000: go by way of WGS 84.
        steps = [_steps(here, _hub(here)), _steps(_hub(there), there)]
        transformer = pyproj.Transformer.from_pipeline(_pipeline(steps))
        return Passage(
            transformer, math.nan, f"{names}：按坐标系自带的 towgs84 参数", f"{names}: by the towgs84 of the CRS itself"
        )
    if datum_key(here) == datum_key(there):
        transformer = pyproj.Transformer.from_crs(here, there, always_xy=True, allow_ballpark=False)
        return Passage(transformer, 0.0, f"{names}：同一基准，精确换算", f"{names}: same datum, exact")
    if is_modern(here) and is_modern(there):
        steps = [_steps(here, geographic_side(here)), _steps(geographic_side(there), there)]
        transformer = pyproj.Transformer.from_pipeline(_pipeline(steps))
        return Passage(
            transformer,
            _NULL_ACCURACY_M,
            f"{names}：CGCS2000 与 WGS 84 视为一致（零变换，优于 1 m）",
            f"{names}: CGCS2000 and WGS 84 taken as equal (null, better than 1 m)",
        )
    return _changed(here, there, names, None if bounds is None else AreaOfInterest(*bounds))


def _changed(here: pyproj.CRS, there: pyproj.CRS, names: str, area: AreaOfInterest | None) -> Passage:
    """By an operation of the registry."""
    transformer = pyproj.Transformer.from_crs(
        here,
        there,
        always_xy=True,
        allow_ballpark=False,
        area_of_interest=area,  # type: ignore[arg-type]  # the stubs name another class than the one they document
    )
    accuracy, grids = _quality(here, there, area)
    said_zh = "精度未知" if math.isnan(accuracy) else f"精度约 {accuracy:g} m"
    said_en = "accuracy unknown" if math.isnan(accuracy) else f"good to about {accuracy:g} m"
    if grids:
        said_zh += f"；更精确的转换缺少格网 {grids}"
        said_en += f"; a better one lacks the grid {grids}"
    return Passage(transformer, accuracy, f"{names}：基准转换，{said_zh}", f"{names}: datum changed, {said_en}")


def _quality(here: pyproj.CRS, there: pyproj.CRS, area: AreaOfInterest | None) -> tuple[float, str]:
    """Accuracy of the best operation at hand, and the grids that a better one would need."""
    with warnings.catch_warnings():
        # pyproj warns of missing grids; here that goes into the record instead.
        warnings.simplefilter("ignore", UserWarning)
        group = TransformerGroup(
            here,
            there,
            always_xy=True,
            allow_ballpark=False,
            area_of_interest=area,  # type: ignore[arg-type]  # as above
        )
    found = [each.accuracy for each in group.transformers if each.accuracy >= 0.0]
    better = [] if group.best_available else group.unavailable_operations[:1]
    grids = sorted({grid.short_name for operation in better for grid in operation.grids if not grid.available})
    return (float(found[0]) if found else math.nan), ", ".join(grids)


def _given(transformation: object) -> pyproj.Transformer:
    if isinstance(transformation, pyproj.Transformer):
        return transformation
    try:
        return pyproj.Transformer.from_pipeline(str(transformation))
    except ProjError as error:
        raise CRSError(
            f"transformation 不是 PROJ 能识别的转换：{transformation!r}；示例：riverline.geodesy.helmert_pipeline(…)",
            f"transformation is nothing PROJ understands: {transformation!r}; see riverline.geodesy.helmert_pipeline",
        ) from error


def _hub(crs: pyproj.CRS) -> pyproj.CRS:
    """The geographic CRS by way of which a CRS is led: WGS 84, or CGCS2000 for what is on it."""
    return geographic_side(crs) if is_modern(crs) else pyproj.CRS(_WGS84)


def _steps(source: pyproj.CRS, target: pyproj.CRS) -> str:
    """The steps of one exact transformation, joined by the word step; empty where nothing is to be done."""
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
    definition = str(transformer.definition)
    if definition.startswith("proj=noop"):
        return ""
    return definition.removeprefix("proj=pipeline step ")


def _pipeline(steps: list[str]) -> str:
    # A pipeline of no step is refused by PROJ: from one pair of degrees to another nothing is left to do.
    done = [step for step in steps if step] or ["proj=noop"]
    words = " step ".join(["proj=pipeline", *done]).split()
    return " ".join(f"+{word}" for word in words)


def _ellipsoid_text(crs: pyproj.CRS) -> str:
    ellipsoid = geographic_side(crs).ellipsoid
    return f"a={ellipsoid.semi_major_metre!r} b={ellipsoid.semi_minor_metre!r}"  # type: ignore[union-attr]
