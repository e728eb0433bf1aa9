"""What a ledger is given, brought to one form: suspects, problems, tables of complaints; the rest is told."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.demarcation.findings import Finding
from riverline.demarcation.intake import refused, typed
from riverline.errors import LedgerError, SchemaError
from riverline.geodesy import align, require_metric
from riverline.ledger.cells import is_hurt, mended, texts_of, to_json
from riverline.ledger.opening import COLUMNS
from riverline.schema import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyproj
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Words = Mapping[str, Mapping[str, str]]

__all__ = ["EXCEL", "dated", "named", "placed", "split_takeable", "to_rows"]

EXCEL = "excel"
"""The date format that says: days are numbers, as a spreadsheet counts them."""

_LON_LAT = ("lon", "lat")
_GEOGRAPHIC = "EPSG:4490"
_CENTIMETRE = 0.01
_DAYS = tuple(column.name for column in PROBLEMS if column.kind == "date")
# Serial 60 is a 29 February 1900 that never was; what lies before it counts from another day.
_SERIAL_START, _SERIALS = dt.date(1899, 12, 30), (61, 2_958_465)
_PROBE = dt.date(2001, 2, 3)
_DEFAULTS = {"severity": "unknown", "status": "found"}


def placed(frame: object, crs: pyproj.CRS | None) -> gpd.GeoDataFrame:
    """The frame with places in the ledger's CRS; a plain table by its columns ``lon`` and ``lat`` if it has them.

    Raises
    ------
    SchemaError
        If it is no frame.
    CRSError
        If it has no CRS, or the first frame of a ledger is not in metres.
    """
    if not isinstance(frame, pd.DataFrame):
        found = type(frame).__name__
        raise SchemaError(f"收入台账的应为表或图层，实际为 {found}", f"a ledger takes a frame, got {found}")
    if isinstance(frame, gpd.GeoDataFrame) and frame._geometry_column_name in frame.columns:  # noqa: SLF001 - no public way to ask
        drawn = _with_places(frame if frame.geometry.name == "geometry" else frame.rename_geometry("geometry"))
    elif set(_LON_LAT) <= set(frame.columns):
        lon, lat = (pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype="float64") for name in _LON_LAT)
        shapes = np.where(np.isfinite(lon) & np.isfinite(lat), shapely.points(lon, lat), None)
        drawn = gpd.GeoDataFrame(frame.copy(), geometry=gpd.GeoSeries(shapes, index=frame.index), crs=_GEOGRAPHIC)
    else:
        blank = gpd.GeoSeries([None] * len(frame), index=frame.index)
        return gpd.GeoDataFrame(frame.copy(), geometry=blank, crs=crs)
    if crs is None:
        require_metric(drawn, layer="problems")
        return drawn.copy()
    return align(drawn, crs, layer="problems").copy()


def _with_places(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame without geometries that hold nothing: points of a table whose coordinates were blank."""
    shapes = np.array(frame.geometry.array, dtype=object)
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    told = np.zeros(len(shapes), dtype=bool)
    told[owner[~np.isnan(coords).any(axis=1)]] = True
    shapes[~told] = None
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def named(frame: pd.DataFrame, columns: Mapping[str, str] | None, words: Words | None) -> pd.DataFrame:
    """The frame with its columns called by the dictionary's names and its words put into the dictionary's.

    Raises
    ------
    LedgerError
        If a column that is spoken of is not there, or two would have one name.
    """
    wrong = [
        (f"没有字段 {name}", f"there is no column {name!r}") for name in columns or {} if name not in frame.columns
    ]
    made = frame.rename(columns=dict(columns or {}))
    twice = made.columns[made.columns.duplicated()].unique()
    wrong += [(f"字段 {name} 重名", f"two columns would be called {name!r}") for name in twice]
    lost = [name for name in words or {} if name not in made.columns]
    wrong += [(f"没有字段 {name}（words）", f"there is no column {name!r} (words)") for name in lost]
    if wrong:
        raise LedgerError.listing("字段对应有误", "the mapping of columns is wrong", wrong)
    for name, said in (words or {}).items():
        made = made.assign(**{name: made[name].map(lambda value, said=said: said.get(value, value))})
    return made


