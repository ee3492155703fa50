"""What a fit gives back: the best parameters with their errors, and how they were found.

A result holds NumPy arrays only.  n is the number of images, k that of the free numbers of one image, s
that of the starts of each.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import jax
import numpy as np
import pandas as pd

from jaxlens.config.errors import nearest
from jaxlens.distributions import Distribution
from jaxlens.files.errors import StorageError
from jaxlens.files.version import version
from jaxlens.fitting.transforms import Transform
from jaxlens.plotting.fit import view_fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_ROWS = 50
_KIND = "jaxlens fit"
_FORMAT = 1


class FitWarning(UserWarning):
    """A fit has ended, but not as it should; the message says where and how."""


def described(distribution: Distribution) -> str:
    """A distribution in words, as the table of a result has it.

    >>> from jaxlens.distributions import Normal
    >>> described(Normal(mean=1.0, std=0.25))
    'normal(mean=1, std=0.25)'
    """
    name = type(distribution).__dict__.get("name", type(distribution).__name__.lower())
    parts = {f.name: getattr(distribution, f.name) for f in dataclasses.fields(distribution)}  # type: ignore[arg-type]
    words = (
        f"{part}={described(value) if isinstance(value, Distribution) else f'{float(value):.4g}'}"
        for part, value in parts.items()
    )
    return f"{name}({', '.join(words)})"


@dataclass(frozen=True, eq=False, repr=False)
class FitResult:
    """The parameters that make images most probable, their errors, and how they were found.

    Attributes:
        names: the k free numbers: a parameter's name, with `-<band>` where each band has its own.
        priors: the prior of each in words, see `described`.
        bands: the names of the bands.
        configuration: the label of the configuration that was fitted.
        config: the text of its YAML file.
        params: all parameters of the best models, as `Simulator.render` takes them: (n,) or (n, bands).
        values: the free numbers of the best models, (n, k).
        covariance: of their errors, (n, k, k), to first order: the inverse of the expected information.
        unconstrained: the best models in the space without bounds in which they were found, (n, k).
        unconstrained_covariance: of the errors there, (n, k, k).
        transform: from that space to the numbers themselves: a dataclass of arrays, whose method
            `constrained` maps (..., k) to (..., k), each number by itself and monotonically.
        chi_square: the sum over used pixels of ((image - model) / sigma)^2, (n,).
        degrees_of_freedom: used pixels less free numbers, (n,).
        log_posterior: of the best models, (n,).
        history: the log posterior of every start as the fit went on, (steps, n, s).
        start_values: where each start ended, (n, s, k).
        start_log_posterior: and how probable that is, (n, s).
        agreed: the starts that ended where the best one did, (n, s).
        converged: whether the best model is at a maximum, (n,).
        at_bound: the numbers that sit on a bound of their prior, (n, k).
        warnings: what is not as it should be, in plain words, each with the images' numbers.
        images: the data, (n, bands, y, x); pixels that are not used may hold anything finite.
        model: the best models, (n, bands, y, x).
        noise_sigma: the noise's standard deviation in each pixel, (n, bands, y, x).
        mask: the pixels that are used, (n, bands, y, x).
        version: the version of jaxlens that made the fit.
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

    @property
    def sigma(self) -> np.ndarray:
        """The standard deviation of each free number, (n, k)."""
        return np.sqrt(np.diagonal(self.covariance, axis1=-2, axis2=-1))

    @property
    def chi_square_per_degree(self) -> np.ndarray:
        """Chi-square over the degrees of freedom, (n,): about 1 for a good model; infinite without any."""
        degrees = np.asarray(self.degrees_of_freedom, float)
        return np.divide(self.chi_square, degrees, out=np.full(degrees.shape, np.inf), where=degrees > 0)

    @property
    def residual(self) -> np.ndarray:
        """What the model leaves, over sigma, (n, bands, y, x); 0 where a pixel is not used."""
        difference = self.images - self.model
        return np.divide(difference, self.noise_sigma, out=np.zeros_like(difference), where=self.mask)

    def samples(self, key: jax.Array, count: int) -> np.ndarray:
        """`count` draws of the free numbers of each image from the Laplace approximation, (n, count, k).

        The posterior is taken to be Gaussian in the space without bounds, so that every draw is a number
        that its prior allows.
        """
        return self._draws(key, count, range(len(self.values)))

    def _draws(self, key: jax.Array, count: int, which: Sequence[int]) -> np.ndarray:
        """`samples` of some images."""
        centers, roots = self.unconstrained[which, None], _root(self.unconstrained_covariance[which])
        normal = jax.random.normal(key, (len(which), count, len(self.names)))
        return np.asarray(self.transform.constrained(centers + np.asarray(normal) @ roots))

    def intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """The 16th and 84th percentiles of each free number in the Laplace approximation, (n, k) each."""
        spread = np.sqrt(np.diagonal(self.unconstrained_covariance, axis1=-2, axis2=-1))
        low, high = (self.transform.constrained(self.unconstrained + side * spread) for side in (-1.0, 1.0))
        return np.asarray(low), np.asarray(high)

    def table(self) -> pd.DataFrame:
        """A row for each free number, by its name; of several images, by the image's number and the name.

        The columns are `value`, `sigma`, the percentiles `p16` and `p84`, `prior`, `at_bound`.
        """
        n = len(self.values)
        low, high = self.intervals()
        columns = {"value": self.values, "sigma": self.sigma, "p16": low, "p84": high}
        index = pd.MultiIndex.from_product([range(n), self.names], names=["image", "parameter"])
        table = pd.DataFrame({name: np.ravel(column) for name, column in columns.items()}, index)
        table["prior"] = list(self.priors) * n
        table["at_bound"] = np.ravel(self.at_bound)
        return table.droplevel("image") if n == 1 else table

    def plot(self, index: int = 0, names: Sequence[str] | None = None, draws: int = 20_000) -> Figure:
        """Data, model and residuals of one image, band by band, over a corner plot of its posterior.

        Args:
            index: the number of the image.
            names: the free numbers of the corner plot, by default all.
            draws: how many Laplace samples the corner plot shows.
        """
        chosen = self.names if names is None else tuple(names)
        columns = [self._column(name) for name in chosen]
        samples = self._draws(jax.random.key(0), draws, [index])[0][:, columns]
        return view_fit(
            self.images[index],
            self.model[index],
            self.noise_sigma[index],
            self.mask[index],
            bands=self.bands,
            samples=pd.DataFrame(samples, columns=list(chosen)),
            best=self.values[index, columns],
        )

    def _column(self, name: str) -> int:
        if name not in self.names:
            raise ValueError(f"{name!r} is not among the free numbers; {nearest(name, self.names)}")
        return self.names.index(name)

    def __repr__(self) -> str:
        n, k = self.values.shape
        ended = f"{int(np.sum(self.converged))} of {n} converged"
        reached = f"reached from {_span(self.agreed.sum(axis=1), 'd')} of {self.agreed.shape[1]} starts"
        warned = f", {len(self.warnings)} warning{'s' * (len(self.warnings) > 1)}" if self.warnings else ""
        return (
            f"FitResult of {n} image{'s' * (n > 1)}, {k} free numbers: chi-square per degree of freedom "
            f"{_span(self.chi_square_per_degree, '.3f')}, {ended}, {reached}{warned}"
        )

    def __str__(self) -> str:
        table = self.table()
        text = table.to_string(float_format="{:.5g}".format, index_names=False, max_rows=_MOST_ROWS)
        return f"{self!r}\n{text}"

    def save(self, path: str | PathLike[str]) -> None:
        """Write everything to an HDF5 file, whole or not at all; an earlier file of that name is replaced.

        Raises:
            StorageError: if the file cannot be written.
        """
        target, memory = Path(path), io.BytesIO()
        # in memory first: HDF5 must not meet a full disk
        with h5py.File(memory, "w") as file:
            file.attrs.update({"kind": _KIND, "format": _FORMAT})
            for field in dataclasses.fields(self):
                _write(file, field.name, getattr(self, field.name))
        partial = target.with_name(target.name + ".partial")
        with _explained(target, "choose a folder that you may write, with room"):
            try:
                partial.write_bytes(memory.getbuffer())
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> FitResult:
        """The result that `save` wrote.

        Raises:
            StorageError: if the file is missing, broken, or something else.
        """
        with _explained(Path(path), "give a file that FitResult.save wrote"), h5py.File(path) as file:
            if (file.attrs.get("kind"), file.attrs.get("format")) != (_KIND, _FORMAT):
                raise OSError(f"is not a fit of format {_FORMAT}")
            found = {field.name: _read(file[field.name]) for field in dataclasses.fields(cls)}
            return cls(**found | {"transform": Transform(**found["transform"])})


