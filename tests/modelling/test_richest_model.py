"""Errors that are those of the richest model of the mass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jaxlens.modelling.bases import Shapelets
from jaxlens.modelling.ladder import FAR
from jaxlens.modelling.richest_model import STRUCTURE, covariance_about, covariance_of, richest
from jaxlens.modelling.rung import Rung
from tests.modelling.test_ladder import rung

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("x64")]

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
        rung("simple", -10.0 + np.log(3.0)), settings=rich.settings.holding({HELD: 0.0}), point=np.zeros(k)
    )
    return [simple, rich]


@pytest.mark.long
def test_a_number_that_is_held_has_no_spread(models: list[Rung]) -> None:
    simple, rich = models
    np.testing.assert_allclose(covariance_of(rich) @ rich.curvature, np.eye(rich.point.size), atol=1e-12)
    assert not np.any(covariance_of(simple)[HELD])
    np.testing.assert_allclose(np.diagonal(covariance_of(simple))[HELD + 1 :], 1.0)


def test_the_errors_are_those_of_draws_from_the_richest_model(models: list[Rung]) -> None:
    """Second moments of its draws about the maximum of the one that was chosen."""
    simple, rich = models
    moving = np.flatnonzero(np.asarray(simple.settings.active))
    assert richest(simple, models) is rich
    draws = np.random.default_rng(5).multivariate_normal(rich.point, covariance_of(rich), 400_000)
    away = (draws - simple.point)[:, moving]
    found = covariance_about(simple, models, moving)
    np.testing.assert_allclose(found, away.T @ away / len(away), rtol=0.02, atol=2e-3)


def test_where_the_richest_is_chosen_they_are_its_own(models: list[Rung]) -> None:
    """Also where it went on to its very maximum after it was compared."""
    _, rich = models
    moving = np.arange(rich.point.size)
    finished = replace(rich, point=rich.point + 0.1)
    assert richest(finished, models) is finished
    np.testing.assert_allclose(covariance_about(finished, models, moving), covariance_of(rich))


def test_sources_with_shapelets_have_calibrated_errors(models: list[Rung]) -> None:
    _, rich = models
    lens = rich.problem.lens
    shapelets = replace(lens, bases=(*lens.bases, Shapelets(lens.bases[-1].prefix, 1)))
    structured = replace(rich, problem=replace(rich.problem, lens=shapelets))
    moving = np.arange(rich.point.size)
    found = covariance_about(structured, [structured], moving)
    np.testing.assert_allclose(found, STRUCTURE**2 * covariance_of(rich))


def test_models_that_are_out_of_the_question_do_not_count(models: list[Rung]) -> None:
    """Those far from their priors, and those of another source, which have other numbers."""
    simple, rich = models
    far = replace(rich, point=rich.point + FAR + 1.0)
    assert richest(simple, [simple, far]) is simple
    other = replace(rich, problem=replace(rich.problem, names=(*rich.problem.names[:-1], "other")))
    assert richest(simple, [simple, other]) is simple
