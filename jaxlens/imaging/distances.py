"""Distances to the planes of a scene, and the cosmology that they follow from."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.imaging.scene import COSMOLOGY, Scene
from jaxlens.kernels import cosmology
from jaxlens.kernels.types import Params


def plane_distances(scene: Scene, params: Params) -> tuple[jax.Array, jax.Array]:
    """Transverse comoving distances (Mpc) to the planes (planes,), and between them (planes, planes).

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
    """
    redshifts = jnp.stack([params[plane.redshift] for plane in scene.planes])
    parameters = cosmology_parameters(params)
    distances = cosmology.transverse_comoving_distance(redshifts, **parameters)
    return distances, cosmology.distances_between(redshifts, **parameters)


def luminosity_distance(scene: Scene, params: Params, j: int) -> jax.Array:
    """The luminosity distance of plane `j` in Mpc, ().

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        j: the index of the plane.
    """
    distances, _ = plane_distances(scene, params)
    return distances[j] * (1.0 + params[scene.planes[j].redshift])


def cosmology_parameters(params: Params) -> dict[str, jax.Array]:
    """The parameters of the cosmology among `params`, by astropy's names."""
    return {name: params[name] for name in COSMOLOGY if name in params}
