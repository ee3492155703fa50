"""A small network that measures log10 f_sub in images of `subhaloes_cdm`: `... regression [--full]`.

It is trained on a stream, and tested on the systems of `jaxlens.train_test_streams`, which no training stream
has.  It gives a mean and a width; guessing is the mean and the width of the file's distribution.  With
`--full` the numbers go to validation/results and the figure to docs; without, some steps show that all of it
works.

The network sees an image, and the residuals of the smooth lens that fits it best (`smooth_fit`), since what
subhaloes do is a small part of what the macro lens and the source do.  The residuals come from the image
alone, as those of an observer do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

import jaxlens
from jaxlens.streams.batches import StreamBatch
from validation.haloes import DOCS, RESULTS
from validation.haloes.smooth_fit import SmoothFit
from validation.speed import machine

CONFIG, LABEL = "subhaloes_cdm", "PLANE_1-OBJECT_1-SUBSTRUCTURE-f_sub"
RESULT, FIGURE = RESULTS / "subhaloes_regression.json", DOCS / "subhaloes_regression.png"
# Filters of the residuals, which begin as Gaussians of these widths (pixels), and their size.
SCALES = tuple(np.geomspace(0.4, 4.0, 16))
SIZE = 15
# The width by which the image is smoothed before it weighs pixels, pixels.
BLUR = 1.0
# Units of what weighs pixels by their brightness.
GATE = 16
# Units of the hidden dense layer.
HIDDEN = 64
# Counts/s, about the noise of a pixel.
NOISE = 0.02
# The largest learning rate.
RATE = 2e-3
# Each batch is used this often, turned and flipped at random.
REPEATS = 5
# The seed of the systems.
SEED = 19
# log10 f_sub: mean and width of the distribution of the file, loguniform from 0.001 to 0.05.
LOW, HIGH = np.log10(0.001), np.log10(0.05)
MEAN, WIDTH = 0.5 * (LOW + HIGH), (HIGH - LOW) / np.sqrt(12.0)

Weights = dict[str, jax.Array]


@dataclass(frozen=True)
class Effort:
    """Batches of training, images of a batch, and test images."""

    batches: int
    batch: int
    test: int


FULL, QUICK = Effort(160, 64, 2048), Effort(6, 32, 64)


@dataclass(frozen=True)
class Measured:
    """How well log10 f_sub is measured, in dex.

    Attributes:
        error: the root mean square of estimate minus truth.
        guessing: that of guessing the mean.
        correlation: of estimate and truth.
        gain: how much larger the logarithm of the probability of the truth is than by guessing, nats.
    """

    error: float
    guessing: float
    correlation: float
    gain: float


def gaussians(widths: Iterable[float]) -> np.ndarray:
    """Filters (widths, 1, SIZE, SIZE) that leave white noise of variance 1 as noise of variance 1."""
    r = np.arange(SIZE) - SIZE // 2
    found = [np.exp(-0.5 * (r[:, None] ** 2 + r[None, :] ** 2) / width**2) for width in widths]
    return np.stack([one / np.sqrt(np.sum(one**2)) for one in found])[:, None]


def initial(key: jax.Array) -> Weights:
    """The weights before training: filters are Gaussians, the rest is random."""
    count = len(SCALES)
    weights = {"filters": jnp.asarray(gaussians(SCALES), jnp.float32)}
    shapes = {
        "gate": (1, GATE),
        "weighing": (GATE, count),
        "hidden": (2 * count, HIDDEN),
        "last": (HIDDEN, 2),
    }
    for name, shape in shapes.items():
        key, own, other = jax.random.split(key, 3)
        weights[name] = jax.random.normal(own, shape) * np.sqrt(2.0 / shape[0])
        weights[f"{name}_bias"] = jax.random.normal(other, shape[1:]) * (name == "gate")
    return weights


def network(weights: Weights, images: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean and logarithm of the width of (log10 f_sub - MEAN) / WIDTH, from what is `seen` (n, 2, y, x).

    Residuals are filtered, and their squares averaged over pixels with weights that are functions of the
    brightness there; two dense layers follow.
    """
    blur = jnp.asarray(gaussians([BLUR]) / gaussians([BLUR]).sum(), images.dtype)
    light = jnp.arcsinh(filtered(images[:, :1], blur))[:, 0, :, :, None]
    inner = jax.nn.relu(light * weights["gate"][0] + weights["gate_bias"])
    share = jax.nn.sigmoid(inner @ weights["weighing"] + weights["weighing_bias"])
    squares = jnp.moveaxis(filtered(images[:, 1:], weights["filters"]), 1, -1) ** 2
    total = jnp.sum(share, axis=(1, 2)) + 1.0
    power = jnp.log((jnp.sum(share * squares, axis=(1, 2)) + 1.0) / total)
    x = jnp.concatenate([3.0 * power, jnp.log(total) - 6.0], axis=1)
    x = jax.nn.relu(x @ weights["hidden"] + weights["hidden_bias"])
    x = x @ weights["last"] + weights["last_bias"]
    return x[:, 0], x[:, 1]


