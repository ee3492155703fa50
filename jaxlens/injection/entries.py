"""What became of each entry of the positions: the rows of the table `injected.csv`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jaxlens.files.wcs import Places
from jaxlens.injection.adding import Added
from jaxlens.injection.images import BandImage
from jaxlens.injection.positions import Positions
from jaxlens.injection.stamps import corners, window

if TYPE_CHECKING:
    import pandas as pd

# What becomes of an entry: all of its stamp is on the images of all bands, or part of it.
INJECTED, CLIPPED = "injected", "clipped"
# Or it is not added: no pixel of its stamp is on an image; its position is no number, or none was found.
OUTSIDE, NOT_FINITE, NO_PLACE = "outside", "not_finite", "no_place"
# Its light is not finite; another system is too near.
NOT_RENDERED, NEAR = "not_rendered", "near"
# The numbers of an entry in each band, besides its place.
_NUMBERS = ("flux", "flux_added", "outside", "masked", "border")
# How many entries a message names.
_MAX_NAMES = 5


@dataclass(eq=False)
class Entries:
    """The entries of the positions, with what becomes of each.

    Attributes:
        positions: systems and places.
        places: the places in the image of each band.
        sides: pixels along a side of a stamp, by band.
        images: the images.
        status: what became of each entry, (n,); "" as long as it may be added.
        reason: why it was not added, (n,).
    """

    positions: Positions
    places: Mapping[str, Places]
    sides: Mapping[str, int]
    images: Sequence[BandImage]
    status: np.ndarray = field(init=False)
    reason: np.ndarray = field(init=False)
    _added: dict[str, NDArray[np.float64]] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.positions)
        self.status, self.reason = (np.full(count, "", dtype=object) for _ in range(2))
        names = [f"{name}-{image.band}" for image in self.images for name in _NUMBERS]
        self._added = {name: np.full(count, np.nan) for name in names}

    @property
    def open(self) -> NDArray[np.int64]:
        """The entries that may still be added, by the index of the system, then by the id."""
        rows = np.flatnonzero(self.status == "")
        order = sorted(rows.tolist(), key=lambda i: (int(self.positions.index[i]), self.positions.ids[i]))
        return np.array(order, np.int64)

    def close(self, row: int, status: str, reason: str) -> None:
        """Say what became of an entry.

        Args:
            row: the entry.
            status: one of the words above.
            reason: why, for the table.
        """
        self.status[row], self.reason[row] = status, reason

    def close_unplaced(self, wanted: str) -> None:
        """Close entries without a finite place, as `wanted`, and those outside of all images."""
        ra, dec = self.positions.ra, self.positions.dec
        legal = np.isfinite(ra) & np.isfinite(dec) & (np.abs(dec) <= 90.0)
        inside = self._inside()
        for row in np.flatnonzero(~legal):
            why = f"ra {ra[row]} and dec {dec[row]} are no place on the sky"
            self.close(int(row), wanted, "no free place was found" if wanted == NO_PLACE else why)
        for row in np.flatnonzero(legal & ~inside):
            self.close(int(row), OUTSIDE, "no pixel of its stamp is on an image")

    def refuse(self, statuses: Iterable[str]) -> None:
        """ValueError where entries have one of these statuses, which names the first few."""
        wanted = set(statuses)
        rows = [row for row, status in enumerate(self.status) if status in wanted]
        if rows:
            named = ", ".join(f"{self.positions.ids[row]} ({self.status[row]})" for row in rows[:_MAX_NAMES])
            more = f" and {len(rows) - _MAX_NAMES} more" if len(rows) > _MAX_NAMES else ""
            raise ValueError(
                f"{self.positions.source}: {len(rows)} of {len(self.positions)} positions cannot be used: "
                f"{named}{more}; correct them, or inject without strict"
            )

    def record(self, row: int, band: str, flux: float, border: float, added: Added) -> None:
        """Remember what was added in a band.

        Args:
            row: the entry.
            band: the band.
            flux: the light of the stamp, in units of the image.
            border: the largest light of a pixel on the stamp's border.
            added: what was added to the image.
        """
        values = {"flux": flux, "flux_added": added.flux, "outside": added.outside, "masked": added.masked}
        for name, value in (values | {"border": border}).items():
            self._added[f"{name}-{band}"][row] = value
        clipped = added.outside > 0.0 or self.status[row] == CLIPPED
        self.status[row] = CLIPPED if clipped else INJECTED

    def border(self, band: str) -> NDArray[np.float64]:
        """The largest light on the border of each entry's stamp, (n,); NaN where none was added."""
        return self._added[f"border-{band}"]

    def table(self) -> pd.DataFrame:
        """One row an entry, in the order of the positions; see docs/injection.md for the columns."""
        import pandas as pd

        given = self.positions
        columns = {"id": given.ids, "index": given.index, "ra": given.ra, "dec": given.dec}
        columns |= {"status": self.status, "reason": self.reason}
        for image in self.images:
            band, own = image.band, self.places[image.band]
            with np.errstate(divide="ignore", invalid="ignore"):
                magnitude = image.zero_point - 2.5 * np.log10(self._added[f"flux-{band}"])
            columns |= {f"x-{band}": own.x, f"y-{band}": own.y, f"magnitude-{band}": magnitude}
            columns |= {f"{name}-{band}": self._added[f"{name}-{band}"] for name in _NUMBERS}
        return pd.DataFrame(columns)

    def _inside(self) -> NDArray[np.bool_]:
        """Which entries have a pixel of their stamp on an image, (n,)."""
        found = np.zeros(len(self.positions), bool)
        for image in self.images:
            own, side = self.places[image.band], self.sides[image.band]
            known = np.flatnonzero(np.isfinite(own.x))
            for row, corner in zip(known, corners(own.of(known), side), strict=True):
                found[row] |= window(corner, side, image.shape) is not None
        return found
