"""Where a result comes from: written into every export, equal for equal input."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    import pyproj

    from riverline.schema import Language

__all__ = [
    "RulesUsed",
    "Run",
    "content_digest",
    "crs_authority",
    "crs_text",
    "describe_file",
    "describe_input",
    "made_by",
    "made_texts",
    "metadata_of",
    "rules_used",
    "same_inputs",
]


# Where a frame that was read keeps what its file says of its making: texts alone, which copies of the frame share.
_MADE = "made"
_RULES, _RULES_EN, _DIGEST, _RUN = "rules", "rules_en", "rules_digest", "run"


@dataclass(frozen=True, slots=True)
class RulesUsed:
    """A rule set that had a hand in a result: its name, what it is called, and the digest of its version."""

    name: str
    title: str
    title_en: str
    digest: str

    def label(self, language: Language = "zh") -> str:
        """What it is called; by its name if it is called nothing."""
        return (self.title if language == "zh" else self.title_en) or self.title or self.name


@dataclass(frozen=True, slots=True)
class Run:
    """What made a result.

    Attributes
    ----------
    version
        riverline's version.
    rules_digest
        Digest of the rule set.
    inputs
        Per layer: number of rows, CRS, digest of the content, and what the reader noted (file, encoding, dropped Z …).
    crs
        CRS of the result.
    rule_sets
        Every rule set whose rules are in the result, the one that was asked for first: tables, captions and maps name
        rule sets by it, whether or not they ship.

    There is no time in it, so that the same input gives the same file.
    """

    version: str
    rules_digest: str
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    crs: str = ""
    rule_sets: tuple[RulesUsed, ...] = ()

    def to_json(self) -> str:
        """The run as JSON with sorted keys, Chinese as it is."""
        content: dict[str, Any] = {
            "version": self.version,
            "rules_digest": self.rules_digest,
            "crs": self.crs,
            "inputs": self.inputs,
        }
        content |= {"rule_sets": [asdict(each) for each in self.rule_sets]} if self.rule_sets else {}
        return json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)


def rules_used(rules: Any, named: Iterable[str]) -> tuple[RulesUsed, ...]:  # noqa: ANN401 - a rule set of any kind
    """A rule set, and those that it falls back on that are named.

    Parameters
    ----------
    rules
        A rule set.
    named
        Names of rule sets, as extents have them in ``rules``: one, or several with commas between them.

    Examples
    --------
    >>> import riverline as rl
    >>> rules_used(rl.load_rules("national"), ["national"])[0].label()
    '全国性规定与未核实的默认值'
    """
    names = {name for each in named for name in str(each).split(", ")}
    used = [each for each in getattr(rules, "chain", (rules,)) if each is rules or each.name in names]
    return tuple(RulesUsed(each.name, each.title, getattr(each, "title_en", ""), each.digest) for each in used)


def metadata_of(run: Run | None, rules: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    """What a file keeps of how a layer was made, as texts: :func:`made_texts` takes them up again.

    Examples
    --------
    >>> metadata_of(None, RulesUsed("mine", "样例（虚构）", "", "ab"))
    {'rules': 'mine 样例（虚构）', 'rules_digest': 'ab'}
    """
    told: dict[str, str] = {}
    if rules is not None:
        told = {_RULES: f"{rules.name} {rules.title}", _DIGEST: rules.digest}
        # Names have no blank in them, titles may.
        told |= {_RULES_EN: rules.title_en} if getattr(rules, "title_en", "") else {}
    return told | ({} if run is None else {_RUN: run.to_json()})


def made_texts(metadata: Mapping[str, Any] | None) -> dict[str, dict[str, str]]:
    """What a frame keeps in its ``attrs`` of its layer's metadata, for :func:`made_by`; nothing of other files.

    Examples
    --------
    >>> made_texts({"rules": "mine 样例", "DESCRIPTION": "axes"}), made_texts(None)
    ({'made': {'rules': 'mine 样例'}}, {})
    """
    known = metadata or {}
    told = {name: str(known[name]) for name in (_RULES, _RULES_EN, _DIGEST, _RUN) if name in known}
    return {_MADE: told} if told else {}


def made_by(frame: pd.DataFrame) -> tuple[Run | None, RulesUsed | None]:
    """The run and the rule set of the layer that a frame was read from; None where its file tells none.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame()
    >>> rows.attrs = made_texts({"rules": "mine 样例（虚构）", "rules_digest": "ab"})
    >>> made_by(rows)
    (None, RulesUsed(name='mine', title='样例（虚构）', title_en='', digest='ab'))
    >>> rows.attrs = made_texts({"run": "by foot"})
    >>> made_by(rows)
    (None, None)
    """
    told = frame.attrs.get(_MADE) or {}
    name, _, title = told.get(_RULES, "").partition(" ")
    rules = RulesUsed(name, title, told.get(_RULES_EN, ""), told.get(_DIGEST, "")) if name else None
    try:
        known = json.loads(told.get(_RUN, ""))
        sets = tuple(RulesUsed(**each) for each in known.get("rule_sets", ()))
        inputs = dict(known.get("inputs", {}))
        run = Run(str(known["version"]), str(known["rules_digest"]), inputs, str(known.get("crs", "")), sets)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None, rules
    return run, rules


def crs_text(crs: pyproj.CRS | None) -> str:
    """A CRS as its code, else as the text it was written as; empty for none.

    PROJ compares a CRS of no code with every one that is registered, which takes seconds: each is looked up once.

    Examples
    --------
    >>> import pyproj
    >>> crs_text(pyproj.CRS(4548)), crs_text(None)
    ('EPSG:4548', '')
    """
    return "" if crs is None else _text(crs.srs)


def crs_authority(crs: pyproj.CRS) -> tuple[str, str] | None:
    """Register and code of a CRS, None where it has none; each is looked up once.

    Examples
    --------
    >>> import pyproj
    >>> crs_authority(pyproj.CRS(4548))
    ('EPSG', '4548')
    """
    return _authority(crs.srs)


@lru_cache(maxsize=256)
def _text(srs: str) -> str:
    return str(_crs(srs).to_string())


@lru_cache(maxsize=256)
def _authority(srs: str) -> tuple[str, str] | None:
    found: tuple[str, str] | None = _crs(srs).to_authority()
    return found


def _crs(srs: str) -> pyproj.CRS:
    from pyproj import CRS

    return CRS.from_user_input(srs)


def describe_input(frame: gpd.GeoDataFrame, *, note: str = "") -> dict[str, Any]:
    """What a run remembers of one input frame: rows, CRS, content and, if a reader made it, where it was read from.

    Examples
    --------
    >>> import geopandas as gpd
    >>> told = describe_input(gpd.GeoDataFrame({"a": [1]}, geometry=[None], crs=4548))
    >>> told["rows"], told["crs"], told["digest"][:12]
    (1, 'EPSG:4548', '43daabcd0a01')
    """
    described: dict[str, Any] = {"rows": len(frame), "crs": crs_text(frame.crs)}
    described["digest"] = content_digest(frame)
    if "source" in frame.attrs:
        described["source"] = frame.attrs["source"]
    if note:
        described["note"] = note
    return described


def describe_file(path: Path) -> dict[str, Any]:
    """What a run remembers of a file that is read in pieces, such as a raster: its name, and SHA-256 of its bytes."""
    with path.open("rb") as file:
        return {"file": path.name, "digest": hashlib.file_digest(file, "sha256").hexdigest()}


def content_digest(frame: pd.DataFrame) -> str:
    """SHA-256 of what a frame holds, whatever the order of its rows and columns.

    Parameters
    ----------
    frame
        A frame of n rows, with or without geometry; the index and the CRS do not count.

    Returns
    -------
    str
        64 hexadecimal digits. Missing values of every kind are alike; a number and its text are not told apart.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> one = gpd.GeoDataFrame({"a": ["x", "y"], "b": [1.5, None]}, geometry=[Point(0, 0), Point(1, 1)])
    >>> content_digest(one) == content_digest(one.iloc[::-1][["geometry", "b", "a"]])
    True
    >>> content_digest(one) == content_digest(one.assign(a=["y", "x"]))
    False
    """
    active = getattr(frame, "_geometry_column_name", None)
    order = sorted((str(name), at) for at, name in enumerate(frame.columns) if name != active)
    texts = [_texts(frame.iloc[:, at]) for _, at in order]
    shapes = [b""] * len(frame)
    if active in frame.columns:
        shapes = [shape or b"" for shape in shapely.to_wkb(frame[active].array, byte_order=1)]
    cells = ["\x1f".join(row) for row in zip(*texts, strict=True)] if texts else [""] * len(frame)
    rows = sorted(
        hashlib.sha256(cell.encode("utf-8", "surrogatepass") + b"\x1e" + shape).digest()
        for cell, shape in zip(cells, shapes, strict=True)
    )
    names = "\x1f".join(name for name, _ in order).encode("utf-8", "surrogatepass")
    return hashlib.sha256(names + b"\x1e" + b"".join(rows)).hexdigest()


def _texts(values: pd.Series[Any]) -> list[str]:
    return values.astype("object").map(str).where(values.notna(), "").tolist()


def same_inputs(one: Run, other: Run) -> bool | None:
    """Whether two runs read the same; None where one of them does not tell.

    Examples
    --------
    >>> read, unread = Run("1", "x", {"axes": {"rows": 1, "digest": "ab"}}), Run("1", "x", {"axes": {"rows": 1}})
    >>> same_inputs(read, read), same_inputs(read, unread), same_inputs(read, Run("1", "x", {"axes": {"digest": "c"}}))
    (True, None, False)
    """
    told = [{name: layer.get("digest") for name, layer in run.inputs.items()} for run in (one, other)]
    if not all(told) or None in {digest for layers in told for digest in layers.values()}:
        return None
    return told[0] == told[1]
