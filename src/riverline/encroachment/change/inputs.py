"""What goes into a search for changes: images by day, the pixels they are compared on, extents on these pixels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline.demarcation.findings import Finding
from riverline.demarcation.intake import row_names, split_usable, typed
from riverline.errors import RuleError, SchemaError
from riverline.geodesy import align, require_metric
from riverline.io.scenes import PixelGrid, Scene, to_pixels, to_plane
from riverline.io.scenes.places import cut_transform, footprint_in, shifted
from riverline.provenance import crs_text
from riverline.schema import EXTENTS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.encroachment.change.decisions import ChangeRules

__all__ = [
    "MARGIN_PX",
    "Day",
    "Ground",
    "comparable",
    "days_of",
    "ground_of",
    "in_metres",
    "levels_of",
    "usable_extents",
]

MARGIN_PX = 4
"""How far beyond an extent changes are looked for, pixels: a patch that crosses the line keeps its shape."""

DEGREE_M = 111_320.0
"""Metres of a degree, nearly enough to tell which of two images is finer."""

FAR = 0.05
"""Degrees that images may lie apart and yet meet, whatever their datums say."""

ROLES = ("blue", "green", "red", "nir", "swir1")
"""Bands that are compared, where every image has them."""

SETS = (frozenset({"green", "red", "nir"}), frozenset({"green", "nir"}), frozenset({"blue", "green", "red"}))
"""What is needed to tell water, plants and bare ground, the best first."""


@dataclass(frozen=True, slots=True)
class Day:
    """The images of one day: tiles of a mosaic, the first that shows a pixel counts.

    Attributes
    ----------
    date
        The day.
    season
        ``growing`` or ``dormant``.
    scenes
        One or more.
    """

    date: dt.date
    season: str
    scenes: tuple[Scene, ...]

    @property
    def name(self) -> str:
        """What faults call it."""
        return "+".join(scene.name for scene in self.scenes)

    @property
    def reflectance(self) -> bool:
        """Whether the values of all its images are reflectance."""
        return all(scene.reflectance for scene in self.scenes)


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The pixels that are compared, and the extents on them.

    Attributes
    ----------
    grid
        All pixels.
    shapes : (n,)
        Extents with their margin, in the CRS of the grid.
    """

    grid: PixelGrid
    shapes: NDArray[np.object_]


def days_of(scenes: Iterable[Scene], rules: ChangeRules) -> tuple[tuple[Day, ...], list[Finding]]:
    """Images by day, the earliest first; those without a date are findings.

    Raises
    ------
    SchemaError
        If something is no scene, or there are fewer than two days.
    RuleError
        If ``rules`` are no change rules.
    """
    from riverline.encroachment.change.decisions import ChangeRules

    if not isinstance(rules, ChangeRules):
        raise RuleError(
            f"rules 应为变化判定表，实际为 {rules!r}；请写 riverline.load_change_rules()",
            f"rules must be change rules, got {rules!r}; write riverline.load_change_rules()",
        )
    given = [scenes] if isinstance(scenes, Scene) else list(scenes) if isinstance(scenes, Iterable) else [scenes]
    strangers = [each for each in given if not isinstance(each, Scene)]
    if strangers:
        what = type(strangers[0]).__name__
        raise SchemaError(
            f"scenes 应为 riverline.read_scenes 读取的影像，其中有 {what}",
            f"scenes must be what riverline.read_scenes gives, there is a {what} among them",
        )
    findings = [Finding("change-undated", "scenes", scene.name, None) for scene in given if scene.date is None]
    by_day: dict[dt.date, list[Scene]] = {}
    for scene in given:
        if scene.date is not None:
            by_day.setdefault(scene.date, []).append(scene)
    if len(by_day) < 2:  # noqa: PLR2004 - before and after
        raise _too_few_days(by_day, [scene.name for scene in given if scene.date is None])
    days = [
        Day(day, rules.seasons.of(day), tuple(sorted(by_day[day], key=lambda scene: scene.name)))
        for day in sorted(by_day)
    ]
    return tuple(days), findings


def _too_few_days(by_day: Mapping[dt.date, list[Scene]], undated: list[str]) -> SchemaError:
    """Which days there are, of which images, and which images have none."""
    told = "; ".join(f"{day} ({', '.join(scene.name for scene in by_day[day])})" for day in sorted(by_day)) or "-"
    names = ", ".join(undated)
    return SchemaError(
        f"至少需要两个不同日期的影像，现有日期：{told}{f'；没有日期的影像：{names}' if undated else ''}；"
        "日期可用 read_scene(…, date=) 给出",
        f"images of at least two days are needed, there are: {told}{f'; without a date: {names}' if undated else ''}; "
        "give days with read_scene(…, date=)",
    )


