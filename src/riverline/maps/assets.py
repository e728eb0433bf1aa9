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
from riverline.maps.elements import json_text, page_file
from riverline.maps.tools import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ASSETS",
    "SPARE",
    "STAND_INS",
    "Asset",
    "Kind",
    "as_element",
    "data_uri",
    "icon_script",
    "inline_text",
    "read_asset",
    "stand_in",
]

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
        Digest of the file; empty where folium itself carries what it links.
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
_DRAW = "leaflet/static/leaflet/draw"
_GLYPHICONS = "https://netdna.bootstrapcdn.com/bootstrap/3.0.0/css/bootstrap-glyphicons.css"
_FONT_AWESOME = f"{_JSDELIVR}/@fortawesome/fontawesome-free@6.2.0/css/all.min.css"
_AWESOME_MARKERS = f"{_CDNJS}/Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers"
_ROTATE = "https://cdn.jsdelivr.net/gh/python-visualization/folium/folium/templates/leaflet.awesome.rotate.min.css"

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
    Asset("https://cdn.jsdelivr.net/gh/python-visualization/folium@main/folium/templates/leaflet_heat.min.js", "folium",
          "folium/templates/leaflet_heat.min.js", "", "BSD-2-Clause", "script"),
    Asset(_GLYPHICONS, "xstatic-bootstrap-scss", "xstatic/pkg/bootstrap_scss/data/scss/bootstrap/_glyphicons.scss",
          "cbfc8842f804d2ca7235b0311939e3354badfbba6a17ce7f65ed2347e6d69c70", "MIT", "style"),
    Asset(_FONT_AWESOME, "xstatic-font-awesome", "xstatic/pkg/font_awesome/data/css/all.min.css",
          "6752b9ba151a25703b2e5d17ad9ff42615f8940b591694fa8e42ab1034f476b5", "MIT, OFL-1.1, CC-BY-4.0", "style"),
    Asset(f"{_CDNJS}/leaflet.draw/1.0.2/leaflet.draw.js", "django-leaflet", f"{_DRAW}/leaflet.draw.js",
          "b22a1f7385308e5adadd85a4c2d84e9fc523ebd70d37868cba0fe2387362460b", "MIT", "script"),
    Asset(f"{_CDNJS}/leaflet.draw/1.0.2/leaflet.draw.css", "django-leaflet", f"{_DRAW}/leaflet.draw.css",
          "5f30f74696873efee5cd7f6ab7eda7d63e5c5a3e3c3b6e0ab2068662928df31f", "MIT", "style"),
)  # fmt: skip

ASSETS: dict[str, Asset] = {asset.url: asset for asset in _ROWS}

# What legends of GeoDataFrame.explore(column) and icons need comes with an extra.
_OF_EXTRA = frozenset({"xstatic-d3", "xstatic-font-awesome", "xstatic-jquery-ui"})
_WANTED = {
    **dict.fromkeys(_OF_EXTRA, "'riverline[maps]'"),
    # Of this one only files are of use: not what it depends on.
    "django-leaflet": "--no-deps django-leaflet==0.34.0",
}

_ICON = r"AwesomeMarkers|awesome-marker"
SPARE: dict[str, str] = {
    f"{_JSDELIVR}/bootstrap@5.2.2/dist/js/bootstrap.bundle.min.js": r"data-bs-|\bbootstrap\.",
    f"{_JSDELIVR}/bootstrap@5.2.2/dist/css/bootstrap.min.css":
        r"data-bs-|\bclass=\\?[\"'][^\"']*\b(?:btn|badge|card|col-)",
    _GLYPHICONS: r"\bglyphicon\b",
    _FONT_AWESOME:
        r"\bfa[srb]?\s+fa-|BeautifyIcon|\"prefix\": \"fa[srb]?\"",
    f"{_AWESOME_MARKERS}.js": _ICON,
    f"{_AWESOME_MARKERS}.css": _ICON,
    _ROTATE: r"\bfa-rotate-[1-9]",
    f"{_CDNJS}/highlight.js/8.4/styles/default.min.css": r"\bhljs\b",
    f"{_CDNJS}/jqueryui/1.10.2/jquery-ui.min.js": r"\)\.(?:dialog|draggable|resizable|slider|sortable)\(",
}  # fmt: skip
"""What folium links whether or not a page uses it: URL → how to see in the page that it does after all."""

