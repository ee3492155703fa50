"""Measured time delays, which tell H0: they are proportional to the time-delay distance, and so to 1 / H0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jaxlens.modelling.quasars.measurements import whitened


@dataclass(frozen=True, eq=False)
class TimeDelays:
    """Delays of images behind one of them.

    Attributes:
        days: by how much each image arrives later than the one of reference, in the observer's frame,
            (images,); NaN for an image whose delay is not known, any number for that of reference.
        errors: the standard deviation of each, (images,), or the covariance of all, (images, images), of
            which rows and columns of the image of reference and of unknown delays are not used.  Delays that
            were measured against one light curve have correlated errors, which a covariance says.
        reference: the index of the image of reference.

    Raises:
        ValueError: if shapes do not fit, or errors are not above 0.
    """

    days: Sequence[float] | np.ndarray
    errors: Sequence[float] | Sequence[Sequence[float]] | np.ndarray
    reference: int = 0

    def rows(self, images: int) -> tuple[np.ndarray, np.ndarray]:
        """The matrix and the target of the residuals, rows . times - target, in units of errors.

        Args:
            images: how many images there are.

        Returns:
            (delays, images) and (delays,).
        """
        known, factor, target = whitened("time delays", self.days, self.errors, self.reference, images)
        differences = np.eye(images)[known] - np.eye(images)[self.reference]
        return factor @ differences, factor @ target
