"""Where the samples of the invented county 清水县 lie, in an installed package and in a checkout."""

from __future__ import annotations

from pathlib import Path

from riverline.errors import ReadError

__all__ = ["path"]


def path(name: str) -> Path:
    """Path of a sample file.

    Parameters
    ----------
    name
        File name, such as ``"清水县.gpkg"``.

    Returns
    -------
    Path
        In the installed package, or in ``data/samples`` of a checkout.

    Raises
    ------
    ReadError
        If there is no such sample; the message lists what there is.

    Examples
    --------
    >>> from riverline import samples
    >>> samples.path("清水县.gpkg").name
    '清水县.gpkg'
    """
    here = Path(__file__).resolve().parent
    folders = [here / "_samples", here.parent.parent / "data" / "samples"]
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    there = sorted(file.name for folder in folders if folder.is_dir() for file in folder.iterdir())
    shown = ", ".join(there) or "-"
    raise ReadError(f"没有名为 {name} 的样例；现有：{shown}", f"there is no sample {name}; there are: {shown}")
