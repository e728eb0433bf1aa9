"""The field check: what goes out with suspects to be filled in, and what people changed when it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline.demarcation.findings import findings_to_faults
from riverline.demarcation.intake import typed
from riverline.errors import SchemaError
from riverline.geodesy import align, ellipsoidal_area, round_half_up
from riverline.schema import CHECK_DIFFERENCES, FIELD_CHECKS, SUSPECTS, Schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.demarcation.findings import Finding

__all__ = ["checked", "compare_checks", "prepare_checks"]

FORM = ("check_verdict", "checked_on", "checker", "check_kind", "check_note")
"""Columns that the field check fills in."""

COMPARED = ("river_id", "bank", "kind", "item", "severity")
"""Columns of a suspect that a person may correct."""

LEAST_M2 = 0.01
_MIDNIGHT = " 00:00:00"
_JUDGED = Schema(
    FIELD_CHECKS.name, FIELD_CHECKS.label_zh, FIELD_CHECKS.label_en, FIELD_CHECKS.key, FIELD_CHECKS.geometry,
    tuple(column for column in FIELD_CHECKS if column.name in {FIELD_CHECKS.key, *COMPARED, *FORM}),
    FIELD_CHECKS.meaning,
)  # fmt: skip


def prepare_checks(suspects: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a frame, or a result that holds one
    """Suspects with the blank columns of the field check, to be written with :func:`riverline.export.to_geopackage`.

    Parameters
    ----------
    suspects
        Rows of :data:`riverline.schema.SUSPECTS`, or a result that has them as ``suspects``.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FIELD_CHECKS`; columns that are filled in already stay as they are.

    Raises
    ------
    SchemaError
        If they are no suspects.

    Examples
    --------
    >>> import riverline as rl
    >>> rl.prepare_checks(rl.schema.SUSPECTS.empty("EPSG:4548"))["check_verdict"].tolist()
    []
    """
    frame = suspects if isinstance(suspects, gpd.GeoDataFrame) else getattr(suspects, "suspects", suspects)
    SUSPECTS.require(frame, layer="suspects")
    blank = {
        name: pd.Series(pd.NaT if FIELD_CHECKS[name].kind == "date" else None, index=frame.index, dtype="object")
        for name in FORM
        if name not in frame.columns
    }
    return FIELD_CHECKS.conform(frame.assign(**blank))


def compare_checks(sent: gpd.GeoDataFrame, returned: gpd.GeoDataFrame) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """What people changed between sending suspects out and getting them back: neither frame is changed.

    Parameters
    ----------
    sent
        Rows of :data:`riverline.schema.SUSPECTS` as they went out.
    returned
        The same as they came back, read with ``riverline.read_layer(path, riverline.schema.FIELD_CHECKS)``. A row
        without a code, or with one of its own, was added in the field.

    Returns
    -------
    differences
        Rows of :data:`riverline.schema.CHECK_DIFFERENCES`: verdicts, corrected values, outlines that moved, suspects
        that were added or did not come back, each with what it was before and after. A suspect that came back in
        several rows has the values of the first and the ground of all; each further row is one that was added.
    faults
        Rows of :data:`riverline.schema.FAULTS`: ``check-unknown`` for codes that were not sent, ``key-duplicated`` for
        those of several rows, ``value-choice`` and ``value-type`` for what is no value of its column.

    Raises
    ------
    SchemaError, CRSError
        If columns are missing, or one layer cannot be brought to the CRS of the other.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> row = {
    ...     "suspect_id": "S1",
    ...     "river_id": "R1",
    ...     "bank": "left",
    ...     "kind": "dumping",
    ...     "item": "",
    ...     "severity": "unknown",
    ... }
    >>> row |= {"confidence": 0.8, "area_m2": 100.0, "inside_m2": 100.0, "intrusion_m": 5.0, "shoreline_m": 10.0}
    >>> row |= {
    ...     "chainage_m": 50.0,
    ...     "evidence": "{}",
    ...     "first_seen": "2024-07-01",
    ...     "last_seen": "2024-07-01",
    ...     "source": "",
    ... }
    >>> sent = rl.prepare_checks(gpd.GeoDataFrame([row], geometry=[shapely.box(0, 0, 10, 10)], crs=4548))
    >>> back = sent.assign(kind="construction", check_verdict="confirmed")
    >>> differences, _ = rl.compare_checks(sent, back)
    >>> differences[["difference", "column", "before", "after"]].values.tolist()
    [['value', 'kind', 'dumping', 'construction'], ['verdict', 'check_verdict', '', 'confirmed']]
    """
    SUSPECTS.require(sent, layer="sent")
    FIELD_CHECKS.require(returned, layer="returned")
    _require_keys(sent)
    back = align(returned, sent.crs, layer="returned")
    before = sent.assign(suspect_id=_texts(sent["suspect_id"])).set_index("suspect_id")
    after, wrong = _read(back.assign(suspect_id=_texts(back["suspect_id"])))
    known = after["suspect_id"].isin(before.index).to_numpy()
    again = known & after["suspect_id"].duplicated().to_numpy()
    same = _first(after[known])
    rows = [*_values(before, same), *_shapes(before, same), *_added(after[~known | again])]
    rows += [(code, "missing", "", "", "", np.nan) for code in before.index.difference(same.index)]
    names = ["suspect_id", "difference", "column", "before", "after", "area_m2"]
    table = pd.DataFrame(rows, columns=names).sort_values(names[:3], kind="stable", ignore_index=True)
    number = table.groupby(names[:3]).cumcount().astype("str").where(table.duplicated(names[:3]), "")
    table.insert(0, "difference_id", table["suspect_id"] + "/" + table["difference"] + "/" + table["column"] + number)
    table = table.astype({column.name: column.dtype for column in CHECK_DIFFERENCES})
    strangers = after[~known & (after["suspect_id"] != "").to_numpy()]
    told = faults.found("check-unknown", layer="field_checks", feature_id=strangers["suspect_id"].tolist(),
                        geometry=strangers.geometry, crs=sent.crs)  # fmt: skip
    twice = after[again].drop_duplicates("suspect_id")
    counts = after["suspect_id"].value_counts().reindex(twice["suspect_id"]).tolist()
    several = faults.found("key-duplicated", layer="field_checks", feature_id=twice["suspect_id"].tolist(),
                           geometry=twice.geometry, value=counts, limit=1.0, crs=sent.crs)  # fmt: skip
    return table, faults.combine([told, several, *findings_to_faults(wrong, sent.crs)], crs=sent.crs)


def checked(sent: gpd.GeoDataFrame, returned: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Suspects as the field check left them: corrected values and outlines, verdicts, and those that were added.

    Parameters
    ----------
    sent, returned
        As for :func:`compare_checks`, which says what differs.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FIELD_CHECKS`: every suspect that was sent, in its order, then those that were
        added. ``area_m2`` is that of the outline; what is measured against the line is as it was sent, so that
        outlines that moved are to be screened again.
    """
    _require_keys(sent)
    back = align(returned, sent.crs, layer="returned")
    after, _ = _read(back.assign(suspect_id=_texts(back["suspect_id"])))
    before = prepare_checks(sent.assign(suspect_id=_texts(sent["suspect_id"]))).set_index("suspect_id")
    known = after["suspect_id"].isin(before.index).to_numpy()
    same = _first(after[known])
    made = before.copy()
    for name in (*COMPARED, *FORM):
        if name in same.columns:
            made[name] = same[name].reindex(made.index).combine_first(before[name].astype("object"))
    moved = same.geometry.reindex(made.index)
    made = made.set_geometry(moved.where(~moved.isna(), before.geometry), crs=sent.crs).reset_index()
    added = after[~known].drop_duplicates("suspect_id") if (after["suspect_id"] != "").all() else after[~known]
    every = gpd.GeoDataFrame(pd.concat([made, added[added.columns.intersection(made.columns)]], ignore_index=True),
                             geometry="geometry", crs=sent.crs)  # fmt: skip
    every["area_m2"] = round_half_up(ellipsoidal_area(every.geometry).to_numpy(), 2)
    return FIELD_CHECKS.conform(every)


_Row = tuple[str, str, str, str, str, float]


def _require_keys(sent: gpd.GeoDataFrame) -> None:
    if sent["suspect_id"].isna().any() or sent["suspect_id"].duplicated().any():
        raise SchemaError(
            "sent 中的图斑编号为空或重复", "codes of the suspects that were sent are blank or occur twice"
        )


def _read(back: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """What came back, labels of choices as their values; what cannot be read stays as it was written, and is told."""
    plain = back.reset_index(drop=True)
    read, findings = typed(plain, _JUDGED)
    mine = {name: read[name].astype("object") for name in (*COMPARED, *FORM) if name in read.columns}
    filled = {name: values.where(values.notna(), plain[name].astype("object")) for name, values in mine.items()}
    return plain.assign(**filled), findings


def _first(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row a code: the values of its first, the ground of all."""
    first = rows.drop_duplicates("suspect_id").set_index("suspect_id")
    if len(first) == len(rows):
        return first
    whole = rows.dissolve("suspect_id").geometry.reindex(first.index)
    return first.set_geometry(gpd.GeoSeries(whole, crs=rows.crs))


