"""Profiles of a user: their registration, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import pytest

import jaxlens
from jaxlens.kernels.registry import LIGHT_PROFILES, MASS_PROFILES


def ring(x: jax.Array, y: jax.Array, *, R: float, w: float = 0.1) -> jax.Array:
    """A ring."""
    return jnp.exp(-(((jnp.hypot(x, y) - R) / w) ** 2))


def test_a_light_profile_with_and_without_a_flux() -> None:
    meaning = ("arcsec", "radius of the ring", 0.5, 1.5)
    made = jaxlens.light_profile("RING", total_flux=lambda R, w: R * w, meanings={"R": meaning})(ring)
    assert made is ring
    profile = LIGHT_PROFILES["RING"]
    assert dict(profile.parameters) == {"R": None, "w": 0.1}
    assert profile.meanings["R"].text == "radius of the ring"
    jaxlens.light_profile("RING")(ring)
    assert LIGHT_PROFILES["RING"].total_flux is None, "the name was registered again"
    assert LIGHT_PROFILES["RING"].no_flux == "its total flux is not given"


def test_a_mass_profile_by_its_deflection_or_its_potential() -> None:
    @jaxlens.mass_profile("SOFT")
    def soft(x: jax.Array, y: jax.Array, *, theta_E: float) -> tuple[jax.Array, jax.Array]:
        return theta_E * x, theta_E * y

    @jaxlens.mass_potential("BUMP")
    def bump(x: jax.Array, y: jax.Array, *, height: float) -> jax.Array:
        return height * (x**2 + x * y)

    assert MASS_PROFILES["SOFT"].potential is None
    alpha = MASS_PROFILES["BUMP"].deflection(jnp.array([1.0]), jnp.array([3.0]), height=2.0)
    assert [float(one[0]) for one in alpha] == [10.0, 2.0]


def taken() -> object:
    return jaxlens.mass_profile("SIE")(lambda x, y, *, a: (x, y))


def alias() -> object:
    return jaxlens.mass_profile("PEMD")(lambda x, y, *, a: (x, y))


def no_word() -> object:
    return jaxlens.light_profile("MY-RING")(ring)


def other_form() -> object:
    return jaxlens.light_profile("OTHER")(lambda x, y, R: x)


def reserved() -> object:
    return jaxlens.light_profile("OTHER")(lambda x, y, *, magnitude: x)


def other_flux() -> object:
    return jaxlens.light_profile("OTHER", total_flux=lambda R: R)(ring)


def other_potential() -> object:
    return jaxlens.mass_profile("OTHER", potential=lambda x: x)(lambda x, y, *, a: (x, y))


@pytest.mark.parametrize(
    ("register", "says"),
    [
        (taken, "SIE is a profile of jaxlens; choose another name"),
        (alias, "PEMD is a profile of jaxlens; choose another name"),
        (no_word, "'MY-RING' is no name of a profile; give a word of letters, digits and _"),
        (other_form, r"OTHER: the function has another form; write it as f\(x, y, \*, parameter"),
        (reserved, "OTHER: magnitude has another meaning in files; rename this parameter"),
        (other_flux, r"OTHER: total_flux cannot be called: .*'w'; write it as f\(\*, ...\) with .* R, w"),
        (other_potential, r"OTHER: potential cannot be called: too many positional arguments; write"),
    ],
)
def test_what_is_refused(register: Callable[[], Any], says: str) -> None:
    before = {*LIGHT_PROFILES, *MASS_PROFILES}
    with pytest.raises(ValueError, match=says):
        register()
    assert {*LIGHT_PROFILES, *MASS_PROFILES} == before
