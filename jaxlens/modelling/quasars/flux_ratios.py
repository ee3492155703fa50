"""Measured flux ratios that the lens has to make, such as those in the radio or of narrow lines.

Those in the optical are changed by stars (microlensing) and dust, and are no term of a fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.types import Real
from jaxlens.modelling.quasars.measurements import whitened


@dataclass(frozen=True, eq=False)
class FluxRatios:
    """Ratios of the fluxes of images to that of one of them, to compare with those of abs(mu).

    Attributes:
        ratios: of each image, (images,); NaN for an image that is left out, any number for that of reference.
        errors: the standard deviation of each, (images,), or the covariance of all, (images, images).
        reference: the index of the image of reference.

    Raises:
        ValueError: if shapes do not fit, or errors are not above 0.
    """

    ratios: Sequence[float] | np.ndarray
    errors: Sequence[float] | Sequence[Sequence[float]] | np.ndarray
    reference: int = 0

    def rows(self, images: int) -> tuple[np.ndarray, np.ndarray]:
        """The matrix and the target of the residuals, rows . ratios - target, in units of errors.

        Args:
            images: how many images there are.

        Returns:
            (ratios, images) and (ratios,).
        """
        known, factor, target = whitened("flux ratios", self.ratios, self.errors, self.reference, images)
        return factor @ np.eye(images)[known], factor @ target


def magnification_ratios(magnification: jax.Array, reference: Real) -> jax.Array:
    """abs(mu) over that of the image of reference.

    Args:
        magnification: abs(mu), (images,).
        reference: 1 for the image of reference, else 0, (images,).
    """
    return magnification / jnp.sum(magnification * reference)