STAND_INS: dict[str, str] = {
    f"{_AWESOME_MARKERS}.js": "pins",
    f"{_AWESOME_MARKERS}.css": "",
    _ROTATE: "",
    f"{_JSDELIVR}/leaflet.fullscreen@3.0.0/Control.FullScreen.min.js": "controls",
    f"{_JSDELIVR}/leaflet.fullscreen@3.0.0/Control.FullScreen.css": "",
    "https://cdn.jsdelivr.net/gh/ljagis/leaflet-measure@2.1.7/dist/leaflet-measure.min.js": "controls",
    "https://cdn.jsdelivr.net/gh/ljagis/leaflet-measure@2.1.7/dist/leaflet-measure.min.css": "",
    "https://cdn.jsdelivr.net/gh/ardhi/Leaflet.MousePosition/src/L.Control.MousePosition.min.js": "controls",
    "https://cdn.jsdelivr.net/gh/ardhi/Leaflet.MousePosition/src/L.Control.MousePosition.min.css": "",
}
"""Plugins that no package carries and pages of ours do as well: URL → the script that does it; empty for its style."""

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
    if asset.sha256 and hashlib.sha256(content).hexdigest() != asset.sha256:
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
    folder, text = _locate(asset).parent, read_asset(asset)
    if asset.url == _GLYPHICONS:
        folder, text = folder.parents[1] / "fonts" / "bootstrap", _glyphicons(text)
    elif asset.url == _FONT_AWESOME:
        # The same fonts again under the names that they had in earlier versions: a megabyte that folium does not use.
        text = re.sub(r'@font-face\{font-family:"?(?:Font Awesome 5|FontAwesome)[^}]*\}', "", text)
    return as_element(text, asset.kind, lambda name: _data_uri(folder, name))


def _glyphicons(source: str) -> str:
    """The icons of Bootstrap 3 as the style that browsers read, from the source that is for its own compiler."""
    base = re.search(r"^\.glyphicon \{.*?^\}", source, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^((?:\.glyphicon-[\w-]+[\s,]*)+)\{ &:before \{ (content: \S+;) \} \}", source, re.MULTILINE)
    icons = [
        f"{', '.join(f'{name}:before' for name in re.findall('[.][a-z-]+', names))} {{ {content} }}"
        for names, content in rows
    ]
    font = "font-family: 'Glyphicons Halflings'; src: url(glyphicons-halflings-regular.woff2) format('woff2');"
    return "\n".join([f"@font-face {{ {font} }}", base[0] if base else "", *icons])


def stand_in(name: str) -> str:
    """A plugin of ours in place of one that no package carries, with what it is made of."""
    parts, words = [name], ""
    if name == "controls":
        parts, words = ["tools", name], f"var riverlineControlWords = {json_text(WORDS)};\n"
    styles, scripts = ("\n".join(page_file(f"{part}.{end}") for part in parts) for end in ("css", "js"))
    return f"<style>{styles}</style>\n<script>{words}{scripts}</script>"


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
        wanted = _WANTED.get(asset.package, asset.package)
        raise MissingDependencyError(
            f"地图需要 {asset.package} 中的 {asset.file}；请执行 python -m pip install {wanted}",
            f"the page needs {asset.file} of {asset.package}; run python -m pip install {wanted}",
        ) from error
    return Path(str(distribution.locate_file(asset.file)))


def _data_uri(folder: Path, name: str) -> str:
    if name.startswith(("data:", "#")):
        return name
    path = (folder / name.partition("?")[0].partition("#")[0]).resolve()
    # Of a font that is there in two formats every browser takes the smaller one.
    return "data:," if path.suffix == ".ttf" and path.with_suffix(".woff2").exists() else data_uri(path)


def data_uri(path: Path) -> str:
    """A file as an address that has it in it."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
