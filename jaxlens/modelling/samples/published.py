"""Published Einstein radii of a sample, and how far ours are from them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jaxlens.catalogs.reading import read_catalog
from jaxlens.catalogs.tables import Table

# The names that the column of the lenses' names may have, in any capitals.
NAMES = ("name", "lens_name", "lens", "id", "system")
# What the name of a column of Einstein radii is, in any capitals, without what stands behind it.
_RADIUS = re.compile(
    r"(theta_?e|einstein_?radius|r_?ein(stein)?|b_?sie|b_?ein|r_?e_?arcsec|theta_?ein)", re.IGNORECASE
)
# The ends of the names of three columns that belong together: the lower limit, the value, the upper limit.
_LIMITS = (("_l", "_m", "_u"), ("_lo", "_med", "_hi"), ("_low", "_value", "_high"), ("_16", "_50", "_84"))
# What the column of a value's error is called, with {} for the name of the value.
_ERRORS = ("{}_err", "{}_error", "e_{}", "err_{}", "sigma_{}", "{}_sigma", "d{}", "{}_std")


@dataclass(frozen=True)
class Radius:
    """A published Einstein radius.

    Attributes:
        value: arcsec.
        low: the lower limit that was published with it, or NaN.
        high: the upper limit, or NaN.
    """

    value: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class Published:
    """Published values of one sample.

    Attributes:
        columns: the names of the columns of Einstein radii, the one that is compared first.
        radii: of each lens, by its name as `simplified` has it, by the name of the column.
    """

    columns: tuple[str, ...]
    radii: Mapping[str, Mapping[str, Radius]]

    def of(self, name: str) -> Mapping[str, Radius]:
        """The values of a lens by column; empty where there is none."""
        return self.radii.get(simplified(name), {})

    def first(self, name: str) -> Radius | None:
        """The value of the first column that has the lens; None where there is none."""
        return next(iter(self.of(name).values()), None)


def simplified(name: str) -> str:
    """A name by which lenses are matched: capitals, blanks, underscores and a survey's name do not count.

    >>> simplified("SDSS J0029-0055") == simplified("j0029-0055") == simplified("SDSSJ0029-0055")
    True
    """
    text = re.sub(r"[\s_]", "", name).lower().replace("\u2212", "-")
    return re.sub(r"^(sdss|slacs|bells|sl2s|des)(?=[j\d])", "", text)


def read_published(path: str | Path, columns: Sequence[str] = ()) -> Published:
    """Read a table of published Einstein radii.

    The table has a column of names (`name`, `lens_name`, ...) and one or more of Einstein radii in arcsec,
    such as `theta_E`, `einstein_radius` or `bSIE`.  Three columns such as `thetaE_l`, `thetaE_m` and
    `thetaE_u` are a value between its limits, and `theta_E_err` or `e_theta_E` is its error.

    Args:
        path: a CSV, ECSV, FITS, VOTable or Parquet file.
        columns: the columns of Einstein radii; by default those whose names say so.

    Raises:
        ValueError: if there is no column of names, or none of Einstein radii.
        CatalogError: if the file cannot be read, or has no column of a given name; it is a ValueError.
    """
    table = read_catalog(path)
    known = {name.casefold(): name for name in table.columns}
    name = next((known[word] for word in NAMES if word in known), None)
    if name is None:
        raise ValueError(f"{path} has no column of names; call it name, or one of {', '.join(NAMES[1:])}")
    found = [table.name(column) for column in columns] or _radius_columns(table)
    if not found:
        raise ValueError(
            f"{path} has no column of Einstein radii, such as theta_E; its columns are "
            f"{', '.join(table.columns)}; say which one"
        )
    values = {column: _radii(table, column) for column in found}
    radii: dict[str, dict[str, Radius]] = {}
    for i, one in enumerate(table.columns[name]):
        own = {column: values[column][i] for column in found if math.isfinite(values[column][i].value)}
        radii[simplified(str(one))] = own
    return Published(tuple(found), radii)


def _radius_columns(table: Table) -> list[str]:
    """The columns whose names are those of an Einstein radius, without their limits and errors."""
    names = [name for name in table.columns if _RADIUS.match(name)]
    besides = {other for name in names for other in (*_limits(table, name), _error(table, name)) if other}
    return [name for name in names if name not in besides and table.columns[name].dtype.kind in "iuf"]


def _limits(table: Table, name: str) -> tuple[str, ...]:
    """The columns of the lower and the upper limit of a value; none where there are none."""
    for low, middle, high in _LIMITS:
        if name.endswith(middle):
            both = tuple(name.removesuffix(middle) + end for end in (low, high))
            if all(one in table.columns for one in both):
                return both
    return ()


def _error(table: Table, name: str) -> str | None:
    """The column of the error of a value, or None."""
    known = {one.casefold(): one for one in table.columns}
    return next(
        (known[e.format(name).casefold()] for e in _ERRORS if e.format(name).casefold() in known), None
    )


def _radii(table: Table, name: str) -> list[Radius]:
    """The values of a column, with their limits where there are any."""
    value = table.numbers(name)
    limits, error = _limits(table, name), _error(table, name)
    low = high = np.full(len(value), np.nan)
    if limits:
        low, high = (table.numbers(one) for one in limits)
    elif error:
        low, high = value - table.numbers(error), value + table.numbers(error)
    return [Radius(*map(float, row)) for row in zip(value, low, high, strict=True)]
