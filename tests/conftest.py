"""What every test file may use: where real data lies, and which versions ran."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import settings

# The same examples on every run: what lands today lands tomorrow. HYPOTHESIS_PROFILE=exploring looks for new ones.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("exploring")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

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
