"""Sums over many haloes: they are the sums of the registered profiles, and so are their derivatives."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.halos.round_profiles import ROUND_PROFILES
from jaxlens.kernels.halos.sums import deflection, potential
from jaxlens.kernels.registry import MASS_PROFILES

pytestmark = pytest.mark.slow

# Haloes of which the first SHOWN exist.
COUNT = 7
SHOWN = 5
# Ranges of the parameters, in arcsec; sigma0 has no unit.
RANGES = {
    "alpha_Rs": (1e-4, 1e-2),
    "sigma0": (1e-3, 1e-2),
    "theta_E": (1e-3, 1e-2),
    "Ra": (0.01, 0.1),
    "Rs": (0.1, 0.5),
    "r_trunc": (0.1, 2.0),
}


def haloes_of(profile: str, seed: int = 1, absent: float = np.nan) -> tuple[dict[str, jax.Array], jax.Array]:
    """Random haloes and which of them are shown; numbers of the others are `absent`."""
    draw = np.random.default_rng(seed)
    shown = np.arange(COUNT) < SHOWN
    numbers = {name: draw.uniform(-1.0, 1.0, COUNT) for name in ("x", "y")}
    for name in ROUND_PROFILES[profile].parameters:
        low, high = RANGES[name]
        numbers[name] = low * (high / low) ** draw.uniform(size=COUNT)
    own = {name: jnp.asarray(np.where(shown, values, absent)) for name, values in numbers.items()}
    return own, jnp.asarray(shown)


def rays_of(seed: int = 2) -> tuple[jax.Array, jax.Array]:
    """Positions of rays, (3, 4)."""
    x, y = np.random.default_rng(seed).uniform(-1.5, 1.5, (2, 3, 4))
    return jnp.asarray(x), jnp.asarray(y)


def one_by_one(profile: str, function: str, haloes: dict[str, jax.Array]) -> Any:
    """The sum of the registered profile over the haloes that are shown."""
    x, y = rays_of()
    total: Any = 0.0
    for k in range(SHOWN):
        own = {name: float(values[k]) for name, values in haloes.items()}
        centre = {"center_x": own.pop("x"), "center_y": own.pop("y")}
        total = total + np.asarray(getattr(MASS_PROFILES[profile], function)(x, y, **own, **centre))
    return total


@pytest.mark.long
@pytest.mark.parametrize("profile", ROUND_PROFILES)
def test_the_sum_is_that_of_the_registered_profile(profile, x64):
    haloes, shown = haloes_of(profile)
    found = np.asarray(deflection(profile, *rays_of(), haloes, shown))
    np.testing.assert_allclose(found, one_by_one(profile, "deflection", haloes), rtol=1e-11, atol=1e-15)
    psi = potential(profile, *rays_of(), haloes, shown)
    np.testing.assert_allclose(psi, one_by_one(profile, "potential", haloes), rtol=1e-11, atol=1e-15)


@pytest.mark.long
def test_haloes_that_are_not_shown_have_no_derivative_and_others_have(x64):
    haloes, shown = haloes_of("TNFW")

    def total(haloes: dict[str, jax.Array]) -> jax.Array:
        return sum(jnp.sum(a) for a in deflection("TNFW", *rays_of(), haloes, shown))

    for name, gradient in jax.grad(total)(haloes).items():
        assert np.all(np.asarray(gradient[SHOWN:]) == 0.0), name
        assert np.all(np.asarray(gradient[:SHOWN]) != 0.0), name
        assert np.all(np.isfinite(gradient)), name


def test_wrong_haloes_are_refused():
    haloes, shown = haloes_of("NFW")
    with pytest.raises(ValueError, match="haloes can be TNFW, NFW, PJAFFE, POINT_MASS"):
        deflection("SIS", *rays_of(), haloes, shown)
    with pytest.raises(ValueError, match="also need r_trunc; given are"):
        deflection("TNFW", *rays_of(), haloes, shown)
