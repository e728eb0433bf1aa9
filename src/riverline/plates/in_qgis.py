"""Sheets drawn by QGIS, where it is there: a project that was written beside a GeoPackage, through a print layout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree as ET

import pandas as pd
import pyogrio
import pyproj

from riverline.errors import JobError, MissingDependencyError
from riverline.io.whole_files import write_whole
from riverline.plates.content import nothing_drawn
from riverline.plates.fonts import clean
from riverline.plates.imprint import Imprint
from riverline.plates.neatline import grid_expression
from riverline.plates.paper import PAPERS, SCALES, Box, require_fit, require_scale
from riverline.plates.subjects import content_of, heading_of, subject_of, subjects_of
from riverline.plates.templates import qgis_template
from riverline.plates.wording import WORDS, notes_from
from riverline.provenance import RulesUsed
from riverline.schema import EXTENTS, FAULTS, FRAMES, MANAGEMENT_LINES, MATCH_LINES, PLATES, STAKES
from riverline.style import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from riverline.schema import Language, Schema

__all__ = ["draw_in_qgis"]

_SLOTS = ("unit", "surveyed_by", "drawn_by", "checked_by", "approved_by", "date", "review_no")
"""What stands in the slots of the template, from the top."""
_STAKES = 26
"""Rows that the table of stakes has room for."""
_SCRIPTS = ("print_layout.py", "joining.py", "legend_room.py", "stakes_on_pages.py")
"""What QGIS's interpreter runs, and what that takes from."""
_LONGEST_S = 1_800
_ASKED_S = 60
_PLACES = ("/Applications/QGIS.app/Contents/MacOS/bin/python3", "/Applications/QGIS-LTR.app/Contents/MacOS/bin/python3")
_FAILED = {
    "project": ("QGIS 打不开工程", "QGIS cannot open the project"),
    "template": ("版式文件不能用，或没有名为 map 的地图项", "the layout cannot be used, or has no item named map"),
}


def draw_in_qgis(
    project: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    template: str | os.PathLike[str] | None = None,
    scale: int | Literal["auto"] = "auto",
    title: str = "",
    imprint: Imprint | None = None,
    language: Language = "zh",
    python: str | os.PathLike[str] | None = None,
) -> Path:
    """Draw a QGIS project by QGIS itself as a PDF: one sheet, or a page for each row of its layer of sheets.

    Parameters
    ----------
    project
        ``….qgz`` or ``….qgs``, such as ``riverline.export.to_geopackage(…, project=True)`` writes; of a ``….gpkg`` the
        project beside it. With ``Atlas.plates`` among the layers each sheet of the atlas is a page, with
        ``Atlas.matches`` it has its match lines. Sheets, match lines and stakes are known by what their layers say of
        themselves, else by the name or title of their schema.
    path
        The file, named ``….pdf``; its folder has to be there.
    template
        A print layout (``.qpt``) of one's own with an item ``map``; :func:`qgis_template` if not given.
    scale
        Denominator; ``"auto"`` takes what the sheets say, or the largest usual one at which the project's view fits.
    title
        Above the map; if empty as for :func:`draw`, and an atlas has the titles of its sheets.
    imprint
        Unit, date, signatures, secrecy.
    language
        Of the notes on datum and rules.
    python
        The interpreter that QGIS was built for; else it is looked for.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    MissingDependencyError
        If no interpreter with QGIS is there.
    JobError
        If the project, one of its layers, its CRS or the layout is not good; if what there is to see does not fit at
        the scale asked for; if the file cannot be written.
    SchemaError
        If the layers of the project have no rows.

    Notes
    -----
    QGIS runs in a process of its own, without a window. Faults inside results are left out, as :func:`draw` does. The
    legend has its room first, in smaller type if that is what it takes. Where the project has stakes, numbers and
    coordinates of the first of them on the map stand below it, as many as fit, on the sheet of a river the river's own
    between its match lines; a note says how many are not listed, and where a layer of the legend had to go. Pages of
    an atlas have their chainages and an index of the sheets around them. Texts are written as they are, none is read
    as an expression.
    Tested with QGIS 3.22.

    Examples
    --------
    >>> import riverline as rl
    >>> try:
    ...     rl.plates.draw_in_qgis("成果.docx", "图.pdf")
    ... except rl.JobError as error:
    ...     print(error.zh)
    QGIS 工程应为 .qgz、.qgs 或旁有工程的 .gpkg 文件，成果应为 .pdf：'成果.docx'、'图.pdf'
    """
    source, target = _project_of(Path(project), Path(path)), Path(path)
    require_scale(scale)
    layout = qgis_template() if template is None else Path(template)
    if not layout.is_file():
        raise JobError(f"没有版式文件 {layout.name}", f"there is no layout {layout.name}")
    interpreter = _interpreter(None if python is None else os.fspath(python))
    imprint = imprint or Imprint()
    texts = {"notes": "\n".join(_notes(source, imprint, language))}
    texts |= {"title": clean(title)} if title else {}
    texts |= {"secrecy": f"密级：{clean(imprint.secrecy, 20)}" if imprint.secrecy else ""}
    slots = {f"slot {at}": clean(getattr(imprint, name), 40) for at, name in enumerate(_SLOTS, 1)}
    job = {"project": os.fspath(source.resolve()), "template": os.fspath(layout.resolve()),
           "coverage": _layers_of(source, PLATES), "scale": 0 if scale == "auto" else scale, "scales": list(SCALES),
           "grid": grid_expression("@map_scale"), "heading": _heading(source, language),
           "table": _table(source, language), "texts": texts,
           "left_out": _left_out(source), "matches": _layers_of(source, MATCH_LINES),
           "words": {name: WORDS[language][name] for name in ("no", "span", "match", "index")},
           "slots": {name: text for name, text in slots.items() if text}}  # fmt: skip
    write_whole(target, _drawn(interpreter, job))
    return target


