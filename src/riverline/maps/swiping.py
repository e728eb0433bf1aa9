"""Before and after on one map: images and layers of two sides, and a bar between them that is moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyproj
import shapely

from riverline.errors import SchemaError
from riverline.io.scenes import Scene, Scenes
from riverline.io.scenes.places import footprint_in, shifted
from riverline.maps.elements import Asides, PictureLayer, Script, html_text, identify, json_text
from riverline.maps.groups import groups_of
from riverline.maps.lightening import CRS, lighten, merge
from riverline.maps.pictures import MAX_PIXELS, take_pictures
from riverline.style import in_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import folium

    from riverline.maps.groups import Figures, Group
    from riverline.maps.pictures import Box, Picture
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["Pair", "Part", "Side", "add_pictures", "add_swipe", "choose", "make_sides", "notes_of", "part_images",
           "see_through"]  # fmt: skip

PANES = ("riverlineBefore", "riverlineAfter")
# Days of the year that may lie between two images of one season.
_SEASON_DAYS, _YEAR_DAYS = 45, 365
_SEE_THROUGH = 0.25
_SIDES = {"zh": ("前", "后"), "en": ("Before", "After")}
_WORDS = {
    "zh": {
        "image": "影像：{label}", "heading": "{label}{heading}", "join": "、",
        "label": "前后对比分界", "hint": "左右拖动，或用方向键移动",
        "note": "左侧{before}，右侧{after}。", "one": "影像 {name}。",
        "alone": "影像像元 {own:.3g} 米{coarser}。", "alike": "影像像元 {own:.3g} 米{coarser}，拉伸相同。",
        "apart": "影像像元 {own:.3g} 米{coarser}，各自拉伸，颜色不可比。",
        "coarser": "（按 {pixel:.3g} 米绘出）", "beyond": "影像 {names} 未覆盖本图范围，未绘出。",
    },
    "en": {
        "image": "Image: {label}", "heading": "{label}· {heading}", "join": ", ",
        "label": "Border between before and after", "hint": "Drag it, or move it with the arrow keys",
        "note": "Left: {before}; right: {after}.", "one": "Image {name}.",
        "alone": "It has pixels of {own:.3g} m{coarser}.",
        "alike": "Images have pixels of {own:.3g} m{coarser} and are stretched alike.",
        "apart": "Images have pixels of {own:.3g} m{coarser}, each stretched on its own: colours do not compare.",
        "coarser": " (drawn with {pixel:.3g} m)", "beyond": "Not drawn, for they do not reach this map: {names}.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one side is asked to show: images of one day, and layers."""

    scenes: tuple[Scene, ...] = ()
    layers: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two parts, or one that needs no bar; ``area`` in degrees bounds the images, that of the layers if None."""

    parts: tuple[Part, ...]
    area: Box | None = None
    max_pixels: int = MAX_PIXELS


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one side shows: its name, pictures and groups, and scenes that do not reach the map."""

    pane: str
    label: str
    pictures: tuple[Picture, ...]
    groups: tuple[Group, ...]
    merged: tuple[Layer, ...]
    tolerance: float
    beyond: tuple[str, ...]


def part_images(
    results: Sequence[Any],
    layers: Mapping[str, Any],
    scenes: Any = None,  # noqa: ANN401 - what the caller gave
) -> tuple[list[Any], dict[str, Any], list[Scene]]:
    """Images apart from results and layers, wherever they were given.

    Raises
    ------
    SchemaError
        If ``scenes`` are no scenes, or empty.
    """
    named = {name: value for name, value in layers.items() if _are_images(value)}
    given = [value for value in (*results, *named.values()) if _are_images(value)]
    given += [] if scenes is None else [scenes]
    wrong = [value for value in given if not _are_images(value) or (not isinstance(value, Scene) and not len(value))]
    if wrong:
        what = type(wrong[0]).__name__ if not _are_images(wrong[0]) else "[]"
        raise SchemaError(
            f"影像应为 rl.read_scenes(…) 的返回值或前后两景 (before, after)，且不为空，实际为 {what}；请写 scenes=…",
            f"images must be what rl.read_scenes(…) returns or two scenes (before, after), not empty; got {what}; "
            "write scenes=…",
        )
    rest = {name: value for name, value in layers.items() if name not in named}
    images = [each for value in given for each in _scenes(value)]
    return [value for value in results if not _are_images(value)], rest, images


