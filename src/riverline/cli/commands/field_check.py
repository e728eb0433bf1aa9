"""The subcommand ``riverline field-check``: what people changed in the field, and suspects as they left them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    OutOption,
    StrictOption,
    file_option,
    named_layers,
)
from riverline.cli.printing.telling import conclude, told

__all__ = ["field_check"]


def field_check(
    returned: Annotated[
        str, typer.Argument(metavar=FILE, help="外业核查后返回的图层 | the layer that came back from the field")
    ],
    *,
    suspects: Annotated[str, file_option("发出的图斑：detect、screen 写出的文件 | the suspects that were sent out")],
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("核查成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """外业核查回读：写出差异与改正后的图斑 | read a field check back: differences and corrected suspects."""
    layers = named_layers({"suspects": suspects, "field_checks": returned}, crs, encoding, None, None)
    with told(language) as console:
        from riverline.cli.jobs.field_check import check_files, differences_table

        delivery = check_files(layers, out, language)
        table = differences_table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)
