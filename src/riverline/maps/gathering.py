"""What a map is given: results, frames and ledgers as layers whose text a page can hold."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from riverline.errors import SchemaError
from riverline.ledger import Ledger
from riverline.schema import PROBLEMS
from riverline.style import SETTLED, flat
from riverline.style.layers import layers_of
from riverline.style.whereabouts import require_places

if TYPE_CHECKING:
    from riverline.style import Layer

__all__ = ["gather", "gather_anywhere", "mended", "settled"]

Frame = TypeVar("Frame", bound=pd.DataFrame)
_SETTLED = replace(PROBLEMS, label_zh="已了结的问题", label_en="Settled problems")
# What parts a batch, of layers without a schema.
_CODES = frozenset({"river_id", "admin", "chief"})
_HALF = re.compile("[\ud800-\udfff]")


def gather(*results: Any, **layers: Any) -> tuple[Layer, ...]:  # noqa: ANN401 - any result, frame or ledger
    """What :func:`riverline.style.collect` gives, of ledgers too.

    Parameters
    ----------
    *results
        Results, frames that follow a schema, and ledgers: a ledger stands for its problems as all of its events have
        left them, and its attachments.
    **layers
        More of the same, each with a name.

    Raises
    ------
    SchemaError
        If something is none of these, or a frame has several columns of one name.
    CRSError
        If a frame is not where it says.

    Examples
    --------
    >>> import riverline as rl
    >>> [layer.name for layer in gather(rl.schema.AXES.empty("EPSG:4548"))]
    ['axes']
    """
    found = gather_anywhere(*results, **layers)
    require_places(found)
    return found


def gather_anywhere(*results: Any, **layers: Any) -> tuple[Layer, ...]:  # noqa: ANN401 - as above
    """What :func:`gather` gives, wherever it lies: one river at a wrong place leaves the maps of others as they are."""
    every: list[Any] = []
    for each in flat(results):
        every += [each.problems(), each.attachments()] if isinstance(each, Ledger) else [each]
    books = {name: each for name, each in layers.items() if isinstance(each, Ledger)}
    every += [book.attachments() for book in books.values()]
    named = {name: books[name].problems() if name in books else each for name, each in layers.items()}
    found = layers_of(*every, **named)
    _refuse_doubles(found)
    return tuple(replace(layer, frame=mended(_with_codes(layer))) for layer in found)


def _with_codes(layer: Layer) -> pd.DataFrame:
    """The rows, codes that a file keeps as numbers as text: where one is blank, pandas reads 1 as 1.0."""
    known = _CODES if layer.schema is None else {column.name for column in layer.schema if column.kind == "text"}
    numbers = layer.frame.select_dtypes("float")
    codes = {name: numbers[name] for name in known.intersection(map(str, numbers.columns))}
    whole = {name: _digits(each) for name, each in codes.items() if (each.dropna() % 1 == 0).all()}
    return layer.frame.assign(**whole) if whole else layer.frame


def _digits(codes: pd.Series) -> pd.Series:
    return codes.map("{:.0f}".format, na_action="ignore").astype("object")


def settled(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Layers with the problems that are closed or rejected in one of their own: a map must not accuse of them.

    Parameters
    ----------
    layers
        From :func:`gather`.

    Returns
    -------
    tuple of Layer
        Such a layer follows the layer of problems that it is from, and is drawn by :data:`riverline.style.SETTLED`.

    Examples
    --------
    >>> import riverline as rl
    >>> problems = rl.schema.PROBLEMS.empty("EPSG:4548").reindex([0, 1]).assign(status=["found", "closed"])
    >>> [(layer.name, len(layer.frame)) for layer in settled(gather(problems))]
    [('problems', 1), ('settled_problems', 1)]
    """
    found: list[Layer] = []
    for layer in layers:
        over = layer.frame["status"].isin([state for state, _ in SETTLED.symbols]) if layer.schema is PROBLEMS else None
        if over is None or not over.any():
            found.append(layer)
            continue
        rows = over.to_numpy(dtype=bool)
        found += [replace(layer, frame=layer.frame[~rows])] * bool((~rows).any())
        found.append(replace(layer, name=SETTLED.layer, schema=_SETTLED, frame=layer.frame[rows]))
    return tuple(found)


def _refuse_doubles(layers: tuple[Layer, ...]) -> None:
    problems = []
    for layer in layers:
        doubles = ", ".join(dict.fromkeys(map(str, layer.frame.columns[layer.frame.columns.duplicated()])))
        if doubles:
            problems.append((f"{layer.called}：{doubles}", f"{layer.called}: {doubles}"))
    if problems:
        raise SchemaError.listing(
            "图层有同名字段，请改名后再绘制", "frames have several columns of one name: rename them", problems
        )


def mended(frame: Frame) -> Frame:
    r"""A frame without halves of characters, as broken files have them: they become U+FFFD.

    Arrow cannot hold them, so only columns of objects can.

    Examples
    --------
    >>> mended(pd.DataFrame({"name": pd.Series(["\ud800", 7], dtype="object")}))["name"].tolist()
    ['�', 7]
    """
    told = [name for name in frame.columns if pd.api.types.is_object_dtype(frame[name].dtype)]
    broken = [name for name in told if any(isinstance(each, str) and _HALF.search(each) for each in frame[name])]
    if not broken:
        return frame
    whole = frame.copy()
    for name in broken:
        cells = [_HALF.sub("\ufffd", each) if isinstance(each, str) else each for each in frame[name]]
        whole[name] = pd.Series(cells, index=frame.index, dtype="object")
    return whole
