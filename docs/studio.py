"""What the gallery photographs, and with what: results of the samples, a browser, programs that make pictures."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
LAST = "2025-12-31"
QUARTER = {"since": "2025-10-01", "until": LAST}
WIDEST = 1600
_PLACE = ("positionOnPage", "size")


_QGIS = """
import sys
from qgis.core import QgsApplication, QgsExpressionContextUtils, QgsMapRendererSequentialJob, QgsMapSettings
from qgis.core import QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
application = QgsApplication([], False)
application.initQgis()
project = QgsProject.instance()
assert project.read(sys.argv[1])
layers = {layer.name(): layer for layer in project.mapLayers().values()}
named = [node.name() for node in project.layerTreeRoot().findLayers()]
drawn = [layers[name] for name in named or layers if layers[name].isSpatial()]
settings = QgsMapSettings()
settings.setLayers(drawn)
settings.setDestinationCrs(drawn[0].crs())
settings.setExtent(QgsRectangle(*map(float, sys.argv[3:7])))
settings.setOutputSize(QSize(1280, 800))
settings.setBackgroundColor(QColor("white"))
context = settings.expressionContext()
context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
settings.setExpressionContext(context)
job = QgsMapRendererSequentialJob(settings)
job.start()
job.waitForFinished()
assert job.renderedImage().save(sys.argv[2])
application.exitQgis()
"""


def mark() -> str:
    """A digest of what pictures of maps hang on: the parts of a page, the symbols, the rules of the samples."""
    package = Path(rl.__file__).parent
    files = sorted([*(package / "maps" / "page").glob("*.*"), *(package / "style").glob("*.py")])
    whole = hashlib.sha256(b"".join(file.read_bytes() for file in files))
    whole.update(rl.load_rules("anhui").digest.encode())
    return whole.hexdigest()[:20]


class NoPictureError(Exception):
    """Why a picture could not be made on this machine: the page says so in its place."""


class County:
    """The results of the invented county, each made when it is first asked for; files of theirs go into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def read(layer: str, schema: Any = None, *, file: str = "清水县.gpkg", **how: Any) -> gpd.GeoDataFrame:
        """A layer of the samples."""
        return rl.read_layer(rl.samples.path(file), schema or rl.schema.FRAMES[layer], layer=layer, **how)

    def office(self, layer: str, **how: Any) -> gpd.GeoDataFrame:
        """A layer of the river-chief office."""
        return self.read(layer, file="清水县河长制.gpkg", **how)

    @cached_property
    def axes(self) -> gpd.GeoDataFrame:
        return self.read("axes")

    @cached_property
    def water(self) -> gpd.GeoDataFrame:
        return self.read("water")

    @cached_property
    def towns(self) -> gpd.GeoDataFrame:
        return self.read("towns", rl.schema.ADMIN)

    @cached_property
    def permits(self) -> gpd.GeoDataFrame:
        return self.read("permits")

    @cached_property
    def drawn(self) -> rl.Demarcation:
        levees = rl.read_layer(rl.samples.path("堤防.shp"), rl.schema.LEVEES, columns={"地面高程": "ground_m"})
        levels, terrain = self.read("flood_levels"), rl.samples.path("白石溪地形.tif")
        bases = {"levees": levees, "bank_tops": self.read("bank_tops"), "flood_levels": levels, "terrain": terrain}
        return rl.demarcate(self.axes, rl.load_rules("anhui"), **bases)

    @cached_property
    def stakes(self) -> gpd.GeoDataFrame:
        return rl.place_stakes(self.drawn, axes=self.axes, admin=self.towns)

    @cached_property
    def boards(self) -> gpd.GeoDataFrame:
        return rl.place_boards(self.drawn, axes=self.axes, admin=self.towns)

    @cached_property
    def titles(self) -> rl.Confirmation:
        survey = self.read("land_classes")
        return rl.confirm(self.drawn, self.read("parcels"), land_classes=survey, axes=self.axes, admin=self.towns)

    @cached_property
    def scenes(self) -> rl.Scenes:
        return rl.read_scenes(sorted(rl.samples.path("清水县.gpkg").parent.glob("清水河_*.tif")))

    @cached_property
    def changes(self) -> rl.Changes:
        return rl.classify(rl.detect_change(self.scenes, self.drawn, axes=self.axes, permits=self.permits))

    @cached_property
    def chiefs(self) -> gpd.GeoDataFrame:
        return self.office("chiefs")

    @cached_property
    def ledger(self) -> rl.Ledger:
        known = {"segments": rl.split_axes(self.axes, length_m=500), "admin": self.towns, "chiefs": self.chiefs}
        found = self.office("problems", values={"status": "found"})
        ledger = rl.Ledger.open(self.folder / "台账.gpkg")
        placed = rl.attach(found, self.axes, extents=self.drawn.extents, **known)
        ledger.take(placed.problems, source="巡河", on=LAST)
        ledger.record_all(gpd.read_file(rl.samples.path("清水县河长制.gpkg"), layer="events"))
        return ledger

    @cached_property
    def problems(self) -> gpd.GeoDataFrame:
        return self.ledger.problems(on=LAST)

    @cached_property
    def unsolved(self) -> gpd.GeoDataFrame:
        return self.problems[~self.problems["status"].isin(["closed", "rejected"])]

    @cached_property
    def spots(self) -> rl.Hotspots:
        return rl.find_hotspots(self.problems, self.axes, on=LAST)

    @cached_property
    def patrols(self) -> rl.Patrols:
        tracks = rl.read_tracks(rl.samples.path("巡河轨迹.csv"))
        return rl.measure_patrols(tracks, self.axes, duties=self.office("duties"), **QUARTER)

    @cached_property
    def inventory(self) -> rl.OutfallInventory:
        sections = self.office("water_sections")
        return rl.place_outfalls(self.office("outfalls"), self.axes, sections=sections, snap_m=250)

    @cached_property
    def scores(self) -> rl.Assessment:
        values = rl.gather_indicators(by="chief", period="2025Q4", ledger=self.ledger, patrols=self.patrols, **QUARTER)
        return rl.assess(values, rules=rl.rules.load_score_rules(rl.samples.path("清水县考核办法.toml")))

    @cached_property
    def willow(self) -> dict[str, Any]:
        """The brook 柳溪 by itself, for sheets: axes, water, line and stakes."""
        axes, water, tops = (
            frame[frame["river_id"] == "LX03"] for frame in (self.axes, self.water, self.read("bank_tops"))
        )
        drawn = rl.demarcate(axes, rl.load_rules("anhui"), bank_tops=tops)
        stakes = rl.place_stakes(drawn, axes=axes, admin=self.towns)
        return {"axes": axes, "water": water, "drawn": drawn, "stakes": stakes}