def _are_images(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, (Scene, Scenes)):
        return True
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(isinstance(each, Scene) for each in value)


def _scenes(value: Any) -> list[Scene]:  # noqa: ANN401
    return [value] if isinstance(value, Scene) else list(value)


def choose(scenes: Sequence[Scene], area: Box | None = None) -> tuple[tuple[Scene, ...], ...]:
    """Images of the newest day, and before them those of the earliest day of its season, else of the earliest day.

    Two images are taken as they are given. Of more than two those without a date are left out, unless none has one, and
    so are those that do not reach ``area`` (degrees), unless none does.

    Examples
    --------
    >>> import riverline as rl
    >>> days = ("2023-03-18", "2023-08-12", "2024-03-20", "2025-08-18")
    >>> scenes = [rl.read_scene(rl.samples.path(f"清水河_{day}.tif")) for day in days]
    >>> [[str(scene.date) for scene in part] for part in choose(scenes)]
    [['2023-08-12'], ['2025-08-18']]
    """
    if len(scenes) <= len(PANES):
        return tuple((scene,) for scene in scenes)
    scenes = [scene for scene in scenes if area is None or _reaches(scene, area)] or scenes
    days = sorted({scene.date for scene in scenes if scene.date is not None})
    if len(days) < len(PANES):
        kept = [scene for scene in scenes if scene.date is not None] or list(scenes)
        return (tuple(kept),) if days else ((kept[0],), (kept[-1],))
    last = days[-1]
    near = [day for day in days[:-1] if _apart(day.timetuple().tm_yday, last.timetuple().tm_yday) <= _SEASON_DAYS]
    chosen = ((near or days)[0], last)
    return tuple(tuple(scene for scene in scenes if scene.date == day) for day in chosen)


def _reaches(scene: Scene, area: Box) -> bool:
    return bool(
        shapely.intersects(footprint_in(shifted(scene.grid, scene.shift_m), pyproj.CRS(CRS)), shapely.box(*area))
    )


def _apart(one: int, other: int) -> int:
    return min(abs(one - other), _YEAR_DAYS - abs(one - other))


def make_sides(
    pair: Pair,
    area: Box | None,
    *,
    language: Language,
    names: Mapping[str, str],
    packs: bool = False,
    figures: Mapping[str, Figures] | None = None,
) -> tuple[Side, ...]:
    """The sides of a map, their images taken.

    Parameters
    ----------
    pair
        What to show.
    area
        Bounds of the layers that lie on both sides, degrees, None if there are none.
    language
        Language of every text.
    names
        River names by code.
    packs, figures
        Whether large layers are packed, and what popups draw, as everywhere on the page.

    Raises
    ------
    JobError
        If no image reaches the area.
    CRSError
        If an image or a layer cannot be reprojected safely.
    """
    merged = [merge(in_language(part.layers, language)) for part in pair.parts]
    scenes = [scene for part in pair.parts for scene in part.scenes]
    pictures = iter(take_pictures(scenes, pair.area or area, max_pixels=pair.max_pixels)) if scenes else iter(())
    sides = []
    for number, (part, own) in enumerate(zip(pair.parts, merged, strict=True)):
        label = _label(part, number, language) if len(pair.parts) > 1 else _day(part)
        light = lighten(own, packs=packs)
        groups = groups_of(
            light.layers, language=language, names=names, figures=figures, packs=packs, tiled=light.tiled
        )
        taken = [(scene, next(pictures)) for scene in part.scenes]
        sides.append(Side(
            PANES[number], label, tuple(picture for _, picture in taken if picture is not None),
            tuple(_on_side(group, label, language) for group in groups), own, light.tolerance,
            tuple(scene.name for scene, picture in taken if picture is None),
        ))  # fmt: skip
    return tuple(sides)


