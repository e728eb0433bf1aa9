"""What a change on an image is taken for: thresholds, persistence and classes, as dated data."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations
import hashlib
import json
import os
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from riverline.errors import RuleError
from riverline.rules.wording import wrong_values

__all__ = ["ChangeRules", "PatchClass", "Transition", "load_change_rules"]

State = Literal["water", "vegetation", "ground"]
Nearby = Literal["water", "vegetation", "ground", "bright"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Span = tuple[float, float]
Index = Literal["ndwi", "mndwi", "red_blue", "ndvi"]
Deciding = Literal["water", "vegetation", "brightness"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Minimum(_Value):
    """Smallest patch that is told, and where that is written."""

    area_m2: Annotated[float, Field(ge=0.0)]
    pixels: Annotated[int, Field(ge=1)]
    source: str
    seen: Literal["S", "M", "U"]


class Gate(_Value):
    """How far two images may be shifted, and what is done with those that are farther."""

    limit_px: Annotated[float, Field(gt=0.0)]
    policy: Literal["refuse", "widen"]
    tolerance_px: Annotated[int, Field(ge=0, le=8)]
    source: str
    seen: Literal["S", "M", "U"]


class Seasons(_Value):
    """First and last month of the growing season."""

    growing: tuple[Annotated[int, Field(ge=1, le=12)], Annotated[int, Field(ge=1, le=12)]]
    seen: str

    def of(self, day: dt.date) -> str:
        """``growing`` or ``dormant``; a season may run over the turn of the year."""
        first, last = self.growing
        inside = first <= day.month <= last if first <= last else not last < day.month < first
        return "growing" if inside else "dormant"


class Sample(_Value):
    """Pixels that a pair of images is normalised with."""

    pixels: Annotated[int, Field(ge=1_000, le=2_000_000)]
    seed: int
    invariant: Share
    agreement: Share
    gain: Span
    offset: Annotated[float, Field(ge=0.0, le=1.0)] = 0.02
    unmatched: Literal["refuse", "compare"]
    seen: str


class Threshold(_Value):
    """From which value of an index on a pixel is in a state: of reflectance, and of bare numbers."""

    index: Index
    reflectance: float | Literal["otsu"]
    numbers: float | Literal["otsu"]
    seen: str


class Bright(_Value):
    """From which brightness on ground is bright, in terms of the ground of the reference."""

    quantile: Share
    ratio: Annotated[float, Field(gt=0.0)]
    seen: str


class States(_Value):
    """What a pixel shows: water first, then vegetation, else ground; ground may be bright.

    Of several thresholds the first is used whose bands the images have.
    """

    water: tuple[Threshold, ...]
    vegetation: tuple[Threshold, ...]
    bright: Bright


class Noise(_Value):
    """When a difference is more than noise."""

    alpha: Annotated[float, Field(gt=0.0, lt=1.0)]
    spreads: Annotated[float, Field(ge=0.0)]
    seen: str


class Persistence(_Value):
    """What must be seen again before a change is told."""

    dates: Annotated[int, Field(ge=1)]
    share: Share
    seasons: bool
    covered: Share
    seen: str


class Odds(_Value):
    """What the probability of a patch is computed from."""

    prior: Annotated[float, Field(gt=0.0, lt=1.0)]
    lasting: Annotated[float, Field(gt=0.0, lt=1.0)]
    amplitude: Annotated[float, Field(gt=0.0)]
    patch_px: Annotated[float, Field(ge=1.0)]
    stays: Annotated[float, Field(gt=0.0, lt=1.0)]
    passes: Annotated[float, Field(gt=0.0, lt=1.0)]
    same_season: Share
    seen: str


class Stage(_Value):
    """What a difference of water level explains."""

    slope: Annotated[float, Field(gt=0.0)]
    most_px: Annotated[int, Field(ge=0, le=128)]
    shore_px: Annotated[int, Field(ge=0, le=8)]
    seen: str


class Doubt(_Value):
    """From which share of an extent on suspects are doubted as a whole."""

    share: Share = 0.05
    seen: str = "U"


class Tracking(_Value):
    """When patches of two rounds are one."""

    overlap: Share
    seen: str


class Transition(_Value):
    """How a pixel changed."""

    id: str
    family: Literal["ground", "water", "surface", "green"]
    before: tuple[State, ...]
    after: tuple[State, ...]
    index: Deciding
    change: float
    near: tuple[Nearby, ...]
    same_season: bool = False
    growing: bool = False


class PatchClass(_Value):
    """What a patch of changed pixels is; without a kind it is counted and not told."""

    id: str
    of: tuple[str, ...]
    kind: Literal["occupation", "extraction", "dumping", "construction", "discharge", ""]
    item: str
    title: str
    title_en: str = ""
    wet: Span = (0.0, 1.0)
    bright: Span = (0.0, 1.0)
    fill: Span = (0.0, 1.0)
    shore: Span = (0.0, 1.0)
    area_m2: Span = (0.0, float("inf"))
    seen: Literal["S", "M", "U"] = "U"


class ChangeRules(_Value):
    """The table that decides; ``model_copy(update=…)`` makes another.

    ``digest`` tells which version it is.
    """

    name: str
    title: str
    edition: str
    effective_from: dt.date
    minimum: Minimum
    registration: Gate
    seasons: Seasons
    sample: Sample
    states: States
    test: Noise
    persistence: Persistence
    probability: Odds
    stage: Stage
    tracking: Tracking
    doubt: Doubt = Doubt()
    transitions: tuple[Transition, ...]
    classes: tuple[PatchClass, ...]

    @model_validator(mode="after")
    def _known_transitions(self) -> Self:
        ids = [each.id for each in self.transitions]
        if len(set(ids)) < len(ids):
            message = f"transitions share an id: {ids}"
            raise ValueError(message)
        unknown = sorted({name for each in self.classes for name in each.of} - set(ids))
        if unknown:
            message = f"classes name transitions that there are not: {unknown}"
            raise ValueError(message)
        return self

    @property
    def digest(self) -> str:
        """Digest of all that it says."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:20]

    def __repr__(self) -> str:
        return f"ChangeRules({self.name} {self.edition}, {len(self.classes)} classes, {self.digest[:8]})"

    __str__ = __repr__


