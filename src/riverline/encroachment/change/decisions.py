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

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from riverline.errors import RuleError
from riverline.rules.wording import wrong_values

__all__ = ["Candidate", "ChangeRules", "PatchClass", "Transition", "load_change_rules", "with_slope"]

YEAR_DAYS = 365

State = Literal["water", "vegetation", "ground"]
Nearby = Literal["water", "vegetation", "ground", "bright"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Span = tuple[float, float]
Slope = Annotated[float, Field(gt=0.0, le=10.0)]
Kind = Literal["occupation", "extraction", "dumping", "construction", "discharge"]
Index = Literal["ndwi", "mndwi", "red_blue", "ndvi"]
Deciding = Literal["water", "vegetation", "brightness"]


def _as_range(given: Any) -> Any:  # noqa: ANN401 - whatever a table or a call holds
    """One slope is a range of no width."""
    return (given, given) if isinstance(given, int | float) and not isinstance(given, bool) else given


def _rising(given: Span) -> Span:
    if given[0] > given[1]:
        message = f"the gentler slope comes first, got {given[0]:g} and {given[1]:g}"
        raise ValueError(message)
    return given


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
    """First and last month of the growing season, and how far apart two days of one season may be in the year."""

    growing: tuple[Annotated[int, Field(ge=1, le=12)], Annotated[int, Field(ge=1, le=12)]]
    apart_days: Annotated[int, Field(ge=1, le=183)] = 60
    seen: str

    def alike(self, one: dt.date, other: dt.date) -> bool:
        """Whether two days are of one season and near each other in the year: plants look alike on them."""
        apart = abs(one.timetuple().tm_yday - other.timetuple().tm_yday)
        return self.of(one) == self.of(other) and min(apart, YEAR_DAYS - apart) <= self.apart_days

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
    unconfirmed: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    doubtful: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    amplitude: Annotated[float, Field(gt=0.0)]
    patch_px: Annotated[float, Field(ge=1.0)]
    stays: Annotated[float, Field(gt=0.0, lt=1.0)]
    passes: Annotated[float, Field(gt=0.0, lt=1.0)]
    same_season: Share
    seen: str


class Stage(_Value):
    """What a difference of water level explains, and from when on a waterline has moved all along the bank."""

    slope: Annotated[tuple[Slope, Slope], BeforeValidator(_as_range), AfterValidator(_rising)]
    most_px: Annotated[int, Field(ge=0, le=128)]
    shore_px: Annotated[int, Field(ge=0, le=8)]
    least_px: Annotated[float, Field(ge=0.0)] = 0.25
    around_m: Annotated[float, Field(gt=0.0)] = 1_500.0
    solid: Annotated[float, Field(ge=1.0)] = 1.25
    covered: Share = 0.5
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


class Candidate(_Value):
    """What a patch may be, where images do not tell: kind, item of the catalogue, and how often it was that."""

    kind: Kind
    item: str
    share: Share


class PatchClass(_Value):
    """What a patch of changed pixels is; without a kind it is listed and not told.

    ``lasting`` is the probability that a change of the class is there and stays, before later days are asked;
    ``confirms`` whether images alone can confirm it; ``both_seasons`` whether days of both must have shown the place.
    """

    id: str
    of: tuple[str, ...]
    kind: Kind | Literal["unknown", ""]
    item: str
    title: str
    title_en: str = ""
    why: Literal["waterline", "season", ""] = ""
    candidates: tuple[Candidate, ...] = ()
    lasting: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.5
    confirms: bool = True
    both_seasons: bool = False
    wet: Span = (0.0, 1.0)
    bright: Span = (0.0, 1.0)
    fill: Span = (0.0, 1.0)
    shore: Span = (0.0, 1.0)
    moving: Span = (0.0, 1.0)
    by_level: Span = (0.0, 1.0)
    green: Span = (0.0, 1.0)
    alike: Span = (0.0, 1.0)
    dormant: Span = (0.0, float("inf"))
    growing: Span = (0.0, float("inf"))
    area_m2: Span = (0.0, float("inf"))
    seen: Literal["S", "M", "U"] = "U"

    @model_validator(mode="after")
    def _says_what_it_may_be(self) -> Self:
        if (self.kind == "unknown") != bool(self.candidates):
            message = "a class of kind unknown names its candidates, and no other class has any"
            raise ValueError(message)
        if (self.kind == "") != bool(self.why):
            message = "a class without a kind says why it is not told, and no other class does"
            raise ValueError(message)
        return self


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
    (100.0, 2.0, ['bank-strip', 'wet-unlike', 'fill-unlike'])
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


def with_slope(rules: ChangeRules, slope: float | tuple[float, float] | None) -> ChangeRules:
    """The table with another slope of the banks, one figure or the gentlest and the steepest; itself where it is None.

    Raises
    ------
    RuleError
        If that is no slope.

    Examples
    --------
    >>> with_slope(load_change_rules(), 0.05).stage.slope
    (0.05, 0.05)
    """
    if slope is None:
        return rules
    try:
        stage = Stage.model_validate(rules.stage.model_dump() | {"slope": slope})
    except ValidationError:
        raise RuleError(
            f"slope 应为岸坡坡度（升高除以水平距离，大于 0、不超过 10），或由缓到陡的两个坡度，实际为 {slope!r}",
            f"slope must be the rise of the bank by its run (above 0, at most 10), or two, the gentler one first, "
            f"got {slope!r}",
        ) from None
    return rules.model_copy(update={"stage": stage})


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
