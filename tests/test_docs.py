"""The documentation: it builds without a warning, holds every public name, and its messages are the real ones."""

from __future__ import annotations

import doctest
import html
import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from PIL import Image
from typer.testing import CliRunner

import county
import riverline as rl
from riverline.cli.app import app
from riverline.demarcation.stakes.numbers import write

ROOT = Path(__file__).resolve().parent.parent


SOURCES = ("src/riverline", "docs", "notebooks", "data/samples")


def built_since_everything(site):
    """Whether the build in the tree is younger than whatever it was made from."""
    made = {"_build", "generated", "jupyter_execute", "__pycache__"}
    files = [file for name in SOURCES for file in (ROOT / name).rglob("*") if not made & set(file.parts)]
    inventory = site / "objects.inv"
    return inventory.is_file() and inventory.stat().st_mtime > max(file.stat().st_mtime for file in files)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages as the build has just left them; else built from a copy, so that parallel builds do not meet."""
    under_way = Path(os.environ.get("DOCS_UNDER_WAY", ROOT / "none"))
    while under_way.exists():
        time.sleep(1.0)
    if built_since_everything(ROOT / "docs" / "_build"):
        return ROOT / "docs" / "_build"
    folder = tmp_path_factory.mktemp("docs")
    for name in ("docs", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("_build", "generated"))
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", "docs", "site"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return folder / "site"


def text_of(page: Path) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


@pytest.mark.slow
def test_every_public_name_has_its_entry(site):
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import generate
    finally:
        sys.path.remove(str(ROOT / "docs"))
    inventory = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    known = {line.split(" ")[0] for line in zlib.decompress(inventory).decode().splitlines()}
    assert set(generate.public_names()) <= known
    assert len(generate.public_names()) > 60


@pytest.mark.slow
def test_generated_pages_hold_every_column_rule_and_fault(site):
    schema, faults, rules = (text_of(site / "generated" / f"{name}.html") for name in ("schema", "faults", "rules"))
    for frame in rl.schema.FRAMES.values():
        for column in frame:
            assert column.name in schema
            assert column.label_zh in schema
    for code in rl.faults.CATALOGUE.values():
        assert code.code in faults
        assert code.remedy_zh in faults
    for name in rl.list_rules()["name"]:
        for rule in rl.load_rules(name).rules:
            assert rule.id in rules


@pytest.mark.slow
def test_every_notebook_runs_and_is_a_page_with_what_it_printed_and_no_warning(site):
    # The build runs them, and stops at the first cell that raises.
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        page = site / "generated" / f"{path.stem}.html"
        assert "cell_output" in page.read_text(encoding="utf-8")
        assert "stderr" not in page.read_text(encoding="utf-8")
    shown = text_of(site / "generated" / "01_demarcation.html")
    assert "清水河左岸 K6+200" in shown
    assert "['map.html', '成果.gpkg']" in shown


@pytest.mark.slow
def test_no_page_asks_the_network_for_anything(site):
    for page in site.rglob("*.html"):
        tags = re.findall(r"<(?:script|link|img)\b[^>]*>", page.read_text(encoding="utf-8"))
        assert not [tag for tag in tags if re.search(r'(?:src|href)="(?:https?:)?//', tag)], page.name


def test_messages_on_the_page_of_errors_are_the_real_ones(tmp_path, monkeypatch):
    (tmp_path / "下载.shp").write_text("<!DOCTYPE html><html><body>404</body></html>", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "成果表.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    page = ROOT / "docs" / "errors.md"
    failed, tried = doctest.testfile(
        str(page), module_relative=False, globs={"folder": tmp_path}, optionflags=doctest.ELLIPSIS, encoding="utf-8"
    )
    assert (failed, tried > 8) == (0, True)
    for error in rl.RiverlineError.__subclasses__():
        assert f"## {error.__name__}" in page.read_text(encoding="utf-8")


# How every kind of output looks ------------------------------------------------------------------------------------

# Choices and values of what is written, and parts of reports: they have no look of their own.
CHOICES = ("list_", "load_", "compose_", "count_")
SPACES = ("maps", "plates", "reports", "export")


@pytest.fixture(scope="module")
def gallery():
    """The module that makes the page."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import gallery
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return gallery


def made_by(space: str) -> set[str]:
    """Public functions of a namespace that make something to look at."""
    module = getattr(rl, space)
    functions = {name for name in module.__all__ if inspect.isfunction(getattr(module, name))}
    return {f"{space}.{name}" for name in functions if not name.startswith(CHOICES)}


