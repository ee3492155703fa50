"""Errors that have other models in them by their evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jaxlens.modelling.ladder import FAR, Rung, with_held
from jaxlens.modelling.model_average import covariance_of, mixed_covariance, weights
from tests.modelling.test_ladder import rung

pytestmark = pytest.mark.usefixtures("x64")

HELD = 1


@pytest.fixture(scope="module")
def models() -> list[Rung]:
    """The first holds a number at 0, where the second has 0.5."""
    rng = np.random.default_rng(2)
    rich = rung("rich", -10.0)
    k = len(rich.problem.names)
    factor = rng.normal(size=(k, k))
    rich = replace(rich, point=0.5 + np.zeros(k), curvature=factor @ factor.T + k * np.eye(k))
    simple = replace(
        rung("simple", -10.0 + np.log(3.0)), settings=with_held(rich.settings, {HELD: 0.0}), point=np.zeros(k)
    )
    return [simple, rich]


@pytest.mark.slow
def test_shares_are_those_of_the_evidence(models: list[Rung]) -> None:
    np.testing.assert_allclose(weights(models), [0.75, 0.25])


def test_a_number_that_is_held_has_no_spread(models: list[Rung]) -> None:
    simple, rich = models
    np.testing.assert_allclose(covariance_of(rich) @ rich.curvature, np.eye(rich.point.size), atol=1e-12)
    assert not np.any(covariance_of(simple)[HELD])
    np.testing.assert_allclose(np.diagonal(covariance_of(simple))[HELD + 1 :], 1.0)


def test_the_errors_are_those_of_draws_from_both_models(models: list[Rung]) -> None:
    """Second moments about the chosen model, of as many draws of each as it has evidence."""
    simple, rich = models
    moving = np.arange(rich.point.size)
    rng = np.random.default_rng(5)
    parts = [
        rng.multivariate_normal(one.point, covariance_of(one), count)
        for one, count in ((simple, 300_000), (rich, 100_000))
    ]
    away = np.concatenate(parts) - rich.point
    np.testing.assert_allclose(
        mixed_covariance(rich, models, moving), away.T @ away / len(away), rtol=0.02, atol=2e-3
    )
    # the chosen model at its very maximum takes the place of the one that was compared
    moved = replace(rich, point=rich.point + 0.1)
    np.testing.assert_allclose(
        mixed_covariance(moved, models, moving),
        0.75 * (covariance_of(simple) + 0.36) + 0.25 * covariance_of(rich),
    )


def test_models_that_are_out_of_the_question_do_not_count(models: list[Rung]) -> None:
    simple, rich = models
    moving = np.arange(rich.point.size)
    worse = replace(simple, evidence=rich.evidence - 100.0)
    np.testing.assert_allclose(mixed_covariance(rich, [worse, rich], moving), covariance_of(rich))
    far = replace(simple, point=simple.point + FAR + 1.0)
    np.testing.assert_allclose(mixed_covariance(rich, [far, rich], moving), covariance_of(rich))
    np.testing.assert_allclose(mixed_covariance(rich, [simple], moving), covariance_of(rich))
