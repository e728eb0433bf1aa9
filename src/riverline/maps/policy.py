"""What a browser itself holds a page to: which scripts run in it, and what they may load."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["hosts_of", "policy_element"]

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_FILES = "'self' file:"


def policy_element(
    runs: Sequence[str], *, files: bool = False, linked: Iterable[str] = (), shown: Iterable[str] = ()
) -> str:
    r"""The policy of a page, as the first element of its head.

    Parameters
    ----------
    runs
        The scripts that stand in the page: these run and no other, above all no handler in a text from data.
    files
        Whether scripts and styles lie beside the page.
    linked
        Hosts that scripts, styles and their fonts may come from.
    shown
        Hosts that tiles, pictures and data may come from.

    Examples
    --------
    >>> "script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';" in policy_element(["alert(1)"])
    True
    >>> "img-src data: blob: https://t0.test;" in policy_element([], shown=["https://t0.test"])
    True
    """
    hashes = dict.fromkeys(hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in runs)
    scripts = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes]
    links, places = [*([_FILES] if files else []), *dict.fromkeys(linked)], [*dict.fromkeys(shown)]
    rows = {
        "default-src": ["'none'"],
        "script-src": [*scripts, *links],
        "style-src": ["'unsafe-inline'", *links],
        "img-src": ["data:", "blob:", *places],
        "media-src": ["data:", "blob:", *places],
        "font-src": ["data:", *links],
        "connect-src": ["data:", "blob:", *places],
        "frame-src": ["data:", *places],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    told = "; ".join(f"{name} {' '.join(values)}" for name, values in rows.items())
    return f'<meta http-equiv="Content-Security-Policy" content="{told}">\n'


def hosts_of(url: str, subdomains: Sequence[str] = "abc") -> list[str]:
    """The hosts that an address may go to.

    Parameters
    ----------
    url
        Address, with ``{s}`` where Leaflet puts a subdomain.
    subdomains
        What may stand there.

    Examples
    --------
    >>> hosts_of("https://t{s}.tianditu.gov.cn/vec_w/wmts?tk=1", "01")
    ['https://t0.tianditu.gov.cn', 'https://t1.tianditu.gov.cn']
    >>> hosts_of("//tiles.test:8080/{z}/{x}/{y}.png"), hosts_of("pictures/a.png")
    (['https://tiles.test:8080', 'http://tiles.test:8080'], ["'self'", 'file:'])
    """
    if "{s}" in url:
        return [host for each in subdomains for host in hosts_of(url.replace("{s}", each), subdomains)]
    parts = urlsplit(url)
    host = _PLACEHOLDER.sub("*", parts.netloc.rpartition("@")[2])
    if not host:
        return _FILES.split()
    # What the policy could not say would end it: then nothing of it is let in.
    if re.search(r"[^\w.*:\[\]-]", host):
        return []
    return [f"{scheme}://{host}" for scheme in ([parts.scheme] if parts.scheme else ["https", "http"])]
