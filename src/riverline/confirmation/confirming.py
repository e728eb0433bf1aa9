"""The public verb: who holds the land inside many extents, in one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._version import __version__
from riverline.channel import locate
from riverline.channel.given import require_width, texts
from riverline.confirmation.evidence import (
    about_claims,
    about_classes,
    about_extents,
    about_line,
    about_registered,
    about_titles,
    areas_of,
    is_state_by_law,
)
from riverline.confirmation.holdings import banks_of, cover_of, shares_of
from riverline.confirmation.inputs import prepare
from riverline.confirmation.register import register_of
from riverline.confirmation.result import Confirmation
from riverline.confirmation.tidying import tidy
from riverline.confirmation.titles import STATUS_OF, joined, titles_in
from riverline.demarcation import Demarcation
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.demarcation.mending import REFUSED
from riverline.demarcation.result import require_metric_result
from riverline.geodesy import apportion, ellipsoidal_area, round_half_up
from riverline.provenance import Run, crs_text
from riverline.rules import load_land_classes
from riverline.schema import CHANGES, HOLDINGS, PARCELS

if TYPE_CHECKING:
    from riverline.confirmation.holdings import Cover
    from riverline.confirmation.inputs import Inputs
    from riverline.confirmation.tidying import Change

__all__ = ["confirm"]

# What rounding may leave between an extent and the sum of its holdings: less than the last figure of an area.
_OPEN_M2 = 0.005


def confirm(
    extents: gpd.GeoDataFrame | Demarcation,
    parcels: gpd.GeoDataFrame,
    *,
    axes: gpd.GeoDataFrame | None = None,
    land_classes: gpd.GeoDataFrame | None = None,
    admin: gpd.GeoDataFrame | None = None,
    registered_areas: pd.DataFrame | pd.Series[Any] | None = None,
    tolerance_m: float = 0.3,
    clean: bool = False,
) -> Confirmation:
    """Find out who holds the land inside the extents, of what class, and where titles disagree.

    Each management extent is parted so that every place lies in one holding: by parcel, owner and ownership, land
    class, administrative area, bank and reach (the extent's ``river_id``). Land under several titles is a holding of
    its own, and so is land without one.

    Parameters
    ----------
    extents
        A :class:`riverline.Demarcation`, or rows of :data:`riverline.schema.EXTENTS` in a CRS in metres; of extents
        from elsewhere geometry and ``kind`` are enough. Protection extents are set aside.
    parcels
        Rows of :data:`riverline.schema.PARCELS`; a column ``registered_area_m2`` is held against the drawing.
    axes
        Rows of :data:`riverline.schema.AXES`: they part an extent by bank and give each holding its chainage.
    land_classes
        Rows of :data:`riverline.schema.LAND_CLASSES`, old three-digit or new four-digit codes. Without them the
        parcels' own ``land_class`` is taken.
    admin
        Rows of :data:`riverline.schema.ADMIN`, such as counties, for the register: holdings bear their name, and their
        code beside it.
    registered_areas
        Table with ``parcel_id`` and ``registered_area_m2``, or a series of areas by parcel code.
    tolerance_m
        A width. Gaps and overlaps whose widest place is narrower are slivers, errors of drawing and no disputes.
    clean
        Give slivers to the title that they share the longest edge with, and merge what one owner has twice; every
        change is a row of ``changes`` and no fault any more.

    Returns
    -------
    Confirmation
        Holdings, register, faults, changes and run. Without ``clean`` nothing is repaired; with it, what is neither a
        sliver nor a duplicate still is not.

    Raises
    ------
    SchemaError, CRSError
        If layers lack columns or a CRS, listing everything; if the extents are not in metres.
    JobError
        If the tolerance is not above zero.

    Notes
    -----
    What overlaps by less than half of what areas are rounded to stays with the first of its parcels, and is no holding.

    Areas are ellipsoidal. ``adjusted_area_m2`` parts the extent's area, rounded to 0.01 m², in proportion to them by
    the largest remainder, so that the sum is exact. Widths are diameters of the largest circle inside. Extents that
    overlap are parted each on its own, and the overlap is a fault.

    Land that the survey calls river or lake belongs to the state (民法典 art. 247): a title of another there is
    ``claimed``, and without a title its ownership is ``state``, its status ``untitled``. On flats, reservoirs and works
    the law may give land to a collective (art. 250): a note asks.

    Land under one title is ``clear`` where the title says whose it is: by its owner, or by being the state's, which is
    one owner (art. 246). A parcel of a collective, of a person or of unknown nature that names no owner is ``unknown``.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> x, y = 500_000, 3_500_000
    >>> columns = {"extent_id": ["R1-management"], "river_id": "R1", "kind": "management"}
    >>> extents = gpd.GeoDataFrame(columns, geometry=[shapely.box(x, y, x + 1000, y + 1000)], crs=4548)
    >>> parcels = gpd.GeoDataFrame(
    ...     {"parcel_id": ["P1", "P2"], "owner": ["张三", "李四"], "ownership": "collective"},
    ...     geometry=[shapely.box(x, y, x + 600, y + 1000), shapely.box(x + 500, y, x + 900, y + 1000)],
    ...     crs=4548,
    ... )
    >>> titles = rl.confirm(extents, parcels)
    >>> titles.holdings[["parcel_id", "status"]].values.tolist()
    [['', 'untitled'], ['P1', 'clear'], ['P1; P2', 'disputed'], ['P2', 'clear']]
    >>> float(titles.holdings["adjusted_area_m2"].sum().round(2))
    999999.99
    >>> titles.faults.query("code == 'titles-overlap'")["detail"].item()
    '宗地 P1 与 P2 重叠 100000 m²，权利人不同'
    """
    require_width("tolerance_m", tolerance_m)
    if isinstance(extents, Demarcation):
        require_metric_result(extents, name="extents")
    digest = extents.rules.digest if isinstance(extents, Demarcation) else ""
    frame = extents.extents if isinstance(extents, Demarcation) else extents
    layers = {"parcels": parcels, "land_classes": land_classes, "admin": admin}
    inputs = prepare(frame, layers, axes=axes, registered=registered_areas)
    made = [_outcome(inputs, row, tolerance_m, clean=clean) for row in range(len(inputs.extents))]
    holdings = _placed(_holdings(made, inputs), inputs)
    claimed, claims = about_claims(holdings, tolerance_m=tolerance_m)
    holdings.loc[claimed, "status"] = "claimed"
    holdings.loc[is_state_by_law(holdings), "ownership"] = "state"
    findings = [*inputs.findings, *(each for one in made for each in one.findings), *claims]
    findings += _about_layers(made, inputs, tolerance_m)
    found = faults.combine(findings_to_faults(findings, frame.crs), crs=frame.crs)
    names = _names(inputs.extents)
    table = load_land_classes()
    described = inputs.described | {"land_class_table": {"edition": table.edition, "digest": table.digest}}
    used = extents.run.rule_sets if isinstance(extents, Demarcation) else ()
    run = Run(__version__, digest, described, crs_text(frame.crs), used)
    return Confirmation(holdings, register_of(holdings, names), found, _changes(made, inputs), run)


def _names(extents: gpd.GeoDataFrame) -> dict[str, str]:
    """Names by river: the range of a work bears its river's code and a name of its own, which is not the river's."""
    river, code = (extents[name].astype("str") for name in ("river_id", "extent_id"))
    own = np.array([key.startswith(f"{each}-") for key, each in zip(code, river, strict=True)], dtype=bool)
    told = extents.assign(_own=own).sort_values("_own", kind="stable")
    return dict(zip(told["river_id"], told["name"].fillna(""), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Extent:
    """What came of one extent: columns of its holdings, parcels met, changes and findings."""

    columns: dict[str, Any]
    geometry: np.ndarray[Any, np.dtype[np.object_]]
    rows: np.ndarray[Any, np.dtype[np.intp]]
    pieces: np.ndarray[Any, np.dtype[np.object_]]
    used: dict[str, np.ndarray[Any, np.dtype[np.intp]]]
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def _outcome(inputs: Inputs, row: int, tolerance_m: float, *, clean: bool) -> _Extent:
    """What came of one extent. What the geometry library refuses is that extent's fault, and the others are done."""
    try:
        return _of_extent(inputs, row, tolerance_m, clean=clean)
    except shapely.errors.GEOSException as error:
        extent = inputs.extents.iloc[row]
        finding = Finding("extent-not-done", "extents", str(extent["extent_id"]), extent.geometry, note=str(error))
        rows, shapes = np.empty(0, dtype=np.intp), np.empty(0, dtype=object)
        return _Extent({}, shapes, rows, shapes, {"land_classes": rows, "admin": rows}, findings=[finding])


def _of_extent(inputs: Inputs, row: int, tolerance_m: float, *, clean: bool) -> _Extent:
    extent = inputs.extents.iloc[row]
    name, region, crs = str(extent["extent_id"]), extent.geometry, inputs.extents.crs
    drawn = titles_in(region, inputs.parcels, tolerance_m=tolerance_m)
    titles, changes = tidy(drawn, inputs.parcels) if clean else (drawn, [])
    findings = about_titles(name, titles, inputs.parcels, tolerance_m=tolerance_m, crs=crs)
    covers: dict[str, Cover] = {}
    for layer, frame, label in (
        ("land_classes", inputs.land_classes, "land_class"),
        ("admin", inputs.admin, "admin_id"),
    ):
        if frame is not None:
            covers[layer] = cover_of(name, region, frame, name=layer, label=label, tolerance_m=tolerance_m)
            findings += covers[layer].findings
    sides, missing = _sides(inputs, name, str(extent["river_id"]), region)
    shares = shares_of(titles, inputs, covers, sides)
    miss = float(shapely.area(shares.geometry).sum() - shapely.area(region))
    if abs(miss) > _OPEN_M2:
        findings.append(Finding("partition-open", "extents", name, region, abs(miss), unit="m²"))
    columns = _columns(titles, shares, inputs, extent)
    used = {layer: cover.used for layer, cover in covers.items()}
    return _Extent(columns, shares.geometry, drawn.rows, drawn.pieces, used, changes, findings + missing)


def _sides(inputs: Inputs, name: str, river: str, region: shapely.Geometry) -> tuple[Cover | None, list[Finding]]:
    """The extent parted by bank, if its river has exactly one axis."""
    if inputs.axes is None:
        return None, []
    rows = np.flatnonzero(inputs.axes.river_id == river)
    if len(rows) != 1:
        return None, [Finding("bank-unknown", "extents", name, region)]
    return banks_of(region, inputs.axes.line[rows[0]]), []


def _columns(titles: Any, shares: Any, inputs: Inputs, extent: pd.Series[Any]) -> dict[str, Any]:  # noqa: ANN401
    """The columns of an extent's holdings, in the order of its parts; areas come later."""
    parcels, members = inputs.parcels, titles.members
    single = np.array([each[0] if len(each) == 1 else -1 for each in members], dtype=np.intp)
    texts = {}
    for column, values in (("parcel_id", parcels.key), ("owner", parcels.owner)):
        text = np.append(values, "")[single]
        for row in np.flatnonzero([len(each) > 1 for each in members]):
            text[row] = joined(values[list(members[row])])
        texts[column] = text
    ownership = np.append(parcels.ownership, "unknown")[single]
    for row in np.flatnonzero([len(each) > 1 for each in members]):
        kinds = set(parcels.ownership[list(members[row])])
        ownership[row] = kinds.pop() if len(kinds) == 1 else "unknown"
    status = np.array([STATUS_OF[code] for code in titles.code], dtype=object)
    for row in np.flatnonzero(titles.code == "title-duplicated"):
        if len({owner for owner in parcels.owner[list(members[row])] if owner}) > 1:
            status[row] = "disputed"
    width = np.where(np.isfinite(titles.width), titles.width, np.nan)
    of = shares.title
    columns = {"extent_id": str(extent["extent_id"]), "river_id": extent["river_id"], "bank": shares.bank}
    columns |= {name: text[of] for name, text in texts.items()}
    columns |= {"ownership": ownership[of], "land_class": shares.land_class, "status": status[of]}
    return columns | {"width_m": round_half_up(width[of], 3), "admin": shares.admin, "_row": single[of]}


def _holdings(made: list[_Extent], inputs: Inputs) -> gpd.GeoDataFrame:
    """All holdings in a stable order, with areas that sum to those of their extents."""
    if not any(len(one.geometry) for one in made):
        return HOLDINGS.empty(inputs.extents.crs)
    frame = pd.concat([pd.DataFrame(one.columns | {"_extent": row}) for row, one in enumerate(made) if one.columns])
    shapes = np.concatenate([one.geometry for one in made])
    middle = shapely.get_coordinates(shapely.centroid(shapes)).round(3)
    frame = gpd.GeoDataFrame(frame, geometry=shapes, crs=inputs.extents.crs).assign(_x=middle[:, 0], _y=middle[:, 1])
    keys = ["extent_id", "_extent", "parcel_id", "land_class", "admin", "bank", "_x", "_y"]
    frame = frame.sort_values(keys, kind="stable", ignore_index=True)
    number = frame.groupby("extent_id").cumcount() + 1
    frame["holding_id"] = frame["extent_id"] + "-" + number.astype("str").str.zfill(5)
    exact = ellipsoidal_area(frame).to_numpy()
    frame["area_m2"] = round_half_up(exact, 2)
    frame["adjusted_area_m2"] = _adjusted(frame["_extent"], exact, inputs)
    frame["bank"] = frame["bank"].where(frame["bank"] != "", None)
    frame["class_name"] = _class_names(frame["land_class"])
    if inputs.admin is not None:
        frame = frame.rename(columns={"admin": "admin_code"}).assign(admin=_unit_names(frame["admin"], inputs.admin))
    drop = ["_extent", "_x", "_y", *(["admin"] if inputs.admin is None else [])]
    return _with_extras(frame.drop(columns=drop), inputs)


def _adjusted(extent: pd.Series[int], exact: np.ndarray[Any, Any], inputs: Inputs) -> np.ndarray[Any, Any]:
    """Areas that sum to that of the extent at each position."""
    adjusted = np.zeros(len(exact))
    positions, inverse = np.unique(extent.to_numpy(), return_inverse=True)
    for number, rows in enumerate(np.split(np.argsort(inverse, kind="stable"), np.bincount(inverse).cumsum()[:-1])):
        adjusted[rows] = apportion(exact[rows], inputs.areas[positions[number]])
    return adjusted


def _class_names(codes: pd.Series[str]) -> pd.Series[str]:
    """Chinese names of classes; of several codes all names, of an unknown one none."""
    table = load_land_classes()

    def name(code: str) -> str:
        known = [table.find(each) for each in code.split("; ")]
        return "; ".join(each.zh for each in known if each is not None)

    return codes.map({code: name(code) for code in codes.unique()})


def _unit_names(codes: pd.Series[str], admin: gpd.GeoDataFrame) -> pd.Series[str]:
    """Names of administrative units; the code of one that has none."""
    names = dict(zip(texts(admin["admin_id"]), texts(admin["name"]), strict=True))

    def name(code: str) -> str:
        return "; ".join(names.get(each) or each for each in code.split("; "))

    return codes.map({code: name(code) for code in codes.unique()})


def _with_extras(frame: gpd.GeoDataFrame, inputs: Inputs) -> gpd.GeoDataFrame:
    """The parcels' other columns on holdings of one parcel, blank on the rest."""
    source = inputs.parcels.frame
    taken = {*(column.name for column in PARCELS if not column.optional), "land_class", source.geometry.name}
    extras = [name for name in source.columns if name not in taken and name not in HOLDINGS]
    rows = frame.pop("_row").to_numpy()
    for name in extras:
        frame[name] = source[name].reindex(np.where(rows >= 0, rows, -1)).to_numpy()
    return HOLDINGS.conform(frame)


def _placed(holdings: gpd.GeoDataFrame, inputs: Inputs) -> gpd.GeoDataFrame:
    """Holdings with the chainage of a place on each, where there are axes."""
    if inputs.axes is None or holdings.empty:
        return holdings
    lines = gpd.GeoDataFrame(
        {"river_id": inputs.axes.river_id, "name": "", "start_chainage_m": inputs.axes.start},
        geometry=inputs.axes.line,
        crs=inputs.axes.crs,
    )
    places = gpd.GeoDataFrame({"river_id": holdings["river_id"]}, geometry=holdings.representative_point())
    along = locate(places, lines, by="river_id")["chainage_m"].to_numpy()
    return HOLDINGS.conform(holdings.assign(chainage_m=round_half_up(along, 1)))


def _about_layers(made: list[_Extent], inputs: Inputs, tolerance_m: float) -> list[Finding]:
    """What is to be said of parcels, patches and extents over all extents."""
    parcels, crs = inputs.parcels, inputs.extents.crs
    rows = np.concatenate([one.rows for one in made]) if made else np.empty(0, dtype=np.intp)
    met = np.unique(rows)
    findings = about_extents(inputs.extents, inputs.areas, tolerance_m=tolerance_m)
    if len(met):
        pieces = np.concatenate([one.pieces for one in made])
        findings += about_line(rows, pieces, parcels, tolerance_m=tolerance_m, crs=crs)
        findings += about_registered(met, parcels, tolerance_m=tolerance_m, crs=crs)
        findings += about_classes("parcels", parcels.key[met], parcels.land_class[met], parcels.geometry[met])
    used = {"parcels": met}
    for layer, frame in (("land_classes", inputs.land_classes), ("admin", inputs.admin)):
        if frame is not None:
            used[layer] = np.unique(np.concatenate([one.used[layer] for one in made] or [np.empty(0, dtype=np.intp)]))
    if inputs.land_classes is not None:
        patches = inputs.land_classes.iloc[used["land_classes"]]
        codes = patches["land_class"].fillna("").str.strip().to_numpy(dtype=object)
        findings += about_classes("land_classes", patches["patch_id"], codes, np.asarray(patches.geometry.array))
    return findings + _outside(used, inputs)


def _outside(used: dict[str, np.ndarray[Any, Any]], inputs: Inputs) -> list[Finding]:
    """How many features of each layer lie in no extent: together with what was used or refused, all of them."""
    refused = dict.fromkeys(used, 0)
    for each in inputs.findings:
        if each.layer in refused and each.code in REFUSED:
            refused[each.layer] += 1
    left = {layer: inputs.counts[layer] - len(rows) - refused[layer] for layer, rows in used.items()}
    return [Finding("features-outside", layer, "*", None, float(count)) for layer, count in left.items() if count]


def _changes(made: list[_Extent], inputs: Inputs) -> gpd.GeoDataFrame:
    rows = [
        (str(extent), each)
        for extent, one in zip(inputs.extents["extent_id"], made, strict=True)
        for each in one.changes
    ]
    if not rows:
        return CHANGES.empty(inputs.extents.crs)
    shapes = np.array([each.geometry for _, each in rows], dtype=object)
    frame = gpd.GeoDataFrame(
        {
            "extent_id": [extent for extent, _ in rows],
            "kind": [each.kind for _, each in rows],
            "from_parcels": [each.from_parcels for _, each in rows],
            "to_parcel": [each.to_parcel for _, each in rows],
            "area_m2": areas_of(shapes, inputs.extents.crs),
            "width_m": round_half_up([each.width if np.isfinite(each.width) else np.nan for _, each in rows], 3),
        },
        geometry=shapes,
        crs=inputs.extents.crs,
    )
    middle = shapely.get_coordinates(shapely.centroid(shapes)).round(3)
    frame = frame.assign(_x=middle[:, 0], _y=middle[:, 1])
    keys = ["extent_id", "kind", "from_parcels", "to_parcel", "_x", "_y"]
    frame = frame.sort_values(keys, kind="stable", ignore_index=True).drop(columns=["_x", "_y"])
    frame["change_id"] = (
        frame["extent_id"] + "-C" + (frame.groupby("extent_id").cumcount() + 1).astype("str").str.zfill(4)
    )
    return CHANGES.conform(frame)
