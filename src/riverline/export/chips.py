"""Pictures of suspects from images: before and after, north up, with scale, outline and date, and curves over time."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import style
from riverline.errors import JobError, SchemaError, needed
from riverline.io.file_names import file_names
from riverline.io.scenes import PixelGrid, Scene, read_window
from riverline.schema import CHANGE_EVIDENCE, SUSPECTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.schema import Language

__all__ = ["to_chips"]

FONTS = ("Noto Sans CJK SC", "Noto Serif CJK SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei", "PingFang SC",
         "WenQuanYi Zen Hei")  # fmt: skip
SMALLEST_M, LARGEST_PX = 150.0, 1_200
SUSPECT, HALO = "#FFE600", "#111111"
"""Outline of a suspect and what lies under it: one of the two stands out from any ground."""
_CHIP, _CURVES = ((0.015, 0.318), (0.355, 0.318)), (0.745, 0.24)
_LOW, _HIGH = 0.115, 0.735
"""Left ends and widths of the parts, and their lower end and height, as shares of the picture."""
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
        Ground shown around a suspect.
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
    needed("matplotlib", "matplotlib_scalebar", extra="report", zh="输出图斑图片", en="pictures of suspects need")
    target.mkdir(parents=True, exist_ok=True)
    by_name = {scene.name: scene for scene in scenes}
    by_suspect = dict(iter(evidence.groupby("suspect_id")))
    names = file_names(suspects["suspect_id"].astype("str"), fallback="suspect")
    lines = None if extents is None else _legal(extents).to_crs(suspects.crs).geometry
    paths = []
    for place, name in enumerate(names):
        row = suspects.iloc[place]
        rows = by_suspect.get(row["suspect_id"])
        pair = None if rows is None else _pair(rows, by_name)
        if rows is not None and pair is not None:
            path = target / f"{name}.png"
            _write(path, lambda made, row=row, rows=rows, pair=pair: _draw(
                made, row, rows, pair, suspects.crs, lines, margin_m, language))  # fmt: skip
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


def _grid(shape: shapely.Geometry, crs: Any, pixel: float, margin_m: float) -> PixelGrid:  # noqa: ANN401 - a CRS
    """A square of pixels around a suspect, north up."""
    from affine import Affine

    west, south, east, north = shape.bounds
    half = max(max(east - west, north - south) / 2.0 + margin_m, SMALLEST_M / 2.0)
    side = min(int(np.ceil(2.0 * half / pixel)), LARGEST_PX)
    cell = 2.0 * half / side
    x, y = (west + east) / 2.0, (south + north) / 2.0
    return PixelGrid(crs, Affine(cell, 0.0, x - half, 0.0, -cell, y + half), (side, side))


def _draw(
    path: Path,
    row: Any,  # noqa: ANN401 - a row
    rows: pd.DataFrame,
    pair: tuple[Scene, Scene],
    crs: Any,  # noqa: ANN401 - a CRS
    lines: gpd.GeoSeries | None,
    margin_m: float,
    language: Language,
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    font, language = _font(language)
    words = _WORDS[language]
    grid = _grid(row.geometry, crs, pair[0].grid.pixel, margin_m)
    figure = Figure(figsize=(12.0, 5.2), dpi=100)
    FigureCanvasAgg(figure)
    for (left, width), scene, word in zip(_CHIP, pair, words["sides"], strict=True):
        axis = figure.add_axes((left, _LOW, width, _HIGH))
        legal = _draw_chip(axis, scene, grid, row.geometry, lines)
        axis.set_title(f"{word} {scene.date}", fontfamily=font, loc="left", fontsize=12)
        axis.set_title("N ↑", loc="right", fontsize=12)
        _draw_foot(axis, {words["suspect"]: "suspect"} | ({words["line"]: "line"} if legal else {}), font)
    left, width = _CURVES
    _draw_curves(figure.add_axes((left, _LOW + 0.03, width, _HIGH - 0.03)), rows, words, font, language)
    kind = SUSPECTS["kind"].value_label(row["kind"], language)
    probable = f"{SUSPECTS['confidence'].label(language)} {row['confidence']:.2f}"
    told = [str(row["suspect_id"]), kind, f"{row['inside_m2']:,.0f} m²", probable]
    if row.get("standing", "counted") != "counted":
        told.append(SUSPECTS["standing"].value_label(row["standing"], language))
    title = "  ".join(told)
    figure.suptitle(title, fontfamily=font, y=0.975, fontsize=13)
    with warnings.catch_warnings():
        # A code may hold letters that no font of the machine has; the picture is none the worse.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure.savefig(path, format="png", metadata={"Software": "riverline"})


def _font(language: Language) -> tuple[str, Language]:
    """A font for the language; English where the machine has no Chinese one."""
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    chinese = next((name for name in FONTS if name in there), None)
    return (chinese, language) if chinese is not None else ("DejaVu Sans", "en")


def _looks(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a line is drawn with, below and above: it can be told from bright and from dark ground."""
    if name == "suspect":
        return {"color": HALO, "linewidth": 4.6}, {"color": SUSPECT, "linewidth": 2.0}
    color = style.themes("extents")[0].symbols[0][1].color
    return {"color": "white", "linewidth": 3.4, "alpha": 0.9}, {"color": color, "linewidth": 1.6, "linestyle": "--"}


