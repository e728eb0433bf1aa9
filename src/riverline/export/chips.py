"""Pictures of suspects from images: before and after, north up, with scale, outline and date, and curves over time."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from riverline import style
from riverline.errors import JobError, SchemaError, needed
from riverline.export.chip_drawing import FINE, Chart, Sheet, within
from riverline.io.file_names import file_names
from riverline.io.scenes import PixelGrid, Scene, read_window
from riverline.schema import CHANGE_EVIDENCE, SUSPECTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from riverline.schema import Language

__all__ = ["to_chips"]

SMALLEST_M, SMALLEST_PX = 150.0, 40
"""Ground that a picture shows at least, and pixels of the image: enough of both to know the place again."""
SUSPECT, HALO = "#FFE600", "#111111"
SHOWS = "#E69A66"
"""Outline of a suspect and what lies under it: one of the two stands out from any ground; days that show the change."""
_PLAIN = ("400", "regular", "normal")
_SIZE = (1200, 520)
_CHIPS, _CURVES = ((18, 78, 400, 460), (426, 78, 808, 460)), (894, 78, 1182, 445)
"""Left, top, right and bottom of the parts, in pixels."""
_FOOT = 478
_ASIDE = 30
"""Pixels that the figures of an axis of its own take."""
_LARGEST = 2.0
"""An index, and reflectance, is no larger."""
_TICKS = 4
_WORDS: dict[str, dict[str, Any]] = {
    "zh": {"sides": ("前", "后"), "day": "影像日期", "mean": "指数均值", "suspect": "图斑", "line": "管理范围线",
           "shows": "可见变化"},
    "en": {"sides": ("before", "after"), "day": "day", "mean": "mean of the index", "suspect": "suspect",
           "line": "management line", "shows": "shows the change"},
}  # fmt: skip


def to_chips(
    folder: str | os.PathLike[str],
    changes: Any,  # noqa: ANN401 - what detect_change returns
    *,
    scenes: Iterable[Scene],
    extents: gpd.GeoDataFrame | None = None,
    margin_m: float = 60.0,
    language: Language = "zh",
) -> list[Path]:
    """Write a picture of each suspect: the reference, the last image that shows it, and its indices over time.

    Parameters
    ----------
    folder
        Where to; it is made if it is not there. Files are named by the suspects' codes.
    changes
        From :func:`riverline.detect_change`.
    scenes
        The images that the changes were found in.
    extents
        Rows of :data:`riverline.schema.EXTENTS`, to draw the line.
    margin_m
        Ground shown around a suspect; of coarse images more, so that a picture shows at least 40 pixels a side.
    language
        ``"zh"`` or ``"en"``; without a Chinese font on the machine titles are English.

    Returns
    -------
    list of Path
        PNG files, in the order of the suspects. Suspects whose evidence names no image before and after have none.

    Raises
    ------
    SchemaError
        If ``changes`` are no changes.
    JobError
        If ``folder`` is a file, or ``margin_m`` no length.
    MissingDependencyError
        If matplotlib is not installed (extra ``report``).

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> rl.export.to_chips(tempfile.mkdtemp(), None, scenes=[])
    Traceback (most recent call last):
    ...
    riverline.errors.SchemaError: changes 应为 riverline.detect_change 的返回值，实际为 NoneType
    changes must be what riverline.detect_change returns, got NoneType
    """
    suspects, evidence = _parts(changes)
    target = Path(folder)
    if target.is_file() or not margin_m >= 0.0:
        raise JobError(
            f"folder 应为文件夹，margin_m 应为不小于零的长度：{target.name}，{margin_m!r}",
            f"folder must be a folder and margin_m a length of zero or more: {target.name}, {margin_m!r}",
        )
    needed("matplotlib", "PIL", extra="report", zh="输出图斑图片", en="pictures of suspects need")
    target.mkdir(parents=True, exist_ok=True)
    by_name = {scene.name: scene for scene in scenes}
    by_suspect = dict(iter(evidence.groupby("suspect_id")))
    names = file_names(suspects["suspect_id"].astype("str"), fallback="suspect")
    lines = None if extents is None else shapely.boundary(_legal(extents).to_crs(suspects.crs).geometry.to_numpy())
    font, language = _font(language)
    look = _Look(suspects.crs, margin_m, language, font)
    paths = []
    for place, name in enumerate(names):
        row = suspects.iloc[place]
        rows = by_suspect.get(row["suspect_id"])
        pair = None if rows is None else _pair(rows, by_name)
        if rows is not None and pair is not None:
            path = target / f"{name}.png"
            _write(path, lambda made, row=row, rows=rows, pair=pair: _draw(made, row, rows, pair, lines, look))
            paths.append(path)
    return paths


def _legal(extents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Management extents: the band around them has a side in common, whose dashes would fill the gaps of theirs."""
    return extents[(extents["kind"] == "management").to_numpy(dtype=bool)] if "kind" in extents.columns else extents


