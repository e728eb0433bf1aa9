"""Sphinx: pages on schema, rules, faults and errors are written from the code before each build."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import generate  # noqa: E402 - beside this file

import riverline  # noqa: E402

project = "riverline"
author = "riverline developers"
release = riverline.__version__
language = "zh_CN"
extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build", "images"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
html_theme = "alabaster"
html_theme_options = {"description": "河湖划界、岸线侵占与四乱热点分析", "page_width": "1100px"}
nb_execution_mode = "off"  # notebooks are executed by the tests, which fail loudly
myst_heading_anchors = 3
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
templates_path: list[str] = []

generate.write_all(HERE / "generated")
