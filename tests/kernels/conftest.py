"""What the kernels' tests share: reference cases as jax arrays, and differences to hold gradients against."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from validation import references

Cases = tuple[jax.Array, jax.Array, dict[str, jax.Array]]


@pytest.fixture
def cases() -> Callable[[Mapping[str, np.ndarray]], Cases]:
    """x, y (cases, points) and parameters (cases, 1) of a reference group, in jax's present precision."""

    def arrays(group: Mapping[str, np.ndarray]) -> Cases:
        parameters = {name: jnp.asarray(a)[:, None] for name, a in references.parameters(group).items()}
        return jnp.asarray(group["x"]), jnp.asarray(group["y"]), parameters

    return arrays


@pytest.fixture
def central_difference() -> Callable[[Callable[[float], jax.Array], float], np.ndarray]:
    """Derivative of a function of one number by central differences of fourth order."""

    def derivative(function: Callable[[float], jax.Array], at: float, step: float = 1e-3) -> np.ndarray:
        ahead, behind, far, back = (
            np.asarray(function(at + k * step), dtype=float) for k in (1.0, -1.0, 2.0, -2.0)
        )
        return (8.0 * (ahead - behind) - (far - back)) / (12.0 * step)

    return derivative
