"""Reports in the office's form: a river's dossier, the announcement of extents, the month's circular.

What a report says is made once, as a :class:`Document`; the ending of its file says what it becomes: HTML that opens
without a network, Word by a template that users edit, PDF, or a workbook.

Examples
--------
>>> import tempfile
>>> import riverline as rl
>>> extents = rl.schema.EXTENTS.empty("EPSG:4548")
>>> rl.reports.announcement(extents, path=f"{tempfile.mkdtemp()}/公告.html", place="清水县").name
'公告.html'
"""

from __future__ import annotations

from riverline.reports.announcements import compose_announcement
from riverline.reports.counting import count_month
from riverline.reports.dossiers import compose_dossier
from riverline.reports.model import Document, Facts, Figure, Paragraph, Section, Table
from riverline.reports.months import compose_monthly
from riverline.reports.verbs import announcement, dossier, monthly
from riverline.reports.writing import write, write_template

__all__ = [
    "Document",
    "Facts",
    "Figure",
    "Paragraph",
    "Section",
    "Table",
    "announcement",
    "compose_announcement",
    "compose_dossier",
    "compose_monthly",
    "count_month",
    "dossier",
    "monthly",
    "write",
    "write_template",
]
