"""Sphinx: pages on functions, schema, rules, faults and the command are written from the code before each build."""

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
exclude_patterns = ["_build", "images", "jupyter_execute"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
html_theme = "alabaster"
html_theme_options = {
    "description": "河湖划界、岸线侵占与四乱热点分析",
    "page_width": "min(1280px, 96vw)",
    "sidebar_width": "240px",
    "fixed_sidebar": True,
}
html_css_files = ["wide.css"]
html_static_path = ["static"]
html_show_sphinx = False
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"

generate.write_all(HERE / "generated", notebooks=HERE.parent / "notebooks")
