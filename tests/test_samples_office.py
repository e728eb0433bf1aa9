"""The samples' river-chief office: what was planted is found, nothing else is, and chance alone finds nothing."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import riverline as rl
from riverline import samples
from riverline._kernels.lines.chainage import position
from riverline.cli.app import app

COUNTY, OFFICE = "清水县.gpkg", "清水县河长制.gpkg"
LAST = "2025-12-31"
QUARTER = {"since": "2025-10-01", "until": LAST}
WORDS = {"kind": {"乱占": "occupation", "乱采": "extraction", "乱堆": "dumping", "乱建": "construction"}}


def layer(name, schema, **more):
    return rl.read_layer(samples.path(OFFICE), schema, layer=name, **more)


@pytest.fixture(scope="module")
def truth():
    return json.loads(samples.path("河长制真值.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def axes():
    return rl.read_layer(samples.path(COUNTY), rl.schema.AXES, layer="axes")


@pytest.fixture(scope="module")
def problems():
    return layer("problems", rl.schema.PROBLEMS, values={"status": "found"})


@pytest.fixture(scope="module")
def known(axes):
    """What problems are attached to."""
    towns = rl.read_layer(samples.path(COUNTY), rl.schema.ADMIN, layer="towns")
    chiefs = layer("chiefs", rl.schema.CHIEFS)
    return {"segments": rl.split_axes(axes, length_m=500), "admin": towns, "chiefs": chiefs}


@pytest.fixture(scope="module")
def attached(problems, axes, known):
    return rl.attach(problems, axes, **known)


@pytest.fixture(scope="module")
def intakes(attached, axes, known, tmp_path_factory):
    """The ledger, and what came of problems, events and suspects."""
    ledger = rl.Ledger.open(tmp_path_factory.mktemp("office") / "台账.gpkg")
    first = ledger.take(attached.problems, source="巡河", on=LAST)
    events = gpd.read_file(samples.path(OFFICE), layer="events")
    told = ledger.record_all(events)
    suspects = rl.attach(gpd.read_file(samples.path(OFFICE), layer="suspects"), axes, **known)
    return ledger, first, told, ledger.take(suspects.problems, source="遥感2025Q3", on=LAST)


@pytest.fixture(scope="module")
def ledger(intakes):
    return intakes[0]


@pytest.fixture(scope="module")
def patrols(axes):
    tracks = rl.read_tracks(samples.path("巡河轨迹.csv"))
    phone = rl.read_tracks(samples.path("马得闲.gpx"), patroller="马得闲", level="village")
    every = pd.concat([tracks, rl.geodesy.align(phone, tracks.crs, layer="tracks")], ignore_index=True)
    duties = layer("duties", rl.schema.DUTIES)
    return rl.measure_patrols(every, axes, duties=duties, **QUARTER)


# The ledger


def test_rows_that_are_wrong_become_faults_of_their_kind_and_the_others_are_taken(truth, problems, attached, intakes):
    _, first, told, _ = intakes
    found = pd.concat([attached.faults, first.faults])
    pairs = set(zip(found["feature_id"], found["code"], strict=True))
    planted = {(each["problem_id"], each["fault"]) for each in truth["bad"] if each["fault"]}
    assert planted <= pairs
    # The unknown word is told twice: no choice of the dictionary, and no kind of problem.
    assert pairs - planted == {("BAD-03", "value-choice")}
    refused = {name for name, code in planted if code.startswith("problem-") and code != "problem-placeless"}
    assert set(first.added["problem_id"]) == set(problems["problem_id"]) - refused
    assert len(told.faults) == truth["events_refused"]
    hostile = first.added.set_index("problem_id").loc["BAD-08"]
    assert hostile["description"].startswith("=HYPERLINK")


def test_the_same_intake_adds_nothing_and_twins_are_proposed_and_no_others(truth, attached, ledger, intakes):
    again = ledger.take(attached.problems, source="巡河", on=LAST)
    assert (len(again.added), len(again.kept)) == (0, len(intakes[1].added))
    proposals = intakes[1].proposals
    pairs = set(map(frozenset, zip(proposals["problem_id"], proposals["other_id"], strict=True)))
    assert pairs == {frozenset(each.values()) for each in truth["twins"]}
    assert set(proposals["relation"]) == {"duplicate"}


def test_every_rebound_is_found_with_its_evidence_and_no_other(truth, ledger):
    rows = ledger.rebounds(on=LAST).rows
    problems = ledger.problems().set_index("problem_id")
    back = rows["back_as"].map(problems["suspect_id"]).fillna(rows["back_as"])
    found = sorted(zip(rows["problem_id"], back, rows["evidence"], strict=True))
    planted = sorted((each["problem_id"], each["back_as"], each["evidence"]) for each in truth["rebounds"])
    assert found == planted


def test_the_reach_that_is_closed_on_paper_is_the_planted_one(truth, ledger):
    reaches = ledger.rebounds(on=LAST).reaches
    (name,) = reaches.loc[reaches["on_paper"], "segment_id"]
    rows = ledger.problems().set_index("problem_id").loc[truth["paper"]["problem_ids"]]
    assert set(rows["segment_id"]) == {name}
    assert set(rows["chief_village"]) == {"卫柳"}


def test_the_office_reads_its_year_off_the_ledger(ledger):
    row = ledger.statistics(on=LAST).set_index("sum_id").loc["all/*"]
    states = ledger.problems(on=LAST)["status"].value_counts()
    assert row["closed_count"] == states["closed"]
    assert row["rejected_count"] == states["rejected"]
    overdue = ledger.overdue(on=LAST)
    assert len(overdue) == row["overdue_count"] > 0
    assert set(overdue["deadline_basis"]) == {"given"}
    middle = ledger.problems(on="2024-12-31")
    assert middle["found_on"].max() <= pd.Timestamp("2024-12-31")
    assert (middle["status"] != "closed").sum() != (ledger.problems()["status"] != "closed").sum()
    assert ledger.verify().empty


# Hotspots


def test_the_hot_reach_is_found_and_nothing_else(truth, axes, ledger):
    spots = rl.find_hotspots(ledger.problems(on=LAST), axes, on=LAST)
    (hot,) = spots.clusters.to_dict("records")
    planted = truth["hot"]
    assert (hot["verdict"], hot["river_id"], hot["bank"]) == ("hot", planted["river_id"], planted["bank"])
    # The planted one lies inside; a neighbourhood is a kilometre, so no end is farther off than that and a segment.
    assert planted["start_chainage_m"] - 1_500 <= hot["start_chainage_m"] <= planted["start_chainage_m"]
    assert planted["end_chainage_m"] <= hot["end_chainage_m"] <= planted["end_chainage_m"] + 1_500
    first = rl.hotspots.first_to_walk(spots, kilometres=1)
    assert set(first["segment_id"]) <= set(spots.segments.loc[spots.segments["hot"], "segment_id"])
    assert first["start_chainage_m"].between(10_700, 12_000).all()


def test_the_report_names_the_twins_that_a_ledger_would_propose(truth, attached, axes, ledger):
    """Before they are rejected: afterwards they are settled and told no more."""

    def twins(frame):
        told = rl.hotspots.check_problems(frame, axes).query("code == 'problem-twin'")
        return {
            frozenset((name, note.partition(",")[0]))
            for name, note in zip(told["feature_id"], told["note"], strict=True)
        }

    assert twins(attached.problems) == {frozenset(each.values()) for each in truth["twins"]}
    assert not twins(ledger.problems(on=LAST))


def test_dates_that_heap_and_a_shifted_batch_are_told(truth, axes, ledger):
    found = rl.find_hotspots(ledger.problems(on=LAST), axes).faults
    assert "snaps-shifted" not in set(found["code"])
    (heaped,) = found.loc[found["code"] == "dates-heaped", "detail"]
    assert truth["heaped"]["day"] in heaped
    batch = pd.read_csv(samples.path(truth["batch"]["file"]))
    assert len(batch) == truth["batch"]["rows"]
    lon, lat = batch["经度"].to_numpy(), batch["纬度"].to_numpy()
    given, true = (
        gpd.GeoDataFrame(batch, geometry=shapely.points(*pair), crs=4490).to_crs(axes.crs)
        for pair in ((lon, lat), rl.geodesy.wgs84_from_gcj02(lon, lat))
    )
    (shifted,) = rl.find_hotspots(given, axes).faults.query("code == 'snaps-shifted'")["detail"]
    assert truth["batch"]["coordinates"] in shifted
    assert "snaps-shifted" not in set(rl.find_hotspots(true, axes).faults["code"])
    # Among the others it is told by its source.
    mixed = pd.concat([ledger.problems(on=LAST), given.assign(source="随手拍")], ignore_index=True)
    (shifted,) = rl.find_hotspots(mixed, axes).faults.query("code == 'snaps-shifted'")["note"]
    assert shifted.endswith("source=随手拍")


def test_the_batch_is_taken_by_its_own_words_where_it_is_put_right(axes, tmp_path):
    batch = pd.read_csv(samples.path("随手拍问题.csv"))
    lon, lat = rl.geodesy.wgs84_from_gcj02(batch["经度"].to_numpy(), batch["纬度"].to_numpy())
    names = {"编号": "problem_id", "问题类型": "kind", "上报日期": "found_on", "描述": "description"}
    frame = gpd.GeoDataFrame(batch, geometry=shapely.points(lon, lat), crs=4490).to_crs(axes.crs)
    taken = rl.Ledger.open(tmp_path / "台账.gpkg").take(frame, source="随手拍", on=LAST, columns=names, words=WORDS)
    assert (len(taken.added), len(taken.faults)) == (len(batch), 0)
    assert rl.attach(taken.added, axes, far_m=200).faults.empty


def test_problems_that_fall_anywhere_have_no_hot_reach(axes, ledger):
    """As many problems of the same days, thrown anywhere along the banks: at most one world in twenty has a hot one."""
    real = ledger.problems(on=LAST)
    real = real[real.geometry.notna()].drop(columns=["river_id", "bank", "chainage_m"])
    length = axes.geometry.length.to_numpy()
    rng = np.random.default_rng(20)
    worlds = []
    for _ in range(20):
        river = rng.choice(len(axes), len(real), p=length / length.sum())
        along, side = rng.uniform(0.0, length[river]), rng.choice([-30.0, 30.0], len(real))
        places = np.full(len(real), None, dtype=object)
        for at in range(len(axes)):
            mine = river == at
            places[mine] = shapely.points(position(axes.geometry.iloc[at].coords, along[mine], side[mine]))
        spots = rl.find_hotspots(real.set_geometry(gpd.GeoSeries(places, index=real.index, crs=axes.crs)), axes)
        worlds.append(spots.segments["hot"].any())
    assert sum(worlds) <= 2


# Patrols and water


def test_the_lazy_chief_is_named_and_nobody_else(truth, patrols):
    duties = patrols.duties.set_index("chief")
    lazy = truth["lazy"]
    assert duties.index[duties["perfunctory"] == "yes"].tolist() == [lazy["chief"]]
    row = duties.loc[lazy["chief"]]
    assert (row["patrols"], row["patrols"] - row["valid"]) == (lazy["tracks"], lazy["by_car"])
    assert row["signs"].split(",") == ["same_stretch", "vehicle"]
    walked = lazy["end_chainage_m"] - lazy["start_chainage_m"]
    assert row["share"] == pytest.approx(walked / row["length_m"], abs=0.01)
    missed = patrols.checks[patrols.checks["outcome"] == "not_met"]
    assert set(missed["chief"]) == {lazy["chief"]}
    others = duties[(duties["level"] == "village") & (duties.index != lazy["chief"])]
    assert (others["share"] > 0.99).all()
    # The tracks go a day beyond the quarter; nothing else is to be said of them.
    (beyond,) = patrols.faults.itertuples()
    assert (beyond.code, beyond.value) == ("tracks-outside-window", 8.0)
    assert patrols.passes["on"].max() <= pd.Timestamp(LAST)


def test_nobody_looked_where_the_hot_reach_is_on_the_lazy_chiefs_stretch(truth, axes, ledger, patrols):
    spots = rl.find_hotspots(
        ledger.problems(on=LAST), axes, on=LAST, effort=patrols.passes[patrols.passes["level"] == "village"]
    )
    hot = truth["hot"]
    inside = spots.segments[
        (spots.segments["river_id"] == hot["river_id"])
        & (spots.segments["bank"] == hot["bank"])
        & spots.segments["start_chainage_m"].between(hot["start_chainage_m"] - 10, hot["end_chainage_m"] - 490)
    ]
    assert set(inside["verdict"]) == {"unseen"}


def test_outfalls_and_sections_are_placed_and_the_one_that_missed_its_target_is_told(truth, axes):
    names = {"outfalls": rl.schema.OUTFALLS, "water_sections": rl.schema.WATER_SECTIONS, "intakes": rl.schema.INTAKES}
    read = {name: layer(name, schema) for name, schema in names.items()}
    inventory = rl.place_outfalls(read["outfalls"], axes, sections=read["water_sections"], intakes=read["intakes"])
    missed = inventory.reaches[inventory.reaches["target_met"] == "not_met"]
    assert missed["water_section_id"].tolist() == truth["sections_not_met"]
    groups = set(inventory.outfalls["class_group"])
    assert groups == {"industrial", "municipal", "agricultural", "other", "unknown"}
    assert inventory.faults["code"].tolist() == ["outfall-class-unknown", "axis-mouth", "axis-mouth"]
    # Axes of tributaries end at the bank, 205 and 60 m from the river's: they flow on into it and it is told.
    wide = rl.place_outfalls(
        read["outfalls"], axes, sections=read["water_sections"], intakes=read["intakes"], snap_m=250
    )
    assert wide.outfalls["intake_distance_m"].tolist() == inventory.outfalls["intake_distance_m"].tolist()
    assert not {"axis-mouth", "axis-unjoined"} & set(wide.faults["code"])
    ways = inventory.outfalls.groupby("river_id")["intake_way"].agg(set).to_dict()
    assert ways == {"QS01": {"same_river"}, "BS02": {"network"}, "LX03": {"network"}}


def test_commands_lead_from_tracks_to_what_nobody_looked_at(tmp_path):
    """A file that says who walked keeps saying so beside the telephone's, which does not."""
    office, axes = samples.path(OFFICE), f"{samples.path(COUNTY)}::axes"
    command = ["patrols", samples.path("巡河轨迹.csv"), samples.path("马得闲.gpx"), "--patroller", "马得闲", "--level",
               "village", "--axes", axes, "--duties", f"{office}::duties", "--warnings", f"{office}::patrol_warnings",
               "--since", "2025-10-01", "--until", LAST, "--out", tmp_path]  # fmt: skip
    ran = CliRunner().invoke(app, [str(each) for each in command])
    assert ran.exit_code == 0, ran.output
    duties = rl.read_layer(tmp_path / "巡河成果.gpkg", rl.schema.PATROLLED_DUTIES).set_index("chief")
    assert duties.index[duties["perfunctory"] == "yes"].tolist() == ["马得闲"]
    assert (duties["patrols"] > 0).all()
    passes = f"{tmp_path / '巡河成果.gpkg'}::巡河经过区间"
    command = ["hotspots", f"{office}::problems", "--axes", axes, "--effort", passes, "--on", LAST, "--out",
               tmp_path / "热点"]  # fmt: skip
    ran = CliRunner().invoke(app, [str(each) for each in command])
    assert ran.exit_code == 0, ran.output
    made = gpd.read_file(tmp_path / "热点" / "热点成果.gpkg", layer="四乱热点河段")
    values = tmp_path / "指标值.csv"
    days = ["--since", "2025-10-01", "--until", LAST, "--out", str(values)]
    file = str(tmp_path / "巡河成果.gpkg")
    ran = CliRunner().invoke(app, ["indicators", "--by", "chief", "--patrols", file, *days])
    assert ran.exit_code == 0, ran.output
    rows = rl.read_table(values, rl.schema.INDICATORS).set_index(["subject", "indicator"])["value"]
    assert (rows["马得闲", "perfunctory"], rows["卫柳", "perfunctory"]) == (1.0, 0.0)
    mine = (made["river_id"] == "QS01") & (made["bank"] == "right") & made["start_chainage_m"].between(10_900, 11_600)
    assert mine.sum() == 2
    assert made.loc[mine, "passes"].max() < made["passes"].max() / 4


