"""The way from a scene to its threshold, which maps, lines and stacks share; and what has to be said on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from riverline import faults, provenance
from riverline._kernels.grids.mixtures import LEAST
from riverline._version import __version__
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.errors import ReadError, SchemaError
from riverline.io.scenes import Scene
from riverline.io.scenes.overflow import JUMPING
from riverline.io.scenes.plausible import Plausibility
from riverline.shoreline.water.indices import choose_index
from riverline.shoreline.water.looking import look_at, strips_of
from riverline.shoreline.water.thresholds import (
    APART,
    INFRARED,
    SEED,
    Threshold,
    find_threshold,
    require_threshold,
    threshold_of_nothing,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.shoreline.water.indices import Index
    from riverline.shoreline.water.looking import View
    from riverline.shoreline.water.thresholds import Method

__all__ = ["Found", "find_water", "gather_faults", "require_scene", "run_of"]

_FEW_UNDEFINED = 0.1
ALL = 0.995
"""Share of water from which on there is no bank to be seen."""
BRIGHT = 0.1
"""Share of water that mixed pixels and muddy water may make too bright in the infrared."""
WEAK = 0.7
"""Separability below which a threshold is unsure; a single bell curve cut in its middle has 0.64."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A scene's view, index and threshold; the view is None where the scene and the extent do not meet."""

    scene: Scene
    view: View | None
    index: Index
    threshold: Threshold
    findings: list[Finding]

    @property
    def wet(self) -> bool:
        """Whether there is water to draw."""
        return self.view is not None and self.threshold.holds_water


def require_scene(scene: object) -> None:
    """Raise unless it is a scene.

    Raises
    ------
    SchemaError
        With the line to type.
    """
    if not isinstance(scene, Scene):
        raise SchemaError(
            f"scene 应为 riverline.read_scene 的返回值，实际为 {type(scene).__name__}",
            f"scene must be what riverline.read_scene returns, got {type(scene).__name__}",
        )


def find_water(
    scene: Scene,
    index: str | None,
    threshold: Method | float,
    extent: gpd.GeoDataFrame | None,
    bridges: gpd.GeoDataFrame | None,
    pixels: int,
) -> Found:
    """Index and threshold of a scene, and everything there is to say of them.

    Raises
    ------
    SchemaError, CRSError
        If the call is wrong.
    """
    require_scene(scene)
    require_threshold(threshold)
    chosen = choose_index(scene, index)
    view = look_at(scene, extent, bridges, pixels=pixels)
    nothing = threshold_of_nothing(chosen, threshold)
    if isinstance(view, Finding):
        return Found(scene, None, chosen, nothing, [view])
    seen = Plausibility(chosen.roles)
    try:
        with strips_of(view, chosen, seen) as strips:
            found = find_threshold(view, chosen, threshold, strips)
    except ReadError as error:
        said = Finding("scene-damaged", "scenes", scene.name, None, note=error.zh.replace("\n", " "))
        return Found(scene, None, chosen, nothing, [said])
    told, usable = _of_numbers(scene, chosen, seen)
    told += _of_clouds(scene, seen)
    if not usable:
        return Found(scene, None, chosen, nothing, told)
    return Found(scene, view, chosen, found, [*told, *_said(scene, chosen, found)])


def _of_numbers(scene: Scene, index: Index, seen: Plausibility) -> tuple[list[Finding], bool]:
    """What is to be said of the numbers of an image, and whether they can be what they are taken for."""
    said = []
    if seen.undeclared:
        numbers = "、".join(f"{number:.8g}" for number in sorted(seen.undeclared))
        said.append(Finding("scene-nodata-undeclared", "scenes", scene.name, None, note=numbers))
    wrong = seen.problem(reflectance=scene.reflectance)
    if wrong is not None:
        note, share, limit = wrong
        said.append(Finding("scene-values-implausible", "scenes", scene.name, None, share, limit, "%", note))
    elif seen.undefined_share > _FEW_UNDEFINED:
        share = round(seen.undefined_share, 2)
        said.append(Finding("index-undefined", "scenes", scene.name, None, share, unit="%", note=index.title))
    over = seen.steps.problem()
    if over is not None and wrong is None:
        said.append(Finding("scene-overflow", "scenes", scene.name, None, over[1], JUMPING, "%", over[0]))
    return said, wrong is None and over is None


