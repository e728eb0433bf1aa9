"""How change is measured: every choice of the caller in one value, refused together if wrong."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from riverline.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Areas", "Convention", "HitRule", "Method", "method_of"]

Convention = Literal["riverline", "dsas"]
HitRule = Literal["closest", "farthest", "mean"]
Areas = Literal["consecutive", "ends", "none"]

YEAR_DAYS = 365.25
"""Days of a year in both conventions: DSAS's statistics script converts rates from days with the same figure."""


@dataclass(frozen=True, slots=True)
class Method:
    """The choices of one measurement.

    Attributes
    ----------
    spacing_m
        Distance of transects along the axis or baseline.
    convention
        Whose sign, station and small-value rules hold.
    confidence
        Level of every interval.
    hit
        Which of several hits of a date counts.
    year_days
        Days of a year.
    smoothing_m, reach_m
        Window of the direction and length of transects; None where the shorelines decide.
    uncertainty_m
        Position error of shorelines that state none; None leaves it unknown.
    jump_slope
        How many metres out or in, for one along, a bank jumps.
    forecast_years
        How many years after a river's latest date to forecast for.
    segment_m
        Length of the stretches that areas are summed over.
    areas
        Between which dates areas are drawn.
    """

    spacing_m: float
    convention: Convention
    confidence: float
    hit: HitRule
    year_days: float
    smoothing_m: float | None
    reach_m: float | None
    uncertainty_m: float | None
    jump_slope: float
    forecast_years: tuple[float, ...]
    segment_m: float
    areas: Areas

    @property
    def positive(self) -> str:
        """What a positive number means."""
        return "accretion" if self.convention == "dsas" else "erosion"

    @property
    def sign(self) -> float:
        """What a movement away from the axis is multiplied by."""
        return -1.0 if self.convention == "dsas" else 1.0

    def described(self) -> dict[str, Any]:
        """The choices as a run remembers them."""
        return asdict(self)


def method_of(  # noqa: PLR0913 - one argument a choice
    *,
    spacing_m: float,
    convention: str,
    confidence: float,
    hit: str,
    year_days: float | None,
    smoothing_m: float | None,
    reach_m: float | None,
    uncertainty_m: float | None,
    jump_slope: float,
    forecast_years: Sequence[float] | str,
    segment_m: float,
    areas: str,
) -> Method:
    """The choices checked.

    Raises
    ------
    JobError
        Naming everything that is wrong.
    """
    lengths = {"spacing_m": spacing_m, "segment_m": segment_m}
    optional = {"reach_m": reach_m, "uncertainty_m": uncertainty_m, "year_days": year_days}
    lengths |= {name: value for name, value in optional.items() if value is not None}
    wrong = [_not_above_zero(name, value) for name, value in lengths.items() if not _above_zero(value)]
    if smoothing_m is not None and not (_is_number(smoothing_m) and smoothing_m >= 0.0):
        wrong.append(
            (
                f"smoothing_m 应为不小于零的米数，实际为 {smoothing_m!r}",
                f"smoothing_m must be metres, not below zero, got {smoothing_m!r}",
            )
        )
    if jump_slope != math.inf and not _above_zero(jump_slope):
        wrong.append(_not_above_zero("jump_slope", jump_slope))
    choices = {"convention": (convention, Convention), "hit": (hit, HitRule), "areas": (areas, Areas)}
    wrong += [
        _not_chosen(name, value, get_args(of)) for name, (value, of) in choices.items() if value not in get_args(of)
    ]
    if not (_is_number(confidence) and 0.0 < confidence < 1.0):
        wrong.append(
            (
                f"confidence 应在 0 与 1 之间，如 0.95，实际为 {confidence!r}",
                f"confidence must be between 0 and 1, such as 0.95, got {confidence!r}",
            )
        )
    if isinstance(forecast_years, str) or not all(_above_zero(each) for each in forecast_years):
        wrong.append(
            (
                f"forecast_years 应为大于零的年数，如 (10, 20)，实际为 {forecast_years!r}",
                f"forecast_years must be years above zero, such as (10, 20), got {forecast_years!r}",
            )
        )
    if wrong:
        raise JobError.listing("不能量测岸线变化", "shoreline change cannot be measured", wrong)
    return Method(
        spacing_m=float(spacing_m),
        convention=convention,  # type: ignore[arg-type]  # checked above
        confidence=float(confidence),
        hit=hit,  # type: ignore[arg-type]
        year_days=YEAR_DAYS if year_days is None else float(year_days),
        smoothing_m=smoothing_m,
        reach_m=reach_m,
        uncertainty_m=uncertainty_m,
        jump_slope=float(jump_slope),
        forecast_years=tuple(sorted({float(each) for each in forecast_years})),
        segment_m=float(segment_m),
        areas=areas,  # type: ignore[arg-type]
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _above_zero(value: float) -> bool:
    return _is_number(value) and value > 0.0


def _not_above_zero(name: str, value: object) -> tuple[str, str]:
    return f"{name} 应为大于零的数，实际为 {value!r}", f"{name} must be a number above zero, got {value!r}"


def _not_chosen(name: str, value: object, choices: tuple[str, ...]) -> tuple[str, str]:
    there = ", ".join(choices)
    return f"{name} 应为 {there} 之一，实际为 {value!r}", f"{name} must be one of {there}, got {value!r}"
