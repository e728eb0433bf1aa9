"""The main job as steps: read, check, demarcate, map, layers. It tells what it does; others draw the bar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import pyogrio

import riverline as rl
from riverline import samples
from riverline.cli.jobs.handover import LAYERS_NAME, Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside
from riverline.schema.words import plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from riverline.cli.jobs.handover import Step
    from riverline.demarcation import Demarcation
    from riverline.io.mapping import Columns, Values
    from riverline.schema import Column, Language, Schema

__all__ = [
    "Layer",
    "MainJob",
    "Sections",
    "carry_out",
    "demo_job",
    "drawn_on",
    "in_plane",
    "numbered",
    "read_layers",
    "read_named",
    "schema_of",
]

TABLES = frozenset({".csv", ".txt", ".xlsx", ".xlsm", ".xls"})
VERBS: dict[str, Callable[..., Demarcation]] = {
    "axes": rl.demarcate,
    "water": rl.demarcate_waters,
    "works": rl.demarcate_works,
}
"""What demarcates each subject."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Where a layer is read from: any GDAL source, or a table of points."""

    path: Path
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    columns: Columns | None = None
    values: Values | None = None
    only: Mapping[str, str] | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """The columns that it is mapped to or given values for."""
        mapped = [[ours] if isinstance(ours, str) else ours for ours in (self.columns or {}).values()]
        return tuple(dict.fromkeys([*(self.values or {}), *(each for ours in mapped for each in ours)]))

    def read(self, schema: Schema) -> gpd.GeoDataFrame:
        """The layer as a frame of the schema."""
        told: dict[str, Any] = {"crs": self.crs, "encoding": self.encoding}
        told |= {"columns": self.columns, "values": self.values}
        if self.path.suffix.lower() in TABLES:
            return self.chosen(rl.read_table(self.path, schema, sheet=self.layer, **told), schema)
        return self.chosen(rl.read_layer(self.path, schema, layer=self.layer, **told), schema)

    def chosen(self, frame: gpd.GeoDataFrame, schema: Schema) -> gpd.GeoDataFrame:
        """The rows whose fields have one of the values asked for, and a note of how many there were.

        A field may be named as the file has it, although the reader gave it a name of the dictionary.
        """
        for asked, listed in (self.only or {}).items():
            field = self._column(asked, frame, schema)
            if field is None:
                there = ", ".join(str(name) for name in frame.columns if name != "geometry")
                raise rl.SchemaError(
                    f"--only 中的字段 {asked} 不在图层中；现有：{there}",
                    f"--only: no field {asked}; there are: {there}",
                )
            kept = frame[frame[field].astype("str").isin(listed.split(","))].reset_index(drop=True)
            told = {"zh": f"只用 {asked}={listed} 的 {len(kept)} 个要素，共 {len(frame)} 个",
                    "en": f"only the {len(kept)} of {len(frame)} features with {asked}={listed}"}  # fmt: skip
            source = frame.attrs["source"]
            kept.attrs = {**frame.attrs, "source": {**source, "notes": [*source["notes"], told]}}
            frame = kept
        return frame

    def _column(self, field: str, frame: gpd.GeoDataFrame, schema: Schema) -> str | None:
        """What the frame calls a field of the file: its name, what it was mapped to, or the column it answers to."""
        mapped = (self.columns or {}).get(field, ())
        asked = plain_name(field)
        known = [each.name for each in schema if asked in map(plain_name, (each.label_zh, each.label_en, each.short))]
        names = [field, *([mapped] if isinstance(mapped, str) else mapped), *known]
        return next((name for name in names if name in frame.columns), None)


@dataclass(frozen=True, slots=True)
class Sections:
    """Where surveyed sections are read from: their lines, and the table of their ground points."""

    lines: Layer
    profiles: Path
    sheet: str | None = None
    unit: Literal["m", "ft", "us_ft"] = "m"

    def read(self, schema: Schema) -> gpd.GeoDataFrame:
        """The sections as a frame of :data:`riverline.schema.SECTIONS`."""
        sections = rl.read_sections(
            self.lines.path,
            self.profiles,
            columns=self.lines.columns,
            values=self.lines.values,
            crs=self.lines.crs,
            unit=self.unit,
            layer=self.lines.layer,
            sheet=self.sheet,
            encoding=self.lines.encoding,
        )
        return self.lines.chosen(sections, schema)


@dataclass(frozen=True, slots=True)
class MainJob:
    """From files to a map and layers.

    ``layers`` names the inputs by the argument of the verb; what it demarcates must be among them: ``axes`` of rivers,
    ``water`` of lakes and reservoirs, ``works``.
    """

    layers: Mapping[str, Layer | Sections]
    rules: str
    out: Path
    terrain: Path | None = None
    on: str | None = None
    language: Language = "zh"
    title: str = ""
    subject: Literal["axes", "water", "works"] = "axes"
    plane: str | None = None
    zone: int | None = None


def carry_out(job: MainJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.layers) + 4)
    require_folder(job.out)
    rules = rl.load_rules(job.rules, on=job.on)
    frames = read_layers(job.layers, schema_of, step)
    read = frames[job.subject]
    subject = frames[job.subject] = in_plane(read, plane=job.plane, zone=job.zone)
    if job.zone is not None:
        elsewhere = set(read["river_id"].dropna()) - set(subject["river_id"]) if "river_id" in read else set()
        near = {name: _near_zone(frame, job.zone, elsewhere) for name, frame in frames.items() if name != job.subject}
        frames.update(near)
    step("检查图层", "check the layers")
    checked = [rl.check(frame, schema_of(name)) for name, frame in frames.items()]
    step("划定管理范围", "demarcate")
    others: dict[str, Any] = {name: frame for name, frame in frames.items() if name != job.subject}
    if job.subject != "works":
        others["terrain"] = job.terrain
    result = VERBS[job.subject](subject, rules, **others)
    result = replace(result, faults=_told_once(checked, result.faults, crs=subject.crs))
    beside = tables_beside(LAYERS_NAME, result, language=job.language)
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(result, drawn_on(subject, job.subject), language=job.language, title=job.title),
        write=lambda path: rl.export.to_geopackage(path, result, language=job.language),
        beside=beside,
        step=step,
    )
    more = tuple(job.out / name for name in beside)
    return Delivery(frames, result, *paths, more_paths=more, without_tables=not beside)


