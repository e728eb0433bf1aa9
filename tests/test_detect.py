"""Changes inside extents: everything planted is found, nothing that only looks like it, whatever the windows."""

from __future__ import annotations

import dataclasses
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

import changing
import riverline as rl
from changing import build, codes, covers, extent, image, pair, permit, whole
from riverline.schema import CHANGE_EVIDENCE, SUSPECTS


@pytest.fixture(scope="module")
def river(tmp_path_factory):
    """Scenes, axes, extents, truth and the permit of the bridge, of the county's river."""
    drawing = changing.drawing()
    axes = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.AXES, layer="axes")
    axis = shapely.get_coordinates(axes.set_index("river_id").geometry["QS01"])
    folder = tmp_path_factory.mktemp("scenes")
    drawing.draw_scenes(axis, folder)
    truth = drawing.truth_frame(axis)
    bridge = truth.set_index("name").geometry["permitted bridge"].buffer(12.0)
    return {
        "scenes": rl.read_scenes(folder),
        "axes": axes,
        "extents": extent(shapely.LineString(axis).buffer(190.0), "QS01"),
        "truth": truth,
        "permits": permit(bridge),
        "levels": dict(zip(drawing.DATES, drawing.LEVELS_M, strict=True)),
    }


@pytest.fixture(scope="module")
def found(river):
    return rl.detect_change(river["scenes"], river["extents"], axes=river["axes"], permits=river["permits"])


def hits(changes, truth):
    """Suspects with what was planted where they are; blank names where nothing was."""
    planted = truth[["name", "kind", "decoy", "geometry"]].rename(columns={"kind": "wanted"})
    return gpd.sjoin(changes.suspects, planted, how="left", predicate="intersects")


def may_be(suspects):
    """What each suspect is said to be: its kind, or those that its evidence names where images do not tell."""
    told = [json.loads(text)["change"]["candidates"] for text in suspects["evidence"]]
    return [{kind} if kind != "unknown" else {each["kind"] for each in may}
            for kind, may in zip(suspects["kind"], told, strict=True)]  # fmt: skip


def brier(changes, truth):
    """Mean square of (probability - truth) over everything planted, every decoy, and every other suspect."""
    met = hits(changes, truth)
    real = truth[~truth["decoy"]]["name"]
    chance = met[met["is_counted"].astype(bool)].groupby("name")["confidence"].max()
    terms = [(1.0 - chance.get(name, 0.0)) ** 2 for name in real]
    terms += [chance.get(name, 0.0) ** 2 for name in truth[truth["decoy"]]["name"]]
    terms += (met[met["name"].isna()]["confidence"] ** 2).tolist()
    return float(np.mean(terms))


def test_every_planted_case_is_found_as_what_it_is_and_no_decoy_is_told(river, found, record_property) -> None:
    met, truth = hits(found, river["truth"]), river["truth"]
    counted = met[met["is_counted"].astype(bool)]
    assert sorted(counted["name"]) == sorted(truth[~truth["decoy"]]["name"])
    assert all(wanted in may for wanted, may in zip(counted["wanted"], may_be(counted), strict=True))
    assert (counted["kind"] == counted["wanted"]).sum() >= 7
    assert (counted["item"] == "").tolist() == (counted["kind"] == "unknown").tolist()
    assert not counted["decoy"].astype(bool).any()
    assert not counted["name"].isna().any()
    assert set(found.suspects["state"]) == {"confirmed"}
    assert {"change-not-lasting", "change-waterline"} <= set(codes(found))
    score = brier(found, truth)
    record_property("brier", score)
    assert score < 0.06


