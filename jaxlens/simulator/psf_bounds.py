"""The bound on how far a PSF reaches, which is fixed when a program is compiled."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import jax
import numpy as np

from jaxlens.config.model import PIXEL_SCALE, TRANSFORM
from jaxlens.imaging.scene import Scene
from jaxlens.sampling.population import Population
from jaxlens.simulator.checked_arrays import CheckedArrays
from jaxlens.simulator.generation import Params

# The parameters that decide how many pixels a PSF is wide; those of the pixels are some of these.
_WIDTH = ("seeing", PIXEL_SCALE, *TRANSFORM)


def without_bound(scene: Scene) -> Scene:
    """`scene` whose Gaussian PSF may have any width; a PSF of another kind stays as it is."""
    if scene.optics.psf != "GAUSSIAN":
        return scene
    return dataclasses.replace(scene, optics=dataclasses.replace(scene.optics, radius=None))


def remember_widths(known: CheckedArrays, scene: Scene, params: Params) -> None:
    """Remember the widths of the PSF in parameters that were drawn as the file says, within its bound.

    Args:
        known: they are added to it.
        scene: the scene of the file.
        params: {name: (n,) or (n, bands)}.
    """
    names = [name for name in _WIDTH if name in scene.parameters]
    if "seeing" in names and all(name in params for name in names):
        known.add(*(params[name] for name in names))


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
    widths = [params[name] for name in _WIDTH if name in scene.parameters]
    if not scene.optics.is_bounded or "seeing" not in scene.parameters or known.has(*widths):
        return scene
    if any(isinstance(width, jax.core.Tracer) or not width.size for width in widths):
        return scene
    # numpy's own arrays, since inside jit an operation on JAX's would be traced
    seeing, *pixels = (np.asarray(width) for width in widths)
    widest = float(np.max(seeing)) / _smallest_scale(*pixels)
    if scene.optics.admits(widest):
        known.add(*widths)
        return scene
    if scene.optics.psf != "GAUSSIAN":
        raise ValueError(
            f"a seeing of {widest:.3g} pixels is wider than the file allows; "
            "give SURVEY.PARAMETERS.seeing a DISTRIBUTION that reaches it"
        )
    return without_bound(scene)


def _smallest_scale(*pixels: np.ndarray) -> float:
    """The smallest side of a pixel (arcsec), from pixel scales or from the numbers of maps."""
    if len(pixels) == 1:
        return float(np.min(pixels[0]))
    xx, xy, yx, yy = pixels
    # 0 is the area of no pixel, and the image is then NaN
    return float(np.sqrt(np.min(np.abs(xx * yy - xy * yx)))) or float(np.finfo(np.float32).tiny)


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
