"""A GeoPackage opened by QGIS itself: styles, names and values are there. Runs where QGIS is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
import shapely
from tests import invented

import riverline as rl
from riverline import style

# Runs in the interpreter that QGIS was built for, which is not the one that runs the tests.
SCRIPT = """
import json, sys
from qgis.core import QgsApplication, QgsExpression, QgsExpressionContext, QgsExpressionContextScope
from qgis.core import QgsSymbolLayer, QgsVectorLayer
def sizes(symbol, *scales):
    found = []
    for scale in scales:
        context = QgsExpressionContext()
        context.appendScope(QgsExpressionContextScope())
        context.lastScope().setVariable("map_scale", scale)
        properties = symbol.symbolLayer(0).dataDefinedProperties()
        kinds = QgsSymbolLayer.PropertySize, QgsSymbolLayer.PropertyStrokeWidth
        found.append([QgsExpression(properties.property(each).expressionString()).evaluate(context) for each in kinds])
    return found
application = QgsApplication([], False)
application.initQgis()
found = {}
for name in sys.argv[2:]:
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    renderer = layer.renderer()
    entry = {"valid": layer.isValid(), "crs": layer.crs().authid(), "rows": layer.featureCount()}
    fields = layer.fields()
    entry["aliases"] = {field.name(): layer.attributeDisplayName(i) for i, field in enumerate(fields)}
    if renderer is not None:
        entry["renderer"] = renderer.type()
    if renderer is not None and renderer.type() == "categorizedSymbol":
        entry["attribute"] = renderer.classAttribute()
        entry["classes"] = [[str(each.value()), each.label()] for each in renderer.categories()]
        symbols = [each.symbol().clone() for each in renderer.categories()]
        entry["colours"] = [each.color().name().upper() for each in symbols]
        if layer.geometryType() == 0:
            entry["sizes"] = sizes(symbols[0], 2000, 25000, 500000)
            entry["whole"] = [symbols[0].symbolLayer(0).size(), symbols[0].symbolLayer(0).strokeWidth()]
        setup = layer.editorWidgetSetup(fields.indexOf(renderer.classAttribute()))
        entry["values"] = setup.config().get("map")
    if layer.labelsEnabled():
        settings = layer.labeling().settings()
        context = layer.createExpressionContext()
        written = QgsExpression(settings.fieldName)
        entry["written"] = []
        for feature in layer.getFeatures():
            context.setFeature(feature)
            entry["written"].append(str(written.evaluate(context) or ""))
        entry["lettering"] = [settings.minimumScale, settings.scaleVisibility, settings.format().families()]
    found[name] = entry
with open(sys.argv[1] + ".json", "w", encoding="utf-8") as file:
    json.dump(found, file, ensure_ascii=False)
