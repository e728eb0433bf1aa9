"""What the command does to layers before it writes them: the plane that drawings need, the faults that they do not."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

import riverline as rl
from riverline.export.fitness import require_fit
from riverline.geodesy.datum import horizontal, name_of
from riverline.geodesy.planes import is_plane
from riverline.geodesy.zones import gauss_kruger
from riverline.schema import EXTENTS, FRAMES
from riverline.style import collect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from riverline.schema import Language

    Frames = dict[str, pd.DataFrame]

__all__ = ["IN_METRES", "in_metres", "one_kind", "without_faults"]

_PLANES = {
    "dxf": ("以米为单位的投影坐标系", "projected CRS in metres"),
    "txt": ("高斯-克吕格投影", "Gauss-Krüger plane"),
}
IN_METRES = frozenset(_PLANES)
"""Formats that are in a plane in metres."""


def in_metres(
    frames: Mapping[str, pd.DataFrame], kind: str, crs: str | None, language: Language
) -> tuple[Frames, tuple[str, ...]]:
    """Layers in the plane that a format needs, and what is to be told of it.

    Parameters
    ----------
    frames
        Layers by name.
    kind
        The format.
    crs
        The plane as it was typed at ``--crs``; if None, layers in degrees go to the zone of their middle, and layers
        in a plane stay.
    language
        Of what is told.

    Raises
    ------
    CRSError
        In words of the command, if the CRS is no plane, or the layers are too wide for a zone.
    """
    placed = {name: frame for name, frame in frames.items() if isinstance(frame, gpd.GeoDataFrame) and frame.crs}
    if kind not in IN_METRES or not placed:
        return dict(frames), ()
    require_fit(
        collect(**{f"{name}_" if name in {"results", "layers"} else name: each for name, each in placed.items()})
    )
    first = next(iter(placed.values())).crs
    if crs is None and _will_do(first, kind):
        return dict(frames), ()
    target = crs or _zone(placed)
    if not _will_do(target, kind):
        zh, en = _PLANES[kind]
        raise rl.CRSError(
            f"{target} 不是{zh}，{kind} 不能用；请改为例如 --crs EPSG:4548",
            f"{target} is no {en}, which {kind} needs: say --crs EPSG:4548, for instance",
        )
    moved = {name: rl.geodesy.to_metric(frame, crs=target) for name, frame in placed.items()}
    plane = name_of(horizontal(target))
    told = (
        f"{kind} 须用以米为单位的坐标系：已由 {name_of(horizontal(first))} 转换到 {plane}"
        f"{'' if crs else '；如需其他坐标系请用 --crs'}"
        if language == "zh"
        else f"{kind} is in metres: brought from {name_of(horizontal(first))} into {plane}"
        f"{'' if crs else '; say --crs for another CRS'}"
    )
    return {name: moved.get(name, frame) for name, frame in frames.items()}, (told,)


def _will_do(crs: object, kind: str) -> bool:
    return is_plane(crs) and (kind != "txt" or gauss_kruger(crs) is not None)


def _zone(placed: Mapping[str, gpd.GeoDataFrame]) -> str:
    """The zone of all layers together."""
    first = next(iter(placed.values())).crs
    shapes = [rl.geodesy.align(frame, first, layer=name).geometry for name, frame in placed.items()]
    try:
        return str(rl.geodesy.to_metric(gpd.GeoDataFrame(geometry=pd.concat(shapes, ignore_index=True))).crs)
    except rl.CRSError as error:
        wide = [shlex.quote(hint.values[0]) for hint in error.hints if hint.option == "plane"]  # noqa: PD011 - a hint
        if not wide:
            raise
        raise rl.CRSError(
            f"图层比一个投影带宽，不能自动选定坐标系；请用 --crs 指定，例如 --crs {wide[0]}；或用 --layer 分开写",
            f"the layers are wider than a zone, so none is taken: say one, such as --crs {wide[0]}, or write layers "
            "apart with --layer",
        ) from error


def one_kind(frames: Mapping[str, pd.DataFrame], language: Language) -> tuple[Frames, tuple[str, ...]]:
    """The one kind of parcels that a coordinate text is of where nobody said which, and what is told of it.

    Raises
    ------
    JobError
        If there are several kinds and none of them is that of management extents.
    """
    if EXTENTS.name in frames:
        ranges = frames[EXTENTS.name]
        managed = ranges[ranges["kind"] == "management"]
        if len(managed) in {0, len(ranges)}:
            managed = ranges
        if len(managed) == len(ranges) and len(frames) == 1:
            return dict(frames), ()
        told = (
            "坐标文件一个只写一类地块：已写管理范围；保护范围、权属等请用 --layer 保护范围 逐类另写"
            if language == "zh"
            else "a coordinate text holds parcels of one kind: management extents; write others with --layer protection"
        )
        return {EXTENTS.name: managed}, (told,)
    if len(frames) > 1:
        there = [FRAMES[name].label_zh if name in FRAMES else name for name in frames]
        raise rl.JobError(
            f"坐标文件一个只写一类地块；请用 --layer 指定其一：{'、'.join(there)}",
            f"a coordinate text holds parcels of one kind: name one with --layer: {', '.join(frames)}",
        )
    return dict(frames), ()


def without_faults(frames: Mapping[str, pd.DataFrame], language: Language) -> tuple[Frames, tuple[str, ...]]:
    """Layers without faults, which no drawing that is handed over holds unless they are named, and what is told."""
    others = {name: frame for name, frame in frames.items() if name != "faults"}
    if not others or len(others) == len(frames):
        return dict(frames), ()
    told = (
        "质检问题不画入此制图模板；需要时用 --layer 质检问题 指定"
        if language == "zh"
        else "faults are not drawn with this preset: name them with --layer faults"
    )
    return others, (told,)
