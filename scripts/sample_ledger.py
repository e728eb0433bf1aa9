"""Two years of the invented county's river-chief office: problems, what was done about them, and what was planted.

Problems lie at random along the banks but for what :func:`write_truth` names: a hot reach, rebounds, a reach closed on
paper, twins, a batch in the coordinates of web maps, a day on which dates heap, and rows that are wrong on purpose.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import sample_patrols as walks
import shapely

from riverline._kernels.lines.chainage import position
from riverline.geodesy import gcj02_from_wgs84

if TYPE_CHECKING:
    from make_samples import River

SEED = 20251231
OFFICE, BATCH, SHEET, TRUTH = "清水县河长制.gpkg", "随手拍问题.csv", "清水县考核办法.toml", "河长制真值.json"
FIRST, LAST = pd.Timestamp("2024-01-01"), pd.Timestamp("2025-12-31")
HOT = {"river_id": "QS01", "bank": "right", "start_chainage_m": 11_000.0, "end_chainage_m": 12_000.0}
PAPER = {"river_id": "LX03", "start_chainage_m": 1_500.0, "end_chainage_m": 2_000.0}
HEAPED = pd.Timestamp("2025-06-30")
APART_M = 45.0
_KINDS = {
    "occupation": ("滩地种植高秆作物", "围栏圈占滩地", "滩地搭设网箱"),
    "extraction": ("河道内私采砂石", "取土坑未回填"),
    "dumping": ("堆放建筑垃圾", "倾倒生活垃圾", "弃土弃渣堆放"),
    "construction": ("管理范围内搭建房屋", "违建围墙", "私建码头平台"),
}
_WORDS = {"occupation": "乱占", "extraction": "乱采", "dumping": "乱堆", "construction": "乱建"}


@dataclass
class Book:
    """Problems and events as they are written down, one after the other."""

    rng: np.random.Generator
    made: dict[str, River]
    rows: list[dict[str, object]] = field(default_factory=list)
    events: list[tuple] = field(default_factory=list)
    places: list[tuple[str, float, float]] = field(default_factory=list)

    def draw(self, river: str, bank: str, low: float, high: float, kind: str) -> tuple[float, float] | None:
        """A place on a bank that is not near another of its kind."""
        made = self.made[river]
        lines = [each.line for each in self.made.values()]
        for _ in range(200):
            away = (-1.0 if bank == "left" else 1.0) * (made.width * 0.5 + self.rng.uniform(4.0, 30.0))
            x, y = np.round(position(made.axis, [self.rng.uniform(low, high)], [away])[0], 2)
            away_from = np.sort(shapely.distance(lines, shapely.Point(x, y)))
            # No place where two rivers are about as near: those are planted by themselves.
            if away_from[1] - away_from[0] < 60.0:
                continue
            if all(np.hypot(x - u, y - v) > APART_M for other, u, v in self.places if other == kind):
                return float(x), float(y)
        return None

    def add(self, kind: str, place: tuple[float, float], found: pd.Timestamp, source: str = "", words: str = "") -> str:
        code = f"QS{found.year}-{len(self.rows) + 1:04d}"
        said = words or str(self.rng.choice(_KINDS[kind]))
        self.rows.append(
            {
                "problem_id": code,
                "kind": kind,
                "item": said,
                "severity": str(self.rng.choice(["minor", "serious", "major"], p=[0.7, 0.24, 0.06])),
                "found_on": found,
                "source": source or str(self.rng.choice(["巡河", "群众举报", "明察暗访"], p=[0.6, 0.25, 0.15])),
                "description": said,
                "geometry": shapely.Point(place),
            }
        )
        self.places.append((kind, *place))
        return code

    def tell(self, code: str, event: str, on: pd.Timestamp, note: str = "", due: pd.Timestamp | None = None) -> None:
        who = {"assigned": "县河长办", "rectifying": "责任单位", "review": "责任单位", "closed": "县河长办复核组"}
        text = "" if due is None else due.date().isoformat()
        self.events.append((code, event, on.date().isoformat(), who.get(event, "县河长办"), note, text))

    def handle(self, code: str, found: pd.Timestamp, days: int, *, closed: bool) -> pd.Timestamp:
        """Assigned, put right and, if so, closed so many days after it was found; gives the last day."""
        first = found + pd.Timedelta(days=min(2, days))
        self.tell(code, "assigned", first, due=found + pd.Timedelta(days=60))
        work, review, end = (found + pd.Timedelta(days=max(2, round(days * share))) for share in (0.3, 0.8, 1.0))
        for event, on in (("rectifying", work), ("review", review), ("closed", end)):
            if on > LAST or (event != "rectifying" and not closed):
                break
            self.tell(code, event, on)
        return end


def days_between(rng: np.random.Generator, count: int) -> list[pd.Timestamp]:
    return [FIRST + pd.Timedelta(days=int(each)) for each in rng.integers(0, 716, count)]


def even_problems(book: Book, count: int) -> None:
    """Problems anywhere along the banks, as often on one metre as on another, none on the day that dates heap on."""
    rivers = list(book.made)
    share = np.array([book.made[each].length for each in rivers])
    for found in days_between(book.rng, count):
        day = found + pd.Timedelta(days=int(found == HEAPED))
        kind = str(book.rng.choice(list(_KINDS), p=[0.35, 0.15, 0.3, 0.2]))
        river = str(book.rng.choice(rivers, p=share / share.sum()))
        place = book.draw(river, str(book.rng.choice(["left", "right"])), 0.0, book.made[river].length, kind)
        if place is not None:
            code = book.add(kind, place, day)
            book.handle(code, day, int(book.rng.integers(12, 75)), closed=bool(book.rng.random() < 0.9))


def hot_problems(book: Book) -> dict[str, object]:
    """A kilometre of bank with three dozen more than its share: sand is dug, spoil is heaped beside it."""
    codes = []
    for number, found in enumerate(days_between(book.rng, 26)):
        kind = ("extraction", "dumping")[number % 2]
        place = book.draw(HOT["river_id"], HOT["bank"], HOT["start_chainage_m"], HOT["end_chainage_m"], kind)
        day = found + pd.Timedelta(days=int(found == HEAPED))
        if place is not None:
            codes.append(book.add(kind, place, day))
            book.handle(codes[-1], day, int(book.rng.integers(20, 110)), closed=bool(book.rng.random() < 0.75))
    return {**HOT, "problem_ids": codes}


def paper_problems(book: Book) -> tuple[dict[str, object], list[dict[str, str]]]:
    """A chief's reach where problems are closed within days and are back within weeks."""
    codes, back = [], []
    for number in range(5):
        kind = ("dumping", "occupation")[number % 2]
        place = book.draw("LX03", ("left", "right")[number % 2], 1_520.0, 1_980.0, kind)
        found = pd.Timestamp("2025-02-10") + pd.Timedelta(days=17 * number)
        code = book.add(kind, place, found, "群众举报")
        codes.append(code)
        end = book.handle(code, found, 6, closed=True)
        for again in (11, 15)[: 1 + number % 2]:
            on = end + pd.Timedelta(days=again + number)
            book.tell(code, "reopened", on, "回头看：原处又堆、又种")
            back.append({"problem_id": code, "back_as": code, "evidence": "reopened"})
            end = book.handle(code, on, 5, closed=True)
    return {**PAPER, "problem_ids": codes}, back