def filtered(images: jax.Array, filters: jax.Array) -> jax.Array:
    """Images (n, 1, y, x) with each of some filters (k, 1, SIZE, SIZE), (n, k, y, x)."""
    return jax.lax.conv_general_dilated(images, filters, (1, 1), "SAME")


def loss(weights: Weights, images: jax.Array, target: jax.Array) -> jax.Array:
    """The mean of minus the logarithm of the probability of the targets (n,), but for a constant."""
    mean, log_width = network(weights, images)
    return jnp.mean(log_width + 0.5 * ((target - mean) * jnp.exp(-log_width)) ** 2)


def seen(fit: SmoothFit, batch: StreamBatch) -> jax.Array:
    """What the network sees of a batch: images over the noise, and residuals, (n, 2, y, x)."""
    return jnp.concatenate([batch.images / NOISE, fit.residuals(batch.images, batch.parameters)], axis=1)


def turned(images: jax.Array, key: jax.Array) -> jax.Array:
    """Images turned by a multiple of 90 degrees and flipped or not, all alike."""
    turns = [partial(jnp.rot90, k=k, axes=(2, 3)) for k in range(4)]
    flip, turn = jax.random.bernoulli(key), jax.random.randint(key, (), 0, 4)
    return jax.lax.switch(turn, turns, jnp.where(flip, images[..., ::-1], images))


def trained(effort: Effort, batches: Iterator[Any]) -> tuple[Weights, list[float]]:
    """Train on a stream.

    Args:
        effort: how long.
        batches: the stream.

    Returns:
        The weights, and the loss before each step.
    """
    steps = REPEATS * effort.batches
    rate = optax.warmup_cosine_decay_schedule(0.0, RATE, min(100, steps // 4), steps)
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate, weight_decay=1e-4))
    weights = initial(jax.random.key(0))
    state = optimizer.init(weights)

    @jax.jit
    def step(weights: Weights, state: Any, key: jax.Array, images: jax.Array, f_sub: jax.Array) -> Any:
        target = (jnp.log10(f_sub) - MEAN) / WIDTH
        value, gradient = jax.value_and_grad(loss)(weights, turned(images, key), target)
        update, state = optimizer.update(gradient, state, weights)
        return optax.apply_updates(weights, update), state, value

    fit, data = SmoothFit(CONFIG), []
    losses: list[jax.Array] = []
    for _ in range(effort.batches):
        batch = next(batches)
        data.append((np.asarray(seen(fit, batch)), np.asarray(batch.labels[:, 0])))
    for epoch in range(REPEATS):
        for i in np.random.default_rng(epoch).permutation(effort.batches):
            key = jax.random.fold_in(jax.random.key(SEED), len(losses))
            weights, state, value = step(weights, state, key, *data[i])
            losses.append(value)
        print(f"{epoch + 1} times all, loss {np.mean(losses[-effort.batches :]):.3f}", flush=True)
    return weights, [float(value) for value in losses]


