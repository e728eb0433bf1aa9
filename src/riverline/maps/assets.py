"""Which scripts and styles of others a page may hold, and where pip has put them.

Every URL that folium names is listed with the package, the file in it, its digest and its licence. Nothing is guessed
from a file's name, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from riverline.errors import JobError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ASSETS", "SPARE", "Asset", "Kind", "as_element", "data_uri", "icon_script", "inline_text", "read_asset"]

Kind = Literal["script", "style"]


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that a page needs.

    Attributes
    ----------
    url
        How folium links it.
    package, file
        Distribution that carries it, and its path there.
    sha256
        Digest of the file.
    licence
        Its licence.
    kind
        ``script`` or ``style``.
    """

    url: str
    package: str
    file: str
    sha256: str
    licence: str
    kind: Kind


_JSDELIVR = "https://cdn.jsdelivr.net/npm"
_CDNJS = "https://cdnjs.cloudflare.com/ajax/libs"
_LEAFLET = "xstatic/pkg/leaflet/data"
_CLUSTER = "xstatic/pkg/leaflet_markercluster/data"

_ROWS = (
    Asset(f"{_JSDELIVR}/leaflet@1.9.3/dist/leaflet.js", "xstatic-leaflet", f"{_LEAFLET}/leaflet.js",
          "5819285cec137b229c94e1ee5ad73e8b6b84345a4367d60f75fe477fe0fb7b03", "BSD-2-Clause", "script"),
    Asset(f"{_JSDELIVR}/leaflet@1.9.3/dist/leaflet.css", "xstatic-leaflet", f"{_LEAFLET}/leaflet.css",
          "90b693d86392a4779c861b28cf307e7e59c3fb35328c4d8b95f58f814d38c722", "BSD-2-Clause", "style"),
    Asset("https://code.jquery.com/jquery-3.7.1.min.js", "xstatic-jquery", "xstatic/pkg/jquery/data/jquery.min.js",
          "fc9a93dd241f6b045cbff0481cf4e1901becd0e12fb45166a8f17f95823f0b1a", "MIT", "script"),
    Asset(f"{_CDNJS}/leaflet.markercluster/1.1.0/leaflet.markercluster.js", "xstatic-leaflet-markercluster",
          f"{_CLUSTER}/leaflet.markercluster.js",
          "58be871df61f6c512464e15db0941e63b9491bf1396a2ae3bea6f39e0854cd1c", "MIT", "script"),
    Asset(f"{_CDNJS}/leaflet.markercluster/1.1.0/MarkerCluster.css", "xstatic-leaflet-markercluster",
          f"{_CLUSTER}/MarkerCluster.css",
          "614dea0a98ff3f4ead74f04918f6b1d1b9ba435c25b5fc23b21a394d1e3e4d87", "MIT", "style"),
    Asset(f"{_CDNJS}/leaflet.markercluster/1.1.0/MarkerCluster.Default.css", "xstatic-leaflet-markercluster",
          f"{_CLUSTER}/MarkerCluster.Default.css",
          "61258232d98d64dc2a7b1e02130d67421bc5b9bda5994eef70228ff97570c170", "MIT", "style"),
    Asset(f"{_CDNJS}/d3/3.5.5/d3.min.js", "xstatic-d3", "xstatic/pkg/d3/data/d3.js",
          "0c0b24005903a9d71beb93837fc1fc618b81780f14601c729030227c16b3ef51", "BSD-3-Clause", "script"),
    Asset(f"{_CDNJS}/jquery/3.7.1/jquery.min.js", "xstatic-jquery", "xstatic/pkg/jquery/data/jquery.min.js",
          "fc9a93dd241f6b045cbff0481cf4e1901becd0e12fb45166a8f17f95823f0b1a", "MIT", "script"),
    Asset("https://code.jquery.com/ui/1.12.1/jquery-ui.js", "xstatic-jquery-ui",
          "xstatic/pkg/jquery_ui/data/jquery-ui.js",
          "c47e2af0dd29133ad931a46677b81055c4d98857a2f877d14c13c9d4e1970b49", "MIT", "script"),
)  # fmt: skip

ASSETS: dict[str, Asset] = {asset.url: asset for asset in _ROWS}

# What legends of GeoDataFrame.explore(column) need comes with an extra.
_EXTRA, _OF_EXTRA = "maps", frozenset({"xstatic-d3", "xstatic-jquery-ui"})

