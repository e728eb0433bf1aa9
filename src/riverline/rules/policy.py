"""What a rule set decides beside widths: what goes first, how pieces are joined, how numbers are rounded.

Few of these stand in a law. ``sources`` says which do, and where; what no source names is marked ``U``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from riverline.rules.fields import Basis, Frozen, Mark, Metres, Rung, Sentence, as_tuple, wrong
from riverline.rules.staking import Boards, Stakes, StakeSpacing  # noqa: TC001 - pydantic reads the annotations
from riverline.rules.widths import Band  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Kind", "Policy", "PolicySource", "VirtualSection", "inherit"]

_Rungs = Annotated[tuple[Rung, ...], BeforeValidator(as_tuple), Field(min_length=1)]
_Decimals = Annotated[int, Field(strict=True, ge=0, le=6)]


Kind = Literal["works", "waters", "rivers"]
"""What an extent may be of: a work, a lake or reservoir, a river."""


class VirtualSection(Frozen):
    """The levee that is drawn behind a flood wall to find the toe it would have.

    Attributes
    ----------
    freeboard_m
        Height of its crest above the design level.
    crest_width_m
        Width of its crest.
    landside_slope
        Metres out for one metre down.
    """

    freeboard_m: Metres
    crest_width_m: Metres
    landside_slope: Metres


class PolicySource(Frozen):
    """Where values of the policy come from, and how sure that is; a value of a table is ``table.value``."""

    fields: Annotated[tuple[Sentence, ...], BeforeValidator(as_tuple)]
    citation: Sentence
    citation_en: str = ""
    certainty: Mark
    note: str = ""


class Policy(Frozen):
    """Choices that hold for the whole rule set.

    Attributes
    ----------
    basis_order
        Which basis goes first where a bank has several.
    fallback_order
        The ladder of lines that stand in where there is none of one's own: which goes first. Of those on one rung
        that which is nearer to the river goes first; what is on no rung comes last.
    gap_max_m
        Longest gap between levees that is bridged; longer ones fall to the next basis.
    width_steps, taper_m
        How widths change along the reference: cut ``square`` on the normal, ``taper`` over ``taper_m``, or the
        ``outer`` one wins.
    mouth, mouth_follow_m
        At the mouth of a tributary: ``close`` across it, or ``follow`` it so far up.
    shared
        Which of two rivers keeps land that is in the extents of both: the one of ``higher_rank``, the ``larger`` one,
        the one of ``first_code``; or each its half, parted along the ``midline``.
    shared_kinds
        Which goes first where a work, a lake or reservoir and a river share land: ``works``, ``waters``, ``rivers``.
    gap_m, gaps
        Land narrower than this that extents enclose and none of them holds is told (``tell``), or goes to the river
        that keeps shared land too (``give``).
    several_levees
        Where a bank has several levees: the ``outer``, the ``inner`` or the one of ``higher_grade`` counts.
    band
        What is taken out of a band whose rule does not say so itself.
    virtual_section
        The levee drawn behind a flood wall.
    stake_spacing
        Distance between stakes.
    stakes, boards
        How true stakes keep to the line, how stakes and boards are numbered, where boards stand and what they say.
    length_decimals, area_decimals, rounding
        Decimals of lengths in metres and areas in square metres.
    sources
        Where these values come from.
    """

    basis_order: Annotated[tuple[Basis, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    fallback_order: Annotated[tuple[_Rungs, ...], BeforeValidator(as_tuple)] = ()
    gap_max_m: Metres
    width_steps: Literal["square", "taper", "outer"]
    taper_m: Metres
    mouth: Literal["close", "follow"]
    mouth_follow_m: Metres
    shared: Literal["higher_rank", "larger", "first_code", "midline"] = "higher_rank"
    shared_kinds: Annotated[tuple[Kind, ...], BeforeValidator(as_tuple)] = ("works", "waters", "rivers")
    gap_m: Metres = 1.0
    gaps: Literal["tell", "give"] = "tell"
    several_levees: Literal["outer", "inner", "higher_grade"]
    band: Band | None = None
    virtual_section: VirtualSection
    stake_spacing: StakeSpacing
    stakes: Stakes
    boards: Boards
    length_decimals: _Decimals
    area_decimals: _Decimals
    rounding: Literal["half_up"]
    sources: Annotated[tuple[PolicySource, ...], BeforeValidator(as_tuple)] = ()

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if len(set(self.basis_order)) != len(self.basis_order):
            raise wrong("basis_order 中有重复", "basis_order names a basis twice")
        if sorted(self.shared_kinds) != sorted(get_args(Kind)):
            raise wrong(
                f"shared_kinds 须为 {'、'.join(get_args(Kind))} 的一个排列", f"shared_kinds must order {get_args(Kind)}"
            )
        rungs = [line for rung in self.fallback_order for line in rung]
        if len(set(rungs)) != len(rungs):
            raise wrong("fallback_order 中有重复", "fallback_order names a line twice")
        if self.width_steps == "taper" and self.taper_m == 0:
            raise wrong("width_steps 为 taper 时 taper_m 须大于 0", "width_steps = taper needs taper_m above 0")
        if self.mouth == "follow" and self.mouth_follow_m == 0:
            raise wrong("mouth 为 follow 时 mouth_follow_m 须大于 0", "mouth = follow needs mouth_follow_m above 0")
        known = set(type(self).model_fields) | set(self.entries)
        if unknown := sorted({field for source in self.sources for field in source.fields} - known):
            raise wrong(
                f"sources 引用了不存在的字段：{'、'.join(unknown)}",
                f"sources name unknown fields: {', '.join(unknown)}",
            )
        return self

    @property
    def entries(self) -> dict[str, object]:
        """Every single value by its name, those of tables as ``virtual_section.freeboard_m``."""
        return dict(_flat(self.model_dump(exclude={"sources"})))

    def source_of(self, name: str) -> PolicySource | None:
        """Where one of :attr:`entries` comes from; None where no source names it, which counts as mark ``U``.

        Examples
        --------
        >>> import riverline as rl
        >>> policy = rl.load_rules("national").policy
        >>> policy.source_of("virtual_section.freeboard_m").certainty, policy.source_of("gap_max_m")
        ('M', None)
        """
        names = {name, name.partition(".")[0]}
        return next((source for source in self.sources if names.intersection(source.fields)), None)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def inherit(parent: Policy | None, own: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a policy: its own, and the parent's where it has none.

    ``band`` is not inherited: each rule set that has bands says itself what it takes out of them. A source goes with
    the value that it speaks of, so a value of one's own does not keep the parent's source.

    Parameters
    ----------
    parent
        Policy of the rule set that this one falls back on.
    own
        What the rule set's file says, not yet validated.
    """
    if parent is None:
        return dict(own)
    values = _filled(own, parent.model_dump(exclude={"band", "sources"}))
    said = set(dict(_flat(own)))
    kept = []
    for source in parent.sources:
        rest = [field for field in source.fields if not any(f"{name}.".startswith(f"{field}.") for name in said)]
        if rest:
            kept.append({**source.model_dump(), "fields": rest})
    own_sources = own.get("sources", [])
    if isinstance(own_sources, list | tuple):
        values["sources"] = [*own_sources, *kept]
    return values


def _filled(own: Mapping[str, Any], parent: Mapping[str, Any]) -> dict[str, Any]:
    """A table with the parent's values where it has none, and so in each table inside it."""
    values = {**parent, **own}
    for name, value in own.items():
        inherited = parent.get(name)
        if isinstance(value, dict) and isinstance(inherited, dict):
            values[name] = _filled(value, inherited)
    return values
