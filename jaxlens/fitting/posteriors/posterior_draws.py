"""The result of sampling: draws of the parameters of n lenses, and how far they can be trusted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxlens.files.version import version
from jaxlens.fitting.posteriors import arviz_data
from jaxlens.fitting.posteriors.diagnostics import effective_size, effective_size_of_tails, r_hat
from jaxlens.fitting.result_files import read_fields, write_fields

if TYPE_CHECKING:
    import pandas as pd

# The kind of the files that `save` writes, and what to give in place of another one.
_KIND = "jaxlens posterior"
_ADVICE = "give a file that Posterior.save wrote"
# The number of rows of the table in `str(posterior)`; the middle rows of a longer table are left out.
_MAX_ROWS = 50


class PosteriorWarning(UserWarning):
    """The draws of a posterior are doubtful; the message says why, and for which lenses."""


@dataclass(frozen=True, eq=False, repr=False)
class Posterior:
    """Draws of the parameters of n lenses: what `FitResult.sample` returns.

    Attributes:
        names: the k parameters, as those of the fit.
        method: "numpyro", "blackjax", "pathfinder", "svi" or "nested".
        draws: the values of the parameters, (n, chains, draws, k).
        unconstrained: their unconstrained coordinates, (n, chains, draws, k).
        log_density: the log posterior density of these, not normalised by the evidence, (n, chains, draws).
        log_weight: the log of the density over that of the approximation from which "pathfinder" and "svi"
            draw, (n, chains, draws); else 0.
        diverging: whether the trajectory of each draw broke down, (n, chains, draws).
        gradients: how many gradients each draw took, (n, chains, draws).
        acceptance: the mean acceptance probability along the trajectory of each draw, (n, chains, draws).
        step_size: the step of each chain in whitened coordinates, (n, chains).
        spent: the gradients, or with "nested" the densities, that were computed before the first draw, (n,
            chains).
        log_evidence: ln of the integral of the density of the data times that of the prior, (n,), by
            "pathfinder", "svi" and "nested"; NaN from chains.
        log_evidence_error: its standard error, (n,); NaN from chains.
        warnings: what is doubtful, as sentences.
        version: the version of jaxlens that made the draws.
    """

    names: tuple[str, ...]
    method: str
    draws: np.ndarray
    unconstrained: np.ndarray
    log_density: np.ndarray
    log_weight: np.ndarray
    diverging: np.ndarray
    gradients: np.ndarray
    acceptance: np.ndarray
    step_size: np.ndarray
    spent: np.ndarray
    log_evidence: np.ndarray
    log_evidence_error: np.ndarray
    warnings: tuple[str, ...] = ()
    version: str = dataclasses.field(default_factory=version)

    @property
    def mean(self) -> np.ndarray:
        """The mean of each parameter, (n, k)."""
        return self.draws.mean(axis=(1, 2))

    @property
    def std(self) -> np.ndarray:
        """The standard deviation of each parameter, (n, k)."""
        return self.draws.std(axis=(1, 2))

    @property
    def r_hat(self) -> np.ndarray:
        """R-hat of each parameter, (n, k): 1.01 or less where the chains agree; NaN of fewer than 4 draws."""
        return self._of_chains(r_hat)

    @property
    def effective_size(self) -> np.ndarray:
        """How many independent draws the middle of each distribution is worth, (n, k)."""
        return self._of_chains(effective_size)

    @property
    def effective_size_of_tails(self) -> np.ndarray:
        """How many independent draws the 5% and 95% quantiles are worth, (n, k)."""
        return self._of_chains(effective_size_of_tails)

    @property
    def efficiency(self) -> np.ndarray:
        """The effective fraction of the draws once each has its weight, (n,): 1 where the weights are equal.

        For "pathfinder" and "svi" it says how near the approximation is to the posterior.
        """
        weights = self.log_weight.reshape(len(self.draws), -1)
        weights = np.exp(weights - weights.max(axis=1, keepdims=True))
        return np.sum(weights, axis=1) ** 2 / np.sum(weights**2, axis=1) / weights.shape[1]

    def _of_chains(self, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        if self.draws.shape[2] < 4:
            return np.full(self.mean.shape, np.nan)
        return function(np.moveaxis(self.draws, -1, 1))

    def table(self) -> pd.DataFrame:
        """A row for each parameter; of several lenses, for each lens and parameter.

        The columns are `mean`, `std`, the percentiles `p16`, `p50` and `p84`, `r_hat`, and the effective
        sizes `ess` and `ess_tail`.
        """
        import pandas as pd

        low, middle, high = np.quantile(self.draws, (0.15865525, 0.5, 0.84134475), axis=(1, 2))
        columns = {
            "mean": self.mean,
            "std": self.std,
            "p16": low,
            "p50": middle,
            "p84": high,
            "r_hat": self.r_hat,
            "ess": self.effective_size,
            "ess_tail": self.effective_size_of_tails,
        }
        n = len(self.draws)
        index = pd.MultiIndex.from_product([range(n), self.names], names=["image", "parameter"])
        table = pd.DataFrame({name: np.ravel(column) for name, column in columns.items()}, index)
        return table.droplevel("image") if n == 1 else table

    def to_arviz(self) -> Any:
        """The draws for ArviZ (the extra `inference`): an `InferenceData`, or from version 1 a `DataTree`.

        Its group `posterior` has a variable for each parameter with the dimensions `chain` and `draw`, and
        `image` where there are several lenses.  `sample_stats` has `lp`, `diverging`, `n_steps`,
        `acceptance_rate` and, where draws have weights, `log_weight`.

        Raises:
            ImportError: if arviz is not installed.
        """
        posterior = {name: self.draws[..., i] for i, name in enumerate(self.names)}
        statistics = {
            "lp": self.log_density,
            "diverging": self.diverging,
            "n_steps": self.gradients,
            "acceptance_rate": self.acceptance,
        }
        if np.any(self.log_weight):
            statistics["log_weight"] = self.log_weight
        return arviz_data.of_draws(posterior, statistics, self.method)

    def __repr__(self) -> str:
        n, chains, draws, k = self.draws.shape
        lenses = f"{n} lens{'es' * (n > 1)}"
        text = f"Posterior of {lenses}, {k} parameters by {self.method}: {chains} x {draws} draws"
        if np.isfinite(self.log_evidence).all():
            pairs = zip(self.log_evidence, self.log_evidence_error, strict=True)
            text += f", ln evidence {', '.join(f'{value:.2f} +- {error:.2f}' for value, error in pairs)}"
        warned = len(self.warnings)
        return text + (f", {warned} warning{'s' * (warned > 1)}" if warned else "")

    def __str__(self) -> str:
        table = self.table().to_string(float_format="{:.5g}".format, index_names=False, max_rows=_MAX_ROWS)
        return f"{self!r}\n{table}"

    def save(self, path: str | PathLike[str]) -> None:
        """Write the draws to an HDF5 file, which replaces an earlier file of that name.

        Raises:
            StorageError: if the file cannot be written; an earlier file then stays as it was.
        """
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        write_fields(Path(path), fields, _KIND)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Posterior:
        """The draws that `save` wrote.

        Raises:
            StorageError: if the file is missing, damaged, or not a saved Posterior.
        """
        with read_fields(Path(path), _KIND, _ADVICE) as fields:
            return cls(**{field.name: fields[field.name] for field in dataclasses.fields(cls)})


def joined(parts: Sequence[Posterior], rows: np.ndarray) -> Posterior:
    """The draws of several sets of lenses as one.

    Args:
        parts: the draws of each set, by one method with one number of chains and draws.
        rows: the index in the result of each lens of all sets in order, (n,).
    """
    order, first = np.argsort(rows), parts[0]
    arrays: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])[order]
        for field in dataclasses.fields(Posterior)
        if isinstance(getattr(first, field.name), np.ndarray)
    }
    return dataclasses.replace(first, **arrays)
