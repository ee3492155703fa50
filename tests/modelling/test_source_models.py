"""Shapelets are taken where a source has structure, and their priors are found on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jaxlens.modelling import source_models
from jaxlens.modelling.bases import MultiGaussian, Shapelets
from jaxlens.modelling.ladder import best
from jaxlens.modelling.rung import fitted
from jaxlens.modelling.source_models import ADDED, best_with_shapelets, finished, with_shapelets_fitted
from tests.modelling.core_mocks import mock, problem_of
from tests.modelling.joint_mocks import LIGHT, MASS, SOURCE
from tests.modelling.test_ladder import rung

SIMPLE = (MultiGaussian(LIGHT, 2, 0.2, 0.6), MultiGaussian(SOURCE, 2, 0.1, 0.3))
RICH = (*SIMPLE, Shapelets(SOURCE, 4))


@pytest.mark.long
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

    # the light of the lens moves at last, also where it was held to compare models
    compared = replace(found, settings=found.settings.holding(rich.of_the_lens_light()))
    last = finished(compared, lens.data)
    assert np.all(np.asarray(last.settings.active) == 1.0)
    assert last.decrease < 5e-4
    covariance = np.linalg.inv(last.curvature)
    at = rich.names.index(f"{MASS}-theta_E")
    assert abs(last.point[at] - lens.truth[at]) < 4.0 * np.sqrt(covariance[at, at])


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_other_maxima_are_tried_until_one_describes_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    known = replace(rung("SIE", 0.0), degrees=5000)
    # chi-square and evidence of what comes of each point; five standard deviations are 500
    ends = {0.0: (5900.0, -900.0), 1.0: (5600.0, -700.0), 2.0: (5200.0, -300.0), 3.0: (5000.0, -100.0)}
    tried: list[float] = []

    def fit(rich: Any, data: Any, settings: Any, known: Any, held: Any) -> Any:
        tried.append(float(known.point[0]))
        chi_square, evidence = ends[tried[-1]]
        return replace(known, chi_square=chi_square, evidence=evidence)

    monkeypatch.setattr(source_models, "with_shapelets_fitted", fit)
    points = np.arange(4.0)[:, None] * np.ones(known.point.size)

    def best(points: np.ndarray) -> tuple[float, list[float]]:
        tried.clear()
        lens: Any = None
        found = best_with_shapelets(known.problem, lens, known.settings, known, {}, points)
        return found.evidence, list(tried)

    assert best(points) == (-300.0, [0.0, 1.0, 2.0])
    assert best(points[:2]) == (-700.0, [0.0, 1.0])
    ends[0.0] = 5400.0, -200.0
    assert best(points) == (-200.0, [0.0])
