"""What is known of a pair before its pixels are compared: how far the images are shifted, how the water level moved."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.demarcation.findings import Finding
from riverline.io.scenes import measure_registration
from riverline.io.scenes.places import footprint_in
from riverline.io.scenes.registration import SURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.encroachment.change.decisions import ChangeRules
    from riverline.encroachment.change.inputs import Day
    from riverline.encroachment.change.pairing import Pair

__all__ = ["gated", "with_levels"]


def gated(pairs: list[Pair], days: tuple[Day, ...], rules: ChangeRules) -> tuple[list[Pair], list[Finding]]:
    """Pairs whose shift was measured; those that are too far apart are left out or tolerate more, as the table says.

    Too far are those that are beyond the limit by two standard errors of the shift. Of one that may be beyond it or
    not, as across seasons where little ground looks alike, it is said what was measured, if anything was.
    """
    kept, findings = [], []
    gate = rules.registration
    for pair in pairs:
        names = days[pair.later].name, days[pair.reference].name
        shift, error = _shift_px(days[pair.reference], days[pair.later])
        far = shift - SURE * error > gate.limit_px
        if not far and not shift + SURE * error <= gate.limit_px:
            findings.append(Finding("change-shift-unknown", "scenes", names[0], None, limit=gate.tolerance_px,
                                    unit="px", note=names[1] + _measured(shift, error)))  # fmt: skip
            kept.append(replace(pair, tolerance_px=gate.tolerance_px))
            continue
        if far:
            code = "change-shifted" if gate.policy == "refuse" else "change-widened"
            findings.append(Finding(code, "scenes", names[0], None, shift, gate.limit_px, "px", names[1]))
        if not far or gate.policy == "widen":
            steps = max(gate.tolerance_px, int(np.ceil(shift)) if far else 0)
            kept.append(replace(pair, shift_px=shift, tolerance_px=steps))
    return kept, findings


def _measured(shift: float, error: float) -> str:
    return f" ({shift:.1f} ± {error:.1f} px)" if np.isfinite(shift + error) else ""


def _shift_px(reference: Day, later: Day) -> tuple[float, float]:
    """Shift between two days and its standard error in pixels, of the first two images that meet; NaN where unknown."""
    for one, other in itertools.product(reference.scenes, later.scenes):
        if not shapely.intersects(footprint_in(one.grid, other.crs), footprint_in(other.grid, other.crs)):
            continue
        found = measure_registration(one, other)
        sure = not (found.faults["code"] == "registration-unsure").any()
        side = one.grid.pixel
        return (found.shift_m / side, found.uncertainty_m / side) if sure else (float("nan"), float("nan"))
    return float("nan"), float("nan")


def with_levels(pairs: list[Pair], levels: NDArray[np.float64], rules: ChangeRules, pixel_m: float) -> tuple[Pair, ...]:
    """Pairs with the bands by which the waterline moves between their water levels, on the steepest and gentlest bank.

    Parameters
    ----------
    pairs
        The pairs.
    levels : (days,)
        Water levels, NaN where none is known.
    rules
        Slopes of the banks and the widest band.
    pixel_m
        Side of a pixel.
    """
    gentle, steep = rules.stage.slope
    made = []
    for pair in pairs:
        fell = float(levels[pair.reference] - levels[pair.later])
        least, most = (_band(fell, slope, pair.tolerance_px, rules, pixel_m) for slope in (steep, gentle))
        made.append(replace(pair, stage_px=least, stage_most_px=most))
    return tuple(made)


def _band(fell_m: float, slope: float, tolerance_px: int, rules: ChangeRules, pixel_m: float) -> int:
    """Steps by which a waterline moves at a slope, with the sign of the fall; mixed pixels stand beyond its edge."""
    run = 0.0 if np.isnan(fell_m) else abs(fell_m) / slope / pixel_m
    if run < rules.stage.least_px:
        return 0
    return int(np.copysign(min(int(np.ceil(run)) + tolerance_px, rules.stage.most_px), fell_m))