def test_commands_lead_from_a_layer_of_problems_to_the_score(tmp_path):
    def run(*arguments):
        ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "160", "TERM": "dumb"})
        assert ran.exit_code == 0, ran.output
        return ran.output

    office, axes, book = samples.path(OFFICE), f"{samples.path(COUNTY)}::axes", tmp_path / "台账.gpkg"
    where = ("--axes", axes, "--admin", f"{samples.path(COUNTY)}::towns", "--chiefs", f"{office}::chiefs")
    said = run("ledger", "take", book, f"{office}::problems", "--source", "巡河", "--on", LAST, *where)
    assert "新收 210 条" in said
    said = run("ledger", "events", book, f"{office}::events")
    assert "已记录 801 个事件" in said
    assert "早于上一事件" in said.replace("\n", "")
    rows = rl.Ledger.open(book).problems().set_index("problem_id")
    # What no river can be named for was told and is taken all the same.
    assert (rows.loc["BAD-07", "river_id"], rows.loc["BAD-08", "chief_village"]) == ("", "周一帆")
    values, days = tmp_path / "指标值.csv", ("--since", "2025-10-01", "--until", LAST, "--period", "2025Q4")
    said = run("indicators", "--by", "chief", *days, "--ledger", book, "--out", values)
    assert "个对象" in said
    ledger = rl.Ledger.open(book)
    wanted = rl.gather_indicators(by="chief", since=days[1], until=LAST, period="2025Q4", ledger=ledger)
    read = rl.read_table(values, rl.schema.INDICATORS)
    assert read["value_id"].tolist() == wanted["value_id"].tolist()
    assert read["value"].tolist() == pytest.approx(wanted["value"].tolist())
    said = run("score", values, "--rules", samples.path("清水县考核办法.toml"), "--out", tmp_path / "考核")
    assert "马得闲" in said
    assert "未出图" not in said


