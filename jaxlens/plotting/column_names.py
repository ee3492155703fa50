"""Columns of metadata by short names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jaxlens.config.short_names import ShortNames, shown_name

if TYPE_CHECKING:
    import pandas as pd


class ColumnNames:
    """The columns of a table that short names mean.

    The last word of a column of metadata is its band.  A name without a band means the column of the first
    band where the columns of all bands have the same values.

    Args:
        metadata: the table.

    >>> import pandas as pd
    >>> ColumnNames(pd.DataFrame({"PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E-g": [1.2]})).full("theta_E")
    'PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E-g'
    """

    def __init__(self, metadata: pd.DataFrame) -> None:
        self._metadata = metadata
        columns = [name for name in metadata.columns if isinstance(name, str)]
        self._columns = ShortNames(columns)
        self._stems: dict[str, list[str]] = {}
        for name in columns:
            stem, _, band = name.rpartition("-")
            if stem and band:
                self._stems.setdefault(stem, []).append(name)
        self._without_bands = ShortNames(tuple(self._stems))

    def full(self, name: str) -> str:
        """The column that a name means.

        Raises:
            KeyError: if it means none, or several that have different values; they are listed.
        """
        if name in self._metadata.columns:
            return name
        stems = self._without_bands.meant(name)
        found = self._stems[stems[0]] if len(stems) == 1 else []
        if found and all(self._are_equal(found[0], other) for other in found[1:]):
            return found[0]
        if len(stems) < 2 and len(self._columns.meant(name)) == 1:
            return self._columns.full(name)
        if found:
            raise KeyError(f"{name} differs by band; give one of {', '.join(found)}")
        try:
            return self._without_bands.full(name, "the metadata")
        except ValueError as error:
            message = (
                str(error) if stems else f"{shown_name(name)}: not in the metadata; {self._advice(name)}"
            )
            raise KeyError(message) from None

    def _advice(self, name: object) -> str:
        return self._without_bands.advice(name) if self._stems else self._columns.advice(name)

    def _are_equal(self, one: str, other: str) -> bool:
        first, second = (self._metadata[name].to_numpy() for name in (one, other))
        return bool(np.all((first == second) | ((first != first) & (second != second))))