def _span(numbers: np.ndarray, form: str) -> str:
    """From the smallest to the largest number, or the one that there is."""
    ends = dict.fromkeys(f"{end:{form}}" for end in (numbers.min(), numbers.max()))
    return " to ".join(ends)


def _root(covariance: np.ndarray) -> np.ndarray:
    """R with R^T R the covariance (..., k, k): normal numbers times R have it.

    Rounding may leave a direction of no width a variance below zero, where it is taken to be zero.
    """
    width, directions = np.linalg.eigh(np.asarray(covariance, np.float64))
    return np.sqrt(np.maximum(width, 0.0))[..., None] * np.swapaxes(directions, -1, -2)


def _write(group: h5py.Group, name: str, value: Any) -> None:
    """A text, texts, an array, or what has arrays by name, as a dataset or a group."""
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        inside = group.create_group(name)
        for key, array in value.items():
            _write(inside, key, array)
    elif isinstance(value, str | tuple):
        group.create_dataset(name, data=value, dtype=h5py.string_dtype())
    else:
        group.create_dataset(name, data=np.asarray(value))


def _read(stored: h5py.Group | h5py.Dataset) -> Any:
    """What `_write` wrote."""
    if isinstance(stored, h5py.Group):
        return {name: _read(inside) for name, inside in stored.items()}
    if h5py.check_string_dtype(stored.dtype) is None:
        return stored[()]
    text = stored.asstr()[()]
    return text if isinstance(text, str) else tuple(text)


@contextlib.contextmanager
def _explained(path: Path, advice: str) -> Iterator[None]:
    """Turn the errors of the operating system and of HDF5 into a StorageError that names `path`."""
    try:
        yield
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StorageError(f"{path}: {reason}; {advice}") from error
