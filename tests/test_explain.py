"""What a line says for itself: joints, chainages as text, levels of flood lines, and what is not there."""

from __future__ import annotations

import pytest

import county
import riverline as rl


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The sample county's inputs and result."""
    from riverline.cli.jobs.steps import carry_out, demo_job

    return carry_out(demo_job(tmp_path_factory.mktemp("demo"), "zh"), lambda _: None)


def levels(demo):
    return demo.inputs["flood_levels"]


def test_a_flood_line_names_its_level_and_the_levels_around_it(demo) -> None:
    told = rl.explain(demo.result, "BS02", "left", 4379.75, flood_levels=levels(demo))
    # Halfway between 34.65 m at 3893.1 and 30.99 m at 4866.4.
    assert "此处水位 32.82 米，由 BS02-04（K3+893，34.65 米）与 BS02-05（K4+866，30.99 米）" in told
    assert "BS02-00" not in told
    assert "level here 32.82 m, between BS02-04" in rl.explain(
        demo.result, "BS02", "left", 4379.75, flood_levels=levels(demo), language="en"
    )


def test_the_level_at_a_given_level_is_that_one(demo) -> None:
    told = rl.explain(demo.result, "BS02", "right", 3893.1, flood_levels=levels(demo).sample(frac=1, random_state=1))
    assert "此处水位 34.65 米，取自 BS02-04" in told
    assert "BS02-05" not in told


def test_without_levels_a_flood_line_names_its_sources(demo) -> None:
    assert "BS02-00,BS02-01" in rl.explain(demo.result, "BS02", "left", 4380)


def test_levels_without_a_place_are_refused(demo) -> None:
    with pytest.raises(rl.JobError, match="chainage_m"):
        rl.explain(demo.result, "BS02", "left", 4380, flood_levels=levels(demo).drop(columns="chainage_m"))


@pytest.mark.parametrize("text", ["K6+200", "6+200", "k6+200.0", "Ｋ６＋２００"])
def test_a_chainage_may_be_written(demo, text) -> None:
    assert rl.explain(demo.result, "QS01", "left", text) == rl.explain(demo.result, "QS01", "left", 6200)


def test_a_joint_tells_of_every_piece_that_meets_there(demo) -> None:
    lines = demo.result.lines
    mine = lines[(lines["river_id"] == "QS01") & (lines["bank"] == "right")]
    zero = mine[mine["start_chainage_m"] == mine["end_chainage_m"]]
    joints = sorted({*mine["end_chainage_m"][:-1], *zero["start_chainage_m"]})
    assert joints
    for joint in joints:
        meeting = mine[(mine["start_chainage_m"] <= joint) & (mine["end_chainage_m"] >= joint)]
        told = rl.explain(demo.result, "QS01", "right", joint).splitlines()
        assert len(told) == len(meeting) >= 2
        assert len(set(told)) == len(told)


def test_the_length_of_the_axis_is_on_the_line_though_the_line_is_rounded(demo) -> None:
    end = float(demo.inputs["axes"].set_index("river_id").geometry["QS01"].length)
    assert "清水河" in rl.explain(demo.result, "QS01", "left", end)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("XX", "left", 5), ("XX", "BS02", "QS01")),
        (("QS01", "west", 5), ("west", "left, right")),
        (("QS01", "left", 99_999), ("99999", "K0+000 – K13+491", "K1+200")),
        (("QS01", "left", -5), ("-5", "K0+000 – K13+491")),
        (("QS01", "left", "6200"), ("6200", "K1+200")),
        (("QS01", "left", float("nan")), ("nan", "K0+000 – K13+491")),
    ],
)
def test_what_is_not_there_is_said_with_what_is(demo, arguments, parts) -> None:
    with pytest.raises(rl.JobError) as error:
        rl.explain(demo.result, *arguments)
    for part in parts:
        assert part in error.value.zh
        assert part in error.value.en


def test_a_river_that_could_not_be_done_says_why() -> None:
    axes = county.axes([(0, 0), (2000, 0)])
    result = rl.demarcate(axes, rl.load_rules("national"))
    with pytest.raises(rl.JobError, match="无法划界"):
        rl.explain(result, str(axes["river_id"].iloc[0]), "left", 5)


def test_sections_serve_as_levels_and_without_them_three_sources_are_named(demo) -> None:
    sections = levels(demo).rename(columns={"level_id": "section_id"})
    told = rl.explain(demo.result, "BS02", "left", 4379.75, flood_levels=sections)
    assert "由 BS02-04（K3+893，34.65 米）与 BS02-05" in told
    plain = rl.explain(demo.result, "BS02", "left", 4380)
    count = len(levels(demo).query("river_id == 'BS02'"))
    assert f"等 {count} 个" in plain
    assert plain.count("BS02-0") == 3


def test_in_english_the_notes_and_the_map_are_english(demo, tmp_path) -> None:
    told = rl.explain(demo.result, "QS01", "left", 6200, language="en")
    assert "取下限" not in told
    page = rl.maps.save(rl.maps.show(demo.result, language="en"), tmp_path / "map.html").read_text(encoding="utf-8")
    assert f"Rules {demo.result.rules.title_en}" in page
    assert demo.result.rules.title not in page


@pytest.mark.parametrize("name", ["national", "jiangsu_zhenjiang", "hunan_changsha", "guangdong_kaiping"])
def test_what_a_note_says_of_a_rule_is_english_in_english(name) -> None:
    axes = county.axes([(0, 0), (2000, 0)])
    toes = county.levees([(0, 80), (2000, 80)], [(0, -80), (2000, -80)])
    result = rl.demarcate(axes, rl.load_rules(name), levees=toes.assign(feature="crest"))
    told = rl.explain(result, str(axes["river_id"].iloc[0]), "left", 500, language="en")
    assert "drawn is the crest" in told
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in told.partition("Note:")[2])
