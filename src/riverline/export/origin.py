"""Where the layers of a file come from, as one text that any format can carry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from riverline._version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["origin_of"]


def origin_of(layers: Sequence[Layer], language: Language, *, left_out: Sequence[str] = ()) -> str:
    """Version of riverline, rule sets by digest and runs of some layers, as JSON; the same for the same layers.

    ``left_out`` names layers that the file was asked for without, since its receiver has none such.
    """
    rules = {layer.rules.digest: f"{layer.rules.name} {layer.rules.title}" for layer in layers if layer.rules}
    runs = dict.fromkeys(layer.run.to_json() for layer in layers if layer.run is not None)
    content = {
        "riverline_version": __version__,
        "language": language,
        "rules": rules,
        "runs": [json.loads(run) for run in runs],
    } | ({"layers_left_out": list(left_out)} if left_out else {})
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