def dated(frame: pd.DataFrame, date_format: str | None) -> pd.DataFrame:
    """The frame with its days in the order that they are said to be in as ISO text; what is not in it stays.

    Parameters
    ----------
    frame
        Rows whose columns have the dictionary's names.
    date_format
        As :func:`datetime.datetime.strptime` has it, or ``"excel"`` for the serial numbers of a spreadsheet that counts
        from 1900; None reads nothing. A clock is dropped.

    Raises
    ------
    LedgerError
        If the format does not tell a day.

    Examples
    --------
    >>> rows = pd.DataFrame({"found_on": ["3/14/2025 1:20", "14/3/2025 1:20"]})
    >>> dated(rows, "%m/%d/%Y %H:%M")["found_on"].tolist()
    ['2025-03-14', '14/3/2025 1:20']
    >>> dated(pd.DataFrame({"found_on": [45296]}), "excel")["found_on"].tolist()
    ['2024-01-05']
    """
    if date_format is None:
        return frame
    read = _of_serial if date_format == EXCEL else _of_format(date_format)
    days = {
        name: frame[name].astype("object").map({each: read(each) for each in frame[name].dropna().unique()})
        for name in _DAYS
        if name in frame.columns and not pd.api.types.is_datetime64_any_dtype(frame[name].dtype)
    }
    return frame.assign(**days)


def _of_serial(value: object) -> object:
    """The day of a spreadsheet's number."""
    number = pd.to_numeric(str(value).strip(), errors="coerce")
    within = _SERIALS[0] <= number < _SERIALS[1] + 1
    return (_SERIAL_START + dt.timedelta(days=int(number))).isoformat() if within else value


def _of_format(date_format: str) -> Callable[[object], object]:
    """What reads a day that is written so."""

    def read(value: object) -> object:
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
        try:
            return _written(text, date_format).isoformat()
        except ValueError:
            return value

    try:
        told = _written(_PROBE.strftime(date_format), date_format)
    except ValueError:
        told = None
    if told != _PROBE:
        raise LedgerError(
            f"日期格式 {date_format!r} 定不出年月日，应如 %m/%d/%Y %H:%M，Excel 序号写 {EXCEL}",
            f"the date format {date_format!r} tells no day; write such as %m/%d/%Y %H:%M, or {EXCEL} for serials",
        )
    return read


def _written(text: str, date_format: str) -> dt.date:
    return dt.datetime.strptime(text, date_format).date()  # noqa: DTZ007 - a day is one where it was written down


