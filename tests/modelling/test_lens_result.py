"""What makes a result doubtful is named in it."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import numpy as np
import pytest

from jaxlens.modelling.descent import Ends
from jaxlens.modelling.lens_data import Layout, LensImages, Place
from jaxlens.modelling.lens_light import Ring, pixel_positions
from jaxlens.modelling.lens_result import LensFit, lens_fit_of
from jaxlens.modelling.rung import Rung
from jaxlens.modelling.search import Search
from tests.modelling.core_mocks import FLUXES, GAUSSIANS, Lens, mock, problem_of
from tests.modelling.joint_mocks import LIGHT, MASS, SOURCE

SIDE = 18

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("x64")]


@pytest.fixture(scope="module")
def lens() -> Iterator[Lens]:
    with jax.enable_x64(True):
        yield mock(problem_of(GAUSSIANS), FLUXES, side=SIDE)


def result_of(
    lens: Lens, point: np.ndarray, decrease: float, chi_square: float, reached: int, radius: float
) -> LensFit:
    """A result at one point, whose errors are 0.01 of the priors'."""
    k = point.size
    curvature = 1e4 * np.eye(k)
    own = (point, 10.0, decrease, curvature, 3, 1.0, chi_square, 300)
    rung = Rung("EPL + shear", lens.problem, lens.settings, *own)
    ends = Ends(point[None], np.array([10.0]), np.zeros(1), curvature[None], np.array([3]))
    values = lens.problem.constrained(point[None])
    looked = Search(ends, reached, 6, 24, lens.problem.names, values)
    x, y = pixel_positions(lens.data)
    ring = Ring(point, (0.0, 0.0), np.zeros_like(x), radius, radius, x, y)
    images = LensImages(lens.data, Layout(("g",), (Place(0, 0, 0, 0, 0, 0),), 1, SIDE, 1))
    return lens_fit_of(rung, [rung], images, looked, ring, {"search": 1.0})


@pytest.mark.long
def test_a_good_one_has_no_warning(lens: Lens) -> None:
    found = result_of(lens, lens.truth, 1e-5, 305.0, 4, 0.9)
    assert found.fit.warnings == ()
    assert found.confidence.startswith("sure: reached from 4 of 6 starts")
    at = lens.problem.names.index(f"{MASS}-theta_E")
    assert found.theta_E == found.fit.values[0, at]
    # a prior of standard deviation 0.1, and an error of 0.01 of that
    np.testing.assert_allclose(found.fit.sigma[0, at], 0.001, rtol=1e-6)
    np.testing.assert_allclose(found.fit.model, lens.data.image, atol=0.02)
    for prefix, flux in ((LIGHT, np.sum(FLUXES[:4])), (SOURCE, np.sum(FLUXES[4:]))):
        magnitude = found.fit.params[f"{prefix}-magnitude"]
        np.testing.assert_allclose(magnitude, 25.0 - 2.5 * np.log10(flux), atol=0.05)


def test_each_doubt_is_a_sentence(lens: Lens) -> None:
    point = np.array(lens.truth)
    point[lens.problem.names.index(f"{MASS}-e1")] = 5.0
    found = result_of(lens, point, 0.3, 900.0, 1, float("nan"))
    assert found.fit.warnings == (
        "no maximum was reached: one more step would gain 0.3 in ln(density)",
        "only one of 6 starts came to the best model; there may be a better one",
        "no arcs rise above the light of the lens",
        "chi-square per degree of freedom is 3.00: the model does not describe the image",
        f"{MASS}-e1 is 0.5, 5.0 standard deviations of its prior away from it",
    )
    assert found.confidence.startswith("doubtful: no maximum was reached")
    assert not found.fit.converged[0]


def test_a_radius_that_does_not_move_is_not_a_number(lens: Lens) -> None:
    """Numbers that are held have no column in the result."""
    active = np.ones(lens.truth.size)
    active[lens.problem.names.index(f"{MASS}-theta_E")] = 0.0
    own = Lens(lens.problem, lens.data, lens.settings._replace(active=active))
    found = result_of(own, lens.truth, 1e-5, 305.0, 4, 0.9)
    assert np.isnan(found.theta_E)
    assert len(found.fit.names) == lens.truth.size - 1
    assert "theta_E" not in repr(found)
