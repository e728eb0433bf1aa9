"""What an assessment of a detection hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from riverline.schema import ACCURACIES

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from riverline.provenance import Run

__all__ = ["DetectionAccuracy"]


@dataclass(frozen=True, slots=True, eq=False)
class DetectionAccuracy:
    """How good a detection is.

    Attributes
    ----------
    accuracies
        Rows of :data:`riverline.schema.ACCURACIES`: of all, by kind and by class of size; empty where the truth is a
        sample of points.
    curve
        Rows of :data:`riverline.schema.ACCURACY_CURVE`; empty without probabilities.
    reliability
        Rows of :data:`riverline.schema.RELIABILITY`; empty without probabilities.
    estimates
        Rows of :data:`riverline.schema.CLASS_AREAS` where the truth is a sample of points, else empty.
    brier
        Mean square difference of stated probability and outcome; missing without probabilities.
    faults
        Rows of :data:`riverline.schema.FAULTS`: objects that could not be compared.
    run
        Version, inputs with the rules of the comparison, CRS.
    """

    accuracies: pd.DataFrame
    curve: pd.DataFrame
    reliability: pd.DataFrame
    estimates: pd.DataFrame
    brier: float
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        if len(self.accuracies):
            row = self.accuracies.iloc[0]
            said = f"precision {row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f}"
            said += f", area IoU {row['area_iou']:.3f}"
        elif len(self.estimates):
            row = self.estimates.iloc[-1]
            said = f"overall accuracy {row['users']:.3f} ± {row['users_error']:.3f}"
        else:
            said = "nothing compared"
        return f"DetectionAccuracy({said}, Brier {self.brier:.3f}, {len(self.faults)} faults)"

    def _repr_html_(self) -> str:
        names = (
            "scope",
            "part",
            "truth_count",
            "found_count",
            "precision",
            "recall",
            "candidate_recall",
            "f1",
            "area_iou",
        )
        heads = "".join(f"<th>{escape(ACCURACIES[name].label())}</th>" for name in names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(_shown(getattr(row, name)))}</td>" for name in names) + "</tr>"
            for row in self.accuracies.itertuples()
        )
        label = escape(ACCURACIES.label())
        return f"<b>{label}</b><table><tr>{heads}</tr>{rows}</table><pre>{escape(repr(self))}</pre>"


def _shown(value: Any) -> str:  # noqa: ANN401 - a text or a number
    return f"{value:.3f}" if isinstance(value, float) else str(value)