def load_change_rules(name_or_path: str | os.PathLike[str] = "national") -> ChangeRules:
    """The table by which :func:`riverline.detect_change` takes a change for a kind of encroachment.

    Parameters
    ----------
    name_or_path
        ``"national"``, what ships, or the path of a TOML file of the same make.

    Returns
    -------
    ChangeRules
        Frozen; its ``digest`` is written into results.

    Raises
    ------
    RuleError
        If there is no such table, or it is wrong: everything that is wrong is listed.

    Notes
    -----
    The smallest area (100 m²) and the limit of the registration (2 pixels) are those of
    河湖管理范围内地物遥感解译技术规程; every other figure is our own choice and marked ``U``.

    Examples
    --------
    >>> import riverline as rl
    >>> rules = rl.load_change_rules()
    >>> rules.minimum.area_m2, rules.registration.limit_px, [each.id for each in rules.classes if each.kind][:3]
    (100.0, 2.0, ['pens', 'built-on-fill', 'fill'])
    """
    if not isinstance(name_or_path, str | os.PathLike):
        raise RuleError(
            f"变化判定表应为名称或路径，实际为 {name_or_path!r}", f"name a table or its path, got {name_or_path!r}"
        )
    text = _text_of(name_or_path)
    told = Path(name_or_path).name
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{told} 不是有效的 TOML：{error}", f"{told} is no valid TOML: {error}") from error
    try:
        return ChangeRules.model_validate(data)
    except ValidationError as error:
        problems = list(wrong_values(error, text=text, data=data))
        raise RuleError.listing(f"变化判定表 {told} 有误", f"the table {told} is wrong", problems) from None


def _text_of(name_or_path: str | os.PathLike[str]) -> str:
    if name_or_path == "national":
        return (files("riverline.encroachment.change") / "decisions.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    if not path.is_file():
        raise RuleError(
            f'没有变化判定表 {path.name}；请写 "national" 或 TOML 文件路径',
            f'there is no table {path.name}; write "national" or the path of a TOML file',
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(
            f"变化判定表 {path.name} 不是 UTF-8 编码；请另存为 UTF-8",
            f"the table {path.name} is not UTF-8; save it as UTF-8",
        ) from error
