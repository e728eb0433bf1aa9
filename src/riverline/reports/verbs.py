"""The public verbs: a dossier, an announcement, a circular, each in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from riverline.reports.announcements import compose_announcement
from riverline.reports.dossiers import compose_dossier
from riverline.reports.months import compose_monthly
from riverline.reports.writing import write

if TYPE_CHECKING:
    import datetime as dt
    import os
    from pathlib import Path

    from riverline.assessment import Assessment
    from riverline.hotspots import Hotspots
    from riverline.ledger import Ledger
    from riverline.patrol import Patrols
    from riverline.reports.counting import By
    from riverline.schema import Language

__all__ = ["announcement", "dossier", "monthly"]


def dossier(
    river_id: str,
    *results: Any,  # noqa: ANN401 - any result, frame or ledger
    path: str | os.PathLike[str],
    language: Language = "zh",
    on: dt.date | str | None = None,
    template: str | os.PathLike[str] | None = None,
    fonts: str | os.PathLike[str] | None = None,
) -> Path:
    """Write a river's dossier: 一河一档.

    Parameters
    ----------
    river_id
        Code of the river.
    *results
        Whatever there is of it: axes, a :class:`riverline.Demarcation`, stakes, boards, a
        :class:`riverline.Confirmation`, a :class:`riverline.ShorelinePlan`, a :class:`riverline.Ledger` or problems,
        rebounds, hotspots, patrols, outfalls, an assessment, chiefs. Rows of other rivers stay out.
    path
        The file: ``.html``, ``.docx``, ``.pdf`` or ``.xlsx``.
    language
        Of every text; names in data stay as they are.
    on
        Day of the ledgers; the last one if not given.
    template
        Word file of one's own to fill, for ``.docx``.
    fonts
        Folder with more fonts, for ``.pdf``.

    Returns
    -------
    Path
        The file. Parts that were not given are named at its end.

    Raises
    ------
    JobError
        If nothing speaks of the river (the message lists which there are), or the file cannot be written.
    SchemaError
        If something is neither a result, a frame nor a ledger.
    MissingDependencyError
        If a package of the extra ``report`` is not there.

    Examples
    --------
    >>> import tempfile, geopandas as gpd, shapely
    >>> import riverline as rl
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1"], "name": ["清水河"]},
    ...     geometry=[shapely.LineString([(5e5, 3.5e6), (5e5, 3.501e6)])],
    ...     crs=4548,
    ... )
    >>> rl.reports.dossier("R1", axes, path=f"{tempfile.mkdtemp()}/清水河.html").name
    '清水河.html'
    """
    return write(compose_dossier(river_id, *results, language=language, on=on), path, template=template, fonts=fonts)


def announcement(  # noqa: PLR0913 - one argument a blank
    *results: Any,  # noqa: ANN401 - any result or frame
    path: str | os.PathLike[str],
    place: str | None = None,
    authority: str | None = None,
    date: dt.date | str | None = None,
    number: str | None = None,
    contact: str | None = None,
    language: Language = "zh",
    template: str | os.PathLike[str] | None = None,
    fonts: str | os.PathLike[str] | None = None,
) -> Path:
    """Write the draft of an announcement of extents: 划界公告.

    Parameters
    ----------
    *results
        A :class:`riverline.Demarcation`, or its lines and extents; stakes and boards.
    path
        The file: ``.html``, ``.docx``, ``.pdf`` or ``.xlsx``.
    place, authority, date, number, contact
        What only the office knows. What is not given is a blank to be filled in: nothing is invented.
    language, template, fonts
        As for :func:`dossier`.

    Returns
    -------
    Path
        The file. What the lines rest on is cited as the rule set does; what is not verified is named in notes that are
        to be deleted before the announcement goes out.

    Raises
    ------
    JobError
        If no extents were given, the date is no day, or the file cannot be written.
    SchemaError
        If something is neither a result nor a frame.
    MissingDependencyError
        If a package of the extra ``report`` is not there.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> extents = rl.schema.EXTENTS.empty("EPSG:4548")
    >>> rl.reports.announcement(extents, path=f"{tempfile.mkdtemp()}/公告.html", place="清水县").name
    '公告.html'
    """
    made = compose_announcement(
        *results, place=place, authority=authority, date=date, number=number, contact=contact, language=language
    )
    return write(made, path, template=template, fonts=fonts)


def monthly(  # noqa: PLR0913 - one argument a part
    ledger: Ledger,
    *results: Any,  # noqa: ANN401 - axes and extents for the map
    month: str,
    path: str | os.PathLike[str],
    hotspots: Hotspots | Any = None,  # noqa: ANN401 - or their frame
    patrols: Patrols | Any = None,  # noqa: ANN401
    assessment: Assessment | Any = None,  # noqa: ANN401
    by: By = "admin",
    authority: str | None = None,
    number: str | None = None,
    date: dt.date | str | None = None,
    language: Language = "zh",
    template: str | os.PathLike[str] | None = None,
    fonts: str | os.PathLike[str] | None = None,
) -> Path:
    """Write a month's circular: 通报 of what was found, closed, overdue and back, by unit, ranked.

    Parameters
    ----------
    ledger
        The ledger.
    *results
        Axes and extents, for the map of hotspots.
    month
        ``"2025-12"``; everything is as it stood at its end.
    path
        The file: ``.html``, ``.docx``, ``.pdf`` or ``.xlsx``.
    hotspots, patrols, assessment
        Of the month, as far as there are; parts that were not given are named.
    by
        Unit that is counted and ranked by.
    authority, number, date
        Who circulates it, under which number, when; a blank where not given.
    language, template, fonts
        As for :func:`dossier`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    JobError
        If the month is none, or the file cannot be written.
    SchemaError
        If something is neither a result nor a frame.
    MissingDependencyError
        If a package of the extra ``report`` is not there.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> folder = tempfile.TemporaryDirectory()
    >>> ledger = rl.Ledger.open(f"{folder.name}/台账.gpkg")
    >>> rl.reports.monthly(ledger, month="2025-12", path=f"{folder.name}/通报.html").name
    '通报.html'
    >>> folder.cleanup()
    """
    more = [each for each in (hotspots, patrols, assessment) if each is not None]
    made = compose_monthly(
        ledger, month, *results, *more, by=by, authority=authority, number=number, date=date, language=language
    )
    return write(made, path, template=template, fonts=fonts)