def _project_of(project: Path, path: Path) -> Path:
    found = project.with_suffix(".qgz") if project.suffix.lower() == ".gpkg" else project
    if found.suffix.lower() not in {".qgz", ".qgs"} or path.suffix.lower() != ".pdf":
        raise JobError(
            f"QGIS 工程应为 .qgz、.qgs 或旁有工程的 .gpkg 文件，成果应为 .pdf：{project.name!r}、{path.name!r}",
            f"a QGIS project is .qgz, .qgs or a .gpkg with a project beside it, and what is drawn .pdf: "
            f"{project.name!r}, {path.name!r}",
        )
    if not found.is_file():
        raise JobError(
            f"没有 QGIS 工程 {found.name}；请用 riverline.export.to_geopackage(…, project=True) 写出",
            f"there is no QGIS project {found.name}: riverline.export.to_geopackage(…, project=True) writes one",
        )
    return found


def _environment() -> dict[str, str]:
    """The user's own, without what is meant for this interpreter."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return {"QT_QPA_PLATFORM": "offscreen", **kept}


def _candidates() -> Iterator[str]:
    yield from filter(None, (shutil.which("python3", path=os.defpath), shutil.which("python3"), *_PLACES))
    programs = Path(os.environ.get("PROGRAMFILES", ""))
    if os.name == "nt":
        yield from map(os.fspath, sorted(programs.glob("QGIS*/bin/python-qgis*.bat"), reverse=True))


@lru_cache(maxsize=8)
def _interpreter(python: str | None) -> str:
    """An interpreter that imports QGIS."""
    asked = [python] if python is not None else list(dict.fromkeys(_candidates()))
    for each in asked:
        try:
            ran = subprocess.run(  # noqa: S603 - an interpreter of this machine
                [each, "-c", "import qgis.core"], env=_environment(), capture_output=True, check=False, timeout=_ASKED_S
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if ran.returncode == 0:
            return each
    looked = ", ".join(asked) or "-"
    raise MissingDependencyError(
        f"没有找到带 QGIS 的 Python（找过：{looked}）；请安装 QGIS（Debian/Ubuntu：apt install python3-qgis），"
        "或用 python= 指定它的解释器；不用 QGIS 可用 riverline.plates.draw",
        f"no Python with QGIS was found (looked at {looked}); install QGIS (Debian, Ubuntu: apt install python3-qgis) "
        "or name its interpreter by python=; riverline.plates.draw needs no QGIS",
    )


def _drawn(interpreter: str, job: dict[str, Any]) -> bytes:
    """What QGIS made of a job."""
    with tempfile.TemporaryDirectory(prefix="riverline-") as folder:
        draft = Path(folder) / "draft.pdf"
        said = _told(interpreter, {**job, "target": os.fspath(draft)}, Path(folder))
        if said.get("error") == "empty":
            raise nothing_drawn()
        if "error" in said or said["code"] or not draft.is_file():
            raise _failure(said)
        if job["scale"]:
            _require_fit(job["scale"], said)
        return draft.read_bytes()


def _told(interpreter: str, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What QGIS says of a job when it is done."""
    for name in _SCRIPTS:
        (folder / name).write_bytes(Path(__file__).with_name("templates").joinpath(name).read_bytes())
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    try:
        ran = subprocess.run(  # noqa: S603 - our own script
            [interpreter, os.fspath(folder / _SCRIPTS[0]), os.fspath(folder / "job.json")], env=_environment(),
            capture_output=True, cwd=folder, check=False, timeout=_LONGEST_S,
        )  # fmt: skip
        said: dict[str, Any] = json.loads(ran.stdout.decode("utf-8", "replace").splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError) as error:
        raise JobError("QGIS 没有画完", "QGIS did not finish") from error
    return said


