"""What a demarcation hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.errors import CRSError, JobError
from riverline.geodesy import require_metric
from riverline.schema import EXTENTS, MANAGEMENT_LINES

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.provenance import Run
    from riverline.rules import RuleSet

__all__ = ["Demarcation", "require_metric_result", "require_result"]


@dataclass(frozen=True, slots=True, eq=False)
class Demarcation:
    """The lines and extents of many rivers, lakes or works, what was wrong with the data, and what made them.

    Attributes
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`.
    extents
        Rows of :data:`riverline.schema.EXTENTS`: a management and, where the rules have one, a protection extent a
        river, lake, reservoir or work.
    faults
        Rows of :data:`riverline.schema.FAULTS`; a river that could not be done is a row with code
        ``river-not-done``, a lake ``water-not-done``, a work ``work-not-done``.
    rules
        The rule set.
    run
        Version, digest of the rules, inputs and CRS.
    """

    lines: gpd.GeoDataFrame
    extents: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    rules: RuleSet
    run: Run

    def __repr__(self) -> str:
        management = self.extents[self.extents["kind"] == "management"]
        kilometres = self.lines["length_m"].sum() / 1000
        errors = int((self.faults["severity"] == "error").sum())
        closed = self.lines["bank"].isna()
        what = "rivers" if not closed.any() else "closed lines" if closed.all() else "extents"
        return (
            f"Demarcation({len(management)} {what}, {len(self.lines)} pieces of line, {kilometres:.1f} km, "
            f"{management['area_m2'].sum() / 1e6:.2f} km², {len(self.faults)} faults ({errors} errors), "
            f"rules {self.rules.name!r})"
        )

    def _repr_html_(self) -> str:
        by_basis = self.lines.groupby("basis")["length_m"].sum() / 1000
        rows = "".join(
            f"<tr><td>{escape(MANAGEMENT_LINES['basis'].value_label(basis))}</td><td>{km:.2f} km</td></tr>"
            for basis, km in by_basis.items()
        )
        return (
            f"<b>{escape(EXTENTS.label())}</b>　{escape(self.rules.title)}"
            f"<table><tr><th>划界依据</th><th>长度</th></tr>{rows}</table><pre>{escape(repr(self))}</pre>"
        )


def require_result(result: object, *, name: str = "result") -> None:
    """Raise unless a value is a demarcation that can be measured in: the gate of every verb that takes one.

    Parameters
    ----------
    result
        What was given.
    name
        Its argument.

    Raises
    ------
    JobError
        If it is no demarcation.
    CRSError
        If its lines or extents are not in a plane in metres, with the lines to type.
    """
    if not isinstance(result, Demarcation):
        raise JobError(
            f"{name} 应为 riverline.demarcate 的成果，实际为 {type(result).__name__}",
            f"{name} must be what riverline.demarcate gives, got {type(result).__name__}",
        )
    require_metric_result(result, name=name)


def require_metric_result(result: Demarcation, *, name: str) -> None:
    """Raise unless lines and extents are in a plane in metres, with the lines to type.

    Raises
    ------
    CRSError
        If they are not. A result is frozen: what is to be typed makes another one of it.
    """
    for part, frame in (("lines", result.lines), ("extents", result.extents)):
        layer = f"{name}.{part}"
        try:
            require_metric(frame, layer=layer)
        except CRSError as error:
            advised = f"{layer} = riverline.geodesy.to_metric({layer})"
            typed = (
                f"lines = riverline.geodesy.to_metric({name}.lines); {name} = dataclasses.replace({name}, lines=lines, "
                f"extents={name}.extents.to_crs(lines.crs))"
            )
            zh, en = (text.replace(advised, typed) for text in (error.zh, error.en))
            raise CRSError(zh, en, error.hints) from error