def _texts(values: pd.Series[Any]) -> NDArray[np.object_]:
    told = ["" if pd.isna(each) else str(each).strip() for each in values]
    # A day is a day, whatever time a file format gives it.
    return np.array([text.removesuffix(_MIDNIGHT) for text in told], dtype=object)


def _values(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[_Row]:
    """Values that were corrected, and the columns of the form that were filled in."""
    rows: list[_Row] = []
    for name in (*COMPARED, *FORM):
        if name not in after.columns:
            continue
        new = pd.Series(_texts(after[name]), index=after.index)
        old = before[name].reindex(after.index) if name in before.columns else pd.Series(None, index=after.index)
        was = pd.Series(_texts(old), index=after.index)
        kind = "verdict" if name in FORM else "value"
        rows += [(code, kind, name, was[code], new[code], np.nan) for code in after.index[(was != new).to_numpy()]]
    return rows


def _shapes(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[_Row]:
    """Outlines that cover other ground than before."""
    old = before.geometry.reindex(after.index)
    moved = shapely.symmetric_difference(
        np.asarray(old.array, dtype=object), np.asarray(after.geometry.array, dtype=object)
    )
    area = round_half_up(ellipsoidal_area(gpd.GeoSeries(moved, crs=before.crs)).to_numpy(), 2)
    sizes = [round_half_up(ellipsoidal_area(gpd.GeoSeries(each, crs=before.crs)).to_numpy(), 2)
             for each in (old.array, after.geometry.array)]  # fmt: skip
    return [
        (str(after.index[at]), "shape", "geometry", f"{sizes[0][at]:.2f}", f"{sizes[1][at]:.2f}", float(area[at]))
        for at in np.flatnonzero(area >= LEAST_M2)
    ]


def _added(rows: gpd.GeoDataFrame) -> list[_Row]:
    area = round_half_up(ellipsoidal_area(rows.geometry).to_numpy(), 2)
    return [(code, "added", "", "", "", float(size)) for code, size in zip(rows["suspect_id"], area, strict=True)]