def _require_fit(scale: int, said: dict[str, Any]) -> None:
    """The check of our own sheets, of what QGIS found there is to see."""
    page = tuple(said["page"])
    name = next((name for name, size in PAPERS.items() if page in {size, size[::-1]}), f"{page[0]:g}x{page[1]:g}")
    width, height = said["ground"]
    require_fit(width, height, scale, Box(0.0, 0.0, *said["room"]), name)


def _failure(said: dict[str, Any]) -> JobError:
    if said.get("error") == "layers":
        broken = ", ".join(map(str, said["broken"])) or "CRS"
        return JobError(f"工程中有打不开的图层：{broken}", f"layers of the project cannot be opened: {broken}")
    zh, en = _FAILED.get(said.get("error", ""), ("QGIS 没有写出 PDF", "QGIS wrote no PDF"))
    return JobError(
        f"{zh}（{said.get('error') or said.get('code')}）", f"{en} ({said.get('error') or said.get('code')})"
    )


def _notes(project: Path, imprint: Imprint, language: Language) -> tuple[str, ...]:
    """What the notes of our own sheets say, from the project's CRS and from what stands in its layers' metadata."""
    root = _read(project)
    code = root.findtext("projectCrs/spatialrefsys/wkt") or root.findtext("projectCrs/spatialrefsys/authid") or ""
    try:
        crs = pyproj.CRS(code)
    except pyproj.exceptions.CRSError as error:
        raise JobError(f"工程 {project.name} 没有坐标系", f"the project {project.name} has no CRS") from error
    used: dict[str, RulesUsed] = {}
    for source in root.iterfind("projectlayers/maplayer/datasource"):
        used |= {each.digest: each for each in _rules_in(project.parent, source.text or "")}
    rules = [f"{each.label(language)}（{each.name} {each.digest[:12]}）" for each in used.values()]
    lines = any(_layers_of(project, schema) for schema in (MANAGEMENT_LINES, EXTENTS))
    return notes_from(rules, (), crs, imprint, language, lines=lines)


def _heading(project: Path, language: Language) -> str:
    """What the project's lines and extents make the title."""
    found = []
    for source in _read(project).iterfind("projectlayers/maplayer/datasource"):
        name, which = _named(source.text or "")
        for schema in (MANAGEMENT_LINES, EXTENTS):
            if which in {schema.label_zh, schema.label_en, schema.name}:
                try:
                    rows = pyogrio.read_dataframe(project.parent / name, layer=which, read_geometry=False)
                except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
                    continue
                found.append(Layer(schema.name, schema, rows))
    content = "" if found else content_of(list(_every(project)), language)
    return heading_of(subject_of(subjects_of(found).values()), language, title=content)


