"""The package as a whole: what it promises, what importing it costs, what it is made of, what the wheel holds."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "riverline"
NAMESPACES = (
    "catalog", "channel", "export", "faults", "geodesy", "hotspots", "inspection", "maps", "plates", "reports", "rules",
    "samples", "schema", "style",
)  # fmt: skip
HEAVY = {
    "contourpy", "dask", "folium", "matplotlib", "numba", "openpyxl", "pydantic", "rasterio", "rich", "scipy",
    "skimage", "typer",
}  # fmt: skip
# What an analyst's first lines touch: reading, checking, the dictionary, planes.
FIRST_LINES = "import riverline as rl; rl.read_layer, rl.read_table, rl.check, rl.schema.AXES, rl.geodesy, rl.faults"


# The public surface


def test_public_names_are_sorted_and_are_all_that_is_offered():
    assert sorted(rl.__all__) == list(rl.__all__)
    assert dir(rl) == list(rl.__all__)
    assert set(rl._NAMESPACES) == set(NAMESPACES)
    assert rl._NAMESPACES | set(rl._HOMES) <= set(rl.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'demarkate'"):
        rl.demarkate  # noqa: B018 - asking is the test


def test_what_loads_late_is_what_type_checkers_see():
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    late = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {(line.module, name.name) for line in late.body for name in getattr(line, "names", ())}
    told = {("riverline", name) for name in rl._NAMESPACES}
    assert seen == told | {(f"riverline.{home}", name) for name, home in rl._HOMES.items()}


@pytest.mark.parametrize("name", rl.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(rl, name)
    assert getattr(importlib.import_module("riverline"), name) is value
    if name != "__version__":
        assert (value.__doc__ or "").strip()


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Functions of the top level and of the namespaces, by the name that a user types."""
    for space in ("", *NAMESPACES):
        module = importlib.import_module(f"riverline.{space}".rstrip("."))
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value):
                yield f"{module.__name__}.{name}", value


@pytest.mark.parametrize(("name", "function"), [pytest.param(*pair, id=pair[0]) for pair in public_functions()])
def test_every_public_function_says_what_it_takes_and_gives_and_shows_it(name, function):
    told = inspect.getdoc(function) or ""
    takes = list(inspect.signature(function).parameters)
    wanted = ["Parameters"] * bool(takes) + ["Returns"] * (function.__annotations__.get("return") != "None")
    missing = [section for section in [*wanted, "Examples"] if f"{section}\n{'-' * len(section)}" not in told]
    assert not missing, f"{name} lacks {missing}"
    assert ">>> " in told
    parts = told.split("Parameters\n", 1)[-1]
    assert not [each for each in takes if each not in parts]


