"""Parameters that are set together: rows of tables, multivariate normals, and observed backgrounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
        label: its key in the file, as `USERDIST_1`.
        kind: how a system's values are found (see `arrays`).
        columns: the d parameters that are set; a table's columns that match no parameter are not among them.
        log: for `normal`, whether the logarithm of each column is normal; else empty.
        arrays: arrays of floats, by kind:

            - sample: values (rows, d) and cumulative (rows,), the cumulative probability of the rows,
              which ends at 1;
            - iterate: values (rows, d), of which system i takes row i modulo rows;
            - interpolate: corners (m, d' + 1, d), the rows at the corners of the m simplices in all d'
              dimensions of the table, and cumulative (m (d' + 1),), the cumulative probability of each pair
              of simplex and corner, in proportion to the simplex's volume times the corner's weight;
            - normal: mean (d,) and covariance (d, d).
    """

    label: str
    kind: Literal["sample", "iterate", "interpolate", "normal"]
    columns: tuple[Column, ...]
    log: tuple[bool, ...] = ()
    arrays: Arrays = field(default_factory=dict, compare=False, repr=False)

    def bounds(self, parameter: str) -> tuple[float, float] | None:
        """The smallest and largest value that a column gives `parameter`; None where no column sets it."""
        chosen = [i for i, column in enumerate(self.columns) if column.parameter == parameter]
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
        iterate: whether system i takes image i modulo `count`; otherwise the image whose row of map.txt is
            nearest to the system's parameters is taken, or a random one where map.txt sets no parameter.
        columns: the columns of map.txt that match a parameter.
        arrays: `images` (count, bands, numPix, numPix) in float32 and counts/s; `map` (count, columns), the
            values of `columns`; `scale` (columns,), their standard deviations (1 for a constant column).
    """

    configurations: tuple[str, ...]
    count: int
    mode: Literal["add", "replace"]
    iterate: bool
    columns: tuple[Column, ...]
    arrays: Arrays = field(default_factory=dict, compare=False, repr=False)

    def bounds(self, parameter: str) -> tuple[float, float] | None:
        """The smallest and largest value that map.txt gives `parameter`; None where it does not set it."""
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
