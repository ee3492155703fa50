"""Shapelets are taken where a source has structure, and their priors are found on the way."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.modelling.bases import MultiGaussian, Shapelets
from jaxlens.modelling.ladder import best, fitted
from jaxlens.modelling.source_models import ADDED, finished, with_shapelets_fitted
from tests.modelling.core_mocks import mock, problem_of
from tests.modelling.joint_mocks import LIGHT, MASS, SOURCE

SIMPLE = (MultiGaussian(LIGHT, 2, 0.2, 0.6), MultiGaussian(SOURCE, 2, 0.1, 0.3))
RICH = (*SIMPLE, Shapelets(SOURCE, 4))


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_a_source_with_structure_gets_shapelets() -> None:
    """The same light without them leaves residuals, and its numbers are off."""
    rich, simple = problem_of(RICH), problem_of(SIMPLE)
    amplitudes = np.array([4.0, 20.0, 10.0, 10.0, *np.zeros(15)])
    amplitudes[[5, 7, 10, 12]] = 4.0, -3.0, 2.0, -2.0
    lens = mock(rich, amplitudes, seed=3, side=22)
    plain = mock(simple, amplitudes[:4], side=22)
    known = fitted("EPL + shear", simple, lens.data, plain.settings, plain.truth[None], {})
    found = with_shapelets_fitted(rich, lens.data, lens.settings, known, {})
    assert found.label == "EPL + shear" + ADDED
    assert best([known, found]) is found
    assert found.evidence > known.evidence + 20.0
    assert found.chi_square < 1.2 * found.degrees < known.chi_square
    precision = np.asarray(found.settings.precision)
    np.testing.assert_array_equal(precision[:4], np.asarray(lens.settings.precision)[:4])
    assert np.all(np.diff(precision[4 + np.argsort(RICH[-1].orders, kind="stable")]) >= 0.0)

    last = finished(found, lens.data)
    assert last.decrease < 5e-4
    covariance = np.linalg.inv(last.curvature)
    at = rich.names.index(f"{MASS}-theta_E")
    assert abs(last.point[at] - lens.truth[at]) < 4.0 * np.sqrt(covariance[at, at])
