"""A network that finds and measures lenses, trained on images that are never stored, with JAX and optax.

`python -m jaxlens.examples.train_jax --out scatter.png` takes about two minutes on two cores.  With `--pure`
the images are simulated inside the jitted training step.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

import jaxlens
from jaxlens.examples import lens_finding as task
from jaxlens.streams.batches import StreamBatch

# The weights of the network, by the names of its layers.
Weights = dict[str, jax.Array]
# The number of channels of each of the three convolutions.
CHANNELS = (16, 32, 64)
# The number of units of the hidden dense layer.
HIDDEN = 64
# The largest learning rate.
RATE = 3e-3


def initial(key: jax.Array, bands: int, side: int) -> Weights:
    """Random weights of three convolutions, each of which halves the image, and two dense layers.

    Args:
        key: the random key of the weights.
        bands: the number of bands of the images.
        side: the number of pixels along one side of the images.

    Returns:
        The weights.
    """
    for _ in CHANNELS:
        side = -(-side // 2)
    widths = (bands, *CHANNELS)
    shapes: dict[str, tuple[int, ...]] = {
        f"conv{k}": (width, widths[k], 3, 3) for k, width in enumerate(CHANNELS)
    }
    shapes |= {"hidden": (CHANNELS[-1] * side**2, HIDDEN), "last": (HIDDEN, 2)}
    weights = {}
    for name, layer_key in zip(shapes, jax.random.split(key, len(shapes)), strict=True):
        shape = shapes[name]
        inputs = np.prod(shape[1:]) if len(shape) == 4 else shape[0]
        weights[name] = jax.random.normal(layer_key, shape) * jnp.sqrt(2.0 / inputs)
        weights[f"{name}_bias"] = jnp.zeros(shape[0] if len(shape) == 4 else shape[1])
    return weights


def network(weights: Weights, images: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The log-odds that images (n, bands, y, x) show a lens, (n,), and the Einstein radii, arcsec, (n,)."""
    x = jnp.arcsinh(images / task.SOFTENING)
    for k in range(len(CHANNELS)):
        x = jax.lax.conv_general_dilated(x, weights[f"conv{k}"], (2, 2), "SAME")
        x = jax.nn.relu(x + weights[f"conv{k}_bias"][None, :, None, None])
    x = x.reshape(len(x), -1)
    x = jax.nn.relu(x @ weights["hidden"] + weights["hidden_bias"][None])
    x = x @ weights["last"] + weights["last_bias"][None]
    return x[:, 0], task.MIDDLE + task.WIDTH * x[:, 1]


def loss(weights: Weights, images: jax.Array, theta_E: jax.Array, lensed: jax.Array) -> jax.Array:
    """The cross-entropy of the classes, plus the squared error of the Einstein radii of lenses.

    Args:
        weights: the weights of the network.
        images: the images, (n, bands, y, x).
        theta_E: the true Einstein radii, arcsec, (n,).
        lensed: whether each image shows a lens, (n,).

    Returns:
        The loss, ().
    """
    log_odds, measured = network(weights, images)
    cross_entropy = jnp.mean(optax.sigmoid_binary_cross_entropy(log_odds, lensed.astype(float)))
    return cross_entropy + jnp.mean(jnp.where(lensed, (measured - theta_E) / task.WIDTH, 0.0) ** 2)


def trained(weights: Weights, steps: int, batch: int, config: Any) -> tuple[Weights, list[float]]:
    """Train on a stream, which makes the next images while the network learns from the present ones.

    Args:
        weights: the weights at the start, whose memory is reused.
        steps: the number of training steps.
        batch: the number of images for each step.
        config: the configuration file.

    Returns:
        The trained weights, and the loss before each step.
    """
    optimizer = optimizer_for(steps)
    state = optimizer.init(weights)

    @partial(jax.jit, donate_argnums=(0, 1))
    def step(weights: Weights, state: Any, batch: StreamBatch) -> Any:
        lensed = batch.configuration == lenses
        return improved(optimizer, weights, state, batch.images, batch.labels[:, 0], lensed)

    losses = []
    with task.batches(batch, task.TRAINING_SEED, config) as batches:
        lenses = batches.configurations.index(task.LENSED)
        for _ in range(steps):
            weights, state, value = step(weights, state, next(batches))
            losses.append(value)
    return weights, [float(value) for value in losses]


def trained_purely(weights: Weights, steps: int, batch: int, config: Any) -> tuple[Weights, list[float]]:
    """Train on images that are simulated inside the jitted step, half of each class.

    Args:
        weights: the weights at the start, whose memory is reused.
        steps: the number of training steps.
        batch: the number of images for each step.
        config: the configuration file.

    Returns:
        The trained weights, and the loss before each step.
    """
    optimizer, half = optimizer_for(steps), batch // 2
    state = optimizer.init(weights)
    lenses, others = (jaxlens.Simulator(config, label) for label in ("LENSED", "NOT_LENSED"))
    key = jax.random.key(task.TRAINING_SEED, impl="threefry2x32")
    lensed = jnp.arange(2 * half) < half

    @partial(jax.jit, donate_argnums=(0, 1))
    def step(weights: Weights, state: Any, i: jax.Array) -> Any:
        with_lens, params = lenses(key, half, start=half * i)
        without, _ = others(key, half, start=half * i)
        images = jnp.concatenate([with_lens, without])
        theta_E = jnp.pad(params[task.THETA_E], (0, half))
        return improved(optimizer, weights, state, images, theta_E, lensed)

    losses = []
    for i in range(steps):
        weights, state, value = step(weights, state, jnp.uint32(i))
        losses.append(value)
    return weights, [float(value) for value in losses]


def optimizer_for(steps: int) -> optax.GradientTransformation:
    """AdamW with a learning rate that rises for up to a hundred steps and then falls as a cosine."""
    warmup = min(100, steps // 4)
    rate = optax.warmup_cosine_decay_schedule(0.0, RATE, warmup, steps)
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(rate, weight_decay=1e-4))


def improved(
    optimizer: optax.GradientTransformation, weights: Weights, state: Any, *data: jax.Array
) -> tuple[Weights, Any, jax.Array]:
    """One step of training.

    Args:
        optimizer: the optimizer of optax.
        weights: the weights before the step.
        state: the state of the optimizer before the step.
        data: images, Einstein radii and classes, as in `loss`.

    Returns:
        Weights and state after the step, and the loss before it.
    """
    value, gradient = jax.value_and_grad(loss)(weights, *data)
    update, state = optimizer.update(gradient, state, weights)
    return optax.apply_updates(weights, update), state, value


def main(given: list[str] | None = None) -> task.Score:
    """Train, print the score on systems that the network was not trained on, and return it."""
    options = task.arguments((__doc__ or "").split("\n")[0], given)
    config = options.config
    instrument = jaxlens.load_config(config).instrument
    weights = initial(jax.random.key(0), len(instrument.bands), instrument.num_pix)
    train: Callable[..., Any] = trained_purely if options.pure else trained
    started = time.perf_counter()
    weights, losses = train(weights, options.steps, options.batch, config)
    seconds = time.perf_counter() - started
    print(f"{options.steps} steps of {options.batch} images in {seconds:.0f} s; loss {losses[-1]:.3f}")
    predict = jax.jit(partial(network, weights))
    result = task.score(lambda images: jax.device_get(predict(images)), options.test, options.batch, config)
    print(result)
    if options.out:
        task.draw(result, options.out)
    return result


if __name__ == "__main__":
    main()