def _draw_chip(
    axis: Any,  # noqa: ANN401 - matplotlib's
    scene: Scene,
    grid: PixelGrid,
    shape: shapely.Geometry,
    lines: gpd.GeoSeries | None,
) -> bool:
    """The image, the legal line and the suspect; whether there is a line."""
    roles = next((each for each in style.COLOURS if set(each) <= set(scene.bands)), (next(iter(scene.bands)),) * 3)
    pixels = read_window(scene, tuple(dict.fromkeys(roles)), grid=grid)
    side = grid.shape[0] * grid.pixel
    west, north = grid.transform.c, grid.transform.f
    axis.imshow(_stretched(np.stack([pixels[role] for role in roles], axis=-1)), interpolation="nearest",
                extent=(west, west + side, north - side, north))  # fmt: skip
    window = shapely.box(*axis.viewLim.extents)
    edges = [] if lines is None else list(shapely.boundary(lines[lines.intersects(window)].to_numpy()))
    for name, drawn in (("line", edges), ("suspect", [shapely.boundary(shape)])):
        for look in _looks(name):
            for part in shapely.get_parts(drawn):
                axis.plot(*shapely.get_coordinates(part).T, **look)
    axis.set(xlim=(west, west + side), ylim=(north - side, north), xticks=[], yticks=[])
    return bool(shapely.intersects(edges, window).any()) if edges else False


def _draw_foot(axis: Any, names: dict[str, str], font: str) -> None:  # noqa: ANN401 - matplotlib's
    """Scale and key in a band of their own below an image."""
    from matplotlib.lines import Line2D
    from matplotlib_scalebar.scalebar import ScaleBar

    below: dict[str, Any] = {"bbox_transform": axis.transAxes, "frameon": False}
    axis.add_artist(ScaleBar(1.0, "m", location="upper left", scale_loc="right", border_pad=0.2, pad=0.3,
                             bbox_to_anchor=(-0.01, -0.005), **below))  # fmt: skip
    keys = [tuple(Line2D([], [], **look) for look in _looks(name)) for name in names.values()]
    axis.legend(keys, names, loc="upper right", bbox_to_anchor=(1.01, -0.005), ncols=2, borderpad=0.2,
                prop={"family": font, "size": 9}, handlelength=2.2, columnspacing=1.2, **below)  # fmt: skip


def _stretched(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values between the 2nd and the 98th percentile as 0 to 1; grey where there is nothing."""
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, (0.02, 0.98)) if len(known) else (0.0, 1.0)
    shown = np.clip((values - low) / max(float(high - low), 1e-6), 0.0, 1.0)
    return np.nan_to_num(shown, nan=0.5)


def _draw_curves(
    axis: Any,  # noqa: ANN401 - matplotlib's
    rows: pd.DataFrame,
    words: dict[str, Any],
    font: str,
    language: Language,
) -> None:
    from matplotlib.dates import DateFormatter

    days = rows["date"].to_numpy()
    drawn: list[Any] = []
    for name, color, dash in style.CURVES:
        values = rows[name].to_numpy(dtype="float64")
        if np.isfinite(values).any():
            # Beside numbers that are no reflectance an index would lie flat: these have an axis of their own.
            own = axis.twinx() if float(np.nanmax(np.abs(values))) > _LARGEST else axis
            drawn += own.plot(days, values, dash, color=color, marker="o", markersize=4,
                              label=CHANGE_EVIDENCE[name].label(language))  # fmt: skip
            if own is not axis:
                own.tick_params(labelsize=8, colors=color)
    for number, day in enumerate(rows[rows["shown"] == "shows"]["date"]):
        mark = axis.axvline(day, color="#D55E00", linewidth=0.8, alpha=0.7, label=words["shows"])
        drawn += [] if number else [mark]
    axis.set_xlabel(words["day"], fontfamily=font, fontsize=9)
    axis.set_ylabel(words["mean"], fontfamily=font, fontsize=9)
    ticks = pd.date_range(rows["date"].min(), rows["date"].max(), periods=_TICKS).unique()
    axis.set_xticks(ticks.to_numpy())
    axis.xaxis.set_major_formatter(DateFormatter("%Y-%m"))  # type: ignore[no-untyped-call]
    axis.tick_params(labelsize=8)
    axis.legend(handles=drawn, prop={"family": font, "size": 8}, loc="lower left", bbox_to_anchor=(-0.02, 1.0),
                ncols=2, frameon=False, borderpad=0.2)  # fmt: skip
