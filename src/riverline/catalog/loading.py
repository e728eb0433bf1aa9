"""Reading catalogues: by name or path, for a day, with the catalogue that each extends."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline.catalog.model import Catalog
from riverline.errors import RuleError
from riverline.rules.dating import as_day
from riverline.rules.shipped import RuleFolder, find, names_in, read, validated, wrong_file

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["list_catalogs", "load_catalog"]

_SHIPPED = files("riverline.catalog") / "catalogs"
_KIND = RuleFolder(_SHIPPED, "认定目录", "catalogues")
_SUFFIX = ".toml"
_NAME = re.compile(r"^[\w.-]+$")
Problem = tuple[str, str]


def load_catalog(name_or_path: str | os.PathLike[str] = "national", *, on: dt.date | str | None = None) -> Catalog:
    """A catalogue of problems that ships, or one's own from a TOML file, as it is in force on a day.

    Parameters
    ----------
    name_or_path
        ``national``, another that :func:`riverline.catalog.list_catalogs` lists, or the path of a ``.toml`` file. A
        file that says ``extends = "national"`` adds to that catalogue, and may replace items of it; what it does not
        say of its name, title and place is taken from there. :func:`riverline.catalog.template_of` gives one to begin.
    on
        Day as a date or as ISO text; if not given, the items without an end.

    Returns
    -------
    Catalog
        Frozen, with the items and words of the catalogue that it extends after its own.

    Raises
    ------
    RuleError
        If there is no such catalogue (the error names those that ship), if a file is no TOML, holds wrong values or
        contradicts itself (all is listed), or if nothing is in force.

    Examples
    --------
    >>> import riverline as rl
    >>> catalog = rl.load_catalog("eight_chaos")
    >>> catalog.find("discharge").kind, catalog.find("tall-plants").origin
    ('discharge', 'national')
    >>> rl.load_catalog("atlantis")
    Traceback (most recent call last):
    ...
    riverline.errors.RuleError: ...
    """
    day = as_day(on)
    return _load(name_or_path, folder=None, above=()).in_force(day)


def list_catalogs() -> pd.DataFrame:
    """The catalogues that ship, one row each.

    Returns
    -------
    DataFrame
        ``name``, ``title``, ``title_en``, ``jurisdiction``, ``extends``, ``items`` (how many with those of what it
        extends) and ``certainty`` (marks of the documents it brings).

    Examples
    --------
    >>> import riverline as rl
    >>> rl.catalog.list_catalogs()["name"].tolist()
    ['eight_chaos', 'five_chaos', 'national']
    """
    every = [load_catalog(name) for name in names_in(_SHIPPED)]
    own = [{document.seen for document in each.documents if document.id in _cited(each)} for each in every]
    return pd.DataFrame(
        {
            "name": [each.name for each in every],
            "title": [each.title for each in every],
            "title_en": [each.title_en for each in every],
            "jurisdiction": [each.jurisdiction for each in every],
            "extends": [each.extends for each in every],
            "items": [len(each.items) for each in every],
            "certainty": [", ".join(sorted(marks)) for marks in own],
        }
    )


def _cited(catalog: Catalog) -> set[str]:
    return {item.document for item in catalog.items if item.origin == catalog.name}


def _load(source: str | os.PathLike[str], *, folder: Path | None, above: tuple[str, ...]) -> Catalog:
    path = find(_KIND, source, beside=folder)
    if str(path) in above:
        chain = " → ".join(Path(each).name for each in (*above, str(path)))
        raise RuleError(f"extends 成环：{chain}", f"catalogues extend each other in a circle: {chain}")
    text, data = read(_KIND, path)
    inside = path.parent if isinstance(path, Path) and path.is_absolute() else folder
    extends = data.get("extends")
    parent = _load(extends, folder=inside, above=(*above, str(path))) if isinstance(extends, str) and extends else None
    own = validated(_KIND, path, Catalog, text, data if parent is None else _heads(path, parent) | data)
    problems = list(_problems(own, parent))
    if problems:
        raise wrong_file(_KIND, path, problems)
    items = tuple(item.model_copy(update={"origin": own.name}) for item in own.items)
    if parent is None:
        return own.model_copy(update={"items": items})
    mine, cited = {item.id for item in items}, {document.id for document in own.documents}
    return own.model_copy(
        update={
            "items": items + tuple(item for item in parent.items if item.id not in mine),
            "words": own.words + parent.words,
            "documents": own.documents + tuple(each for each in parent.documents if each.id not in cited),
        }
    )


def _heads(path: Traversable, parent: Catalog) -> dict[str, Any]:
    """What a file that adds to another catalogue need not say of itself."""
    stem = path.name.removesuffix(_SUFFIX)
    place = {"jurisdiction": parent.jurisdiction, "jurisdiction_en": parent.jurisdiction_en}
    name = stem if _NAME.match(stem) else "local"
    return {"name": name, "title": f"{parent.title} + {stem}", "title_en": f"{parent.title_en} + {stem}", **place}


def _problems(own: Catalog, parent: Catalog | None) -> Iterator[Problem]:
    """What contradicts itself, or names what is not there."""
    inherited = () if parent is None else parent.items
    above = {item.id for item in inherited}
    for name, count in Counter(item.id for item in own.items).items():
        if count > 1:
            yield f"条目 {name} 写了 {count} 次", f"item {name} is there {count} times"
    for item in own.items:
        if item.id in above and not item.replaces:
            yield (
                f"条目 {item.id} 与 {own.extends} 的条目重名；确要替换请写 replaces = true",
                f"item {item.id} is also one of {own.extends}; write replaces = true to put it in its place",
            )
        if item.replaces and item.id not in above:
            there = f"{own.extends or '（未写 extends）'}"
            yield (
                f"条目 {item.id} 要替换的条目不在 {there} 中",
                f"item {item.id} replaces nothing in {own.extends or '-'}",
            )
    documents = {document.id for each in (own, parent) if each is not None for document in each.documents}
    for lost in sorted({item.document for item in own.items} - documents):
        yield f"引用了未列出的文件：{lost}", f"document {lost} is cited but not listed"
    yield from _word_problems(own, above | {item.id for item in own.items})


def _word_problems(own: Catalog, items: set[str]) -> Iterator[Problem]:
    """Words that speak of no item, or of several."""
    for word in own.words:
        if word.item not in items:
            said = ", ".join(word.values)
            yield f"词条（{said}）指向的条目 {word.item} 不存在", f"words ({said}) speak of no item: {word.item}"
    for claim in sorted({claim for word in own.words for claim in word.claims}):
        meant = sorted({word.item for word in own.words if claim in word.claims})
        if len(meant) > 1:
            said = f"{claim[0]} = {claim[1]}"
            yield f"词条 {said} 指向不同条目：{'、'.join(meant)}", f"{said} speaks of several items: {', '.join(meant)}"
