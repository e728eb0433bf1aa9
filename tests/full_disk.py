"""A disk that takes so many bytes a file and no more: a process of its own, since no process can lift the limit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_CODE = (
    "import resource, sys; sys.path[:0] = sys.argv[2:]\n"
    "from tests import invented as i\nimport riverline as rl, riverline.export\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    "try:\n    {call}\nexcept rl.JobError as error:\n    print('REFUSED', error.en)"
)
SAYS = "File too large"
"""What this disk says."""


def written_on_full_disk(call: str, path: Path, *, limit: int) -> subprocess.CompletedProcess[str]:
    """What a call prints that writes ``sys.argv[1]`` where a file may have ``limit`` bytes; ``i`` is tests.invented."""
    root = Path(__file__).resolve().parent.parent
    code = _CODE.format(call=call, limit=limit)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", code, str(path), str(root)], check=True, env=environment, capture_output=True, text=True
    )