def rebounds(book: Book) -> list[dict[str, str]]:
    """Closed problems whose place has one of the kind again, months later."""
    done = {code: on for code, event, on, *_ in book.events if event == "closed"}
    planted = {each["problem_id"] for each in book.rows if each["source"] == "群众举报"}
    old = [each for each in book.rows if each["problem_id"] in done and each["problem_id"] not in planted]
    early = [each for each in old if done[each["problem_id"]] < "2025-03-01"][:50:8]
    told = []
    for row in early:
        at = row["geometry"]
        found = pd.Timestamp(done[row["problem_id"]]) + pd.Timedelta(days=int(book.rng.integers(45, 200)))
        code = book.add(row["kind"], (at.x + 6.0, at.y - 5.0), found, words=f"{row['item']}（原处再发）")
        book.handle(code, found, 30, closed=True)
        told.append({"problem_id": row["problem_id"], "back_as": code, "evidence": "place"})
    return told


def twins(book: Book) -> list[dict[str, str]]:
    """What a patrol wrote down and somebody rang up about a few days later."""
    used = {each["problem_id"] for each in book.rows if "再发" in each["description"]}
    told = []
    for row in [each for each in book.rows if each["problem_id"] not in used][5:120:20]:
        at, found = row["geometry"], row["found_on"] + pd.Timedelta(days=int(book.rng.integers(0, 2)))
        code = book.add(row["kind"], (at.x + 9.0, at.y + 7.0), found, "群众举报", f"反映{row['item']}")
        book.tell(code, "rejected", found + pd.Timedelta(days=1), f"与 {row['problem_id']} 为同一问题")
        told.append({"problem_id": code, "other_id": row["problem_id"]})
    return told


