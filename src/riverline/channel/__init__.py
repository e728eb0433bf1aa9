"""The channel: where along a river, on which bank, flowing which way, and where its axis is.

Chainage and offset (:func:`locate`), banks (:func:`assign_banks`), direction (:func:`check_orientation`), pieces
(:func:`split_axes`), printed chainage with breaks (:func:`print_chainage`, :func:`true_chainage`), axes from water
polygons (:func:`trace_axis`), problems put on
their rivers (:func:`attach`) and bank tops from axes and widths (:func:`estimate_bank_tops`).
"""

from __future__ import annotations

from riverline.channel.attaching import attach
from riverline.channel.bank_tops import estimate_bank_tops
from riverline.channel.banks import assign_banks
from riverline.channel.breaks import check_breaks, print_chainage, true_chainage
from riverline.channel.locating import locate
from riverline.channel.orientation import check_orientation
from riverline.channel.segments import split_axes
from riverline.channel.tracing import check_traced, trace_axis
from riverline.io.chainage_text import format_chainage, parse_chainage

__all__ = [
    "assign_banks",
    "attach",
    "check_breaks",
    "check_orientation",
    "check_traced",
    "estimate_bank_tops",
    "format_chainage",
    "locate",
    "parse_chainage",
    "print_chainage",
    "split_axes",
    "trace_axis",
    "true_chainage",
]
