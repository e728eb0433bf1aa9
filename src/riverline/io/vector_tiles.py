"""Vector tiles in one file, as GDAL's driver of PMTiles writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyogrio import raw

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["write_tiles"]

# A tile may be this large and hold so many: what is beyond would be dropped without a word.
_MOST_BYTES, _MOST_FEATURES = 20_000_000, 2_000_000


def write_tiles(
    path: Path,
    content: pa.Table,
    *,
    name: str,
    geometry: str,
    zooms: tuple[int, int],
    geometry_type: str = "Unknown",
    crs: str | None = "EPSG:4326",
    description: str = "",
) -> None:
    """Write a table as PMTiles, over a file that is there.

    Parameters
    ----------
    path
        The file.
    content
        Columns, one of them with geometry as WKB.
    name, description
        Of the layer, and what the file says of itself.
    geometry
        Name of the column.
    zooms
        The first and the last zoom that tiles are cut for.
    geometry_type, crs
        Of the geometry.

    Notes
    -----
    GDAL leaves out, without a word, what is smaller than the grid of a tile or lies beyond the antimeridian: whoever
    calls reads back what is there.
    """
    path.unlink(missing_ok=True)
    options = {"MINZOOM": str(zooms[0]), "MAXZOOM": str(zooms[1]), "MAX_SIZE": str(_MOST_BYTES),
               "MAX_FEATURES": str(_MOST_FEATURES), "NAME": name, "DESCRIPTION": description}  # fmt: skip
    raw.write_arrow(content, str(path), layer=name, driver="PMTiles", geometry_name=geometry,
                    geometry_type=geometry_type, crs=crs, dataset_options=options)  # fmt: skip
