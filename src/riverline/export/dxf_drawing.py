"""Planned entities written as a drawing: its layers, line types and text style, then one entity after another."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from riverline.export.drawings import Drawing
    from riverline.export.dxf_plan import Planned
    from riverline.style import Symbol

__all__ = ["APPLICATION", "Sheet"]

APPLICATION = "RIVERLINE"
"""Application of the extended data that tell the row an entity is from."""

_MM_PER_PIXEL = 25.4 / 96
_WEIGHTS = np.array([13, 15, 18, 20, 25, 30, 35, 40, 50, 53, 60, 70, 80, 90, 100, 106, 120, 140, 158, 200, 211])
# On a black screen a colour whose brightest channel is below this, of 255, is not seen.
_DARK = 90.0
# What the eye gives red, green and blue (ITU-R BT.601).
_LUMA = np.array([0.299, 0.587, 0.114])
_STYLE = "HZ"
_CHUNK = 200
# What is seen at first: width to height of a screen, room around the drawing, and no less than this on paper.
_SCREEN, _ROUND_IT, _LEAST_VIEW_MM = 1.5, 1.1, 50.0


@dataclass(slots=True)
class Sheet:
    """A drawing of one preset at one scale."""

    ezdxf: Any
    drawing: Drawing
    scale: int
    _colors: dict[str, int] = field(default_factory=dict)

    def write(self, path: Path, planned: Sequence[Planned], *, about: str) -> None:
        """Write the entities into a file.

        Parameters
        ----------
        path
            The file.
        planned
            What it holds.
        about
            Where it comes from, in ASCII.
        """
        with self._fixed_dates():
            document = self.ezdxf.new("R2000", units=6)
        document.encoding = "gbk"
        document.header["$PDMODE"], document.header["$PDSIZE"] = 34, self._metres(self.drawing.text_mm / 2)
        document.header["$MEASUREMENT"] = 1
        document.header["$LTSCALE"] = 1.0
        style = document.styles.add(_STYLE, font=self.drawing.font)
        style.dxf.bigfont = self.drawing.bigfont
        for name in dict.fromkeys((self.drawing.application, APPLICATION)):
            if name:
                document.appids.add(name)
        record = document.rootdict.add_xrecord(APPLICATION)
        record.reset([(1, about[at : at + _CHUNK]) for at in range(0, len(about), _CHUNK)])
        space = document.modelspace()
        for each in planned:
            self._add(document, space, each)
        self._look_at(document, space, planned)
        with self._fixed_dates():
            document.saveas(path)

    def _look_at(self, document: Any, space: Any, planned: Sequence[Planned]) -> None:  # noqa: ANN401
        """Open the drawing on all of it: an empty screen at 0, 0 is what programs show otherwise."""
        # Texts beside their marks are near what is drawn; where nothing else is, they are.
        there = [each for each in planned if not each.side] or planned
        corners = np.vstack([ring for each in there for ring in each.rings])
        low, high = corners.min(axis=0), corners.max(axis=0)
        space.reset_extents((*low.tolist(), 0.0), (*high.tolist(), 0.0))
        wide, tall = np.maximum(high - low, self._metres(_LEAST_VIEW_MM))
        height = float(max(tall, wide / _SCREEN) * _ROUND_IT)
        document.set_modelspace_vport(height=height, center=tuple(((low + high) / 2).tolist()))

    def _add(self, document: Any, space: Any, each: Planned) -> None:  # noqa: ANN401 - the library's own
        color = each.color or self._nearest(each.symbol.color)
        if each.layer not in document.layers:
            document.layers.add(each.layer, color=color)
        about = {"layer": each.layer, "color": color}
        line = {"linetype": self._linetype(document, each.symbol), "lineweight": _weight(each.symbol)}
        if each.kind == "LWPOLYLINE":
            entity = space.add_lwpolyline(each.rings[0], format="xy", close=each.closed, dxfattribs=about | line)
        elif each.kind == "POINT":
            entity = space.add_point((*each.rings[0][0], each.height), dxfattribs=about)
        elif each.kind == "TEXT":
            height = self._metres(self.drawing.text_mm)
            entity = space.add_text(each.text, height=height, dxfattribs={**about, "style": _STYLE})
            name = f"{'TOP_' * each.below}{'RIGHT' if each.side < 0 else 'LEFT'}"
            entity.set_placement(tuple(each.rings[0][0]), align=self.ezdxf.enums.TextEntityAlignment[name])
        else:
            entity = space.add_hatch(color=color, dxfattribs={"layer": each.layer})
            entity.set_pattern_fill("ANSI31", scale=self._metres(1.0), color=color)
            for number, ring in enumerate(each.rings):
                entity.paths.add_polyline_path(ring, is_closed=True, flags=1 if number == 0 else 16)
        if self.drawing.application and any(each.xdata):
            entity.set_xdata(self.drawing.application, [(1000, text) for text in each.xdata])
        entity.set_xdata(APPLICATION, [(1000, each.schema), (1000, each.key), (1071, each.part), (1071, each.ring)])

    def _metres(self, millimetres: float) -> float:
        """A length on paper as one on the ground."""
        return millimetres / 1000 * self.scale

    def _linetype(self, document: Any, symbol: Symbol) -> str:  # noqa: ANN401
        if not symbol.dash:
            return "Continuous"
        name = "RL_" + "_".join(map(str, symbol.dash))
        if name not in document.linetypes:
            signs = np.where(np.arange(len(symbol.dash)) % 2, -1.0, 1.0)
            lengths = np.array([self._metres(pixels * _MM_PER_PIXEL) for pixels in symbol.dash])
            document.linetypes.add(name, pattern=[float(lengths.sum()), *(lengths * signs).tolist()])
        return name

    def _nearest(self, color: str) -> int:
        """The colour number that is nearest; 7, black or white by the background, for what is too dark."""
        if color not in self._colors:
            rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)
            known = np.array([self.ezdxf.colors.aci2rgb(number) for number in range(1, 256)], dtype=float)
            known[known.max(axis=1) < _DARK] = np.inf
            known[6] = np.inf
            far = (known - rgb) ** 2 @ _LUMA
            self._colors[color] = 7 if rgb.max() < _DARK else int(np.argmin(far)) + 1
        return self._colors[color]

    @contextmanager
    def _fixed_dates(self) -> Iterator[None]:
        """No day and no new identifiers in the file, so that the same result gives the same bytes."""
        before = self.ezdxf.options.write_fixed_meta_data_for_testing
        self.ezdxf.options.write_fixed_meta_data_for_testing = True
        try:
            yield
        finally:
            self.ezdxf.options.write_fixed_meta_data_for_testing = before


def _weight(symbol: Symbol) -> int:
    """Line weight in hundredths of a millimetre, of those that there are."""
    wanted = symbol.width * _MM_PER_PIXEL * 100
    return int(_WEIGHTS[np.argmin(np.abs(_WEIGHTS - wanted))])