def _of_clouds(scene: Scene, seen: Plausibility) -> list[Finding]:
    """What of an image without a mask was taken for cloud."""
    share = round(seen.clouded_share, 2)
    return [Finding("scene-cloud-suspected", "scenes", scene.name, None, share, unit="%")] if share > 0.0 else []


def _said(scene: Scene, index: Index, found: Threshold) -> list[Finding]:
    said: list[Finding] = []

    def say(code: str, **more: Any) -> None:  # noqa: ANN401 - numbers and texts
        said.append(Finding(code, "scenes", scene.name, None, **more))

    if index.name == "red_blue":
        say("rgb-only")
    if found.pixels == 0:
        say("scene-all-masked", value=100.0)
    elif not found.holds_water:
        say("water-none", value=found.water, limit=index.driest, note=index.title)
    elif found.water_share >= ALL and found.method != "given":
        say("water-only", value=round(100.0 * found.water_share, 2), unit="%")
    elif found.separability < WEAK and found.method != "given":
        say("threshold-weak", value=found.separability, limit=WEAK)
    if found.holds_water and found.apart_px > APART:
        say("threshold-apart", value=round(found.apart_px, 2), limit=APART, unit="px", note=found.method)
    if found.holds_water and found.method == SEED:
        pixels = round(found.water_share * found.pixels)
        say("threshold-seed", value=pixels, limit=found.pixels, unit="px", note=f"{index.title} = {found.value:g}")
    return [*said, *_of_brightness(scene, index, found)]


def _of_brightness(scene: Scene, index: Index, found: Threshold) -> list[Finding]:
    """Water that is as bright in the infrared as cloud, snow or roofs are, and none at all: its share."""
    if not found.holds_water:
        return []
    band = next((role for role in INFRARED if role in index.roles), "")
    if found.bright_share > BRIGHT:
        share = round(100.0 * found.bright_share, 2)
        return [Finding("water-bright", "scenes", scene.name, None, share, 100.0 * BRIGHT, "%",
                        f"{band} > {INFRARED[band]:g}")]  # fmt: skip
    if not scene.reflectance and found.infrared_ratio >= 1.0:
        ratio = round(100.0 * found.infrared_ratio, 2)
        return [Finding("water-not-dark", "scenes", scene.name, None, ratio, 100.0, "%", band)]
    mixed = found.mixture
    if mixed.share > 0.0 and found.water_share < ALL:
        share = round(100.0 * mixed.share, 2)
        return [Finding("water-mixed", "scenes", scene.name, None, share, 100.0 * LEAST, "%",
                        f"{band} > {mixed.cut:.3g}; threshold={mixed.parting:.2f}")]  # fmt: skip
    return []


def gather_faults(found: Found, more: list[Finding], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    """Faults of the scene's opening, of its threshold and what came after, in one CRS."""
    return faults.combine([found.scene.faults, *findings_to_faults([*found.findings, *more], crs)], crs=crs)


def run_of(found: list[Found], crs: Any, layers: dict[str, Any]) -> provenance.Run:  # noqa: ANN401 - a CRS
    """What made a result: images, indices with their formulas, thresholds, layers."""
    inputs: dict[str, Any] = {
        each.scene.name: {
            "date": each.scene.date,
            "sensor": each.scene.sensor,
            "shape": each.scene.shape,
            "crs": provenance.crs_text(each.scene.crs),
            "shift_m": each.scene.shift_m,
            "index": each.index.name,
            "formula": each.index.formula,
            "threshold": each.threshold.value,
            "threshold_method": each.threshold.method,
        }
        for each in found
    }
    inputs |= {name: provenance.describe_input(frame) for name, frame in layers.items() if frame is not None}
    return provenance.Run(__version__, "", inputs, provenance.crs_text(crs))
