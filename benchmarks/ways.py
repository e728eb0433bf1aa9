"""Several ways to do one thing, each in a process of its own, so that the memory of each can be told.

What the benchmarks against ``geopandas.overlay`` share: each gives the names of its ways, what runs one of them and
leaves the area inside each feature, and what judges the figures.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Figures", "compare"]


class Figures(NamedTuple):
    """Seconds and megabytes of each way, the area inside each feature, and whether the full sizes were asked for."""

    seconds: dict[str, float]
    memory_mb: dict[str, float]
    areas: dict[str, pd.Series[float]]
    full: bool

    def agree(self, limit_m2: float) -> bool:
        """Whether all ways found the same features and areas as the first; prints by how much they differ."""
        first, *others = self.areas.values()
        off = max(float((each - first).abs().max()) for each in others)
        print(f"largest difference of areas {off:.1e} m² (at most {limit_m2:g})")
        return off <= limit_m2 and all(each.index.equals(first.index) for each in others)


def compare(
    script: str,
    ways: tuple[str, ...],
    run: Callable[[str, bool], tuple[list[float], pd.Series[float]]],
    judge: Callable[[Figures], bool],
    *,
    full: str,
) -> int:
    """Run every way and print its figures; 1 if the judge says no.

    Parameters
    ----------
    script
        The file of the benchmark: it is run anew for every way.
    ways
        Their names, the peer first.
    run
        Does it one way, in full or not: seconds of each time, and the area inside each feature by its key.
    judge
        Prints what the figures are held to, and says whether they keep it.
    full
        What the option ``--full`` is told to be.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true", help=full)
    parser.add_argument("--only", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        seconds, made = run(given.only[0], given.full)
        made.sort_index().to_frame("m2").to_json(given.only[1])
        print(json.dumps({"s": min(seconds), "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0}))
        return 0
    found = Figures({}, {}, {}, given.full)
    with tempfile.TemporaryDirectory() as folder:
        for way in ways:
            place = Path(folder) / f"{way}.json"
            command = [sys.executable, script, "--only", way, str(place), *["--full"] * given.full]
            told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - the benchmark's own file
            found.seconds[way], found.memory_mb[way] = told["s"], told["mb"]
            found.areas[way] = pd.read_json(place, precise_float=True)["m2"]
            print(f"{way:9} s {told['s']:9.3f}  mb {told['mb']:9.3f}  {len(found.areas[way])} features")
    return int(not judge(found))