class Camera:
    """A headless Chromium, started when first asked for."""

    def __init__(self) -> None:
        self._driver: Any = None
        self._missing = ""

    def shoot(self, page: Path, picture: Path, *, script: str = "", size: tuple[int, int] = (1280, 900)) -> Path:
        """A picture of a page, after a script ran in it."""
        driver = self._started()
        driver.set_window_size(*size)
        driver.get(page.as_uri())
        if script:
            driver.execute_script(script)
        time.sleep(0.5)
        driver.save_screenshot(str(picture))
        return picture

    def _started(self) -> Any:
        if self._driver is None and not self._missing:
            self._start()
        if self._missing:
            raise NoPictureError(self._missing)
        return self._driver

    def _start(self) -> None:
        from selenium import webdriver
        from selenium.common.exceptions import WebDriverException

        binary, driver = next(filter(None, map(shutil.which, CHROMIUM)), None), shutil.which("chromedriver")
        if not binary or not driver:
            self._missing = "Chromium 或 chromedriver"
            return
        options = webdriver.ChromeOptions()
        options.binary_location = binary
        for each in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
                     "--disable-background-networking", "--hide-scrollbars", "--lang=zh-CN"):  # fmt: skip
            options.add_argument(each)
        try:
            self._driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))
        except WebDriverException:
            self._missing = "能启动的 Chromium"

    def close(self) -> None:
        """End the browser that was started."""
        if self._driver is not None:
            self._driver.quit()


@contextmanager
def camera() -> Iterator[Camera]:
    """A camera that is put away afterwards."""
    made = Camera()
    try:
        yield made
    finally:
        made.close()


