"""The slopes of NFW and TNFW in float32, and their derivatives, against those of the profiles in float64."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.halos.pair_terms import prepared
from jaxlens.kernels.halos.tnfw import nfw_slope, tnfw_slope
from jaxlens.kernels.mass.nfw import NFW
from jaxlens.kernels.mass.truncated_nfw import TNFW

# Radii in units of the scale radius, and truncation radii, (3, 400).
RADII = np.broadcast_to(10.0 ** np.linspace(-4.0, 3.0, 400), (3, 400))
TRUNCATIONS = np.broadcast_to(np.array([[0.03], [1.0], [20.0]]), RADII.shape)
SCALE, STRENGTH = 0.3, 0.01


def haloes(truncations: np.ndarray) -> dict[str, jax.Array]:
    """Haloes in the middle, one for each truncation."""
    zero = np.zeros(truncations.shape)
    own = {"x": zero, "y": zero, "Rs": zero + SCALE, "alpha_Rs": zero + STRENGTH}
    return {name: jnp.asarray(a) for name, a in (own | {"r_trunc": SCALE * truncations}).items()}


def single(name: str) -> np.ndarray:
    """The slope of a profile in float32."""
    given = haloes(TRUNCATIONS)
    if name == "NFW":
        given.pop("r_trunc")
    numbers = prepared(name, given, jnp.dtype(jnp.float32))
    own = {key: a for key, a in numbers.items() if key not in ("x", "y")}
    square = jnp.asarray(np.square(SCALE * RADII), jnp.float32)
    found = {"TNFW": tnfw_slope, "NFW": nfw_slope}[name](square, **own)
    assert found.dtype == jnp.float32
    return np.asarray(found, float)


@pytest.mark.long
@pytest.mark.parametrize("name", ["TNFW", "NFW"])
def test_slopes_in_float32_are_right_at_all_radii(name, x64):
    square = jnp.asarray(np.square(SCALE * RADII))
    own = {key: a for key, a in haloes(TRUNCATIONS).items() if key not in ("x", "y")}
    if name == "NFW":
        own.pop("r_trunc")
    wanted = {"TNFW": TNFW, "NFW": NFW}[name].slope(square, **own)
    np.testing.assert_allclose(single(name), wanted, rtol=4e-6)


@pytest.mark.long
def test_derivatives_in_float32_are_those_in_float64(x64):
    shape = RADII.shape
    dtype = jnp.dtype(jnp.float32)

    def in_single(own: dict[str, jax.Array], radii: jax.Array) -> jax.Array:
        numbers = prepared("TNFW", {**haloes(TRUNCATIONS), **own}, dtype)
        square = jnp.square(radii.astype(dtype))
        # what follows another number has no derivative of its own
        follow = {"inverse_ratio": 1.0 / numbers["ratio"], "log_ratio": jnp.log(numbers["ratio"])}
        kept = {key: a for key, a in numbers.items() if key not in ("x", "y")}
        return jnp.sum(tnfw_slope(square, **(kept | follow)))

    def in_double(own: dict[str, jax.Array], radii: jax.Array) -> jax.Array:
        return jnp.sum(TNFW.slope(jnp.square(radii), **own))

    own = {key: a for key, a in haloes(TRUNCATIONS).items() if key not in ("x", "y")}
    radii = jnp.asarray(SCALE * RADII)
    found, wanted = (jax.grad(f, argnums=(0, 1))(own, radii) for f in (in_single, in_double))
    slope = np.asarray(TNFW.slope(jnp.square(radii), **own))
    for key, derivative in wanted[0].items():
        # in units of the slope over the parameter, of which derivatives are differences
        unit = slope / np.broadcast_to(np.asarray(own[key]), shape)
        np.testing.assert_allclose(found[0][key] / unit, derivative / unit, rtol=1e-4, atol=2e-4, err_msg=key)
    unit = slope / (SCALE * RADII)
    np.testing.assert_allclose(found[1] / unit, wanted[1] / unit, rtol=1e-4, atol=1e-4)
