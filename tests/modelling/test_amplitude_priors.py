"""The precisions of shapelets against the maximum of the evidence, of which SciPy finds it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from jaxlens.modelling.amplitude_priors import determined, first_precision, improved_precision
from jaxlens.modelling.bases import MultiGaussian, Shapelets
from jaxlens.modelling.descent import solution_at
from tests.modelling.core_mocks import SIGMA, empty_data, images_of, mock, params_of, problem_of
from tests.modelling.joint_mocks import LIGHT, SOURCE

BASES = (MultiGaussian(LIGHT, 1, 0.4, 0.4), Shapelets(SOURCE, 3))
SIDE = 14

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("x64")]


@pytest.mark.long
def test_at_first_it_is_that_of_all_light() -> None:
    problem = problem_of(BASES)
    data = empty_data(4)
    data = data._replace(image=np.full((1, 1, 4, 4), 0.5), weight=np.where(np.eye(4) > 0.0, 0.0, data.weight))
    np.testing.assert_allclose(first_precision(problem, data), np.full(11, 1.0 / 6.0**2))


@pytest.mark.long
def test_it_makes_the_images_most_probable() -> None:
    """With all amplitudes integrated out the pixels are normal: their covariance is summed from the columns.

    The flux of the lens is far above 0, so that its half-normal prior may be normal here.
    """
    problem = problem_of(BASES)
    orders = BASES[1].orders
    draws = np.random.default_rng(5).standard_normal(10)
    lens = mock(problem, np.array([20.0, *(np.exp(-0.5 * orders) * draws)]), seed=6, side=SIDE)
    before = np.array(lens.settings.precision)
    settings = improved_precision(problem, lens.data, lens.settings, lens.truth)
    found = np.asarray(settings.precision)
    assert found[0] == before[0]
    each = np.reshape(np.asarray(images_of(problem.lens, params_of(problem), lens.data)), (11, -1)) / SIGMA
    target = np.ravel(lens.data.image) / SIGMA
    known = np.eye(target.size) + np.outer(each[0], each[0]) / before[0]

    def minus_log_evidence(numbers: np.ndarray) -> float:
        own = np.exp(-(numbers[0] + numbers[1] * orders))
        covariance = known + (each[1:].T * own) @ each[1:]
        return float(np.linalg.slogdet(covariance)[1] + target @ np.linalg.solve(covariance, target))

    best = minimize(minus_log_evidence, [0.0, 1.0], method="L-BFGS-B", bounds=[(-6.0, 12.0), (0.0, 4.0)]).x
    # the rate of the amplitudes' precision, twice that of the amplitudes, within its error
    assert 0.2 < best[1] < 2.0
    np.testing.assert_allclose(np.log(found[1:]), best[0] + best[1] * orders, atol=0.1)
    assert abs(best[0] - np.log(before[1])) > 1.0

    # functions that the images say nothing of are not counted among those that they determine
    number = determined(solution_at(problem, lens.data, settings, lens.truth), found)
    gained = each[1:].T / np.sqrt(found[1:])
    share = np.linalg.solve(known + gained @ gained.T, gained)
    assert number == pytest.approx(1.0 + float(np.sum(gained * share)), abs=0.01)
    assert number < 10.5


@pytest.mark.long
def test_bases_of_positive_light_keep_theirs() -> None:
    problem = problem_of(BASES[:1])
    lens = mock(problem, np.array([20.0]), side=SIDE)
    assert improved_precision(problem, lens.data, lens.settings, lens.truth) is lens.settings


def test_a_source_without_structure_has_none() -> None:
    """Its precisions are so large that what the images say is lost beside them, and stay finite."""
    problem = problem_of(BASES)
    lens = mock(problem, np.array([20.0, *np.zeros(10)]), side=SIDE)
    found = improved_precision(problem, lens.data, lens.settings, lens.truth)
    assert np.all(np.isfinite(found.precision))
    assert np.min(np.asarray(found.precision)[1:]) > 1e6 * np.max(lens.settings.precision)
    again = improved_precision(problem, lens.data, found, lens.truth)
    assert np.min(np.asarray(again.precision)[1:]) > 1e6 * np.max(lens.settings.precision)
    assert determined(solution_at(problem, lens.data, again, lens.truth), np.asarray(again.precision)) < 1.1
