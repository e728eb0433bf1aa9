"""Which data set a path means: a file, one of several in a folder, or one inside a ZIP archive."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from riverline.errors import Hint, ReadError
from riverline.io.encodings import TextSample, decode, detect, named_codec
from riverline.io.notes import few
from riverline.io.refusals import refuse_unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["DataSet", "data_set"]

_DATA_SUFFIXES = frozenset(
    (
        *(".shp", ".gpkg", ".gdb", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet"),
        *(".kml", ".kmz", ".tab", ".mif", ".gml", ".sqlite", ".dxf", ".gpx"),
    )
)
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1


@dataclass(frozen=True, slots=True)
class DataSet:
    """What GDAL is given.

    Attributes
    ----------
    path
        The file or .gdb folder to open; inside a temporary folder where it came out of an archive.
    name
        What the user calls it: the file name, for an archive ``archive.zip/member``.
    layer
        The layer asked for, or None where the name already chose the data set.
    """

    path: Path
    name: str
    layer: str | None


@contextmanager
def data_set(path: Path, *, layer: str | None) -> Iterator[DataSet]:
    """The data set that a path and a layer name mean; what was unpacked for it is gone afterwards.

    Parameters
    ----------
    path
        A file, a .gdb folder, a folder of layers, or a .zip of any of these; names in the archive may be GBK.
    layer
        Layer of the data set, or the name of a data set where the folder or archive holds several.

    Raises
    ------
    ReadError
        If it cannot be read, or holds no data set, or several without ``layer`` saying which.
    """
    refuse_unreadable(path)
    if path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(prefix="riverline-") as folder:
            yield _unpack(path, layer, Path(folder))
    elif path.is_dir() and path.suffix.lower() != ".gdb":
        names = {each.name: each for each in sorted(path.iterdir())}
        chosen, rest = _choose(path.name, names, layer)
        refuse_unreadable(names[chosen])
        yield DataSet(names[chosen], f"{path.name}/{chosen}", rest)
    else:
        yield DataSet(path, path.name, layer)


def _choose(container: str, names: Mapping[str, object], layer: str | None) -> tuple[str, str | None]:
    """The data set among names, and the layer still to be chosen inside it."""
    found = [name for name in names if PurePosixPath(name).suffix.lower() in _DATA_SUFFIXES]
    named = [name for name in found if layer in {PurePosixPath(name).stem, PurePosixPath(name).name, name}]
    if len(named) == 1:
        return named[0], None
    if len(found) == 1:
        return found[0], layer
    if not found:
        raise ReadError(
            f"{container} 中没有可读取的图层；其中有：{few(names) or '（空）'}",
            f"{container} holds no layer that can be read; it holds: {few(names) or '(nothing)'}",
        )
    stems = [PurePosixPath(name).stem for name in found]
    wanted_zh, wanted_en = (f"没有图层 {layer}", f"no layer {layer!r}") if layer else ("有多个图层", "several layers")
    hint = Hint.of("layer", stems[0])
    raise ReadError(
        f"{container} 中{wanted_zh}：{few(stems, limit=30)}；请用 {hint.call} 指定",
        f"{container} holds {wanted_en}: {few(stems, limit=30)}; choose one with {hint.call}",
        [hint],
    )


def _unpack(archive: Path, layer: str | None, folder: Path) -> DataSet:
    try:
        with zipfile.ZipFile(archive) as bundle:
            members = _members(bundle)
            chosen, rest = _choose(archive.name, _data_names(members), layer)
            for name in _belonging(chosen, members):
                _extract(bundle, members[name], folder / PurePosixPath(name).relative_to(PurePosixPath(chosen).parent))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ReadError(
            f"{archive.name} 已损坏或压缩方式不受支持；请重新获取，或解压后读取",
            f"{archive.name} is damaged or packed in an unsupported way; get it again, or unpack it first",
        ) from error
    path = folder / PurePosixPath(chosen).name
    refuse_unreadable(path)
    return DataSet(path, f"{archive.name}/{chosen}", rest)


def _members(bundle: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Files of an archive by their name, decoded; what a Mac adds is left out."""
    files = [info for info in bundle.infolist() if not info.is_dir()]
    if any(info.flag_bits & _ENCRYPTED_FLAG for info in files):
        raise ReadError(
            f"{Path(bundle.filename or '').name} 已加密；请解压后读取其中的图层",
            f"{Path(bundle.filename or '').name} is encrypted; unpack it and read the layer inside",
        )
    names = _decoded_names(files)
    kept = zip(names, files, strict=True)
    return {
        name: info
        for name, info in kept
        if not {"..", "__MACOSX"} & set(PurePosixPath(name).parts) and not name.startswith("/")
    }


def _decoded_names(files: list[zipfile.ZipInfo]) -> list[str]:
    """Windows writes names in GBK without saying so; zipfile then takes them for code page 437."""
    raw = [None if info.flag_bits & _UTF8_FLAG else info.filename.encode("cp437", "replace") for info in files]
    finding = detect(TextSample(tuple(each for each in raw if each is not None)))
    codec = named_codec(finding.encoding) if finding.encoding else "cp437"
    return [
        info.filename if each is None else decode(each, codec or "cp437")[0]
        for info, each in zip(files, raw, strict=True)
    ]


def _data_names(members: Mapping[str, zipfile.ZipInfo]) -> dict[str, object]:
    """Names of files, with a .gdb folder standing for what is in it."""
    names: dict[str, object] = {}
    for name, info in members.items():
        parts = PurePosixPath(name).parts
        geodatabase = next((at for at, part in enumerate(parts[:-1]) if part.lower().endswith(".gdb")), None)
        names[name if geodatabase is None else "/".join(parts[: geodatabase + 1])] = info
    return names


def _belonging(chosen: str, members: Mapping[str, zipfile.ZipInfo]) -> list[str]:
    """The files of a data set: itself, those of the same name beside it, those in its folder."""
    whole = PurePosixPath(chosen)
    return [
        name
        for name in members
        if whole in PurePosixPath(name).parents
        or (PurePosixPath(name).parent == whole.parent and PurePosixPath(name).name.startswith(f"{whole.stem}."))
        or name == chosen
    ]


def _extract(bundle: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with bundle.open(info) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