def test_every_kind_of_output_has_its_place_in_the_gallery(gallery):
    kinds = gallery.load_kinds()
    shown = {name for kind in kinds for name in kind.names}
    assert set().union(*map(made_by, SPACES)) <= shown
    assert [kind.key for kind in kinds] == list(gallery.SHOWN)
    for kind in kinds:
        assert all((kind.zh, kind.en, kind.what_zh, kind.what_en, kind.desk)), kind.key
        compile(kind.code, kind.key, "exec")
        assert any(f"rl.{name}(" in kind.code for name in kind.names), kind.key


@pytest.mark.slow
def test_the_gallery_shows_every_kind_and_no_picture_is_blank(site, gallery):
    folder = next(docs / "generated" for docs in (site.parent, site.parent / "docs") if (docs / "generated").is_dir())
    parts = re.split(r"^### .*$", (folder / "gallery.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(parts) == len(gallery.SHOWN)
    needs = {"Chromium": "chromium", "pdftoppm": "pdftoppm", "LibreOffice": "soffice", "QGIS": "qgis"}
    for part in parts:
        shown = re.findall(r"{image} gallery/(\S+)", part)
        lacking = re.findall(r"没有图：构建这一页的机器上没有 (\w+)", part)
        assert shown or lacking, part
        assert not [name for name in lacking if shutil.which(needs[name])]
    pictures = sorted((folder / "gallery").glob("*.png"))
    assert len(pictures) >= 4
    for path in pictures:
        with Image.open(path) as image:
            counts = sorted(count for count, _ in image.convert("RGB").getcolors(image.width * image.height))
            assert sum(counts[:-1]) > 0.002 * sum(counts), f"{path.name} is blank"
        assert (site / "_images" / path.name).is_file()


def test_layers_are_drawn_where_there_is_no_qgis(tmp_path, monkeypatch, gallery):
    def without(*_):
        raise gallery.studio.NoPictureError("QGIS")

    monkeypatch.setattr(gallery.studio, "draw_project", without)
    kinds = {kind.key: kind for kind in gallery.load_kinds()}
    with gallery.studio.camera() as camera:
        at = gallery.Studio(gallery.studio.County(tmp_path), camera, tmp_path)
        for key in ("geopackage", "shapefile", "filegdb", "kmz", "coordinates", "ovi", "pipelines", "any"):
            text = gallery.section(kinds[key], at)
            assert "没有图" not in text
            for name in re.findall(r"{image} gallery/(\S+)", text) or pytest.fail(key):
                with Image.open(tmp_path / name) as image:
                    assert len(image.convert("RGB").getcolors(image.width * image.height)) > 20, name


@pytest.mark.parametrize(("program", "show"), [
    ("Chromium", lambda at: [at.camera.shoot(at.folder / "map.html", at.folder / "map.png")]),
    ("pdftoppm", lambda at: at.pages("page", at.folder / "page.pdf", 1)),
    ("LibreOffice", lambda at: at.pages("tables", at.office_files["tables"], 1)),
])  # fmt: skip
def test_a_picture_that_this_machine_cannot_make_is_a_line_that_says_so(tmp_path, monkeypatch, gallery, program, show):
    monkeypatch.setattr(gallery.studio.shutil, "which", lambda _: None)
    kind = gallery.load_kinds()[0]
    monkeypatch.setitem(gallery.SHOWN, kind.key, show)
    with gallery.studio.camera() as camera:
        text = gallery.section(kind, gallery.Studio(gallery.studio.County(tmp_path), camera, tmp_path))
    assert f"没有图：构建这一页的机器上没有 {program}" in text
    assert kind.code in text
    assert "{image}" not in text


@pytest.mark.parametrize("name", ["map.png", "change.jpg"])
def test_pictures_that_are_committed_show_the_map_as_it_looks_now(gallery, name):
    with Image.open(ROOT / "docs" / "images" / name) as image:
        comment = image.info["comment"]
    told = comment.decode() if isinstance(comment, bytes) else comment
    assert told == gallery.studio.mark(), "take them anew: python scripts/make_pictures.py"


# What readers paste -------------------------------------------------------------------------------------------------


def blocks(language: str, *pages: str) -> list[str]:
    """The blocks of code of some pages in one language."""
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in pages]
    return [block for text in texts for block in re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)]


def commands() -> list[str]:
    """Every riverline command that a page tells to type, without its remark and what goes into another file."""
    lines = "".join(blocks("bash", "README.md", "docs/guide.md")).replace("\\\n", " ").splitlines()
    typed = (re.split(r"\s+[#>]", line)[0] for line in lines)
    return [line for line in typed if line.startswith("riverline ")]


