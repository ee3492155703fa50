"""The PSF corrected at stars: it becomes the true one to its noise; its error is the scatter of the stars."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from jaxlens.kernels.psf.spline_stamps import spline_coefficients
from jaxlens.modelling.model import LensData
from jaxlens.modelling.quasars.psf_iteration import (
    PointSources,
    Shifts,
    corrected_kernel,
    kernel_variance,
    light_variance,
    with_variance,
)

NUM_PIX, SIDE = 48, 17
# counts/s
NOISE = 0.05


def moffat(width: float, beta: float, stretch: float = 1.0) -> np.ndarray:
    """A Moffat function sampled at pixels, of unit sum."""
    axis = np.arange(SIDE) - SIDE // 2
    light = (1.0 + (axis[:, None] ** 2 * stretch + axis**2 / stretch) / width**2) ** -beta
    return np.asarray(light / light.sum())


class Stars(NamedTuple):
    """Four stars that show the true kernel."""

    points: PointSources
    image: np.ndarray
    weight: np.ndarray
    truth: np.ndarray
    given: np.ndarray


@pytest.fixture(scope="module")
def stars() -> Stars:
    """The true PSF is elongated, the given one is narrower and round."""
    rng = np.random.default_rng(1)
    points = PointSources(
        np.array([13.2, 33.7, 12.4, 34.9]), np.array([12.6, 14.1, 33.3, 35.5]), np.full(4, 60.0)
    )
    truth, given = moffat(2.4, 2.5, 1.15), moffat(2.1, 2.5)
    clean = Shifts(points, NUM_PIX, SIDE + 12, 1).light(spline_coefficients(truth))
    image = clean + NOISE * rng.standard_normal(clean.shape)
    return Stars(points, image, np.full(clean.shape, 1.0 / NOISE), truth, given)


def light_of(stars: Stars, kernel: np.ndarray) -> np.ndarray:
    """The image of the stars by a kernel."""
    return Shifts(stars.points, NUM_PIX, SIDE + 12, 1).light(spline_coefficients(kernel))


def residual(stars: Stars, kernel: np.ndarray) -> np.ndarray:
    """The image minus that of a kernel, with the flux at which that is least."""
    light = light_of(stars, kernel)
    used = stars.weight > 0.0
    return stars.image - light * (np.sum((stars.image * light)[used]) / np.sum((light**2)[used]))


def corrected(stars: Stars, symmetry: int = 1) -> np.ndarray:
    """The kernel that the stars show."""
    before = stars.image - light_of(stars, stars.given)
    return corrected_kernel(stars.given, stars.given, before, stars.weight, stars.points, 1, symmetry)


def test_the_kernel_becomes_the_true_one_to_its_noise(stars: Stars) -> None:
    found = corrected(stars)
    # the noise of one sample of the mean of four stars, when shifts between pixels are undone
    noise = NOISE / (60.0 * 2.0) * 1.5
    assert np.max(np.abs(stars.given - stars.truth)) > 20.0 * noise
    assert np.sqrt(np.mean((found - stars.truth) ** 2)) < 1.2 * noise
    assert np.sum(found) == pytest.approx(1.0)
    assert (found >= 0.0).all()


def test_residuals_are_noise_after_it(stars: Stars) -> None:
    before, after = (np.mean((residual(stars, k) / NOISE) ** 2) for k in (stars.given, corrected(stars)))
    assert before > 2.0
    assert 0.8 < after < 1.05


def test_a_correction_does_not_depend_on_the_kernel_of_the_residuals(stars: Stars) -> None:
    first, other = corrected(stars), stars.truth
    left = stars.image - light_of(stars, other)
    again = corrected_kernel(other, stars.given, left, stars.weight, stars.points, 1)
    np.testing.assert_allclose(again, first, atol=3e-4 * first.max())


def test_a_symmetric_correction_looks_the_same_after_half_a_turn(stars: Stars) -> None:
    change = corrected(stars, 2) - stars.given
    np.testing.assert_allclose(change, np.rot90(change, 2), atol=1e-5)
    with pytest.raises(ValueError, match="symmetry of the PSF is 3; give 1, 2"):
        corrected(stars, 3)


def test_pixels_that_are_not_used_have_no_say(stars: Stars) -> None:
    weight, spoilt = stars.weight.copy(), stars.image.copy()
    weight[10:13, 10:13], spoilt[10:13, 10:13] = 0.0, 1e6
    found = corrected(stars._replace(image=spoilt, weight=weight))
    np.testing.assert_allclose(found, stars.truth, atol=0.03 * stars.truth.max())


def test_stacking_is_the_transpose_of_shifting(stars: Stars) -> None:
    rng = np.random.default_rng(0)
    shifts = Shifts(stars.points, NUM_PIX, SIDE, 1)
    kernel, image = rng.standard_normal((SIDE, SIDE)), rng.standard_normal((NUM_PIX, NUM_PIX))
    np.testing.assert_allclose(
        np.sum(shifts.light(kernel) * image), np.sum(kernel * shifts.stacked(image)), rtol=1e-10
    )


def test_the_scatter_of_stars_that_differ_is_the_variance_of_the_kernel() -> None:
    rng = np.random.default_rng(3)
    places = 14.0 + 28.0 * np.arange(6)
    x, y = (a.ravel() for a in np.meshgrid(places, places))
    points, number = PointSources(x, y, np.full(x.size, 80.0)), 168
    spread = 0.1 * moffat(2.4, 2.5)
    shifts = Shifts(points, number, SIDE, 1)
    # each star has an error of its own, beyond the noise
    apart = sum(
        80.0 * row @ (spread * rng.standard_normal((SIDE, SIDE))) @ column.T
        for row, column in zip(shifts.rows, shifts.columns, strict=True)
    )
    image = apart + NOISE * rng.standard_normal((number, number))
    found = kernel_variance(image, np.full(image.shape, 1.0 / NOISE), points, SIDE, 1)
    added, expected = np.sum(light_variance(found, points, number, 1)), np.sum(apart**2)
    assert added == pytest.approx(expected, rel=0.3)
    inner = slice(SIDE // 2 - 1, SIDE // 2 + 2)
    assert np.mean(found[inner, inner]) > 20.0 * np.mean(found[:2])


def test_a_variance_adds_to_that_of_the_noise() -> None:
    weight = np.array([[[[2.0, 0.0]]]])
    data = LensData(weight, weight, weight, weight)
    found = with_variance(data, np.array([[[[0.75, 3.0]]]])).weight
    np.testing.assert_allclose(found, [[[[1.0, 0.0]]]])