def heaped_problems(book: Book) -> dict[str, object]:
    """Found in the weeks before, but all dated on the last day of the half-year."""
    codes = []
    rivers = list(book.made)
    for number in range(12):
        kind = list(_KINDS)[number % 4]
        river = rivers[number % 3]
        place = book.draw(river, ("left", "right")[number % 2], 0.0, book.made[river].length, kind)
        codes.append(book.add(kind, place, HEAPED, "明察暗访"))
        book.handle(codes[-1], HEAPED, 40, closed=True)
    return {"day": HEAPED.date().isoformat(), "problem_ids": codes}


def suspects_frame(book: Book, crs: str) -> tuple[gpd.GeoDataFrame, list[dict[str, str]]]:
    """What the images of the third quarter showed: two closed problems again, three new places, one permitted."""
    done = {code: on for code, event, on, *_ in book.events if event == "closed"}
    paper = {each["problem_id"] for each in book.rows if each["description"].endswith("（原处再发）")}
    old = [each for each in book.rows if "2025-01-01" < done.get(each["problem_id"], "") < "2025-06-01"]
    old = [each for each in old if each["problem_id"] not in paper and each["source"] == "巡河"][:2]
    rows, back = [], []
    for number in range(6):
        kind = old[number]["kind"] if number < len(old) else ("occupation", "dumping", "construction")[number % 3]
        place = None if number < len(old) else book.draw("QS01", "left", 500.0, 6_000.0, kind)
        at = old[number]["geometry"] if place is None else shapely.Point(place)
        if place is not None:
            book.places.append((kind, *place))
        code = f"YG2025Q3-{number + 1:02d}"
        rows.append((code, kind, "2025-08-18", number != 5, f"影像显示疑似{_WORDS[kind]}", at.buffer(9.0, quad_segs=2)))
        if number < len(old):
            back.append({"problem_id": old[number]["problem_id"], "back_as": code, "evidence": "suspect"})
    columns = ["suspect_id", "kind", "last_seen", "is_counted", "reason", "geometry"]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=crs)
    frame["last_seen"] = pd.to_datetime(frame["last_seen"])
    frame["geometry"] = shapely.set_precision(frame.geometry.to_numpy(), 0.01)
    return frame, back


def bad_rows(book: Book) -> list[dict[str, str]]:
    """Rows that are wrong on purpose, with the code of the fault that each becomes."""
    main = book.made["QS01"]
    fair = position(main.axis, [2_000.0, 2_300.0, 2_600.0, 2_900.0, 3_200.0, 3_500.0], [-90.0] * 6)
    mouth = position(main.axis, [5_200.0], [-102.0])[0]
    day = pd.Timestamp("2025-05-06")
    wrong = [
        ("problem-undated", pd.NaT, "dumping", fair[0], "未填日期"),
        ("problem-in-future", pd.Timestamp("2027-03-01"), "dumping", fair[1], "日期在后"),
        ("problem-kindless", day, "乱扔", fair[2], "类型不在目录内"),
        ("problem-code-shared", day, "occupation", fair[3], "同一编号，两处地点"),
        ("problem-code-shared", day, "occupation", fair[4], "同一编号，两处地点（另一处）"),
        ("river-far", day, "dumping", fair[5] - (0.0, 2_400.0), "离河太远"),
        ("river-ambiguous", day, "dumping", mouth, "汇流口，两条河都近"),
        ("", day, "dumping", fair[5], '=HYPERLINK("http://x.invalid";"点我")<script>alert(1)</script>'),
    ]
    told = []
    for number, (fault, found, kind, place, words) in enumerate(wrong):
        code = "BAD-04" if fault == "problem-code-shared" else f"BAD-{number + 1:02d}"
        row = {"problem_id": code, "kind": kind, "item": words, "severity": "minor", "found_on": found}
        at = shapely.Point(np.round(place, 2))
        book.rows.append({**row, "source": "巡河", "description": words, "geometry": at})
        told.append({"problem_id": code, "fault": fault})
    book.rows.append({**book.rows[-1], "problem_id": "BAD-09", "description": "没有坐标", "geometry": None})
    told.append({"problem_id": "BAD-09", "fault": "problem-placeless"})
    for code, event, on in (
        ("QS2024-0000", "closed", "2025-05-01"),
        (str(book.rows[0]["problem_id"]), "assigned", "2023-12-01"),
    ):
        book.events.append((code, event, on, "录入员", "", ""))
    return told


