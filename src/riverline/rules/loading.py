"""Reading rule sets: by name or path, for a day, with the rule set that they fall back on."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

from riverline.errors import RuleError
from riverline.rules.checking import problems_of
from riverline.rules.dating import as_day, covered, in_words, overlap
from riverline.rules.model import RuleFile
from riverline.rules.naming import hint_at
from riverline.rules.policy import Policy, inherit
from riverline.rules.ruleset import RuleSet
from riverline.rules.wording import wrong_values

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

    from riverline.rules.checking import Problem

__all__ = ["list_rules", "load_rules", "template_of"]

_SHIPPED = files("riverline.rules") / "rulesets"
_NATIONAL = "national"
_SUFFIX = ".toml"

_TEMPLATE_HEAD = """\
# riverline 规则集 · rule set: {name}
# 另存为 我的规则.toml，改 name、title 和条文，再用 --rules 我的规则.toml 或 riverline.load_rules("我的规则.toml")。
# Save it as a file of your own, change name, title and rules, and name the file where a rule set is asked for.
#
# [policy]        约定：基准线次序、缺口、界桩间距 … conventions: order of bases, gaps, spacing of stakes
# [settings]      本地取值，供条件使用 what the place is, for conditions
# [documents.*]   文件：标题、文号、施行日期 documents: title, number, in force from
# [[rules]]       一条规则：适用对象 scope、宽度（米）landside / waterside / protection；min、max 为条文的上下限
#                 水利工程（scope = "works"）：upstream、downstream 沿河向上、下游，landside 向两侧，
#                 protection.along_m 为保护范围沿河再外延；条件为 kinds（dam、sluice、pump_station …）、sizes
#                 works: upstream and downstream along the river, landside to its sides; conditions: kinds and sizes
# [rules.when]    适用条件：河流 rivers、级别 ranks、堤防级别 grades、settings；都满足才适用，先写的先用
#                 conditions: all of them have to hold, and the first rule that fits decides

