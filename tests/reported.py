"""What reports say, taken apart for tests."""

from __future__ import annotations

import re


def words_of(document):
    """Everything a document says."""
    parts = [document.title, document.running, document.reference, *document.closing, *document.remarks]
    for section in document.sections:
        parts.append(section.title)
        for block in section.blocks:
            parts += [getattr(block, "text", ""), getattr(block, "title", "")]
            parts += [each for pair in getattr(block, "pairs", ()) for each in pair]
            parts += [cell for row in getattr(block, "rows", ()) for cell in row]
            parts += [*getattr(block, "heads", ()), *getattr(block, "notes", ())]
    return parts


def table_named(document, part):
    return next(table for table in document.tables if part in table.title)


def column(table, head):
    at = table.heads.index(head)
    return [row[at] for row in table.rows]


def alerts_of(document):
    return [block.text for section in document.sections for block in section.blocks
            if getattr(block, "tone", "") == "alert"]  # fmt: skip


def bare(text):
    return re.sub(r"[\s\u200b]", "", text)
