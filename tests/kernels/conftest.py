"""What the kernels' tests share: differences to hold gradients against."""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np
import pytest


@pytest.fixture
def central_difference() -> Callable[[Callable[[float], jax.Array], float], np.ndarray]:
    """Derivative of a function of one number by central differences of fourth order."""

    def derivative(function: Callable[[float], jax.Array], at: float, step: float = 1e-3) -> np.ndarray:
        ahead, behind, far, back = (
            np.asarray(function(at + k * step), dtype=float) for k in (1.0, -1.0, 2.0, -2.0)
        )
        return (8.0 * (ahead - behind) - (far - back)) / (12.0 * step)

    return derivative
