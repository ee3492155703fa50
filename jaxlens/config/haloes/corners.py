"""The corners of the values that some numbers can have, at which a mean is largest.

A mean number of haloes rises or falls with most of the numbers on which it depends, so that these stand at
one of their ends; the others stand at both.  Where these are many, some of the corners stand for all.

What is computed at a corner is compiled for one corner, so that its program is the same for all files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

import jax
import numpy as np

from jaxlens.config.haloes.supports import Ends

# The most numbers of which all corners are used.
_MOST = 8
# With which numbers a mean rises (1) or falls (-1).
_DIRECTIONS: Mapping[str, int] = {
    "f_sub": 1,
    "Sigma_sub": 1,
    "radius": 1,
    "M_host": 1,
    "M_min": -1,
    "M_max": 1,
    "half_mode_mass": -1,
    "turnover_a": -1,
    "turnover_c": 1,
    "normalization": 1,
    "cone_radius": 1,
    "cone_end": 1,
}
# The seed of that choice.
_SEED = 19
# The values of numbers by name.
Values = dict[str, float]


def at_corners(
    function: Callable[[Values], jax.Array | np.ndarray],
    ends: Mapping[str, Ends],
    falling: tuple[str, ...] = (),
) -> np.ndarray:
    """What a function gives at each corner, (corners, ...).

    Args:
        function: of the values by name.
        ends: the smallest and the largest value of each number.
        falling: as in `corners`.
    """
    return np.stack([np.asarray(function(values), np.float64) for values in corners(ends, falling)])


def corners(ends: Mapping[str, Ends], falling: tuple[str, ...] = ()) -> list[Values]:
    """The values of some numbers at each corner, by name.

    Args:
        ends: the smallest and the largest value of each number.
        falling: the numbers with which the mean falls here, although it may rise elsewhere.

    >>> corners({"M_min": (1e6, 1e7), "slope": (-2.0, -1.8)})
    [{'M_min': 1000000.0, 'slope': -2.0}, {'M_min': 1000000.0, 'slope': -1.8}]
    """
    directions = {**_DIRECTIONS, **dict.fromkeys(falling, -1)}
    both = [name for name, (low, high) in ends.items() if low < high and name not in directions]
    count = min(len(both), _MOST)
    sides = np.array(list(product((0, 1), repeat=count)), dtype=int).reshape(2**count, count)
    if len(both) > _MOST:
        sides = np.random.default_rng(_SEED).integers(0, 2, (len(sides), len(both)))
        sides[0], sides[-1] = 0, 1
    found = []
    for row in sides:
        side = {name: max(directions.get(name, 0), 0) for name in ends} | dict(zip(both, row, strict=True))
        found.append({name: float(pair[side[name]]) for name, pair in ends.items()})
    return found
