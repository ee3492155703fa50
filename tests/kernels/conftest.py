"""What the kernels' tests share: differences to hold gradients against, and astropy's distances."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest
from astropy.utils.exceptions import AstropyDeprecationWarning


@pytest.fixture
def central_difference() -> Callable[[Callable[[float], jax.Array], float], np.ndarray]:
    """Derivative of a function of one number by central differences of fourth order."""

    def derivative(function: Callable[[float], jax.Array], at: float, step: float = 1e-3) -> np.ndarray:
        ahead, behind, far, back = (
            np.asarray(function(at + k * step), dtype=float) for k in (1.0, -1.0, 2.0, -2.0)
        )
        return (8.0 * (ahead - behind) - (far - back)) / (12.0 * step)

    return derivative


@pytest.fixture
def astropys_between() -> Callable[..., np.ndarray]:
    """Transverse comoving distances (Mpc) between redshifts, of one of astropy's cosmologies."""

    def between(universe: Any, near: np.ndarray, far: np.ndarray) -> np.ndarray:
        with warnings.catch_warnings():
            # astropy has a new name for it since 7.2.
            warnings.simplefilter("ignore", AstropyDeprecationWarning)
            return np.asarray(universe.angular_diameter_distance_z1z2(near, far).value * (1.0 + far))

    return between
