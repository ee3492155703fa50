"""Light curves without physics: deeplenstronomy's toy models, and a curve that a table gives.

Their times are days in the observer's frame, so a redshift stretches none of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.kernels.transients.photometry import from_magnitude
from jaxlens.kernels.transients.registry import LightCurve, Sky, transient


@transient("flat", rest_frame=False, outside="constant", needs_passbands=False, by_band=("MAG", "COLOR"))
def flat(sky: Sky, arrays: Mapping[str, jax.Array], *, MAG: jax.Array, COLOR: jax.Array) -> LightCurve:
    """A constant source: the magnitude is MAG + COLOR at all times.

    deeplenstronomy's `flat` draws MAG from U(12, 23) and, for each band, COLOR from U(-2, 2); its `flatnoise`
    is the same with NOISE from N(0, 0.25), for each night and band.

    Args:
        sky: its number of bands is used.
        arrays: none.
        MAG: the apparent AB magnitude, () or (bands,).
        COLOR: what is added to it in each band (mag), () or (bands,).

    Returns:
        The light curve, at two times that only show that it is constant.
    """
    flux = jnp.broadcast_to(from_magnitude(MAG + COLOR), (2, _bands(sky)))
    return LightCurve(jnp.arange(2, dtype=flux.dtype), flux)


@transient(
    "variable",
    rest_frame=False,
    outside="constant",
    needs_passbands=False,
    by_band=("MAG", "COLOR"),
    by_epoch=("STEP",),
)
def variable(
    sky: Sky, arrays: Mapping[str, jax.Array], *, MAG: jax.Array, COLOR: jax.Array, STEP: jax.Array
) -> LightCurve:
    """A random walk from night to night, which is the same in all bands but for their colours.

        m(t_0) = MAG + COLOR,  m(t_k) = m(t_(k-1)) + STEP_k

    The times t_k are the nights of the first band.  Between them the flux is interpolated linearly; before
    the first night and after the last one it stays what it is there.  A night that repeats the one before it,
    as those do that fill up a short pointing, makes no step.

    deeplenstronomy's `variable` draws MAG from U(12, 23), COLOR for each band from U(-2, 2) and STEP for each
    night from U(-1, 1); its `variablenoise` is the same with NOISE from N(0, 0.25), for each night and band.

    Args:
        sky: its nights and its number of bands are used.
        arrays: none.
        MAG: the apparent AB magnitude on the first night, () or (bands,).
        COLOR: what is added to it in each band (mag), () or (bands,).
        STEP: the change from the night before (mag), (epochs, 1); that of the first night is not used.

    Returns:
        The light curve at the nights.
    """
    moves = jnp.concatenate([jnp.zeros(1, bool), sky.nights[1:] > sky.nights[:-1]])
    walk = jnp.cumsum(jnp.where(moves[:, None], STEP, 0.0), axis=0)
    flux = from_magnitude(jnp.broadcast_to(MAG + COLOR, (1, _bands(sky))) + walk)
    return LightCurve(_increasing(sky.nights), _at_least_two(flux))


@transient("static", rest_frame=False, outside="constant", needs_passbands=False)
def static(sky: Sky, arrays: Mapping[str, jax.Array]) -> LightCurve:
    """No flux at any time: a system without a transient, imaged as a series.

    Args:
        sky: its number of bands is used.
        arrays: none.

    Returns:
        A light curve of zeros, at two times.
    """
    times = jnp.arange(2, dtype=sky.nights.dtype)
    return LightCurve(times, jnp.zeros((2, _bands(sky)), times.dtype))


@transient("lightcurve", rest_frame=False, needs_passbands=False, by_band=("MAG_SHIFT",))
def lightcurve(
    sky: Sky, arrays: Mapping[str, jax.Array], *, MAG_SHIFT: jax.Array | float = 0.0
) -> LightCurve:
    """The light curve of a table; linear in flux between its rows, zero before the first and after the last.

    Args:
        sky: not used; the magnitudes are apparent and the times are the observer's.
        arrays: `times` (times,), days since the peak in the observer's frame, increasing, at least two; and
            `magnitude` (times, bands), apparent AB magnitudes, where NaN says that there is no flux.
        MAG_SHIFT: what is added to the magnitudes, () or (bands,).

    Returns:
        The light curve at the times of the table.
    """
    magnitude = arrays["magnitude"]
    has_flux = ~jnp.isnan(magnitude)
    shift = jnp.broadcast_to(jnp.asarray(MAG_SHIFT), (1, magnitude.shape[1]))
    flux = from_magnitude(jnp.where(has_flux, magnitude, 0.0) + shift)
    return LightCurve(arrays["times"], jnp.where(has_flux, flux, 0.0))


def _bands(sky: Sky) -> int:
    return int(sky.weight.shape[0])


def _increasing(nights: jax.Array) -> jax.Array:
    """The nights (epochs,), those that repeat the last one a day after each other; at least two."""
    repeats = jnp.concatenate([jnp.zeros(1, bool), nights[1:] <= nights[:-1]])
    times = nights + jnp.cumsum(repeats).astype(nights.dtype)
    return times if times.size > 1 else jnp.concatenate([times, times + 1.0])


def _at_least_two(flux: jax.Array) -> jax.Array:
    return flux if flux.shape[0] > 1 else jnp.concatenate([flux, flux])
