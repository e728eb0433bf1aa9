"""Print layouts for QGIS, for offices that draw their sheets there."""

from __future__ import annotations

from pathlib import Path

__all__ = ["qgis_template"]


def qgis_template() -> Path:
    """The print layout that ships: an A3 sheet for QGIS with frame, legend, scale and slots as on ours.

    Returns
    -------
    Path
        A ``.qpt`` file: in QGIS, Project, Layout Manager, New from template. Its atlas is driven by a layer 图幅, such
        as ``riverline.export.to_geopackage`` writes of ``Atlas.plates``.

    Examples
    --------
    >>> import riverline as rl
    >>> rl.plates.qgis_template().name
    'a3.qpt'
    """
    return Path(__file__).with_name("a3.qpt")