def test_the_samples_as_they_ship_find_every_case_tell_no_decoy_and_state_probabilities_that_hold(
    record_property,
) -> None:
    """Images, axes, permits and truth from the files; extents as the shipped levees and bank tops draw them."""
    sample = rl.samples.path("清水县.gpkg")
    layers = {
        name: rl.read_layer(sample, rl.schema.FRAMES[name], layer=name) for name in ("axes", "permits", "bank_tops")
    }
    columns = {"地面高程": "ground_m"}
    levees = rl.read_layer(rl.samples.path("堤防.shp"), rl.schema.LEVEES, columns=columns)
    drawn = rl.demarcate(layers["axes"], rl.load_rules("anhui"), levees=levees, bank_tops=layers["bank_tops"])
    scenes = rl.read_scenes(sorted(sample.parent.glob("清水河_*.tif")))
    changes = rl.detect_change(scenes, drawn, axes=layers["axes"], permits=layers["permits"])
    truth = gpd.read_file(rl.samples.path("变化真值.geojson")).to_crs(changing.CRS)
    met, real = hits(changes, truth), truth[~truth["decoy"]]
    counted = met[met["is_counted"].astype(bool)]
    assert sorted(counted["name"]) == sorted(real["name"])
    assert all(wanted in may for wanted, may in zip(counted["wanted"], may_be(counted), strict=True))
    assert not counted["decoy"].astype(bool).any()
    bridge = met.query("name == 'permitted bridge'")
    assert bridge[["permit_id", "permit_state"]].to_numpy().tolist() == [["XK2021-03", "valid"]]
    assert bridge[["standing", "counted_m2"]].to_numpy().tolist() == [["permitted", 0.0]]
    assert bridge["permitted_m2"].tolist() == bridge["inside_m2"].tolist()
    assert brier(changes, truth) < 0.06
    alarms = changes.suspects[changes.suspects["is_counted"].astype(bool)]
    accuracy = rl.assess_detection(alarms, real)
    assert accuracy.accuracies.loc[0, ["precision", "recall"]].tolist() == [1.0, 1.0]
    assert accuracy.brier < 0.06
    told = accuracy.reliability
    assert told["found_count"].sum() == len(real)
    # What is stated lies within the interval of what came true, in every bin.
    assert ((told["observed_low"] <= told["stated"]) & (told["stated"] <= told["observed_high"])).all()
    record_property("brier", accuracy.brier)


def test_outlines_cover_what_was_planted_to_a_pixel(river, found) -> None:
    planted = river["truth"][~river["truth"]["decoy"]].set_index("name").geometry
    for row in hits(found, river["truth"]).query("is_counted").itertuples():
        wanted = planted[row.name]
        shared = row.geometry.intersection(wanted).area
        assert shared > 0.55 * wanted.area, row.name
        assert row.geometry.difference(wanted.buffer(15.0)).is_empty, row.name


def test_first_days_are_those_of_the_first_image_that_tells(river, found) -> None:
    met = hits(found, river["truth"]).merge(river["truth"][["name", "since"]], on="name")
    assert (met["first_seen"] >= met["since"]).all()
    at_once = met[met["name"].isin(["filled bank", "built on fill", "sand pit", "fish pens", "late plant"])]
    assert (at_once["first_seen"] == at_once["since"]).all()
    # Crops and cleared fields show when things grow.
    grown = met[met["name"].isin(["crops on the bar", "soil pit"])]
    assert (grown["first_seen"].dt.month == 8).all()


def test_a_permitted_bridge_keeps_its_row_and_does_not_count(river, found) -> None:
    bridge = hits(found, river["truth"]).query("name == 'permitted bridge'")
    assert bridge["permit_id"].tolist() == ["XK1"]
    assert not bridge["is_counted"].astype(bool).any()
    two = rl.detect_change(list(river["scenes"])[1:4:2], river["extents"], axes=river["axes"], permits=river["permits"])
    assert not hits(two, river["truth"]).query("name == 'permitted bridge'")["is_counted"].astype(bool).any()
    without = rl.detect_change(river["scenes"], river["extents"], axes=river["axes"])
    assert hits(without, river["truth"]).query("name == 'permitted bridge'")["is_counted"].astype(bool).all()


