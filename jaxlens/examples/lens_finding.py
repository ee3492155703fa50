"""What the training examples share: the task, how well a network does it, and the picture of that.

The packaged file `lens_or_not` has lenses, and elliptical galaxies with a blue neighbour.  A network is to
give the log-odds that an image is of a lens, and the Einstein radius if it is.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.streams.stream import Stream, stream

CONFIG = "lens_or_not"
THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
# Middle and half-width of the file's Einstein radii, arcsec: a network learns numbers about 0 and 1.
MIDDLE, WIDTH = 1.3, 0.7
# counts/s, about the noise of a pixel in the brightest band: what is fainter stays linear in arcsinh.
SOFTENING = 0.1
TRAINING_SEED, TEST_SEED = 1, 2

# Images (n, bands, y, x) to log-odds (n,) and Einstein radii (n,).
Predict = Callable[[Any], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Score:
    """How well a network does on systems that it never saw.

    `log_odds`, `theta_E` are its answers, (n,); `lensed`, `truth` what is so, the truth 0 without a lens.
    """

    log_odds: np.ndarray
    theta_E: np.ndarray
    lensed: np.ndarray
    truth: np.ndarray

    @property
    def accuracy(self) -> float:
        """The share that is told rightly, at even odds."""
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
            f"{len(self.lensed)} systems that it never saw: {100 * self.accuracy:.1f}% told rightly, "
            f"area under the ROC curve {self.area:.4f}; "
            f"theta_E of lenses: bias {bias:+.3f} arcsec, scatter {scatter:.3f} arcsec"
        )


def batches(size: int, seed: int, config: Any = CONFIG) -> Stream:
    """The stream of training (or, of another seed, test) images, with the Einstein radius as label."""
    return stream(config, size, seed=seed, labels=[THETA_E])


def score(predict: Predict, count: int, size: int, config: Any = CONFIG) -> Score:
    """The score of a network on at least `count` systems of another seed."""
    found = []
    with batches(size, TEST_SEED, config) as test:
        while test.index < count:
            batch = next(test)
            lensed = np.asarray(batch.present[:, 0])
            found.append((*predict(batch.images), lensed, np.asarray(batch.labels[:, 0])))
    return Score(*(np.concatenate(column) for column in zip(*found, strict=True)))


def draw(result: Score, path: Path) -> None:
    """Write a picture: the Einstein radii against the truth, and the log-odds of both kinds of galaxy."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    ends = [MIDDLE - WIDTH, MIDDLE + WIDTH]
    left.plot(ends, ends, color="black", linewidth=1)
    left.scatter(result.truth[result.lensed], result.theta_E[result.lensed], s=4, alpha=0.5)
    around = (ends[0] - 0.2, ends[1] + 0.2)
    left.set(xlabel="true Einstein radius [arcsec]", ylabel="by the network [arcsec]")
    left.set(xlim=around, ylim=around, aspect="equal")
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
    """The options that the examples share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--steps", type=int, default=1500, help="steps of training (%(default)s)")
    parser.add_argument("--batch", type=int, default=128, help="images a step (%(default)s)")
    parser.add_argument("--test", type=int, default=4000, help="images to judge it by (%(default)s)")
    parser.add_argument("--config", default=CONFIG, help="a file of such systems (%(default)s)")
    parser.add_argument("--out", type=Path, help="where to write the picture")
    parser.add_argument("--pure", action="store_true", help="simulate inside the jitted step (JAX only)")
    return parser.parse_args(given)
