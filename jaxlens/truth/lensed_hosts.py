"""How bright extended sources are in the image: their lensed light, without the PSF, within the image."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.epochs import first_epoch
from jaxlens.imaging.extended_light import extended_light, rays_of_image
from jaxlens.imaging.photometry import counts
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.types import Pair, Params
from jaxlens.simulator.checked_arrays import CheckedArrays
from jaxlens.simulator.checks import checked_params
from jaxlens.simulator.programs import compiled
from jaxlens.simulator.simulator import Simulator
from jaxlens.truth.images import magnitudes
from jaxlens.truth.layout import Member
from jaxlens.truth.programs import in_batches

# Systems whose images are in memory at once.
_IMAGES = 16


def lensed_magnitudes(
    simulator: Simulator, params: Mapping[str, ArrayLike], hosts: Sequence[Member]
) -> dict[str, np.ndarray]:
    """The magnitudes of extended sources as they are lensed, of all light in the image.

    Args:
        simulator: the simulator of the systems' configuration.
        params: their parameters, as `truth_tables` takes them.
        hosts: the extended sources.

    Returns:
        (n, bands) by prefix, of the sources that have light and stand in their plane once.
    """
    scene, assets = simulator.scene, simulator.assets
    bright = tuple(one.prefix for one in hosts if _only(scene, one.prefix) is not None)
    if not bright:
        return {}
    arrays = checked_params(scene, assets, params, CheckedArrays())
    if not len(next(iter(arrays.values()))):
        return dict.fromkeys(bright, np.zeros((0, len(scene.bands)), np.float32))
    parts = in_batches(arrays, lambda own: np.asarray(_fluxes(scene, bright, own, assets)))
    flux = np.concatenate(parts)
    return {prefix: magnitudes(flux[:, k]) for k, prefix in enumerate(bright)}


@compiled(0, 1)
def _fluxes(
    scene: Scene, prefixes: tuple[str, ...], params: Mapping[str, ArrayLike], assets: Assets
) -> jax.Array:
    """Fluxes in maggies, (n, sources, bands); the scene and the prefixes are static."""

    def of_system(system: Params) -> jax.Array:
        whole = dict(with_tables(scene, system, assets))
        rays = rays_of_image(scene, whole)
        first = first_epoch(scene, whole) if scene.series else whole
        return jnp.stack([_flux(scene, prefix, first, rays) for prefix in prefixes])

    return jax.lax.map(of_system, params, batch_size=_IMAGES)


def _flux(scene: Scene, prefix: str, params: Params, rays: Sequence[Pair] | None) -> jax.Array:
    """The flux of one source in the image, maggies, (bands,)."""
    shown = _only(scene, prefix)
    assert shown is not None
    light = extended_light(shown, params, slice(None), rays)
    total = jnp.sum(light, axis=(1, 2)) / scene.supersampling**2
    unit = counts(0.0, params["magnitude_zero_point"], params["ccd_gain"] if scene.adu else 1.0)
    return jnp.broadcast_to(total, (len(scene.bands),)) / unit


def _only(scene: Scene, prefix: str) -> Scene | None:
    """The scene with the light of one object alone, and all masses; None where it has no light."""
    planes = tuple(
        dataclasses.replace(
            plane,
            light=tuple(light for light in plane.light if light.prefix.startswith(f"{prefix}-")),
            copies=tuple(dataclasses.replace(one, light=()) for one in plane.copies if one.mass),
        )
        for plane in scene.planes
    )
    return dataclasses.replace(scene, planes=planes) if any(plane.light for plane in planes) else None
