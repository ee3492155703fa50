"""Whole images against frozen images by lenstronomy's SimulationAPI."""

from __future__ import annotations

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from validation import references

SCENES = references.load("scenes")


def render(scene: str) -> np.ndarray:
    group = SCENES[scene]
    sim = Simulator(json.loads(str(group["config"])))
    params = {name: jnp.asarray(value)[None] for name, value in references.parameters(group).items()}
    return np.asarray(sim.render(params)[0])


@pytest.mark.parametrize("scene", SCENES)
def test_an_image_is_lenstronomy_s(scene: str) -> None:
    """To 1e-4 of the peak in float32 and 1e-6 in float64."""
    expected = SCENES[scene]["image"]
    peak = np.abs(expected).max()
    assert np.abs(render(scene) - expected).max() < 1e-4 * peak
    with jax.enable_x64(True):
        assert np.abs(render(scene) - expected).max() < 1e-6 * peak
