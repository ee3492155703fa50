"""CATALOG: the rows of a catalogue that systems take, and what else is known of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.catalogs.lensed_images import LensedImages

# The label of the joint distribution whose rows are those of the catalogue, and the section's name.
CATALOG = "CATALOG"
# The value of a system that is the number of its row in the file, from 0.
CATALOG_ROW = f"{CATALOG}-row"
# The column that names the row of a system.
CATALOG_ID = f"{CATALOG}-ID"
# The position of a system on the sky (ICRS, degrees).
RA_SKY, DEC_SKY = "ra_sky", "dec_sky"


@dataclass(frozen=True)
class Catalog:
    """The catalogue whose rows are the systems, on the host.

    The parameters that it sets are those of the `Joint` with the label `CATALOG`.

    Attributes:
        source: the file's name in messages.
        format: its FORMAT.
        mode: whether systems take the rows in order ("iterate"), or at random ("sample").
        configurations: the labels of the configurations whose systems are rows.
        total: the number of rows of the file.
        cut: how many of them WHERE leaves out.
        skipped: how many of the others are not finite, and so are skipped.
        sets: (parameter, column of the file) of all that is set, as a file writes them.
        rows: the numbers of the rows that are left, from 0, in the order of the file, (rows,).
        columns: what is known of each of them, by the name of its column in the metadata, (rows,): float64,
            int64, or texts as objects.
        images: the lensed images that it lists of each of them, (rows, places); None where it lists none.
    """

    source: str
    format: str
    mode: str
    configurations: tuple[str, ...]
    total: int
    cut: int
    skipped: int
    sets: tuple[tuple[str, str], ...]
    rows: NDArray[np.int64] = field(compare=False, repr=False)
    columns: Mapping[str, NDArray[Any]] = field(compare=False, repr=False)
    images: LensedImages | None = field(default=None, compare=False, repr=False)

    @property
    def has_sky(self) -> bool:
        """Whether each system has a position on the sky."""
        return RA_SKY in self.columns

    def of_rows(self, rows: ArrayLike) -> dict[str, NDArray[Any]]:
        """What is known of some rows, by the name of the column in the metadata.

        Args:
            rows: the numbers of rows in the file, (n,), as `CATALOG-row` has them; floats too.

        Returns:
            `CATALOG-row` as whole numbers, and every column, each (n,).

        Raises:
            ValueError: if one of them is no row that systems take.
        """
        wanted = np.asarray(rows)
        whole = np.rint(wanted).astype(np.int64)
        places = np.minimum(np.searchsorted(self.rows, whole), len(self.rows) - 1)
        wrong = np.flatnonzero((self.rows[places] != whole) | (whole != wanted))
        if wrong.size:
            raise ValueError(
                f"{CATALOG_ROW} has {wanted[wrong[0]]:g}, which is no row of {self.source} that systems take"
            )
        return {CATALOG_ROW: whole} | {name: column[places] for name, column in self.columns.items()}


def is_catalog_column(name: str) -> bool:
    """Whether a column of the metadata, without the band, is one of a catalogue.

    >>> [is_catalog_column(name) for name in ("CATALOG-ID", "MATCH_1-row", "ra_sky", "PLANE_2-OBJECT_2-ra")]
    [True, True, True, False]
    """
    head, dash, _ = name.partition("-")
    label, _, number = head.partition("_")
    is_match = label == "MATCH" and number.isdigit()
    return name in (RA_SKY, DEC_SKY) or bool(dash and (head == CATALOG or is_match))
