"""What sheets are of: rivers, lakes or reservoirs, and what that makes their titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from riverline.plates.fonts import clean
from riverline.style.rivers import are_works

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["LINES", "Subject", "content_of", "heading_of", "subject_of", "subjects_of"]

Subject = Literal["river", "lake", "reservoir", "mixed"]

_TITLES: dict[Subject, tuple[str, str]] = {
    "river": ("河道管理范围图", "River management extents"),
    "lake": ("湖泊管理范围图", "Lake management extents"),
    "reservoir": ("水库管理范围图", "Reservoir management extents"),
    "mixed": ("河湖管理范围图", "River and lake management extents"),
}
LINES = frozenset({"extents", "management_lines"})
"""Layers that make a sheet one of management extents."""
_GROUND = frozenset({"admin", "axes", "water", "plates", "match_lines"})
"""Layers that others are drawn upon: they name a sheet that shows nothing else."""
_CALLED = {"axes": ("河道", "Rivers")}
"""What a sheet of a layer is called where that is not the title of its schema."""
_MOST_NAMED = 2
_NAMED: dict[Subject, tuple[str, str]] = {"lake": ("湖", "湖泊"), "reservoir": ("库", "水库")}
"""What a name ends with that says by itself what it is of, and the word of the title that would say it again."""


def subjects_of(layers: Sequence[Layer]) -> dict[str, frozenset[Subject]]:
    """Which codes of layers are rivers, lakes and reservoirs; a lake under its river's code is both.

    Parameters
    ----------
    layers
        Layers of a sheet or of an atlas. Ranges of works bear the code of their river, and say nothing of it.

    Notes
    -----
    Lines tell: those of a river have a bank, those around a reservoir were drawn from its level. A code without lines
    is told by its extent, which has the length of an axis if it is a river's. Of standing waters that no line calls a
    reservoir those named 水库 are one.
    """
    found: dict[str, set[Subject]] = {}
    for name, tell in (("management_lines", _of_lines), ("extents", _of_extents)):
        for layer in layers:
            if layer.name == name:
                known = set(found) if name == "extents" else set()
                for code, kind in tell(layer.frame):
                    if code not in known:
                        found.setdefault(code, set()).add(kind)
    held = {code for layer in layers if layer.name == "extents" for code, kind in _of_extents(layer.frame)
            if kind == "reservoir"}  # fmt: skip
    for code in held & set(found):
        found[code] = {"reservoir" if kind == "lake" else kind for kind in found[code]}
    return {code: frozenset(kinds) for code, kinds in found.items()}


def _of_lines(lines: pd.DataFrame) -> Iterable[tuple[str, Subject]]:
    if not {"line_id", "river_id", "bank", "basis"} <= set(lines.columns):
        return
    own = lines[lines["basis"] != "works"]
    on_banks = own["bank"].notna() & (own["bank"].astype("object") != "")
    yield from ((code, "river") for code in own["river_id"][on_banks].astype("str").unique())
    around = own[~on_banks]
    held = around["river_id"][around["basis"] == "reservoir"].astype("str").unique()
    for code in around["river_id"].astype("str").unique():
        yield code, "reservoir" if code in held else "lake"


def _of_extents(extents: pd.DataFrame) -> Iterable[tuple[str, Subject]]:
    if not {"extent_id", "river_id", "name", "axis_length_m"} <= set(extents.columns):
        return
    own = extents[~are_works(extents)]
    for code, name, length in zip(
        own["river_id"].astype("str"), own["name"].fillna("").astype("str"), own["axis_length_m"].notna(), strict=True
    ):
        yield code, "river" if length else "reservoir" if name.endswith("水库") else "lake"


def subject_of(kinds: Iterable[frozenset[Subject]]) -> Subject:
    """What a sheet with these objects is of; a river where nothing tells.

    Examples
    --------
    >>> subject_of([frozenset({"lake"})]), subject_of([frozenset({"lake"}), frozenset({"river"})]), subject_of([])
    ('lake', 'mixed', 'river')
    """
    every = frozenset[Subject]().union(*kinds)
    return "mixed" if len(every) > 1 else next(iter(every), "river")


def content_of(layers: Iterable[Layer], language: Language) -> str:
    """The title of a sheet without an extent or line of a river or lake: by its layers; empty for the others.

    Parameters
    ----------
    layers
        What is on it.
    language
        Of the title.

    Examples
    --------
    >>> import riverline as rl
    >>> from riverline.style import collect
    >>> rows = {name: rl.schema.FRAMES[name].empty(4548).reindex([0]) for name in ("axes", "parcels", "extents")}
    >>> [
    ...     content_of(collect(*(rows[name] for name in names)), "zh")
    ...     for names in (["axes"], ["axes", "parcels"], ["axes", "extents"])
    ... ]
    ['河道图', '宗地图', '']
    """
    full = [layer for layer in layers if len(layer.frame)]
    drawn = [layer.frame for layer in full if layer.name in LINES]
    if drawn:
        of_works = all(_are_of_works(frame) for frame in drawn)
        return ("水利工程管理范围图" if language == "zh" else "Management extents of works") if of_works else ""
    # What has no schema, and what others are drawn upon, is told where there is nothing else.
    main = [layer for layer in full if layer.schema is not None and layer.name not in _GROUND]
    main = main or [layer for layer in full if layer.schema is not None] or full
    zh = language == "zh"
    names = list(dict.fromkeys(
        clean(_CALLED[layer.name][not zh] if layer.name in _CALLED else layer.label(language)) for layer in main
    ))  # fmt: skip
    if not names or len(names) > _MOST_NAMED:
        return "河湖要素图" if zh else "Rivers, lakes and what belongs to them"
    return f"{'、'.join(names).removesuffix('图')}图" if zh else " and ".join(names)


def _are_of_works(frame: pd.DataFrame) -> bool:
    """Whether extents or lines are all of works."""
    return bool((frame["basis"] == "works").all() if "basis" in frame else are_works(frame).all())


def heading_of(subject: Subject, language: Language, *, name: str = "", title: str = "") -> str:
    """The title of a sheet.

    Parameters
    ----------
    subject
        What it is of.
    language
        Of the title.
    name
        Of the river, lake, reservoir or unit that it shows, in front of it.
    title
        The user's own, in place of what the subject makes it.

    Examples
    --------
    >>> heading_of("river", "zh", name="清水河"), heading_of("lake", "zh", name="镜湖")
    ('清水河河道管理范围图', '镜湖管理范围图')
    >>> heading_of("reservoir", "en", name="Shimen")
    'Shimen Reservoir management extents'
    """
    zh, en = _TITLES[subject]
    base, own = title or (zh if language == "zh" else en), clean(name)
    ending, word = _NAMED.get(subject, ("", ""))
    if language == "zh" and not title and word and own.endswith(ending):
        base = base.removeprefix(word)
    return f"{own}{'' if language == 'zh' else ' '}{base}".strip()
