"""Networks of `jaxlens.examples.train_torch` that were trained on one file, tested on that and on another.

Each is trained on a stream of its own seed, and tested on the systems that `train_test_streams` holds back.
All see the middle of the images in the same bands and units.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
import yaml
from torch.utils import dlpack

import jaxlens
from jaxlens.examples import lens_finding as task
from jaxlens.examples import train_torch
from validation.realism import GAP, THRESHOLDS, TRAINED_ON

# What the networks see: these bands, and so many pixels along a side of the image's middle.
BANDS, SIDE = ("g", "r", "i"), 40
# The zero points to which images are scaled, those of `lens_or_not`.
ZERO_POINTS = {"g": 28.4, "r": 28.2, "i": 27.9}
# Shares of false positives at which completeness is read off.
FALSE_POSITIVES = (0.01, 0.001)
# One lens in so many galaxies that are looked at: about that of massive galaxies in wide surveys.
PREVALENCE = 0.01


@dataclass(frozen=True)
class Effort:
    """Steps of training, images of a batch, test images, and the seeds of the networks."""

    steps: int
    batch: int
    test: int
    seeds: Sequence[int]


FULL, QUICK = Effort(500, 128, 5_120, (1, 2, 3)), Effort(8, 32, 64, (1,))


class Middle(train_torch.Network):
    """The network of `train_torch` on the middle of images of any size, scaled to the same zero points.

    Args:
        config: the file of the images.
        seed: the seed of the weights.
    """

    def __init__(self, config: str, seed: int) -> None:
        torch.manual_seed(seed)
        super().__init__(len(BANDS), SIDE)
        self.look_at(config)

    def look_at(self, config: str) -> None:
        """Expect the images of this file from now on."""
        instrument = jaxlens.load_config(config).instrument
        self.edge = (instrument.num_pix - SIDE) // 2
        self.bands = [instrument.bands.index(band) for band in BANDS]
        self.scale = torch.tensor(scales(config))[None, :, None, None]

    def forward(self, images: Any) -> tuple[Any, Any]:
        """As that of `train_torch`, for images of the file."""
        inner = slice(self.edge, self.edge + SIDE)
        return super().forward(images[:, self.bands, inner, inner] * self.scale)


def scales(config: str) -> list[float]:
    """The factor of each band from counts/s of a file to those of `ZERO_POINTS`."""
    points = yaml.safe_load(jaxlens.load_config(config).text)["SURVEY"]["PARAMETERS"]["magnitude_zero_point"]
    return [10 ** (-0.4 * (points[band] - ZERO_POINTS[band])) for band in BANDS]


@dataclass(frozen=True)
class Found:
    """How well a network finds lenses.

    Attributes:
        trained: the file that it was trained on.
        tested: the file that it was tested on.
        seed: the seed of its weights and of its training images.
        area: the area under the ROC curve.
        completeness: the share of lenses that are found above each of `THRESHOLDS`.
        purity: the share of lenses among what is found there, where half of all are lenses.
        purity_on_sky: the same where `PREVALENCE` of all are lenses; none where nothing is found.
        at_false_positives: the share of lenses that are found at each of `FALSE_POSITIVES`.
        scatter: the scatter of the Einstein radius of lenses, arcsec.
    """

    trained: str
    tested: str
    seed: int
    area: float
    completeness: list[float]
    purity: list[float | None]
    purity_on_sky: list[float | None]
    at_false_positives: list[float]
    scatter: float


def found(trained: str, tested: str, seed: int, score: task.Score) -> Found:
    """The numbers of `Found` from the answers of a network."""
    lenses, others = score.log_odds[score.lensed], score.log_odds[~score.lensed]
    cuts = [np.log(p / (1.0 - p)) for p in THRESHOLDS]
    hits = [float(np.mean(lenses > cut)) for cut in cuts]
    false = [float(np.mean(others > cut)) for cut in cuts]
    limits = [np.quantile(others, 1.0 - share) for share in FALSE_POSITIVES]
    return Found(
        trained,
        tested,
        seed,
        score.area,
        hits,
        [_purity(*pair, 0.5) for pair in zip(hits, false, strict=True)],
        [_purity(*pair, PREVALENCE) for pair in zip(hits, false, strict=True)],
        [float(np.mean(lenses > limit)) for limit in limits],
        float(score.residual.std()),
    )


def trained(config: str, seed: int, effort: Effort) -> Middle:
    """A network that has learned from the stream of a file and seed."""
    network, started = Middle(config, seed), time.perf_counter()
    losses = train_torch.train(network, effort.steps, effort.batch, config, seed)
    last = np.mean(losses[-len(losses) // 10 :])
    print(f"{config}, seed {seed}: {time.perf_counter() - started:.0f} s, loss {last:.3f}", flush=True)
    return network


def answers(networks: Sequence[Middle], config: str, effort: Effort) -> list[task.Score]:
    """The answers of networks on systems of a file that no training stream has.

    Args:
        networks: the networks.
        config: the file.
        effort: how many systems, and how many a batch.

    Returns:
        The score of each network.
    """
    _, test = jaxlens.train_test_streams(config, effort.batch, seed=task.TEST_SEED, labels=[task.THETA_E])
    rows: list[list[tuple[np.ndarray, ...]]] = [[] for _ in networks]
    for network in networks:
        network.look_at(config)
    with test:
        for _ in range(-(-effort.test // effort.batch)):
            batch = next(test)
            lensed = np.asarray(batch.configuration) == test.configurations.index(task.LENSED)
            truth = lensed, np.where(lensed, np.asarray(batch.labels[:, 0]), 0.0)
            images = dlpack.from_dlpack(batch.images)
            for network, row in zip(networks, rows, strict=True):
                with torch.inference_mode():
                    log_odds, theta_E = network(images)
                row.append((log_odds.numpy(), theta_E.numpy(), *truth))
    return [task.Score(*(np.concatenate(column) for column in zip(*row, strict=True))) for row in rows]


def measured(seed: int, effort: Effort) -> list[Found]:
    """Train a network of one seed on each file, and test all of them on each file."""
    networks = [trained(config, seed, effort) for config in TRAINED_ON]
    return [
        found(config, tested, seed, score)
        for tested in TRAINED_ON
        for config, score in zip(TRAINED_ON, answers(networks, tested, effort), strict=True)
    ]


def run(quick: bool = False) -> None:
    """Measure, and write `GAP` after each seed; with `quick` a few steps, and nothing is written."""
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))
    effort, results = QUICK if quick else FULL, []
    numbers = {"thresholds": THRESHOLDS, "false_positives": FALSE_POSITIVES, "prevalence": PREVALENCE}
    for seed in effort.seeds:
        results += [asdict(one) for one in measured(seed, effort)]
        print(*results[-(len(TRAINED_ON) ** 2) :], sep="\n", flush=True)
        if not quick:
            text = json.dumps({"effort": asdict(effort) | numbers, "results": results}, indent=1)
            GAP.write_text(text + "\n", encoding="utf-8")


def _purity(hits: float, false: float, share: float) -> float | None:
    """The share of lenses among what is found, from the rates of both kinds and the share of lenses."""
    total = share * hits + (1.0 - share) * false
    return share * hits / total if total else None
