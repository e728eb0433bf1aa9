"""The print layout for QGIS: sizes as on our own sheets; opened by QGIS itself where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest

import riverline as rl
from riverline.plates.paper import lay_out

SCRIPT = """
import json, sys
from qgis.PyQt.QtXml import QDomDocument
from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsPrintLayout, QgsProject, QgsReadWriteContext
)
application = QgsApplication([], False)
application.initQgis()
document = QDomDocument()
document.setContent(open(sys.argv[1], encoding="utf-8").read())
QgsProject.instance().setCrs(QgsCoordinateReferenceSystem("EPSG:4548"))
layout = QgsPrintLayout(QgsProject.instance())
items, good = layout.loadFromTemplate(document, QgsReadWriteContext())
sizes = {item.id(): [item.rect().width(), item.rect().height()] for item in items if hasattr(item, "id")}
print(json.dumps({"good": good, "sizes": sizes, "scale": layout.itemById("map").scale()}))
"""


def items():
    root = ET.fromstring(rl.plates.qgis_template().read_text(encoding="utf-8"))  # noqa: S314 - our own file
    return {item.get("id"): item for item in root.iter("LayoutItem")}


def sizes(item, name="size"):
    return [float(each) for each in item.get(name).split(",")[:2]]


def test_the_layout_has_the_sizes_of_our_own_sheets() -> None:
    layout, found = lay_out("A3"), items()
    assert sizes(found[None]) == [layout.page.width, layout.page.height]
    for name, box in (
        ("map", layout.room),
        ("outer neat line", layout.room.grown(layout.gap)),
        ("panel", layout.panel),
    ):
        assert sizes(found[name]) == pytest.approx([box.width, box.height])
        assert sizes(found[name], "position") == pytest.approx([box.left, layout.page.height - box.top])
    extent = found["map"].find("Extent")
    across = float(extent.get("xmax")) - float(extent.get("xmin"))
    assert across / layout.room.width * 1000 == 2000
    texts = " ".join(item.get("labelText", "") for item in found.values())
    assert all(word in texts for word in ("1985国家高程基准", "密级", "编制单位", "审 图 号"))


def test_qgis_opens_the_layout() -> None:
    python = shutil.which("python3", path="/usr/bin")
    environment = {"PATH": os.defpath, "QT_QPA_PLATFORM": "offscreen", "HOME": os.environ.get("HOME", "/")}
    asked = [python or "python3", "-c", "import qgis.core"]
    if python is None or subprocess.run(asked, env=environment, capture_output=True, check=False).returncode:
        pytest.skip("QGIS is not installed")
    asked = [python, "-c", SCRIPT, str(rl.plates.qgis_template())]
    ran = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(ran.stdout.splitlines()[-1])
    room = lay_out("A3").room
    assert told["good"]
    assert told["sizes"]["map"] == pytest.approx([room.width, room.height])
    assert told["scale"] == pytest.approx(2000, rel=1e-3)
