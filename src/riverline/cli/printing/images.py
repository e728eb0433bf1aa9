"""Images in the tables of commands: what each is, and when it was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.cli.tables import add_row, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from riverline.io.scenes import Scene
    from riverline.schema import Language

__all__ = ["scenes_table"]

_SHOWN = 30


def scenes_table(scenes: Sequence[Scene], language: Language) -> Table:
    """One row an image, by day: bands, size of a pixel, where clouds are told, CRS."""
    zh = language == "zh"
    heads = ("影像", "日期", "波段", "像元", "云掩膜", "坐标系")
    heads = heads if zh else ("Image", "Day", "Bands", "Pixel", "Clouds", "CRS")
    table = table_of("影像" if zh else "Images", heads, right=(1, 3), lesser=(5, 2), language=language)
    ordered = sorted(scenes, key=lambda scene: (str(scene.date or ""), scene.name))
    for scene in ordered[:_SHOWN]:
        code, unit = scene.crs.to_epsg(), "°" if scene.crs.is_geographic else " m"
        size = f"{scene.grid.pixel:g}{unit}"
        masked = "-" if scene.mask is None else scene.mask.kind
        add_row(table, scene.name, scene.date or "-", " ".join(scene.bands), size, masked,
                f"EPSG:{code}" if code else scene.crs.name)  # fmt: skip
    left = len(ordered) - _SHOWN
    if left > 0:
        add_row(table, f"… 另有 {left} 景" if zh else f"… {left} more")
    return table
