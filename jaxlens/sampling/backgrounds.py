"""The choice of a background image (BACKGROUNDS) for a system."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.config.model import Backgrounds, Column
from jaxlens.kernels.types import Params
from jaxlens.sampling.indices import remainder

# The name of the parameter that holds the index of the background image.
BACKGROUND = "BACKGROUND_IDX"


def background_index(
    backgrounds: Backgrounds,
    columns: Mapping[int, Column],
    arrays: Params,
    system: Params,
    bands: tuple[str, ...],
    uniform: jax.Array,
    index: jax.Array,
) -> jax.Array:
    """The index of the background image of system number `index`.

    With ITERATE it is `index` modulo the number of images.  Otherwise it is the image whose row in map.txt is
    nearest to the system, by the sum over columns of |parameter - column| / standard deviation of the column;
    a column for all bands enters with its mean over the bands.  Without columns the index is random.

    Args:
        backgrounds: the background images.
        columns: the columns of map.txt that name a parameter of this configuration, by their position there.
        arrays: `map` (images, all columns) and `scale` (all columns,), by which columns are divided.
        system: the quantities of the system, each () or (bands,).
        bands: the names of the bands.
        uniform: a random number in (0, 1), (), float32 whatever the precision.
        index: the index of the system, (), or its two words, (2,).

    Returns:
        The index of the background image, ().
    """
    count = backgrounds.count
    if backgrounds.iterate:
        return remainder(index, count)
    if not columns:
        # The largest `uniform` is 1 - 2^-24, so the product is less than the count.
        return jnp.floor(uniform.astype(jnp.float32) * count).astype(jnp.uint32)
    distance = jnp.zeros((count,), jnp.result_type(float))
    for i, column in columns.items():
        value = jnp.atleast_1d(system[column.parameter])
        # what differs by epoch enters with its mean
        value = jnp.mean(value, axis=0) if value.ndim == 2 else value
        if column.band is not None and value.size > 1:
            value = value[bands.index(column.band)][None]
        difference = jnp.abs(value[None, :] - arrays["map"][:, i, None])
        distance = distance + jnp.mean(difference, axis=1) / arrays["scale"][i]
    return jnp.argmin(distance)
