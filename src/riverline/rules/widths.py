"""How wide: a fixed width, a least width, a band with a policy, or a table by channel width or by flood."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from riverline.rules.fields import Frozen, Metres, as_tuple, wrong

__all__ = ["Band", "PeriodRow", "Protection", "Width", "WidthRow"]

Band = Literal["min", "max", "middle"]
_Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


class WidthRow(Frozen):
    """One row of a table by channel width: up to this width (over the row before), so many metres."""

    up_to_m: _Positive
    m: Metres


class PeriodRow(Frozen):
    """One row of a table by flood: for the flood that comes once in so many years, so many metres."""

    years: _Positive
    m: Metres


class Width(Frozen):
    """A width in metres, written in exactly one of five ways.

    Attributes
    ----------
    m
        Fixed.
    min, max, policy
        ``min`` alone: not less than. ``min`` and ``max``: a band, out of which ``policy`` (or the ``band`` of the rule
        set's policy) takes ``"min"``, ``"max"`` or ``"middle"``.
    by_width
        Table by the width of the channel. A wider channel than the last row's has no width by this rule.
    by_return_period
        Table by flood. Another flood than the rows' has no width by this rule.
    """

    m: Metres | None = None
    min: Metres | None = None
    max: Metres | None = None
    policy: Band | None = None
    by_width: Annotated[tuple[WidthRow, ...], BeforeValidator(as_tuple)] = ()
    by_return_period: Annotated[tuple[PeriodRow, ...], BeforeValidator(as_tuple)] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.m is not None, self.min is not None or self.max is not None, self.by_width, self.by_return_period]
        if sum(map(bool, ways)) != 1:
            raise wrong(
                "宽度须且只能写成一种：m、min、min 与 max、by_width 或 by_return_period",
                "a width is written in exactly one way: m, min, min and max, by_width or by_return_period",
            )
        if self.min is None and self.max is not None:
            raise wrong("有 max 须有 min（没有下限时写 min = 0）", "max needs min (write min = 0 where there is none)")
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise wrong(
                f"min（{self.min:g}）须小于 max（{self.max:g}）；相等时写 m = {self.min:g}",
                f"min ({self.min:g}) must be less than max ({self.max:g}); write m = {self.min:g} where they are equal",
            )
        if self.policy is not None and not self.is_band:
            raise wrong("只有区间（min 与 max）才能写 policy", "only a band (min and max) takes a policy")
        return self

    @model_validator(mode="after")
    def _rows_in_order(self) -> Self:
        ends = [row.up_to_m for row in self.by_width] or [row.years for row in self.by_return_period]
        if any(second <= first for first, second in pairwise(ends)):
            raise wrong("表中各行须由小到大、互不重复", "the rows of a table must ascend without repetition")
        return self

    @property
    def is_table(self) -> bool:
        """Whether it depends on the channel's width or on the flood."""
        return bool(self.by_width or self.by_return_period)

    @property
    def is_band(self) -> bool:
        """Whether a policy has to choose out of a range."""
        return self.min is not None and self.max is not None

    @property
    def is_least(self) -> bool:
        """Whether the width is "not less than"."""
        return self.min is not None and self.max is None

    def metres(self, *, band: Band | None, width_m: float, return_period: float) -> float | None:
        """The width at a place; None where a table has no row for it.

        Parameters
        ----------
        band
            What to take out of a band that has no policy of its own.
        width_m
            Width of the channel in metres, NaN where it is not known.
        return_period
            Years between floods, NaN where they are not known.

        Examples
        --------
        >>> table = Width(by_width=[{"up_to_m": 5.0, "m": 5.0}, {"up_to_m": 10.0, "m": 10.0}])
        >>> [table.metres(band=None, width_m=width, return_period=float("nan")) for width in (5.0, 5.1, 11.0)]
        [5.0, 10.0, None]
        >>> Width(min=30.0, max=50.0).metres(band="middle", width_m=float("nan"), return_period=float("nan"))
        40.0
        """
        if self.by_width:
            return next((row.m for row in self.by_width if width_m <= row.up_to_m), None)
        if self.by_return_period:
            return next((row.m for row in self.by_return_period if return_period == row.years), None)
        if self.min is None or self.max is None:
            return self.min if self.m is None else self.m
        return {"min": self.min, "max": self.max, "middle": (self.min + self.max) / 2}[self.policy or band or "min"]


class Protection(Frozen):
    """The band beyond the management line: so many metres, more where the levee stands on sand.

    ``along_m`` is the band above and below a work, where it is not that of its sides.
    """

    m: Metres
    sand_m: Metres | None = None
    along_m: Metres | None = None

    def metres(self, settings: frozenset[str]) -> float:
        """The width of the band, given the settings of the place."""
        return self.sand_m if self.sand_m is not None and "sand_foundation" in settings else self.m
