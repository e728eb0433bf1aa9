"""Awkward geometries and names with a name each, shared by every test file.

A case says what :func:`riverline.check` must find when the case is alone in an axes frame (lines) or a water frame
(polygons): nothing means that the case is unusual and still right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon

if TYPE_CHECKING:
    from collections.abc import Iterable

CRS = "EPSG:4548"  # CGCS2000, 3-degree zone on 117° E, plain eastings
X, Y = 500_000.0, 3_400_000.0  # on the central meridian, 30.7° N


@dataclass(frozen=True, slots=True)
class Case:
    """One feature, or some features that are awkward together, and the fault codes it must give."""

    name: str
    geometry: Any
    codes: frozenset[str] = frozenset()

    @property
    def features(self) -> list[Any]:
        return self.geometry if isinstance(self.geometry, list) else [self.geometry]


def case(name: str, geometry: Any, *codes: str) -> Case:
    return Case(name, geometry, frozenset(codes))


def line(*xy: tuple[float, ...]) -> LineString:
    """A line by offsets in metres from the zoo's gate."""
    with np.errstate(invalid="ignore"):  # some are not finite, on purpose
        return LineString([(X + each[0], Y + each[1], *each[2:]) for each in xy])


def ring(*xy: tuple[float, float]) -> list[tuple[float, float]]:
    return [(X + x, Y + y) for x, y in xy]


def _winding(length: float, step: float) -> LineString:
    along = np.arange(0.0, length + step, step)
    return LineString(np.column_stack([X + along, Y + 400.0 * np.sin(along / 900.0)]))


STRAIGHT = line((0, 0), (1000, 0))
SQUARE = Polygon(ring((0, 0), (100, 0), (100, 100), (0, 100)))
HOLE = ring((20, 20), (40, 20), (40, 40), (20, 40))
NAN = float("nan")

LINES = (
    case("straight", STRAIGHT),
    case("bend", line((0, 0), (500, 0), (500, 500))),
    case("hairpin", line((0, 0), (1000, 0), (1000, 2), (0, 2))),
    case("loop", line((0, 0), (100, 0), (100, 100), (0, 0)), "river-not-done"),
    case("all but a loop", line((0, 0), (100, 0), (100, 100), (0, 1))),
    case("sixty kilometres", _winding(60_000.0, 50.0)),
    case("two vertices, sixty kilometres", line((0, 0), (60_000, 0))),
    case("two centimetres", line((0, 0), (0.02, 0))),
    case("missing", None, "geometry-missing"),
    case("empty", LineString(), "geometry-empty"),
    case("not finite", line((0, 0), (NAN, 5), (10, 10)), "geometry-infinite"),
    case("infinite", line((0, 0), (float("inf"), 5)), "geometry-infinite"),
    case("self-crossing", line((0, 0), (100, 100), (100, 0), (0, 100)), "self-crossing"),
    case("touching itself", line((0, 0), (100, 0), (100, 100), (50, 0)), "self-crossing"),
    case("retraced", line((0, 0), (100, 0), (50, 0)), "self-crossing"),
    case("there and back", line((0, 0), (100, 0), (0, 0)), "self-crossing", "river-not-done"),
    case("zero length", line((0, 0), (0, 0)), "zero-length"),
    case("a tenth of a millimetre", line((0, 0), (0.0001, 0)), "zero-length"),
    case("repeated vertex", line((0, 0), (50, 0), (50, 0), (50, 0), (100, 0)), "repeated-vertices"),
    case("3D", line((0, 0, 12.5), (100, 0, 12.0)), "z-present"),
    case("measured", shapely.from_wkt(f"LINESTRING M ({X} {Y} 0, {X + 100} {Y} 100)"), "m-present"),
    case("3D and measured",
         shapely.from_wkt(f"LINESTRING ZM ({X} {Y} 9 0, {X + 100} {Y} 9 100)"), "z-present", "m-present"),
    case("two parts", MultiLineString([line((0, 0), (100, 0)), line((200, 0), (300, 0))]), "multipart"),
    case("one part", MultiLineString([STRAIGHT]), "multipart"),
    case("point", Point(X, Y), "geometry-type"),
    case("polygon", SQUARE, "geometry-type"),
    case("collection", shapely.GeometryCollection([STRAIGHT, Point(X, Y)]), "geometry-type"),
    case("swapped axes", LineString([(Y, X), (Y + 1000, X)]), "axis-order"),
    case("zone prefix", LineString([(39_500_000, Y), (39_501_000, Y)]), "zone-prefix"),
    case("one digit too many", LineString([(X, 34_000_000), (X + 1000, 34_000_000)]), "off-projection"),
    case("at the origin", LineString([(0, 0), (1000, 0)]), "out-of-area"),
    case("southern hemisphere", LineString([(X, -Y), (X + 1000, -Y)]), "out-of-area"),
)  # fmt: skip

