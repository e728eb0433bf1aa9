"""The table of sensors: which band of which product is what, and what the numbers of masks mean."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from riverline.errors import SchemaError
from riverline.io.scenes.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = ["ROLES", "Sensor", "mask_kinds", "mask_table", "named_sensor", "role_of_words", "sensor_of_name", "sensors"]

ROLES = (
    "coastal", "blue", "green_i", "green", "yellow", "red", "red_edge1", "red_edge2", "red_edge3", "nir", "nir_narrow",
    "water_vapour", "cirrus", "swir1", "swir2", "thermal", "alpha",
)  # fmt: skip
"""What a band can be."""

_NUMBERS = 65536


@dataclass(frozen=True, slots=True)
class Sensor:
    """One product of one sensor.

    Attributes
    ----------
    name, title
        Its name in code and what people call it.
    names
        Patterns of names of files.
    orders
        Roles of the bands of one stacked file, for each way it is delivered.
    codes, file, masks
        For files that hold one band each: code of each role, and how names end.
    scale, offset, baseline_offset
        From stored numbers to reflectance; NaN where no factor holds.
    nodata, saturated
        Numbers that mean nothing here, and those from which on they are saturated.
    source
        Where this was read.
    """

    name: str
    title: str
    names: tuple[str, ...]
    orders: tuple[tuple[str, ...], ...]
    codes: Mapping[str, str]
    file: str
    masks: Mapping[str, str]
    scale: float
    offset: float
    baseline_offset: float
    nodata: float
    saturated: float
    source: str

    def told(self, count: int | None = None) -> str:
        """What sets it apart from others, in a line: title, order of the bands (of files of so many), factor.

        Examples
        --------
        >>> named_sensor("rgb").told(3)
        'rgb (红、绿、蓝（无人机、航片）): 1 red, 2 green, 3 blue'
        """
        fitting = [order for order in self.orders if count in {None, len(order)}]
        orders = [", ".join(f"{number} {role}" for number, role in enumerate(order, 1)) for order in fitting]
        factor = "" if np.isnan(self.scale) else f"; x {self.scale:g}{f' {self.offset:+g}' if self.offset else ''}"
        return f"{self.name} ({self.title}): {' | '.join(orders)}{factor}"


@cache
def _content() -> dict[str, Any]:
    text = resources.files("riverline.io.scenes").joinpath("sensors.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def sensors() -> dict[str, Sensor]:
    """Every sensor of the table, by name."""
    return {name: _sensor(name, row) for name, row in _content()["sensors"].items()}


def _sensor(name: str, row: Mapping[str, Any]) -> Sensor:
    nothing = float("nan")
    return Sensor(
        name=name,
        title=row["title"],
        names=tuple(row["names"]),
        orders=tuple(tuple(order) for order in row["orders"]),
        codes=row.get("codes", {}),
        file=row.get("file", ""),
        masks=row.get("mask", {}),
        scale=float(row.get("scale", nothing)),
        offset=float(row.get("offset", nothing)),
        baseline_offset=float(row.get("baseline_offset", nothing)),
        nodata=float(row.get("nodata", nothing)),
        saturated=float(row.get("saturated", np.inf)),
        source=row["source"],
    )


def named_sensor(name: str) -> Sensor:
    """The sensor of that name.

    Raises
    ------
    SchemaError
        If the table has none; the message lists what there is.

    Examples
    --------
    >>> named_sensor("landsat-8-9").codes["nir"]
    'B5'
    """
    if name in sensors():
        return sensors()[name]
    asked = name.lower().strip()
    near = [each for each in sensors() if asked and (asked in each or each in asked)]
    near = near or difflib.get_close_matches(asked, sensors(), n=3)
    told = "".join(f"\n  {sensors()[each].told()}" for each in near or sensors())
    others = ", ".join(each for each in sensors() if each not in near) if near else ""
    raise SchemaError(
        f"没有传感器 {name}；{'相近的' if near else '现有'}及其波段：{told}\n{f'其余：{others}；' if others else ''}"
        '其他影像请用 bands={"green": 2, "nir": 4} 说明波段',
        f"there is no sensor {name}; {'near it' if near else 'there'} are, with their bands:{told}\n"
        f'{f"the others: {others}; " if others else ""}for other images say bands={{"green": 2, "nir": 4}}',
    )


def sensor_of_name(name: str) -> Sensor | None:
    """The sensor whose products are named like that.

    Examples
    --------
    >>> sensor_of_name("GF1_PMS2_E117.2_N31.6_20240415_L1A0001-MSS2.tif").name
    'gf-1'
    >>> sensor_of_name("影像2024.tif") is None
    True
    """
    return next(
        (sensor for sensor in sensors().values() if any(re.search(pattern, name) for pattern in sensor.names)), None
    )


def role_of_words(description: str) -> str:
    """The role or kind of mask that a band's description names, empty where it names none.

    Examples
    --------
    >>> role_of_words("近红外"), role_of_words("NIR"), role_of_words("Band 4")
    ('nir', 'nir', '')
    """
    said = description.strip().lower()
    return next((role for role, words in _content()["words"].items() if said in words), "")


def mask_kinds() -> Iterable[str]:
    """Kinds of masks that the table knows."""
    return tuple(_content()["masks"])


@cache
def mask_table(kind: str) -> NDArray[np.uint8]:
    """:class:`Reason` of every number of a mask of that kind, 65,536 of them; larger numbers do not occur.

    Examples
    --------
    >>> table = mask_table("qa_pixel")
    >>> table[[1, 21824, 22280, 23888]].tolist()
    [1, 0, 4, 5]
    """
    row = _content()["masks"][kind]
    numbers = np.arange(_NUMBERS)
    table = np.zeros(_NUMBERS, dtype="uint8")
    for reason, values in [*row.get("values", {}).items(), *row.get("bits", {}).items()]:
        said = np.isin(numbers, values) if "values" in row else (numbers & sum(1 << bit for bit in values)) > 0
        table[said] = Reason[reason.upper()]
    if "bits" in row:
        # fill outweighs whatever else is set
        table[(numbers & sum(1 << bit for bit in row["bits"].get("nodata", ()))) > 0] = Reason.NODATA
    return table
