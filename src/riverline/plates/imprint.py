"""What an office writes on its sheets: who made them, when, how secret they are."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Imprint"]


@dataclass(frozen=True, slots=True)
class Imprint:
    """The slots of a sheet; what is left empty is printed as a blank to be filled in by hand.

    Attributes
    ----------
    unit
        Who compiled it (编制单位).
    surveyed_by
        Who surveyed it (测绘单位).
    date
        When, as it is to be printed.
    drawn_by, checked_by, approved_by
        Signatures (制图、校核、审定).
    secrecy
        Mark at the upper right (密级), such as 内部使用 or 秘密; none is printed if empty.
    review_no
        Number of the map review (审图号).
    height_datum
        Vertical datum, such as 1985国家高程基准; None for that of which the CRS of the layers speaks, and for no word
        on it where none does.
    remark
        A sentence of one's own among the notes.

    Examples
    --------
    >>> Imprint(unit="清水县水利局", date="2026年6月").unit
    '清水县水利局'
    """

    unit: str = ""
    surveyed_by: str = ""
    date: str = ""
    drawn_by: str = ""
    checked_by: str = ""
    approved_by: str = ""
    secrecy: str = ""
    review_no: str = ""
    height_datum: str | None = None
    remark: str = ""