_ICON = r"AwesomeMarkers|awesome-marker"
SPARE: dict[str, str] = {
    f"{_JSDELIVR}/bootstrap@5.2.2/dist/js/bootstrap.bundle.min.js": r"data-bs-|\bbootstrap\.",
    f"{_JSDELIVR}/bootstrap@5.2.2/dist/css/bootstrap.min.css":
        r"data-bs-|\bclass=\\?[\"'][^\"']*\b(?:btn|badge|card|col-)",
    "https://netdna.bootstrapcdn.com/bootstrap/3.0.0/css/bootstrap-glyphicons.css": r"\bglyphicon\b",
    f"{_JSDELIVR}/@fortawesome/fontawesome-free@6.2.0/css/all.min.css":
        r"\bfa[srb]?\s+fa-|BeautifyIcon|\"prefix\": \"fa[srb]?\"",
    f"{_CDNJS}/Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.js": _ICON,
    f"{_CDNJS}/Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.css": _ICON,
    f"{_JSDELIVR.removesuffix('/npm')}/gh/python-visualization/folium/folium/templates/leaflet.awesome.rotate.min.css":
        r"\bfa-rotate-[1-9]",
}  # fmt: skip
"""What folium links in every page and no package carries: URL → how to see in the page that it is used after all."""

_URL = re.compile(r"url\(\s*(['\"]?)([^'\")]+)\1\s*\)")


def read_asset(asset: Asset) -> str:
    """The text of an asset, its digest checked.

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    JobError
        If the installed file is not the one that was tested.
    """
    path = _locate(asset)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != asset.sha256:
        version = metadata.version(asset.package)
        raise JobError(
            f"{asset.package} {version} 中的 {asset.file} 与核验过的文件不一致；请安装 riverline 所要求的版本",
            f"{asset.file} of {asset.package} {version} is not the file that was tested; "
            "install the version that riverline asks for",
        )
    return content.decode("utf-8")


def inline_text(asset: Asset) -> str:
    """An asset as an element for the page's head, pictures that a style sheet names as data URIs.

    Examples
    --------
    >>> next(iter(ASSETS))
    'https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js'
    >>> inline_text(next(iter(ASSETS.values())))[:8]
    '<script>'
    """
    folder = _locate(asset).parent
    return as_element(read_asset(asset), asset.kind, lambda name: _data_uri(folder, name))


def as_element(text: str, kind: Kind, picture: Callable[[str], str]) -> str:
    """A script or a style as an element of a page.

    Parameters
    ----------
    text
        The script or the style.
    kind
        Which of them it is.
    picture
        The data URI of a file that the style names.

    Examples
    --------
    >>> as_element("p {background: url(a.png)}", "style", lambda name: f"data:,{name}")
    '<style>p {background: url(data:,a.png)}</style>'
    """
    if kind == "script":
        # A source map would be looked for beside the page; </script would end the element, <!-- may hide its end.
        text = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", text)
        text = text.replace("</script", r"<\/script").replace("<!--", r"<\!--")
        return f"<script>{text}</script>"
    styles = _URL.sub(lambda match: f"url({picture(match[2])})", text).replace("</style", r"<\/style")
    return f"<style>{styles}</style>"


def icon_script() -> str:
    """A script that gives Leaflet's default marker its pictures, which it would look for beside the page."""
    leaflet = next(iter(ASSETS.values()))
    images = _locate(leaflet).parent / "images"
    names = {"iconUrl": "marker-icon.png", "iconRetinaUrl": "marker-icon-2x.png", "shadowUrl": "marker-shadow.png"}
    options = ", ".join(f"{key}: '{_data_uri(images, name)}'" for key, name in names.items())
    return f"<script>L.Icon.Default.imagePath = ''; L.Icon.Default.mergeOptions({{{options}}});</script>"


def _locate(asset: Asset) -> Path:
    try:
        distribution = metadata.distribution(asset.package)
    except metadata.PackageNotFoundError as error:
        wanted = f"'riverline[{_EXTRA}]'" if asset.package in _OF_EXTRA else asset.package
        raise MissingDependencyError(
            f"地图需要 {asset.package} 中的 {asset.file}；请执行 python -m pip install {wanted}",
            f"the page needs {asset.file} of {asset.package}; run python -m pip install {wanted}",
        ) from error
    return Path(str(distribution.locate_file(asset.file)))


def _data_uri(folder: Path, name: str) -> str:
    if name.startswith(("data:", "#")):
        return name
    return data_uri((folder / name.partition("?")[0].partition("#")[0]).resolve())


def data_uri(path: Path) -> str:
    """A file as an address that has it in it."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
