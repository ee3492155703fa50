"""The stages of the fit of a lensed quasar: starts, descents, corrections of the PSF, its error as noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.pixel_grid import PixelMap, image_pixels
from jaxlens.kernels.psf.spline_stamps import spline_coefficients
from jaxlens.modelling.descent import Ends
from jaxlens.modelling.expansion import Solution
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.quasars.constraints import params_of
from jaxlens.modelling.quasars.delays import TimeDelays
from jaxlens.modelling.quasars.descent import quasar_descents, quasar_solution_at
from jaxlens.modelling.quasars.flux_ratios import FluxRatios
from jaxlens.modelling.quasars.model import QuasarData, without_measurements
from jaxlens.modelling.quasars.point_images import shares
from jaxlens.modelling.quasars.problem import QuasarProblem
from jaxlens.modelling.quasars.psf_iteration import (
    PointSources,
    corrected_kernel,
    kernel_variance,
    light_variance,
    with_variance,
)
from jaxlens.modelling.quasars.starts import position_starts

# Two descents have reached the same maximum where -ln(density) differs by less than this.
AGREEMENT = 3.0
# A correction of the PSF is the last where chi-square falls by a smaller share.
LEAST_GAIN = 2e-3
# Steps of the descent after a correction.
PSF_STEPS = 20


@dataclass(frozen=True)
class Rounds:
    """How a quasar is fitted; see `fit_quasar`.

    Attributes:
        tolerance: arcsec.
        delays: measured time delays.
        flux_ratios: measured flux ratios.
        psf_iterations: corrections of the PSF, at most.
        psf_symmetry: 1, 2 or 4.
        starts: descents by the image.
        draws: lenses that are drawn.
        steps: of a descent, at most.
        seed: of the draws.
    """

    tolerance: float
    delays: TimeDelays | None
    flux_ratios: FluxRatios | None
    psf_iterations: int
    psf_symmetry: int
    starts: int
    draws: int
    steps: int
    seed: int


class Found(NamedTuple):
    """What the stages found.

    Attributes:
        end: the best end of the last descent, the first of its `Ends`.
        data: the images with the last PSF, and its error in the weights.
        own: the arrays of the quasar with the last PSF.
        settings: what moved.
        variance: that of the kernels, (bands, exposures, k, k), or None.
        chi_squares: before and after each correction of the PSF, with the noise alone.
        reached: from how many starts the best was reached.
        starts: how many there were.
    """

    end: Ends
    data: LensData
    own: QuasarData
    settings: Settings
    variance: np.ndarray | None
    chi_squares: tuple[float, ...]
    reached: int
    starts: int


def fitted(
    problem: QuasarProblem, data: LensData, variance: np.ndarray | None, places: np.ndarray, how: Rounds
) -> Found:
    """Fit a lensed quasar.

    Args:
        problem: the model of the lens and its quasar.
        data: the images.
        variance: that of their kernels, (bands, exposures, k, k), or None where it is not known.
        places: x and y of the images as given, arcsec, (images, 2).
        how: the options.
    """
    own = quasar_data(problem, data, how)
    settings = first_settings(problem, data)
    points = position_starts(problem, own, places, how.starts, how.draws, how.seed)
    ends = quasar_descents(problem, data, own, settings, points, how.steps)
    reached = int(np.sum(ends.values - ends.values[0] < AGREEMENT))
    chi_squares: tuple[float, ...] = ()
    if how.psf_iterations:
        ends, data, own, chi_squares = _with_corrected_psf(problem, data, own, settings, ends, how)
        variance = _scatter(problem, data, own, settings, ends.points[0])
    if variance is not None:
        added = _light_variance(problem, data, own, settings, ends.points[0], variance)
        data = with_variance(data, added)
        ends = quasar_descents(problem, data, own, settings, ends.points[:1], how.steps)
    return Found(ends, data, own, settings, variance, chi_squares, reached, len(points))


def quasar_data(problem: QuasarProblem, data: LensData, how: Rounds) -> QuasarData:
    """The arrays of a quasar: its kernels as splines, and what is measured of it.

    Args:
        problem: the model of the lens and its quasar.
        data: the images.
        how: the options.
    """
    images = problem.quasar.images
    kernel = np.asarray(data.kernel, jnp.result_type(float))
    own = without_measurements(problem.quasar, jnp.asarray(spline_coefficients(kernel)), how.tolerance)
    if how.delays is not None:
        rows, target = (jnp.asarray(a, kernel.dtype) for a in how.delays.rows(images))
        own = own._replace(delay_rows=rows, delay_target=target)
    if how.flux_ratios is not None:
        rows, target = (jnp.asarray(a, kernel.dtype) for a in how.flux_ratios.rows(images))
        first = jnp.zeros(images, kernel.dtype).at[how.flux_ratios.reference].set(1.0)
        own = own._replace(ratio_rows=rows, ratio_target=target, reference=first)
    return own


def first_settings(problem: QuasarProblem, data: LensData) -> Settings:
    """All that is free moves, and amplitudes have a standard deviation of all light of the image."""
    light = np.abs(np.asarray(data.image)) * (np.asarray(data.weight) > 0.0)
    total = max(float(np.max(np.sum(light, axis=(-2, -1)))), 1e-30)
    count = problem.quasar.lens.count + problem.quasar.count
    return Settings(np.ones(len(problem.names)), np.full(count, 1.0 / total**2))


def image_fluxes(problem: QuasarProblem, point: np.ndarray, found: Solution) -> np.ndarray:
    """The flux of each image of the quasar, counts/s, (bands, images).

    Args:
        problem: the model of the lens and its quasar.
        point: the coordinates, (k,).
        found: the amplitudes there.
    """
    quasar = problem.quasar
    params = params_of(quasar, problem.constants, problem.base)(jnp.asarray(point))
    first = quasar.lens.count
    return np.asarray(found.amplitudes)[:, first : first + quasar.count] @ np.asarray(shares(quasar, params))


def residual_images(data: LensData, found: Solution) -> np.ndarray:
    """Data minus model, counts/s, 0 where a pixel is not used, (bands, exposures, n, n)."""
    weight = np.asarray(data.weight)
    scaled = np.asarray(found.residual).reshape(weight.shape)
    return np.divide(scaled, weight, out=np.zeros_like(scaled), where=weight > 0.0)


def point_sources(
    problem: QuasarProblem, data: LensData, point: np.ndarray, fluxes: np.ndarray, band: int, exposure: int
) -> PointSources:
    """The images of the quasar in one exposure.

    Args:
        problem: the model of the lens and its quasar.
        data: the images.
        point: the coordinates, (k,).
        fluxes: of each image, (bands, images).
        band: the index of the band.
        exposure: that of the exposure.
    """
    params = params_of(problem.quasar, problem.constants, problem.base)(jnp.asarray(point))
    x, y = problem.quasar.positions(params)
    grid = PixelMap(*jnp.asarray(data.grid)[band, exposure])
    i, j = image_pixels(grid, data.image.shape[-1], x, y)
    return PointSources(np.asarray(i), np.asarray(j), fluxes[band])


def _with_corrected_psf(
    problem: QuasarProblem, data: LensData, own: QuasarData, settings: Settings, ends: Ends, how: Rounds
) -> tuple[Ends, LensData, QuasarData, tuple[float, ...]]:
    """Correct the PSF at the images and descend again, until chi-square falls no more."""
    given = np.asarray(data.kernel)
    found = quasar_solution_at(problem, data, own, settings, ends.points[0])
    chi_squares = [float(np.sum(np.square(found.residual)))]
    for _ in range(how.psf_iterations):
        kernel = _corrected(problem, data, given, found, ends.points[0], how.psf_symmetry)
        new_data = data._replace(kernel=kernel)
        new_own = own._replace(coefficients=jnp.asarray(spline_coefficients(kernel)))
        new_ends = quasar_descents(problem, new_data, new_own, settings, ends.points[:1], PSF_STEPS)
        new = quasar_solution_at(problem, new_data, new_own, settings, new_ends.points[0])
        chi_square = float(np.sum(np.square(new.residual)))
        if not chi_square < chi_squares[-1]:
            break
        ends, data, own, found = new_ends, new_data, new_own, new
        chi_squares.append(chi_square)
        if chi_square > (1.0 - LEAST_GAIN) * chi_squares[-2]:
            break
    return ends, data, own, tuple(chi_squares)


def _corrected(
    problem: QuasarProblem,
    data: LensData,
    given: np.ndarray,
    found: Solution,
    point: np.ndarray,
    symmetry: int,
) -> np.ndarray:
    """The corrected kernels of all exposures."""
    residual, fluxes = residual_images(data, found), image_fluxes(problem, point, found)
    kernel = np.array(data.kernel)
    for b, e in np.ndindex(kernel.shape[:2]):
        points = point_sources(problem, data, point, fluxes, b, e)
        kernel[b, e] = corrected_kernel(
            kernel[b, e],
            given[b, e],
            residual[b, e],
            np.asarray(data.weight)[b, e],
            points,
            problem.quasar.lens.psf_factor,
            symmetry,
        )
    return kernel


def _scatter(
    problem: QuasarProblem, data: LensData, own: QuasarData, settings: Settings, point: np.ndarray
) -> np.ndarray:
    """The variance of the kernels by the scatter of the images, (bands, exposures, k, k)."""
    found = quasar_solution_at(problem, data, own, settings, point)
    residual, fluxes = residual_images(data, found), image_fluxes(problem, point, found)
    variance = np.zeros(np.shape(data.kernel))
    for b, e in np.ndindex(variance.shape[:2]):
        points = point_sources(problem, data, point, fluxes, b, e)
        weight, factor = np.asarray(data.weight)[b, e], problem.quasar.lens.psf_factor
        variance[b, e] = kernel_variance(residual[b, e], weight, points, variance.shape[-1], factor)
    return variance


def _light_variance(
    problem: QuasarProblem,
    data: LensData,
    own: QuasarData,
    settings: Settings,
    point: np.ndarray,
    variance: np.ndarray,
) -> np.ndarray:
    """The variance of the images by that of their kernels, (bands, exposures, n, n)."""
    found = quasar_solution_at(problem, data, own, settings, point)
    fluxes = image_fluxes(problem, point, found)
    added = np.zeros(np.shape(data.image))
    for b, e in np.ndindex(added.shape[:2]):
        points = point_sources(problem, data, point, fluxes, b, e)
        added[b, e] = light_variance(variance[b, e], points, added.shape[-1], problem.quasar.lens.psf_factor)
    return added
