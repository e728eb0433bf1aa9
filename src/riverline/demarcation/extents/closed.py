"""Closed lines: the ring around a lake, a reservoir or a work, from its references to rows of the result.

A shore has no banks and no reach with two ends. Its references form a ring; the extent is what the ring encloses with
the strips along it, without holes; the line is the edge of that, cut where another reference made it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from riverline._kernels.grids.flood_area import without_holes
from riverline._kernels.lines.landside import GRID_M
from riverline._kernels.lines.proof import clearance
from riverline._kernels.lines.rings import clockwise_from_north
from riverline._kernels.lines.strip_area import strip_area
from riverline.channel.given import texts
from riverline.demarcation.extents.outline import edge_pieces
from riverline.demarcation.findings import Finding
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.schema import EXTENTS, MANAGEMENT_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.demarcation.references import Piece
    from riverline.rules import Policy, RuleSet

__all__ = [
    "Closed",
    "Ringed",
    "borrowed",
    "closed_codes",
    "closed_extents",
    "closed_lines",
    "closed_rows",
    "codes_of",
    "kept_clear",
    "ring_clearance",
    "ring_extent",
    "ring_rows",
    "shared_with_others",
]

INSIDE_M = 1e-3
"""A line nearer than the legal width by more than this is told: coordinates of eight digits keep a millimetre."""


_BETWEEN_KINDS = "/policy.shared_kinds"
# Keys of pieces of a closed line: code, letter of the layer, number; and the number of a piece beside it.
_LINE_ID = re.compile(r"(.+)-[A-Z]-\d{3,}(?:-B\d{2,})?")


@dataclass(frozen=True, slots=True)
class Ringed:
    """Rings of references, in order around the water, and references inside them whose strips count too."""

    rings: tuple[tuple[Piece, ...], ...]
    inner: tuple[Piece, ...] = ()

    @property
    def pieces(self) -> list[Piece]:
        """All of them."""
        return [*(piece for ring in self.rings for piece in ring), *self.inner]


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of one lake, reservoir or work; ``extent`` is None when it could not be done, and a finding says why.

    ``rows`` are its line, clockwise from the northernmost place, each stretch with the piece that made it.
    """

    code: str
    river_id: str
    name: str
    layer: str
    extent: shapely.Geometry | None = None
    protection: shapely.Geometry | None = None
    clearance: float = float("nan")
    rows: list[tuple[shapely.LineString, Piece]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def ring_extent(
    inside: shapely.Geometry, ringed: Ringed, policy: Policy, *, beyond: bool = False
) -> shapely.Polygon | shapely.MultiPolygon:
    """What references enclose, with their strips and without holes.

    Parameters
    ----------
    inside
        What the rings enclose.
    ringed
        The references.
    policy
        How the strip changes width.
    beyond
        ``True`` adds the protection band to the strips.

    Returns
    -------
    Polygon or MultiPolygon
        It holds ``inside`` and every place within its width of a reference.
    """
    parts = [inside]
    for lines, widths in _courses(ringed, beyond=beyond):
        parts.append(strip_area(lines, widths, steps=policy.width_steps, taper_m=policy.taper_m))
    # On a grid, so that no crack of a nanometre stays open between parts that share an edge.
    return without_holes(shapely.union_all(parts, grid_size=GRID_M))


def _courses(
    ringed: Ringed, *, beyond: bool = False, turned: bool = False
) -> list[tuple[NDArray[np.object_], NDArray[np.float64]]]:
    """References with strips and their widths, ring by ring: each goes on into its first segment once more.

    ``turned`` begins each ring in its middle instead.
    """
    courses = []
    for ring in ringed.rings:
        at = len(ring) // 2 if turned else 0
        around = [*ring[at:], *ring[:at]]
        first = around[0]
        around.append(replace(first, line=shapely.LineString(shapely.get_coordinates(first.line)[:2])))
        courses.append([piece for piece in around if piece.strip])
    courses += [[piece] for piece in ringed.inner]
    return [
        (
            np.array([piece.line for piece in course], dtype=object),
            np.array([piece.width_m + beyond * piece.protection_m for piece in course]),
        )
        for course in courses
        if course
    ]


def ring_rows(extent: shapely.Geometry, ringed: Ringed) -> list[tuple[shapely.LineString, Piece]]:
    """The edge of an extent from its northernmost place clockwise, the northernmost ring first, cut by what made it."""
    edges = [clockwise_from_north(part.exterior) for part in shapely.get_parts(extent)]
    edges.sort(key=lambda edge: (-edge.coords[0][1], edge.coords[0][0]))
    pieces = ringed.pieces
    rows: list[tuple[shapely.LineString, Piece]] = []
    for edge in edges:
        first = len(rows)
        for line, maker in zip(*edge_pieces(edge, pieces), strict=True):
            if len(rows) > first and _same(rows[-1][1], pieces[maker]):
                longer = np.vstack([shapely.get_coordinates(rows[-1][0]), shapely.get_coordinates(line)[1:]])
                rows[-1] = (shapely.LineString(longer), rows[-1][1])
            else:
                rows.append((line, pieces[maker]))
    return rows


def _same(one: Piece, other: Piece) -> bool:
    """Whether two pieces are runs of one reference."""
    return replace(one, line=other.line) == other


def ring_clearance(rows: Sequence[tuple[shapely.LineString, Piece]], ringed: Ringed) -> float:
    """The proof: the least of distance from line to reference less strip width.

    A ring has no end, but the kernel takes both ends of a course for free: it is asked twice, with each ring begun
    elsewhere.
    """
    edges = np.array([line for line, piece in rows if piece.strip], dtype=object)
    least = [
        clearance(edges, np.concatenate([lines for lines, _ in courses]), np.concatenate([wide for _, wide in courses]))
        for courses in (_courses(ringed), _courses(ringed, turned=True))
        if courses
    ]
    return min(least, default=float("nan"))


def kept_clear(clearances: Sequence[float]) -> NDArray[np.float64]:
    """Clearances in metres as rows state them, (n,): what is below the precision of coordinates is nought.

    Examples
    --------
    >>> kept_clear([-1.6e-10, 2.5, -0.02, float("nan")]).tolist()
    [0.0, 2.5, -0.02, nan]
    """
    found = np.asarray(clearances, dtype="float64")
    return np.where(np.abs(found) <= INSIDE_M, 0.0, found)


def inside_finding(layer: str, code: str, extent: shapely.Geometry, kept: float) -> list[Finding]:
    """``line-inside`` where a line is nearer than the legal width."""
    return [Finding("line-inside", layer, code, extent, -kept, 0.0, "m")] if kept < -INSIDE_M else []


def closed_lines(outcomes: Sequence[Closed], crs: Any, rules: RuleSet, mark: str) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Rows of :data:`riverline.schema.MANAGEMENT_LINES`; ``mark`` stands in their keys where banks have L and R."""
    rows = [(made, line, piece) for made in outcomes for line, piece in made.rows]
    if not rows:
        return MANAGEMENT_LINES.empty(crs)
    geometry = gpd.GeoSeries([line for _, line, _ in rows], crs=crs)
    numbers: dict[str, int] = {}
    ids, starts, ends, along = [], [], [], 0.0
    for made, line, _ in rows:
        number = numbers[made.code] = numbers.get(made.code, 0) + 1
        along = 0.0 if number == 1 else along
        ids.append(f"{made.code}-{mark}-{number:03d}")
        starts.append(along)
        along += line.length
        ends.append(along)
    pieces, decimals = [piece for _, _, piece in rows], rules.policy.length_decimals
    frame = gpd.GeoDataFrame(
        {
            "line_id": ids,
            "river_id": [made.river_id for made, _, _ in rows],
            "bank": None,
            "basis": [piece.basis for piece in pieces],
            "rule_id": [piece.rule_id for piece in pieces],
            "citation": [piece.citation for piece in pieces],
            "offset_m": [piece.width_m for piece in pieces],
            "start_chainage_m": round_half_up(starts, decimals),
            "end_chainage_m": round_half_up(ends, decimals),
            "length_m": round_half_up(geometry.length.to_numpy(), decimals),
            "confidence": [piece.confidence for piece in pieces],
            "source_ids": [",".join(piece.source_ids) for piece in pieces],
            "note": [piece.note for piece in pieces],
        },
        geometry=geometry,
    )
    return MANAGEMENT_LINES.conform(frame)


def closed_rows(lines: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which pieces are of a closed line, (n,): those without a bank, which frames keep as missing and texts as empty.

    Examples
    --------
    >>> import geopandas as gpd
    >>> closed_rows(gpd.GeoDataFrame({"bank": ["left", None, "", float("nan")]})).tolist()
    [False, True, True, True]
    """
    return np.asarray(texts(lines["bank"]) == "", dtype=bool)


def codes_of(lines: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Whose each piece of line is, (n,): the river's code; of a closed line that of its lake, reservoir or work.

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`. A closed line whose key does not tell is the river's.

    Examples
    --------
    >>> columns = {"line_id": ["R1-L-001", "G1-W-002", "mine"], "river_id": "R1", "bank": ["left", None, None]}
    >>> codes_of(gpd.GeoDataFrame(columns, geometry=[None] * 3)).tolist()
    ['R1', 'G1', 'R1']
    """
    codes, ids = texts(lines["river_id"]), texts(lines["line_id"])
    for row in np.flatnonzero(closed_rows(lines)):
        told = _LINE_ID.fullmatch(ids[row])
        codes[row] = told[1] if told else codes[row]
    return codes


def closed_codes(lines: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Codes of the lakes, reservoirs and works among lines, each once and in order.

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`.

    Examples
    --------
    >>> columns = {"line_id": ["R1-L-001", "G1-W-002"], "river_id": "R1", "bank": ["left", None]}
    >>> closed_codes(gpd.GeoDataFrame(columns, geometry=[None] * 2)).tolist()
    ['G1']
    """
    return np.unique(codes_of(lines)[closed_rows(lines)].astype(str)).astype(object)


def shared_with_others(lines: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which pieces of banks are edges shared with a lake or a work, (n,): they part a river's land from theirs.

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`.

    Examples
    --------
    >>> columns = {"rule_id": ["anhui/policy.shared_kinds", "anhui/policy.shared"], "bank": "left"}
    >>> shared_with_others(gpd.GeoDataFrame(columns, geometry=[None] * 2)).tolist()
    [True, False]
    """
    ruled = [rule.endswith(_BETWEEN_KINDS) for rule in texts(lines["rule_id"]).tolist()]
    return np.array(ruled, dtype=bool) & ~closed_rows(lines)


def closed_extents(outcomes: Sequence[Closed], crs: Any, rules: RuleSet) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    """Rows of :data:`riverline.schema.EXTENTS`; the lengths of banks and axis are blank."""
    rows = [(made, "management", made.extent) for made in outcomes if made.extent is not None]
    rows += [(made, "protection", made.protection) for made in outcomes if made.protection is not None]
    if not rows:
        return EXTENTS.empty(crs)
    rows.sort(key=lambda row: (row[0].code, row[1]))
    geometry = gpd.GeoSeries([shapely.multipolygons(shapely.get_parts(extent)) for _, _, extent in rows], crs=crs)
    frame = gpd.GeoDataFrame(
        {
            "extent_id": [f"{made.code}-{kind}" for made, kind, _ in rows],
            "river_id": [made.river_id for made, _, _ in rows],
            "name": [made.name for made, _, _ in rows],
            "kind": [kind for _, kind, _ in rows],
            "area_m2": round_half_up(ellipsoidal_area(geometry).to_numpy(), rules.policy.area_decimals),
            "left_length_m": np.nan,
            "right_length_m": np.nan,
            "axis_length_m": np.nan,
            "clearance_m": kept_clear([made.clearance for made, _, _ in rows]),
            "rules": [", ".join(_sets_of(made, rules)) for made, _, _ in rows],
            "version": rules.digest,
        },
        geometry=geometry,
    )
    return EXTENTS.conform(frame)


def _sets_of(made: Closed, rules: RuleSet) -> list[str]:
    drew = {piece.rule_set for _, piece in made.rows}
    return [asked.name for asked in rules.chain if asked.name in drew]


def borrowed(made: Closed, rules: RuleSet) -> list[Finding]:
    """What was drawn by a rule of another set than the one asked for: a finding for each rule."""
    lines: dict[str, list[shapely.LineString]] = {}
    for line, piece in made.rows:
        if piece.rule_set not in ("", rules.name):
            lines.setdefault(piece.rule_id, []).append(line)
    return [
        Finding("rules-fallback", made.layer, made.code, shapely.union_all(drawn),
                sum(line.length for line in drawn), unit="m", note=rule_id)
        for rule_id, drawn in sorted(lines.items())
    ]  # fmt: skip
