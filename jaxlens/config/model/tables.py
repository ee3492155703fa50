"""Parameters that are drawn together from tables and multivariate normals, and observed backgrounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Column:
    """The parameter that a column of a table sets.

    Attributes:
        configuration: the label of the configuration in which it is set, or None for all.
        parameter: the parameter's name.
        band: the band in which it is set, or None for all.
    """

    configuration: str | None
    parameter: str
    band: str | None = None


@dataclass(frozen=True)
class Joint:
    """One USERDIST_n or MULTIVARIATE_NORMAL_n: several parameters that are drawn together.

    Attributes:
        label: its key in the file, for example `USERDIST_1`.
        kind: how a system's values are drawn (see `arrays`).
        columns: the d parameters that are set, without the columns of a table that match no parameter.
        log: whether the logarithm of each column is normal, for the kind `normal`; else empty.
        arrays: arrays of floats, which depend on the kind:

            - sample: `values` (rows, d), and `cumulative` (rows,), the cumulative probability of the rows,
              which ends at 1;
            - iterate: `values` (rows, d), of which system i takes row i modulo rows;
            - interpolate: `corners` (m, t + 1, d), the values at the corners of m simplices, where t is their
              dimension (see `jaxlens.config.simplices`), and `cumulative` (m (t + 1),), the cumulative
              probability of each pair of simplex and corner, which is proportional to the simplex's volume
              times the corner's weight;
            - normal: `mean` (d,) and `covariance` (d, d).
        own_arrays: by label, the arrays that differ in a configuration: rows that have its redshifts out of
            order have a probability of zero there.
    """

    label: str
    kind: Literal["sample", "iterate", "interpolate", "normal"]
    columns: tuple[Column, ...]
    log: tuple[bool, ...] = ()
    arrays: Arrays = field(default_factory=dict, compare=False, repr=False)
    own_arrays: Mapping[str, Arrays] = field(default_factory=dict, compare=False, repr=False)

    def within(self, configuration: str) -> Joint:
        """The joint distribution with the arrays of the configuration with this label."""
        return replace(self, arrays={**self.arrays, **self.own_arrays.get(configuration, {})}, own_arrays={})

    def example(self, parameter: str, configuration: str, band: str | None) -> float | None:
        """The likeliest value of a parameter; None where no column sets it.

        Args:
            parameter: the name of the parameter.
            configuration: the label of the configuration.
            band: the band, or None for any.
        """
        found = None
        for i, column in enumerate(self.columns):
            same = column.parameter == parameter and column.configuration in (None, configuration)
            if same and (band is None or column.band in (None, band)):
                found = self.within(configuration)._likeliest(i)
        return found

    def _likeliest(self, i: int) -> float:
        """The likeliest value of column number i."""
        if self.kind == "normal":
            mean = float(self.arrays["mean"][i])
            return float(np.exp(mean)) if self.log[i] else mean
        values = self.arrays["corners" if self.kind == "interpolate" else "values"].reshape(
            -1, len(self.columns)
        )
        best = 0 if self.kind == "iterate" else np.argmax(np.diff(self.arrays["cumulative"], prepend=0.0))
        return float(values[best, i])

    def bounds(self, parameter: str, configuration: str | None = None) -> tuple[float, float] | None:
        """The smallest and largest value of a parameter; None where no column sets it.

        Args:
            parameter: the name of the parameter.
            configuration: the label of the configuration in which it is set; None for any.
        """
        chosen = [
            i
            for i, column in enumerate(self.columns)
            if column.parameter == parameter
            and (configuration is None or column.configuration in (None, configuration))
        ]
        if not chosen:
            return None
        if self.kind == "normal":
            return (0.0 if all(self.log[i] for i in chosen) else -np.inf), np.inf
        values = self.arrays["corners" if self.kind == "interpolate" else "values"][..., chosen]
        return float(values.min()), float(values.max())


@dataclass(frozen=True)
class Backgrounds:
    """BACKGROUNDS: observed images that are added to the simulated ones, or replace their background noise.

    Attributes:
        configurations: the labels of the configurations whose images get a background.
        count: the number of observed images.
        mode: whether the background noise is simulated as well (`add`) or not (`replace`).
        iterate: whether system i takes image i modulo `count`, and the parameters in that row of map.txt.
            Otherwise it takes the image whose row of map.txt is nearest to its own parameters, or a random
            one where no column of map.txt names a parameter.
        columns: the columns of map.txt that name a parameter.
        arrays: `images` (count, bands, numPix, numPix), float32, counts/s; `map` (count, columns), the values
            of `columns`; `scale` (columns,), their standard deviations, or 1 for a constant column.
    """

    configurations: tuple[str, ...]
    count: int
    mode: Literal["add", "replace"]
    iterate: bool
    columns: tuple[Column, ...]
    arrays: Arrays = field(default_factory=dict, compare=False, repr=False)

    def bounds(self, parameter: str) -> tuple[float, float] | None:
        """The smallest and largest value that map.txt sets `parameter` to; None where it does not set it.

        map.txt sets parameters only with `iterate`.
        """
        chosen = [i for i, column in enumerate(self.columns) if column.parameter == parameter]
        if not (self.iterate and chosen):
            return None
        values = self.arrays["map"][:, chosen]
        return float(values.min()), float(values.max())

    @cached_property
    def device_images(self) -> jax.Array:
        """`images` on the device, copied there once."""
        with jax.ensure_compile_time_eval():
            return jnp.asarray(self.arrays["images"])