def test_rows_follow_their_schemas_and_evidence_has_one_row_a_suspect_and_day(found) -> None:
    assert rl.check(found.suspects, SUSPECTS).query("severity == 'error'").empty
    assert found.suspects["bank"].isin(["left", "right"]).all()
    assert [column.name for column in CHANGE_EVIDENCE] == found.evidence.columns.tolist()
    assert len(found.evidence) == len(found.suspects) * 6
    assert set(found.evidence["suspect_id"]) == set(found.suspects["suspect_id"])
    for name in ("season", "shown", "reason"):
        assert set(found.evidence[name]) <= set(CHANGE_EVIDENCE[name].values)
    assert found.evidence.groupby("suspect_id")["shown"].agg(lambda shown: (shown == "reference").sum()).eq(2).all()
    shown = json.loads(found.suspects["evidence"].iloc[0])["change"]
    assert shown["seen_on"]
    why = found.suspects.set_index("suspect_id")["reason"]
    assert why.str.match(r"影像自 2024-0[38]-\d\d 起 \d 期可见；\S+较 2023-0[38]-\d\d 变化 [+-]\d\.\d\d，").sum() == 11
    english = rl.encroachment.describe_suspects(found.suspects, "en")["reason"]
    assert english.str.contains(r"images show it on \d days since 202[45]-").all()
    assert not english.str.contains("[\u4e00-\u9fff]").any()
    assert "12 suspects" in repr(found)
    assert "<table>" in found._repr_html_()


def test_curves_are_the_means_of_the_pixels(river, found) -> None:
    pit = hits(found, river["truth"]).query("name == 'sand pit'").iloc[0]
    rows = found.evidence.query("suspect_id == @pit.suspect_id and shown == 'reference'")
    for row, scene in zip(rows.itertuples(), river["scenes"], strict=False):
        pixels = rl.read_window(scene, ("green", "nir"))
        inside = rasterio.features.geometry_mask([pit.geometry], scene.shape, scene.transform, invert=True)
        green, nir = pixels["green"][inside], pixels["nir"][inside]
        assert row.ndwi == pytest.approx(float(((green - nir) / (green + nir)).mean()), abs=2e-5)


@pytest.mark.parametrize("window_px", [64, 97])
def test_windows_of_any_size_give_the_same(river, found, window_px) -> None:
    other = rl.detect_change(
        river["scenes"], river["extents"], axes=river["axes"], permits=river["permits"], window_px=window_px
    )
    assert other.suspects.geometry.to_wkb().tolist() == found.suspects.geometry.to_wkb().tolist()
    columns = ["suspect_id", "kind", "confidence", "inside_m2", "first_seen", "state"]
    pd.testing.assert_frame_equal(other.suspects[columns], found.suspects[columns])
    pd.testing.assert_frame_equal(other.evidence, found.evidence)
    pd.testing.assert_frame_equal(other.faults.drop(columns="geometry"), found.faults.drop(columns="geometry"))


def test_the_order_of_images_and_extents_is_of_no_matter(river, found) -> None:
    again = rl.detect_change(
        list(river["scenes"])[::-1], river["extents"].iloc[::-1], axes=river["axes"], permits=river["permits"]
    )
    pd.testing.assert_frame_equal(again.suspects, found.suspects)
    assert again.run.rules_digest == found.run.rules_digest


def test_with_two_days_nothing_is_confirmed_and_all_is_less_probable(river, found) -> None:
    scenes = [river["scenes"][1], river["scenes"][3]]
    two = rl.detect_change(scenes, river["extents"], axes=river["axes"], permits=river["permits"])
    assert set(two.suspects["state"]) == {"unconfirmed"}
    assert two.suspects["confidence"].max() <= 0.5
    assert "change-two-dates" in codes(two)
    met = hits(two, river["truth"])
    assert {"filled bank", "built on fill", "sand pit", "fish pens"} <= set(met["name"])
    assert found.suspects["confidence"].min() > two.suspects["confidence"].max()
    assert brier(two, river["truth"]) > brier(found, river["truth"])


