"""Points as the text that Ovi (奥维) imports: name, longitude, latitude, height, one blank between."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from riverline.errors import Hint, JobError
from riverline.export.drafts import changed, drafted, layers_for
from riverline.export.dxf_plan import unknown_signs
from riverline.export.fitness import with_places
from riverline.export.geojson import placed
from riverline.export.placards import names_of, ordered
from riverline.geodesy.rounding import round_half_up
from riverline.io.sheet_cells import clean_text

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from riverline.style import Layer

__all__ = ["to_ovi"]

_DECIMALS, _HEIGHT_DECIMALS = 8, 2
_HEIGHTS = ("height_m", "ground_m")


def to_ovi(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    encoding: Literal["GBK", "UTF-8"] = "GBK",
    **layers: Any,  # noqa: ANN401
) -> Path:
    r"""Write points for Ovi: one line each, name, longitude, latitude and height.

    Parameters
    ----------
    path
        The file, named ``….txt``; its folder has to be there. A file that is already there is replaced as a whole.
    *results
        Frames of points, such as stakes; lines and areas go into :func:`to_kmz`.
    encoding
        Of the text.
    **layers
        More frames, each with a name.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If a layer has no CRS, or none that leads safely to longitude and latitude.
    JobError
        If a layer holds no points or something else, a name has signs that the encoding does not know, or the file
        cannot be written or does not read back as what was written.

    Notes
    -----
    CGCS2000, which Ovi takes as WGS 84, without any shift. Heights are those of the points or of the columns
    ``height_m`` and ``ground_m``, else 0. Blanks in names are ``_``; points without a name are numbered.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> import riverline as rl
    >>> spots = gpd.GeoDataFrame({"名": ["一 号"]}, geometry=gpd.points_from_xy([117.0], [30.0]), crs=4490)
    >>> rl.export.to_ovi(f"{tempfile.mkdtemp()}/点.txt", 点=spots).read_text("gbk")
    '一_号 117.00000000 30.00000000 0.00\n'
    """
    target = Path(path)
    if encoding not in {"GBK", "UTF-8"}:
        raise JobError(
            f"文本编码应为 GBK 或 UTF-8，实际为 {encoding!r}", f"the encoding is GBK or UTF-8, got {encoding!r}"
        )
    found = layers_for("Ovi TXT", target, (".txt",), results, layers)
    wrong = [each for each in found if not _holds_points(each)]
    if wrong:
        listed, named = "、".join(each.label("zh") for each in wrong), ", ".join(each.label("en") for each in wrong)
        raise JobError(
            f"奥维 TXT 只能写点，不是点图层：{listed}；请改写 .kmz",
            f"the text for Ovi holds points, and these are none: {named}; write a .kmz",
        )
    lines = [line for layer in with_places(found, form="Ovi TXT") for line in _lines(layer)]
    strange = unknown_signs("".join(lines), encoding.lower())
    if strange:
        raise JobError(
            f'名称有 GBK 没有的字：{"、".join(strange[:10])}；请改用 encoding="UTF-8"',
            f'names have signs that GBK does not know: {"、".join(strange[:10])}; take encoding="UTF-8"',
            [Hint.of("encoding", "UTF-8")],
        )
    content = "".join(f"{line}\n" for line in lines)
    with drafted(target) as draft:
        draft.write_bytes(content.encode(encoding))
        back = draft.read_bytes().decode(encoding).splitlines()
        if back != lines or any(line.count(" ") != 3 for line in back):  # noqa: PLR2004 - four items
            raise changed([target.name])
    return target


def _holds_points(layer: Layer) -> bool:
    if not layer.spatial:
        return False
    shapes = np.asarray(layer.frame.geometry.array, dtype=object)
    return bool(np.isin(shapely.get_type_id(shapes), (-1, shapely.GeometryType.POINT)).all())


def _lines(layer: Layer) -> Iterator[str]:
    rows = placed(layer, gpd.GeoDataFrame(ordered(layer)))
    shapes = rows.geometry.to_numpy()
    height = np.nan_to_num(shapely.get_z(shapes))
    for column in (each for each in _HEIGHTS if each in rows):
        given = rows[column].to_numpy(dtype=float, na_value=np.nan)
        height = np.where(height == 0, np.nan_to_num(given), height)
    xy = round_half_up(np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)]), _DECIMALS)
    for row, name in enumerate(names_of(layer, rows)):
        if np.isfinite(xy[row]).all():
            plain = re.sub(r"\s+", "_", clean_text(name).replace("�", "?").strip()) or str(row + 1)
            yield f"{plain} {xy[row, 0]:.{_DECIMALS}f} {xy[row, 1]:.{_DECIMALS}f} {height[row]:.{_HEIGHT_DECIMALS}f}"
