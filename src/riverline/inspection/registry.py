"""The checks that ship, in the order in which the delivery standard names them."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files

from riverline.inspection import bank_ends, cover, edges, known, outlines, stake_rows, stated, zoned
from riverline.inspection.check import Check

__all__ = ["LIMITS", "shipped"]

LIMITS = files("riverline.inspection") / "limits.toml"

_DRAWN = ("management_lines", "extents", "stakes", "boards", "holdings", "axes", "water", "levees", "works", "zones",
          "shorelines")  # fmt: skip
_LINES = ("management_lines", "axes", "levees")
_AREAS = ("extents", "holdings", "water", "zones")

_CHECKS = (
    Check("codes", "主键、河流编码和必填字段不为空、不重复、取值正确", "Codes are there, unique and valid", _DRAWN,
          known.codes),
    Check("geometry", "几何齐全、类型正确、无重复节点", "Geometry is there, of the right kind, no vertex twice",
          _DRAWN, known.layer_codes("geometry")),
    Check("placement", "坐标落在坐标系适用范围内，无远离图层的要素", "Features lie where their CRS holds, none far off",
          _DRAWN, known.layer_codes("placement")),
    Check("dangles", "无悬挂点", "No dangles", ("management_lines", "axes"), known.dangles, unit="m"),
    Check("pseudo-nodes", "无伪节点", "No pseudo-nodes", ("management_lines", "axes"), known.pseudo_nodes),
    Check("duplicates", "无重复的点、线、面", "No features drawn twice", _DRAWN, known.duplicates),
    Check("self-crossings", "线不自相交", "Lines do not cross themselves", _LINES, known.layer_codes("self-crossings")),
    Check("closed-areas", "面闭合且有效", "Areas are closed and valid", _AREAS, known.layer_codes("closed-areas")),
    Check("unbroken-at-bridges", "界线不因桥梁断开", "Lines are not broken by bridges",
          ("management_lines",), bank_ends.broken_at_bridges, ("works",), unit="m"),
    Check("bank-length", "两岸界线长度与中心线相称", "Lines of both banks are about as long as the axis", ("extents",),
          bank_ends.bank_lengths, counts=bank_ends.count_with_banks),
    Check("bank-whole", "两岸界线自河段起点画到终点", "Lines of both banks run from start to end of the reach",
          ("extents",), bank_ends.banks_not_whole, unit="m", counts=bank_ends.count_with_banks),
    Check("covers-water", "管理范围包含水域", "Extents contain the water", ("water",), cover.water_covered,
          ("water",), unit="m²"),
    Check("covers-levees", "管理范围包含堤防", "Extents contain the levees", ("levees",),
          cover.levees_covered, ("levees",), unit="m"),
    Check("stakes-on-line", "界桩在界线上", "Stakes stand on the line", ("stakes",),
          known.stake_codes("stakes-on-line"), ("stakes",)),
    Check("stakes-numbered", "同一岸界桩编号不重复", "Numbers of stakes differ on a bank", ("stakes",),
          known.stake_codes("stakes-numbered"), ("stakes",)),
    Check("stakes-spacing", "界桩间距与通视符合规则", "Stakes are near enough to the next one, and in its sight",
          ("stakes",), known.stake_codes("stakes-spacing"), ("stakes",)),
    Check("neighbours-equal", "界线与范围面、相邻分块共用同一条边", "Lines and extents, and neighbours, share edges",
          ("management_lines", "extents", "holdings"), edges.shared_edges, unit="m"),
    Check("edge-with-lines", "管理范围面的边线都有界线", "Lines go all the way round extents", ("extents",),
          outlines.edges_with_lines, unit="m"),
    Check("extents-apart", "管理范围互不重叠", "Extents do not overlap", ("extents",),
          outlines.extents_apart, unit="m"),
    Check("stated-lengths", "所填长度与图形一致", "Stated lengths are those of the geometry",
          ("management_lines", "extents"), stated.stated_lengths, unit="m"),
    Check("stated-areas", "所填面积与图形一致", "Stated areas are those of the geometry",
          ("extents", "holdings", "zones"), stated.stated_areas, unit="m²"),
    Check("stated-places", "所填坐标与图形一致", "Stated coordinates are those of the geometry", ("stakes", "boards"),
          stated.stated_places, unit="m"),
    Check("stated-rows", "界桩所填桩号、依据、相邻桩与图形一致",
          "Chainages, rules and neighbours that rows of stakes state are those of the drawing", ("stakes",),
          stake_rows.stated_rows, ("stakes", "management_lines"), unit="m"),
    Check("zones-apart", "岸线功能分区互不重叠", "Shoreline zones do not overlap", ("zones",), zoned.zones_apart,
          ("zones",), unit="m"),
    Check("zones-inside", "岸线功能分区在管理范围内", "Shoreline zones lie in the extents", ("zones",),
          zoned.zones_inside, ("zones",), unit="m"),
    Check("zones-whole", "一岸各分区之和等于岸线范围", "Zones of a bank sum to the band between its two lines",
          ("shorelines",), zoned.zones_whole, ("zones", "shorelines"), unit="m²"),
)  # fmt: skip


@cache
def shipped() -> tuple[Check, ...]:
    """The checks with the limits that ship.

    Examples
    --------
    >>> [check.check_id for check in shipped()][:4]
    ['codes', 'geometry', 'placement', 'dangles']
    """
    limits = tomllib.loads(LIMITS.read_text(encoding="utf-8"))
    return tuple(replace(check, limit=limits.get(check.check_id, check.limit)) for check in _CHECKS)