"""


def load_rules(name_or_path: str | os.PathLike[str], *, on: dt.date | str | None = None) -> RuleSet:
    """The rule set of a place, or one's own from a TOML file, as it is in force on a day.

    Parameters
    ----------
    name_or_path
        Name of a shipped rule set (:func:`list_rules` lists them), or path of a ``.toml`` file. A path to a folder
        takes its ``.toml`` files as versions of one rule set, in force one after the other.
    on
        Day as a date or as ISO text. If not given: the rules without an end, that is the newest ones, whatever the
        day of the run is, so that two runs agree.

    Returns
    -------
    RuleSet
        Frozen; ``RuleSet.on`` keeps the day.

    Raises
    ------
    RuleError
        If there is no such rule set or file (a place or a title, such as 安徽, is answered with the name to write), if
        the file is no TOML or holds wrong values (all are listed), if its rules contradict each other, or if nothing
        is in force on the day.

    Notes
    -----
    Policy values that a file does not write come from its ``fallback``, or from ``national`` where it has none.
    A rule whose document is known by its year only counts as in force from the first day of that year. One of which
    no date is known counts as in force on any day: ``RuleSet.undated`` names it, and a line drawn by it for a day is
    told as ``rules-undated``.

    Examples
    --------
    >>> import riverline as rl
    >>> rules = rl.load_rules("anhui", on="2025-06-01")
    >>> rules.title, len(rules.rules), str(rules.on)
    ('安徽省河道管理范围', 5, '2025-06-01')
    >>> rl.load_rules("atlantis")
    Traceback (most recent call last):
    ...
    riverline.errors.RuleError: ...
    """
    day = as_day(on)
    return _load(name_or_path, folder=None, above=()).in_force(day)


def list_rules() -> pd.DataFrame:
    """The shipped rule sets, one row each.

    Returns
    -------
    DataFrame
        ``name``, ``title``, ``title_en``, ``jurisdiction``, ``rules`` (how many), ``in_force_from`` (the earliest
        day that is known, else missing), ``certainty`` (marks of its rules) and ``document`` (titles).

    Examples
    --------
    >>> import riverline as rl
    >>> listed = rl.list_rules()
    >>> listed.loc[listed["name"] == "ningxia_qingtongxia", ["rules", "certainty"]].values.tolist()
    [[1, 'S']]
    """
    sets = [load_rules(name) for name in _shipped()]
    rows = {
        "name": [each.name for each in sets],
        "title": [each.title for each in sets],
        "title_en": [each.title_en for each in sets],
        "jurisdiction": [each.jurisdiction for each in sets],
        "rules": [len(each.rules) for each in sets],
        "in_force_from": [_first_day(each) for each in sets],
        "certainty": [", ".join(sorted({rule.certainty or "U" for rule in each.rules})) for each in sets],
        "document": ["；".join(document.title for document in each.documents) for each in sets],
    }
    return pd.DataFrame(rows).astype({"in_force_from": "datetime64[s]"})


def template_of(name: str = "anhui") -> str:
    """A shipped rule set as TOML to start one's own from, with comments on its parts.

    Parameters
    ----------
    name
        Name of a shipped rule set.

    Returns
    -------
    str
        TOML that :func:`riverline.load_rules` reads once it is saved as a file.

    Raises
    ------
    RuleError
        If there is none of that name.

    Examples
    --------
    >>> print(template_of("anhui").splitlines()[0])
    # riverline 规则集 · rule set: anhui
    """
    if name not in _shipped():
        _find(str(name).removesuffix(_SUFFIX), None)
    return _TEMPLATE_HEAD.format(name=name) + _text(_find(name, None)[1][-1])


def _first_day(ruleset: RuleSet) -> dt.date | None:
    return min((rule.effective_from for rule in ruleset.rules if rule.effective_from), default=None)


def _load(source: str | os.PathLike[str], *, folder: Path | None, above: Sequence[str]) -> RuleSet:
    """A rule set with the rules of every day; of several versions the last one, which knows the others."""
    key, paths = _find(source, folder)
    if key in above:
        chain = " → ".join(Path(each).name for each in (*above, key))
        raise RuleError(f"fallback 成环：{chain}", f"fallbacks run in a circle: {chain}")
    versions = {path.name: _read(path, above=(*above, key)) for path in paths}
    _in_turn(versions)
    ordered = sorted(versions.values(), key=lambda version: covered(version.rules))
    return ordered[-1].model_copy(update={"versions": tuple(ordered)})


def _shipped() -> list[str]:
    """Names of the rule sets that ship; versions of one stand in files ``name.toml`` and ``name@….toml``."""
    return sorted({_name(each) for each in _SHIPPED.iterdir() if each.name.endswith(_SUFFIX)})


def _heads() -> dict[str, dict[str, Any]]:
    """What each shipped file says at its top, by the name of its rule set."""
    return {_name(each): _toml(each.name, _text(each)) for each in _SHIPPED.iterdir() if each.name.endswith(_SUFFIX)}


def _name(path: Traversable) -> str:
    return path.name.removesuffix(_SUFFIX).partition("@")[0]


def _find(source: str | os.PathLike[str], folder: Path | None) -> tuple[str, list[Traversable]]:
    """What tells a rule set from every other one, and the files that hold its versions."""
    if not isinstance(source, str | os.PathLike):
        raise RuleError(
            f"规则集应为名称或 .toml 文件的路径，实际为 {source!r}",
            f"a rule set is named by its name or the path of its .toml file, got {source!r}",
        )
    text = os.fspath(source)
    if isinstance(source, os.PathLike) or text.endswith(_SUFFIX) or "/" in text or os.sep in text:
        return _find_files(Path(text) if folder is None else folder / text)
    found = [each for each in _SHIPPED.iterdir() if each.name.endswith(_SUFFIX) and _name(each) == text]
    if found:
        return text, sorted(found, key=lambda each: each.name)
    names = _shipped()
    hint_zh, hint_en = hint_at(text, _heads())
    raise RuleError(
        f"没有规则集 {text!r}{hint_zh}。现有：{'、'.join(names)}；自编规则集请给出 .toml 文件的路径",
        f"there is no rule set {text!r}{hint_en}. Shipped are: {', '.join(names)}; "
        f"for one of your own give the path of its .toml file",
    )


def _find_files(path: Path) -> tuple[str, list[Traversable]]:
    found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not found or not found[0].is_file():
        raise RuleError(
            f"规则集文件不存在：{path}；给出 .toml 文件或其文件夹的路径，或随附规则集的名称（riverline rules list）",
            f"there is no rule-set file {path}; give the path of a .toml file or of a folder of them, or the name of a "
            f"shipped rule set (riverline rules list)",
        )
    return str(path.resolve()), list(found)


def _read(path: Traversable, *, above: Sequence[str]) -> RuleSet:
    text = _text(path)
    data = _toml(path.name, text)
    fallback = _fallback(data, folder=path.parent if isinstance(path, Path) else None, above=above)
    problems: list[Problem] = []
    file, policy = None, None
    try:
        file = RuleFile.model_validate(data)
    except ValidationError as error:
        problems += wrong_values(error, text=text, data=data)
    own = data.get("policy", {})
    try:
        policy = Policy.model_validate(inherit(_parent_policy(fallback, above), own)) if isinstance(own, dict) else None
    except ValidationError as error:
        problems += wrong_values(error, text=text, data=data, within="policy")
    if file is not None:
        problems += problems_of(file, policy)
    if problems or file is None or policy is None:
        raise RuleError.listing(f"规则集文件 {path.name} 有误", f"rule-set file {path.name} is wrong", problems)
    content = {field: getattr(file, field) for field in RuleFile.model_fields if field in RuleSet.model_fields}
    return RuleSet(**{**content, "rules": file.resolved(), "policy": policy, "fallback": fallback})


def _text(path: Traversable) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(
            f"规则集文件 {path.name} 不是 UTF-8 编码（第 {error.start + 1} 字节起）；请另存为 UTF-8",
            f"rule-set file {path.name} is not UTF-8 (from byte {error.start + 1}); save it as UTF-8",
        ) from error


def _toml(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = found.groups() if found else (str(text.count("\n") + 1), "1")
        raise RuleError(
            f"规则集文件 {name} 第 {line} 行第 {column} 列不是合法的 TOML",
            f"rule-set file {name} is no TOML at line {line}, column {column}: {error}",
        ) from error


def _fallback(data: dict[str, Any], *, folder: Path | None, above: Sequence[str]) -> RuleSet | None:
    name = data.get("fallback")
    return _load(name, folder=folder, above=above) if isinstance(name, str) and name.strip() else None


def _parent_policy(fallback: RuleSet | None, above: Sequence[str]) -> Policy | None:
    if fallback is not None:
        return fallback.policy
    return None if above[-1] == _NATIONAL else _load(_NATIONAL, folder=None, above=()).policy


def _in_turn(versions: Mapping[str, RuleSet]) -> None:
    """Raise where two files claim the same day, or are not of one rule set."""
    problems = []
    for (one, first), (other, second) in combinations(versions.items(), 2):
        if first.name != second.name:
            zh, en = (
                f"{one}（{first.name}）与 {other}（{second.name}）",
                f"{one} ({first.name}) and {other} ({second.name})",
            )
            problems.append((f"{zh} 不是同一规则集", f"{en} are not of one rule set"))
        days, others = covered(first.rules), covered(second.rules)
        if any(overlap(period, another) for period in days for another in others):
            zh, en = f"{in_words(days)} 与 {in_words(others)}", f"{in_words(days)} and {in_words(others)}"
            problems.append((f"{one} 与 {other} 的生效日期重叠：{zh}", f"the dates of {one} and {other} overlap: {en}"))
    if problems:
        raise RuleError.listing("规则集的各版本有误", "the versions of the rule set are wrong", problems)
