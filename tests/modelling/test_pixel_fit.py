"""A known clumpy source is reproduced within its errors, and the lens with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import jax
import numpy as np
import pytest

import jaxlens
from jaxlens.modelling.amplitude_priors import first_precision
from jaxlens.modelling.bases import MultiGaussian
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.pixel_fit import pixel_fit
from jaxlens.modelling.pixel_result import PixelFit
from jaxlens.modelling.problem import LensProblem, lens_problem
from tests.modelling.clumpy import (
    LENS,
    MASS,
    SCALE,
    SHEAR,
    SOURCE,
    clumps,
    configuration,
    gaussian_images,
    image_of,
    kernel,
    rays,
)

pytestmark = pytest.mark.slow

N, SIDE = 28, 22
TRUTH = {"theta_E": 0.95, "gamma1": 0.04, "gamma2": -0.03}
WIDTHS = MultiGaussian(LENS, 6, 0.1, 1.5)


class Mock(NamedTuple):
    problem: LensProblem
    data: LensData
    settings: Settings
    point: np.ndarray
    light: np.ndarray


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def mock() -> Mock:
    """A lens of which a smooth model is nearly right: its Einstein radius is 2% too large."""
    rng = np.random.default_rng(7)
    light = 40.0 * gaussian_images(N, WIDTHS.widths)[3].reshape(N, N) + 0.2
    image = image_of(clumps(*rays(N, **TRUTH))) + light
    sigma = 0.02 * np.sqrt(1.0 + image)
    image += sigma * rng.normal(size=(N, N))
    y, x = np.mgrid[:N, :N] - (N - 1) / 2
    weight = np.where(np.hypot(x, y) < 13.5, 1.0 / sigma, 0.0)
    data = LensData(*(a[None, None] for a in (image, weight, kernel(), np.array([SCALE, 0, 0, SCALE, 0, 0]))))
    with jax.enable_x64(True):
        bases = (WIDTHS, MultiGaussian(SOURCE, 6, 0.03, 0.2))
        problem = lens_problem(jaxlens.Simulator(configuration()), bases)
        settings = Settings(np.ones(len(problem.names)), first_precision(problem, data))
        x = np.zeros(len(problem.names))
        for end, value in TRUTH.items():
            x[[name.endswith(end) for name in problem.names]] = value * (1.02 if end == "theta_E" else 0.8)
        return Mock(problem, data, settings, problem.unconstrained(x), light)


@pytest.fixture(scope="module")
def found(mock: Mock) -> PixelFit:
    return pixel_fit(mock.problem, mock.data, mock.settings, mock.point, side=SIDE)


@pytest.mark.long
def test_the_source_is_reproduced_to_its_noise(found: PixelFit) -> None:
    truth = clumps(*found.source_positions)
    pulls = (found.source[0] - truth) / found.source_sigma[0]
    assert 0.6 < np.sqrt(np.mean(pulls**2)) < 1.25
    assert np.mean(np.abs(pulls) > 3.0) < 0.03
    assert np.corrcoef(found.source[0].ravel(), truth.ravel())[0, 1] > 0.95


@pytest.mark.long
def test_the_lens_is_found_with_right_errors(found: PixelFit) -> None:
    assert found.converged, found.end.decrease
    wanted = {f"{MASS}-theta_E": 0.95, f"{SHEAR}-gamma1": 0.04, f"{SHEAR}-gamma2": -0.03}
    wanted |= {f"{MASS}-e1": 0.0, f"{MASS}-e2": 0.0}
    assert set(found.names) == set(wanted), "the numbers of the smooth source do not move"
    truth = np.array([wanted[name] for name in found.names])
    pulls = (found.values - truth) / found.sigma
    assert np.abs(pulls).max() < 3.5
    assert found.sigma[found.names.index(f"{MASS}-theta_E")] < 0.005
    offset = found.values - truth
    assert offset @ np.linalg.solve(found.covariance, offset) < 18.0, "chi-square of 5 numbers"


@pytest.mark.long
def test_the_images_are_described(found: PixelFit, mock: Mock) -> None:
    spread = np.sqrt(2.0 / found.degrees_of_freedom)
    assert abs(found.chi_square / found.degrees_of_freedom - 1.0) < 4.0 * spread
    used = mock.data.weight > 0.0
    np.testing.assert_allclose(np.sum(found.residual**2), found.chi_square)
    np.testing.assert_allclose(
        found.model[used], (mock.data.image - found.residual / np.where(used, mock.data.weight, 1))[used]
    )
    assert repr(found).startswith("PixelFit, theta_E 0.9")


def test_wrong_arguments_are_refused(mock: Mock) -> None:
    with pytest.raises(ValueError, match="no prior 'smooth'"):
        pixel_fit(mock.problem, mock.data, mock.settings, mock.point, prior="smooth")
    dark = mock.data._replace(image=mock.data.image * 0.0 + 0.2)
    with pytest.raises(ValueError, match="no pixel shows the source"):
        pixel_fit(mock.problem, dark, mock.settings, mock.point)
