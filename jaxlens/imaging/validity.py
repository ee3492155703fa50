"""NaN in, NaN out: whether the numbers of a system describe an image at all.

Some operations give a number for NaN: a comparison with NaN is False, and so a mask or a radius leaves out
what should be NaN.  Images and likelihoods are therefore multiplied by the factor here, which is 1, or NaN
where a parameter is no number; their derivatives are NaN then, too.
"""

from __future__ import annotations

from collections.abc import Iterable

import jax
import jax.numpy as jnp

from jaxlens.imaging.epochs import observed_epochs
from jaxlens.imaging.halo_numbers import have_room
from jaxlens.imaging.optics import PSF_KERNEL
from jaxlens.imaging.pixel_grid import pixel_area, pixel_grid
from jaxlens.imaging.rays import geometry_factor, one_or_nan
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.types import Params

# Parameters that may be infinite, by the last word of their names: there is then no light, sky or noise.
_MAY_BE_INFINITE = frozenset({"magnitude", "sky_brightness", "exposure_time", "num_exposures"})


def validity_factor(scene: Scene, params: Params) -> jax.Array:
    """1 where the image of a system is defined; NaN where it is not.

    It is not where a parameter is NaN or infinite, and where `geometry_factor` is NaN.  A magnitude, also
    that of the sky, and an exposure may be infinite.  Epochs that are not observed do not count.
    Neither is it where NUMBER is negative, or more than the copies or haloes for which there is room; nor
    where there are more haloes in a plane than it has room for, or haloes that have no plane; nor where
    pixels have no area.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each (), (bands,), (epochs, bands) or (epochs, 1).

    Returns:
        1 or NaN, ().
    """
    used = _without_missing_epochs(scene, {name: params[name] for name in scene.parameters})
    infinite = [name for name in used if name.rpartition("-")[2] in _MAY_BE_INFINITE]
    finite = [name for name in used if name not in infinite]
    valid = jnp.all(jnp.isfinite(_joined(used[name] for name in finite)))
    if infinite:
        valid = valid & ~jnp.any(jnp.isnan(_joined(used[name] for name in infinite)))
    for copied in (copied for plane in scene.planes for copied in plane.copies):
        valid = valid & (params[copied.number] >= 0) & (params[copied.number] <= copied.bound)
    if scene.has_pixel_map:
        valid = valid & (pixel_area(pixel_grid(params)) > 0.0)
    if scene.haloes:
        valid = valid & have_room(scene, params)
    return one_or_nan(valid) * geometry_factor(scene, params)


def _without_missing_epochs(scene: Scene, params: Params) -> Params:
    """Parameters that are 0 at epochs that are not observed, where they may be NaN."""
    if scene.series is None:
        return params
    observed = observed_epochs(scene, params)
    return {
        name: jnp.where(observed, value, 0.0) if value.ndim == 2 and name != PSF_KERNEL else value
        for name, value in params.items()
    }


def _joined(values: Iterable[jax.Array]) -> jax.Array:
    """All numbers of some arrays, (k,)."""
    return jnp.concatenate([jnp.ravel(value) for value in values])
