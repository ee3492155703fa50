"""The free parameters of a result by name, as a dictionary has them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from jaxlens.config.short_names import ShortNames


class Estimate(NamedTuple):
    """A parameter with its error: numbers of one image, arrays (n,) of several.

    Attributes:
        value: the value of the best model.
        sigma: its standard deviation.

    >>> print(Estimate(1.23456, 0.0123))
    1.235 +- 0.012
    """

    value: Any
    sigma: Any

    def __str__(self) -> str:
        pairs = zip(np.ravel(self.value), np.ravel(self.sigma), strict=True)
        return ", ".join(
            f"{value:.{_digits(sigma)}f} +- {sigma:.{_digits(sigma)}f}" for value, sigma in pairs
        )


def _digits(sigma: float) -> int:
    """So many digits after the point that the error has two that count."""
    if not math.isfinite(sigma) or sigma <= 0.0:
        return 4
    return max(0, 1 - math.floor(math.log10(sigma)))


class ByName:
    """A result as a dictionary of its free parameters: a base class of `FitResult`.

    `result[name]` takes any unique ending of a name, as `theta_E`; `for name in result`, `name in result` and
    `dict(result)` have the whole names.

    Attributes:
        names: the k free parameters.
        values: their values, (n, k).
        sigma: their standard deviations, (n, k).
    """

    names: tuple[str, ...]
    values: np.ndarray

    @property
    def sigma(self) -> np.ndarray:
        """The standard deviation of each free parameter, (n, k)."""
        raise NotImplementedError

    @property
    def _short_names(self) -> ShortNames:
        """What the full and short names of the free parameters mean."""
        raise NotImplementedError

    def __getitem__(self, name: str) -> Estimate:
        try:
            at = self.names.index(self._short_names.full(name, "this fit"))
        except ValueError as error:
            raise KeyError(str(error)) from None
        columns = self.values[:, at], self.sigma[:, at]
        return Estimate(*(float(c[0]) if len(c) == 1 else c for c in columns))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def keys(self) -> tuple[str, ...]:
        """The names of the free parameters."""
        return self.names
