"""The arrays, names and types of the transients that need no file."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np

from jaxlens.config.model.tables import Arrays
from jaxlens.config.model.transients import Library
from jaxlens.config.templates import library
from jaxlens.config.transients.core_collapse import core_collapse_spectra
from jaxlens.config.transients.core_collapse_types import TYPES
from jaxlens.config.users_line import users_line

# The type of a toy model, for the metadata, by the string of MODEL.
TOY_TYPES = {
    "flat": "Flat",
    "flatnoise": "FlatNoise",
    "variable": "Variable",
    "variablenoise": "VariableNoise",
    "static": "Static",
}
# The number of steps of the grid of a damped random walk in the smallest tau.
DRW_STEPS = 32
# The largest number of times of that grid.
DRW_TIMES = 4096
# The first time after the merger at which a kilonova is computed, days.
KN_FIRST = 0.02
# The last time at which it is computed, days.
KN_LAST = 60.0
# The number of times between them, each 4% later than the one before.
KN_TIMES = 204


def library_of(ids: tuple[str, ...], types: tuple[str, ...], arrays: Arrays) -> Library:
    """A library of arrays of any kind of numbers.

    Args:
        ids: the name of each template.
        types: the type of each template.
        arrays: the arrays of the model.

    Returns:
        The library, with arrays of float64.
    """
    return library(ids, types, {name: np.asarray(array, np.float64) for name, array in arrays.items()})


def toy_library(name: str) -> Library:
    """The library of a toy model: no arrays, and deeplenstronomy's id and type.

    >>> toy_library("flatnoise").types
    ('FlatNoise',)
    """
    return library_of((TOY_TYPES[name],), (TOY_TYPES[name],), {})


def drw_grid(tau_smallest: float, start: float, stop: float) -> np.ndarray:
    """The rest-frame times at which damped random walks are drawn, see `jaxlens.kernels.transients`.

    They are whole multiples of a step of tau_smallest / 32, and include 0.  Linear interpolation between them
    makes the squared structure function too small by 1% of SF_inf^2.  Where this takes more than 4096 times
    the step is longer and there is a warning.

    Args:
        tau_smallest: the smallest correlation time in any band, days in the rest frame.
        start: a time before all that are looked at, days in the rest frame.
        stop: a time after all that are looked at.

    Returns:
        The times (K,), increasing.

    >>> drw_grid(32.0, -1.5, 2.2)
    array([-2., -1.,  0.,  1.,  2.,  3.])
    """
    first, last = min(start, 0.0), max(stop, 0.0)
    step = tau_smallest / DRW_STEPS
    shortest = (last - first) / (DRW_TIMES - 2)
    if step < shortest:
        lost = -np.expm1(-shortest / tau_smallest) / 3.0
        warnings.warn(
            f"a damped random walk over {last - first:.0f} days in the rest frame, with tau down to "
            f"{tau_smallest:.1f} days, is drawn every {shortest:.2f} days and not every {step:.2f}: its "
            f"squared structure function is too small by up to {100.0 * lost:.1f}% of SF_inf^2",
            stacklevel=users_line(),
        )
        step = shortest
    return step * np.arange(np.floor(first / step), np.ceil(last / step) + 1.0)


def drw_library(grid: np.ndarray) -> Library:
    """The library of `agn_drw` and its variants for the times of `drw_grid`."""
    step = float(np.mean(np.diff(grid)))
    arrays = {"times": grid, "index": np.round(grid / step), "step": np.array(step)}
    return library_of(("DRW",), ("AGN",), arrays)


@cache
def kn_library() -> Library:
    """The library of `kn`: the times and wavelengths at which its spectra are computed."""
    later = np.geomspace(KN_FIRST, KN_LAST, KN_TIMES)
    arrays = {"times": np.concatenate([[0.0], later]), "wavelength": black_body_wavelengths()}
    return library_of(("KN",), ("KN",), arrays)


def black_body_wavelengths() -> np.ndarray:
    """The wavelengths (Angstrom, in the rest frame) at which spectra of black bodies are computed."""
    return np.geomspace(500.0, 30000.0, 274)


@cache
def cc_library() -> Library:
    """The library of `cc` and `cc_absmag`: the built-in types of core-collapse supernovae.

    >>> cc_library().types
    ('IIP', 'IIL', 'IIn', 'Ib', 'Ic')
    """
    names = tuple(one.name for one in TYPES)
    return library_of(names, names, core_collapse_spectra(black_body_wavelengths()))
