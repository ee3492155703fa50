"""Draws in the form that ArviZ takes, in both of its interfaces."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxlens.files.extras import required
from jaxlens.files.version import version


def of_draws(posterior: Mapping[str, np.ndarray], statistics: Mapping[str, np.ndarray], method: str) -> Any:
    """Draws and what is known of each, as ArviZ's `from_dict` makes them.

    Args:
        posterior: the draws of each parameter, (n, chains, draws).
        statistics: numbers for each draw, (n, chains, draws), by ArviZ's names; may be empty.
        method: the name of the method that made them.

    Returns:
        An `InferenceData`, or of ArviZ 1 and later a `DataTree`.  The axis of lenses is the last one, called
        `image`, or is left out where there is one lens.

    Raises:
        ImportError: if arviz is not installed.
    """
    arviz = required("arviz", "inference")
    groups = {"posterior": _last(posterior)} | ({"sample_stats": _last(statistics)} if statistics else {})
    several = len(next(iter(posterior.values()))) > 1
    dims = {name: ["image"] for name in (*posterior, *statistics)} if several else {}
    attributes = {"inference_library": "jaxlens", "inference_library_version": version(), "method": method}
    if "posterior" in inspect.signature(arviz.from_dict).parameters:
        return arviz.from_dict(**groups, dims=dims, attrs=attributes)
    return arviz.from_dict(groups, dims=dims, attrs={"/": attributes})


def _last(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays (n, chains, draws) as (chains, draws, n), or (chains, draws) where n is 1."""
    return {name: np.moveaxis(a, 0, -1) if len(a) > 1 else a[0] for name, a in arrays.items()}