def test_the_water_level_explains_the_flood_between_two_days(river) -> None:
    scenes = [river["scenes"][1], river["scenes"][5]]
    flooded = rl.detect_change(scenes, river["extents"], axes=river["axes"])
    levelled = rl.detect_change(scenes, river["extents"], axes=river["axes"], slope=0.05, levels=river["levels"])
    wet = [changes.suspects.query("change_class == 'pit'") for changes in (flooded, levelled)]
    pit = river["truth"].set_index("name").geometry["sand pit"]
    moved = [changes.faults.query("code == 'change-waterline'")["limit"].sum() for changes in (flooded, levelled)]
    assert moved[0] > 20_000.0
    assert moved[1] < 0.2 * moved[0]
    for found in wet:
        assert found.intersects(pit).all()
        assert found["area_m2"].sum() < 6_000.0
    told = levelled.faults.query("code == 'change-by-level'").iloc[0]
    assert told["limit"] > 20_000.0
    assert told["feature_id"] == river["extents"]["extent_id"].iloc[0]
    by_level = levelled.untold.query("why == 'level'")
    assert len(by_level) == told["value"]
    assert by_level["area_m2"].sum() == pytest.approx(told["limit"])
    assert shapely.intersects(told["geometry"], by_level.geometry.union_all())
    assert levelled.evidence["level_m"].dropna().isin([13.6, 14.6]).all()


def test_codes_are_kept_over_rounds_and_what_is_gone_is_told(river) -> None:
    first = rl.detect_change(list(river["scenes"])[:4], river["extents"], axes=river["axes"])
    assert set(first.suspects["tracking"]) == {"new"}
    renamed = first.suspects.assign(suspect_id=[f"OLD-{k}" for k in range(len(first.suspects))])
    clear = first.suspects.iloc[[0]].assign(suspect_id="GONE", geometry=[shapely.box(0, 0, 60, 60)], inside_m2=3600.0)
    place = shapely.get_coordinates(river["axes"].geometry.iloc[0])[0]
    line = river["axes"].set_index("river_id").geometry["QS01"]
    at = line.interpolate(3_650.0)
    clear = clear.set_geometry([shapely.box(at.x - 20, at.y - 20, at.x + 20, at.y + 20)], crs=changing.CRS)
    nowhere = clear.assign(suspect_id="UNSEEN").set_geometry([shapely.Point(place).buffer(30.0)], crs=changing.CRS)
    before = SUSPECTS.conform(pd.concat([renamed, clear, nowhere], ignore_index=True))
    second = rl.detect_change(river["scenes"], river["extents"], axes=river["axes"], previous=before)
    kept = second.suspects.query("tracking == 'kept'")
    assert set(kept["suspect_id"]) == set(renamed["suspect_id"])
    assert second.suspects.query("tracking == 'unseen'")["suspect_id"].tolist() == ["UNSEEN"]
    gone = second.faults.query("code == 'suspect-gone'")
    assert gone["feature_id"].tolist() == ["GONE"]
    assert second.faults.query("code == 'suspect-not-seen'")["feature_id"].tolist() == ["UNSEEN"]
    assert second.gone["suspect_id"].tolist() == ["GONE"]
    assert second.gone["gone_on"].dt.date.tolist() == [river["scenes"][-1].date]
    assert rl.check(second.gone, rl.schema.GONE_SUSPECTS).query("severity == 'error'").empty
    late = hits(second, river["truth"]).query("name == 'late plant'")
    assert late["tracking"].tolist() == ["new"]
    for frame in (before,):
        assert set(second.suspects["suspect_id"]) | set(gone["feature_id"]) >= set(frame["suspect_id"])


