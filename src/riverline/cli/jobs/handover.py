"""Where results are put: steps that are told, a folder that can be written, a map and layers that appear together."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from riverline.io.scenes import Scene

__all__ = ["LAYERS_NAME", "MAP_NAME", "Delivery", "Step", "Steps", "hand_over", "require_folder"]

MAP_NAME, LAYERS_NAME = "map.html", "成果.gpkg"

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Step:
    """One step that is about to run: its number, how many there are, what it does in both languages."""

    number: int
    total: int
    zh: str
    en: str


@dataclass(slots=True)
class Steps:
    """Tells the steps of a job, each before it runs, and counts them."""

    tell: Callable[[Step], None]
    total: int
    number: int = 0

    def __call__(self, zh: str, en: str) -> None:
        """Tell the next step."""
        self.number += 1
        self.within(zh, en)

    def within(self, zh: str, en: str) -> None:
        """Tell how far the step that runs has come."""
        self.tell(Step(self.number, self.total, zh, en))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a job read and made, and its files: the map is None where there is too much for one.

    ``scenes`` are the images among what it read; ``tables_only`` is True for what has no map by its nature;
    ``without_tables`` is True where tables belong to the files and the
    extra that writes them is not there.
    """

    inputs: Mapping[str, gpd.GeoDataFrame]
    result: Any
    map_path: Path | None
    layers_path: Path
    more_paths: tuple[Path, ...] = ()
    scenes: tuple[Scene, ...] = ()
    without_tables: bool = False
    tables_only: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that were written."""
        return tuple(path for path in (self.map_path, self.layers_path, *self.more_paths) if path is not None)


def hand_over(
    out: Path,
    *,
    draw: Callable[[], Any] | None,
    write: Callable[[Path], Path],
    names: tuple[str, str] = (MAP_NAME, LAYERS_NAME),
    beside: Mapping[str, Callable[[Path], Any]] = MappingProxyType({}),
    step: Callable[[str, str], None] = lambda _zh, _en: None,
) -> tuple[Path | None, Path]:
    """Write the map and the layers of a result, and what belongs beside them; all appear together, or nothing.

    Parameters
    ----------
    out
        The folder.
    draw
        Gives the map, None for what has none. Where it refuses for the number of features, only the layers are written.
    write
        Writes the layers to a path.
    names
        Names of the two files.
    beside
        Further files: name → what writes it to a path.
    step
        Told what comes next.

    Returns
    -------
    map_path, layers_path
        The files; None for the map where there is none.
    """
    with tempfile.TemporaryDirectory(dir=_existing(out), prefix=".riverline-") as folder:
        step("输出离线地图", "write the offline map")
        drafts = [] if draw is None else _drawn(draw, Path(folder) / names[0])
        few = bool(drafts)
        for name, write_it in beside.items():
            write_it(Path(folder) / name)
            drafts.append(Path(folder) / name)
        step("输出成果图层", "write the layers")
        drafts.append(write(Path(folder) / names[1]))
        paths = _publish(drafts, out)
    return (paths[0] if few else None), paths[-1]


def _drawn(draw: Callable[[], Any], path: Path) -> list[Path]:
    """The map, or nothing where there is too much for one."""
    try:
        return [rl.maps.save(draw(), path)]
    except rl.maps.TooManyFeaturesError:
        return []


def require_folder(out: Path, *, typed: str = "--out") -> None:
    """Raise before the work begins if results cannot be put there.

    Parameters
    ----------
    out
        A folder, there or yet to be made.
    typed
        What of the command names it.
    """
    try:
        nearest = _existing(out)
    except OSError as error:
        raise _no_folder(out, error, typed) from error
    if not nearest.is_dir():
        raise rl.JobError(
            f"{nearest.name} 是文件，不能作输出文件夹", f"{nearest.name} is a file, not a folder for results"
        )
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise rl.JobError(f"没有在 {nearest.name} 中写文件的权限", f"no permission to write in {nearest.name}")
    new = [each for each in (out.absolute(), *out.absolute().parents) if not each.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise _no_folder(out, error, typed) from error
    finally:
        for folder in new:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _no_folder(out: Path, error: OSError, typed: str) -> rl.JobError:
    name, reason = out.name if len(out.name) <= _LONGEST_NAME else f"{out.name[:_LONGEST_NAME]}…", error.strerror or ""
    return rl.JobError(
        f"不能建立或写入输出文件夹 {name}：{reason}；请另指定 {typed}",
        f"the folder for results, {name}, cannot be made or written: {reason}; give another {typed}",
    )


def _existing(path: Path) -> Path:
    """The path itself, or the nearest folder above it that is there."""
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())


def _publish(drafts: list[Path], out: Path) -> list[Path]:
    """Move finished files into place; the layers, which come last, first: a desktop GIS may hold the old ones open."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for draft in reversed(drafts):
            draft.replace(out / draft.name)
    except OSError as error:
        name = Path(str(error.filename2 or error.filename)).name
        reason = error.strerror or str(error)
        raise rl.JobError(
            f"不能写入 {name}：{reason}；可能已在其他程序中打开，请关闭后重试",
            f"cannot write {name}: {reason}; another program may have it open: close it and try again",
        ) from error
    return [out / draft.name for draft in drafts]
