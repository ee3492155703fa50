"""The report of recovered populations: its simulated images, and when a value counts as missed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from jaxlens import Simulator
from jaxlens.populations.result import PopulationFit
from validation.recovery import populations as population_recovery
from validation.recovery.populations import TRUTH, configuration, main, mock_images


def test_the_free_hyperparameters_are_those_of_the_file() -> None:
    hyperparameters = Simulator(configuration(*TRUTH.values())).hyperparameters
    assert {path: float(hyperparameters[path]) for path in TRUTH} == pytest.approx(TRUTH)


@pytest.mark.long
def test_mock_images_are_of_their_seed() -> None:
    first, second = mock_images(1, 3), mock_images(2, 3)
    assert first.shape == (3, 1, 32, 32)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(mock_images(1, 3), first)


@pytest.mark.parametrize(
    ("factor", "errors", "converged", "missed"),
    [(1.01, 0.01, True, 0), (1.06, 0.1, True, 1), (1.04, 0.01, True, 1), (1.01, 0.01, False, 1)],
)
def test_a_value_far_from_the_truth_is_missed(
    factor: float,
    errors: float,
    converged: bool,
    missed: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    values = factor * np.asarray(list(TRUTH.values()))
    # two samples with this standard deviation, relative to the values
    samples = values * (1.0 + errors / np.sqrt(2.0) * np.asarray([[1.0], [-1.0]]))
    more: dict[str, Any] = {"distance": 0.0, "warnings": (), "config": {}, "text": ""}
    result = PopulationFit(
        tuple(TRUTH), values, values, samples, converged=converged, history=pd.DataFrame([{}]), **more
    )
    monkeypatch.setattr(population_recovery, "recovered", lambda seed: result)
    assert main(["--seeds", "3"]) == missed
    assert ("MISSED" in capsys.readouterr().out) == bool(missed)