def answers(weights: Weights, test: Iterator[Any], batches: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """log10 f_sub of the network with its width, and the truth, each (n,), of test systems.

    Args:
        weights: those of the network.
        test: the stream of test systems.
        batches: how many batches of them.

    Returns:
        The mean, the width and the truth.
    """
    predict, rows, fit = jax.jit(partial(network, weights)), [], SmoothFit(CONFIG)
    for _ in range(batches):
        batch = next(test)
        mean, log_width = predict(seen(fit, batch))
        rows.append((mean, jnp.exp(log_width), jnp.log10(batch.labels[:, 0])))
    columns = zip(*rows, strict=True)
    mean, width, truth = (np.concatenate([np.asarray(a, float) for a in one]) for one in columns)
    return MEAN + WIDTH * mean, WIDTH * width, truth


def measured(mean: np.ndarray, width: np.ndarray, truth: np.ndarray) -> Measured:
    """The numbers of `Measured`.

    >>> truth = np.linspace(-3.0, -1.3, 50)
    >>> measured(truth, 0.1 * np.ones(50), truth).error
    0.0
    """
    ours = -np.log(width) - 0.5 * ((mean - truth) / width) ** 2
    # the density of the file is 1 / (HIGH - LOW) everywhere; that of a Gaussian has the factor 1 / sqrt(2 pi)
    flat = -np.log(HIGH - LOW) + 0.5 * np.log(2.0 * np.pi)
    return Measured(
        error=float(np.sqrt(np.mean((mean - truth) ** 2))),
        guessing=float(np.sqrt(np.mean((truth - MEAN) ** 2))),
        correlation=float(np.corrcoef(mean, truth)[0, 1]) if np.ptp(mean) else 0.0,
        gain=float(np.mean(ours) - flat),
    )


def draw(mean: np.ndarray, width: np.ndarray, truth: np.ndarray, found: Measured) -> None:
    """The figure: estimates against truths, with the mean and the scatter in bins."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
    axes.scatter(truth, mean, s=3, alpha=0.25, linewidths=0, color="C0", rasterized=True)
    edges = np.linspace(LOW, HIGH, 9)
    own = [(truth >= low) & (truth < high) for low, high in pairwise(edges)]
    middle = 0.5 * (edges[:-1] + edges[1:])
    axes.errorbar(
        middle,
        [mean[one].mean() for one in own],
        [mean[one].std() for one in own],
        fmt="o",
        color="C3",
        label="mean and scatter",
    )
    axes.plot([LOW, HIGH], [LOW, HIGH], color="black", linewidth=1)
    axes.axhline(MEAN, color="black", linewidth=1, linestyle=":", label="guessing")
    axes.set(xlabel="true log10 f_sub", ylabel="by the network")
    axes.set_title(f"error {found.error:.2f} dex; guessing {found.guessing:.2f} dex", fontsize=10)
    axes.legend(fontsize=8)
    figure.savefig(FIGURE, dpi=90)
    plt.close(figure)


def run(full: bool) -> None:
    """Train and test; write the numbers and the figure where it is the full size."""
    effort, started = FULL if full else QUICK, time.perf_counter()
    training, test = jaxlens.train_test_streams(CONFIG, effort.batch, seed=SEED, labels=[LABEL])
    with training:
        weights, losses = trained(effort, training)
    seconds = time.perf_counter() - started
    with test:
        mean, width, truth = answers(weights, test, effort.test // effort.batch)
    found = measured(mean, width, truth)
    print(f"{effort}: {seconds:.0f} s, last losses {np.mean(losses[-50:]):.3f}\n{found}")
    if full:
        text = {"effort": asdict(effort), "repeats": REPEATS, "seconds": round(seconds)} | asdict(found)
        RESULT.write_text(json.dumps(text | {"machine": machine.device()}, indent=1) + "\n")
        draw(mean, width, truth, found)