def test_the_ledgers_layers_of_reaches_need_the_axes(tmp_path):
    ran = CliRunner().invoke(
        app, ["ledger", "take", str(tmp_path / "a.gpkg"), "x.gpkg", "--source", "x", "--on", LAST, "--chiefs", "y.gpkg"]
    )
    assert ran.exit_code == 2
    assert "--axes" in ran.output
    days = ("--since", "2025-10-01", "--until", LAST)
    ran = CliRunner().invoke(app, ["indicators", "--by", "river", *days, "--ledger", str(tmp_path / "none.gpkg")])
    assert ran.exit_code == 1
    assert "none.gpkg" in ran.output


# The year's score


def test_chiefs_are_scored_by_the_samples_sheet_and_the_lazy_one_has_the_cards(truth, ledger, patrols):
    sheet = rl.rules.load_score_rules(samples.path("清水县考核办法.toml"))
    assert "虚构" in sheet.title
    rows = rl.gather_indicators(by="chief", period="2025Q4", ledger=ledger, patrols=patrols, **QUARTER)
    result = rl.assess(rows, rules=sheet)
    scores = result.scores.set_index("subject")["score"]
    assert scores.dropna().idxmin() == truth["lazy"]["chief"]
    # The city's chief owes two patrols a year: a quarter cannot be held against him, so his score is open.
    assert scores.index[scores.isna()].tolist() == ["江宏远"]
    red = result.cards.query("card == 'red' and standing == 'shown'")["subject"]
    assert red.tolist() == [truth["lazy"]["chief"]]
    trace = result.trace.set_index(["subject", "indicator"]).loc[(truth["lazy"]["chief"], "perfunctory")]
    assert (trace["value"], trace["points"]) == (1.0, -10.0)
    assert trace["source_ids"] == f"patrolled_duties:{truth['lazy']['duty_id']}"
    told = result.trace.groupby("subject")["points"].sum(min_count=1)
    known = scores.dropna().index
    assert told[known].clip(0, 100).round(6).to_dict() == scores[known].round(6).to_dict()


@pytest.mark.slow
def test_every_line_that_the_guide_shows_for_the_offices_year_runs_on_the_samples(tmp_path, monkeypatch):
    text = (Path(__file__).parent.parent / "docs" / "guide.md").read_text(encoding="utf-8")
    block = text.partition("cd data/samples/\n")[2].partition("```")[0].replace("\\\n", " ")
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert [line[1] for line in lines] == [
        "ledger", "ledger", "ledger", "patrols", "hotspots", "outfalls", "indicators", "score",
    ]  # fmt: skip
    for file in samples.path(OFFICE).parent.iterdir():
        (tmp_path / file.name).symlink_to(file)
    monkeypatch.chdir(tmp_path)
    for line in lines:
        ran = CliRunner().invoke(app, line[1:])
        assert (line[0], ran.exit_code) == ("riverline", 0), ran.output
    assert {"台账.gpkg", "指标值.csv", "巡河", "热点", "排污口", "考核"} <= {each.name for each in tmp_path.iterdir()}
