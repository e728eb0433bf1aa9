"""Export profiles: a receiver's names, fields and codes for layers of the data dictionary, as data."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from riverline.errors import JobError
from riverline.export.objects import Object  # noqa: TC001 - pydantic reads the annotations
from riverline.rules.fields import Frozen, as_tuple
from riverline.rules.shipped import RuleFolder, load, names_in
from riverline.schema import FRAMES

if TYPE_CHECKING:
    import os

__all__ = ["Profile", "ProfileField", "ProfileLayer", "list_profiles", "load_profile"]

_SHIPPED = files("riverline.export") / "profiles"
_KIND = RuleFolder(_SHIPPED, "成果模板", "export profiles", JobError)


class ProfileField(Frozen):
    """One field of a receiver's layer: its name, kind and length, and the column that it is filled from.

    Attributes
    ----------
    name, kind, length
        In the receiver's layer; a length of 0 is none. ``long`` and ``short`` are whole numbers of 32 and 16 bits.
    column
        Column of the data dictionary; empty for the number of the row.
    of
        Schemas that tell the column where the rows do not: what the first of them says of the row's river.
    measure
        The ``area`` of the row, m², or its ``length``, m, on the ellipsoid; with ``of`` that of its river there.
    blank
        ``True``: riverline does not know it; the field is there for the office to fill in.
    row
        ``True``: the field numbers the rows.
    counted
        Of a column of numbers such as ``L001``: ``layer`` counts each letter through the whole layer, in the order of
        its rows, so that every number occurs once; ``river`` leaves them as they are, anew in each river.
    codes
        The receiver's codes for the column's values.
    words
        The receiver's list of words for the column's texts, each with what else is written for it.
    printed
        ``True``: chainages as they are printed, ``K12+345``.
    """

    name: Annotated[str, Field(min_length=1)]
    kind: Literal["text", "number", "integer", "long", "short"]
    length: Annotated[int, Field(ge=0)] = 0
    column: str = ""
    of: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    measure: Literal["", "area", "length"] = ""
    blank: bool = False
    row: bool = False
    counted: Literal["river", "layer"] = "river"
    codes: dict[str, int | str] = Field(default_factory=dict)
    words: dict[str, Annotated[tuple[str, ...], BeforeValidator(as_tuple)]] = Field(default_factory=dict)
    printed: bool = False

    @property
    def source(self) -> str:
        """Name of the column that fills it in the rows; that of a measure is none of the dictionary."""
        return f"riverline_{self.measure}{'_of' * bool(self.of)}" if self.measure else self.column


class ProfileLayer(Frozen):
    """One layer of a receiver: its name, its fields, and the schema whose rows it holds.

    ``only`` are values of columns that a row has to have, ``objects`` kinds of object that a management line has to be
    of (:func:`riverline.export.objects.objects_of`); rows of one schema may go into several layers.
    """

    schema_name: Annotated[str, Field(alias="schema")]
    name: Annotated[str, Field(min_length=1)]
    only: dict[str, Annotated[tuple[str | int, ...], BeforeValidator(as_tuple)]] = Field(default_factory=dict)
    objects: Annotated[tuple[Object, ...], BeforeValidator(as_tuple)] = ()
    fields: Annotated[tuple[ProfileField, ...], BeforeValidator(as_tuple), Field(min_length=1)]


class Profile(Frozen):
    """A receiver's layers; ``seen`` and ``source`` say how they are known."""

    name: str
    title: str
    title_en: str = ""
    seen: Literal["S", "M", "C", "D", "U"]
    source: str
    layers: Annotated[tuple[ProfileLayer, ...], BeforeValidator(as_tuple), Field(min_length=1)]


def list_profiles() -> list[str]:
    """Names of the profiles that ship.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> import riverline as rl
    >>> rl.export.list_profiles()
    ['sichuan', 'zhejiang']
    """
    return names_in(_SHIPPED)


def load_profile(name_or_path: str | os.PathLike[str]) -> Profile:
    """A profile that ships, or one's own from a TOML file.

    Parameters
    ----------
    name_or_path
        Name of a shipped profile, or path of a ``.toml`` file.

    Returns
    -------
    Profile
        Frozen.

    Raises
    ------
    JobError
        If there is no such profile, or its file holds wrong values or columns that no schema has.

    Examples
    --------
    >>> import riverline as rl
    >>> [layer.name for layer in rl.export.load_profile("sichuan").layers]
    ['岸线规划功能分区', '涉河设施']
    """
    return load(_KIND, name_or_path, Profile, _problems)


def _problems(profile: Profile) -> list[tuple[str, str]]:
    return [each for layer in profile.layers for each in _problems_of(layer)]


def _problems_of(layer: ProfileLayer) -> list[tuple[str, str]]:
    """What of a layer names things that are not there."""
    schema = FRAMES.get(layer.schema_name)
    if schema is None:
        name = layer.schema_name
        return [(f"没有数据字典 {name}", f"there is no schema {name}")]
    strangers = sorted({name for field in layer.fields for name in field.of if name not in FRAMES})
    asked = [field for field in layer.fields if not (field.row or field.blank or field.measure)]
    lost = [
        field for field in asked
        if not any(field.column in each for each in (schema, *(FRAMES[of] for of in field.of if of in FRAMES)))
    ]  # fmt: skip
    strange = sorted(name for name in layer.only if name not in schema)
    names = [field.name.casefold() for field in layer.fields]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [
        *((f"of：没有数据字典 {name}", f"of: there is no schema {name}") for name in strangers),
        *((f"字段 {field.name}：{schema.name} 没有列 {field.column!r}",
           f"field {field.name}: {schema.name} has no column {field.column!r}") for field in lost),
        *((f"only：{schema.name} 没有列 {name!r}", f"only: {schema.name} has no column {name!r}") for name in strange),
        *([("objects 只用于 management_lines", "objects are for management_lines alone")]
          if layer.objects and layer.schema_name != "management_lines" else []),
        *((f"字段 {name} 出现多次", f"field {name} occurs more than once") for name in twice),
    ]  # fmt: skip
