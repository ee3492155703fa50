"""NUTS of two packages on the posterior that `jaxlens.fit` leaves with its result."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from jaxlens.examples import mock_posterior

SIDE = 24
KEPT = ("magnitude", "center_x", "center_y")


def test_the_examples_of_samplers_import_their_packages_only_to_sample() -> None:
    for name in ("nuts_numpyro", "nuts_blackjax"):
        assert callable(importlib.import_module(f"jaxlens.examples.{name}").main)


def test_the_comparison_is_in_errors_of_the_fit() -> None:
    result = SimpleNamespace(names=("a", "b"), values=np.array([[1.0, 2.0]]), sigma=np.array([[0.1, 0.2]]))
    draws = SimpleNamespace(mean=np.array([[1.1, 2.6]]), std=np.array([[0.1, 0.2]]))
    table = mock_posterior.comparison(result, draws)  # type: ignore[arg-type]
    np.testing.assert_allclose(table["offset"], [1.0, 3.0])
    np.testing.assert_allclose(table["ratio"], [1.0, 1.0])


def simple_file(num_pix: int) -> dict[str, Any]:
    """The mock of the examples with a round lens and a round source, whose programs compile quickly."""
    config = mock_posterior.mock_file(num_pix)
    lens, source = (config["SPECIES"][f"GALAXY_{i}"] for i in (1, 2))
    mass = {"NAME": "SIS", "PARAMETERS": {"theta_E": lens["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"]}}
    light = source["LIGHT_PROFILE_1"]["PARAMETERS"]
    round_light = {"sigma": light["R_sersic"]} | {name: light[name] for name in KEPT}
    config["SPECIES"] = {
        "GALAXY_1": {"NAME": "LENS", "MASS_PROFILE_1": mass},
        "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": "GAUSSIAN", "PARAMETERS": round_light}},
    }
    config["IMAGE"]["PARAMETERS"]["psf_type"] = "NONE"
    return config


@pytest.mark.long
@pytest.mark.parametrize(("name", "file"), [("nuts_blackjax", None), ("nuts_numpyro", simple_file)])
def test_the_draws_spread_as_the_errors_of_the_fit(
    name: str,
    file: Callable[[int], dict[str, Any]] | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Standard deviations within 15%: 1000 draws know them to some 3%; the posterior is about Gaussian."""
    if file is not None:
        config = file(SIDE)
        monkeypatch.setattr(mock_posterior, "mock_file", lambda num_pix: config)
    example = importlib.import_module(f"jaxlens.examples.{name}")
    assert example.main(["--num-pix", str(SIDE), "--samples", "600", "--warmup", "200"]) == 0
    assert "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E" in capsys.readouterr().out
