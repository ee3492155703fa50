"""The training examples at a tiny size: the loss falls, and networks are scored on other systems."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import jax
import numpy as np
import pytest

from jaxlens.config import example_path
from jaxlens.examples import lens_finding, train_jax
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


def test_the_loss_of_the_network_is_a_number() -> None:
    """By shapes alone, without compiling the network or training it."""

    def loss(key: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        weights = train_jax.initial(key, 3, 16)
        images = jax.numpy.zeros((5, 3, 16, 16))
        lensed = jax.numpy.zeros(5, bool)
        return (
            *train_jax.network(weights, images),
            train_jax.loss(weights, images, images[:, 0, 0, 0], lensed),
        )

    log_odds, theta_E, value = jax.eval_shape(loss, jax.random.key(0))
    assert log_odds.shape == theta_E.shape == (5,)
    assert value.shape == ()


def test_the_options_have_defaults() -> None:
    options = lens_finding.arguments("example", ["--steps", "3"])
    assert (options.steps, options.batch, options.config, options.pure) == (3, 128, "lens_or_not", False)


@pytest.mark.long
@pytest.mark.parametrize("name", ["trained", "trained_purely"])
def test_the_loss_falls(name: str, config: str) -> None:
    weights = train_jax.initial(jax.random.key(0), 3, 16)
    _, losses = getattr(train_jax, name)(weights, 60, 16, config)
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])


@pytest.mark.long
def test_the_loss_falls_with_pytorch(config: str) -> None:
    import torch

    from jaxlens.examples import train_torch

    torch.manual_seed(0)
    # as on two cores in the example: more threads wait for each other and for JAX's
    torch.set_num_threads(1)
    losses = train_torch.train(train_torch.Network(3, 16), 100, 16, config)
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])


@pytest.mark.long
@pytest.mark.parametrize("name", ["train_jax", "train_torch"])
def test_an_example_runs(name: str, config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "scatter.png"
    example = importlib.import_module(f"jaxlens.examples.{name}")
    found = example.main([*TINY, "--config", config, "--out", str(picture)])
    assert len(found.truth) == len(found.theta_E) == 48
    assert np.all(found.truth[found.lensed] >= lens_finding.MIDDLE - lens_finding.WIDTH)
    assert "systems that it never saw" in capsys.readouterr().out
    assert picture.stat().st_size > 1000


def test_scores_are_those_of_perfect_and_of_undecided_networks() -> None:
    lensed = np.array([True, True, False, False])
    truth = np.array([1.0, 2.0, 0.0, 0.0])
    perfect = Score(np.array([3.0, 1.0, -1.0, -2.0]), truth + 0.5, lensed, truth)
    assert (perfect.accuracy, perfect.area) == (1.0, 1.0)
    np.testing.assert_array_equal(perfect.residual, [0.5, 0.5])
    assert "bias +0.500 arcsec, scatter 0.000 arcsec" in str(perfect)
    undecided = Score(np.zeros(4), truth, lensed, truth)
    assert undecided.area == 0.5


def test_a_picture_of_a_score_is_written(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    lensed = np.arange(40) < 20
    truth = np.where(lensed, random.uniform(0.6, 2.0, 40), 0.0)
    lens_finding.draw(Score(random.standard_normal(40), truth, lensed, truth), tmp_path / "score.png")
    assert (tmp_path / "score.png").stat().st_size > 1000
