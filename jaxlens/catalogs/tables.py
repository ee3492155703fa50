"""A catalogue in memory: arrays by column, with units."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from jaxlens.catalogs.errors import CatalogError

# The largest number of names that are proposed for one that is not there.
MAX_SUGGESTIONS = 3


@dataclass(frozen=True, eq=False)
class Table:
    """A catalogue: one row an object.

    Attributes:
        source: the file's name in messages.
        columns: by name, numbers or texts, (rows,), or (rows, k) where a row has several.
        units: the units that the file states, by the name of the column, as astropy writes them.
    """

    source: str
    columns: Mapping[str, np.ndarray]
    units: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def name(self, wanted: str) -> str:
        """The name of a column, which may be written in other capitals.

        Raises:
            CatalogError: if there is none; the message has the names that are most alike.
        """
        if wanted in self.columns:
            return wanted
        folded = {name.casefold(): name for name in self.columns}
        if wanted.casefold() in folded:
            return folded[wanted.casefold()]
        near = difflib.get_close_matches(wanted.casefold(), folded, n=MAX_SUGGESTIONS)
        names = ", ".join(folded[one] for one in near) or ", ".join(self.columns)
        advice = f"did you mean {names}?" if near else f"its columns are {names}"
        raise CatalogError(f"{self.source} has no column {wanted!r}; {advice}")

    def column(self, wanted: str) -> np.ndarray:
        """The values of a column, which may be written in other capitals.

        Raises:
            CatalogError: if there is none; the message has the names that are most alike.
        """
        return self.columns[self.name(wanted)]

    def numbers(self, wanted: str) -> np.ndarray:
        """The numbers of a column with one in each row, (rows,), float64; booleans are 0 and 1.

        Raises:
            CatalogError: if there is no such column, or it has texts, or several numbers in a row.
        """
        name = self.name(wanted)
        values = self.columns[name]
        if values.dtype.kind not in "iufb":
            row = next((i for i, one in enumerate(values.ravel()) if not _is_number(one)), 0)
            finding = f"has {str(values.ravel()[row])!r} in {name!r}, row {row}, which is no number"
            raise CatalogError(f"{self.source} {finding}; give a column of numbers")
        if values.ndim > 1:
            finding = f"has {values.shape[1]} numbers in each row of {name!r}"
            raise CatalogError(f"{self.source} {finding}; give a column with one")
        return values.astype(np.float64)


def _is_number(word: object) -> bool:
    try:
        float(str(word))
    except ValueError:
        return False
    return True
