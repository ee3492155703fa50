"""How well a network measures a number: by what guessing would give."""

from __future__ import annotations

import numpy as np
import pytest

from validation.haloes.regression import HIGH, LOW, MEAN, WIDTH, measured


def test_guessing_measures_nothing() -> None:
    truth = np.linspace(LOW, HIGH, 2001)
    found = measured(np.full(2001, MEAN), np.full(2001, WIDTH), truth)
    assert found.error == found.guessing == pytest.approx(WIDTH, rel=1e-3)
    assert found.correlation == 0.0
    # a Gaussian in place of the flat distribution loses 0.18 nats
    assert found.gain == pytest.approx(0.5 * np.log(12.0) - 0.5 - 0.5 * np.log(2.0 * np.pi), abs=1e-3)


def test_an_estimate_with_scatter_gains_what_its_width_says() -> None:
    rng = np.random.default_rng(0)
    truth = rng.uniform(LOW, HIGH, 20_000)
    found = measured(truth + 0.1 * rng.normal(size=20_000), np.full(20_000, 0.1), truth)
    assert found.error == pytest.approx(0.1, rel=0.03)
    assert found.gain == pytest.approx(np.log((HIGH - LOW) / 0.1) - 0.5 * np.log(2.0 * np.pi) - 0.5, abs=0.03)
