"""The task of the training examples: training images, the score of a network, and a picture of the score.

The packaged file `lens_or_not` describes lenses, and elliptical galaxies with a blue neighbour.  A network
estimates the log-odds that an image shows a lens, and the Einstein radius if it does.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.streams.stream import Stream, stream

# The name of that file.
CONFIG = "lens_or_not"
# The NAME of the configuration of lenses; every other one has none.
LENSED = "LENSED"
# The name of the Einstein radius among the parameters.
THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
# Arcsec: the middle of the interval of Einstein radii in the file.
MIDDLE = 1.3
# Arcsec: half of the width of the interval.  Networks learn (theta_E - MIDDLE) / WIDTH, between -1 and 1.
WIDTH = 0.7
# Counts/s, about the noise of a pixel in the brightest band.  Networks see arcsinh(image / SOFTENING).
SOFTENING = 0.1
# The seed of the training images.
TRAINING_SEED = 1
# The seed of the test images.
TEST_SEED = 2

# A function from images (n, bands, y, x) to log-odds (n,) and Einstein radii (n,), arcsec.
Predict = Callable[[Any], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Score:
    """The answers of a network on n systems that it was not trained on, and the truth.

    Attributes:
        log_odds: the network's log-odds of a lens, (n,).
        theta_E: the network's Einstein radius, arcsec, (n,).
        lensed: whether the system is a lens, (n,).
        truth: the true Einstein radius, arcsec, (n,); 0 without a lens.
    """

    log_odds: np.ndarray
    theta_E: np.ndarray
    lensed: np.ndarray
    truth: np.ndarray

    @property
    def accuracy(self) -> float:
        """The fraction that is classified correctly, with a threshold at even odds."""
        return float(np.mean((self.log_odds > 0) == self.lensed))

    @property
    def area(self) -> float:
        """The area under the ROC curve: the probability that a lens has larger log-odds than another galaxy.

        >>> answers = np.array([2.0, -1.0, 0.5, -3.0])
        >>> Score(answers, answers, np.array([True, True, False, False]), answers).area
        0.75
        """
        lenses, others = self.log_odds[self.lensed], self.log_odds[~self.lensed]
        above = lenses[:, None] > others[None, :]
        return float(np.mean(above + 0.5 * (lenses[:, None] == others[None, :])))

    @property
    def residual(self) -> np.ndarray:
        """Measured minus true Einstein radius of the lenses, arcsec."""
        return (self.theta_E - self.truth)[self.lensed]

    def __str__(self) -> str:
        bias, scatter = self.residual.mean(), self.residual.std()
        return (
            f"{len(self.lensed)} systems that it never saw: {100 * self.accuracy:.1f}% classified correctly, "
            f"area under the ROC curve {self.area:.4f}; "
            f"theta_E of lenses: bias {bias:+.3f} arcsec, scatter {scatter:.3f} arcsec"
        )


def batches(size: int, seed: int, config: Any = CONFIG) -> Stream:
    """A stream of images with the Einstein radius as label.

    Args:
        size: the number of systems in a batch.
        seed: the seed of the systems.
        config: the configuration file.

    Returns:
        The stream.
    """
    return stream(config, size, seed=seed, labels=[THETA_E])


def score(predict: Predict, count: int, size: int, config: Any = CONFIG) -> Score:
    """The score of a network on systems of the test seed.

    Args:
        predict: the network, a function of images (n, bands, y, x) to log-odds and Einstein radii (n,).
        count: the smallest number of systems.
        size: the number of systems in a batch.
        config: the configuration file.

    Returns:
        The score.
    """
    found = []
    with batches(size, TEST_SEED, config) as test:
        while test.index < count:
            batch = next(test)
            lensed = np.asarray(batch.configuration) == test.configurations.index(LENSED)
            truth = np.where(lensed, np.asarray(batch.labels[:, 0]), 0.0)
            found.append((*predict(batch.images), lensed, truth))
    return Score(*(np.concatenate(column) for column in zip(*found, strict=True)))


def draw(result: Score, path: Path) -> None:
    """Write a picture: Einstein radii against the truth, and histograms of the log-odds of both classes."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    interval = [MIDDLE - WIDTH, MIDDLE + WIDTH]
    left.plot(interval, interval, color="black", linewidth=1)
    left.scatter(result.truth[result.lensed], result.theta_E[result.lensed], s=4, alpha=0.5)
    limits = (interval[0] - 0.2, interval[1] + 0.2)
    left.set(xlabel="true Einstein radius [arcsec]", ylabel="by the network [arcsec]")
    left.set(xlim=limits, ylim=limits, aspect="equal")
    left.set_title(f"scatter {result.residual.std():.3f}, bias {result.residual.mean():+.3f} arcsec")
    edges = np.linspace(np.percentile(result.log_odds, 0.5), np.percentile(result.log_odds, 99.5), 40)
    for name, chosen in (("lensed", result.lensed), ("not lensed", ~result.lensed)):
        right.hist(result.log_odds[chosen], edges, histtype="stepfilled", alpha=0.6, label=name)
    right.set(xlabel="log-odds of a lens, by the network", ylabel="systems")
    right.set_title(f"{100 * result.accuracy:.1f}% right, area under the ROC curve {result.area:.4f}")
    right.legend()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def arguments(description: str, given: list[str] | None) -> argparse.Namespace:
    """The options of the training examples, from `given`, or from the command line where that is None."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--steps", type=int, default=1500, help="steps of training (%(default)s)")
    parser.add_argument("--batch", type=int, default=128, help="images for each step (%(default)s)")
    parser.add_argument("--test", type=int, default=4000, help="test images (%(default)s)")
    parser.add_argument("--config", default=CONFIG, help="configuration with the same task (%(default)s)")
    parser.add_argument("--out", type=Path, help="where to write the picture")
    parser.add_argument("--pure", action="store_true", help="simulate inside the jitted step (JAX only)")
    return parser.parse_args(given)
