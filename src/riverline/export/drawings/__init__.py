"""Drawing presets: which CAD layers, element codes and extended data a receiver's drawing has, as data."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from riverline.errors import JobError
from riverline.rules.fields import Frozen, as_tuple
from riverline.rules.shipped import RuleFolder, load, names_in
from riverline.schema import FRAMES

if TYPE_CHECKING:
    import os

__all__ = ["Drawing", "DrawingLayer", "list_drawings", "load_drawing"]

_SHIPPED = files("riverline.export") / "drawings"
_KIND = RuleFolder(_SHIPPED, "制图模板", "drawing presets", JobError)

Texts = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]


class DrawingLayer(Frozen):
    """One layer of a drawing.

    Attributes
    ----------
    schema_name
        Schema of the rows that it draws.
    where
        Column → values: only such rows.
    unless
        Schema: rows of rivers that it has rows of are not drawn, since those are the same lines.
    between
        Schema of points, for ``text``: a line has a text for each of its parts from one of them to the next.
    name
        Of the layer in the drawing.
    code
        Element code, written into the extended data.
    draw
        ``shape`` as the rows are (areas by their rings), ``hatch`` areas as a pattern, ``corners`` a point at each
        corner, ``text`` a text at a point, the middle of a line, or inside an area.
    text
        What ``text`` writes: names of columns in braces, and ``{north}``, ``{east}``, ``{length}``, ``{area}``.
    below
        Whether the text hangs below its place, where another one stands above it.
    color
        Colour number (ACI); 0 for that of the style table.
    """

    schema_name: Annotated[str, Field(alias="schema")]
    where: dict[str, Texts] = Field(default_factory=dict)
    unless: str = ""
    between: str = ""
    name: Annotated[str, Field(min_length=1)]
    code: str = ""
    draw: Literal["shape", "hatch", "corners", "text"] = "shape"
    text: str = ""
    below: bool = False
    color: Annotated[int, Field(ge=0, le=255)] = 0


class Drawing(Frozen):
    """A receiver's drawing.

    Attributes
    ----------
    name, title, title_en, seen, source
        What it is called, and how it is known.
    application
        Name that extended data are registered under; empty for none.
    xdata
        Its strings: columns in braces as in ``text``, and ``{code}``.
    font, bigfont
        Files of the text style; the second one has the Chinese signs.
    text_mm
        Height of texts on paper.
    others
        Whether layers that no entry speaks of are drawn too, under their own names.
    texts
        Whether the features of those are named as on maps (:data:`riverline.style.LETTERING`), each on ``…-注记``.
    faults
        Whether faults are among those: what is wrong with the data is no part of a drawing that is handed over.
    layers
        The entries.
    """

    name: str
    title: str
    title_en: str = ""
    seen: Literal["S", "M", "C", "D", "U"]
    source: str
    application: str = ""
    xdata: Texts = ("{code}",)
    font: str = "gbenor.shx"
    bigfont: str = "gbcbig.shx"
    text_mm: Annotated[float, Field(gt=0)] = 2.5
    others: bool = True
    texts: bool = False
    faults: bool = False
    layers: Annotated[tuple[DrawingLayer, ...], BeforeValidator(as_tuple)] = ()


def list_drawings() -> list[str]:
    """Names of the drawing presets that ship.

    Returns
    -------
    list of str
        In alphabetical order.

    Examples
    --------
    >>> import riverline as rl
    >>> rl.export.list_drawings()
    ['cass', 'cass-hhhj', 'plain']
    """
    return names_in(_SHIPPED)


def load_drawing(name_or_path: str | os.PathLike[str]) -> Drawing:
    """A drawing preset that ships, or one's own from a TOML file.

    Parameters
    ----------
    name_or_path
        Name of a shipped preset, or path of a ``.toml`` file.

    Returns
    -------
    Drawing
        Frozen.

    Raises
    ------
    JobError
        If there is no such preset, or its file holds wrong values or names that no schema has.

    Examples
    --------
    >>> import riverline as rl
    >>> [layer.name for layer in rl.export.load_drawing("cass-hhhj").layers][:3]
    ['JZX', 'JZXCBZ', 'JZD']
    """
    return load(_KIND, name_or_path, Drawing, _problems)


def _problems(drawing: Drawing) -> list[tuple[str, str]]:
    found = []
    for layer in drawing.layers:
        strange = [name for name in (layer.unless, layer.between) if name and name not in FRAMES]
        found += [(f"没有数据字典 {name}", f"there is no schema {name}") for name in strange]
        schema = FRAMES.get(layer.schema_name)
        if schema is None:
            found.append((f"没有数据字典 {layer.schema_name}", f"there is no schema {layer.schema_name}"))
            continue
        lost = [name for name in layer.where if name not in schema]
        found += [
            (f"{layer.name}：{schema.name} 没有列 {name!r}", f"{layer.name}: {schema.name} has no column {name!r}")
            for name in lost
        ]
        if layer.draw == "text" and not layer.text:
            found.append((f"{layer.name}：draw = text 时须写 text", f"{layer.name}: draw = text needs text"))
    return found
