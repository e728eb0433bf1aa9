"""The package as a whole: what it promises, what importing it costs, what the wheel holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import riverline as rl

ROOT = Path(__file__).resolve().parent.parent
NAMESPACES = {"channel", "export", "faults", "geodesy", "maps", "samples", "schema"}
HEAVY = {"folium", "matplotlib", "rasterio", "skimage", "numba", "dask", "openpyxl", "typer", "contourpy"}


def test_public_names_are_sorted_and_complete() -> None:
    names = {name for name, value in vars(rl).items() if not name.startswith("_") and not isinstance(value, ModuleType)}
    assert names - {"annotations", "importlib", "TYPE_CHECKING", "Any"} == set(rl.__all__) - NAMESPACES - {"__version__"}
    assert sorted(rl.__all__) == list(rl.__all__)


@pytest.mark.parametrize("name", rl.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(rl, name)
    if name != "__version__":
        assert (value.__doc__ or "").strip()


def test_import_is_light() -> None:
    code = "import sys, json, riverline; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert not HEAVY & set(loaded)


def test_notebooks_are_stored_without_output() -> None:
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells), path.name


def test_samples_are_small_and_found() -> None:
    folder = ROOT / "data" / "samples"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 4_000_000
    from riverline import samples

    for path in folder.iterdir():
        assert samples.path(path.name).is_file()
    with pytest.raises(rl.ReadError, match="清水县.gpkg"):
        samples.path("nowhere.gpkg")


def test_samples_are_made_by_the_script_to_the_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "make_samples.py", tmp_path], check=True, capture_output=True)
    for path in (ROOT / "data" / "samples").iterdir():
        if path.name != "README.md":
            assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
