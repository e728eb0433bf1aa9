"""Areas and accuracies of a map from a stratified random sample, with intervals (Olofsson et al. 2014)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtri

from riverline.errors import JobError
from riverline.geodesy import round_half_up
from riverline.schema import CLASS_AREAS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["estimate_areas"]


def estimate_areas(
    counts: pd.DataFrame, mapped_m2: Mapping[str, float] | pd.Series[float], *, confidence: float = 0.95
) -> pd.DataFrame:
    """Areas of classes as the reference has them, from a sample that was drawn by the classes of a map.

    Parameters
    ----------
    counts
        Error matrix of sample counts: a row a class of the map, a column a class of the reference, the same classes.
    mapped_m2
        Area of each class on the map.
    confidence
        Level of the intervals.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.CLASS_AREAS`: a row a class, and last ``*`` with the overall accuracy as its
        user's accuracy. Margins are blank for a class with less than two sample units.

    Raises
    ------
    JobError
        If rows, columns and areas do not name the same classes, a class has no sample unit, counts are no whole
        numbers of zero or more, or the level is not between 0 and 1; listing everything.

    Notes
    -----
    The stratified estimators of Olofsson et al. (2014), Remote Sensing of Environment 148, 42-57, eq. 4 to 11, with the
    normal quantile (1.96 at 0.95).

    Examples
    --------
    The worked example of the paper, in pixels: deforestation is 235,086 ± 68,418 of them, with 1.96 for the quantile.

    >>> import pandas as pd
    >>> import riverline as rl
    >>> names = ["deforestation", "gain", "forest", "other"]
    >>> counts = pd.DataFrame(
    ...     [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]], index=names, columns=names
    ... )
    >>> pixels = dict(zip(names, [200_000, 150_000, 3_200_000, 6_450_000], strict=True))
    >>> rl.estimate_areas(counts, pixels)[["area_m2", "area_error_m2"]].round(0).iloc[0].tolist()
    [235086.0, 68417.0]
    """
    areas = pd.Series(mapped_m2, dtype="float64")
    _require(counts, areas, confidence)
    names = [str(name) for name in counts.index]
    n = counts[counts.index].to_numpy(dtype="float64")
    area: Floats = np.array(areas[counts.index], dtype="float64")
    z = float(ndtri(0.5 + confidence / 2.0))
    units, total = n.sum(axis=1), area.sum()
    weight = area / total
    share = n / units[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        # Variance of each share within its stratum; nothing is known of it from one unit.
        spread: Floats = np.where(units[:, None] > 1.0, share * (1.0 - share) / (units[:, None] - 1.0), np.nan)
        of_class = (area[:, None] * share).sum(axis=0)
        users = np.asarray(np.diag(share), dtype="float64")
        producers = np.asarray(area * users / of_class, dtype="float64")
        producers_error = np.sqrt(_producers_variance(area, spread, producers, of_class))
    overall = float((weight * users).sum())
    overall_error = float(np.sqrt((weight**2 * np.diag(spread)).sum()))
    margin = np.sqrt((area[:, None] ** 2 * spread).sum(axis=0))
    table = pd.DataFrame(
        {
            "class_id": [*names, "*"],
            "class_name": [*names, "*"],
            "samples": [*units.astype(int), int(units.sum())],
            "mapped_m2": round_half_up([*area, total], 2),
            "area_m2": round_half_up([*of_class, total], 2),
            "area_error_m2": round_half_up([*(z * margin), 0.0], 2),
            "users": [*users, overall],
            "users_error": [*(z * np.sqrt(np.diag(spread))), z * overall_error],
            "producers": [*producers, overall],
            "producers_error": [*(z * producers_error), z * overall_error],
            "confidence_level": confidence,
        }
    )
    return table.astype({column.name: column.dtype for column in CLASS_AREAS})


def _producers_variance(area: Floats, spread: Floats, producers: Floats, of_class: Floats) -> Floats:
    """Eq. 7: what the class's own stratum and the others bring."""
    squared = area[:, None] ** 2 * spread
    own = np.diag(squared)
    others = squared.sum(axis=0) - own
    return np.asarray(((1.0 - producers) ** 2 * own + producers**2 * others) / of_class**2)


def _require(counts: pd.DataFrame, areas: pd.Series[float], confidence: float) -> None:
    problems = []
    names = list(counts.index)
    if len(set(names)) < len(names) or set(names) != set(counts.columns) or not set(names) <= set(areas.index):
        rows, columns, given = (", ".join(map(str, each)) for each in (names, counts.columns, areas.index))
        zh = f"counts 的行（{rows}）、列（{columns}）与 mapped_m2（{given}）应为相同的类别"
        en = f"rows ({rows}) and columns ({columns}) of counts and mapped_m2 ({given}) must name the same classes"
        problems.append((zh, en))
    values = counts.to_numpy(dtype="float64")
    if not (np.isfinite(values).all() and (values >= 0).all() and (values % 1 == 0).all()):
        problems.append(("样本数应为不小于零的整数", "counts must be whole numbers of zero or more"))
    if values.size and (values.sum(axis=1) == 0).any():
        empty = ", ".join(str(name) for name in counts.index[values.sum(axis=1) == 0])
        problems.append((f"类别 {empty} 没有样本", f"class {empty} has no sample unit"))
    if not (np.isfinite(areas).all() and (areas >= 0).all() and areas.sum() > 0):
        problems.append(("面积应不小于零且不全为零", "areas must be zero or more, and not all zero"))
    if not 0.0 < confidence < 1.0:
        problems.append(("confidence 应在 0 与 1 之间", "confidence must lie between 0 and 1"))
    if problems:
        raise JobError.listing("无法估计面积", "areas cannot be estimated", problems)
