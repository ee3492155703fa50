"""A network that finds and measures lenses, trained on images that are never stored, with PyTorch.

`python -m jaxlens.examples.train_torch --out scatter.png` takes about two minutes on two cores.  PyTorch
reads the images of jaxlens as tensors without copying them.
"""

from __future__ import annotations

import os
import time
from typing import Any

import jax
import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils import dlpack
from torch.utils.data import DataLoader

from jaxlens.config import load_config
from jaxlens.examples import lens_finding as task

# The number of channels of each of the three convolutions.
CHANNELS = (16, 32, 64)
# The number of units of the hidden dense layer.
HIDDEN = 64
# The largest learning rate.
RATE = 3e-3


class Network(nn.Module):  # type: ignore[misc, unused-ignore]
    """Three convolutions, each of which halves the image, and two dense layers."""

    def __init__(self, bands: int, side: int) -> None:
        super().__init__()
        layers: list[Any] = []
        for before, after in zip((bands, *CHANNELS), CHANNELS, strict=False):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU()]
            side = -(-side // 2)
        dense = [nn.Flatten(), nn.Linear(CHANNELS[-1] * side**2, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2)]
        self.layers = nn.Sequential(*layers, *dense)

    def forward(self, images: Any) -> tuple[Any, Any]:
        """The log-odds that images (n, bands, y, x) show a lens, and Einstein radii in arcsec, (n,)."""
        last = self.layers(torch.asinh(images / task.SOFTENING))
        return last[:, 0], task.MIDDLE + task.WIDTH * last[:, 1]


def loss(network: Network, images: Any, theta_E: Any, lensed: Any) -> Any:
    """The cross-entropy of the classes, plus the squared error of the Einstein radii of lenses.

    Args:
        network: the network.
        images: the images, (n, bands, y, x).
        theta_E: the true Einstein radii, arcsec, (n,).
        lensed: whether each image shows a lens, (n,).

    Returns:
        The loss, ().
    """
    log_odds, measured = network(images)
    cross_entropy = functional.binary_cross_entropy_with_logits(log_odds, lensed.float())
    error = torch.where(lensed, (measured - theta_E) / task.WIDTH, 0.0)
    return cross_entropy + torch.mean(error**2)


def train(
    network: Network, steps: int, batch: int, config: Any, seed: int = task.TRAINING_SEED
) -> list[float]:
    """Train on a stream, which makes the next images while the network learns from the present ones.

    Args:
        network: the network, which is trained in place.
        steps: the number of training steps.
        batch: the number of images for each step.
        config: the configuration file.
        seed: the seed of the images.

    Returns:
        The loss before each step.
    """
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1, pct_start=0.1)
    losses = []
    with task.batches(batch, seed, config) as stream:
        loader = iter(DataLoader(stream.torch(), batch_size=None))
        lenses = stream.configurations.index(task.LENSED)
        for _ in range(steps):
            data = next(loader)
            value = loss(network, data.images, data.labels[:, 0], data.configuration == lenses)
            optimizer.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(value.item())
    return losses


def main(given: list[str] | None = None) -> task.Score:
    """Train, print the score on systems that the network was not trained on, and return it."""
    options = task.arguments((__doc__ or "").split("\n")[0], given)
    torch.manual_seed(0)
    # jaxlens simulates on the other half of the cores at the same time
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))
    instrument = load_config(options.config).instrument
    network = Network(len(instrument.bands), instrument.num_pix)
    started = time.perf_counter()
    losses = train(network, options.steps, options.batch, options.config)
    seconds = time.perf_counter() - started
    print(f"{options.steps} steps of {options.batch} images in {seconds:.0f} s; loss {losses[-1]:.3f}")

    def predict(images: jax.Array) -> tuple[np.ndarray, np.ndarray]:
        with torch.inference_mode():
            log_odds, theta_E = network(dlpack.from_dlpack(images))
        return log_odds.numpy(), theta_E.numpy()

    result = task.score(predict, options.test, options.batch, options.config)
    print(result)
    if options.out:
        task.draw(result, options.out)
    return result


if __name__ == "__main__":
    main()
