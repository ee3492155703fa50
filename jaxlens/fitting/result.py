"""The result of a fit: the best parameters with their errors, and how they were found.

A result holds only NumPy arrays.  There are n images, with k free parameters and s starts for each image.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import jax
import numpy as np

from jaxlens.config.short_names import ShortNames, objects_in
from jaxlens.distributions import Distribution
from jaxlens.files.version import version
from jaxlens.fitting.comparison import Compared
from jaxlens.fitting.doubts import CONVERGED, UNFINISHED, confidence
from jaxlens.fitting.estimates import ByName
from jaxlens.fitting.in_words import confidence_line, one_line
from jaxlens.fitting.posteriors.density import Part
from jaxlens.fitting.posteriors.exported import Exported
from jaxlens.fitting.posteriors.sampled import Sampled
from jaxlens.fitting.posteriors.whitened import square_root
from jaxlens.fitting.result_files import read_fields, write_fields
from jaxlens.fitting.result_products import ResultProducts
from jaxlens.fitting.transforms import Transform
from jaxlens.sampling.keys import Key, typed_key

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from jaxlens.simulator.simulator import Simulator


# The fields of results that files of format 1 do not have.
_LATER = ("states", "supersampling")
# The fields that no file has.
_NOT_SAVED = ("densities", "prior_distributions", "sim")
# The number of rows of the table in `str(result)`; the middle rows of a longer table are left out.
_MAX_ROWS = 50


class FitWarning(UserWarning):
    """The result of a fit is doubtful; the message says why, and for which images or parameters."""


@dataclass(frozen=True, eq=False, repr=False)
class FitResult(ResultProducts, Sampled, Compared, Exported, ByName):
    """The parameters that make images most probable, their errors, and how they were found.

    `result["theta_E"]` is the value and the error of the parameter whose name ends so.  Images of time series
    have the axis of epochs before that of bands, (n, epochs, bands, y, x).

    Attributes:
        names: the k free parameters: a name, with `-<band>` where each band has its own value.
        priors: the prior of each, for example `normal(mean=1, std=0.25)`.
        bands: the names of the bands.
        configuration: the label of the configuration that was fitted.
        config: the text of its YAML file.
        params: all parameters of the best models, as `Simulator.render` takes them: (n,), (n, bands) or
            (n, epochs, bands).
        values: the free parameters of the best models, (n, k).
        covariance: the covariance of the errors of `values`, (n, k, k), linearised from that in the
            unconstrained space.
        unconstrained: the unconstrained coordinates of the best models, (n, k).
        unconstrained_covariance: the covariance of their errors in the Laplace approximation, (n, k, k).
        transform: the map from unconstrained coordinates to parameters: a dataclass of arrays, whose method
            `constrained` maps (..., k) to (..., k).  Each parameter is an increasing function of its
            coordinate.
        chi_square: the sum over used pixels of ((image - model) / sigma)^2, (n,).
        degrees_of_freedom: used pixels minus free parameters, (n,).
        log_posterior: the log posterior of the best models, (n,).
        history: the log posterior of every start after each step of the fit, (steps, n, s).
        start_values: the free parameters where each start ended, (n, s, k).
        start_log_posterior: the log posterior where each start ended, (n, s).
        agreed: whether each start ended at the best model, (n, s).
        converged: whether the best model is at a maximum, (n,).
        at_bound: whether each free parameter sits on a bound of its prior, (n, k).
        warnings: the warnings of the fit, as sentences, each with the indices of the images.
        images: the data, (n, bands, y, x); a pixel that is not used may have any finite value.
        model: the best models, (n, bands, y, x).
        noise_sigma: the noise's standard deviation in each pixel, (n, bands, y, x).
        mask: whether each pixel is used, (n, bands, y, x).
        version: the version of jaxlens that made the fit.
        states: how the best descent of each image ended: `converged`; `at a kink`, where no step leads up any
            more but there is no maximum; or `not converged`, where the steps were not enough.
        supersampling: the sub-pixels along a side of a pixel on which each best model is computed, (n,): the
            file's, or more where light is too steep for these.  Empty in files of earlier versions.
        densities: the posteriors that were fitted, which `sample` draws from; no file has them.
        prior_distributions: the prior of each free parameter as a distribution; no file has them.
        sim: the simulator that was fitted, with which `plot` draws the lens; no file has it.

    Examples:
        A result of `jaxlens.fit` as a table, with samples of its posterior, a picture and a file::

            result = jaxlens.fit(sim, images)
            print(result, result["theta_E"].value, result.bic)
            samples = result.samples(0, 1000)
            result.plot().savefig("fit.png")
            result.save("fit.h5")
    """

    names: tuple[str, ...]
    priors: tuple[str, ...]
    bands: tuple[str, ...]
    configuration: str
    config: str
    params: Mapping[str, np.ndarray]
    values: np.ndarray
    covariance: np.ndarray
    unconstrained: np.ndarray
    unconstrained_covariance: np.ndarray
    transform: Transform
    chi_square: np.ndarray
    degrees_of_freedom: np.ndarray
    log_posterior: np.ndarray
    history: np.ndarray
    start_values: np.ndarray
    start_log_posterior: np.ndarray
    agreed: np.ndarray
    converged: np.ndarray
    at_bound: np.ndarray
    warnings: tuple[str, ...]
    images: np.ndarray
    model: np.ndarray
    noise_sigma: np.ndarray
    mask: np.ndarray
    version: str = dataclasses.field(default_factory=version)
    states: tuple[str, ...] = ()
    supersampling: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0, int))
    densities: tuple[Part, ...] = ()
    prior_distributions: tuple[Distribution, ...] = ()
    sim: Simulator | None = None

    @property
    def sigma(self) -> np.ndarray:
        """The standard deviation of each free parameter, (n, k)."""
        return np.sqrt(np.diagonal(self.covariance, axis1=-2, axis2=-1))

    @property
    def chi_square_per_degree(self) -> np.ndarray:
        """Chi-square over the degrees of freedom, (n,): about 1 for a good model; infinite without any."""
        degrees = np.asarray(self.degrees_of_freedom, float)
        return np.divide(self.chi_square, degrees, out=np.full(degrees.shape, np.inf), where=degrees > 0)

    @property
    def confidence(self) -> tuple[str, ...]:
        """How sure the fit of each image is, in a sentence that begins with `sure`, `doubtful` or `wrong`.

        Chi-square, the number of starts that came to the best model, how its descent ended, and warnings.
        """
        ended = (CONVERGED if converged else UNFINISHED for converged in self.converged)
        return confidence(
            self.chi_square,
            self.degrees_of_freedom,
            self.agreed,
            self.started,
            self.states or tuple(ended),
            self.warnings,
        )

    @property
    def started(self) -> np.ndarray:
        """Which starts each image had, (n, s): some get more than others."""
        return ~np.isneginf(self.start_log_posterior)

    @property
    def residual(self) -> np.ndarray:
        """(image - model) / sigma, (n, bands, y, x); 0 where a pixel is not used."""
        difference = self.images - self.model
        return np.divide(difference, self.noise_sigma, out=np.zeros_like(difference), where=self.mask)

    def samples(self, key: Key, count: int) -> np.ndarray:
        """Draws of the free parameters of each image from the Laplace approximation.

        The posterior is taken to be Gaussian in the unconstrained space, so that every draw is allowed by its
        prior.

        Args:
            key: a seed or a random key of the draws.
            count: the number of draws for each image.

        Returns:
            The draws, (n, count, k).
        """
        return self._draws(key, count, range(len(self.values)))

    def _draws(self, key: Key, count: int, indices: Sequence[int]) -> np.ndarray:
        """The draws that `samples` returns, for the images with these indices."""
        centers = self.unconstrained[indices, None]
        roots = square_root(self.unconstrained_covariance[indices])
        normal = jax.random.normal(typed_key(key), (len(indices), count, len(self.names)))
        return np.asarray(self.transform.constrained(centers + np.asarray(normal) @ roots))

    def intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """The 16th and 84th percentiles of each free parameter in the Laplace approximation, (n, k) each."""
        spread = np.sqrt(np.diagonal(self.unconstrained_covariance, axis1=-2, axis2=-1))
        low, high = (self.transform.constrained(self.unconstrained + side * spread) for side in (-1.0, 1.0))
        return np.asarray(low), np.asarray(high)

    def table(self) -> pd.DataFrame:
        """A row for each free parameter; of several images, for each image and free parameter.

        The columns are `value`, `sigma`, the percentiles `p16` and `p84`, `prior`, `at_bound`.
        """
        import pandas as pd

        n = len(self.values)
        low, high = self.intervals()
        columns = {"value": self.values, "sigma": self.sigma, "p16": low, "p84": high}
        index = pd.MultiIndex.from_product([range(n), self.names], names=["image", "parameter"])
        table = pd.DataFrame({name: np.ravel(column) for name, column in columns.items()}, index)
        table["prior"] = list(self.priors) * n
        table["at_bound"] = np.ravel(self.at_bound)
        return table.droplevel("image") if n == 1 else table

    def plot(
        self,
        index: int = 0,
        names: Sequence[str] | None = None,
        draws: int = 20_000,
        sim: Simulator | None = None,
    ) -> Figure:
        """The lens, then data, model and residuals of one image, band by band, over a corner plot.

        The lens is drawn as by `Simulator.plot`.  It is left out for a time series, whose images have a
        column for each epoch, and for a result from a file, which has no simulator, unless one is given.

        Args:
            index: the index of the image.
            names: the free parameters of the corner plot, by full or short names; by default all, or of more
                than 12 those of the masses.
            draws: how many of the Laplace approximation are in it.
            sim: the simulator that draws the lens; by default the one that was fitted.

        Returns:
            A matplotlib `Figure`.

        Raises:
            ValueError: if one of the names is not that of a free parameter.
        """
        from jaxlens.fitting.plots import plot_fit, shown_names

        columns = [self._column(name) for name in (shown_names(self.names) if names is None else names)]
        samples = self._draws(0, draws, [index])[0][:, columns]
        return plot_fit(self, index, columns, samples, sim or self.sim)

    def _column(self, name: str) -> int:
        return self.names.index(self._short_names.full(name, "names"))

    @property
    def _short_names(self) -> ShortNames:
        return ShortNames(self.names, objects_in(self.config, self.configuration))

    def __repr__(self) -> str:
        return one_line(self)

    def __str__(self) -> str:
        table = self.table()
        text = table.to_string(float_format="{:.5g}".format, index_names=False, max_rows=_MAX_ROWS)
        return f"{self!r}\n{confidence_line(self.confidence)}\n{text}"

    def save(self, path: str | PathLike[str]) -> None:
        """Write the result to an HDF5 file, which replaces an earlier file of that name.

        Raises:
            StorageError: if the file cannot be written; an earlier file then stays as it was.
        """
        fields = {name: getattr(self, name) for name in _saved_fields()}
        write_fields(Path(path), fields)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> FitResult:
        """The result that `save` wrote.

        Raises:
            StorageError: if the file is missing, damaged, or not a saved FitResult.
        """
        with read_fields(Path(path)) as fields:
            # those of earlier versions lack the last fields
            found = {name: fields[name] for name in _saved_fields() if name not in _LATER or name in fields}
            return cls(**found | {"transform": Transform(**found["transform"])})


def _saved_fields() -> list[str]:
    return [field.name for field in dataclasses.fields(FitResult) if field.name not in _NOT_SAVED]