def test_verbs_take_little_by_position_and_the_rest_by_name():
    for name, function in public_functions():
        parameters = inspect.signature(function).parameters.values()
        positional = [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
        # Four: river, bank and chainage name a place on a result.
        assert len(positional) <= (4 if name == "riverline.explain" else 2), name


# What importing costs


def loaded_by(code: str) -> set[str]:
    listing = f"{code}; import sys, json; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return set(json.loads(ran.stdout))


def test_import_loads_nothing_heavy():
    assert not loaded_by("import riverline") & (HEAVY | {"geopandas", "pandas", "numpy"})
    assert not loaded_by(FIRST_LINES) & HEAVY
    unasked = {"scipy.signal", "scipy.stats", "riverline.hotspots", "riverline.demarcation", "matplotlib", "simplekml"}
    assert not loaded_by("import riverline.export") & unasked, "who writes a file waits for no statistics"


def test_first_lines_cost_little_more_than_geopandas():
    """CPU of runs taken in turn: machines differ in speed, so a share and not seconds, and one quiet turn is enough."""

    def seconds(code: str) -> float:
        command = [sys.executable, "-c", f"{code}; import time; print(time.process_time())"]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert any(seconds(FIRST_LINES) <= 1.5 * seconds("import geopandas") for _ in range(8))


# What it is made of


def trees() -> Iterator[tuple[Path, str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        yield path.relative_to(SOURCE), text, ast.parse(text)


def code_lines(node: ast.FunctionDef, lines: list[str]) -> int:
    """Lines of a function's body that hold code: no docstring, blanks or comments."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    span = lines[body[0].lineno - 1 : node.end_lineno] if body else []
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in span)


def test_functions_and_modules_stay_small():
    modules, functions = {}, {}
    for path, text, tree in trees():
        lines = text.splitlines()
        modules[str(path)] = len(lines)
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        functions |= {f"{path}:{node.name}": code_lines(node, lines) for node in nodes}
    assert not {name: length for name, length in modules.items() if length > 400}
    assert not {name: length for name, length in functions.items() if length > 60}
    assert np.percentile(list(functions.values()), 90) <= 25


def test_modules_are_named_by_what_they_do():
    names = {path.stem for path, _, _ in trees()}
    assert not names & {"utils", "util", "helpers", "common", "core", "base", "misc", "manager"}


def test_nothing_is_left_undone_or_swallowed():
    for path, text, tree in trees():
        assert "TODO" not in text, path
        assert "FIXME" not in text, path
        assert ".iterrows(" not in text, path
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, path
                passed_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                assert passed_on or ast.unparse(node.type) not in {"Exception", "BaseException"}, path
            assert not isinstance(node, ast.Assert), path


# What ships


def test_notebooks_are_stored_without_output():
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells), path.name


def test_the_first_notebook_does_its_work_in_ten_lines():
    cells = json.loads((ROOT / "notebooks" / "01_demarcation.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    work = [
        node for node in ast.parse(code).body if "rl." in ast.unparse(node) and "samples.path" not in ast.unparse(node)
    ]
    assert len(work) <= 10


def test_samples_are_small_and_found():
    folder = ROOT / "data" / "samples"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 4_000_000
    for path in folder.iterdir():
        assert rl.samples.path(path.name).is_file()
    with pytest.raises(rl.ReadError, match=r"清水县\.gpkg"):
        rl.samples.path("nowhere.gpkg")


@pytest.mark.slow
def test_samples_are_what_the_script_makes_and_it_makes_the_same_bytes_twice(tmp_path):
    """What ships is compared by content: releases of GDAL write the same rows in other bytes."""
    script, shipped = ROOT / "scripts" / "make_samples.py", ROOT / "data" / "samples"
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        subprocess.run([sys.executable, script, folder], check=True, capture_output=True)
    names = sorted(path.name for path in folders[0].iterdir())
    assert names == sorted(path.name for path in shipped.iterdir() if path.name != "README.md")
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    for path in map(shipped.joinpath, names):
        if path.suffix == ".tif":
            with rasterio.open(path) as there, rasterio.open(folders[0] / path.name) as made:
                assert (there.crs, there.transform) == (made.crs, made.transform)
                np.testing.assert_allclose(there.read(), made.read(), atol=1e-3)
        elif path.suffix in {".gpkg", ".shp"}:
            for layer, _ in pyogrio.list_layers(path):
                pair = [gpd.read_file(each, layer=layer) for each in (path, folders[0] / path.name)]
                if isinstance(pair[0], gpd.GeoDataFrame):
                    assert_geodataframe_equal(*pair, check_less_precise=True)
                else:
                    assert_frame_equal(*pair)
        elif path.suffix in {".json", ".toml", ".csv"}:
            assert path.read_text(encoding="utf-8") == (folders[0] / path.name).read_text(encoding="utf-8"), path.name


@pytest.mark.slow
def test_the_wheel_holds_samples_rule_sets_page_and_types_and_no_tests(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("riverline-*.whl")
    assert wheel.stat().st_size <= 4_000_000
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
        scripts = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    shipped = {path for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    expected = {f"riverline/{path.relative_to(SOURCE).as_posix()}" for path in shipped}
    expected |= {f"riverline/_samples/{path.name}" for path in (ROOT / "data" / "samples").iterdir()}
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert {"riverline/py.typed", "riverline/maps/page/map.js", "riverline/maps/page/map.css"} <= names
    assert sum(name.startswith("riverline/rules/rulesets/") for name in names) == len(rl.list_rules())
    assert "riverline = riverline.cli:main" in scripts
    for extra in ("all", "cad", "check", "cli", "dask", "dev", "imagery", "kml", "report", "stats"):
        assert f"Provides-Extra: {extra}" in metadata
