"""The catalogue of problems: kinds, items and severities of the four chaos as dated, cited data.

A catalogue is a TOML file: documents, items with bands of area, volume, length or value, and the words by which
attributes of features speak of them. A local one extends the national one. What was not readable is ``unknown``.

Examples
--------
>>> import riverline as rl
>>> catalog = rl.load_catalog("national", on="2025-06-01")
>>> severity, band = catalog.find("tall-plants").decide(3200.0)
>>> severity, band.text(), catalog.cite(catalog.find("tall-plants"), band)
('serious', '≥ 1,000, < 5,000', '《河湖“四乱”问题认定及严重程度分类表》第4项（未核实）')
"""

from __future__ import annotations

from riverline.catalog.describing import describe_catalog
from riverline.catalog.loading import list_catalogs, load_catalog
from riverline.catalog.model import Band, Catalog, Item, Word
from riverline.catalog.template import template_of

__all__ = ["Band", "Catalog", "Item", "Word", "describe_catalog", "list_catalogs", "load_catalog", "template_of"]