def _every(project: Path) -> Iterator[Layer]:
    """The layers of a project, a row of each, without those that are on no sheet."""
    left_out = set(_left_out(project))
    for layer in _read(project).iterfind("projectlayers/maplayer"):
        if layer.findtext("id") not in left_out:
            name = _about(project.parent, layer.findtext("datasource") or "").get("schema", "")
            schema = FRAMES.get(name)
            yield Layer(name if schema else layer.findtext("layername") or "", schema, pd.DataFrame(index=[0]))


def _table(project: Path, language: Language) -> dict[str, Any]:
    """The table of stakes: its layers, what stands above and below, columns with their shares of its width."""
    words = WORDS[language]
    metres = "regexp_replace(format_number(\"{}\", 3, 'en'), ',', '')"
    columns = [('"number"', words["number"], 0.36)]
    columns += [(metres.format(name), words[name[0]], 0.32) for name in ("x_m", "y_m")]
    return {
        "layers": _layers_of(project, STAKES), "title": words["table"], "rows": _STAKES, "more": words["more"],
        "others": words["others"], "none": words["no table"], "cut": words["cut"], "columns": columns,
    }  # fmt: skip


def _read(project: Path) -> ET.Element:
    try:
        if project.suffix.lower() == ".qgs":
            return ET.fromstring(project.read_bytes())  # noqa: S314 - the user's own project
        with zipfile.ZipFile(project) as archive:
            name = next(each for each in archive.namelist() if each.endswith(".qgs"))
            return ET.fromstring(archive.read(name))  # noqa: S314 - the same
    except (OSError, zipfile.BadZipFile, StopIteration, ET.ParseError) as error:
        raise JobError(f"读不了 QGIS 工程 {project.name}", f"cannot read the QGIS project {project.name}") from error


def _left_out(project: Path) -> list[str]:
    """Ids of the layers with faults inside results, which are on no sheet of ours either."""
    found = []
    for layer in _read(project).iterfind("projectlayers/maplayer"):
        about = _about(project.parent, layer.findtext("datasource") or "")
        if about.get("schema") == FAULTS.name and "run" in about:
            found.append(layer.findtext("id") or "")
    return found


def _layers_of(project: Path, schema: Schema) -> list[str]:
    """Ids of the layers that follow a schema: it stands in their metadata; else they bear its name or title."""
    titles = {schema.name, schema.label_zh, schema.label_en}
    found = []
    for layer in _read(project).iterfind("projectlayers/maplayer"):
        source = layer.findtext("datasource") or ""
        names = {_named(source)[1], layer.findtext("layername") or ""}
        own = _about(project.parent, source).get("schema")
        if own == schema.name or (own is None and names & titles):
            found.append(layer.findtext("id") or "")
    return found


def _named(source: str) -> tuple[str, str]:
    """File and layer of what a project says a layer is read from; QGIS writes its filters behind them."""
    name, *rest = source.split("|")
    given = (each.removeprefix("layername=") for each in rest if each.startswith("layername="))
    return name, next(given, "")


def _about(folder: Path, source: str) -> dict[str, str]:
    """What a layer of a GeoPackage says of itself."""
    name, which = _named(source)
    if not which:
        return {}
    try:
        return pyogrio.read_info(folder / name, layer=which).get("layer_metadata") or {}
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        return {}


def _rules_in(folder: Path, source: str) -> Iterator[RulesUsed]:
    """The rule sets that a layer of a GeoPackage says drew it."""
    about = _about(folder, source)
    try:
        told = json.loads(about.get("run", "{}")).get("rule_sets", [])
        used = [RulesUsed(**each) for each in told]
    except (ValueError, TypeError):
        return
    own, _, own_title = about.get("rules", "").partition(" ")
    digest = about.get("rules_digest", "")
    if digest and digest not in {each.digest for each in used}:
        yield RulesUsed(own, own_title, "", digest)
    yield from used
