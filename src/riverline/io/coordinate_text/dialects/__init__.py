"""Dialects of the coordinate exchange text, as data: items of a parcel's line, numbering, order, decimals."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from riverline.errors import JobError
from riverline.rules.fields import Frozen, as_tuple
from riverline.rules.shipped import RuleFolder, load, names_in

if TYPE_CHECKING:
    import os

__all__ = ["ITEMS", "Dialect", "Item", "list_dialects", "load_dialect"]

_SHIPPED = files("riverline.io.coordinate_text") / "dialects"
_KIND = RuleFolder(_SHIPPED, "坐标交换格式", "dialects of the coordinate text", JobError)

Item = Literal[
    "points", "area", "number", "name", "shape", "sheet", "use", "land_class",
    "patch_kind", "class_name", "quality_before", "quality_after", "remark",
]  # fmt: skip
ITEMS: dict[str, str] = {
    "points": "界址点数", "area": "地块面积", "number": "地块编号", "name": "地块名称", "shape": "记录图形属性",
    "sheet": "图幅号", "use": "地块用途", "land_class": "地类编码", "patch_kind": "图斑类型", "class_name": "地类",
    "quality_before": "改造前质量等别", "quality_after": "改造后质量等别", "remark": "备注",
}  # fmt: skip
"""What may stand in a parcel's line, and what it is called."""


class Dialect(Frozen):
    """One dialect.

    Attributes
    ----------
    name, title, title_en, seen, source
        What it is called, and how it is known.
    items
        What stands in a parcel's line, before the ``@``.
    prefix
        Before the numbers of points: ``J``, or nothing.
    numbering
        Whether points are numbered through the parcel or anew in every ring.
    counts_closing
        Whether the number of points counts the repeated first one of each ring.
    north_first
        Whether a point's line gives north before east.
    zone_number
        Whether eastings carry the zone number.
    decimals, area_decimals
        Of coordinates in metres and of areas in hectares.
    area
        ``ellipsoid``, or ``plane`` for the area on the plane of the coordinates.
    encoding
        Python's name of the encoding.
    header
        Lines of ``[属性描述]``, in order; zone, width of zones and precision are filled in where they are empty.
    """

    name: str
    title: str
    title_en: str = ""
    seen: Literal["S", "M", "C", "D", "U"]
    source: str
    items: Annotated[tuple[Item, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    prefix: str = "J"
    numbering: Literal["parcel", "ring"] = "parcel"
    counts_closing: bool = True
    north_first: bool = True
    zone_number: bool = True
    decimals: Annotated[int, Field(ge=0, le=8)] = 3
    area_decimals: Annotated[int, Field(ge=0, le=8)] = 4
    area: Literal["ellipsoid", "plane"] = "ellipsoid"
    encoding: Literal["gbk", "utf-8"] = "gbk"
    header: dict[str, str] = Field(default_factory=dict)


def list_dialects() -> list[str]:
    """Names of the dialects that ship.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> from riverline.io.coordinate_text import list_dialects
    >>> list_dialects()
    ['farmland', 'ministry', 'plain-east']
    """
    return names_in(_SHIPPED)


def load_dialect(name_or_path: str | os.PathLike[str]) -> Dialect:
    """A dialect that ships, or one's own from a TOML file.

    Parameters
    ----------
    name_or_path
        Name of a shipped dialect, or path of a ``.toml`` file.

    Returns
    -------
    Dialect
        Frozen.

    Raises
    ------
    JobError
        If there is no such dialect, or its file holds wrong values.

    Examples
    --------
    >>> from riverline.io.coordinate_text import load_dialect
    >>> len(load_dialect("ministry").items), len(load_dialect("farmland").items)
    (8, 13)
    """
    return load(_KIND, name_or_path, Dialect)
