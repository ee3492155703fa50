"""The bound on how far a PSF reaches, which is fixed when a program is compiled."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import jax
import numpy as np

from jaxlens.imaging.scene import Scene
from jaxlens.sampling.population import Population
from jaxlens.simulator.checked_arrays import CheckedArrays
from jaxlens.simulator.generation import Params

# The parameters that decide how many pixels a PSF is wide.
_WIDTH = ("seeing", "pixel_scale")


def without_bound(scene: Scene) -> Scene:
    """`scene` whose Gaussian PSF may have any width; a PSF of another kind stays as it is."""
    if scene.optics.psf != "GAUSSIAN":
        return scene
    return dataclasses.replace(scene, optics=dataclasses.replace(scene.optics, radius=None))


def remember_widths(known: CheckedArrays, params: Params) -> None:
    """Remember the widths of the PSF in parameters that were drawn as the file says, within its bound."""
    if all(name in params for name in _WIDTH):
        known.add(*(params[name] for name in _WIDTH))


def scene_for_params(scene: Scene, params: Params, known: CheckedArrays) -> Scene:
    """`scene`, without its bound where a seeing in `params` is wider than the file allows.

    Inside a caller's jit the seeing is not known, and the scene stays as it is.

    Args:
        scene: the scene of the file.
        params: {name: (n,) or (n, bands)}.
        known: widths that the bound is known to admit; those that are found here are added.

    Raises:
        ValueError: if the seeing is too wide and the PSF is no Gaussian.
    """
    widths = [params[name] for name in _WIDTH if name in params]
    if not scene.optics.is_bounded or known.has(*widths):
        return scene
    if len(widths) < 2 or any(isinstance(width, jax.core.Tracer) or not width.size for width in widths):
        return scene
    # numpy's own arrays, since inside jit an operation on JAX's would be traced
    widest = float(np.max(np.asarray(widths[0]))) / float(np.min(np.asarray(widths[1])))
    if scene.optics.admits(widest):
        known.add(*widths)
        return scene
    if scene.optics.psf != "GAUSSIAN":
        raise ValueError(
            f"a seeing of {widest:.3g} pixels is wider than the file allows; "
            "give SURVEY.PARAMETERS.seeing a DISTRIBUTION that reaches it"
        )
    return without_bound(scene)


def scene_for_hyperparameters(scene: Scene, population: Population, changed: Collection[str]) -> Scene:
    """`scene`, without its bound where a hyperparameter of the PSF's width is changed.

    Args:
        scene: the scene of the file.
        population: its draws.
        changed: the paths of the hyperparameters that are changed.
    """
    if not changed:
        return scene
    quantities = dict(population.quantities)
    paths = [quantities[name].path for name in _WIDTH if name in quantities]
    moved = any(path == width or path.startswith(f"{width}.") for path in changed for width in paths)
    return without_bound(scene) if moved else scene
