"""Images of mocks by lenstronomy: fluxes, arcs where the lens equation has them, noise."""

from __future__ import annotations

import numpy as np
import pytest

from validation.modelling import evidence
from validation.modelling.lens_mocks import (
    BACKGROUND,
    EXPOSURE,
    NUM_PIX,
    PIXEL_SCALE,
    ZERO_POINT,
    clean_image,
    drawn,
    made_mock,
)

pytestmark = pytest.mark.extras


def test_flux_and_place_of_the_arcs() -> None:
    numbers = drawn(np.random.default_rng(1))
    numbers["mass"] |= {"e1": 0.0, "e2": 0.0, "gamma": 2.0, "center_x": 0.0, "center_y": 0.0}
    numbers["shear"] = {"gamma1": 0.0, "gamma2": 0.0}
    numbers["source"] |= {"center_x": 0.0, "center_y": 0.0, "disc": 0.03}
    dark = clean_image(numbers | {"arc_magnitude": 60.0})
    arcs = clean_image(numbers) - dark
    np.testing.assert_allclose(arcs.sum(), 10.0 ** (0.4 * (ZERO_POINT - numbers["arc_magnitude"])), rtol=1e-6)
    axis = (np.arange(NUM_PIX) - (NUM_PIX - 1) / 2.0) * PIXEL_SCALE
    radius = np.hypot(axis[None, :], axis[:, None])
    # a source behind an isothermal sphere is a ring whose mean radius is that of Einstein
    mean = np.sum(arcs * radius) / arcs.sum()
    np.testing.assert_allclose(mean, numbers["mass"]["theta_E"], rtol=0.03)
    lens = 10.0 ** (0.4 * (ZERO_POINT - numbers["lens_magnitude"]))
    assert 0.5 * lens < dark.sum() < lens


def test_noise_has_the_given_sigma() -> None:
    numbers = drawn(np.random.default_rng(2))
    clean = clean_image(numbers)
    mock = made_mock(numbers, np.random.default_rng(3))
    np.testing.assert_allclose(mock.sigma**2, BACKGROUND**2 + clean / EXPOSURE)
    pulls = (mock.image - clean) / mock.sigma
    assert abs(np.std(pulls) - 1.0) < 4.0 / np.sqrt(2.0 * pulls.size)
    deep = made_mock(numbers | {"depth": 4.0}, np.random.default_rng(3))
    np.testing.assert_allclose(deep.sigma, 0.5 * mock.sigma)


def test_true_models_of_the_mass() -> None:
    truths = [evidence.make(seed).truth for seed in range(5, 8)]
    slopes = [next(v for k, v in truth.items() if k.endswith("-gamma")) for truth in truths]
    shears = [np.hypot(*(truth[k] for k in truth if k.endswith(("-gamma1", "-gamma2")))) for truth in truths]
    assert slopes == [1.8, 2.0, 1.8]
    np.testing.assert_allclose(shears, [0.0, 0.07, 0.07], atol=1e-12)
