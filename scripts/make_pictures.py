"""Take anew the pictures that the README and the guide show: as the gallery takes them, with a mark of what they show.

Pictures that are committed age silently; the mark, a digest of the page's parts and of the rules, lets a test say so.

    python scripts/make_pictures.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image, PngImagePlugin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))

import gallery  # noqa: E402 - beside the pages that it makes
import studio  # noqa: E402

TAKEN = {"demarcation": "map.png", "swipe": "change.jpg"}
WIDE = 1280


def main() -> None:
    """Take both."""
    folder = ROOT / "docs" / "images"
    mark = studio.mark()
    with tempfile.TemporaryDirectory() as work, studio.camera() as camera:
        at = gallery.Studio(studio.County(Path(work)), camera, Path(work))
        for kind, name in TAKEN.items():
            (picture,) = gallery.SHOWN[kind](at)
            with Image.open(picture) as image:
                small = image.convert("RGB").resize((WIDE, round(image.height * WIDE / image.width)), Image.LANCZOS)
            if name.endswith(".png"):
                told = PngImagePlugin.PngInfo()
                told.add_text("comment", mark)
                small.quantize(256).save(folder / name, pnginfo=told, optimize=True)
            else:
                small.save(folder / name, quality=82, comment=mark, optimize=True)
            print(f"{name}  {(folder / name).stat().st_size:,} bytes  {mark}")


if __name__ == "__main__":
    main()
