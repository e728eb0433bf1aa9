"""Kind, item and severity of suspects, from a catalogue and from what attributes say; unknown stays unknown."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.catalog import Catalog, load_catalog
from riverline.catalog.describing import UNITS
from riverline.catalog.model import plain_word
from riverline.encroachment.telling import describe_suspects
from riverline.encroachment.untaken import attributes_of, with_untaken
from riverline.errors import RuleError, SchemaError
from riverline.provenance import Run
from riverline.schema import SUSPECTS

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from riverline.catalog import Band, Item, Word

    Texts = NDArray[np.object_]

__all__ = ["classify"]

Suspects = TypeVar("Suspects")

_COLUMNS = {"area": ("counted_m2", "inside_m2", "area_m2"), "volume": ("volume_m3",), "length": ("shoreline_m",),
            "value": ("value_cny",), "presence": ()}  # fmt: skip


def classify(
    suspects: Suspects,
    catalog: str | os.PathLike[str] | Catalog = "national",
    *,
    columns: Mapping[str, str] | None = None,
    on: dt.date | str | None = None,
) -> Suspects:
    """Kind, item and severity of suspects after a catalogue.

    Parameters
    ----------
    suspects
        Rows of :data:`riverline.schema.SUSPECTS`, or a result that has them as ``suspects``, such as what
        :func:`riverline.screen` returned.
    catalog
        Name, path or value of a catalogue (:func:`riverline.load_catalog`).
    columns
        ``{"yours": "field"}``: columns of your own that say what a field of the catalogue's words says, such as
        ``{"DWLX": "类型"}``.
    on
        Day on which the catalogue must be in force.

    Returns
    -------
    GeoDataFrame or result
        The same rows with ``kind``, ``item``, ``severity``, ``rule_id``, ``citation``, and the size and band that
        decided in ``evidence`` and ``reason``; of a result the same result with such rows, and in notes among its
        faults how many suspects no item fits, with the words that they use.

    Raises
    ------
    SchemaError
        If there are no suspects in what was given, or ``columns`` names what is not there.
    RuleError
        As for :func:`riverline.load_catalog`.

    Notes
    -----
    An item that a row names already is taken, by its code or title: in ``item``, in ``feature_item`` (what the ``item``
    of a layer that was screened is called then), or in what ``columns`` calls ``item``; else the first of the
    catalogue's words that fits an attribute and does not disagree with a kind that is known already. Severity goes by
    the area that no permit covers (of a row that does not count, by the area inside); by ``volume_m3``,
    ``shoreline_m`` and ``value_cny`` where the item asks for them.
    Without the measure, outside all bands, or where the table was not readable, severity is ``unknown``.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> x, y = 500_000, 3_500_000
    >>> columns = {"extent_id": "R1-management", "river_id": "R1", "name": "清水河", "kind": "management"}
    >>> columns |= {"area_m2": 2e5, "left_length_m": 1e3, "right_length_m": 1e3, "axis_length_m": 1e3}
    >>> columns |= {"clearance_m": 0.0, "rules": "test", "version": "1"}
    >>> extents = gpd.GeoDataFrame([columns], geometry=[shapely.box(x, y - 100, x + 1000, y + 100)], crs=4548)
    >>> fields = gpd.GeoDataFrame(
    ...     {"feature_id": ["A", "B", "C"], "DWLX": ["玉米", "鱼塘", "草地"]},
    ...     geometry=[shapely.box(x + at, y, x + at + 60, y + 50) for at in (100, 200, 300)],
    ...     crs=4548,
    ... )
    >>> found = rl.classify(rl.screen(fields, extents), columns={"DWLX": "类型"})
    >>> found.suspects[["kind", "item", "severity"]].values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['occupation', 'tall-plants', 'serious'], ['extraction', 'floodplain-worked', 'unknown'],
     ['unknown', '', 'unknown']]
    """
    chosen = catalog if isinstance(catalog, Catalog) else load_catalog(catalog, on=on)
    if isinstance(catalog, Catalog) and on is not None:
        raise RuleError(
            "catalog 已是读取好的目录；日期请在 load_catalog(…, on=…) 中给出",
            "the catalogue is read already; give the day to load_catalog(..., on=...)",
        )
    if isinstance(suspects, gpd.GeoDataFrame):
        return _classified(suspects, chosen, columns or {})
    frame = getattr(suspects, "suspects", None)
    if not (
        dataclasses.is_dataclass(suspects) and not isinstance(suspects, type) and isinstance(frame, gpd.GeoDataFrame)
    ):
        raise SchemaError(
            f"suspects 应为疑似问题图层，或 riverline.screen 的返回值，实际为 {type(suspects).__name__}",
            f"suspects must be rows of suspects or what riverline.screen returned, got {type(suspects).__name__}",
        )
    made = _classified(frame, chosen, columns or {})
    changes: dict[str, Any] = {"suspects": made}
    if isinstance(told := getattr(suspects, "faults", None), gpd.GeoDataFrame):
        changes["faults"] = with_untaken(told, made, chosen, attributes_of(made, columns or {}))
    if isinstance(run := getattr(suspects, "run", None), Run):
        by = {"catalog": {"name": chosen.name, "digest": chosen.digest}}
        changes["run"] = dataclasses.replace(run, inputs={**run.inputs, **by})
    return dataclasses.replace(suspects, **changes)


def _classified(frame: gpd.GeoDataFrame, catalog: Catalog, columns: Mapping[str, str]) -> gpd.GeoDataFrame:
    SUSPECTS.require(frame, layer="suspects")
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        there = ", ".join(str(name) for name in frame.columns if name not in SUSPECTS and name != frame.geometry.name)
        raise SchemaError(
            f"columns 中的字段 {'、'.join(missing)} 不在图层中；现有：{there}",
            f"columns names {', '.join(missing)}, which the layer lacks; there are: {there}",
        )
    names = _items(frame, catalog, columns)
    by_name = {item.id: item for item in catalog.items}
    items = [by_name.get(name) for name in names.tolist()]
    values = _sizes(frame, items)
    decided = [
        ("unknown", None) if item is None else item.decide(value[1]) for item, value in zip(items, values, strict=True)
    ]
    kinds = frame["kind"].astype("str").fillna("unknown").to_numpy(dtype=object)
    made = frame.assign(
        kind=np.array(
            [kind if item is None else item.kind for kind, item in zip(kinds, items, strict=True)], dtype=object
        ),
        item=pd.array(names.tolist(), dtype="str"),
        item_title=pd.array(["" if item is None else item.title for item in items], dtype="str"),
        severity=np.array([severity for severity, _ in decided], dtype=object),
        rule_id=pd.array(["" if item is None else f"{item.origin}/{item.id}" for item in items], dtype="str"),
        citation=pd.array(
            ["" if item is None else catalog.cite(item, band) for item, (_, band) in zip(items, decided, strict=True)],
            dtype="str",
        ),
        evidence=pd.array(
            [
                _evidence(old, catalog, item, value, severity, band)
                for old, item, value, (severity, band) in zip(frame["evidence"], items, values, decided, strict=True)
            ],
            dtype="str",
        ),
    )
    return describe_suspects(made)


def _items(frame: gpd.GeoDataFrame, catalog: Catalog, columns: Mapping[str, str]) -> Texts:
    """The item of each row, empty where none fits."""
    known = {item.id: item.kind for item in catalog.items}
    given = frame["item"].astype("str").fillna("").to_numpy(dtype=object)
    found: Texts = np.where(np.isin(given.astype(str), list(known)), given, "").astype(object)
    kind = frame["kind"].astype("str").fillna("unknown").to_numpy(dtype=object)
    fields = attributes_of(frame, columns)
    called = {plain_word(name): item.id for item in catalog.items for name in (item.title, item.title_en, item.id)}
    called.pop("", None)
    for texts in fields.get("item", []):
        said = pd.Series(texts).map(called).fillna("").to_numpy(dtype=object)
        found = np.where(found == "", said, found).astype(object)
    for word in catalog.words:
        fits = np.isin(kind.astype(str), ["unknown", "", known[word.item]]) & (found == "")
        if fits.any():
            found[fits & _says(word, fields, len(frame))] = word.item
    return found


def _says(word: Word, fields: Mapping[str, list[Texts]], count: int) -> NDArray[np.bool_]:
    said = np.zeros(count, dtype=bool)
    values = [value for _, value in word.claims]
    but = [plain_word(each) for each in word.but]
    for field in word.fields:
        for texts in fields.get(field, []):
            plain = texts.astype(str)
            there = (plain != "") & (plain != "nan") & (plain != "none") & ~np.isin(plain, but)
            said |= there & (np.isin(plain, values) | word.any_value)
    return said


def _sizes(frame: gpd.GeoDataFrame, items: Sequence[Item | None]) -> list[tuple[str, float | None]]:
    """Column and value that each item goes by; no value where there is none."""
    measure = np.array(["" if item is None else item.measure for item in items], dtype=object)
    column = np.full(len(frame), "", dtype=object)
    size = np.full(len(frame), np.nan)
    uncounted = ~frame.get("is_counted", pd.Series(True, index=frame.index)).fillna(value=True).to_numpy(dtype=bool)
    for name, wanted in _COLUMNS.items():
        rows = measure == name
        if wanted:
            column[rows] = wanted[0]
        for source in reversed([each for each in wanted if each in frame.columns]):
            values = pd.to_numeric(frame[source], errors="coerce").to_numpy(dtype="float64")
            known = rows & np.isfinite(values) & ~(uncounted & (source == "counted_m2"))
            column[known], size[known] = source, values[known]
    flat = shapely.get_dimensions(frame.geometry.to_numpy()) < 2  # noqa: PLR2004 - areas
    near = (frame.get("position", pd.Series("", index=frame.index)) == "near").to_numpy(dtype=bool)
    size[(measure == "area") & (flat | near)] = np.nan
    return [
        (name, value if np.isfinite(value) else None)
        for name, value in zip(column.tolist(), size.tolist(), strict=True)
    ]


def _evidence(
    old: Any,  # noqa: ANN401 - a text or nothing
    catalog: Catalog,
    item: Item | None,
    size: tuple[str, float | None],
    severity: str,
    band: Band | None,
) -> str:
    """The evidence with what the catalogue made of it."""
    try:
        before = json.loads(old) if isinstance(old, str) and old.strip() else {}
    except ValueError:
        before = {"text": old}
    content = before if isinstance(before, dict) else {"text": before}
    told: dict[str, Any] = {"id": "", "name": catalog.name, "digest": catalog.digest}
    if item is not None:
        told |= {"id": f"{item.origin}/{item.id}", "title": item.title, "title_en": item.title_en or item.title}
        told |= {"citation_en": catalog.cite(item, band, language="en")}
        told |= {"verified": catalog.is_verified(item), "severity": severity}
        told |= {"column": size[0], "value": size[1], "unit": UNITS[item.measure]}
        told |= {"band": "" if band is None else f"{band.text()} {UNITS[item.measure]}"}
    return json.dumps(content | {"catalog": told}, ensure_ascii=False)