def comparable(days: tuple[Day, ...]) -> tuple[tuple[Day, ...], tuple[str, ...], list[Finding]]:
    """Images that can be compared, and the bands of those that are compared that all of them have.

    The best set of bands is taken that at least half of the days have, and two of them at the least: with near
    infrared, else red, green and blue. An image that lacks it would take it from all others; it is left out and told.

    Raises
    ------
    SchemaError
        If no two days hold green and near infrared, or red, green and blue: for each image, what it lacks.
    """
    scenes = [scene for day in days for scene in day.scenes]
    for wanted in SETS:
        kept = tuple(
            replace(day, scenes=able)
            for day in days
            if (able := tuple(scene for scene in day.scenes if wanted <= set(scene.bands)))
        )
        if len(kept) >= max(2, len(days) / 2):
            used = [scene for day in kept for scene in day.scenes]
            roles = tuple(role for role in ROLES if all(role in scene.bands for scene in used))
            return kept, roles, [*_left_out(scenes, used, wanted), *_not_shared(used, roles)]
    problems = [
        (
            f"影像 {scene.name} 缺少波段 {'、'.join(lacking)}（现有：{', '.join(scene.bands)}）",
            f"{scene.name} has no {' and no '.join(lacking)} (there are: {', '.join(scene.bands)})",
        )
        for scene in scenes
        if (lacking := [role for role in ("green", "nir") if role not in scene.bands])
    ]
    raise SchemaError.listing(
        "变化检测需要绿光与近红外波段，或红绿蓝三波段",
        "changes are found with green and near infrared, or with red, green and blue",
        problems,
    )


def _left_out(scenes: list[Scene], used: list[Scene], wanted: frozenset[str]) -> list[Finding]:
    names = {scene.name for scene in used}
    return [
        Finding("change-bands-lacking", "scenes", scene.name, None,
                note=", ".join(role for role in ROLES if role in wanted and role not in scene.bands))
        for scene in scenes
        if scene.name not in names
    ]  # fmt: skip


def _not_shared(used: list[Scene], roles: tuple[str, ...]) -> list[Finding]:
    """Bands that some images have and are not compared, for each image that lacks them."""
    there = [role for role in ROLES if role not in roles and any(role in scene.bands for scene in used)]
    return [
        Finding("change-bands-unshared", "scenes", scene.name, None, note=", ".join(lacking))
        for scene in used
        if (lacking := [role for role in there if role not in scene.bands])
    ]


def levels_of(levels: Mapping[Any, float] | None, days: tuple[Day, ...]) -> tuple[NDArray[np.float64], list[Finding]]:
    """Water level of each day, NaN where none is given; levels without an image and images without one are findings.

    Raises
    ------
    SchemaError
        If the levels are no mapping of days to numbers.
    """
    found = np.full(len(days), np.nan)
    if levels is None:
        return found, []
    try:
        known = {_day(day): float(level) for day, level in dict(levels).items()}
    except (TypeError, ValueError) as error:
        raise SchemaError(
            f'levels 应为日期到水位的对应，例如 {{"2024-04-15": 13.2}}：{error}',
            f'levels must map days to water levels, such as {{"2024-04-15": 13.2}}: {error}',
        ) from error
    for place, day in enumerate(days):
        found[place] = known.get(day.date, np.nan)
    lost = sorted(set(known) - {day.date for day in days})
    said = [Finding("level-without-image", "scenes", day.isoformat(), None, known[day], unit="m") for day in lost]
    said += [
        Finding("image-without-level", "scenes", day.name, None, note=day.date.isoformat())
        for day, level in zip(days, found, strict=True)
        if np.isnan(level)
    ]
    return found, said


def _day(given: object) -> dt.date:
    """A day that is written out: a year alone is none, and neither is a month.

    Raises
    ------
    ValueError
        If it is no day.
    """
    if isinstance(given, dt.datetime):
        return given.date()
    return given if isinstance(given, dt.date) else dt.datetime.fromisoformat(str(given)).date()


def in_metres(extents: gpd.GeoDataFrame, days: tuple[Day, ...]) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Extents in degrees in the plane of the first image that has one, which is told; others as they are.

    Raises
    ------
    CRSError
        If there is no safe way between the coordinate systems.
    """
    planes = [scene.crs for day in days for scene in day.scenes if scene.crs.is_projected]
    if extents.crs is None or not extents.crs.is_geographic or not planes:
        return extents, []
    moved = f"{crs_text(extents.crs)} → {crs_text(planes[0])}"
    return align(extents, planes[0], layer="extents"), [
        Finding("change-extents-moved", "extents", "*", None, note=moved)
    ]


def usable_extents(extents: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Management extents that can be used, in the order of their codes.

    Raises
    ------
    SchemaError, CRSError
        If the frame lacks columns, or is not in metres.
    """
    EXTENTS.require(extents, layer="extents")
    require_metric(extents, layer="extents")
    rows, findings = typed(extents, EXTENTS)
    names = row_names(extents, EXTENTS)
    usable, wrong = split_usable(rows, EXTENTS, names=names, places=np.zeros(len(rows), dtype=bool))
    managed = usable[(usable["kind"] != "protection").to_numpy(dtype=bool)]
    return managed.sort_values("extent_id", kind="stable", ignore_index=True), findings + wrong


