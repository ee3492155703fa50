"""What is static in the model of a lensed quasar, the arrays of one, and the names of its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.posterior import Model
from jaxlens.kernels.types import Pair, Params
from jaxlens.modelling.model import LensModel

# The first part of the names of the positions, which no file has.
QUASAR = "QUASAR"
# The names of its place in the source plane, where it is not that of its host.
OWN_CENTER = (f"{QUASAR}-center_x", f"{QUASAR}-center_y")
# How fluxes are fitted: one for each image, or one for the source, times the magnifications.
FREE, LENSED = "free", "lensed"


@dataclass(frozen=True)
class QuasarModel:
    """What is static under jit.

    Attributes:
        lens: the lens and all extended light; its free parameters are the first ones of `model`.
        model: the same with the parameters of the quasar.
        images: how many images are seen.
        center: the names of the two coordinates of the quasar in the source plane.
        fluxes: "free" or "lensed".
    """

    lens: LensModel
    model: Model
    images: int
    center: tuple[str, str] = OWN_CENTER
    fluxes: str = FREE

    @property
    def plane(self) -> int:
        """The index of the quasar's plane, the last."""
        return len(self.model.scene.planes) - 1

    @property
    def count(self) -> int:
        """The number of amplitudes of the quasar."""
        return self.images if self.fluxes == FREE else 1

    @property
    def positive(self) -> np.ndarray:
        """Which amplitudes are 0 or more, (functions of the lens + those of the quasar,)."""
        return np.concatenate([self.lens.positive, np.ones(self.count, bool)])

    @property
    def of_lens(self) -> int:
        """The number of free parameters that are not the quasar's own."""
        return len(self.lens.model.free)

    def positions(self, params: Params) -> Pair:
        """The positions of the images among the parameters, arcsec, each (images,)."""
        x, y = (jnp.stack([params[name] for name in names]) for names in position_names(self.images))
        return x, y

    def source(self, params: Params) -> Pair:
        """The quasar's place in the source plane, arcsec, each ()."""
        x, y = (params[name] for name in self.center)
        return x, y


class QuasarData(NamedTuple):
    """The arrays of one quasar.

    Measured numbers are rows of residuals in units of their errors: rows . model - target, which may be none.

    Attributes:
        coefficients: of the kernels of the images, which have `psf_factor` samples a pixel, as
            `spline_coefficients` has them, (bands, exposures, k, k).
        tolerance: the standard deviation of each coordinate of an image about where the lens puts it, arcsec.
        softening: of `astrometry.offsets`, ().
        delay_rows: what acts on the arrival times of the images (days), (delays, images).
        delay_target: (delays,).
        ratio_rows: what acts on the ratios of abs(mu) to that of the image of reference, (ratios, images).
        ratio_target: (ratios,).
        reference: 1 for the image of reference of the ratios, else 0, (images,).
    """

    coefficients: jax.Array
    tolerance: jax.Array
    softening: jax.Array
    delay_rows: jax.Array
    delay_target: jax.Array
    ratio_rows: jax.Array
    ratio_target: jax.Array
    reference: jax.Array


def position_names(images: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the x and of the y of the images.

    >>> position_names(2)[0]
    ('QUASAR-IMAGE_1-x', 'QUASAR-IMAGE_2-x')
    """
    x, y = (tuple(f"{QUASAR}-IMAGE_{i + 1}-{axis}" for i in range(images)) for axis in "xy")
    return x, y


def without_measurements(quasar: QuasarModel, coefficients: jax.Array, tolerance: float) -> QuasarData:
    """The arrays of a quasar of which neither delays nor flux ratios are known.

    Args:
        quasar: the static part of the model.
        coefficients: of the kernel, (bands, exposures, k, k).
        tolerance: arcsec.
    """
    dtype = coefficients.dtype
    rows, target = jnp.zeros((0, quasar.images), dtype), jnp.zeros(0, dtype)
    first = jnp.zeros(quasar.images, dtype).at[0].set(1.0)
    number = jnp.asarray(tolerance, dtype)
    return QuasarData(coefficients, number, jnp.asarray(0.0, dtype), rows, target, rows, target, first)
