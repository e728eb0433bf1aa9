"""What a call is about to draw or write: results and frames taken apart into layers that know their schema."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from riverline.errors import SchemaError
from riverline.provenance import made_by, rules_used
from riverline.schema import EXTENTS, FRAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from riverline.provenance import RulesUsed, Run
    from riverline.schema import Language, Schema

__all__ = ["Layer", "collect", "recognise"]

_DIMENSION = {
    name: dimension
    for dimension, names in enumerate((("Point",), ("LineString", "LinearRing"), ("Polygon",)))
    for each in names
    for name in (each, f"Multi{each}")
}
# Share of a schema's columns that a frame must have for the schema to be named as the one that was meant.
_NEAR = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One frame, what it is and where it comes from.

    Attributes
    ----------
    name
        Name of the schema, or the caller's name for a frame without one.
    schema
        The schema, None where no schema fits.
    frame
        The rows as they were given.
    run
        What made the result that the frame is a part of, or was when its file was written; None for a plain frame.
    rules
        The result's rule set: something with ``name``, ``title`` and ``digest``, or None.
    given
        What the caller called it, or the field of the result that it is; empty for a frame that was given bare.
    """

    name: str
    schema: Schema | None
    frame: pd.DataFrame
    run: Run | None = None
    rules: Any = None
    given: str = ""

    @property
    def called(self) -> str:
        """What messages call it: the caller's own name for it, else that of its schema."""
        return self.given or self.name

    def label(self, language: Language = "zh") -> str:
        """The layer's title: that of the schema, or of a schema of its name whose columns it lacks, or its name."""
        known = self.schema or FRAMES.get(self.name)
        return known.label(language) if known else self.name

    @property
    def rule_sets(self) -> tuple[RulesUsed, ...]:
        """The rule sets behind it: the result's own, then those that drew what it was made of."""
        own = rules_used(self.rules, ()) if self.rules is not None else ()
        drew = () if self.run is None else self.run.rule_sets
        return tuple({each.digest: each for each in (*own, *drew)}.values())

    @property
    def spatial(self) -> bool:
        """Whether the rows have a geometry column."""
        return isinstance(self.frame, gpd.GeoDataFrame) and self.frame._geometry_column_name in self.frame.columns  # noqa: SLF001 - no public way to ask


def recognise(frame: pd.DataFrame) -> Schema | None:
    """The schema that a frame follows: of those whose required columns it has, the one that knows most of its columns.

    Parameters
    ----------
    frame
        Any frame.

    Returns
    -------
    Schema or None
        ``None`` if it has the columns of no schema, or its shapes are of a dimension that no such schema holds:
        polygons are no axes, whatever their columns.

    Examples
    --------
    >>> from riverline import schema, style
    >>> style.recognise(schema.EXTENTS.empty("EPSG:4548")).name
    'extents'
    >>> style.recognise(schema.EXTENTS.empty("EPSG:4548")[["name", "geometry"]]) is None
    True
    """
    there = set(frame.columns)
    drawn = _dimensions(frame)
    fits = [
        schema
        for schema in FRAMES.values()
        if _required(schema) <= there
        and (not schema.geometry or drawn <= {_DIMENSION[each] for each in schema.geometry})
    ]
    known = {schema.name: len(there.intersection(column.name for column in schema)) for schema in fits}
    return max(fits, key=lambda schema: (known[schema.name], len(_required(schema)), schema.name), default=None)


def _dimensions(frame: pd.DataFrame) -> set[int]:
    """Dimensions of the shapes of a frame, 0 to 2; those of collections are those of their parts, and not asked."""
    name = getattr(frame, "_geometry_column_name", None)
    if not isinstance(frame, gpd.GeoDataFrame) or name not in frame.columns:
        return set()
    return {_DIMENSION[each] for each in frame.geom_type.dropna().unique() if each in _DIMENSION}


