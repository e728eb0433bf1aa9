"""The data dictionary: what every column of every frame is, in one place.

``schema.AXES``, ``schema.LEVEES`` … are :class:`Schema` values. Checks, maps, tables, exports and the documentation
read names, types, units, labels, short names and choices from here and from nowhere else.

Examples
--------
>>> from riverline import schema
>>> schema.LEVEES.label(), schema.LEVEES["feature"].value_label("crest")
('堤防', '堤顶')
>>> [column.name for column in schema.BANK_TOPS]
['bank_id', 'river_id', 'bank', 'feature', 'return_period', 'settings']
>>> schema.FRAMES["axes"] is schema.AXES
True
"""

from __future__ import annotations

from riverline.schema import (
    assessment,
    boundary,
    change,
    change_evidence,
    frames,
    hotspots,
    ledger,
    outfalls,
    patrols,
    plates,
    reports,
    reviewing,
    titles,
    untold,
    waterlines,
)
from riverline.schema.assessment import *  # noqa: F403
from riverline.schema.boundary import *  # noqa: F403
from riverline.schema.change import *  # noqa: F403
from riverline.schema.change_evidence import *  # noqa: F403
from riverline.schema.frames import *  # noqa: F403
from riverline.schema.hotspots import *  # noqa: F403
from riverline.schema.ledger import *  # noqa: F403
from riverline.schema.model import Choice, Column, Language, Schema
from riverline.schema.outfalls import *  # noqa: F403
from riverline.schema.patrols import *  # noqa: F403
from riverline.schema.plates import *  # noqa: F403
from riverline.schema.reports import *  # noqa: F403
from riverline.schema.reviewing import *  # noqa: F403
from riverline.schema.titles import *  # noqa: F403
from riverline.schema.untold import *  # noqa: F403
from riverline.schema.waterlines import *  # noqa: F403

FRAMES: dict[str, Schema] = {
    value.name: value
    for module in (
        frames,
        ledger,
        titles,
        reviewing,
        change,
        change_evidence,
        untold,
        waterlines,
        hotspots,
        outfalls,
        patrols,
        assessment,
        plates,
        boundary,
        reports,
    )
    for value in vars(module).values()
    if isinstance(value, Schema)
}

__all__ = [  # noqa: PLE0604
    *assessment.__all__,
    *boundary.__all__,
    *change.__all__,
    *change_evidence.__all__,
    *frames.__all__,
    *hotspots.__all__,
    *ledger.__all__,
    *outfalls.__all__,
    *patrols.__all__,
    *plates.__all__,
    *reports.__all__,
    *reviewing.__all__,
    *titles.__all__,
    *untold.__all__,
    *waterlines.__all__,
    "FRAMES",
    "Choice",
    "Column",
    "Language",
    "Schema",
]
