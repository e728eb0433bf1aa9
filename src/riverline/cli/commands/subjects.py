"""The subcommands that demarcate what is no river: lakes and reservoirs, works."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    LayerColumnOption,
    OnlyOption,
    OnOption,
    OutOption,
    PlaneOption,
    RulesOption,
    SetOption,
    StrictOption,
    ZoneOption,
    file_option,
    named_layers,
)  # fmt: skip
from riverline.cli.printing.telling import deliver, told

if TYPE_CHECKING:
    from riverline.schema import Language

__all__ = ["waters", "works"]


def waters(  # noqa: PLR0913 - one option a layer
    water: Annotated[str, typer.Argument(metavar=FILE, help="水域（湖泊、水库） | water: lakes and reservoirs")],
    *,
    rules: RulesOption,
    axes: Annotated[str | None, file_option("河道中心线，用于封闭河口 | river axes, to close mouths")] = None,
    levees: Annotated[str | None, file_option("堤防 | levees")] = None,
    flood_levels: Annotated[str | None, file_option("设计、校核、正常水位 | levels of the waters")] = None,
    lines: Annotated[str | None, file_option("征地线、批准的规划线 | acquisition and plan lines")] = None,
    terrain: Annotated[Path | None, typer.Option(metavar="FILE", help="地形栅格，配合水位 | terrain raster")] = None,
    column: LayerColumnOption = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    plane: PlaneOption = None,
    zone: ZoneOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("湖库划界成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """划定湖泊、水库管理范围 | draw the management lines of lakes and reservoirs."""
    named = {"water": water, "axes": axes, "levees": levees, "flood_levels": flood_levels, "lines": lines}
    title = "湖泊、水库管理范围" if language == "zh" else "Extents of lakes and reservoirs"
    source = _Source(crs, encoding, column, set_, only, plane, zone)
    _draw("water", named, source, rules=rules, terrain=terrain, on=on, out=out, language=language, strict=strict,
          title=title)  # fmt: skip


def works(  # noqa: PLR0913 - one option a layer
    drawn: Annotated[
        str, typer.Argument(metavar=FILE, help="水利工程（坝、闸、泵站） | works: dams, sluices, pump stations")
    ],
    *,
    rules: RulesOption,
    axes: Annotated[str | None, file_option("河道中心线，用于判断上下游 | river axes: which way is downstream")] = None,
    column: LayerColumnOption = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    plane: PlaneOption = None,
    zone: ZoneOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("工程划界成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """划定水利工程管理范围 | draw the management ranges of works."""
    title = "水利工程管理范围" if language == "zh" else "Management ranges of works"
    source = _Source(crs, encoding, column, set_, only, plane, zone)
    _draw("works", {"works": drawn, "axes": axes}, source, rules=rules, terrain=None, on=on, out=out,
          language=language, strict=strict, title=title)  # fmt: skip


class _Source(NamedTuple):
    """How files are read: the CRS and encoding of those that do not say theirs, fields, values, rows, the plane."""

    crs: str | None
    encoding: str | None
    column: list[str] | None
    set_: list[str] | None
    only: list[str] | None
    plane: str | None
    zone: int | None


def _draw(  # noqa: PLR0913 - what two commands share
    subject: Literal["water", "works"],
    named: dict[str, str | None],
    source: _Source,
    *,
    rules: str,
    terrain: Path | None,
    on: str | None,
    out: Path,
    language: Language,
    strict: bool,
    title: str,
) -> None:
    """Read the files, demarcate what they are about and hand it over."""
    layers = named_layers(
        named, source.crs, source.encoding, source.column, source.set_, only=source.only, unnamed=subject
    )
    with told(language, command="waters" if subject == "water" else subject) as console:
        from riverline.cli.jobs.steps import MainJob

        job = MainJob(layers, rules, out, terrain, on, language, title, subject, plane=source.plane, zone=source.zone)
        deliver(job, console, strict=strict)