def ground_of(days: tuple[Day, ...], extents: gpd.GeoDataFrame) -> tuple[Ground, list[Finding]]:
    """The pixels on which the images are compared: those of the finest, over the extents that two days cover.

    Raises
    ------
    SchemaError
        If no extent is covered by the images of two days.
    CRSError
        If there is no safe way between the coordinate systems.
    """
    scenes = [scene for day in days for scene in day.scenes]
    _require_meeting(days)
    base = _finest(scenes)
    placed = align(extents[["extent_id", "geometry"]], base.crs, layer="extents")
    shapes = shapely.buffer(np.asarray(placed.geometry.array, dtype="object"), MARGIN_PX * base.pixel, quad_segs=4)
    covered = [
        shapely.union_all([footprint_in(shifted(scene.grid, scene.shift_m), base.crs) for scene in day.scenes])
        for day in days
    ]
    met = np.array([shapely.intersects(shapes, each) for each in covered]).sum(axis=0)
    findings = [
        Finding("change-not-covered", "extents", name, shape, value=int(count), limit=2)
        for name, shape, count in zip(extents["extent_id"], extents.geometry, met, strict=True)
        if count < 2  # noqa: PLR2004 - before and after
    ]
    if not (met >= 2).any():  # noqa: PLR2004
        raise SchemaError(
            f"没有一处管理范围被两个日期的影像覆盖：{', '.join(scene.name for scene in scenes)}；请核对坐标系与范围",
            f"no extent is covered by the images of two days: {', '.join(scene.name for scene in scenes)}; "
            "look at their places and coordinate systems",
        )
    shapes = shapes[met >= 2]  # noqa: PLR2004
    if all(shifted(scene.grid, scene.shift_m) == base for scene in scenes):
        return Ground(base, shapes), findings
    return Ground(_around(base, shapely.intersection(shapely.box(*shapely.total_bounds(shapes)),
                                                     shapely.union_all(covered))), shapes), findings  # fmt: skip


def _require_meeting(days: tuple[Day, ...]) -> None:
    """Raise where no two days can have ground in common: before datums are asked about, which are of no matter then."""
    from pyproj import Transformer

    def around(scene: Scene) -> shapely.Geometry:
        grid = scene.grid
        rows, columns = grid.shape
        x, y = to_plane(grid.transform, np.array([0, columns, 0, columns]), np.array([0, 0, rows, rows]))
        to_degrees = Transformer.from_crs(grid.crs, 4326, always_xy=True)
        west, south, east, north = to_degrees.transform_bounds(x.min(), y.min(), x.max(), y.max())
        return shapely.box(west - FAR, south - FAR, east + FAR, north + FAR)

    covers = [shapely.union_all([around(scene) for scene in day.scenes]) for day in days]
    if any(shapely.intersects(one, other) for at, one in enumerate(covers) for other in covers[:at]):
        return
    names = ", ".join(scene.name for day in days for scene in day.scenes)
    raise SchemaError(
        f"影像没有共同覆盖的范围：{names}；请核对是否同一地区",
        f"the images have no ground in common: {names}; see whether they are of one place",
    )


def _finest(scenes: list[Scene]) -> PixelGrid:
    """The grid of the finest scene; of several as fine, of the first."""
    grids = [shifted(scene.grid, scene.shift_m) for scene in scenes]
    sides = [grid.pixel * (DEGREE_M if grid.crs.is_geographic else 1.0) for grid in grids]
    return grids[int(np.argmin(np.round(sides, 6)))]


def _around(base: PixelGrid, area: shapely.Geometry) -> PixelGrid:
    """Pixels of a grid, continued beyond it, that hold an area."""
    places = shapely.get_coordinates(area)
    column, row = to_pixels(base.transform, places[:, 0], places[:, 1])
    first_row, first_column = int(np.floor(row.min())), int(np.floor(column.min()))
    shape = (int(np.ceil(row.max())) - first_row, int(np.ceil(column.max())) - first_column)
    return PixelGrid(base.crs, cut_transform(base.transform, first_row, first_column), shape)
