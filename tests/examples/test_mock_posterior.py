"""NUTS of two packages on the posterior that `jaxlens.fit` leaves with its result."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import numpy as np
import pytest

from jaxlens.examples import mock_posterior

SIDE = 24


def test_the_examples_of_samplers_import_their_packages_only_to_sample() -> None:
    for name in ("nuts_numpyro", "nuts_blackjax"):
        assert callable(importlib.import_module(f"jaxlens.examples.{name}").main)


def test_the_comparison_is_in_errors_of_the_fit() -> None:
    result = SimpleNamespace(names=("a", "b"), values=np.array([[1.0, 2.0]]), sigma=np.array([[0.1, 0.2]]))
    draws = SimpleNamespace(mean=np.array([[1.1, 2.6]]), std=np.array([[0.1, 0.2]]))
    table = mock_posterior.comparison(result, draws)  # type: ignore[arg-type]
    np.testing.assert_allclose(table["offset"], [1.0, 3.0])
    np.testing.assert_allclose(table["ratio"], [1.0, 1.0])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nuts_numpyro", "nuts_blackjax"])
def test_the_draws_spread_as_the_errors_of_the_fit(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard deviations within 15%: 1000 draws know them to some 3%; the posterior is about Gaussian."""
    example = importlib.import_module(f"jaxlens.examples.{name}")
    assert example.main(["--num-pix", str(SIDE), "--samples", "600", "--warmup", "200"]) == 0
    assert "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E" in capsys.readouterr().out
