"""A folium map of results: groups of features with popups, a legend that follows them, and nothing that runs data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from riverline.errors import JobError
from riverline.maps.drawing import draw
from riverline.maps.focus import first_view
from riverline.maps.gathering import gather, settled
from riverline.maps.lightening import merge
from riverline.maps.look import Look
from riverline.maps.swiping import Pair, Part, choose, part_images

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import folium

    from riverline.io.scenes import Scene, Scenes
    from riverline.maps.basemaps import Basemap
    from riverline.maps.figures import Chips
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["MOST_FEATURES", "TooManyFeaturesError", "refuse_too_many", "show"]

MOST_FEATURES = 200_000
"""Most features of a page, of whatever map: 5,000 are drawn one by one, of more large layers on a canvas."""


def show(  # noqa: PLR0913 - one argument a thing to say
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    title: str = "",
    basemap: Basemap | str | os.PathLike[str] | None = None,
    tianditu_key: str | None = None,
    width: str | int = "100%",
    height: str | int = "100%",
    max_features: int = MOST_FEATURES,
    scenes: Scene | Scenes | Sequence[Scene] | None = None,
    focus: Any = None,  # noqa: ANN401 - frames or results
    chips: Chips | None = None,
    **layers: Any,  # noqa: ANN401
) -> folium.Map:
    """A map of results and frames, layers by category, with popups, legend and scale.

    Parameters
    ----------
    *results
        Results such as :class:`riverline.Demarcation`, and frames that follow a schema, in any CRS. A
        :class:`riverline.Ledger` stands for its problems as all of its events have left them, closed ones too, with its
        attachments; for those of another day give ``ledger.problems(on=…)``. Problems that are closed or rejected are
        a layer of their own, drawn by their state. Lists of results count as what is in them. Evidence of changes
        is drawn as curves in the popups of suspects; photographs among ``ledger.attachments()`` (JPEG, PNG, TIFF, WebP,
        BMP) are in the popups of their problems, made small, at most 120 and 12 MB.
    language
        ``"zh"`` or ``"en"``: every label, choice and sentence on the page.
    title
        Heading of the map; none if empty.
    basemap
        ``None`` for none, the path of a folder of tiles (``z/x/y.png``) or of an MBTiles file, whose tiles around the
        map then lie in the page, or an online one: Tianditu, Gaode (moved back from GCJ-02), or a URL with ``{z}``,
        ``{x}`` and ``{y}``.
    tianditu_key
        Browser key for Tianditu, else the environment variable ``RIVERLINE_TIANDITU_TK``. Whoever opens the page can
        read it.
    width, height
        Size in pixels or per cent.
    max_features
        Most features that a page may hold. Up to 5,000 Leaflet draws one by one; of more, layers of 2,000 and more
        are drawn on a canvas of our own, bands and rings too; where that would hold over six million vertices, from
        PMTiles in the page. The legend tells.
    scenes
        Images under the layers: one, or two as ``(before, after)`` with a bar that swipes between them. Of more, such
        as all of :func:`riverline.read_scenes`, those of the newest day and of the earliest day of its season are
        drawn; :func:`show_change` says more of how.
    focus
        A frame or result, or a list of them, that the map opens on. If not given: what was found (suspects, waterlines,
        changes of banks), where there is any, else the images, else everything. A button goes to everything and back.
    chips
        Pictures of suspects for their popups, as in :func:`show_change`.
    **layers
        More frames or results, each with a name: ``乡镇=towns`` draws a frame that follows no schema, the
        first in grey, each other in a stroke of its own by the order given (:data:`riverline.style.NEUTRALS`).

    Returns
    -------
    folium.Map
        One feature group for each category; add to it whatever folium has. The same input gives the same HTML.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame nor a ledger, a frame has several columns of one name, or
        ``scenes`` are no scenes.
    CRSError
        If a frame has no CRS, or a frame or an image cannot be reprojected safely.
    JobError
        If there are too many features, a basemap without a key, images that do not reach the layers, or an argument is
        of a kind that nothing can be drawn by.

    Notes
    -----
    The page is a picture: lines are thinned by 0.1 m, more where a page would hold over 300,000 vertices, and the
    legend says by how much. All layers share one canvas, in the order of :mod:`riverline.style`: with a canvas for each
    Leaflet pane only the topmost would be clickable. Text from data is written as text, never as HTML. Stakes and other
    marks that would cover each other stand for one with their number, until the map is close enough for all. Beside
    what was walked, tracks of patrols are switched off.

    Examples
    --------
    >>> import folium
    >>> import geopandas as gpd
    >>> import shapely
    >>> import riverline as rl
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1"], "name": ["清水河"]},
    ...     geometry=[shapely.LineString([(39_500_000, 3_400_000), (39_502_000, 3_401_000)])],
    ...     crs="EPSG:4527",
    ... )
    >>> page = rl.maps.show(axes, title="清水河")
    >>> [child.layer_name for child in page._children.values() if isinstance(child, folium.FeatureGroup)]
    ['河道中心线', '河流名称']
    """
    look = Look(language, title, basemap, tianditu_key, width, height, focus)
    rest, named, images = part_images(results, layers, scenes)
    found = settled(gather(*rest, **named))
    refuse_too_many(found, max_features)
    area = first_view(merge(found), focus) if images else None
    pair = Pair(tuple(Part(part) for part in choose(images, area))) if images else None
    return draw(found, look, pair=pair, chips=chips)


class TooManyFeaturesError(JobError):
    """A page would hold more features than it may: whoever delivers layers besides goes on without it."""


def refuse_too_many(layers: Sequence[Layer], max_features: int) -> None:
    """Raise if a page would hold more features than it may, or how many it may is no number."""
    if not isinstance(max_features, (int, float)) or isinstance(max_features, bool):
        raise JobError(
            f"max_features 应为整数，实际为 {max_features!r}",
            f"max_features must be a whole number, got {max_features!r}",
        )
    count = sum(len(layer.frame) for layer in layers if layer.spatial)
    if count > max_features:
        raise TooManyFeaturesError(
            f"要绘制 {count:,} 个要素，多于上限 {max_features:,}；请分河流绘制（如 lines[lines.river_id == …]），"
            f"或设 max_features={count}",
            f"{count:,} features are more than the limit of {max_features:,}; draw river by river "
            f"(lines[lines.river_id == …]) or set max_features={count}",
        )