def read_named(name: str, layer: Layer | Sections, schema: Schema) -> gpd.GeoDataFrame:
    """The layer as a frame; an error says which layer and file it is about, so that its advice can be typed."""
    try:
        return layer.read(schema)
    except rl.RiverlineError as error:
        about: Any = error
        about.layer = name
        about.file = str(layer.path if isinstance(layer, Layer) else layer.lines.path)
        raise


def numbered(layer: Layer, key: Column) -> Layer:
    """A layer that needs no codes of its own: they are left blank where no field of the file holds them."""
    if key.name in layer.given or _holds(layer, key):
        return layer
    return replace(layer, values={key.name: "", **(layer.values or {})})


def _holds(layer: Layer, column: Column) -> bool:
    """Whether a field of the file has the name, a label or the short name of a column."""
    known = {plain_name(each) for each in (column.name, column.label_zh, column.label_en, column.short)}
    try:
        fields = pyogrio.read_info(layer.path, layer=layer.layer)["fields"]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        return True  # reading it says what is wrong
    return bool(known & {plain_name(str(each)) for each in fields})


def read_layers(
    layers: Mapping[str, Layer | Sections], schema_of: Callable[[str], Schema], step: Callable[[str, str], None]
) -> dict[str, gpd.GeoDataFrame]:
    """Every layer by the schema of its name, each told before it is read."""
    frames = {}
    for name, layer in layers.items():
        schema = schema_of(name)
        step(f"读取{schema.label_zh}", f"read {schema.label_en}")
        frames[name] = read_named(name, layer, schema)
    return frames


def in_plane(axes: gpd.GeoDataFrame, *, plane: str | None, zone: int | None) -> gpd.GeoDataFrame:
    """Axes in the plane to work in: the one asked for, that of a zone with the rivers of it alone, or their zone's.

    Parameters
    ----------
    axes
        As they were read.
    plane
        A CRS in metres.
    zone
        Number of a 3-degree zone.

    Raises
    ------
    JobError
        If no river is in the zone, or both are asked for.
    """
    if zone is None:
        return rl.geodesy.to_metric(axes, crs=plane)
    if plane is not None:
        raise rl.JobError("--plane 与 --zone 只能用一个", "--plane and --zone do not go together")
    code = rl.geodesy.zone_crs(zone)
    number = rl.geodesy.zone_of(axes)
    mine = number == code
    if not mine.any():
        there = ", ".join(sorted(set(number.dropna())))
        raise rl.JobError(f"{code} 带内没有河流；有：{there}", f"no river is in the zone of {code}; there are: {there}")
    kept = axes[mine].reset_index(drop=True)
    return rl.geodesy.to_metric(kept, crs=code)


def _told_once(checked: list[gpd.GeoDataFrame], found: gpd.GeoDataFrame, *, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    """The faults of both: what demarcating says again of the same feature, such as a closed axis, counts once."""
    keys = ["code", "layer", "feature_id"]
    again = set(found[keys].itertuples(index=False, name=None))
    rest = [frame[[row not in again for row in frame[keys].itertuples(index=False, name=None)]] for frame in checked]
    return rl.faults.combine([*rest, found], crs=crs)


def _near_zone(frame: gpd.GeoDataFrame, zone: int, elsewhere: set[str]) -> gpd.GeoDataFrame:
    """The rows in a zone and in those beside it, and rows without a place; none of a river that lies ``elsewhere``."""
    number = rl.geodesy.zone_of(frame)
    codes = [rl.geodesy.zone_crs(each) for each in (zone - 1, zone, zone + 1) if 25 <= each <= 45]  # noqa: PLR2004 - China's
    near = frame[number.isna() | number.isin(codes)]
    if "river_id" in near:
        near = near[~near["river_id"].isin(elsewhere)]
    near = near.reset_index(drop=True)
    near.attrs = frame.attrs
    return near


def schema_of(layer: str) -> Schema:
    """The schema of a layer that a job names: lines given for lakes are like those of banks."""
    return rl.schema.FRAMES["bank_tops" if layer == "lines" else layer]


def drawn_on(frame: gpd.GeoDataFrame, subject: str) -> gpd.GeoDataFrame:
    """What of the subject the map shows: rivers among the water were not demarcated and would only make it small."""
    return frame[frame["kind"] != "river"] if subject == "water" else frame


def demo_job(out: Path, language: Language) -> MainJob:
    """The main job on the samples of the invented county."""
    county = samples.path("清水县.gpkg")
    layers = {name: Layer(county, name) for name in ("axes", "bank_tops", "water", "flood_levels")}
    levees = Layer(samples.path("堤防.shp"), columns={"地面高程": "ground_m"})
    title = "清水县河道管理范围（样例）" if language == "zh" else "Qingshui county: management extents (sample)"
    return MainJob(
        layers={**layers, "levees": levees},
        rules="anhui",
        out=out,
        terrain=samples.path("白石溪地形.tif"),
        language=language,
        title=title,
    )
