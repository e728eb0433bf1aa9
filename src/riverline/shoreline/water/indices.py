"""Spectral indices as data: formula, bands, citation; computed as the table writes them."""

from __future__ import annotations

import ast
import operator
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from riverline.io.scenes import Scene

__all__ = ["Index", "choose_index", "compute_index", "indices", "list_indices"]

# What is taken where nothing is asked for: the first whose bands there are.
_LADDER = ("mndwi", "ndwi", "red_blue")


def _divided(one: Any, other: Any) -> Any:  # noqa: ANN401 - arrays or numbers
    """The quotient, not a number where the divisor is not above zero."""
    found = np.asarray(one / other)
    if not np.fmin.reduce(other, axis=None, initial=np.inf) > 0:
        found = np.where(np.asarray(other) > 0, found, np.float32(np.nan))
    return found


_OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divided,
}


@dataclass(frozen=True, slots=True)
class Index:
    """One spectral index.

    Attributes
    ----------
    name, title
        Its name in code and in print.
    kind
        ``water`` (higher over water), ``vegetation``, ``built`` or ``bare``.
    formula
        Over the roles of bands.
    roles
        Bands that the formula names.
    reflectance
        Whether stored numbers will not do.
    range
        Values beyond are cut off.
    seed
        Value that parts water from land on most images; NaN for other kinds.
    driest
        Mean that a class of water has at least; NaN for other kinds.
    citation
        Where it was published.
    """

    name: str
    title: str
    kind: str
    formula: str
    roles: tuple[str, ...]
    reflectance: bool
    range: tuple[float, float]
    seed: float
    driest: float
    citation: str


@cache
def indices() -> dict[str, Index]:
    """Every index of the table, by name."""
    text = resources.files("riverline.shoreline.water").joinpath("indices.toml").read_text(encoding="utf-8")
    return {name: _index(name, row) for name, row in tomllib.loads(text).items()}


def _index(name: str, row: Mapping[str, Any]) -> Index:
    named = [node.id for node in ast.walk(ast.parse(row["formula"], mode="eval")) if isinstance(node, ast.Name)]
    return Index(
        name, row["title"], row["kind"], row["formula"], tuple(dict.fromkeys(named)), row["reflectance"],
        (row["range"][0], row["range"][1]), row.get("seed", np.nan), row.get("driest", np.nan), row["citation"],
    )  # fmt: skip


def list_indices() -> pd.DataFrame:
    """The spectral indices that riverline knows.

    Returns
    -------
    DataFrame
        Name, title, kind, formula, bands, whether reflectance is needed, and the publication.

    Examples
    --------
    >>> import riverline as rl
    >>> table = rl.list_indices().set_index("name")
    >>> table.loc["awei_nsh", "formula"]
    '4 * (green - swir1) - (0.25 * nir + 2.75 * swir2)'
    """
    rows = [
        {"name": each.name, "title": each.title, "kind": each.kind, "formula": each.formula,
         "bands": ", ".join(each.roles), "reflectance": each.reflectance, "citation": each.citation}
        for each in indices().values()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def choose_index(scene: Scene, name: str | None, *, kind: str = "water") -> Index:
    """The index asked for, or the best that a scene's bands allow: MNDWI, NDWI, blue against red.

    Raises
    ------
    SchemaError
        If there is no such index, it is of another kind, its bands are missing, or it needs reflectance and the scene
        has none.
    """
    if name is None:
        fits = [indices()[each] for each in _LADDER if set(indices()[each].roles) <= set(scene.bands)]
        if fits:
            return fits[0]
        there = ", ".join(scene.bands)
        raise SchemaError(
            f"影像 {scene.name} 的波段（{there}）不足以识别水体；至少需要绿与近红外，或红与蓝；请用 bands= 指明",
            f"the bands of {scene.name} ({there}) do not tell water; green and nir, or red and blue, are needed: name "
            "them with bands=",
        )
    index = indices().get(name)
    if index is None or index.kind != kind:
        there = ", ".join(each.name for each in indices().values() if each.kind == kind)
        raise SchemaError(
            f"没有水体指数 {name}；可用：{there}", f"there is no such index of {kind}: {name}; there are: {there}"
        )
    missing = [role for role in index.roles if role not in scene.bands]
    if missing:
        raise SchemaError(
            f"{index.title} 需要波段 {', '.join(missing)}，影像 {scene.name} 只有 {', '.join(scene.bands)}",
            f"{index.title} needs {', '.join(missing)}; {scene.name} has {', '.join(scene.bands)}",
        )
    if index.reflectance and not scene.reflectance:
        raise SchemaError(
            f"{index.title} 需要反射率，影像 {scene.name} 的系数不明；请在 read_scene 中写 scale=",
            f"{index.title} needs reflectance and nothing says how {scene.name} becomes it; give scale= to read_scene",
        )
    return index


def compute_index(formula: str, bands: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """The formula over arrays; not a number where it divides by zero or less.

    A sum of bands below zero is no light: the quotient would have the sign of the other.

    Parameters
    ----------
    formula
        Roles of bands, numbers, ``+ - * /`` and brackets.
    bands
        Role to values, all of one shape.

    Returns
    -------
    ndarray
        Float32.

    Raises
    ------
    SchemaError
        If the formula holds anything else.

    Examples
    --------
    >>> bands = {"green": np.float32([[0.1]]), "nir": np.float32([[0.3]])}
    >>> compute_index("(green - nir) / (green + nir)", bands).round(3).tolist()
    [[-0.5]]
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = _value(ast.parse(formula, mode="eval").body, bands)
    return np.asarray(value, dtype="float32")


def _value(node: ast.expr, bands: Mapping[str, NDArray[np.float32]]) -> Any:  # noqa: ANN401 - an array or a number
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_value(node.left, bands), _value(node.right, bands))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, bands)
    if isinstance(node, ast.Name) and node.id in bands:
        return bands[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return np.float32(node.value)
    said = ast.unparse(node)
    raise SchemaError(f"公式中的 {said} 无法计算", f"{said} in the formula cannot be computed")