sys.stdout.flush()
import os
os._exit(0)
"""


def qgis_python():
    python = shutil.which("python3", path="/usr/bin") or shutil.which("python3")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    clean |= {"QT_QPA_PLATFORM": "offscreen"}
    asked = python and subprocess.run([python, "-c", "import qgis.core"], env=clean, capture_output=True, check=False)
    if not asked or asked.returncode:
        pytest.skip("QGIS is not installed (Debian: python3-qgis)")
    return python, clean


@pytest.mark.slow
def test_qgis_opens_every_layer_styled_and_in_chinese(tmp_path):
    python, environment = qgis_python()
    stakes = rl.schema.STAKES.empty(invented.CRS).reindex(range(2)).assign(stake_id=["a", "b"], number=["QS01-L-1", ""])
    stakes = stakes.set_geometry([shapely.Point(500_000, 3_400_000 + each) for each in range(2)], crs=invented.CRS)
    path = rl.export.to_geopackage(
        tmp_path / "成果.gpkg", invented.result(), invented.axes(), invented.water(), stakes, 乡镇=invented.towns()
    )
    names = ["界桩", "管理范围线", "管理与保护范围", "河道中心线", "水域", "质检问题_点", "质检问题_无图形", "乡镇"]
    subprocess.run([python, "-c", SCRIPT, str(path), *names], env=environment, check=True, timeout=120)
    found = json.loads((tmp_path / "成果.gpkg.json").read_text(encoding="utf-8"))
    assert all(found[name]["valid"] for name in names)
    lines = found["管理范围线"]
    assert (lines["crs"], lines["rows"], lines["attribute"]) == ("EPSG:4548", 14, "basis")
    theme = style.themes("management_lines")[0]
    assert lines["classes"] == [*([str(v), theme.label(v)] for v, _ in theme.symbols), ["", "其他"]]
    assert lines["colours"][:-1] == [symbol.color.upper() for _, symbol in theme.symbols]
    assert lines["values"] == [{theme.label(value): value} for value, _ in theme.symbols]
    assert lines["aliases"]["citation"] == "依据条款"
    near, farther, far = (each for each in found["质检问题_点"]["sizes"])
    assert near == found["质检问题_点"]["whole"]
    assert farther == pytest.approx([0.8 * each for each in near])
    assert far == pytest.approx([0.4 * each for each in near])
    assert found["质检问题_无图形"]["aliases"]["detail"] == "说明"
    assert [found[name]["renderer"] for name in ("水域", "质检问题_点", "河道中心线", "乡镇")] == [
        "categorizedSymbol",
        "categorizedSymbol",
        "singleSymbol",
        "singleSymbol",
    ]
    assert found["界桩"]["written"] == ["QS01-L-1", ""]
    assert found["界桩"]["lettering"] == [style.LETTERING["stakes"].scale, True, list(style.CHINESE_FONTS)]
    assert found["河道中心线"]["written"] == ["白溪", "清水河"]
    assert set(found["管理与保护范围"]["written"]) == {""}, "rivers have one name, along their axes"
    assert all("written" not in found[name] for name in ("管理范围线", "水域", "乡镇"))


PROJECT = """
import json, sys
from qgis.core import QgsApplication, QgsProject
application = QgsApplication([], False)
application.initQgis()
project = QgsProject.instance()
opened = project.read(sys.argv[1])
root = project.layerTreeRoot()
found = {"opened": opened, "crs": project.crs().authid(), "groups": [each.name() for each in root.findGroups()],
         "order": [each.layer().name() for each in root.findLayers() if each.layer()],
         "shown": [each.name() for each in root.checkedLayers()],
         "title": project.title(),
         "named": sorted(each.name() for each in project.mapLayers().values() if each.labelsEnabled()),
         "view": project.viewSettings().defaultViewExtent().width(),
         "layers": {each.name(): [each.isValid(), each.crs().authid(), each.featureCount(),
                                  each.renderer().type() if each.renderer() else ""]
                    for each in project.mapLayers().values()}}
with open(sys.argv[1] + ".json", "w", encoding="utf-8") as file:
    json.dump(found, file, ensure_ascii=False)
sys.stdout.flush()
import os
os._exit(0)
"""


@pytest.mark.slow
def test_qgis_opens_the_project_beside_the_file(tmp_path):
    python, environment = qgis_python()
    rl.export.to_geopackage(
        tmp_path / "成果.gpkg",
        invented.result(),
        invented.axes(),
        invented.water(),
        project=True,
        乡镇=invented.towns(),
    )
    project = tmp_path / "成果.qgz"
    subprocess.run([python, "-c", PROJECT, str(project)], env=environment, check=True, timeout=120)
    found = json.loads((tmp_path / "成果.qgz.json").read_text(encoding="utf-8"))
    assert (found["opened"], found["crs"]) == (True, "EPSG:4548")
    assert found["groups"] == ["点", "线", "面", "表"]
    assert len(found["order"]) == len(found["layers"])
    hidden = set(found["order"]) - set(found["shown"])
    assert hidden == {each for each in found["layers"] if each.startswith("质检问题")}, "as on maps, faults wait"
    assert found["title"] == "白溪等 2 条（座） · 成果"
    assert found["named"] == ["河道中心线", "管理与保护范围"]
    assert found["view"] > 0
    assert all(valid for valid, *_ in found["layers"].values())
    assert found["layers"]["管理范围线"] == [True, "EPSG:4548", 14, "categorizedSymbol"]
    assert found["order"].index("质检问题_点") < found["order"].index("管理范围线") < found["order"].index("水域")
