"""The data dictionary of titles: parcels, land classes, and what a confirmation makes of them."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["CHANGES", "HOLDINGS", "LAND_CLASSES", "PARCELS", "REGISTER"]

_ADMIN_CODE = c.text("admin_code", "行政区代码", "Unit code", "XZQDM", "Code of the administrative unit.")

PARCELS = Schema(
    "parcels", "宗地", "Parcels", "parcel_id", ("Polygon", "MultiPolygon"),
    (
        c.key("parcel_id", "宗地代码", "Parcel code", "ZDDM"),
        c.OWNER,
        c.OWNERSHIP,
        c.optional(c.text("title_no", "权证号", "Title number", "QZH", "Number of the certificate.")),
        c.optional(c.LAND_CLASS),
        c.optional(c.REGISTERED_AREA),
    ),
    "Land titles as drawn: evidence, never repaired silently.",
)  # fmt: skip

LAND_CLASSES = Schema(
    "land_classes", "地类图斑", "Land classes", "patch_id", ("Polygon", "MultiPolygon"),
    (c.key("patch_id", "图斑编号", "Patch code", "TBBH"), c.LAND_CLASS, c.optional(c.OWNER)),
    "Patches of the land survey.",
)  # fmt: skip

HOLDINGS = Schema(
    "holdings", "权属分块", "Holdings", "holding_id", ("Polygon", "MultiPolygon"),
    (
        c.key("holding_id", "分块编码", "Holding code", "FKBM"),
        c.EXTENT_ID,
        c.RIVER_ID,
        c.or_blank(c.BANK),
        c.text("parcel_id", "宗地代码", "Parcel code", "ZDDM",
               "Parcel it is cut from, several where titles overlap; empty if untitled."),
        c.OWNER,
        c.OWNERSHIP,
        c.LAND_CLASS,
        c.CLASS_NAME,
        c.AREA,
        c.ADJUSTED_AREA,
        c.choice("status", "权属状态", "Title status", "QSZT", "How clear the title is.", c.HOLDING_STATES),
        c.or_blank(c.WIDTH),
        c.optional(c.ADMIN),
        c.optional(_ADMIN_CODE),
        c.optional(c.or_blank(c.CHAINAGE)),
    ),
    "The extent cut by title, owner and land class: every place in one holding.",
)  # fmt: skip

REGISTER = Schema(
    "register", "权属面积汇总表", "Register of areas", "register_id", (),
    (
        c.key("register_id", "汇总编号", "Register code", "HZBH"),
        c.RIVER_ID,
        c.NAME,
        c.ADMIN,
        c.optional(_ADMIN_CODE),
        c.OWNERSHIP,
        c.LAND_CLASS,
        c.CLASS_NAME,
        Column("holding_count", "integer", "分块数", "Holdings", "FKS", "How many holdings the row sums up."),
        c.ADJUSTED_AREA,
        c.square_metres("clear_m2", "权属清楚面积", "Clear", "QCMJ", "Of it with one title that nobody else claims, and"
                        " that names whose the land is."),
        c.square_metres("untitled_m2", "未登记面积", "Untitled", "WDJMJ", "Of it without a title."),
        c.square_metres("unknown_m2", "权属不明面积", "Holder unknown", "QSBMMJ",
                        "Of it in one parcel that is not the state's and names no owner."),
        c.square_metres("contested_m2", "重叠与争议面积", "Contested", "ZYMJ",
                        "Of it under several titles, disputed, or claimed from the state."),
    ),
    "Areas by river, administrative unit, ownership and land class; a table without geometry.",
)  # fmt: skip

CHANGES = Schema(
    "changes", "权属整理记录", "Changes", "change_id", ("Polygon", "MultiPolygon"),
    (
        c.key("change_id", "整理编号", "Change code", "ZLBH"),
        c.EXTENT_ID,
        c.choice("kind", "整理方式", "Kind of change", "ZLFS", "What was done.", c.CHANGE_KINDS),
        c.text("from_parcels", "原宗地", "Parcels before", "YZD", "Parcels that the land lay in; empty if untitled."),
        c.text("to_parcel", "归入宗地", "Parcel after", "GRZD", "Parcel that it was given to."),
        c.AREA,
        c.or_blank(c.WIDTH),
    ),
    "What tidying changed, place by place.",
)  # fmt: skip
