"""Which image of BACKGROUNDS a system gets."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.config.model import Backgrounds, Column

BACKGROUND = "BACKGROUND_IDX"


def background_index(
    what: Backgrounds,
    columns: Mapping[int, Column],
    arrays: Mapping[str, jax.Array],
    system: Mapping[str, jax.Array],
    bands: tuple[str, ...],
    uniform: jax.Array,
    index: jax.Array,
) -> jax.Array:
    """The index () of the image for system number `index`.

    With ITERATE it is `index` modulo the number of images.  Else it is the image whose row in map.txt is
    nearest to the system: sum over columns of |parameter - column| / standard deviation of the column; a
    column for all bands counts by its mean over them.  Without columns it is random, from `uniform` in
    (0, 1).

    Args:
        what: the images.
        columns: the columns of map.txt that mean a parameter of this configuration, by their index.
        arrays: `map` (images, all columns) and `scale` (all columns,), what a column is divided by.
        system: the numbers of the system, each () or (bands,).
        bands: the names of the bands.
        uniform: a random number, float32 whatever the precision.
        index: the number of the system.
    """
    if what.iterate:
        return index % what.count
    if not columns:
        # below what.count, for the largest `uniform` is 1 - 2^-24
        return jnp.floor(uniform.astype(jnp.float32) * what.count).astype(jnp.uint32)
    distance = jnp.zeros((what.count,), jnp.result_type(float))
    for i, column in columns.items():
        value = jnp.atleast_1d(system[column.parameter])
        if column.band is not None and value.size > 1:
            value = value[bands.index(column.band)][None]
        difference = jnp.abs(value[None, :] - arrays["map"][:, i, None])
        distance = distance + jnp.mean(difference, axis=1) / arrays["scale"][i]
    return jnp.argmin(distance)
