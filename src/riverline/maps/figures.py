"""What popups of suspects draw beside their rows: curves of the evidence over the days, and pictures on request."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.errors import JobError
from riverline.io.file_names import file_names
from riverline.maps.photos import take_photos
from riverline.schema import CHANGE_EVIDENCE, SUSPECTS
from riverline.style import CURVES, SETTLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from riverline.schema import Language
    from riverline.style import Layer

    Chips = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]

__all__ = ["MAX_CHIPS", "MAX_CHIP_BYTES", "chip_files", "embed_chips", "evidence_curves",
           "popup_figures"]  # fmt: skip

MAX_CHIPS, MAX_CHIP_BYTES = 60, 12_000_000
"""Most pictures that a page holds, and most bytes of them."""
_DASHES = {"-": "none", "--": "6 3", ":": "2 3"}
# Numbers of a file that nobody knows the unit of would flatten the indices.
_LARGEST_REFLECTANCE = 1.5
_WORDS = {
    "zh": {
        "title": "指数随日期的变化", "marked": "可见变化", "alt": "{code} 前后影像", "beside": "影像见文件 {file}",
        "told": "图斑影像嵌入 {count} 幅（至多 {most} 幅、{megabytes:g} MB），其余 {left} 幅见所在文件夹。",
    },
    "en": {
        "title": "Indices over the days", "marked": "shows the change", "alt": "{code} before and after",
        "beside": "Picture: see the file {file}",
        "told": "Pictures of {count} suspects are in the page (at most {most}, {megabytes:g} MB); see the folder for "
                "the other {left}.",
    },
}  # fmt: skip


def popup_figures(
    found: Sequence[Layer], sided: Sequence[Layer], chips: Chips | None, language: Language
) -> tuple[dict[str, dict[str, Any]], list[tuple[str, int, int]], list[str]]:
    """Everything that popups draw beside their rows.

    Parameters
    ----------
    found, sided
        Everything that the map was given, for both sides of a bar and for one.
    chips
        Pictures of suspects, None for none.
    language
        Language of what is told.

    Returns
    -------
    figures, photos, told
        Name of the layer to the feature's code to its figure; pictures that figures name by number; sentences on what
        found no room.
    """
    layers = [*found, *sided]
    curves, told = evidence_curves(layers, language), ""
    if chips is not None:
        curves, told = embed_chips(curves, layers, chips, language)
    problems, photos, left = take_photos(layers, language)
    return {"suspects": curves, "problems": problems, SETTLED.layer: problems}, photos, [told, left]


def evidence_curves(layers: Sequence[Layer], language: Language) -> dict[str, dict[str, Any]]:
    """Curves of NDWI, NDVI and brightness by suspect, from the evidence among the layers.

    Parameters
    ----------
    layers
        Everything that the map was given.
    language
        Language of the curves' names.

    Returns
    -------
    dict
        Code of the suspect to days, curves and whether each day shows the change. Suspects without evidence have none;
        a curve without any value is left out, and so is brightness that is no reflectance.
    """
    tables = [layer.frame for layer in layers if layer.schema is CHANGE_EVIDENCE]
    if not tables:
        return {}
    rows = pd.concat([pd.DataFrame(table) for table in tables]).sort_values(["suspect_id", "date"], kind="stable")
    words = _WORDS[language]
    return {
        str(code): {
            "days": own["date"].dt.strftime("%Y-%m-%d").tolist(),
            "shows": (own["shown"] == "shows").tolist(),
            "curves": list(_curves(own, language)),
            "title": words["title"],
            "marked": words["marked"],
        }
        for code, own in rows.groupby("suspect_id", sort=True)
    }


def _curves(rows: pd.DataFrame, language: Language) -> Iterator[dict[str, Any]]:
    for name, color, dash in CURVES:
        values = rows[name].to_numpy(dtype="float64", na_value=np.nan)
        known = values[np.isfinite(values)]
        if len(known) and (name != "brightness" or known.max() <= _LARGEST_REFLECTANCE):
            told = [round(float(value), 4) if np.isfinite(value) else None for value in values]
            label = CHANGE_EVIDENCE[name].label(language)
            yield {"label": label, "color": color, "dash": _DASHES[dash], "values": told}


def chip_files(chips: Chips) -> dict[str, Path]:
    """PNG files by the name they have for a suspect, from a folder or from what ``to_chips`` returned.

    Raises
    ------
    JobError
        If there is no such folder or file.
    """
    given = [Path(chips)] if isinstance(chips, (str, os.PathLike)) else [Path(each) for each in chips]
    files = [file for each in given for file in (sorted(each.glob("*.png")) if each.is_dir() else [each])]
    missing = "、".join(file.name for file in files if not file.is_file())
    if missing:
        raise JobError(
            f"图斑影像不在：{missing}；chips 应为 rl.export.to_chips 的文件夹或返回值",
            f"there are no pictures of suspects: {missing}; chips is the folder that rl.export.to_chips wrote, or what "
            "it returned",
        )
    return {file.stem: file for file in files}


def embed_chips(
    figures: dict[str, dict[str, Any]], layers: Sequence[Layer], chips: Chips, language: Language
) -> tuple[dict[str, dict[str, Any]], str]:
    """The figures with pictures, the most probable suspects first, and what to say if not all found room.

    Parameters
    ----------
    figures
        From :func:`evidence_curves`.
    layers
        Everything that the map was given.
    chips
        Folder that :func:`riverline.export.to_chips` wrote to, or the paths that it returned.
    language
        Language of what is told.

    Returns
    -------
    tuple
        Figures by suspect, and a sentence, empty if every picture is in the page.
    """
    files = chip_files(chips)
    words, found, held, left = _WORDS[language], dict(figures), 0, 0
    embedded, names = 0, _chip_names(layers)
    for code in _by_probability(layers):
        file = files.get(names[code])
        if file is None:
            continue
        size = file.stat().st_size
        if embedded < MAX_CHIPS and held + size <= MAX_CHIP_BYTES:
            url = f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
            more = {"picture": url, "alt": words["alt"].format(code=code)}
            embedded, held = embedded + 1, held + size
        else:
            more, left = {"note": words["beside"].format(file=file.name)}, left + 1
        found[code] = found.get(code, {}) | more
    told = words["told"].format(count=embedded, left=left, most=MAX_CHIPS, megabytes=MAX_CHIP_BYTES / 1e6)
    return found, told if left else ""


def _chip_names(layers: Sequence[Layer]) -> dict[str, str]:
    """What the picture of each suspect is called, as :func:`riverline.export.to_chips` calls it."""
    codes = [str(code) for layer in layers if layer.schema is SUSPECTS for code in layer.frame["suspect_id"]]
    return dict(zip(codes, file_names(codes, fallback="suspect"), strict=True))


def _by_probability(layers: Sequence[Layer]) -> list[str]:
    frames = [layer.frame for layer in layers if layer.schema is SUSPECTS]
    if not frames:
        return []
    rows = pd.concat([pd.DataFrame(frame[["suspect_id", "confidence"]]) for frame in frames])
    ordered = rows.sort_values(["confidence", "suspect_id"], ascending=[False, True], kind="stable")
    return list(dict.fromkeys(ordered["suspect_id"].astype("str")))
