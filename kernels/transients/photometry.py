"""AB photometry of redshifted spectra: photon-counting integrals over passbands.

The flux density of a source at redshift z, of luminosity distance D_L, whose spectrum at a distance of 10 pc
would be L(lambda) at the rest wavelength lambda, is

    F(lambda) = L(lambda / (1 + z)) (10 pc / D_L)^2 / (1 + z),

and its AB flux through a passband of transmission T is (Bessell & Murphy 2012, PASP 124, 140, eqs. A11, A12)

    10^(-0.4 m_AB) = int F T lambda dlambda / int F_AB T lambda dlambda,    F_AB = 3631 Jy c / lambda^2.

The integral is a sum over the points of a passband, see `Sky`.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.transients.registry import Sky

# 10 pc in Mpc.
TEN_PARSEC = 1e-5
# Factor of ln in a magnitude: m = -2.5 log10(f), so f = exp(-MAGNITUDE m).
MAGNITUDE = 0.4 * float(np.log(10.0))


def from_magnitude(magnitude: jax.Array | float) -> jax.Array:
    """The flux 10^(-0.4 magnitude).

    >>> print(f"{from_magnitude(2.5):.1f}")
    0.1
    """
    return jnp.exp(-MAGNITUDE * jnp.asarray(magnitude))


def rest_wavelength(sky: Sky) -> jax.Array:
    """The wavelengths of the passbands in the rest frame of the source, Angstrom, (bands, points)."""
    return sky.wavelength / (1.0 + sky.redshift)


def dilution(sky: Sky) -> jax.Array:
    """(10 pc / D_L)^2 / (1 + z): from a spectrum at 10 pc to that which is observed, ()."""
    return jnp.square(TEN_PARSEC / sky.distance) / (1.0 + sky.redshift)


def band_flux(
    sky: Sky, wavelength: jax.Array, sed: jax.Array, transmission: jax.Array | float = 1.0
) -> jax.Array:
    """The AB flux of redshifted spectra in each band.

    The spectrum is linear between the wavelengths of its grid and zero outside of it.  So the integral is a
    sum over the grid, whose weights are the same for all spectra.

    Args:
        sky: the redshift and distance of the source, and the passbands.
        wavelength: the grid of the spectra in the rest frame, Angstrom, (W,), increasing; wavelengths that
            are equal must have the same flux.
        sed: K spectra on that grid, the flux density (erg/s/cm^2/A) at a distance of 10 pc, (K, W).
        transmission: a factor of the spectra at the wavelengths of the passbands, such as dust, of a shape
            that broadcasts to (bands, points).

    Returns:
        The flux in maggies, (K, bands).
    """
    return dilution(sky) * band_integrals(sky, wavelength, sed, transmission)


def band_integrals(
    sky: Sky, wavelength: jax.Array, sed: jax.Array, transmission: jax.Array | float = 1.0
) -> jax.Array:
    """The integrals of `band_flux` over spectra that are stretched by 1 + z, but neither diluted nor dimmed.

    Args:
        sky: the redshift of the source, and the passbands.
        wavelength: as in `band_flux`.
        sed: as in `band_flux`.
        transmission: as in `band_flux`.

    Returns:
        The flux in maggies of L(lambda / (1 + z)), (K, bands).
    """
    weights = _grid_weights(sky, wavelength, transmission)
    return jnp.matmul(sed, weights.T, precision=jax.lax.Precision.HIGHEST)


def _grid_weights(sky: Sky, wavelength: jax.Array, transmission: jax.Array | float) -> jax.Array:
    """The weights (bands, W) of a grid of rest wavelengths in the integrals over the passbands.

    Each point of a passband shares its weight among the two wavelengths beside it.
    """
    points = rest_wavelength(sky)
    low = jnp.clip(jnp.searchsorted(wavelength, points, side="right") - 1, 0, wavelength.size - 2)
    left, right = jnp.take(wavelength, low), jnp.take(wavelength, low + 1)
    step = right - left
    s = (points - left) / jnp.where(step > 0.0, step, 1.0)
    outside = (points < wavelength[0]) | (points > wavelength[-1])
    weight = jnp.where(outside, 0.0, sky.weight * transmission)
    shares = (low, weight * (1.0 - s), weight * s)
    added, summed = (functools.partial(one, wavelength.size) for one in (_added, _summed))
    return jax.lax.platform_dependent(*shares, cpu=added, default=summed)


def _added(size: int, low: jax.Array, left: jax.Array, right: jax.Array) -> jax.Array:
    """`left` added to the entries `low` of (bands, size) zeros, and `right` to those behind them."""
    band = jnp.arange(low.shape[0])[:, None]
    grid = jnp.zeros((low.shape[0], size), left.dtype)
    return grid.at[band, low].add(left).at[band, low + 1].add(right)


def _summed(size: int, low: jax.Array, left: jax.Array, right: jax.Array) -> jax.Array:
    """As `_added`, for `low` that increases, and in a fixed order on a GPU too, whose scatter has none.

    Points of the same entry are neighbours, so that their sum is a difference of cumulative sums.
    """
    band = jnp.arange(low.shape[0])[:, None]
    # whole numbers may be added in any order
    count = jnp.zeros((low.shape[0], size), jnp.int32).at[band, low + 1].add(1)
    edges = jnp.cumsum(count, axis=1)

    def between(values: jax.Array) -> jax.Array:
        cumulative = jnp.pad(jnp.cumsum(values, axis=1), ((0, 0), (1, 0)))
        return jnp.diff(jnp.take_along_axis(cumulative, edges, axis=1), axis=1)

    return jnp.pad(between(left), ((0, 0), (0, 1))) + jnp.pad(between(right), ((0, 0), (1, 0)))