def test_a_suspect_is_gone_only_where_a_clear_image_is_held_against_an_older_one(river) -> None:
    """Three states: gone, kept, not to be judged; and why."""
    line = river["axes"].set_index("river_id").geometry["QS01"]
    scenes = list(river["scenes"])
    first = rl.detect_change(scenes[:4], river["extents"], axes=river["axes"]).suspects

    def placed(name, along, off=0.0, **columns):
        at = shapely.get_coordinates(line.interpolate(along).buffer(1.0).centroid)[0]
        turned = shapely.get_coordinates(line.interpolate(along + 1.0))[0] - at
        at = at + off * np.array([turned[1], -turned[0]]) / np.hypot(*turned)
        shape = shapely.box(at[0] - 20, at[1] - 20, at[0] + 20, at[1] + 20)
        return first.iloc[[0]].assign(suspect_id=name, **columns).set_geometry([shape], crs=changing.CRS)

    old = [placed("GONE", 3_650.0), placed("CLOUDY", 4_400.0, 120.0), placed("AWAY", 9_000.0),
           placed("UNDATED", 3_650.0, 15.0, first_seen=pd.NaT)]  # fmt: skip
    before = SUSPECTS.conform(pd.concat([first, *old], ignore_index=True))
    # The newest image is that of March 2025, which has a cloud.
    second = rl.detect_change(scenes[:5], river["extents"], axes=river["axes"], previous=before)
    told = second.faults[second.faults["code"].isin(["suspect-gone", "suspect-not-seen"])]
    states = dict(zip(told["feature_id"], zip(told["code"], told["note"], strict=True), strict=True))
    assert states.pop("GONE") == ("suspect-gone", "")
    assert states.pop("CLOUDY") == ("suspect-not-seen", "cloud")
    assert states.pop("AWAY") == ("suspect-not-seen", "outside")
    assert states.pop("UNDATED") == ("suspect-not-seen", "no-first-day")
    assert all(code == "suspect-not-seen" and note == "still-there" for code, note in states.values()), states
    sentence = told.set_index("feature_id").loc["CLOUDY", "detail"]
    assert "云" in sentence
    # With nothing older than what was found, all stands on both images, and nothing is gone.
    late = rl.detect_change(scenes[3:], river["extents"], axes=river["axes"], previous=first)
    codes_of_late = late.faults[late.faults["code"].isin(["suspect-gone", "suspect-not-seen"])]
    assert set(codes_of_late["code"]) == {"suspect-not-seen"}
    assert "reference-later" in set(codes_of_late["note"])
    kept = set(late.suspects.query("tracking in ('kept', 'unseen')")["suspect_id"])
    assert kept == set(first["suspect_id"])


def test_what_was_gone_stays_gone_until_it_comes_back_under_its_own_code(river, found) -> None:
    """The second round is told of a suspect that is nowhere, and of one that the images show again."""
    late = hits(found, river["truth"]).query("name == 'late plant'")["suspect_id"].iloc[0]
    again = found.suspects[found.suspects["suspect_id"] == late]
    away = again.assign(suspect_id="AWAY").set_geometry(again.translate(0.0, 5_000.0))
    was = pd.concat([again.assign(suspect_id="OLD"), away], ignore_index=True)
    was = was.assign(was="dumping", gone_on=pd.Timestamp("2024-08-15"))
    gone = rl.schema.GONE_SUSPECTS.conform(was[[*(each.name for each in rl.schema.GONE_SUSPECTS), "geometry"]])
    before = dataclasses.replace(found, suspects=found.suspects[found.suspects["suspect_id"] != late], gone=gone)
    after = rl.detect_change(river["scenes"], river["extents"], axes=river["axes"], previous=before)
    assert after.gone["suspect_id"].tolist() == ["AWAY"]
    assert after.suspects.set_index("suspect_id")["tracking"].value_counts().to_dict() == {
        "kept": len(found.suspects) - 1, "back": 1,
    }  # fmt: skip
    assert after.suspects.query("tracking == 'back'")["suspect_id"].tolist() == ["OLD"]
    assert "suspect-gone" not in codes(after)


