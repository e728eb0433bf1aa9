"""What a report was given: results, frames and ledgers, by the kind of their rows, whole or of one river."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline.errors import JobError
from riverline.geodesy.planes import crs_of
from riverline.ledger import Ledger
from riverline.schema import FAULTS
from riverline.style import collect, in_language
from riverline.style.rivers import are_works

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["Given", "as_day", "gather", "of_river", "rivers_in", "standing"]

_SHOWN = 20
_JOINT = "、"


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Layers by the name of their schema, and the ledgers that some of them come from."""

    layers: dict[str, tuple[Layer, ...]]
    ledgers: tuple[Ledger, ...] = ()

    def __contains__(self, name: object) -> bool:
        return name in self.layers

    def rows(self, name: str) -> pd.DataFrame:
        """The rows of one schema without their shapes; none where it was not given."""
        frames = [each.frame for each in self.layers.get(name, ())]
        plain = [pd.DataFrame(f.drop(columns=f.geometry.name)) if _drawn(f) else pd.DataFrame(f) for f in frames]
        filled = [frame for frame in plain if len(frame)] or plain[:1]
        return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()

    def chosen(self, *names: str) -> list[Layer]:
        """The layers of some schemas, in that order."""
        return [layer for name in names for layer in self.layers.get(name, ())]


def _drawn(frame: pd.DataFrame) -> bool:
    return getattr(frame, "_geometry_column_name", None) in frame.columns


def gather(results: Iterable[Any], *, language: Language, on: dt.date | str | None = None) -> Given:
    """Results, frames and ledgers as layers that speak the language of the report.

    Parameters
    ----------
    results
        Results such as :class:`riverline.Demarcation`, frames that follow a schema, and ledgers.
    language
        Of their sentences.
    on
        Day of the ledgers.

    Raises
    ------
    SchemaError
        If something is none of these.
    CRSError
        If a layer has no CRS, or is not where it says.
    """
    every = list(results)
    ledgers = tuple(each for each in every if isinstance(each, Ledger))
    frames = [frame for book in ledgers for frame in (book.problems(on=on), book.overdue(on=on))]
    found = collect(*(each for each in every if not isinstance(each, Ledger)), *frames)
    for layer in found:
        if layer.spatial and len(layer.frame) and layer.name != FAULTS.name:
            crs_of(gpd.GeoDataFrame(layer.frame), layer=layer.called)
    layers = in_language(found, language)
    named: dict[str, list[Layer]] = {}
    for layer in layers:
        named.setdefault(layer.name, []).append(layer)
    return Given({name: tuple(same) for name, same in named.items()}, ledgers)


def rivers_in(given: Given) -> dict[str, str]:
    """Codes of the rivers that the layers speak of, with their names as far as one is known."""
    codes: set[str] = set()
    names: dict[str, str] = {}
    for name in given.layers:
        rows = given.rows(name)
        if "river_id" not in rows:
            continue
        codes |= set(rows["river_id"].dropna().astype("str"))
        if name in {"axes", "extents"} and "name" in rows:
            own = rows if name == "axes" else rows[_are_waters(rows)]
            names |= dict(zip(own["river_id"].astype("str"), own["name"].fillna("").astype("str"), strict=True))
    return {code: names.get(code, "") for code in sorted(codes) if code}


def standing(stakes: Any) -> Any:  # noqa: ANN401 - GeoDataFrames
    """Stakes without those of an earlier survey that have no place on the line any more.

    Examples
    --------
    >>> import pandas as pd
    >>> standing(pd.DataFrame({"number": ["1", "2"], "status": ["new", "missing"]}))["number"].tolist()
    ['1']
    """
    return stakes[stakes["status"] != "missing"] if "status" in stakes else stakes


def _are_waters(extents: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each extent is that of a river, a lake or a reservoir, whose name it bears."""
    along = extents.get("axis_length_m", pd.Series(index=extents.index)).notna().to_numpy()
    return np.asarray(along | ~are_works(extents), dtype=bool) if "extent_id" in extents else along


def of_river(given: Given, river_id: str) -> Given:
    """The rows of one river; layers that know no rivers stay away, but for scores of the river and of its chiefs.

    Raises
    ------
    JobError
        If no layer speaks of the river; the message says which there are.
    """
    there = rivers_in(given)
    if river_id not in there:
        listed = [f"{code}（{name}）" if name else code for code, name in list(there.items())[:_SHOWN]]
        more = f"…（{len(there)}）" if len(there) > _SHOWN else ""
        raise JobError(
            f"给出的成果中没有河流 {river_id!r}；现有：{_JOINT.join(listed) or '-'}{more}",
            f"nothing that was given speaks of river {river_id!r}; there are: {', '.join(listed) or '-'}{more}",
        )
    own = _kept(given, lambda rows: rows["river_id"].astype("object") == river_id, has="river_id")
    people = _chiefs(Given(own))
    subjects = {"river": {river_id}, "chief": people}
    scored = _kept(given, lambda rows: _about(rows, subjects), has="subject")
    return Given(own | scored, given.ledgers)


def _kept(given: Given, which: Callable[[pd.DataFrame], pd.Series], *, has: str) -> dict[str, tuple[Layer, ...]]:
    return {
        name: tuple(replace(layer, frame=layer.frame[which(layer.frame).to_numpy(bool)]) for layer in layers)
        for name, layers in given.layers.items()
        if all(has in layer.frame for layer in layers)
    }


def _about(rows: pd.DataFrame, subjects: dict[str, set[str]]) -> pd.Series:
    wanted = [
        subject in subjects.get(kind, ()) for kind, subject in zip(rows["subject_kind"], rows["subject"], strict=True)
    ]
    return pd.Series(wanted, index=rows.index, dtype=bool)


def _chiefs(given: Given) -> set[str]:
    """Who answers for any of it."""
    named = [given.rows("patrolled_duties").get("chief"), given.rows("chiefs").get("name")]
    return {str(each) for names in named if names is not None for each in names.dropna()}


def as_day(day: dt.date | str | None, *, what: str = "date") -> dt.date | None:
    """A day that was given as such or as ISO text.

    Raises
    ------
    JobError
        If it is neither.

    Examples
    --------
    >>> as_day("2025-12-31"), as_day(None)
    (datetime.date(2025, 12, 31), None)
    """
    if day is None or isinstance(day, dt.date):
        return day
    try:
        return dt.date.fromisoformat(day)
    except (TypeError, ValueError) as error:
        raise JobError(
            f"{what} 应写作 2025-12-31，实际为 {day!r}", f"write {what} as 2025-12-31, got {day!r}"
        ) from error
