"""The precision of shapelets against the maximum of the evidence, of which SciPy finds it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from jaxlens.modelling.amplitude_priors import ABSENT, first_precision, improved_precision
from jaxlens.modelling.bases import MultiGaussian, Shapelets
from tests.modelling.core_mocks import SIGMA, empty_data, images_of, mock, params_of, problem_of
from tests.modelling.joint_mocks import LIGHT, SOURCE

BASES = (MultiGaussian(LIGHT, 1, 0.4, 0.4), Shapelets(SOURCE, 3))
SIDE = 14

pytestmark = pytest.mark.usefixtures("x64")


def test_at_first_it_is_that_of_all_light() -> None:
    problem = problem_of(BASES)
    data = empty_data(4)
    data = data._replace(image=np.full((1, 1, 4, 4), 0.5), weight=np.where(np.eye(4) > 0.0, 0.0, data.weight))
    np.testing.assert_allclose(first_precision(problem, data), np.full(11, 1.0 / 6.0**2))


def test_it_makes_the_images_most_probable() -> None:
    """With all amplitudes integrated out the pixels are normal: their covariance is summed from the columns.

    The flux of the lens is far above 0, so that its half-normal prior may be normal here.
    """
    problem = problem_of(BASES)
    amplitudes = np.array([20.0, *(0.3 * np.random.default_rng(5).standard_normal(10))])
    lens = mock(problem, amplitudes, seed=6, side=SIDE)
    before = np.array(lens.settings.precision)
    found = np.asarray(improved_precision(problem, lens.data, lens.settings, lens.truth).precision)
    assert found[0] == before[0]
    assert np.all(found[1:] == found[1])
    each = np.reshape(np.asarray(images_of(problem.lens, params_of(problem), lens.data)), (11, -1)) / SIGMA
    target = np.ravel(lens.data.image) / SIGMA
    known = np.eye(target.size) + np.outer(each[0], each[0]) / before[0]

    def minus_log_evidence(log_precision: float) -> float:
        covariance = known + each[1:].T @ each[1:] * np.exp(-log_precision)
        return float(np.linalg.slogdet(covariance)[1] + target @ np.linalg.solve(covariance, target))

    best = minimize_scalar(minus_log_evidence, bounds=(-6.0, 10.0), method="bounded").x
    assert abs(np.log(found[1]) - best) < 0.1
    assert abs(best - np.log(before[1])) > 1.0

    # functions that a model does not have stay without amplitudes, and count for nothing
    absent = before.copy()
    absent[7:] = ABSENT
    own = np.asarray(
        improved_precision(problem, lens.data, lens.settings._replace(precision=absent), lens.truth).precision
    )
    assert np.all(own[7:] == ABSENT)
    assert own[1] != found[1]


def test_bases_of_positive_light_keep_theirs() -> None:
    problem = problem_of(BASES[:1])
    lens = mock(problem, np.array([20.0]), side=SIDE)
    assert improved_precision(problem, lens.data, lens.settings, lens.truth) is lens.settings
