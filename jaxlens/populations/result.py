"""The result of a population fit: the hyperparameters with their errors, and the file that has them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxlens.populations.yaml_edit import edited_yaml

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class PopulationFit:
    """The hyperparameters with which simulated images are like observed ones, and how they were found.

    Attributes:
        free: the paths in the file of the p hyperparameters that were fitted.
        start: their values in the file, (p,).
        values: their best values, (p,).
        samples: their best values for each bootstrap sample of the images, (bootstrap, p).
        distance: the distance of simulated from observed images at the end.
        history: one row for each step: the distance, the hyperparameters before the step, and the step's size
            in units in which 1 moves the statistics of the images by their spread.
        converged: whether the last step was small compared with the errors.
        warnings: the warnings of the fit, as sentences.
        config: the whole file as a dictionary, with the best values.
        text: the YAML text of the file before the fit.

    Examples:
        A result of `jaxlens.fit_population` as a table and as a file::

            result = jaxlens.fit_population(sim, images, free=["SURVEY.seeing.mean"])
            print(result.table())
            result.save_yaml("found.yaml")
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

    def __repr__(self) -> str:
        values = ", ".join(f"{path}={value:.4g}" for path, value in self.hyperparameters.items())
        return f"PopulationFit({values}; {'converged' if self.converged else 'not converged'})"

    @property
    def hyperparameters(self) -> dict[str, float]:
        """The best values by their paths, as `Simulator.sample` takes them."""
        return dict(zip(self.free, self.values.tolist(), strict=True))

    @property
    def covariance(self) -> np.ndarray:
        """The covariance of the hyperparameters over the bootstrap, (p, p)."""
        return np.atleast_2d(np.cov(self.samples, rowvar=False))

    @property
    def errors(self) -> dict[str, float]:
        """The standard deviation of each hyperparameter over the bootstrap, by its path."""
        return dict(zip(self.free, np.sqrt(np.diag(self.covariance)).tolist(), strict=True))

    def table(self) -> pd.DataFrame:
        """A row for each hyperparameter: start, value, error, and the 16th and 84th percentiles."""
        import pandas as pd

        low, high = np.percentile(self.samples, [15.87, 84.13], axis=0)
        columns = {"start": self.start, "value": self.values, "error": list(self.errors.values())}
        return pd.DataFrame(columns | {"low": low, "high": high}, index=pd.Index(self.free, name="path"))

    def yaml(self) -> str:
        """The whole file as YAML text, with the best values.

        Comments and layout stay, unless a hyperparameter is not in the file or shares an anchor with others.
        """
        return edited_yaml(dict(self.config), self.text)

    def save_yaml(self, path: str | os.PathLike[str]) -> None:
        """Write `yaml()` to a file."""
        Path(path).write_text(self.yaml(), encoding="utf-8")