NETWORKS = (
    case("confluence on a vertex", [line((0, 0), (500, 0), (1000, 0)), line((500, 800), (500, 0))]),
    case("confluence between vertices", [STRAIGHT, line((333.3, 800), (333.3, 0))]),
    case("crossing", [STRAIGHT, line((500, -500), (500, 500))]),
    case("braid", [line((0, 0), (100, 0)), line((100, 0), (150, 30), (200, 0)), line((100, 0), (150, -30), (200, 0)),
                   line((200, 0), (300, 0))]),
    case("source near another river", [STRAIGHT, line((500, 60), (500, 900))]),
    case("tiny gap", [line((0, 0), (100, 0)), line((102, 0), (200, 0))], "undershoot"),
    case("undershoot", [STRAIGHT, line((500, 800), (500, 3))], "undershoot"),
    case("overshoot", [STRAIGHT, line((500, 800), (500, -3))], "overshoot"),
    case("duplicate", [STRAIGHT, STRAIGHT], "duplicate-geometry"),
    case("duplicate, reversed", [line((0, 0), (50, 9), (100, 0)), line((100, 0), (50, 9), (0, 0))],
         "duplicate-geometry"),
    case("duplicate, one with Z", [line((0, 0), (99, 0)), line((0, 0, 5), (99, 0, 5))],
         "duplicate-geometry", "z-present"),
    case("nearly duplicate", [line((0, 0), (50, 9), (100, 0)), line((0, 0), (50, 9.02), (100, 0))], "near-duplicate"),
    case("side by side", [line((0, 0), (50, 9), (100, 0)), line((0, 6), (50, 15), (100, 6))]),
    case("one far from the others",
         [*(line((k * 1000, 0), (k * 1000 + 500, 0)) for k in range(9)), line((0, 400_000), (500, 400_000))],
         "far-away"),
)  # fmt: skip

POLYGONS = (
    case("square", SQUARE),
    case("hole", Polygon(SQUARE.exterior, [HOLE])),
    case("hole touching the shell", Polygon(SQUARE.exterior, [ring((0, 0), (40, 20), (20, 40))])),
    case("holes touching each other", Polygon(SQUARE.exterior, [HOLE, ring((40, 40), (60, 40), (60, 60))])),
    case("island in a lake's hole", MultiPolygon([Polygon(SQUARE.exterior, [HOLE]),
                                                  Polygon(ring((25, 25), (35, 25), (35, 35)))])),
    case("two parts that touch", MultiPolygon([SQUARE, Polygon(ring((100, 100), (200, 100), (200, 200)))])),
    case("clockwise", Polygon(ring((0, 0), (0, 100), (100, 100), (100, 0)))),
    case("ten centimetres wide", Polygon(ring((0, 0), (1000, 0), (1000, 0.1), (0, 0.1)))),
    case("bow-tie", Polygon(ring((0, 0), (100, 100), (100, 0), (0, 100))), "invalid"),
    case("spike", Polygon(ring((0, 0), (100, 0), (100, 100), (100, 150), (100, 100), (0, 100))), "invalid"),
    case("hole outside", Polygon(SQUARE.exterior, [ring((200, 200), (220, 200), (220, 220))]), "invalid"),
    case("hole along the shell", Polygon(SQUARE.exterior, [ring((0, 20), (40, 20), (0, 40))]), "invalid"),
    case("cut through by its hole",
         Polygon(SQUARE.exterior, [ring((0, 50), (50, 0), (100, 50), (50, 100))]), "invalid"),
    case("parts that overlap", MultiPolygon([SQUARE, Polygon(ring((50, 50), (150, 50), (150, 150)))]), "invalid"),
    case("collapsed to a line", Polygon(ring((0, 0), (100, 100), (200, 200))), "zero-area"),
    case("collapsed to a point", Polygon(ring((5, 5), (5, 5), (5, 5))), "zero-area"),
    case("missing", None, "geometry-missing"),
    case("empty", Polygon(), "geometry-empty"),
    case("repeated vertex", Polygon(ring((0, 0), (100, 0), (100, 0), (100, 100), (0, 100))), "repeated-vertices"),
    case("3D", shapely.force_3d(SQUARE, 8.0), "z-present"),
    case("line", STRAIGHT, "geometry-type"),
)  # fmt: skip

#: What names of rivers, people and files are made of once they come from the field.
NAMES = (
    "清水河",
    "𣲗水",
    "Ʊлица — ñandú",
    "",
    "   ",
    "\u3000\u200b",
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "=HYPERLINK(1)",
    "@SUM(A1)",
    "-1+1",
    "../../etc/passwd",
    "C:\\清水\\河|*?",
    "CON",
    "{value} {0} {unknown} %s",
    "'; DROP TABLE rivers; --",
    "两行\n名称\t制表",
    "\u202egnp.exe",
    "NULL",
    "nan",
    "长" * 300,
    "🏞️",
)


def axes(geometry: Iterable[Any], *, crs: Any = CRS, **columns: Any) -> gpd.GeoDataFrame:
    """A frame of axes, one feature a geometry, keys ``R01`` and on, without names."""
    drawn = list(geometry)
    keys = [f"R{k:02d}" for k in range(1, len(drawn) + 1)]
    data = {"river_id": keys, "name": "", **columns}
    if isinstance(data["river_id"], str):
        data["river_id"] = [data["river_id"]] * len(drawn)
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(drawn, crs=crs), crs=crs)


def water(geometry: Iterable[Any], *, crs: Any = CRS, **columns: Any) -> gpd.GeoDataFrame:
    """A frame of water surfaces of one river, keys ``W01`` and on."""
    drawn = list(geometry)
    keys = [f"W{k:02d}" for k in range(1, len(drawn) + 1)]
    data = {"water_id": keys, "river_id": "R01", "kind": "river", **columns}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(drawn, crs=crs), crs=crs)