def _day(part: Part) -> str:
    """The day of a part's images, else their name, else the one day that its layers tell."""
    if part.scenes:
        first = part.scenes[0]
        return first.date.isoformat() if first.date else first.name
    told = {str(day)[:10] for layer in part.layers if "date" in layer.frame for day in layer.frame["date"].dropna()}
    return told.pop() if len(told) == 1 else ""


def _label(part: Part, number: int, language: Language) -> str:
    return f"{_SIDES[language][number]} {_day(part)}".strip()


def _on_side(group: Group, label: str, language: Language) -> Group:
    if not group.heading:
        return replace(group, heading=label)
    heading = group.heading if group.halo >= 0 else group.heading.split(" · ")[0]
    return replace(group, heading=_WORDS[language]["heading"].format(label=f"{label} ", heading=heading))


def see_through(groups: Sequence[Group], sides: Sequence[Side]) -> tuple[Group, ...]:
    """Groups whose fill lets images be seen, where there are any."""
    if not any(side.pictures for side in sides):
        return tuple(groups)
    return tuple(
        replace(group, symbol=replace(group.symbol, fill_opacity=group.symbol.fill_opacity * _SEE_THROUGH))
        if group.kind == "area" else group
        for group in groups
    )  # fmt: skip


def add_pictures(page: folium.Map, sides: Sequence[Side], language: Language) -> list[str]:
    """Panes and images of the sides; names of the images' layers."""
    panes = json_text([side.pane for side in sides])
    page.add_child(identify(Asides("swipe", f"riverlineSwipe.panes({page.get_name()}, {panes});"), page.get_name()))
    drawn = []
    for side in sides:
        for number, picture in enumerate(side.pictures):
            title = _WORDS[language]["image"].format(label=side.label)
            title += f" ({number + 1})" if len(side.pictures) > 1 else ""
            layer = identify(PictureLayer(picture, html_text(title), f"{side.pane}Image"), side.pane, str(number))
            page.add_child(layer)
            drawn.append(layer.get_name())
    return drawn


def add_swipe(page: folium.Map, sides: Sequence[Side], layers: Iterable[str], language: Language) -> None:
    """The bar between two sides; it is there as long as one of the layers is."""
    if len(sides) < len(PANES):
        return
    words = _WORDS[language]
    spec = {"before": sides[0].label, "after": sides[1].label, "label": words["label"], "hint": words["hint"]}
    code = f"riverlineSwipe.swipe({page.get_name()}, {json_text(spec)}, [{', '.join(layers)}]);"
    page.add_child(identify(Script(code), page.get_name(), "swipe"))


def notes_of(sides: Sequence[Side], language: Language) -> list[str]:
    """What the legend says of the images: which, how coarse, and how their colours came about."""
    words = _WORDS[language]
    pictures = [picture for side in sides for picture in side.pictures]
    told = []
    if len(sides) > 1 and pictures:
        before, after = (_said(side, language) for side in sides)
        told.append(words["note"].format(before=before, after=after))
    told += [words["one"].format(name=_said(side, language)) for side in sides if len(sides) == 1]
    if pictures:
        pixel, own = (max(getattr(each, name) for each in pictures) for name in ("pixel_m", "own_pixel_m"))
        coarser = words["coarser"].format(pixel=pixel) if pixel > 1.05 * own else ""
        alike = "alike" if all(picture.alike for picture in pictures) else "apart"
        way = words[alike if len(pictures) > 1 else "alone"]
        told.append(way.format(own=own, coarser=coarser))
    beyond = [name for side in sides for name in side.beyond]
    return told + [words["beyond"].format(names=words["join"].join(beyond))] * bool(beyond)


def _said(side: Side, language: Language) -> str:
    names = [picture.name for picture in side.pictures]
    return _WORDS[language]["join"].join(names) or side.label
