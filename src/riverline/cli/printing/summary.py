"""Tables that the command prints, readable on a hundred columns; text from data cannot speak to the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text

import riverline as rl
from riverline.cli.tables import add_row, table_of
from riverline.faults.words import layer_label
from riverline.schema import (
    AREA_CHANGES,
    CHECKS,
    FAULTS,
    FRAMES,
    MANAGEMENT_LINES,
    REGISTER,
    STAKE_CHANGES,
    STRETCHES,
    TITLE_CHANGES,
    UTILISATION,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    import pandas as pd
    from rich.table import Table

    from riverline.confirmation import Confirmation
    from riverline.demarcation import Demarcation
    from riverline.inspection import Inspection
    from riverline.revision import Revision
    from riverline.schema import Language, Schema
    from riverline.shoreline import ShorelinePlan

__all__ = [
    "check_table", "closed_table", "code_table", "fault_counts", "fault_rows", "input_table", "register_table",
    "revision_table", "river_table", "rules_table", "schema_list", "schema_table",
    "utilisation_table",
]  # fmt: skip

SHOWN_FAULTS = 20
SHOWN_RIVERS = 20
SHOWN_CLASSES = 40
_SMALL = 0.005
SEVERITIES = ("error", "warning", "note")


_INPUTS: dict[str, tuple[str, str]] = {
    "structures": ("涉水建筑物", "Structures"),
    "bridges": ("桥梁", "Bridges"),
    "existing": ("原有界桩", "Existing stakes"),
    "existing_boards": ("原有公告牌", "Existing boards"),
    "breaks": ("断链", "Chainage breaks"),
    "lines": ("征地线、规划线", "Acquisition and plan lines"),
    "registered_areas": ("证载面积", "Registered areas"),
}


def input_label(name: str, language: Language) -> str:
    """What a reader calls an input that commands name by an argument of the library.

    Examples
    --------
    >>> input_label("structures", "zh"), input_label("axes", "zh")
    ('涉水建筑物', '河道中心线')
    """
    if name in _INPUTS:
        return _INPUTS[name][0 if language == "zh" else 1]
    return layer_label(name, language)


def input_table(inputs: Mapping[str, gpd.GeoDataFrame], language: Language) -> Table:
    """One row a layer: the file, how many features, and what the reader found out about it."""
    zh = language == "zh"
    heads = ("图层", "文件", "要素", "编码", "坐标系") if zh else ("Layer", "File", "Features", "Encoding", "CRS")
    table = table_of("输入" if zh else "Inputs", heads, right=(2,))
    for name, frame in inputs.items():
        source = frame.attrs["source"]
        file = (
            f"{source['path']} · {source['layer']}"
            if source["layer"] not in (None, "", _stem(source))
            else source["path"]
        )
        add_row(table, input_label(name, language), file, len(frame), source["encoding"] or "-", source["crs"])
    return table


def river_table(result: Demarcation, language: Language) -> Table:
    """One row a river: lengths, area, what the line rests on; the sum of all below."""
    zh = language == "zh"
    heads = (
        ("河流", "中心线 km", "左岸 km", "右岸 km", "面积 平方公里", "依据（长度占比）", "最小裕度 mm")
        if zh
        else ("River", "Axis km", "Left km", "Right km", "Area sq km", "Basis (share of length)", "Clearance mm")
    )
    table = table_of(
        result.rules.title if zh else result.rules.title_en,
        heads,
        right=(1, 2, 3, 4, 6),
        lesser=(6, 1),
        language=language,
    )
    extents = result.extents[result.extents["kind"] == "management"]
    basis_m = result.lines.pivot_table(index="river_id", columns="basis", values="length_m", aggfunc="sum")
    lengths = ["axis_length_m", "left_length_m", "right_length_m"]
    for row in extents.head(SHOWN_RIVERS).itertuples():
        kilometres = (_kilometres(getattr(row, each)) for each in lengths)
        told = _shares(basis_m.loc[row.river_id].dropna(), language)
        name = f"{row.name} {row.river_id}".strip()
        add_row(table, name, *kilometres, f"{row.area_m2 / 1e6:.3f}", told, _millimetres(row.clearance_m))
    left = len(extents) - SHOWN_RIVERS
    if left > 0:
        add_row(table, f"… 另有 {left} 条" if zh else f"… {left} more")
    sums = (f"{extents[each].sum() / 1000:.2f}" for each in lengths)
    total = f"合计 {len(extents)} 条" if zh else f"All {len(extents)}"
    smallest = _millimetres(extents["clearance_m"].min())
    table.add_section()
    add_row(table, total, *sums, f"{extents['area_m2'].sum() / 1e6:.3f}", _shares(basis_m.sum(), language), smallest)
    return table


def _kilometres(metres: float) -> str:
    """A bank whose line was swallowed has no length."""
    return "-" if math.isnan(metres) else f"{metres / 1000:.2f}"


def _millimetres(metres: float) -> str:
    """Millimetres to a hundredth; a negative nothing is nothing."""
    return "-" if math.isnan(metres) else f"{round(metres * 1000, 2) + 0.0:.2f}"


def register_table(result: Confirmation, language: Language) -> Table:
    """The register: one row a river, administrative unit, ownership and class; the sum of all below."""
    register = result.register
    unknown = ("unknown_m2",) if register["unknown_m2"].any() else ()
    areas = ("adjusted_area_m2", "clear_m2", "untitled_m2", *unknown, "contested_m2")
    heads = [REGISTER[name].label(language) for name in ("name", "ownership", "land_class", *areas)]
    # Units stand with their river: a narrow terminal that left them out would show rows that look alike.
    if (register["admin"].fillna("") != "").any():
        heads[0] = f"{heads[0]} / {REGISTER['admin'].label(language)}"
    table = table_of(REGISTER.label(language), heads, right=tuple(range(3, len(heads))), lesser=(4,), language=language)
    for row in register.head(SHOWN_CLASSES).itertuples():
        kind = REGISTER["ownership"].value_label(row.ownership, language)
        land = f"{row.land_class} {row.class_name}".strip() if language == "zh" else row.land_class
        figures = (f"{getattr(row, each):,.2f}" for each in areas)
        whose = " ".join(filter(None, map(str, (row.name, row.river_id, row.admin))))
        add_row(table, whose, kind, land, *figures)
    left = len(register) - SHOWN_CLASSES
    if left > 0:
        add_row(table, f"… 另有 {left} 行" if language == "zh" else f"… {left} more")
    table.add_section()
    total = "合计" if language == "zh" else "All"
    add_row(table, total, "", "", *(f"{register[each].sum():,.2f}" for each in areas))
    return table


def utilisation_table(plan: ShorelinePlan, language: Language) -> Table:
    """Shoreline, used shoreline and rate: rivers, counties and zone types; zones are in the layers."""
    names = ("scope", "name", "shoreline_m", "used_m", "rate")
    heads = [UTILISATION[name].label(language) for name in names]
    table = table_of(UTILISATION.label(language), heads, right=(2, 3, 4))
    for scope, rows in plan.utilisation[plan.utilisation["scope"] != "zone"].groupby("scope", sort=False):
        shown = rows.head(SHOWN_RIVERS)
        rates = [
            "-" if missing else f"{rate:.2f}" for rate, missing in zip(shown["rate"], shown["rate"].isna(), strict=True)
        ]
        for row, rate in zip(shown.itertuples(), rates, strict=True):
            kind = UTILISATION["type"].value_label(row.type, language)
            told = {"river": f"{row.name} {row.river_id}".strip(), "admin": row.admin or "-", "type": kind}[str(scope)]
            figures = (f"{row.shoreline_m:,.1f}", f"{row.used_m:,.1f}", rate)
            add_row(table, UTILISATION["scope"].value_label(scope, language), told, *figures)
        left = len(rows) - SHOWN_RIVERS
        if left > 0:
            add_row(table, "", f"… 另有 {left} 行" if language == "zh" else f"… {left} more")
        table.add_section()
    return table


def closed_table(result: Demarcation, language: Language) -> Table:
    """One row a lake, reservoir or work: length of its line, area, what the line rests on; the sum of all below."""
    zh = language == "zh"
    heads = (
        ("名称", "线长 km", "面积 平方公里", "依据（长度占比）", "最小裕度 mm")
        if zh
        else ("Name", "Line km", "Area sq km", "Basis (share of length)", "Clearance mm")
    )
    table = table_of(
        result.rules.title if zh else result.rules.title_en, heads, right=(1, 2, 4), lesser=(4,), language=language
    )
    extents = result.extents[result.extents["kind"] == "management"]
    lines = result.lines.assign(code=result.lines["line_id"].str.rsplit("-", n=2).str[0])
    basis_m = lines.pivot_table(index="code", columns="basis", values="length_m", aggfunc="sum")
    for row in extents.head(SHOWN_RIVERS).itertuples():
        code = row.extent_id.removesuffix("-management")
        metres = basis_m.loc[code].dropna()
        add_row(
            table, f"{row.name} {code}".strip(), f"{metres.sum() / 1000:.2f}", f"{row.area_m2 / 1e6:.3f}",
            _shares(metres, language), _millimetres(row.clearance_m),
        )  # fmt: skip
    left = len(extents) - SHOWN_RIVERS
    if left > 0:
        add_row(table, f"… 另有 {left} 个" if zh else f"… {left} more")
    table.add_section()
    smallest = _millimetres(extents["clearance_m"].min())
    total = f"合计 {len(extents)} 个" if zh else f"All {len(extents)}"
    add_row(
        table, total, f"{lines['length_m'].sum() / 1000:.2f}", f"{extents['area_m2'].sum() / 1e6:.3f}",
        _shares(basis_m.sum(), language), smallest,
    )  # fmt: skip
    return table


def fault_counts(faults: gpd.GeoDataFrame, language: Language) -> Table | Text:
    """One row a kind of fault, the worst first: how many, one example, what to do."""
    zh = language == "zh"
    told = rl.faults.describe(faults, language)
    if told.empty:
        return Text(_fault_title(told, language))
    heads = ("等级", "图层", "数量", "例", "处理") if zh else ("Severity", "Layer", "Count", "Example", "Remedy")
    table = table_of(_fault_title(told, language), heads, right=(2,))
    for (layer, code), rows in told.groupby(["layer", "code"], sort=False):
        first = rows.iloc[0]
        add_row(
            table,
            FAULTS["severity"].value_label(first["severity"], language),
            layer_label(layer, language),
            len(rows),
            first["detail"],
            _remedy(code, language),
        )
    return table


def fault_rows(faults: gpd.GeoDataFrame, language: Language) -> Table | Text:
    """The first faults, the worst first, and how many more there are."""
    told = rl.faults.describe(faults, language)
    if told.empty:
        return Text(_fault_title(told, language))
    columns = ("severity", "feature_id", "code", "detail")
    table = table_of(_fault_title(told, language), [FAULTS[name].label(language) for name in columns])
    for row in told.head(SHOWN_FAULTS).itertuples():
        add_row(table, FAULTS["severity"].value_label(row.severity, language), row.feature_id, row.code, row.detail)
    left = len(told) - SHOWN_FAULTS
    if left > 0:
        add_row(table, "…", "", "", f"另有 {left} 条" if language == "zh" else f"{left} more")
    return table


def code_table(language: Language) -> Table:
    """Every code that a fault may have: how grave it is, and what to do."""
    heads = ("代码", "等级", "处理") if language == "zh" else ("Code", "Severity", "Remedy")
    table = table_of("质检问题" if language == "zh" else "Faults", heads)
    for code, known in rl.faults.CATALOGUE.items():
        add_row(table, code, FAULTS["severity"].value_label(known.severity, language), _remedy(code, language))
    return table


def schema_list(language: Language) -> Table:
    """Every schema: its name, its label, its geometry."""
    heads = ("名称", "含义", "几何") if language == "zh" else ("Name", "Title", "Geometry")
    table = table_of("", heads)
    for schema in FRAMES.values():
        add_row(table, schema.name, schema.label(language), " ".join(schema.geometry) or "-")
    return table


def schema_table(schema: Schema, language: Language) -> Table:
    """Every column of a schema."""
    heads = (
        ("字段（★ 可缺省）", "中文名", "短名", "类型", "单位", "取值")
        if language == "zh"
        else ("Column (★ optional)", "Label", "Short", "Type", "Unit", "Choices")
    )
    table = table_of(f"{schema.name} · {schema.label(language)}", heads)
    for column in schema:
        choices = "  ".join(f"{each.value}={each.label(language)}" for each in column.choices)
        name = column.name + (" ★" if column.optional else "")
        add_row(table, name, column.label(language), column.short, column.kind, column.unit, choices)
    return table


def check_table(inspection: Inspection, language: Language) -> Table:
    """One row a check: what must hold, how many were looked at, failed and are to be looked at, and the outcome."""
    names = ("check_id", "title" if language == "zh" else "title_en", "counted", "failed", "review", "outcome")
    table = table_of(CHECKS.label(language), [CHECKS[name].label(language) for name in names], right=(2, 3, 4))
    for row in inspection.checks[list(names)].itertuples(index=False):
        add_row(table, *row[:-1], CHECKS["outcome"].value_label(row[-1], language))
    return table


def revision_table(revision: Revision, language: Language) -> Table:
    """One row a stretch that moved; area, stakes and parcels below."""
    names = ("stretch_id", "bank", "start_chainage_m", "end_chainage_m", "largest_m", "mean_m", "cause")
    heads = [STRETCHES[name].label(language) for name in names]
    table = table_of(STRETCHES.label(language), heads, right=(2, 3, 4, 5))
    for number, row in enumerate(revision.stretches.to_dict("records")):
        if number == SHOWN_FAULTS:
            add_row(table, "…")
            break
        add_row(table, *(STRETCHES[name].value_label(row[name], language) for name in names))
    table.caption = "\n".join(_changes(revision, language))
    return table


def _changes(revision: Revision, language: Language) -> Iterator[str]:
    """Counts and areas of what changed, a line a layer."""
    for schema, frame, amount in (
        (AREA_CHANGES, revision.areas, "area_m2"),
        (STAKE_CHANGES, revision.stakes, None),
        (TITLE_CHANGES, revision.holdings[revision.holdings["land"] == "titled"], None),
    ):
        grouped = frame.groupby("change", sort=True)
        sums = (
            grouped.size() if amount is None else frame[frame["kind"] == "management"].groupby("change")[amount].sum()
        )
        unit = "" if amount is None else " m²"
        told = [f"{schema['change'].value_label(each, language)} {value:,.10g}{unit}" for each, value in sums.items()]
        yield f"{schema.label(language)}: {', '.join(told) or '-'}"
    untitled = revision.holdings[revision.holdings["land"] == "untitled"]
    if len(untitled):
        gained, lost = (
            f"{TITLE_CHANGES[name].label(language)} {untitled[name].sum():,.10g} m²"
            for name in ("gained_m2", "lost_m2")
        )
        yield f"{TITLE_CHANGES['land'].value_label('untitled', language)}: {gained}, {lost}"


def rules_table(listed: pd.DataFrame, language: Language) -> Table:
    """The shipped rule sets, one row each."""
    zh = language == "zh"
    heads = (
        ("名称", "规则集", "条数", "见法", "最早施行") if zh else ("Name", "Rule set", "Rules", "Seen", "In force from")
    )
    table = table_of("", heads, right=(2,))
    table.columns[0].no_wrap = True
    days = listed["in_force_from"].dt.strftime("%Y-%m-%d").fillna("-")
    titles = listed["title" if zh else "title_en"]
    for cells in zip(listed["name"], titles, listed["rules"], listed["certainty"], days, strict=True):
        add_row(table, *cells)
    marks = (
        "见法：S 条文原文  M 他处转述  D 由多处推定  U 未核实"
        if zh
        else "Seen: S the text itself  M restated elsewhere  D derived from several  U not verified"
    )
    table.caption = marks
    return table


def _shares(metres: pd.Series, language: Language) -> str:
    """What a line rests on, the longest first: ``堤防 98%，连接 2%``."""
    basis = MANAGEMENT_LINES["basis"]
    ordered = metres[metres > 0].sort_values(ascending=False, kind="stable")
    shares = ordered / ordered.sum()
    told = [f"{basis.value_label(name, language)} {_per_cent(share)}" for name, share in shares.items()]
    return ("，" if language == "zh" else ", ").join(told)


def _per_cent(share: float) -> str:
    """Whole per cents that neither hide a small part nor claim the whole."""
    return "<1%" if share < _SMALL else ">99%" if 1.0 - _SMALL < share < 1.0 else f"{share:.0%}"


def _fault_title(faults: gpd.GeoDataFrame, language: Language) -> str:
    counts = faults["severity"].value_counts()
    parts = [f"{FAULTS['severity'].value_label(each, language)} {counts.get(each, 0)}" for each in SEVERITIES]
    return ("质检问题：" if language == "zh" else "Faults: ") + "  ".join(parts)


def _remedy(code: str, language: Language) -> str:
    known = rl.faults.CATALOGUE.get(code)
    if known is None:
        return ""
    return known.remedy_zh if language == "zh" else known.remedy_en


def _stem(source: Mapping[str, str]) -> str:
    return source["path"].rpartition(".")[0]
