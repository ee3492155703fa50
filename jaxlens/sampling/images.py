"""The image of a stack that a system gets by the columns of the stack, and the scale that follows from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.galaxies.names import Chooser, Target
from jaxlens.config.naming import IMAGE_INDEX
from jaxlens.kernels import cosmology
from jaxlens.kernels.types import Params
from jaxlens.sampling.keys import named_keys, uniforms

# The parameters of a cosmology, by astropy's names.
_COSMOLOGY = ("H0", "Om0", "Ode0", "w0", "wa", "Tcmb0", "Neff", "m_nu")


def image_arrays(choosers: tuple[Chooser, ...]) -> dict[str, np.ndarray]:
    """The columns on which the choice of images depends, by path in the file."""
    return {
        f"{one.choice.path}.image.{name}": array
        for one in choosers
        for name, array in one.choice.arrays.items()
    }


def chosen_images(
    choosers: tuple[Chooser, ...],
    arrays: Params,
    system: Mapping[str, jax.Array],
    bands: tuple[str, ...],
    key: jax.Array,
    given: Collection[str],
) -> dict[str, jax.Array]:
    """`image_index` and `scale` of the profiles whose image follows from columns.

    The nearest image has the smallest sum over the columns of ((parameter - column) / deviation)^2, where the
    deviation is that of the column.  Of the k nearest one is drawn, each equally likely.  The scale is that
    of the image, for `physical` times D(z of the image) / D(z of the plane), with angular diameter distances.

    Args:
        choosers: the profiles.
        arrays: their columns, by path in the file.
        system: all other parameters of the system, each () or (bands,), or by epoch.
        bands: the names of the bands.
        key: the key of the system, ().
        given: the parameters that tables set, which stay as they are.

    Returns:
        The parameters by name, each ().
    """
    found: dict[str, jax.Array] = {}
    for one in choosers:
        own = {name: arrays[f"{one.choice.path}.image.{name}"] for name in one.choice.arrays}
        name = f"{one.prefix}-{IMAGE_INDEX}"
        if one.choice.chooses and name not in given:
            uniform = uniforms(named_keys(key, [name]))[0]
            found[name] = _index(one, own, system, bands, uniform).astype(jnp.result_type(float))
        scale = f"{one.prefix}-scale"
        if one.choice.scale and scale not in given:
            index = found.get(name, system.get(name, jnp.zeros(())))
            found[scale] = _scale(one, own, system, jnp.round(index).astype(jnp.int32))
    return found


def _index(
    one: Chooser,
    arrays: Mapping[str, jax.Array],
    system: Mapping[str, jax.Array],
    bands: tuple[str, ...],
    uniform: jax.Array,
) -> jax.Array:
    """The index of the image, ()."""
    if one.choice.weighted:
        cumulative = arrays["cumulative"]
        found = jnp.searchsorted(cumulative, uniform.astype(cumulative.dtype), side="right")
        # rounding may leave the last sum below 1; then it is the last image that has a weight
        return jnp.minimum(found, jnp.searchsorted(cumulative, cumulative[-1], side="left"))
    wanted = jnp.stack([_value(system, target, bands) for target in one.targets])
    away = (wanted[None] - arrays["columns"]) / arrays["deviation"][None]
    distance = jnp.sum(jnp.square(away), axis=1)
    if one.choice.among == 1:
        return jnp.argmin(distance)
    nearest = jax.lax.top_k(-distance, one.choice.among)[1]
    # the largest `uniform` is 1 - 2^-24, so the product is less than the number of images
    return nearest[jnp.floor(uniform * one.choice.among).astype(jnp.int32)]


def _value(system: Mapping[str, jax.Array], target: Target, bands: tuple[str, ...]) -> jax.Array:
    """The number to which an image is to be near; without a band the mean over the bands, ()."""
    name, band = target
    value = system[name]
    # what differs by epoch enters with its mean
    value = jnp.mean(value, axis=0) if value.ndim == 2 else value
    if band is not None and value.ndim and value.shape[0] > 1:
        return value[bands.index(band)]
    return jnp.mean(value)


def _scale(
    one: Chooser, arrays: Mapping[str, jax.Array], system: Mapping[str, jax.Array], index: jax.Array
) -> jax.Array:
    """The side of the pixels of an image in arcsec, ()."""
    own = arrays["pixel_scale"][index]
    if one.choice.scale == "angular":
        return own
    parameters = {name: system[name] for name in _COSMOLOGY if name in system}
    redshifts = jnp.stack([arrays["redshift"][index], jnp.reshape(system[one.redshift], ())])
    distances = cosmology.angular_diameter_distance(redshifts, **parameters)
    return own * distances[0] / distances[1]
