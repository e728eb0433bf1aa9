"""One sheet of results: exact scale, frame, grid, legend, stakes, notes, and slots for signatures."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from riverline.faults import combine
from riverline.geodesy import align
from riverline.io.whole_files import write_whole
from riverline.plates.composing import compose
from riverline.plates.content import apart, bounds_of, cut, drawable, require_marks, undrawn
from riverline.plates.fonts import clean, find_fonts
from riverline.plates.imprint import Imprint
from riverline.plates.paper import AIR, fitting_scale, lay_out, require_fit, require_look, require_scale
from riverline.plates.result import Plate
from riverline.plates.sheet import Look, Sheet
from riverline.plates.subjects import content_of, heading_of, subject_of, subjects_of
from riverline.plates.wording import notes_of
from riverline.plates.writing import encode, format_of
from riverline.provenance import crs_text
from riverline.style import collect

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from riverline.plates.content import Bounds
    from riverline.plates.paper import Layout, Orientation
    from riverline.plates.sheet import Grid
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["centred", "draw", "plain_layers"]

_EMPTY_M = 200.0


def draw(  # noqa: PLR0913 - one argument a thing to say
    *results: Any,  # noqa: ANN401 - any result or frame
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    paper: str | tuple[float, float] = "A3",
    orientation: Orientation = "landscape",
    scale: int | Literal["auto"] = "auto",
    within: gpd.GeoDataFrame | None = None,
    crs: object = None,
    title: str = "",
    number: str = "",
    imprint: Imprint | None = None,
    grid: Grid = "km",
    stake_table: bool = True,
    font: str | None = None,
    language: Language = "zh",
    **layers: Any,  # noqa: ANN401
) -> Plate:
    """Draw a sheet of results and frames at an exact scale.

    Parameters
    ----------
    *results
        Results such as :class:`riverline.Demarcation`, and frames that follow a schema: stakes, boards, zones,
        holdings, suspects, problems, axes, water … Faults inside results are not drawn, a frame of faults is.
    path
        File or files to write: ``….pdf`` (vector, its Chinese can be searched), ``….png`` or ``….svg``; their folder
        has to be there. None draws the figure only.
    paper
        ``"A0"`` … ``"A4"``, or width and height in mm.
    orientation
        How a named paper lies.
    scale
        Denominator, such as 2000; ``"auto"`` takes the largest of the usual scales at which everything fits.
    within
        A frame whose bounds the map is centred on, in place of those of everything.
    crs
        The plane to draw in: any projected CRS in metres, for what no zone holds; if not given, see the notes.
    title, number
        Printed above the map; an empty title is by what the sheet shows: 河道, 湖泊, 水库 or 河湖管理范围图,
        and where no extent and no line of one is on it by its layers, such as 河道图 or 宗地图.
    imprint
        Unit, date, signatures, secrecy: what is not given is a blank slot.
    grid
        ``"km"``: crosses of the kilometre grid, about every 100 mm; ``"graticule"``: of meridians and parallels;
        ``"none"``.
    stake_table
        Whether coordinates of the stakes stand beside the map.
    font
        Name of an installed font, or a font file; else the first Chinese font that is found.
    language
        ``"zh"`` or ``"en"``.
    **layers
        More frames or results, each with a name: ``乡镇=towns`` draws a frame that follows no schema in grey.

    Returns
    -------
    Plate
        The figure, its scale and window, the files, and faults.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame, or nothing of it is on the sheet.
    CRSError
        If a layer has no CRS or cannot be reprojected safely.
    JobError
        If paper, scale, grid, language or format are none; if content does not fit at the scale asked for; if there is
        no Chinese font; if a file cannot be written.
    MissingDependencyError
        If matplotlib is not installed (extra ``report``).

    Notes
    -----
    The plane is that of the first layer in metres, else the CGCS2000 zone of the first. North is up: grid,
    coordinates and neighbouring sheets then read straight off the frame. One metre of the plane is
    1000/scale millimetres on paper; that of the plane, not of the ground (in a 3-degree zone they differ by 0.03 % at
    most). Symbols come from :mod:`riverline.style`. Texts are written as they are: ``$`` begins no formula. The same
    input gives the same bytes.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> import riverline as rl
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1"], "name": ["清水河"]},
    ...     geometry=[shapely.LineString([(500_000, 3_400_000), (500_400, 3_400_100)])],
    ...     crs="EPSG:4548",
    ... )
    >>> rl.plates.draw(axes, title="Qingshui", language="en")
    Plate('Qingshui', 1:2000, A3, EPSG:4548, not written, 0 faults)
    """
    paths = _paths(path)
    require_scale(scale)
    require_look(grid, language)
    layout = lay_out(paper, orientation)
    fonts = find_fonts(font, language)
    every = collect(*results, **layers)
    found, plane = drawable(every, language, crs=crs)
    window, denominator = _window(found, within, layout, scale)
    imprint = imprint or Imprint()
    parts = cut(plain_layers(found), window, margin_m=denominator / 100.0)
    require_marks(found, parts, language)
    notes = notes_of(every, plane, imprint, language, shown=parts)
    look = Look(layout, fonts, language, grid, imprint, notes, stake_table)
    content = clean(title) or content_of(parts, language)
    heading = heading_of(subject_of(subjects_of(parts).values()), language, title=content)
    sheet = Sheet(clean(number), heading, window, denominator, crs_text(plane), parts)
    figure, faults = compose(sheet, look)
    contents = [encode(figure, format_of(each), fonts, title=heading) for each in paths]
    for each, written in zip(paths, contents, strict=True):
        write_whole(each, written)
    far = apart(found, plane) if within is None else []
    faults = combine([faults, *undrawn(every, plane), *far], crs=plane)
    return Plate(sheet.number, heading, denominator, layout.name, window, sheet.crs, figure, tuple(paths), faults)


def _paths(path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None) -> list[Path]:
    given = [] if path is None else [path] if isinstance(path, (str, os.PathLike)) else list(path)
    paths = [Path(each) for each in given]
    for each in paths:
        format_of(each)
    return paths


def plain_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Layers without runs and rules, which the notes already tell: light enough to be sent to another process."""
    return tuple(replace(layer, run=None, rules=None) for layer in layers)


def _window(
    layers: Sequence[Layer], within: gpd.GeoDataFrame | None, layout: Layout, scale: int | Literal["auto"]
) -> tuple[Bounds, int]:
    given = None if within is None else align(within, layers[0].frame.crs, layer="within").total_bounds
    box = bounds_of(layers) if given is None else (float(given[0]), float(given[1]), float(given[2]), float(given[3]))
    if box is None or not all(map(math.isfinite, box)):
        # A place without size: a map of a few hundred metres around it.
        box = (0.0, 0.0, _EMPTY_M, _EMPTY_M)
    width, height = box[2] - box[0], box[3] - box[1]
    if scale == "auto":
        scale = fitting_scale(max(width, _EMPTY_M) / AIR, max(height, _EMPTY_M) / AIR, layout.room)
    window = centred(box, layout.room.width * scale / 1000.0, layout.room.height * scale / 1000.0)
    if within is None:
        require_fit(width, height, scale, layout.room, layout.name)
    return window, scale


def centred(box: Bounds, width: float, height: float) -> Bounds:
    """A window of a size around the middle of a box."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2
