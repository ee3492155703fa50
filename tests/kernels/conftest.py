"""What the kernels' tests share: derivatives against central differences, and astropy's distances."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from astropy.utils.exceptions import AstropyDeprecationWarning


def _central_difference(function: Callable[[float], Any], at: float, step: float = 1e-3) -> np.ndarray:
    ahead, behind, far, back = (
        np.asarray(function(at + k * step), dtype=float) for k in (1.0, -1.0, 2.0, -2.0)
    )
    return (8.0 * (ahead - behind) - (far - back)) / (12.0 * step)


@pytest.fixture
def central_difference() -> Callable[..., np.ndarray]:
    """Derivative of a function of one number by central differences of fourth order."""
    return _central_difference


def _fixed_values(tree: Any, phase: float) -> Any:
    """Arrays like those of a pytree, with different values of order one."""
    leaves, structure = jax.tree.flatten(tree)
    values = [
        jnp.asarray(np.cos(phase + k + 0.7 * np.arange(leaf.size)).reshape(leaf.shape), leaf.dtype)
        for k, leaf in enumerate(leaves)
    ]
    return jax.tree.unflatten(structure, values)


def _inner(a: Any, b: Any) -> float:
    return float(sum(np.sum(x * y) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)))


@pytest.fixture
def check_first_derivatives() -> Callable[..., None]:
    """Forward derivatives are central differences along a direction in all arguments; reverse ones agree."""

    def check(function: Callable[..., jax.Array], *arguments: Any, rtol: float = 1e-6, atol: float = 1e-8):
        @jax.jit
        def everything(arguments, tangents, cotangent):
            value, forward = jax.jvp(function, arguments, tangents)
            return value, forward, jax.vjp(function, *arguments)[1](cotangent)

        arguments = jax.tree.map(lambda a: jnp.asarray(a, jnp.result_type(float)), arguments)
        tangents = _fixed_values(arguments, 0.3)
        shape = jax.eval_shape(function, *arguments)
        cotangent = _fixed_values(shape, 0.9)
        _, forward, reverse = everything(arguments, tangents, cotangent)

        def along(t: float) -> jax.Array:
            moved = jax.tree.map(lambda a, d: a + t * d, arguments, tangents)
            return everything(moved, tangents, cotangent)[0]

        expected = _central_difference(along, 0.0, 1e-4)
        np.testing.assert_allclose(forward, expected, rtol=rtol, atol=atol + rtol * np.max(np.abs(expected)))
        assert _inner(reverse, tangents) == pytest.approx(_inner(forward, cotangent), rel=1e-9, abs=1e-12)

    return check


@pytest.fixture
def astropys_between() -> Callable[..., np.ndarray]:
    """Transverse comoving distances (Mpc) between redshifts, of one of astropy's cosmologies."""

    def between(universe: Any, near: np.ndarray, far: np.ndarray) -> np.ndarray:
        with warnings.catch_warnings():
            # astropy has a new name for it since 7.2.
            warnings.simplefilter("ignore", AstropyDeprecationWarning)
            return np.asarray(universe.angular_diameter_distance_z1z2(near, far).value * (1.0 + far))

    return between
