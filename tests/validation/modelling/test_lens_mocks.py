"""The numbers and the PSFs of mocks, before lenstronomy makes images of them."""

from __future__ import annotations

import numpy as np

from validation.modelling.evidence import MODELS, STRENGTH, model_of
from validation.modelling.lens_mocks import FACTOR, RADII, RATIO, REACH, drawn, given_kernel, kernel


def widths(image: np.ndarray, factor: int) -> np.ndarray:
    """The second moments of a kernel along x and y and between them, pixels squared."""
    axis = (np.arange(len(image)) - len(image) // 2) / factor
    x, y = axis[None, :], axis[:, None]
    return np.array([np.sum(image * x * x), np.sum(image * y * y), np.sum(image * x * y)])


def test_numbers_are_correlated_as_those_of_galaxies() -> None:
    rng = np.random.default_rng(3)
    lenses = [drawn(rng) for _ in range(400)]
    radius = np.array([lens["mass"]["theta_E"] for lens in lenses])
    assert radius.min() >= RADII[0]
    assert radius.max() <= RADII[1]
    size = np.log([lens["light"][1]["R_sersic"] for lens in lenses])
    assert np.corrcoef(np.log(radius), size)[0, 1] > 0.3
    for name in ("e1", "e2", "center_x", "center_y"):
        mass = [lens["mass"][name] for lens in lenses]
        light = [lens["light"][0][name] for lens in lenses]
        assert np.corrcoef(mass, light)[0, 1] > 0.8
    away = [np.hypot(lens["source"]["center_x"], lens["source"]["center_y"]) for lens in lenses]
    assert np.max(away / radius) <= 0.3


def test_the_given_psf_is_wider_and_round() -> None:
    true, (given, factor) = kernel(1, integrated=False), given_kernel()
    assert factor == 1
    assert true.shape == given.shape == (2 * REACH + 1, 2 * REACH + 1)
    np.testing.assert_allclose([true.sum(), given.sum()], 1.0)
    xx, yy, xy = widths(true, 1)
    angle_free = np.sqrt((xx - yy) ** 2 + 4.0 * xy**2) / (xx + yy)
    # of an ellipse whose axes have this ratio
    np.testing.assert_allclose(angle_free, (1.0 - RATIO**2) / (1.0 + RATIO**2), rtol=0.02)
    own = widths(given, 1)
    np.testing.assert_allclose(own[0], own[1], rtol=1e-6)
    np.testing.assert_allclose(own[2], 0.0, atol=1e-6)
    assert own[0] + own[1] > xx + yy


def test_the_true_psf_is_that_of_the_images() -> None:
    given, factor = given_kernel(wrong=False)
    assert factor == FACTOR
    np.testing.assert_array_equal(given, kernel(FACTOR))


def test_samples_of_a_pixel_are_integrated() -> None:
    fine, points = kernel(FACTOR), kernel(FACTOR, integrated=False)
    # a square of a third of a pixel has a variance of 1/108 pixel squared along each axis
    added = widths(fine, FACTOR) - widths(points, FACTOR)
    np.testing.assert_allclose(added[:2], 1.0 / 12.0 / FACTOR**2, rtol=0.05)


def test_models_of_the_mass_come_in_turn() -> None:
    assert [model_of(seed) for seed in range(4)] == list(MODELS)
    assert model_of(9) == "EPL"
    assert STRENGTH == 0.07