def _parts(changes: Any) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:  # noqa: ANN401
    suspects, evidence = getattr(changes, "suspects", None), getattr(changes, "evidence", None)
    if suspects is None or evidence is None:
        what = type(changes).__name__
        raise SchemaError(
            f"changes 应为 riverline.detect_change 的返回值，实际为 {what}",
            f"changes must be what riverline.detect_change returns, got {what}",
        )
    SUSPECTS.require(suspects, layer="suspects")
    return suspects, evidence


def _pair(rows: pd.DataFrame, scenes: dict[str, Scene]) -> tuple[Scene, Scene] | None:
    """The last image that shows the suspect, and the reference of its season, else the last reference before it."""
    shows, before = rows[rows["shown"] == "shows"], rows[rows["shown"] == "reference"]
    if shows.empty or before.empty:
        return None
    last = shows.iloc[-1]
    own = before[before["season"] == last["season"]]
    first = (own if len(own) else before).iloc[-1]
    found = [next((scenes[name] for name in str(row["scene"]).split("+") if name in scenes), None)
             for row in (first, last)]  # fmt: skip
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def _write(path: Path, draw: Any) -> None:  # noqa: ANN401 - a function of a path
    """A file that is there whole or not at all."""
    draft = path.with_name(f".riverline-{os.getpid()}.png")
    try:
        draw(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _grid(shape: shapely.Geometry, crs: Any, pair: tuple[Scene, Scene], margin_m: float) -> PixelGrid:  # noqa: ANN401
    """A square of pixels around a suspect, north up: those of the finer image, no more than are drawn."""
    from affine import Affine

    west, south, east, north = shape.bounds
    pixels = [_metres(scene, crs, shape) for scene in pair]
    half = max(max(east - west, north - south) / 2.0 + margin_m, SMALLEST_M / 2.0, max(pixels) * SMALLEST_PX / 2.0)
    side = min(int(np.ceil(2.0 * half / min(pixels))), (_CHIPS[0][2] - _CHIPS[0][0]) * FINE)
    cell = 2.0 * half / side
    x, y = (west + east) / 2.0, (south + north) / 2.0
    return PixelGrid(crs, Affine(cell, 0.0, x - half, 0.0, -cell, y + half), (side, side))


def _metres(scene: Scene, crs: Any, shape: shapely.Geometry) -> float:  # noqa: ANN401 - a CRS
    """Side of a pixel of a scene at a place, in units of the CRS of the suspects, which is in metres."""
    pixel = scene.grid.pixel
    if not pyproj.CRS.from_user_input(scene.grid.crs).is_geographic:
        return pixel
    middle = gpd.GeoSeries([shape.centroid], crs=crs).to_crs(scene.grid.crs).iloc[0]
    square = shapely.box(middle.x, middle.y, middle.x + pixel, middle.y + pixel)
    return float(np.sqrt(gpd.GeoSeries([square], crs=scene.grid.crs).to_crs(crs).area.iloc[0]))


def _draw(
    path: Path,
    row: Any,  # noqa: ANN401 - a row
    rows: pd.DataFrame,
    pair: tuple[Scene, Scene],
    lines: NDArray[np.object_] | None,
    look: _Look,
) -> None:
    words = _WORDS[look.language]
    sheet = Sheet(_SIZE, look.font, look.fonts)
    grid = _grid(row.geometry, look.crs, pair, look.margin_m)
    for box, scene, word in zip(_CHIPS, pair, words["sides"], strict=True):
        legal = _draw_chip(sheet, box, scene, grid, row.geometry, lines, look.margin_m)
        sheet.write((box[0], box[1] - 7), f"{word} {scene.date}", 17)
        sheet.write((box[2], box[1] - 7), "N ↑", 17, "rs")
        _draw_foot(sheet, box, grid, {words["suspect"]: "suspect"} | ({words["line"]: "line"} if legal else {}))
    _draw_curves(sheet, rows, words, look.language)
    kind = SUSPECTS["kind"].value_label(row["kind"], look.language)
    probable = f"{SUSPECTS['confidence'].label(look.language)} {row['confidence']:.2f}"
    told = [str(row["suspect_id"]), kind, f"{row['inside_m2']:,.0f} m²", probable]
    if row.get("standing", "counted") != "counted":
        told.append(SUSPECTS["standing"].value_label(row["standing"], look.language))
    sheet.write((_SIZE[0] / 2, 12), "  ".join(told), 18, "ma")
    sheet.save(path)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What all pictures of a call share."""

    crs: Any
    margin_m: float
    language: Language
    font: tuple[str, int]
    fonts: dict[int, Any] = field(default_factory=dict)


def _font(language: Language) -> tuple[tuple[str, int], Language]:
    """File and number in it of a font for the language; English where the machine has no Chinese one."""
    from matplotlib import font_manager

    there: dict[str, list[Any]] = {}
    for font in font_manager.fontManager.ttflist:
        there.setdefault(font.name, []).append(font)
    chinese = next((name for name in style.CHINESE_FONTS if name in there), None)
    name = chinese or "DejaVu Sans"
    plain = min(there[name], key=lambda font: (font.style != "normal", str(font.weight) not in _PLAIN, font.fname))
    return (plain.fname, int(getattr(plain, "index", 0))), language if chinese is not None else "en"


def _looks(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a line is drawn with, below and above: it can be told from bright and from dark ground."""
    if name == "suspect":
        return {"color": HALO, "width": 6.4}, {"color": SUSPECT, "width": 2.8}
    color = style.themes("extents")[0].symbols[0][1].color
    return {"color": "white", "width": 4.7}, {"color": color, "width": 2.2, "dash": (8.2, 3.6)}


def _draw_chip(
    sheet: Sheet,
    box: tuple[int, int, int, int],
    scene: Scene,
    grid: PixelGrid,
    shape: shapely.Geometry,
    lines: NDArray[np.object_] | None,
    margin_m: float,
) -> bool:
    """The image, the legal line and the suspect; whether there is a line."""
    roles = next((each for each in style.COLOURS if set(each) <= set(scene.bands)), (next(iter(scene.bands)),) * 3)
    pixels = read_window(scene, tuple(dict.fromkeys(roles)), grid=grid)
    side = grid.shape[0] * grid.pixel
    west, north = grid.transform.c, grid.transform.f
    window = shapely.box(west, north - side, west + side, north)
    scale = (box[2] - box[0]) / side
    near = (max(np.ptp(shape.bounds[::2]), np.ptp(shape.bounds[1::2])) + 2.0 * margin_m) / side
    sheet.paste(_stretched(np.stack([pixels[role] for role in roles], axis=-1), max(near, 0.5)), box)
    edges = [] if lines is None else list(lines[shapely.intersects(lines, window)])
    with sheet.clipped(box):
        for name, drawn in (("line", edges), ("suspect", [shapely.boundary(shape)])):
            for look in _looks(name):
                for line in within(drawn, window, scale, box[:2]):
                    sheet.ring(line, **look)
    sheet.frame(box)
    return bool(edges)


def _draw_foot(sheet: Sheet, box: tuple[int, int, int, int], grid: PixelGrid, names: dict[str, str]) -> None:
    """Scale and key in a band of their own below an image."""
    sheet.scale((box[0], _FOOT), grid.shape[0] * grid.pixel / (box[2] - box[0]), 90.0)
    right = float(box[2])
    for text, name in reversed(names.items()):
        sheet.write((right, _FOOT), text, 13, "rm")
        right -= sheet.width_of(text, 13) + 6.0
        for look in _looks(name):
            sheet.line(np.array([[right - 28.0, _FOOT], [right, _FOOT]]), **look)
        right -= 28.0 + 14.0


def _stretched(values: NDArray[np.float32], share: float) -> NDArray[np.uint8]:
    """Values between the 2nd and the 98th percentile as 0 to 255; grey where there is nothing.

    The percentiles are those of the middle, of a share of each side: a cloud by the way darkens nothing.
    """
    edge = int(len(values) * max(1.0 - share, 0.0) / 2.0)
    middle = values[edge : len(values) - edge, edge : values.shape[1] - edge]
    known = middle[np.isfinite(middle)]
    low, high = np.quantile(known, (0.02, 0.98)) if len(known) else (0.0, 1.0)
    shown = np.clip((values - low) / max(float(high - low), 1e-6), 0.0, 1.0)
    return np.asarray(np.round(np.nan_to_num(shown, nan=0.5) * 255.0), dtype="uint8")


def _draw_curves(
    sheet: Sheet, rows: pd.DataFrame, words: dict[str, Any], language: Language
) -> list[tuple[float, float]]:
    """Indices over the days of the images; the scales that they are drawn to, the first on the left."""
    values = {name: rows[name].to_numpy(dtype="float64") for name, _, _ in style.CURVES}
    there = {name: each for name, each in values.items() if np.isfinite(each).any()}
    # Beside numbers that are no reflectance an index would lie flat: these have an axis of their own.
    aside = [name for name, each in there.items() if float(np.nanmax(np.abs(each))) > _LARGEST]
    left, top, right, bottom = _CURVES
    days = rows["date"].to_numpy(dtype="datetime64[D]").astype("float64")
    chart = Chart(sheet, (left, top, right - _ASIDE * bool(aside), bottom), days)
    shared = chart.scale_for({name: each for name, each in there.items() if name not in aside})
    ticks = np.unique(np.round(np.linspace(days.min(), days.max(), _TICKS)))
    chart.axes(shared, {day: str(np.datetime64(int(day), "D"))[:7] for day in ticks})
    for day in days[(rows["shown"] == "shows").to_numpy(dtype=bool)]:
        chart.mark(day, SHOWS)
    scales, keys = [shared], []
    for name, color, dash in style.CURVES:
        if name in there:
            scale = chart.scale_for({name: there[name]}) if name in aside else shared
            chart.curve(there[name], scale, color, dash)
            keys.append((CHANGE_EVIDENCE[name].label(language), color, dash))
            if name in aside:
                chart.figures(scale, right=True, color=color)
                scales.append(scale)
    _draw_key(sheet, [*keys, (words["shows"], SHOWS, "-")], (left, top))
    sheet.write(((left + right) / 2, bottom + 26), words["day"], 13, "ma")
    sheet.write_up((left - 46, (top + bottom) / 2), words["mean"], 13)
    return scales


def _draw_key(sheet: Sheet, keys: list[tuple[str, str, str]], at: tuple[int, int]) -> None:
    """What the curves are, in two columns above them."""
    left, top = at[0] - 30, at[1] - 14 - 16 * ((len(keys) - 1) // 2)
    for number, (text, color, dash) in enumerate(keys):
        x, y = left + 165.0 * (number % 2), top + 16.0 * (number // 2)
        sheet.key((x, y), color, dash)
        sheet.write((x + 28.0, y), text, 12, "lm")
