"""Whether the probability that ``detect_change`` states of a suspect comes true, on many invented worlds.

Run ``python benchmarks/calibration.py``; ``--worlds 60`` says how many, ``--fit`` how the probabilities of
``decisions.toml`` are set. Each world is the river of ``scripts/sample_scenes.py`` with what a seed plants there: every
kind of encroachment on every ground, and decoys of every kind: fields that lie fallow or are ploughed, a reference year
in which they did, crops of winter, shadows, clouds, barges, heaps that went again, banks that silted up or were eroded,
floods, and levels that rise or fall by up to 2 m, half of them known. Four worlds in six are seen on six days, the
others on four or two.

Worlds of even seed are for fitting, those of odd seed are held out. What is printed are the held-out ones: the Brier
score, stated and observed share by bin (intervals of Wilson), by class what share was right and of what kind.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
WORLDS = 60
BRIER, IOU = 0.1, 0.25
"""Most that is accepted; least share that a suspect and what is there have in common: outlines are pixels."""
APART_M = 20_000.0
KEPT = ("suspect_id", "kind", "change_class", "state", "confidence", "lasting", "odds", "seed", "area_m2")
WEIGHT = 1.0
DAYS = ((0, 1, 2, 3, 4, 5),) * 4 + ((0, 1, 2, 3), (1, 3))
"""Days that a world is seen on."""
FIRST, LAST, PITCH = 15, 30, 160.0
"""Blocks along the river: odd ones are fields, even ones grass, on either side."""

ON_LAND = (
    ("construction", "concrete", (50, 90), (30, 54), False),
    ("construction", "concrete", (28, 46), (26, 40), False),
    ("construction", "grey", (50, 90), (40, 56), False),
    ("dumping", "rubble", (36, 90), (28, 54), True),
    ("extraction", "water", (60, 120), (40, 56), True),
    ("extraction", "soil", (80, 130), (40, 56), True),
    ("occupation", "trees", (80, 130), (40, 54), False),
)
ON_BAR = (
    ("construction", "concrete", (40, 90), (30, 44), False),
    ("dumping", "rubble", (36, 60), (28, 40), True),
    ("occupation", "crop", (90, 140), (30, 36), False),
    ("occupation", "trees", (80, 130), (30, 36), False),
    ("extraction", "water", (90, 140), (60, 66), False),
)
IN_WATER = (
    ("construction", "concrete", (60, 100), (40, 56), False),
    ("dumping", "rubble", (40, 70), (36, 50), True),
    ("occupation", "soil", (80, 140), (40, 56), False),
    ("occupation", "soil", (140, 155), (26, 32), False),
    ("occupation", "pens", (60, 110), (40, 50), False),
)
FIELD_DECOYS = (("soil", (3,)), ("soil", (5,)), ("soil", (3, 5)), ("soil", (1,)), ("crop", (2, 4)), ("crop", (4,)))
"""Fallow, cut, ploughed, fallow in the reference year, crops of winter."""
OTHER_DECOYS = (("shadow", 130.0, (3,)), ("cloud", 120.0, (4,)), ("pens", 20.0, (2,)),
                ("bar", 60.0, (2, 3, 4, 5)), ("water", 68.0, (2, 3, 4, 5)))  # fmt: skip
"""A shadow, a cloud, barges, a bank that silted up, and one that was eroded."""


def plants_of(random):
    """What a world holds: two of three places of a chequerboard along both banks."""
    from sample_scenes import Plant

    plants = []
    for block in range(FIRST, LAST):
        for side in (-1.0, 1.0):
            what = random.random()
            if what < 0.3:
                continue
            along = (block + 0.5) * PITCH + float(random.uniform(-8, 8))
            make = planted if what < 0.68 else decoy
            fields = make(random, field=block % 2 == 1)
            fields |= {"name": f"{block}{'L' if side < 0 else 'R'}", "off": side * fields["off"]}
            plants.append(Plant(along=along, **fields))
    return tuple(plants)


def planted(random, *, field):  # noqa: ARG001 - land is land
    where = random.integers(3)
    choices = (ON_LAND, ON_BAR, IN_WATER)[where]
    kind, cover, length, width, rounded = choices[random.integers(len(choices))]
    size = (float(random.uniform(*length)), float(random.uniform(*width)))
    off = {0: 154.0, 1: 94.0, 2: 66.0 - size[1] / 2}[int(where)]
    if cover == "pens" and random.random() < 0.5:
        off = 10.0
    first = int(random.choice([2, 2, 2, 3, 4]))
    # Some heaps go again.
    last = 4 if cover == "rubble" and first == 2 and random.random() < 0.2 else 6
    days = tuple(day for day in range(first, last) if cover != "crop" or day % 2)
    return {"kind": kind, "cover": cover, "off": off, "size": size, "days": days, "round": rounded}


def decoy(random, *, field):
    if field and random.random() < 0.7:
        cover, days = FIELD_DECOYS[random.integers(len(FIELD_DECOYS))]
        off, size = 154.0, (float(random.uniform(80, 130)), float(random.uniform(40, 54)))
    else:
        cover, off, days = OTHER_DECOYS[random.integers(len(OTHER_DECOYS))]
        size = {"shadow": (150.0, 80.0), "cloud": (150.0, 110.0), "pens": (70.0, 20.0)}.get(
            cover, (140.0, float(random.uniform(10, 22)))
        )
    return {"kind": "", "cover": cover, "off": off, "size": size, "days": days, "decoy": True}


def levels_of(random):
    """Levels of the days: as they were in the samples, or lower or higher by up to 2 m from the third day on."""
    from sample_scenes import LEVELS_M

    shift = float(random.choice([0.0, 0.0, 1.0])) * float(random.uniform(-2.0, 2.0))
    flood = float(random.choice([0.0, 1.0]))
    moved = [level + (shift if day > 1 else 0.0) for day, level in enumerate(LEVELS_M)]
    moved[-1] = 13.6 + shift + flood
    return tuple(moved)


def look(seed, axis, crs):
    """The suspects of a world with what each of them was, and how many things were there."""
    import geopandas as gpd
    import shapely
    from sample_scenes import DATES, draw_scenes, truth_frame

    import riverline as rl

    random = np.random.default_rng([seed, 4])
    plants = plants_of(random)
    levels = levels_of(random)
    days = DAYS[seed // 2 % len(DAYS)]
    known = dict(zip(DATES, levels, strict=True)) if random.random() < 0.5 else None
    with tempfile.TemporaryDirectory() as folder:
        paths = draw_scenes(axis, Path(folder), plants=plants, levels_m=levels, seed=seed)
        columns = {"river_id": ["QS01"], "name": "清水河", "kind": "management"}
        extents = gpd.GeoDataFrame(columns, geometry=[shapely.LineString(axis).buffer(190.0)], crs=crs)
        levels_given = known and {DATES[day]: known[DATES[day]] for day in days}
        changes = rl.detect_change(rl.read_scenes([paths[day] for day in days]), extents, levels=levels_given)
    truth = truth_frame(axis, plants).assign(cover=[plant.cover for plant in plants])
    last = max(days)
    # Crops stand in the growing season only.
    still = [{last, last - (plant.cover == "crop" and last % 2 == 0)} & set(plant.days) for plant in plants]
    truth["there"] = [bool(kept) and not plant.decoy for kept, plant in zip(still, plants, strict=True)]
    found = changes.suspects[changes.suspects["is_counted"].astype(bool)]
    told = [json.loads(text)["change"] for text in found["evidence"]]
    found = found.assign(lasting=[each["lasting"] for each in told], odds=[each["odds"] for each in told])
    # Each world a plane of its own, so that all are assessed at once.
    moved = [frame.set_geometry(frame.translate(seed * APART_M)).assign(seed=seed) for frame in (found, truth)]
    return moved[0][[*KEPT, "geometry"]], moved[1]


def kept(seed, axis, crs, folder):
    """A world as :func:`look` gives it, from a file where it was looked at before."""
    path = None if folder is None else Path(folder) / f"{seed}.pickle"
    if path is not None and path.exists():
        return pd.read_pickle(path)  # noqa: S301 - what this script wrote itself
    made = look(seed, axis, crs)
    if path is not None:
        pd.to_pickle(made, path)
    return made


def worlds_of(seeds, processes=2, folder=None):
    """Suspects of some worlds, each with whether it is right, and what was drawn into them."""
    import geopandas as gpd
    import shapely

    import riverline as rl

    axes = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.AXES, layer="axes")
    axis = shapely.get_coordinates(axes.set_index("river_id").geometry["QS01"])
    work = partial(kept, axis=axis, crs=axes.crs, folder=folder)
    if processes == 1:
        made = [work(seed) for seed in seeds]
    else:
        with ProcessPoolExecutor(processes) as pool:
            made = list(pool.map(work, seeds))
    found, truth = (
        gpd.GeoDataFrame(pd.concat(part, ignore_index=True), crs=axes.crs) for part in zip(*made, strict=True)
    )
    # Outlines that follow a sharp bend may cross themselves.
    truth = truth.set_geometry(truth.buffer(0.0))
    return judged(found, truth), truth


def judged(found, truth):
    """Suspects with ``right``, whether one shares enough with something that is there, its kind, and what was drawn."""
    pairs = found.sindex.query(truth.geometry, predicate="intersects")
    one, other = truth.iloc[pairs[0]].reset_index(drop=True), found.geometry.iloc[pairs[1]].reset_index(drop=True)
    shared = one.intersection(other).area
    table = pd.DataFrame({"row": pairs[1], "iou": shared / (one.area + other.area - shared), "cover": one["cover"],
                          "kind": one["kind"], "there": one["there"]})  # fmt: skip
    best = table[table["there"]].sort_values("iou").groupby("row").last().reindex(range(len(found)))
    drawn = table.groupby("row")["cover"].agg("/".join).reindex(range(len(found))).fillna("level")
    right = (best["iou"] >= IOU).to_numpy()
    return found.assign(right=right, true=best["kind"].where(right, "").to_numpy(), drawn=drawn.to_numpy())


def fitted(found):
    """Share that is right of each class, were there no later days: the greatest likelihood, odds of the days given."""
    rows = {}
    for name, part in found.groupby("change_class"):
        odds, right = part["odds"].to_numpy(), part["right"].to_numpy()
        grid = np.linspace(-5.0, 5.0, 401)
        chance = 1.0 / (1.0 + np.exp(-grid[:, None]) / odds[None, :] ** WEIGHT)
        # One suspect more of either sort: what was seen five times is not certain.
        likely = np.log(np.where(right, chance, 1.0 - chance)).sum(axis=1) + np.log(chance.mean(axis=1))
        likely += np.log(1.0 - chance.mean(axis=1))
        rows[name] = {
            "suspects": len(part),
            "right": right.mean(),
            "lasting": 1.0 / (1.0 + np.exp(-grid[likely.argmax()])),
        }
    return pd.DataFrame(rows).T


def main():
    import riverline as rl

    asked = argparse.ArgumentParser()
    asked.add_argument("--worlds", type=int, default=WORLDS)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--fit", action="store_true", help="print what the worlds for fitting make of the table")
    asked.add_argument(
        "--keep", help="folder of worlds that were looked at: with the same table they are not drawn again"
    )
    given = asked.parse_args()
    # Without fitting the worlds for it are not looked at.
    seeds = range(given.worlds) if given.fit else range(1, given.worlds, 2)
    found, truth = worlds_of(seeds, given.processes, given.keep)
    if given.fit:
        half = found[found["seed"] % 2 == 0]
        print(fitted(half).round(3).to_string())
        told = half[half["right"]].groupby(["change_class", "true"]).size()
        print(told.to_string())
    held, real = found[found["seed"] % 2 == 1], truth[truth["there"] & (truth["seed"] % 2 == 1)]
    print(f"worlds held out: {held['seed'].nunique()}; {len(real)} things there, {len(held)} suspects")
    classes = held.groupby(["change_class", "kind", "state"])
    print(
        classes.agg(suspects=("right", "size"), right=("right", "mean"), stated=("confidence", "mean"))
        .round(3)
        .to_string()
    )
    wrong = held[~held["right"]].groupby(["change_class", "drawn"]).size()
    print(f"not right, by what was drawn there:\n{wrong.to_string()}")
    met = real.intersects(held.union_all())
    print(f"never told: {real[~met].groupby(['kind', 'cover']).size().to_dict()}")
    accuracy = rl.assess_detection(held, real, iou=IOU)
    print(accuracy.accuracies.iloc[0][["precision", "recall", "area_precision", "area_recall"]].round(3).to_dict())
    print(accuracy.reliability.round(3).to_string(index=False))
    print(f"Brier {accuracy.brier:.3f} (at most {BRIER})")
    if accuracy.brier > BRIER:
        sys.exit("missed")


if __name__ == "__main__":
    main()
