"""The arrays of profiles among the parameters of a system, so that its profiles find them there.

An array has the name of a parameter, `<prefix>-<name>`, and is the same for all systems, but for an image:
each system has one of a stack, by its `image_index`.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.config.naming import IMAGE_INDEX
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.copies import with_copies
from jaxlens.imaging.profile_arguments import Value
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied, Light, Mass
from jaxlens.kernels.types import Params

# The array of which a system has one image.
IMAGE = "image"


def with_tables(scene: Scene, params: Params, assets: Assets) -> Params:
    """The parameters of a system, the arrays of its profiles, and what `with_copies` adds.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,); those of a time series also by epoch.
        assets: the arrays of the configuration.

    Returns:
        `params`, with the arrays by `<prefix>-<name>`; an image is (y, x), or (bands, y, x).
    """
    params = with_copies(scene, params)
    if assets.tables is None:
        return params
    found = dict(params)
    for plane in scene.planes:
        for copied in plane.copies:
            found |= _tables_of_copies(copied, params, assets.tables)
        for profile in (*plane.light, *plane.mass):
            for name in profile.tables:
                key = f"{profile.prefix}-{name}"
                found[key] = assets.tables[key]
                if name == IMAGE:
                    found[key] = _chosen(found[key], params.get(f"{profile.prefix}-{IMAGE_INDEX}"))
    return found


def _tables_of_copies(copied: Copied, params: Params, tables: Params) -> dict[str, jax.Array]:
    """The arrays of the profiles of all copies of an object, with the copies along the first axis."""
    found = {}
    for profile in (*copied.light, *copied.mass):
        for name in profile.tables:
            key, index = f"{profile.prefix}-{name}", params.get(f"{profile.prefix}-{IMAGE_INDEX}")
            if name == IMAGE and index is not None:
                found[key] = jax.vmap(_chosen, (None, 0))(tables[key], index)
            else:
                one = _chosen(tables[key], None) if name == IMAGE else tables[key]
                found[key] = jnp.broadcast_to(one, (copied.bound, *one.shape))
    return found


def tables_of(profile: Light | Mass, params: Params) -> dict[str, Value]:
    """The arrays of a profile among the parameters of a system, by the profile's own names of them."""
    return {name: params[f"{profile.prefix}-{name}"] for name in profile.tables}


def _chosen(stack: jax.Array, index: jax.Array | None) -> jax.Array:
    """The image of this index, rounded; NaN where there is none.  The first image without an index."""
    if index is None:
        return stack[0]
    rounded = jnp.round(index)
    valid = (rounded >= 0) & (rounded < stack.shape[0])
    image = stack[jnp.where(valid, rounded, 0).astype(jnp.int32)]
    return image * jnp.where(valid, 1.0, jnp.nan).astype(image.dtype)
