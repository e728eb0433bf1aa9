"""Imagery: any sensor's images, opened by their headers and read window by window.

:mod:`opening <riverline.io.scenes.opening>` finds out which band is what, :mod:`collecting
<riverline.io.scenes.collecting>` does so for folders and STAC catalogues, :mod:`pixels <riverline.io.scenes.pixels>`
reads windows on any grid as float32 with the reason why a pixel cannot be used, and :mod:`registration
<riverline.io.scenes.registration>` measures how far two images are shifted. Sensors are data: ``sensors.toml``.

Examples
--------
>>> import riverline as rl
>>> from riverline.io import scenes
>>> pair = rl.read_scenes([rl.samples.path(f"影像{year}.tif") for year in (2024, 2026)], sensor="rgbn")
>>> for window, (before, after) in scenes.iterate_windows(pair, ("green", "nir")):
...     print(window[0], before["nir"].shape, int(before.valid.sum()), int(after.valid.sum()))
slice(0, 160, None) (160, 400) 64000 64000
"""

from __future__ import annotations

from riverline.io.scenes.collecting import read_scenes
from riverline.io.scenes.model import Band, Mask, PixelGrid, Pixels, Reason, Scene, Scenes, Window
from riverline.io.scenes.opening import read_scene
from riverline.io.scenes.pixels import OpenScene, iterate_windows, open_scene, read_pixels, read_window
from riverline.io.scenes.places import common_grid, to_pixels, to_plane
from riverline.io.scenes.registration import Registration, correct_registration, measure_registration

__all__ = [
    "Band",
    "Mask",
    "OpenScene",
    "PixelGrid",
    "Pixels",
    "Reason",
    "Registration",
    "Scene",
    "Scenes",
    "Window",
    "common_grid",
    "correct_registration",
    "iterate_windows",
    "measure_registration",
    "open_scene",
    "read_pixels",
    "read_scene",
    "read_scenes",
    "read_window",
    "to_pixels",
    "to_plane",
]
