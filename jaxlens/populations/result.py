"""What a population fit gives back: the numbers of the file with their errors, and the file that has them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from jaxlens.populations.yaml_edit import with_numbers_of


@dataclass(frozen=True, eq=False)
class PopulationFit:
    """The numbers of a file with which its images are like a real set, and how they were found.

    Attributes:
        free: the p numbers that were moved, by their paths in the file.
        start: what the file said, (p,).
        values: what was found, (p,).
        samples: the numbers found for resampled images, (bootstrap, p).
        distance: the distance of simulated from real images at the end.
        history: one row a step: the distance, the numbers before the step, and its size in units in which 1
            moves the statistics of the images by the spread of the real ones.
        converged: whether the last step was small compared with the errors.
        warnings: what is not as it should be, in plain words.
        config: the whole file as a dictionary, with these numbers in it.
        text: the file as it was.
    """

    free: tuple[str, ...]
    start: np.ndarray
    values: np.ndarray
    samples: np.ndarray
    distance: float
    history: pd.DataFrame
    converged: bool
    warnings: tuple[str, ...]
    config: Mapping[str, Any]
    text: str

    @property
    def hyperparameters(self) -> dict[str, float]:
        """What was found, by path: `sim.sample(key, n, hyperparameters=result.hyperparameters)` draws it."""
        return dict(zip(self.free, self.values.tolist(), strict=True))

    @property
    def covariance(self) -> np.ndarray:
        """The covariance of the errors, (p, p)."""
        return np.atleast_2d(np.cov(self.samples, rowvar=False))

    @property
    def errors(self) -> dict[str, float]:
        """The standard deviation of each number over the bootstrap, by path."""
        return dict(zip(self.free, np.sqrt(np.diag(self.covariance)).tolist(), strict=True))

    def table(self) -> pd.DataFrame:
        """One row a number: where it started, what was found, its error, and the 16th and 84th percentile."""
        low, high = np.percentile(self.samples, [15.87, 84.13], axis=0)
        columns = {"start": self.start, "value": self.values, "error": list(self.errors.values())}
        return pd.DataFrame(columns | {"low": low, "high": high}, index=pd.Index(self.free, name="path"))

    def yaml(self) -> str:
        """The whole file as YAML text, with these numbers in it.

        Comments and layout stay, unless a number is not in the file or shares an anchor with others.
        """
        return with_numbers_of(dict(self.config), self.text)

    def save_yaml(self, path: str | os.PathLike[str]) -> None:
        """Write `yaml()` to a file."""
        Path(path).write_text(self.yaml(), encoding="utf-8")