def batch_frame(book: Book, crs: str) -> pd.DataFrame:
    """Pictures of a phone program whose coordinates are those of web maps (GCJ-02)."""
    rows = []
    for number in range(14):
        river = ("QS01", "BS02")[number % 2]
        kind = list(_KINDS)[number % 4]
        x, y = book.draw(river, ("left", "right")[number // 2 % 2], 0.0, book.made[river].length, kind)
        rows.append((f"SSP{number + 1:03d}", _WORDS[kind], f"2025-{10 + number // 6:02d}-{1 + 4 * (number % 6):02d}",
                     str(book.rng.choice(_KINDS[kind])), x, y))  # fmt: skip
    frame = pd.DataFrame(rows, columns=["编号", "问题类型", "上报日期", "描述", "x", "y"])
    true = gpd.GeoSeries(gpd.points_from_xy(frame.pop("x"), frame.pop("y")), crs=crs).to_crs(4490)
    lon, lat = gcj02_from_wgs84(true.x.to_numpy(), true.y.to_numpy())
    return frame.assign(经度=np.round(lon, 6), 纬度=np.round(lat, 6))


def _numbered(
    problems: gpd.GeoDataFrame, events: pd.DataFrame, truth: dict
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, dict]:
    """Codes in the order of days, so that nobody sees by them what was planted."""
    order = problems[problems["problem_id"].str.startswith("QS")].sort_values(
        ["found_on", "description"], kind="stable"
    )
    number = order.groupby(order["found_on"].dt.year).cumcount() + 1
    names = [f"QS{day.year}-{each:03d}" for day, each in zip(order["found_on"], number, strict=True)]
    codes = dict(zip(order["problem_id"], names, strict=True))

    def renamed(text: str) -> str:
        return re.sub(r"QS20\d\d-\d{4}", lambda found: codes.get(found[0], found[0]), text)

    problems = problems.assign(problem_id=problems["problem_id"].map(renamed))
    events = events.assign(**{name: events[name].map(renamed) for name in ("problem_id", "note")})
    problems = problems.sort_values(["problem_id", "description"], kind="stable", ignore_index=True)
    events = events.sort_values(["on", "problem_id"], kind="stable", ignore_index=True)
    return problems, events, json.loads(renamed(json.dumps(truth)))


def write_office(folder: Path, made: dict[str, River], towns: gpd.GeoDataFrame) -> None:
    """Write the office's layers and tables, the batch of a phone program, the tracks, the score sheet and the truth.

    Parameters
    ----------
    folder
        Where to.
    made
        ``make_samples.rivers``.
    towns
        The layer ``towns``.
    """
    crs = str(towns.crs)
    book = Book(np.random.default_rng(SEED), made)
    truth: dict[str, object] = {"hot": hot_problems(book)}
    truth["paper"], back = paper_problems(book)
    even_problems(book, 150)
    truth["heaped"] = heaped_problems(book)
    back += rebounds(book)
    truth["twins"] = twins(book)
    suspects, seen = suspects_frame(book, crs)
    truth["rebounds"] = [*back, *seen]
    batch = batch_frame(book, crs)
    truth["batch"] = {"file": BATCH, "rows": len(batch), "coordinates": "GCJ-02"}
    truth["bad"] = bad_rows(book)
    truth["events_refused"] = 2
    problems = gpd.GeoDataFrame(pd.DataFrame(book.rows), geometry="geometry", crs=crs)
    events = pd.DataFrame(book.events, columns=["problem_id", "event", "on", "by", "note", "due_on"])
    problems, events, truth = _numbered(problems, events, truth)
    layers = {"problems": problems, "suspects": suspects, "events": events, **walks.office_layers(made, crs)}
    for name, frame in layers.items():
        target = folder / OFFICE
        pyogrio.write_dataframe(frame, target, layer=name, driver="GPKG", append=target.exists(), VERSION="1.2",
                                **({"SPATIAL_INDEX": "NO"} if "geometry" in frame else {}))  # fmt: skip
    batch.to_csv(folder / BATCH, index=False)
    truth["lazy"] = walks.write_tracks(np.random.default_rng(SEED + 1), made, layers["duties"], folder, crs)
    truth["sections_not_met"] = ["SZ-05"]
    shutil.copyfile(Path(__file__).with_name("qingshui_scores.toml"), folder / SHEET)
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / TRUTH).write_text(text + "\n", encoding="utf-8")
