"""What a column, a choice and a schema are: small frozen values that checks, maps, tables, exports and docs read."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import pandas as pd

from riverline.errors import CRSError, SchemaError
from riverline.schema.values import read_values

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Choice", "Column", "Kind", "Language", "Schema"]

Kind = Literal["text", "number", "integer", "boolean", "date", "timestamp", "profile"]
Language = Literal["zh", "en"]
GeometryType = Literal["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"]

_DTYPES: dict[str, str] = {
    "text": "str",
    "number": "float64",
    "integer": "Int64",
    "boolean": "boolean",
    "date": "datetime64[s]",
    "timestamp": "datetime64[us, UTC]",
    "profile": "object",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value of a column, with its name in both languages."""

    value: str | int
    label_zh: str
    label_en: str

    def label(self, language: Language = "zh") -> str:
        """The name of the value in one language."""
        return self.label_zh if language == "zh" else self.label_en


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame.

    Attributes
    ----------
    name
        Name in frames and code.
    kind
        ``text``, ``number``, ``integer``, ``boolean``, ``date``, ``timestamp`` or ``profile`` (a line in the plane
        of station and ground height).
    label_zh, label_en
        What maps, tables and exports call it.
    short
        Name in shapefiles: at most ten bytes in UTF-8 and in GBK.
    meaning
        One English sentence.
    unit
        ``m``, ``m²`` …; empty for text and choices.
    choices
        The allowed values; empty where any value is.
    optional
        ``True`` where a frame may lack the column.
    blank
        ``True`` where a frame must have the column, but a missing number or date in it means something; see
        :attr:`may_be_blank` for the rule.
    blank_words
        What people write for what a blank means: ``两岸`` where no bank stands for both.
    least, most
        What a number or a day (ISO) cannot be below or above: such a value is none of the column.
    decimals
        With how many decimals tables write it, where its unit does not tell.
    """

    name: str
    kind: Kind
    label_zh: str
    label_en: str
    short: str
    meaning: str
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    optional: bool = False
    blank: bool = False
    blank_words: tuple[str, ...] = ()
    least: float | str | None = None
    most: float | str | None = None
    decimals: int | None = None

    def label(self, language: Language = "zh") -> str:
        """What a reader of that language sees as the column's title, with its unit.

        Examples
        --------
        >>> from riverline import schema
        >>> schema.EXTENTS["area_m2"].label()
        '面积（m²）'
        >>> schema.EXTENTS["area_m2"].label("en")
        'Area (m²)'
        """
        if language == "zh":
            return f"{self.label_zh}（{self.unit}）" if self.unit else self.label_zh
        return f"{self.label_en} ({self.unit})" if self.unit else self.label_en

    def value_label(self, value: object, language: Language = "zh") -> str:
        """A value as a reader of that language sees it; values outside the choices come back as they are."""
        scalar: Any = value if pd.api.types.is_scalar(value) else str(value)
        if pd.isna(scalar):
            return ""
        for choice in self.choices:
            if choice.value == scalar:
                return choice.label(language)
        return str(scalar)

    @property
    def values(self) -> tuple[str | int, ...]:
        """The allowed values without their names."""
        return tuple(choice.value for choice in self.choices)

    @property
    def bounded(self) -> bool:
        """Whether there are values of its kind that it cannot hold."""
        return self.least is not None or self.most is not None

    @property
    def may_be_blank(self) -> bool:
        """Whether a row may leave the column empty.

        Optional columns and free text (a name, a description) may be empty. Choices, numbers, dates and profiles that
        a frame must have may not, unless the column says that a blank means something. Keys may never be, whatever
        this says.

        Examples
        --------
        >>> from riverline import schema
        >>> [column.name for column in schema.LEVEES if not column.may_be_blank]
        ['feature']
        >>> [column.name for column in schema.FLOOD_LEVELS if not column.may_be_blank]
        ['level_m', 'basis']
        """
        return self.optional or self.blank or (self.kind == "text" and not self.choices)

    @property
    def dtype(self) -> str:
        """The pandas dtype that riverline writes."""
        return _DTYPES[self.kind]


@functools.lru_cache(maxsize=512)
def _without_rows(columns: tuple[tuple[str, str], ...]) -> gpd.GeoDataFrame:
    """A frame to copy: making one takes longer than most of what is done with it."""
    series = {name: pd.Series([], dtype=dtype) for name, dtype in columns}
    return gpd.GeoDataFrame(series, geometry=gpd.GeoSeries([]))


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns, the key and the geometry of one kind of frame; a table has none.

    ``schema["name"]`` gives a column, ``"name" in schema`` asks for it, iterating gives all of them in order.
    """

    name: str
    label_zh: str
    label_en: str
    key: str
    geometry: tuple[GeometryType, ...]
    columns: tuple[Column, ...]
    meaning: str
    _index: dict[str, Column] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {column.name: column for column in self.columns})

    def __getitem__(self, name: str) -> Column:
        return self._index[name]

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def label(self, language: Language = "zh") -> str:
        """What a reader of that language sees as the layer's title."""
        return self.label_zh if language == "zh" else self.label_en

    def empty(self, crs: object = None) -> gpd.GeoDataFrame:
        """A frame without rows that has every column of the schema, with its dtype.

        Parameters
        ----------
        crs
            Anything that pyproj takes for a CRS.

        Examples
        --------
        >>> from riverline import schema
        >>> schema.BANK_TOPS.empty("EPSG:4548").columns.tolist()
        ['bank_id', 'river_id', 'bank', 'feature', 'return_period', 'settings', 'geometry']
        """
        frame = _without_rows(tuple((column.name, column.dtype) for column in self.columns)).copy()
        return frame if crs is None else frame.set_crs(crs)

    def conform(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """A copy with the schema's columns first, in its order and dtypes, then every other column, then the geometry.

        Optional columns that the frame lacks stay absent. Choices written by their label (``背水侧堤脚``, ``左``)
        become their value (``landside_toe``, ``left``). A column that holds even one value which cannot be read
        without guessing (``"about 12"`` for a number, ``"03/04/2024"`` for a date, a time without its zone) stays as
        it is: :func:`riverline.check` names the rows.

        Examples
        --------
        >>> import geopandas as gpd
        >>> from riverline import schema
        >>> frame = gpd.GeoDataFrame({"note": ["x"], "river_id": ["R1"], "bank_id": ["B1"]}, geometry=[None], crs=4548)
        >>> schema.BANK_TOPS.conform(frame).columns.tolist()
        ['bank_id', 'river_id', 'note', 'geometry']
        """
        active = _active_geometry(frame)
        known = [column.name for column in self.columns if column.name in frame.columns]
        other = [name for name in frame.columns if name not in self._index and name != active]
        ordered = frame[[*known, *other, *([active] if active else [])]]
        for name in known:
            column = self._index[name]
            if column.choices or str(ordered[name].dtype) != column.dtype:
                reading = read_values(ordered[name], column)
                if reading.complete:
                    ordered[name] = reading.converted
        return ordered if active in {"geometry", None} else ordered.rename_geometry("geometry")

    def require(self, frame: object, *, layer: str | None = None) -> None:
        """Raise one error that lists everything a frame lacks: columns, geometry, CRS.

        Parameters
        ----------
        frame
            What ought to be a GeoDataFrame.
        layer
            What to call it in the message; the schema's name if not given.

        Raises
        ------
        SchemaError
            If it is no GeoDataFrame or lacks columns; the message then names a missing CRS too.
        CRSError
            If only the CRS is missing.

        Examples
        --------
        >>> import geopandas as gpd
        >>> from riverline import schema
        >>> schema.BANK_TOPS.require(gpd.GeoDataFrame({"bank_id": ["B1"]}, geometry=[None]))
        Traceback (most recent call last):
        ...
        riverline.errors.SchemaError: bank_tops（岸顶线）不符合数据字典（现有字段：bank_id）：
          1. 缺少字段 river_id（河流编码）；可用 columns={"原字段": "river_id"} 对应
          2. 图层没有坐标系；查明后用 frame.set_crs(…) 写明，例如 frame.set_crs("EPSG:4548")
        bank_tops does not match its schema (columns there are: bank_id):
          1. column 'river_id' (River code) is missing; map one with columns={"yours": "river_id"}
          2. the layer has no CRS; find it out, then say it with frame.set_crs(…), such as frame.set_crs("EPSG:4548")
        """
        name = layer or self.name
        if not isinstance(frame, pd.DataFrame):
            found = type(frame).__name__
            raise SchemaError(
                f"{name}（{self.label_zh}）应为带几何的 GeoDataFrame，实际为 {found}；请用 riverline.read_layer 读取",
                f"{name} must be a GeoDataFrame with geometry, got {found}; read it with riverline.read_layer",
            )
        active = _active_geometry(frame)
        drawn = _geometry_problems(frame, active) if self.geometry else []
        missing = [*drawn, *self._column_problems(frame, active)]
        no_crs = [_NO_CRS] if self.geometry and active is not None and getattr(frame, "crs", None) is None else []
        if missing:
            present = ", ".join(str(column) for column in frame.columns if column != active) or "-"
            raise SchemaError.listing(
                f"{name}（{self.label_zh}）不符合数据字典（现有字段：{present}）",
                f"{name} does not match its schema (columns there are: {present})",
                [*missing, *no_crs],
            )
        if no_crs:
            raise CRSError.listing(f"{name}（{self.label_zh}）", name, no_crs)

    def _column_problems(self, frame: pd.DataFrame, active: str | None) -> list[tuple[str, str]]:
        missing = [
            _missing_column(column)
            for column in self.columns
            if not column.optional and column.name not in frame.columns
        ]
        twice = frame.columns[frame.columns.duplicated()].unique()
        return missing + [
            (
                f"字段 {name} 出现多次；请只保留一个，或改名",
                f"column {name!r} occurs more than once; keep one of them, or rename",
            )
            for name in twice
            if name in self._index or name == active
        ]


def _active_geometry(frame: pd.DataFrame) -> str | None:
    name = getattr(frame, "_geometry_column_name", None)
    return name if name in frame.columns else None


def _missing_column(column: Column) -> tuple[str, str]:
    zh = f'缺少字段 {column.name}（{column.label_zh}）；可用 columns={{"原字段": "{column.name}"}} 对应'
    en = f'column {column.name!r} ({column.label_en}) is missing; map one with columns={{"yours": "{column.name}"}}'
    return zh, en


def _geometry_problems(frame: pd.DataFrame, active: str | None) -> list[tuple[str, str]]:
    if active is not None:
        return []
    found = type(frame).__name__
    zh = f"没有几何列（实际为 {found}）；请用 riverline.read_layer 读取，或用 frame.set_geometry(...) 指定"
    en = f"there is no geometry column (got a {found}); use riverline.read_layer or frame.set_geometry(...)"
    return [(zh, en)]


_NO_CRS = (
    '图层没有坐标系；查明后用 frame.set_crs(…) 写明，例如 frame.set_crs("EPSG:4548")',
    'the layer has no CRS; find it out, then say it with frame.set_crs(…), such as frame.set_crs("EPSG:4548")',
)