def test_images_older_than_the_round_before_say_nothing_of_what_came_since_and_take_no_day_back(river, found) -> None:
    older = rl.detect_change(river["scenes"][:4], river["extents"], axes=river["axes"], previous=found.suspects)
    assert "suspect-gone" not in codes(older)
    unseen = older.faults.query("code == 'suspect-not-seen'").set_index("feature_id")["note"]
    late = hits(found, river["truth"]).query("name == 'late plant'")["suspect_id"].iloc[0]
    assert unseen[late] == "image-older"
    before, after = (each.suspects.set_index("suspect_id") for each in (found, older))
    assert set(before.index) <= set(after.index)
    for name, tracked in (("last_seen", "kept"), ("first_seen", "kept"), ("last_seen", "unseen")):
        rows = after.index[after["tracking"] == tracked]
        assert len(rows)
        pd.testing.assert_series_equal(after.loc[rows, name], before.loc[rows, name])


def test_a_building_is_one_suspect_with_the_area_of_its_pixels(tmp_path) -> None:
    changes = rl.detect_change(pair(tmp_path, build), whole())
    assert changes.suspects["kind"].tolist() == ["construction"]
    assert changes.suspects["change_class"].tolist() == ["building"]
    assert changes.suspects.geometry.iloc[0].area == pytest.approx(6_400.0)
    assert changes.suspects["area_m2"].iloc[0] == pytest.approx(6_400.0, rel=1e-3)
    assert shapely.get_num_coordinates(changes.suspects.geometry.iloc[0]) == 5


def test_only_what_lies_in_an_extent_is_told_and_thousands_of_extents_are_fine(tmp_path) -> None:
    scenes = pair(tmp_path, build)
    x, y = changing.WEST, changing.NORTH
    west = extent(shapely.box(x, y - 600, x + 250, y))
    assert rl.detect_change(scenes, west).suspects.empty
    side = 20.0
    tiles = [shapely.box(x + i * side, y - (j + 1) * side, x + (i + 1) * side, y - j * side)
             for i in range(40) for j in range(30)]  # fmt: skip
    many = pd.concat([extent(tile, f"R{k:04d}") for k, tile in enumerate(tiles)], ignore_index=True)
    changes = rl.detect_change(scenes, gpd.GeoDataFrame(many, crs=changing.CRS))
    assert len(changes.suspects) == 1


def test_a_protection_extent_is_not_searched(tmp_path) -> None:
    with pytest.raises(rl.SchemaError, match="two days"):
        rl.detect_change(pair(tmp_path, build), whole().assign(kind="protection"))


def test_images_far_from_alike_are_told_and_still_compared_where_they_can(tmp_path) -> None:
    """A sensor with twice the gain: the pair is matched, and nothing but the building is found."""
    image(tmp_path / "a.tif", covers(), "2024-07-01")
    later = covers()
    build(later)
    image(tmp_path / "b.tif", later, "2025-07-01", gain=1.3, seed=5)
    changes = rl.detect_change(rl.read_scenes(tmp_path), whole())
    assert changes.suspects["change_class"].tolist() == ["building"]
    told = next(iter(changes.run.inputs["pairs"].values()))
    assert told["gain"]["nir"] == pytest.approx(1 / 1.3, rel=0.03)


def test_a_mosaic_of_one_day_is_one_image(tmp_path) -> None:
    later = covers()
    build(later)
    single = rl.detect_change(pair(tmp_path, build), whole())
    folder = tmp_path / "tiles"
    folder.mkdir()
    for number, (names, date) in enumerate(((covers(), "2024-07-01"), (later, "2025-07-01"))):
        for part in range(2):
            columns = slice(0, 34) if part == 0 else slice(34, 80)
            image(folder / f"{number}{part}.tif", names[:, columns], date, seed=number,
                  transform=rasterio.Affine(10.0, 0.0, changing.WEST + 10.0 * columns.start, 0.0, -10.0,
                                            changing.NORTH))  # fmt: skip
    changes = rl.detect_change(rl.read_scenes(folder), whole())
    assert changes.suspects.geometry.to_wkb().tolist() == single.suspects.geometry.to_wkb().tolist()
