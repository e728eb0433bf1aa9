"""What of the data no writer of a format can hold, told by layer and row, before the disk is blamed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from riverline.export.tables import Table
    from riverline.style import Layer

__all__ = ["mixed", "require_fit", "with_places"]

_SHOWN = 5


def require_fit(layers: Sequence[Layer]) -> None:
    """Raise for coordinates that are no numbers: no file should hold them.

    Parameters
    ----------
    layers
        What is to be written.

    Raises
    ------
    JobError
        If coordinates are no finite numbers, with the rows of each layer, by their key where they have one.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline import style
    >>> lost = gpd.GeoDataFrame({"镇": ["清水"]}, geometry=gpd.points_from_xy([float("inf")], [30.0]), crs=4490)
    >>> require_fit(style.collect(乡镇=lost))  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    riverline.errors.JobError: …
    """
    problems = [problem for layer in layers if layer.spatial for problem in _not_finite(layer)]
    if problems:
        raise JobError.listing("成果不能写出", "the result cannot be written", problems)


def _not_finite(layer: Layer) -> Iterator[tuple[str, str]]:
    shapes = np.asarray(layer.frame.geometry.array, dtype=object)
    # Almost always all are: which row each corner is of is asked only where some are not.
    if np.isfinite(shapely.get_coordinates(shapes)).all():
        return
    corners, row = shapely.get_coordinates(shapes, return_index=True)
    rows = np.unique(row[~np.isfinite(corners).all(axis=1)])
    if not len(rows):
        return
    key = layer.schema.key if layer.schema is not None else ""
    known = key in layer.frame
    names = [str(each) for each in (layer.frame[key].iloc[rows] if known else rows + 1)]
    listed = f"{'、'.join(names[:_SHOWN])}{'…' if len(names) > _SHOWN else ''}"
    zh = f"{layer.label('zh')}：{len(rows)} 行的坐标不是有限数（NaN 或无穷大）：{'' if known else '第 '}{listed}"
    en = (
        f"{layer.label('en')}: coordinates of {len(rows)} rows are no finite numbers: {'' if known else 'row '}{listed}"
    )
    yield f"{zh}；请改正坐标或先去掉这些行", f"{en}; correct them, or leave the rows out"


def with_places(layers: Sequence[Layer], *, form: str) -> list[Layer]:
    """The layers that have a feature somewhere, for a format that holds features and knows no empty layers.

    Parameters
    ----------
    layers
        What was given.
    form
        What the format is called.

    Raises
    ------
    JobError
        If there is no such layer: there would be nothing in the file.

    Examples
    --------
    >>> from riverline import schema, style
    >>> with_places(style.collect(schema.AXES.empty(4548)), form="DXF")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    riverline.errors.JobError: …
    """
    there = [each for each in layers if each.spatial and _has_place(each)]
    if not there:
        zh, en = ("、".join(each.label("zh") for each in layers), ", ".join(each.label("en") for each in layers))
        raise JobError(
            f"没有可写成 {form} 的图形：{zh} 没有要素或没有图形",
            f"there is nothing to write as {form}: no feature of {en} has a place",
        )
    return there


def _has_place(layer: Layer) -> bool:
    shapes = np.asarray(layer.frame.geometry.array, dtype=object)
    return bool((~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)).any())


def mixed(table: Table) -> Iterator[tuple[str, str]]:
    """What to say of a table whose features mix points, lines and areas; nothing if it does not."""
    if table.kind == "other" and table.content.num_rows:
        yield (
            f"{table.name} 含点、线、面混合的图形；请先用 explode() 拆开",
            f"{table.name} holds features that mix points, lines and areas: take them apart with explode()",
        )
