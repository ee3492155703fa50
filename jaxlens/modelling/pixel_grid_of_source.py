"""Where the pixels of a source are: a square around the ends of the rays of the arcs."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import numpy as np
from scipy import ndimage

from jaxlens.fitting.posterior import Constants, with_free_values
from jaxlens.imaging.rays import ray_numbers, ray_positions
from jaxlens.kernels.types import Pair, Params
from jaxlens.modelling.descent import solution_at
from jaxlens.modelling.lens_light import pixel_positions
from jaxlens.modelling.model import LensData, LensModel, Settings
from jaxlens.modelling.problem import LensProblem

# Pixels: the standard deviation of the Gaussian that smooths light before it is compared with the noise.
WIDTH = 1.5
# Pixels belong to arcs where their smoothed light is more than this many standard deviations of its noise,
# in the image without the lens's light and in the model of the source,
THRESHOLD = 3.0
# and more than this share of the largest such number, so that the wings of a PSF are not taken for it.
SHARE = 0.02
# The share of the pixels of the arcs that may end outside of the square along an axis, at each side.
OUTSIDE = 0.003
# The half-width over that of the square that holds the ends of the rays.
MARGIN = 1.15


class SourceGrid(NamedTuple):
    """The square in the source plane that is divided into pixels, arcsec."""

    center_x: float
    center_y: float
    half_width: float


def source_grid(
    problem: LensProblem, data: LensData, settings: Settings, point: np.ndarray, plane: int
) -> SourceGrid:
    """The square that holds the source, by a model with a smooth one.

    Args:
        problem: the model with a smooth source.
        data: the images.
        settings: the prior of its amplitudes.
        point: its best coordinates, (k,).
        plane: the plane of the source.

    Raises:
        ValueError: if no light of the source is seen.
    """
    arcs = _arcs(problem, data, settings, point, plane)
    if not arcs.any():
        raise ValueError(
            "no pixel shows the source above the noise; give the grid of the source as source_grid="
        )
    x, y = pixel_positions(data)
    ends = _ends(problem.lens, problem.constants, problem.base, point, x, y)[plane]
    edges = [
        np.quantile(np.asarray(end)[np.broadcast_to(arcs, x.shape)], [OUTSIDE, 1.0 - OUTSIDE]) for end in ends
    ]
    half = 0.5 * max(high - low for low, high in edges) * MARGIN
    middle = [float(0.5 * (low + high)) for low, high in edges]
    return SourceGrid(middle[0], middle[1], float(half))


def _arcs(
    problem: LensProblem, data: LensData, settings: Settings, point: np.ndarray, plane: int
) -> np.ndarray:
    """Which pixels show the source, (bands, exposures, n, n)."""
    found = solution_at(problem, data, settings, point)
    of_source = np.concatenate(
        [np.full(basis.count, problem.lens.plane_of(basis) == plane) for basis in problem.lens.bases]
    )
    own = np.pad(of_source, (0, found.amplitudes.shape[1] - of_source.size))
    light = np.einsum("bn,bnp->bp", np.asarray(found.amplitudes) * own, np.asarray(found.rows))
    source = light.reshape(data.image.shape)
    residual = np.asarray(found.residual).reshape(data.image.shape)
    used = np.asarray(data.weight) > 0.0
    seen, expected = _significance(source + residual), _significance(source)
    least = max(THRESHOLD, SHARE * float(np.max(np.where(used, expected, 0.0))))
    return (seen > least) & (expected > least) & used


def _significance(light: np.ndarray) -> np.ndarray:
    """Light over the noise, smoothed, in standard deviations of the smoothed noise."""
    return ndimage.gaussian_filter(light, (0.0, 0.0, WIDTH, WIDTH)) * (2.0 * np.sqrt(np.pi) * WIDTH)


@partial(jax.jit, static_argnums=0)
def _ends(
    lens: LensModel, constants: Constants, base: Params, u: jax.Array, x: jax.Array, y: jax.Array
) -> list[Pair]:
    """Where the rays of pixels end in each plane."""
    params = with_free_values(lens.model, constants, base, constants.transform.constrained(u))
    own = {name: value[0] if value.ndim else value for name, value in params.items()}
    return ray_positions(lens.model.scene, ray_numbers(lens.model.scene, own), x, y)
