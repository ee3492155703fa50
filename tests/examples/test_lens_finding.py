"""The training examples at a tiny size: the loss falls, and the network is judged by what it never saw."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
import torch

from jaxlens.config import example_path
from jaxlens.examples import lens_finding, train_jax, train_torch
from jaxlens.examples.lens_finding import Score

TINY = ("--steps", "12", "--batch", "16", "--test", "48")


@pytest.fixture
def config(tmp_path: Path) -> str:
    """The examples' file with smaller images in one band."""
    text = example_path("lens_or_not").read_text(encoding="utf-8")
    text = re.sub(r"numPix: \d+", "numPix: 16", text).replace("pixel_scale: 0.2", "pixel_scale: 0.45")
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("train", [train_jax.trained, train_jax.trained_purely])
def test_the_loss_falls(train: Any, config: str) -> None:
    weights = train_jax.initial(jax.random.key(0), 3, 16)
    _, losses = train(weights, 60, 16, config)
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])


def test_the_loss_falls_with_pytorch(config: str) -> None:
    torch.manual_seed(0)
    losses = train_torch.train(train_torch.Network(3, 16), 100, 16, config)
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])


@pytest.mark.parametrize("example", [train_jax, train_torch])
def test_an_example_runs(
    example: Any, config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "scatter.png"
    found = example.main([*TINY, "--config", config, "--out", str(picture)])
    assert len(found.truth) == len(found.theta_E) == 48
    assert np.all(found.truth[found.lensed] >= lens_finding.MIDDLE - lens_finding.WIDTH)
    assert "systems that it never saw" in capsys.readouterr().out
    assert picture.stat().st_size > 1000


def test_networks_are_judged_rightly() -> None:
    lensed = np.array([True, True, False, False])
    truth = np.array([1.0, 2.0, 0.0, 0.0])
    perfect = Score(np.array([3.0, 1.0, -1.0, -2.0]), truth + 0.5, lensed, truth)
    assert (perfect.accuracy, perfect.area) == (1.0, 1.0)
    np.testing.assert_array_equal(perfect.residual, [0.5, 0.5])
    assert "bias +0.500 arcsec, scatter 0.000 arcsec" in str(perfect)
    undecided = Score(np.zeros(4), truth, lensed, truth)
    assert undecided.area == 0.5
