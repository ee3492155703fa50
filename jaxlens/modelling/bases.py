"""Light as a sum of functions whose amplitudes are solved for, in the place of a light profile.

A basis stands where the file has a light profile, and uses that profile's centre, ellipticity and size.  Its
functions are the columns of a linear model: an image is the sum of their images, blurred, times amplitudes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import MIN_ONE_MINUS_E2, circularized, elliptical_radius_squared
from jaxlens.kernels.light.sersic import sersic_ellipse, sersic_total_flux
from jaxlens.kernels.psf.resampling import averaged
from jaxlens.kernels.types import Real
from jaxlens.modelling.basis_sums import (
    gaussians,
    hermite_functions,
    sum_of_gaussians,
    sum_of_hermite_functions,
)

# The parameters of a file's light profile that place an ellipse.
ELLIPSE = ("e1", "e2", "center_x", "center_y")


@dataclass(frozen=True)
class Basis:
    """What all bases have in common.

    Attributes:
        prefix: the light profile of the file in whose place it stands, `PLANE_2-OBJECT_1-LIGHT_PROFILE_1`.
    """

    prefix: str
    # whether amplitudes are 0 or more
    positive: ClassVar[bool] = True
    # the parameters of the file's profile that it uses
    parameters: ClassVar[tuple[str, ...]] = ELLIPSE

    @property
    def count(self) -> int:
        """The number of functions."""
        raise NotImplementedError

    @property
    def orders(self) -> np.ndarray:
        """How fine each function is: its order, or 0 where a basis has none, (count,)."""
        return np.zeros(self.count, int)

    def functions(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array) -> jax.Array:
        """The functions at positions in the plane of the light.

        Args:
            values: the parameters of the profile, each ().
            x: arcsec, of any shape.
            y: the other coordinate.

        Returns:
            The surface brightness of each function at unit amplitude, (count, *shape of x).
        """
        raise NotImplementedError

    def means(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array, factor: int) -> jax.Array:
        """The mean of each function over each pixel.

        Args:
            values: the parameters of the profile, each ().
            x: arcsec, at the sub-pixels, (n factor, n factor).
            y: the other coordinate.
            factor: sub-pixels along a side of a pixel.

        Returns:
            The surface brightness of each function at unit amplitude, (count, n, n).
        """
        return averaged(self.functions(values, x, y), factor)

    def brightness(
        self, values: Mapping[str, Real], amplitudes: jax.Array, x: jax.Array, y: jax.Array
    ) -> jax.Array:
        """The sum of the functions times amplitudes.

        Args:
            values: as in `functions`.
            amplitudes: of each function, (count,).
            x: as in `functions`.
            y: as in `functions`.

        Returns:
            The surface brightness, of the shape of x.
        """
        each = self.functions(values, x, y)
        return jnp.tensordot(amplitudes, each, axes=1, precision=jax.lax.Precision.HIGHEST)


@dataclass(frozen=True)
class MultiGaussian(Basis):
    """Gaussians of one centre and one ellipticity with fixed widths (Emsellem et al. 1994; Cappellari 2002).

    The brightness is sum_i a_i exp(-R^2 / (2 sigma_i^2)) / (2 pi sigma_i^2) with a_i >= 0, the flux of each,
    and the product-average elliptical radius R.  Such a sum falls outwards, and cannot take up a ring.

    Attributes:
        number: how many Gaussians there are.
        sigma_min: the narrowest, arcsec.
        sigma_max: the widest; between them the widths are equally spaced in their logarithm.
    """

    number: int = 15
    sigma_min: float = 0.01
    sigma_max: float = 3.0

    @property
    def count(self) -> int:
        """The number of functions."""
        return self.number

    @property
    def widths(self) -> np.ndarray:
        """The standard deviations, arcsec, (number,)."""
        return np.geomspace(self.sigma_min, self.sigma_max, self.number)

    def functions(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array) -> jax.Array:
        """As `Basis.functions`.

        Args:
            values: as there.
            x: as there.
            y: as there.

        Returns:
            As there.
        """
        return gaussians(self._inverse(x), self._r_squared(values, x, y))

    def brightness(
        self, values: Mapping[str, Real], amplitudes: jax.Array, x: jax.Array, y: jax.Array
    ) -> jax.Array:
        """As `Basis.brightness`.

        Args:
            values: as there.
            amplitudes: as there.
            x: as there.
            y: as there.

        Returns:
            As there.
        """
        return sum_of_gaussians(amplitudes, self._inverse(x), self._r_squared(values, x, y))

    def _inverse(self, x: jax.Array) -> jax.Array:
        """1 / (2 sigma^2) of each, (number,)."""
        return jnp.asarray(0.5 / self.widths**2, x.dtype)

    def _r_squared(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array) -> jax.Array:
        dx, dy = x - values["center_x"], y - values["center_y"]
        return elliptical_radius_squared(dx, dy, values["e1"], values["e2"])


@dataclass(frozen=True)
class Sersic(Basis):
    """One Sersic ellipse of unit flux, whose amplitude is its flux: SERSIC_ELLIPSE of the profiles."""

    parameters: ClassVar[tuple[str, ...]] = (*ELLIPSE, "R_sersic", "n_sersic")

    @property
    def count(self) -> int:
        """The number of functions."""
        return 1

    def functions(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array) -> jax.Array:
        """As `Basis.functions`.

        Args:
            values: as there.
            x: as there.
            y: as there.

        Returns:
            As there.
        """
        return (sersic_ellipse(x, y, **values) / sersic_total_flux(**values))[None]


@dataclass(frozen=True)
class Shapelets(Basis):
    """Elliptical shapelets (Refregier 2003, MNRAS 338, 35), whose amplitudes may be negative.

    The functions are h_n1(u / beta) h_n2(v / beta) / beta for n1 + n2 <= n_max, n1 first, with u and v the
    coordinates in which the ellipse is a circle of the same area, and beta the profile's R_sersic.  They are
    orthonormal.

    Attributes:
        n_max: the largest order; there are (n_max + 1) (n_max + 2) / 2 functions.
    """

    n_max: int = 6
    positive: ClassVar[bool] = False
    parameters: ClassVar[tuple[str, ...]] = (*ELLIPSE, "R_sersic")

    @property
    def count(self) -> int:
        """The number of functions."""
        return (self.n_max + 1) * (self.n_max + 2) // 2

    @property
    def orders(self) -> np.ndarray:
        """n1 + n2 of each function, (count,)."""
        return np.sum(self._pairs, axis=1)

    @property
    def _pairs(self) -> np.ndarray:
        """n1 and n2 of each function, (count, 2)."""
        each = range(self.n_max + 1)
        return np.array([(n1, n2) for n2 in each for n1 in each if n1 + n2 <= self.n_max])

    def functions(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array) -> jax.Array:
        """As `Basis.functions`.

        Args:
            values: as there.
            x: as there.
            y: as there.

        Returns:
            As there.
        """
        u, v, beta = self._coordinates(values, x, y)
        along_u, along_v = (hermite_functions(w, self.n_max + 1) for w in (u, v))
        # row by row of n2: slices, whose derivatives are quicker than those of indices
        rows = [along_u[: self.n_max + 1 - n] * (along_v[n] / beta)[None] for n in range(self.n_max + 1)]
        return jnp.concatenate(rows)

    def brightness(
        self, values: Mapping[str, Real], amplitudes: jax.Array, x: jax.Array, y: jax.Array
    ) -> jax.Array:
        """As `Basis.brightness`: a product of matrices with the functions of one axis.

        Args:
            values: as there.
            amplitudes: as there.
            x: as there.
            y: as there.

        Returns:
            As there.
        """
        u, v, beta = self._coordinates(values, x, y)
        pairs, side = self._pairs, self.n_max + 1
        square = jnp.zeros((side, side), x.dtype).at[pairs[:, 0], pairs[:, 1]].set(amplitudes)
        return sum_of_hermite_functions(square, u, v) / beta

    def _coordinates(
        self, values: Mapping[str, Real], x: jax.Array, y: jax.Array
    ) -> tuple[jax.Array, jax.Array, Real]:
        """The coordinates over beta in which the ellipse is a circle, and beta."""
        e1, e2, beta = values["e1"], values["e2"], values["R_sersic"]
        u, v = circularized(x - values["center_x"], y - values["center_y"], e1, e2)
        scale = 1.0 / (beta * jnp.sqrt(jnp.maximum(1.0 - e1 * e1 - e2 * e2, MIN_ONE_MINUS_E2)))
        return u * scale, v * scale, beta
