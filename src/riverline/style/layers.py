"""What a call is about to draw or write: results and frames taken apart into layers that know their schema."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from riverline.errors import SchemaError
from riverline.provenance import made_by, rules_used
from riverline.schema import EXTENTS, FRAMES
from riverline.style.symbols import NEUTRALS, themes
from riverline.style.whereabouts import require_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from riverline.provenance import RulesUsed, Run
    from riverline.schema import Language, Schema
    from riverline.style.model import Theme

__all__ = ["Layer", "collect", "flat", "layers_of", "recognise"]

_DIMENSION = {
    name: dimension
    for dimension, names in enumerate((("Point",), ("LineString", "LinearRing"), ("Polygon",)))
    for each in names
    for name in (each, f"Multi{each}")
}
# How well a frame must fit a schema for that to be named as the one that was meant, unless it has its key.
_NEAR = 0.4
_KINDS: dict[Language, tuple[str, ...]] = {"zh": ("点", "线", "面"), "en": ("points", "lines", "polygons")}


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
    number
        Which it is of those that follow no schema, from 0: two of them are not drawn alike.
    """

    name: str
    schema: Schema | None
    frame: pd.DataFrame
    run: Run | None = None
    rules: Any = None
    given: str = ""
    number: int = 0

    @property
    def themes(self) -> tuple[Theme, ...]:
        """The ways in which it is drawn, the main one first."""
        return themes(self.name) if self.schema else (NEUTRALS[self.number % len(NEUTRALS)],)

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
        polygons are no axes, whatever their columns. Nor is it taken for one schema where it has the key and more of
        the columns of another and lacks something of that: holdings without their extents are no parcels.

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
    held = [schema for schema in FRAMES.values() if drawn <= _held(schema)]
    known = {schema.name: len(there.intersection(column.name for column in schema)) for schema in held}
    fits = [schema for schema in held if _required(schema) <= there]
    best = max(fits, key=lambda schema: (known[schema.name], len(_required(schema)), schema.name), default=None)
    if best is not None and any(
        schema.key in there and schema.key not in best and known[schema.name] > known[best.name] for schema in held
    ):
        return None
    return best


def _held(schema: Schema) -> set[int]:
    """Dimensions of the shapes that a schema holds; of a table any, since a frame may have them besides."""
    return {_DIMENSION[each] for each in schema.geometry} or {0, 1, 2}


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
        Frames that follow a schema, or results: dataclasses whose fields are frames; lists of them too.
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
    CRSError
        If a frame is not where it says: outside its CRS, elsewhere than its rows state, or far from its river.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline import schema, style
    >>> towns = gpd.GeoDataFrame({"town": ["清水镇"]}, geometry=gpd.GeoSeries([None], crs=4548))
    >>> [layer.label() for layer in style.collect(schema.AXES.empty(4548), 乡镇=towns)]
    ['河道中心线', '乡镇']
    """
    found = layers_of(*results, **layers)
    require_places(found)
    return found


def layers_of(*results: Any, **layers: Any) -> tuple[Layer, ...]:  # noqa: ANN401 - any result or frame
    """What :func:`collect` gives, wherever it lies: for who looks at the places of its parts one by one."""
    found: list[Layer] = []
    problems: list[tuple[str, str]] = []
    named = [(name, part) for name, value in layers.items() for part in flat([value])]
    for name, value in [*(("", each) for each in flat(results)), *named]:
        parts = list(_parts(name, value))
        found += [part for part in parts if part.schema or part.name]
        problems += [_complaint(name, value)] * (not parts or any(not (part.schema or part.name) for part in parts))
    if problems:
        raise SchemaError.listing("无法识别要绘制或导出的内容", "cannot tell what to draw or write", problems)
    once = {id(layer.frame): layer for layer in reversed(found)}
    numbers = {name: at for at, name in enumerate(dict.fromkeys(each.name for each in found if each.schema is None))}
    return tuple(
        dataclasses.replace(layer, number=numbers[layer.name]) if layer.schema is None else layer
        for layer in found
        if once[id(layer.frame)] is layer
    )


def flat(results: Iterable[Any]) -> list[Any]:
    """What was given, lists and tuples of it opened.

    Parameters
    ----------
    results
        Anything, and lists and tuples of it.

    Returns
    -------
    list
        In the order given.

    Examples
    --------
    >>> flat([1, [2, (3,)]])
    [1, 2, 3]
    """
    return [part for each in results for part in (flat(each) if isinstance(each, (list, tuple)) else [each])]


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
    """What to do: the columns that the nearest schema asks for and the frame lacks, or the shapes to leave out."""
    there, drawn = set(map(str, frame.columns)), _dimensions(frame)
    near = _meant(there, drawn)
    if near is None:
        return "请补齐字段", "add what is missing"
    zh, en = f"最接近 {near.name}（{near.label('zh')}）", f"nearest is {near.name}"
    lacking = [column for column in near if not column.optional and column.name not in there]
    if lacking:
        return (
            f"{zh}，缺少 {'、'.join(f'{column.name}（{column.label_zh}）' for column in lacking)}；请补齐",
            f"{en}, which lacks {', '.join(column.name for column in lacking)}: add it",
        )
    zh, en = f"{zh}，字段不缺，但图形应为", f"{en}, no column of which is missing, but its shapes are "
    zh += f"{_shapes(_held(near), 'zh')}，此图层有{_shapes(drawn, 'zh')}"
    en += f"{_shapes(_held(near), 'en')}, and here are {_shapes(drawn, 'en')}"
    if drawn & _held(near):
        only = f"frame[frame.geom_type.isin({list(near.geometry)})]"
        return f"{zh}；请只取应有的：{only}", f"{en}: take {only}"
    return zh, en


def _meant(there: set[str], drawn: set[int]) -> Schema | None:
    """The schema that a frame is nearest to: one whose columns it has, and that most of its columns are of."""
    often = Counter(column.name for schema in FRAMES.values() for column in schema)

    def weight(columns: set[str]) -> float:
        # A column that many schemas have tells little of which is meant.
        return sum(1.0 / often[each] for each in columns if each in often)

    def fit(schema: Schema) -> float:
        own = weight(there & {column.name for column in schema}) / (weight(there) or 1.0)
        share = weight(_required(schema) & there) / weight(_required(schema))
        return own * share * (1.0 if drawn <= _held(schema) else 0.5)

    near = max(FRAMES.values(), key=fit)
    telling = near.key in there and often[near.key] < len(FRAMES) / 4
    return near if telling or fit(near) >= _NEAR else None


def _shapes(dimensions: set[int], language: Language) -> str:
    words = _KINDS[language]
    return ("、" if language == "zh" else ", ").join(words[each] for each in sorted(dimensions))


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
