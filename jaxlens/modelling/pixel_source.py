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

    def splines(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The 16 splines that are not 0 at each position.

        The spline of a pixel is the product of one along x and one along y, and all of them sum to 1 inside
        of the grid.

        Args:
            values: the parameters of the profile, each ().
            x: arcsec, of any shape.
            y: the other coordinate.

        Returns:
            The numbers of their pixels in the grid, counted row by row, and `count` for those outside of the
            grid, (16, *shape of x); and their values, of that shape.
        """
        pixel = jnp.asarray(2.0 / self.side * values["half_width"])
        columns, along_x = self._along(x, values["center_x"], pixel)
        rows, along_y = self._along(y, values["center_y"], pixel)
        inside = (columns >= 0) & (columns < self.side)
        number = jnp.where(inside[None], rows[:, None] * self.side + columns[None], self.count)
        number = jnp.where(((rows >= 0) & (rows < self.side))[:, None], number, self.count)
        shape = (16, *x.shape)
        return jnp.reshape(number, shape), jnp.reshape(along_y[:, None] * along_x[None], shape)

    def _along(self, x: jax.Array, centre: Real, pixel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The indices of the four splines along an axis at each position, and their values, (4, *shape)."""
        place = jnp.clip((x - centre) / pixel + (self.side - 1) / 2.0, -3.0, self.side + 2.0)
        first = jnp.floor(jax.lax.stop_gradient(place)) - 1.0
        indices = first[None] + jnp.arange(4.0, dtype=x.dtype).reshape((4,) + (1,) * x.ndim)
        return indices.astype(jnp.int32), cubic_spline(place[None] - indices)

    def pixels(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array, factor: int) -> jax.Array:
        """The mean of the spline of each pixel of the grid over each pixel of an image.

        Args:
            values: the parameters of the profile, each ().
            x: arcsec, at the sub-pixels, (n factor, n factor).
            y: the other coordinate.
            factor: sub-pixels along a side of a pixel.

        Returns:
            The surface brightness of each spline, (count, n, n).
        """
        number, value = self.splines(values, x, y)
        n = x.shape[-1] // factor
        place = np.arange(n).repeat(factor)
        where = jnp.broadcast_to(place[:, None] * n + place[None, :], number.shape)
        nothing = jnp.zeros((self.count, n * n), value.dtype)
        return jnp.reshape(nothing.at[number, where].add(value / factor**2, mode="drop"), (self.count, n, n))

    def functions(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array) -> jax.Array:
        """As `Basis.functions`: the modes, in the order of `pixel_priors.eigenvalues`.

        Args:
            values: as there.
            x: as there.
            y: as there.
        """
        number, value = self.splines(values, x, y)
        each = jnp.zeros((self.count, x.size), value.dtype)
        each = each.at[number.reshape(16, -1), np.arange(x.size)].add(value.reshape(16, -1), mode="drop")
        each = self.transformed(jnp.reshape(each, (self.side, self.side, x.size)))
        return jnp.reshape(each, (self.count, *x.shape))

    def means(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array, factor: int) -> jax.Array:
        """As `Basis.means`, without an array of the size of modes x sub-pixels.

        Args:
            values: as there.
            x: as there.
            y: as there.
            factor: as there.
        """
        each = self.pixels(values, x, y, factor)
        modes = self.transformed(jnp.reshape(each, (self.side, self.side, -1)))
        return jnp.reshape(modes, each.shape)

    def brightness(
        self, values: Mapping[str, Real], amplitudes: jax.Array, x: jax.Array, y: jax.Array
    ) -> jax.Array:
        """As `Basis.brightness`, without an array of the size of modes x positions.

        Args:
            values: as there.
            amplitudes: as there.
            x: as there.
            y: as there.
        """
        number, value = self.splines(values, x, y)
        coefficients = self.transformed(jnp.reshape(amplitudes, (self.side, self.side)))
        return jnp.sum(
            jnp.take(coefficients.reshape(-1), number, mode="fill", fill_value=0.0) * value, axis=0
        )


@dataclass(frozen=True)
class PixelSplines(PixelSource):
    """The same source with the coefficients of the splines as amplitudes, in which its images are sparse."""

    def means(self, values: Mapping[str, Real], x: jax.Array, y: jax.Array, factor: int) -> jax.Array:
        """As `Basis.means`.

        Args:
            values: as there.
            x: as there.
            y: as there.
            factor: as there.
        """
        return self.pixels(values, x, y, factor)


def cubic_spline(t: jax.Array) -> jax.Array:
    """The cubic B-spline with knots at the whole numbers, 2/3 at 0 and 0 beyond 2 (de Boor 1978).

    >>> print(cubic_spline(jnp.asarray([0.0, 1.0, -2.0])) * 6)
    [4. 1. 0.]
    """
    distance = jnp.abs(t)
    return (jnp.maximum(2.0 - distance, 0.0) ** 3 - 4.0 * jnp.maximum(1.0 - distance, 0.0) ** 3) / 6.0
