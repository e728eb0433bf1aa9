"""Scripts that begin other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_HEAD = """
import sys
import tempfile
import geopandas as gpd
import shapely
import riverline as rl
axes = gpd.GeoDataFrame({"river_id": ["A", "B"], "name": ["甲", "乙"]}, crs="EPSG:4548",
    geometry=[shapely.LineString([(500_000, y), (501_000, y + 100)]) for y in (3_400_000, 3_402_000)])
"""
_CALLS = {
    "riverline.plates.atlas": "made = rl.plates.atlas(axes, tempfile.mkdtemp(), paper='A4', processes=2)",
    "riverline.maps.batch": "made = rl.maps.batch(axes, tempfile.mkdtemp(), processes=2)",
}


def ran(tmp_path, text):
    file = tmp_path / "script.py"
    file.write_text(text, encoding="utf-8")
    paths = os.pathsep.join([str(Path(__file__).parents[1] / "src"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run([sys.executable, str(file)], env=environment, capture_output=True, text=True,
                          encoding="utf-8", check=False, timeout=120)  # fmt: skip


@pytest.mark.parametrize("verb", _CALLS)
def test_a_plain_script_is_told_what_to_type(tmp_path, verb):
    done = ran(tmp_path, f"{_HEAD}print('begun')\n{_CALLS[verb]}\n")
    assert done.returncode == 1
    # No process was begun: the script ran once.
    assert done.stdout.count("begun") == 1
    last = done.stderr[done.stderr.index("JobError") :]
    assert f"{verb}(processes=2)" in last
    assert 'if __name__ == "__main__":' in last
    assert "第 10 行" in last
    assert "An attempt has been made" not in done.stderr


def test_a_call_inside_a_function_of_a_plain_script_is_told_too(tmp_path):
    call = _CALLS["riverline.maps.batch"]
    done = ran(tmp_path, f"{_HEAD}if __name__:\n    pass\ndef work():\n    {call}\nfor _ in range(1):\n    work()\n")
    assert "第 14 行" in done.stderr[done.stderr.index("JobError") :]


def test_a_guarded_script_draws(tmp_path):
    calls = "\n    ".join([*_CALLS.values(), "print(sorted(made.maps['state']))"])
    done = ran(tmp_path, f'{_HEAD}\nif __name__ == "__main__":\n    {calls}\n')
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['drawn', 'drawn']"


def test_what_is_no_script_is_not_asked():
    # Nothing is imported again of ``python -c``.
    paths = os.pathsep.join([str(Path(__file__).parents[1] / "src"), os.environ.get("PYTHONPATH", "")])
    text = f"{_HEAD}{_CALLS['riverline.maps.batch']}\nprint(sorted(made.maps['state']))"
    done = subprocess.run([sys.executable, "-c", text], env={**os.environ, "PYTHONPATH": paths}, capture_output=True,
                          text=True, check=False, timeout=120)  # fmt: skip
    assert done.stdout.strip() == "['drawn', 'drawn']", done.stderr