def test_the_rule_and_the_checks_that_the_guide_shows_load_and_do_what_it_says(tmp_path):
    rule, work, checks = [block for block in blocks("toml", "docs/guide.md") if "[policy." not in block]
    head = rl.rules.template_of("anhui").partition("\n[[rules]]\n")[0] + "\n"
    (tmp_path / "我的规则.toml").write_text(head + rule, encoding="utf-8")
    rules = rl.load_rules(tmp_path / "我的规则.toml")
    toe = {"river": "淮河干流", "feature": "landside_toe"}
    decided = rules.decide_levee(**toe, settings=["lesser_levee"])
    assert (decided.rule_id.partition("/")[2], decided.landside_m) == ("main-stem", 20.0)
    assert "取下限" in decided.note
    other = rules.decide_levee(**toe)
    assert other is None or not other.rule_id.endswith("/main-stem")
    (tmp_path / "泵站.toml").write_text(head + work, encoding="utf-8")
    assert all(word in rl.rules.template_of("anhui") for word in ("upstream", "downstream", "kinds"))
    outline = shapely.transform(shapely.box(990, -5, 1010, 5), lambda xy: xy + county.ORIGIN)
    station = gpd.GeoDataFrame({"work_id": ["泵1"], "kind": "pump_station", "river_id": "R1", "size": "large"},
                               geometry=[outline], crs=county.CRS)  # fmt: skip
    made = rl.demarcate_works(station, rl.load_rules(tmp_path / "泵站.toml"), axes=county.axes([(0, 0), (2000, 0)]))
    areas = made.extents.set_index("kind").area
    # Twenty by ten metres, 30 m up, 50 m down, 20 m to either side; then 60 m along the river and 40 m to the sides.
    assert areas["management"] == pytest.approx((20 + 30 + 50) * (10 + 2 * 20), rel=1e-4)
    outer = (100 + 2 * 60) * (50 + 2 * 40)
    assert areas["protection"] == pytest.approx(outer - areas["management"], rel=1e-4)
    (tmp_path / "本局检查.toml").write_text(checks, encoding="utf-8")
    loaded = rl.load_checks(tmp_path / "本局检查.toml")
    assert "strip-wide-enough" in str(loaded)


def test_numbers_are_written_as_the_guide_shows(tmp_path):
    (pattern,) = [block for block in blocks("toml", "docs/guide.md") if "[policy.stakes.number]" in block]
    head = rl.rules.template_of("anhui").partition("\n[[rules]]\n")[0] + "\n"
    rule = next(block for block in blocks("toml", "docs/guide.md") if "[[rules]]" in block)
    (tmp_path / "我的规则.toml").write_text(f"{head}{pattern}{rule}", encoding="utf-8")
    numbering = rl.load_rules(tmp_path / "我的规则.toml").policy.stakes.number
    values = {"river": "QS01", "bank": "left", "admin": "340100", "chainage": ""}
    lake = values | {"river": "H1", "bank": ""}
    written = [write(numbering, (12,), values), write(numbering, (12,), lake), write(numbering, (12, 1), lake)]
    assert written == ["340100-QS01左0012", "H10012", "H10012+1"]
    assert all(each in pattern for each in (*written[:2], "0012+1"))


def test_the_steps_of_a_problem_that_the_guide_shows_are_allowed_in_their_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "整改后.jpg").write_bytes(b"photograph")
    places = [shapely.Point(500_000, 3_400_000 + 5_000 * k) for k in range(2)]
    rows = {"problem_id": ["P-…", "P-2"], "kind": "dumping", "found_on": "2025-06-01"}
    found = gpd.GeoDataFrame(rows, geometry=places, crs=county.CRS)
    ledger = rl.Ledger.open("台账.gpkg")
    ledger.take(found, source="遥感2025Q2", on="2025-06-30")
    (block,) = [each for each in blocks("python", "docs/guide.md") if "ledger.record(" in each]
    calls = re.findall(r"^ledger\.record\(.*?\)(?=\s*(?:#.*)?$)", block, flags=re.DOTALL | re.MULTILINE)
    assert len(calls) >= 3
    for call in calls:
        assert int(eval(call, {"ledger": ledger})) > 2  # noqa: S307 - it is the guide's own line
    typed = [line.replace("P-…", "P-2") for line in commands() if line.startswith("riverline ledger record")]
    for line in typed:
        ran = CliRunner().invoke(app, shlex.split(line)[1:], env={"COLUMNS": "100", "TERM": "dumb"})
        assert ran.exit_code == 0, ran.output
    assert ledger.problems()["status"].tolist() == ["closed", "closed"]


def test_the_pages_tell_commands_to_type():
    assert len(commands()) > 15
    assert {"axes", "banks", "demarcate", "waters"} <= {line.split()[1] for line in commands()}


@pytest.mark.parametrize("line", commands())
def test_every_command_that_a_page_tells_to_type_is_one(tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(app, shlex.split(line)[1:], env={"COLUMNS": "100", "TERM": "dumb"})
    assert ran.exit_code in (0, 1), ran.output
    assert ran.exit_code == 0 or isinstance(ran.exception, SystemExit)
