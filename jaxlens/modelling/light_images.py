"""Images of a part of the light of a fitted lens: the lens alone, and the source in its own plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.types import Params
from jaxlens.modelling.bases import Basis
from jaxlens.modelling.columns import columns
from jaxlens.modelling.model import LensData, LensModel


def light_of_plane(
    lens: LensModel, params: Params, data: LensData, amplitudes: np.ndarray, plane: int = 0
) -> np.ndarray:
    """The blurred image of the light of one plane, with the sky of each exposure.

    Args:
        lens: the static part of the model.
        params: the parameters of the lens, each () or (bands,).
        data: the images, of which the grid and the kernels are used.
        amplitudes: of the functions, then of the sky of each exposure, (bands, count + exposures).
        plane: the index of the plane.

    Returns:
        Counts/s, (bands, exposures, n, n).
    """
    chosen = tuple(basis for basis in lens.bases if lens.plane_of(basis) == plane)
    sky = np.asarray(amplitudes)[:, lens.count :, None, None] if lens.sky else np.zeros((1, 1, 1, 1))
    if not chosen:
        return np.broadcast_to(sky, data.image.shape).copy()
    own = jnp.asarray(np.asarray(amplitudes)[:, np.concatenate(_places(lens, chosen))])
    each = columns(replace(lens, bases=chosen), params, data)
    light = jnp.einsum("bf,befyx->beyx", own, each, precision=jax.lax.Precision.HIGHEST)
    return np.asarray(light) + sky


def source_brightness(
    lens: LensModel,
    params: Params,
    amplitudes: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    plane: int = -1,
) -> np.ndarray:
    """The surface brightness of the light of one plane, as it would be seen without lenses and PSF.

    Args:
        lens: the static part of the model.
        params: the parameters of the lens, each () or (bands,).
        amplitudes: as in `light_of_plane`.
        x: arcsec in the plane, of any shape.
        y: the other coordinate.
        plane: the index of the plane.

    Returns:
        Counts/s per square arcsec, (bands, *shape of x).
    """
    wanted = plane % len(lens.model.scene.planes)
    chosen = tuple(basis for basis in lens.bases if lens.plane_of(basis) == wanted)
    bands = np.shape(amplitudes)[0]
    found = np.zeros((bands, *np.shape(x)))
    for basis, places in zip(chosen, _places(lens, chosen), strict=True):
        for b in range(bands):
            values = {name: _of_band(params[f"{basis.prefix}-{name}"], b) for name in basis.parameters}
            each = basis.functions(values, jnp.asarray(x), jnp.asarray(y))
            found[b] += np.tensordot(np.asarray(amplitudes)[b, places], np.asarray(each), axes=1)
    return found


def _places(lens: LensModel, chosen: Sequence[Basis]) -> list[np.ndarray]:
    """Where the amplitudes of some bases stand among all."""
    ends = np.cumsum([basis.count for basis in lens.bases])
    at = {id(basis): np.arange(end - basis.count, end) for basis, end in zip(lens.bases, ends, strict=True)}
    return [at[id(basis)] for basis in chosen]


def _of_band(value: jax.Array, band: int) -> jax.Array:
    array = jnp.asarray(value)
    return array[..., band] if array.ndim else array
