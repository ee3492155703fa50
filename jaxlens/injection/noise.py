"""The Poisson noise of added light alone."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.kernels.noise.poisson import poisson
from jaxlens.sampling.keys import system_keys
from jaxlens.simulator.programs import compiled

# In front of the name of a band, in the text that is folded into the key of a system.
_NOISE = "noise of injected light "


def light_noise(
    key: ArrayLike, label: str, indices: ArrayLike, bands: Sequence[str], light: ArrayLike, gain: ArrayLike
) -> np.ndarray:
    """(Poisson(electrons) - electrons) / gain of the electrons of added light.

    It depends on the seed, the index of the system and the band, and on the light, but not on the place.

    Args:
        key: the key of the dataset's seed, or its raw data.
        label: the label of the configuration.
        indices: the index of each system, (n,), or its two words, (n, 2), uint32.
        bands: the bands of the light.
        light: in units of the image, (n, bands, side, side); below zero it has no noise.
        gain: electrons per unit, (bands,).

    Returns:
        The noise in units of the image, (n, bands, side, side).
    """
    dtype = jnp.result_type(float)
    codes = np.array([crc32(f"{_NOISE}{band}".encode()) for band in bands], np.uint32)
    arrays = (jnp.asarray(array, dtype) for array in (light, gain))
    return np.asarray(_noise(label, key, indices, codes, *arrays), np.float64)


@compiled(0)
def _noise(
    label: str, key: ArrayLike, indices: ArrayLike, codes: ArrayLike, light: jax.Array, gain: jax.Array
) -> jax.Array:
    by_band = jax.vmap(jax.vmap(jax.random.fold_in, (None, 0)), (0, None))
    keys = by_band(system_keys(key, label, indices), codes)
    per_unit = gain[None, :, None, None]
    electrons = jnp.maximum(light, 0.0) * per_unit
    return jax.vmap(jax.vmap(lambda own, rate: poisson(own, rate) - rate))(keys, electrons) / per_unit