def collect(*results: Any, **layers: Any) -> tuple[Layer, ...]:  # noqa: ANN401 - any result or frame
    """Results and frames as layers, in the order given.

    Parameters
    ----------
    *results
        Frames that follow a schema, or results: dataclasses whose fields are frames.
    **layers
        More of the same, each with a name: a frame that follows no schema is called by it.

    Returns
    -------
    tuple of Layer
        A frame that was given twice is there once.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame, or a frame without a name follows no schema.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline import schema, style
    >>> towns = gpd.GeoDataFrame({"town": ["清水镇"]}, geometry=gpd.GeoSeries([None], crs=4548))
    >>> [layer.label() for layer in style.collect(schema.AXES.empty(4548), 乡镇=towns)]
    ['河道中心线', '乡镇']
    """
    found: list[Layer] = []
    problems: list[tuple[str, str]] = []
    for name, value in [*(("", value) for value in results), *layers.items()]:
        parts = list(_parts(name, value))
        found += [part for part in parts if part.schema or part.name]
        problems += [_complaint(name, value)] * (not parts or any(not (part.schema or part.name) for part in parts))
    if problems:
        raise SchemaError.listing("无法识别要绘制或导出的内容", "cannot tell what to draw or write", problems)
    once = {id(layer.frame): layer for layer in reversed(found)}
    return tuple(layer for layer in found if once[id(layer.frame)] is layer)


def _required(schema: Schema) -> set[str]:
    return {column.name for column in schema if not column.optional}


def _parts(name: str, value: Any) -> Iterator[Layer]:  # noqa: ANN401
    if isinstance(value, pd.DataFrame):
        yield _layer(name, value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        for field, part in fields.items():
            if isinstance(part, pd.DataFrame):
                run, rules, given = fields.get("run"), fields.get("rules"), f"{name}.{field}".lstrip(".")
                yield dataclasses.replace(_layer(field, part), run=run, rules=rules, given=given)


def _layer(name: str, frame: pd.DataFrame) -> Layer:
    schema, given = recognise(frame), name
    if schema is None and not name and _may_be_extents(frame):
        name = EXTENTS.name
    run, rules = made_by(frame)
    return Layer(schema.name if schema else name, schema, frame, run, rules, given)


def _may_be_extents(frame: pd.DataFrame) -> bool:
    """Whether it is what detect_change and screen take for extents: polygons, each of one of their kinds."""
    kinds = {each.value for each in EXTENTS["kind"].choices}
    return "kind" in frame.columns and _dimensions(frame) == {2} and set(frame["kind"].dropna()) <= kinds


def _nearest(frame: pd.DataFrame) -> tuple[str, str]:
    """What to add: the columns that the nearest schema asks for and the frame lacks."""
    there = set(map(str, frame.columns))
    share = {schema.name: len(_required(schema) & there) / len(_required(schema)) for schema in FRAMES.values()}
    # Of equals, the one that knows more of the columns.
    near = max(FRAMES.values(), key=lambda each: (share[each.name], len(there & {column.name for column in each})))
    if share[near.name] < _NEAR:
        return "请补齐字段", "add what is missing"
    lacking = [column for column in near if not column.optional and column.name not in there]
    zh = "、".join(f"{column.name}（{column.label_zh}）" for column in lacking)
    en = ", ".join(column.name for column in lacking)
    return (
        f"最接近 {near.name}（{near.label('zh')}），缺少 {zh}；请补齐",
        f"nearest is {near.name}, which lacks {en}: add it",
    )


def _complaint(name: str, value: Any) -> tuple[str, str]:  # noqa: ANN401
    what = f"{name}=" if name else ""
    if isinstance(value, pd.DataFrame):
        columns = ", ".join(str(column) for column in value.columns)
        zh, en = _nearest(value)
        return (
            f"图层（字段：{columns}）不符合任何数据字典；{zh}，或给它起名：乡镇=frame",
            f"the frame with columns {columns} follows no schema; {en}, or give it a name: towns=frame",
        )
    kind = type(value).__name__
    return (
        f"{what}{kind}：应为 GeoDataFrame 或成果（如 demarcate 的返回值）",
        f"{what}{kind}: expected a GeoDataFrame or a result such as what demarcate returns",
    )