def rasterise(pdf: Path, stem: Path, *, pages: Sequence[int] = (1,), dpi: int = 80) -> list[Path]:
    """Pages of a PDF as PNG files."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise NoPictureError("pdftoppm（poppler-utils）")
    made = []
    for page in pages:
        target = stem.with_name(f"{stem.name}-{page}")
        command = [program, "-png", "-singlefile", "-r", str(dpi), "-f", str(page), "-l", str(page), pdf, target]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a program of the machine
        made.append(target.with_suffix(".png"))
    return made


def libreoffice() -> str:
    """The program, if it is there."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise NoPictureError("LibreOffice")
    return program


def as_pdf(*files: Path) -> list[Path]:
    """Office files as LibreOffice prints them, all in one start of it."""
    program = libreoffice()
    folder = files[0].parent
    profile = f"-env:UserInstallation={(folder / 'libreoffice').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *files]
    subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603 - as above
    return [file.with_suffix(".pdf") for file in files]


def draw_dxf(file: Path, picture: Path, bounds: tuple[float, float, float, float]) -> Path:
    """A part of a drawing as ezdxf draws it, on a dark screen as in CAD."""
    import ezdxf
    import matplotlib.pyplot as plt
    from ezdxf.addons.drawing import Frontend, RenderContext
    from ezdxf.addons.drawing.matplotlib import MatplotlibBackend

    document = ezdxf.readfile(file)
    west, south, east, north = bounds
    figure = plt.figure(facecolor="#212830")
    axis = figure.add_axes((0, 0, 1, 1))
    Frontend(RenderContext(document), MatplotlibBackend(axis)).draw_layout(document.modelspace(), finalize=True)
    figure.set_size_inches(12, 12 * (north - south) / (east - west))
    axis.set_aspect("equal", adjustable="box")
    axis.set(xlim=(west, east), ylim=(south, north))
    figure.savefig(picture, dpi=100, facecolor=figure.get_facecolor())
    plt.close(figure)
    return picture


def draw_project(project: Path, picture: Path, bounds: tuple[float, float, float, float]) -> Path:
    """A part of a QGIS project as QGIS itself draws it."""
    python = shutil.which("python3", path="/usr/bin")  # QGIS is built for the system's interpreter
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"QT_QPA_PLATFORM": "offscreen"}
    asking = [python or "python3", "-c", "import qgis.core"]
    asked = subprocess.run(asking, env=environment, capture_output=True, check=False)  # noqa: S603 - as below
    if python is None or asked.returncode:
        raise NoPictureError("QGIS")
    command = [python, "-c", _QGIS, project, picture, *map(str, bounds)]
    subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603 - a program of the machine
    return picture


def draw_layout(file: Path, picture: Path) -> Path:
    """The frames of an A3 print layout of QGIS, each with its name, in their places on the paper."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Rectangle

    width, height = 420.0, 297.0
    figure = plt.figure(figsize=(12, 12 * height / width))
    axis = figure.add_axes((0, 0, 1, 1))
    for item in ET.parse(file).iter("LayoutItem"):  # noqa: S314 - our own file
        if not item.get("id"):
            continue
        (x, y), (wide, high) = ([float(part) for part in item.get(key, "").split(",")[:2]] for key in _PLACE)
        axis.add_patch(Rectangle((x, y), wide, high, fill=False, edgecolor="#30475e", linewidth=0.8))
        if not item.get("id", "").startswith("slot line"):
            axis.text(x + 1, y + 1, item.get("id"), va="top", fontsize=7, color="#30475e")
    axis.set(xlim=(0, width), ylim=(height, 0))
    axis.set_axis_off()
    figure.savefig(picture, dpi=100)
    plt.close(figure)
    return picture


def shrink(picture: Path) -> str:
    """Make a picture no wider than a page shows it; ``"half"`` if two of its kind stand beside each other."""
    from PIL import Image

    with Image.open(picture) as image:
        upright = image.height > image.width
        if image.width > WIDEST:
            smaller = image.convert("RGB").resize((WIDEST, round(image.height * WIDEST / image.width)), Image.LANCZOS)
            smaller.save(picture, optimize=True)
    return "half" if upright else "whole"
