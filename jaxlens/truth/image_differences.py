"""How far images are from those that a catalogue lists of the same systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jaxlens.catalogs.lensed_images import LensedImages

if TYPE_CHECKING:
    import pandas as pd


class Spread(NamedTuple):
    """How large the differences of one quantity are.

    Attributes:
        images: the number of images that were compared.
        median: of the differences.
        percentile_99: what 99 of 100 are below.
        largest: of the differences.
        row: the system that has the largest, by its row in the catalogue.
    """

    images: int
    median: float
    percentile_99: float
    largest: float
    row: int


@dataclass(frozen=True, eq=False)
class ImageDifferences:
    """Our images of some systems beside those of a catalogue, image by image.

    The images of the catalogue are matched in the order of their arrival, where it has delays, each with the
    nearest of ours that is left.  The differences are NaN where an image has no counterpart, and where a
    place has no image.

    Attributes:
        row: the row of each system in the catalogue, (n,).
        theirs: the catalogue's images, in n rows.
        ours: our images, in n rows, delays in days after the first.
        counterpart: the place of our image that belongs to each of theirs, (n, places); -1 where none does.
        position: the distance between the two, arcsec, (n, places).
        magnification: ours over theirs minus 1, (n, places), of the absolute values where the catalogue has
            no signs; or None.
        days: our delay minus theirs, both after the image that is the first in the catalogue, (n, places);
            or None.
        delay: the same over their delay; NaN for the first image; or None.
    """

    row: np.ndarray
    theirs: LensedImages
    ours: LensedImages
    counterpart: np.ndarray
    position: np.ndarray
    magnification: np.ndarray | None
    days: np.ndarray | None
    delay: np.ndarray | None

    @property
    def same_number(self) -> np.ndarray:
        """Which systems have as many images here as in the catalogue, (n,)."""
        return np.asarray(self.ours.count == self.theirs.count)

    def spread(self, differences: np.ndarray) -> Spread | None:
        """The size of differences in the systems that have the same number of images.

        Args:
            differences: one of the arrays of this table, (n, places).

        Returns:
            The median, the 99th percentile and the largest of the absolute values; None where there is none.
        """
        sizes = np.where(self.same_number[:, None], np.abs(differences), np.nan)
        known = sizes[np.isfinite(sizes)]
        if not known.size:
            return None
        system = np.unravel_index(np.nanargmax(sizes), sizes.shape)[0]
        median, most = np.percentile(known, [50.0, 99.0])
        return Spread(known.size, float(median), float(most), float(known.max()), int(self.row[system]))

    def table(self) -> pd.DataFrame:
        """One row for each image of the catalogue, in its order: theirs, ours, and the differences."""
        import pandas as pd

        system, place = np.nonzero(self.theirs.mask)
        own = self.counterpart[system, place]
        columns = {"row": self.row[system], "image": place}
        for name in ("x", "y", "magnification", "delay"):
            theirs, ours = getattr(self.theirs, name), getattr(self.ours, name)
            if theirs is not None:
                columns[name] = theirs[system, place]
                columns[f"{name}_here"] = np.where(own >= 0, ours[system, own], np.nan)
        differences = {
            "distance": self.position,
            "magnification_difference": self.magnification,
            "delay_difference": self.days,
        }
        columns |= {name: v[system, place] for name, v in differences.items() if v is not None}
        columns["images"], columns["images_here"] = self.theirs.count[system], self.ours.count[system]
        return pd.DataFrame(columns)


def image_differences(row: np.ndarray, theirs: LensedImages, ours: LensedImages) -> ImageDifferences:
    """Compare our images of some systems with those that a catalogue lists.

    Args:
        row: the row of each system in the catalogue, (n,).
        theirs: the catalogue's images of these systems, in n rows.
        ours: our images, in n rows, with magnifications and delays in days.

    Returns:
        The differences.
    """
    counterpart, position = _matched(theirs, ours)
    days, delay = _delays(theirs, ours, counterpart)
    magnification = _magnifications(theirs, ours, counterpart)
    return ImageDifferences(row, theirs, ours, counterpart, position, magnification, days, delay)


def _matched(theirs: LensedImages, ours: LensedImages) -> tuple[np.ndarray, np.ndarray]:
    """Our image for each of theirs (-1 for none), and the distance, each (n, places)."""
    counterpart = np.full(theirs.x.shape, -1)
    position = np.full(theirs.x.shape, np.nan)
    systems, free = np.arange(len(theirs)), ours.mask.copy()
    for place in _in_order_of_arrival(theirs).T:
        x, y = theirs.x[systems, place], theirs.y[systems, place]
        distance = np.where(free, np.hypot(ours.x - x[:, None], ours.y - y[:, None]), np.inf)
        nearest = np.argmin(distance, axis=1)
        found = theirs.mask[systems, place] & np.isfinite(distance[systems, nearest])
        counterpart[systems[found], place[found]] = nearest[found]
        position[systems[found], place[found]] = distance[systems, nearest][found]
        free[systems[found], nearest[found]] = False
    return counterpart, position


def _in_order_of_arrival(images: LensedImages) -> np.ndarray:
    """The places of images in the order of their arrival, (n, places); those without an image come last."""
    delay = np.zeros(images.x.shape) if images.delay is None else images.delay
    return np.argsort(np.where(images.mask, delay, np.inf), axis=1, kind="stable")


def _magnifications(theirs: LensedImages, ours: LensedImages, counterpart: np.ndarray) -> np.ndarray | None:
    """Our magnification over theirs minus 1, (n, places)."""
    if theirs.magnification is None:
        return None
    mu, own = theirs.magnification, _of_counterparts(ours.magnification, counterpart)
    if not np.any(mu[theirs.mask] < 0.0):
        mu, own = np.abs(mu), np.abs(own)
    return own / np.where(theirs.mask, mu, np.nan) - 1.0


def _delays(
    theirs: LensedImages, ours: LensedImages, counterpart: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Our delay minus theirs in days, and over theirs, each (n, places)."""
    if theirs.delay is None:
        return None, None
    first = _in_order_of_arrival(theirs)[:, :1]
    delay, own = np.where(theirs.mask, theirs.delay, np.nan), _of_counterparts(ours.delay, counterpart)
    delay, own = (v - np.take_along_axis(v, first, axis=1) for v in (delay, own))
    return own - delay, (own - delay) / np.where(delay > 0.0, delay, np.nan)


def _of_counterparts(values: np.ndarray | None, counterpart: np.ndarray) -> np.ndarray:
    """Our values of the images that belong to theirs, (n, places); NaN where none does."""
    assert values is not None, "our images have magnifications and delays"
    taken = np.take_along_axis(values, np.maximum(counterpart, 0), axis=1)
    return np.asarray(np.where(counterpart >= 0, taken, np.nan))