def to_rows(frame: gpd.GeoDataFrame, *, source: str, on: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Rows that have every column of the ledger in its type, and what was wrong with their values.

    Beside them ``origin``, ``origin_id``, ``own_id``, ``extra`` and ``label``, what faults call the row.
    """
    suspects = "suspect_id" in frame.columns
    there = _from_suspects(frame, on) if suspects else frame
    own = np.array(texts_of(there["problem_id"]) if "problem_id" in there.columns else [""] * len(there), dtype=object)
    origin = np.array(texts_of(there["suspect_id"]) if suspects else [""] * len(there), dtype=object)
    label = np.where(own != "", own, np.where(origin != "", origin, [f"row {each}" for each in there.index]))
    plain, hurt = _mended(there.assign(problem_id=label))
    rows, findings = typed(plain, PROBLEMS)
    high = int(shapely.has_z(np.asarray(plain.geometry.array, dtype=object)).sum())
    findings += [Finding("z-present", "problems", "*", None, float(high))] * bool(high)
    findings += [Finding("text-mended", "problems", mended(name), None) for name in label[hurt].tolist()]
    rows = _completed(rows, source=source, unsure=rows["problem_id"].isin(refused(findings, "status")))
    undated = rows["found_on"].isna().to_numpy(dtype=bool)
    if suspects:
        rows["found_on"] = rows["found_on"].fillna(pd.Timestamp(on))
    rows = rows.assign(label=rows["problem_id"], own_id=own != "", origin_id=[mended(each) for each in origin.tolist()],
                       origin="suspect" if suspects else "problem", extra=_extras(plain))  # fmt: skip
    derived = _codes(rows, undated)
    return rows.assign(problem_id=np.where(rows["own_id"], rows["label"], derived)), findings


def _from_suspects(frame: gpd.GeoDataFrame, on: str) -> gpd.GeoDataFrame:  # noqa: ARG001 - the day fills in later
    """Suspects as problems: found on the newest day that shows them, said by their reason."""
    last = frame.get("last_seen", pd.Series(pd.NaT, index=frame.index))
    first = frame.get("first_seen", pd.Series(pd.NaT, index=frame.index))
    columns = {"found_on": last.where(last.notna(), first)} if "found_on" not in frame.columns else {}
    if "description" not in frame.columns:
        columns["description"] = frame.get("reason", pd.Series("", index=frame.index))
    return frame.assign(**columns)


def _mended(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Flags]:
    """Texts that a file can hold, and which rows had others."""
    hurt = np.zeros(len(frame), dtype=bool)
    made = frame.copy()
    for name in made.columns:
        if name == made.geometry.name or pd.api.types.is_numeric_dtype(made[name].dtype):
            continue
        values = made[name]
        if is_hurt(values.tolist()):
            bad = np.array([isinstance(each, str) and mended(each) != each for each in values], dtype=bool)
            made[name] = values.astype("object").where(
                ~bad, values.map(lambda v: mended(v) if isinstance(v, str) else v)
            )
            hurt |= bad
    return made, hurt


def _completed(rows: gpd.GeoDataFrame, *, source: str, unsure: pd.Series[bool]) -> gpd.GeoDataFrame:
    """Every column of the ledger; a day of closing says the state where none was written, not where an unknown was."""
    lacking = {
        name: pd.Series(np.full(len(rows), np.nan, dtype="object"), index=rows.index).astype(
            pd.api.types.pandas_dtype(PROBLEMS[name].dtype)
        )
        for name in COLUMNS
        if name not in rows.columns
    }
    made = rows.assign(**lacking)
    made["source"] = made["source"].fillna("").replace("", source)
    closed = made["closed_on"].notna() & made["status"].isna() & ~unsure
    made["status"] = made["status"].mask(closed, "closed")
    for name, value in _DEFAULTS.items():
        made[name] = made[name].fillna(value)
    return made


def _extras(frame: gpd.GeoDataFrame) -> list[str]:
    """Columns that the dictionary does not know, as JSON; empty where there are none."""
    known = {*COLUMNS, "problem_id", frame.geometry.name}
    other = frame[[name for name in frame.columns if name not in known]]
    if other.empty or not len(other.columns):
        return [""] * len(frame)
    filled = {
        str(name): other[name].astype("object").where(other[name].notna(), None).tolist() for name in other.columns
    }
    names = list(filled)
    every = zip(*filled.values(), strict=True)
    return [to_json({name: v for name, v in zip(names, row, strict=True) if v is not None}) for row in every]


def _codes(rows: gpd.GeoDataFrame, undated: Flags) -> list[str]:
    """Codes made of what the rows say: the same row has the same code, whenever and however often it comes."""
    with np.errstate(invalid="ignore"):  # a place that is no number is refused later
        shapes = shapely.transform(shapely.normalize(rows.geometry.to_numpy()), _to_centimetres)
    wkb = shapely.to_wkb(shapes, hex=True, byte_order=1)
    day = rows["found_on"].dt.strftime("%Y-%m-%d").fillna("").where(~undated, "")
    names = ("source", "origin_id", "kind", "description")
    said = [*(texts_of(rows[name]) for name in names), day.tolist(), wkb.tolist()]
    lines = ("\x1f".join(map(str, row)) for row in zip(*said, strict=True))
    return ["P-" + hashlib.sha256(line.encode()).hexdigest()[:14] for line in lines]


def _to_centimetres(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round(coordinates / _CENTIMETRE) + 0.0)


def split_takeable(rows: gpd.GeoDataFrame, on: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The rows that a ledger can hold, one for each code, and a finding for each of the others."""
    day = pd.Timestamp(on)
    late = rows[["found_on", "closed_on"]].max(axis=1)
    early = (rows["found_on"] - rows["closed_on"]).dt.days.to_numpy(dtype="float64")
    shapes = rows.geometry.to_numpy()
    reasons: dict[str, tuple[Flags, Any, Any]] = {
        "suspect-not-counted": (_uncounted(rows), np.nan, ""),
        "problem-undated": (_flags(rows["found_on"].isna()), np.nan, ""),
        "problem-in-future": (
            _flags(late > day),
            (late - day).dt.days.to_numpy("float64"),
            late.dt.strftime("%Y-%m-%d"),
        ),
        "problem-kindless": (_flags(rows["kind"].isna()), np.nan, "unknown"),
        "closed-undated": (_flags((rows["status"] == "closed") & rows["closed_on"].isna()), np.nan, ""),
        "closed-before-found": (_flags(pd.Series(early > 0)), early, ""),
        "geometry-infinite": (~_finite(shapes), np.nan, ""),
        "invalid": (~shapely.is_valid(shapes) & ~shapely.is_missing(shapes), np.nan, shapely.is_valid_reason(shapes)),
    }
    usable, findings = np.ones(len(rows), dtype=bool), []
    for code, (wrong, value, note) in reasons.items():
        at = np.flatnonzero(wrong & usable)
        usable &= ~wrong
        if code == "suspect-not-counted":
            findings += [Finding(code, "problems", "*", None, float(len(at)))] * bool(len(at))
            continue
        values = np.broadcast_to(np.asarray(value, dtype="float64"), len(rows))
        notes = np.broadcast_to(np.asarray(note, dtype=object), len(rows))
        places = np.where(reasons["geometry-infinite"][0], None, shapes)
        findings += [
            Finding(code, "problems", rows["label"].iloc[k], places[k], values[k], note=str(notes[k])) for k in at
        ]
    kept, about = _single(rows[usable])
    bare = kept[kept.geometry.isna() | kept.geometry.is_empty]
    return kept, [*findings, *about, *(Finding("problem-placeless", "problems", name, None) for name in bare["label"])]


def _flags(values: Any) -> Flags:  # noqa: ANN401 - a Series of booleans, some of them missing
    return np.asarray(values.fillna(value=False).to_numpy(dtype=bool))


def _uncounted(rows: gpd.GeoDataFrame) -> Flags:
    if "is_counted" not in rows.columns:
        return np.zeros(len(rows), dtype=bool)
    return _flags(rows["is_counted"].astype("boolean") == False)  # noqa: E712 - missing is neither


def _finite(shapes: NDArray[np.object_]) -> Flags:
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(coords).all(axis=1)]] = False
    return finite


def _single(rows: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """One row a code; rows of one code that differ are all refused."""
    shared = rows["problem_id"].duplicated(keep=False).to_numpy(dtype=bool)
    if not shared.any():
        return rows, []
    together = rows[shared]
    plain = (
        together.drop(columns=["geometry"]).astype("str").assign(_place=together.geometry.to_wkb(hex=True).fillna(""))
    )
    plain["label"] = plain["problem_id"]
    told = plain.drop_duplicates().groupby("problem_id").size()
    counts = together.groupby("problem_id").size()
    places = together.drop_duplicates("problem_id").set_index("problem_id").geometry
    findings = [
        Finding("problem-code-shared" if told[code] > 1 else "problem-repeated", "problems", str(code), places[code],
                float(counts[code]))
        for code in counts.index
    ]  # fmt: skip
    refused = rows["problem_id"].isin(told.index[told > 1])
    return rows[~refused].drop_duplicates("problem_id"), findings
