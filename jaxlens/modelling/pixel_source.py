"""A source of pixels: brightness on a regular grid in the source plane, whose amplitudes have a prior.

The brightness is a sum of cubic B-splines, one at the centre of each pixel of an N x N grid, so that it and
its first two derivatives are continuous, and it is 0 outside of the grid.  The coefficients of the splines
are a sum of sine modes,

    c_ij = sum_kl a_kl v_i,k v_j,l,   v_i,k = sqrt(2 / (N + 1)) sin(pi (i + 1) (k + 1) / (N + 1)),

the eigenvectors of the second differences of a grid around which all is 0.  In the amplitudes a of the modes
the priors of a source (`pixel_priors`) are diagonal, whatever their smoothness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.types import Real
from jaxlens.modelling.bases import Basis


@dataclass(frozen=True)
class PixelSource(Basis):
    """Pixels in the place of a light profile, whose amplitudes may be negative.

    The grid is a square of the half-width `half_width` (arcsec) around `center_x` and `center_y`; the first
    and last pixels lie inside of it.  These three are parameters of the lens by the name of the profile,
    which stay where they are while the mass moves.

    Attributes:
        side: the number of pixels along a side.
    """

    side: int = 30
    positive: ClassVar[bool] = False
    parameters: ClassVar[tuple[str, ...]] = ("center_x", "center_y", "half_width")

    @property
    def count(self) -> int:
        """The number of pixels, and of modes."""
        return self.side**2

    @property
    def modes(self) -> np.ndarray:
        """The sine modes v, orthonormal and symmetric, (side, side)."""
        number = np.arange(1, self.side + 1)
        angle = np.pi * np.outer(number, number) / (self.side + 1)
        return np.sqrt(2.0 / (self.side + 1)) * np.sin(angle)

    @property
    def centres(self) -> np.ndarray:
        """The centres of the pixels along an axis, in units of the half-width, (side,)."""
        return (np.arange(self.side) - (self.side - 1) / 2.0) * (2.0 / self.side)

    def transformed(self, pixels: jax.Array) -> jax.Array:
        """From modes to coefficients of the splines, and back: (side, side, ...) to the same shape."""
        v = jnp.asarray(self.modes, pixels.dtype)
        high = jax.lax.Precision.HIGHEST
        along_y = jnp.tensordot(v, pixels, axes=1, precision=high)
        return jnp.moveaxis(jnp.tensordot(v, along_y, axes=(1, 1), precision=high), 0, 1)

    def splines(
        self, values: Mapping[str, Real], x: jax.Array, y: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """The splines along each axis at positions: two arrays (side, *shape of x).

        The spline of a pixel is the product of one along x and one along y, and all of them sum to 1 inside
        of the grid.
        """
        pixel = 2.0 / self.side * values["half_width"]
        centres = jnp.asarray(self.centres * self.side / 2.0, x.dtype).reshape((-1,) + (1,) * x.ndim)
        return (
            cubic_spline((x - values["center_x"])[None] / pixel - centres),
            cubic_spline((y - values["center_y"])[None] / pixel - centres),
        )

    def functions(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array) -> jax.Array:
        """As `Basis.functions`: the modes, those of the first row of the grid first."""
        along_x, along_y = self.splines(values, x, y)
        each = self.transformed(along_y[:, None] * along_x[None, :])
        return jnp.reshape(each, (self.count, *x.shape))

    def means(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array, factor: int) -> jax.Array:
        """As `Basis.means`, without an array of the size of modes x sub-pixels."""
        along_x, along_y = self.splines(values, x, y)
        offsets = [(i, j) for i in range(factor) for j in range(factor)]
        each = sum(
            along_y[:, None, i::factor, j::factor] * along_x[None, :, i::factor, j::factor] for i, j in offsets
        )
        shape = (self.count, x.shape[0] // factor, x.shape[1] // factor)
        return jnp.reshape(self.transformed(jnp.asarray(each) / factor**2), shape)

    def brightness(
        self, amplitudes: jax.Array, values: Mapping[str, Real], x: jax.Array, y: jax.Array
    ) -> jax.Array:
        """As `Basis.brightness`, without an array of the size of modes x positions."""
        along_x, along_y = self.splines(values, x, y)
        coefficients = self.transformed(jnp.reshape(amplitudes, (self.side, self.side)))
        rows = jnp.tensordot(coefficients, along_x, axes=1, precision=jax.lax.Precision.HIGHEST)
        return jnp.sum(along_y * rows, axis=0)


def cubic_spline(t: jax.Array) -> jax.Array:
    """The cubic B-spline with knots at the whole numbers, 2/3 at 0 and 0 beyond 2 (de Boor 1978).

    >>> print(cubic_spline(jnp.asarray([0.0, 1.0, -2.0])) * 6)
    [4. 1. 0.]
    """
    distance = jnp.abs(t)
    return (jnp.maximum(2.0 - distance, 0.0) ** 3 - 4.0 * jnp.maximum(1.0 - distance, 0.0) ** 3) / 6.0
