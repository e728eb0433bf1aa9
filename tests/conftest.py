"""What every test file may use: where real data lies, and which versions ran."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import settings
from hypothesis.internal.conjecture import providers

# The same examples on every run: what lands today lands tomorrow. HYPOTHESIS_PROFILE=exploring looks for new ones.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("exploring")
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "repeatable")
settings.load_profile(PROFILE)
if PROFILE == "repeatable":
    # Numbers that stand in the modules loaded so far are tried too, so that examples would depend on what ran before.
    providers._get_local_constants = lambda: providers._local_constants

ROOT = Path(__file__).resolve().parent.parent


def pytest_report_header() -> str:
    """Which geometry and projection libraries ran: results may depend on them."""
    return (
        f"geopandas {gpd.__version__}, shapely {shapely.__version__} (GEOS {shapely.geos_version_string}), "
        f"GDAL {pyogrio.__gdal_version_string__}, PROJ {pyproj.proj_version_str}"
    )


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real data sets: ``RIVERLINE_REAL_DATA``, or ``shared/data`` beside the checkout."""
    folder = Path(os.environ.get("RIVERLINE_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real data are not there: set RIVERLINE_REAL_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def surveyed(real_data) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Axis and sections of the HEC-RAS example, in metres: a river with sixty-four surveyed sections."""
    metres, folder = 1200 / 3937, real_data / "river_sections"
    lines = gpd.read_file(folder / "sections.gpkg", layer="sections").to_crs(26910)
    axis = gpd.read_file(folder / "sections.gpkg", layer="centreline").to_crs(26910).geometry.iloc[0]
    axes = gpd.GeoDataFrame({"river_id": ["Baxter"], "name": ["Baxter"]}, geometry=[axis], crs=lines.crs)
    profiles = {
        key: shapely.LineString(rows[["station", "elev"]].to_numpy() * metres)
        for key, rows in pd.read_csv(folder / "profiles.csv").groupby("xs")
    }
    columns = {
        "section_id": [f"S{key:02d}" for key in lines["xs_id"]],
        "river_id": "Baxter",
        "level_m": lines["wse"] * metres,
        "profile": [profiles[key] for key in lines["xs_id"]],
    }
    return axes, gpd.GeoDataFrame(columns, geometry=lines.geometry, crs=lines.crs)
