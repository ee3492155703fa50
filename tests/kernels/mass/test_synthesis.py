"""Profiles that are fitted by sums of others: near the target, elliptical, and differentiable."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass.isothermal import nie
from jaxlens.kernels.mass.synthesis import register_synthesis
from jaxlens.kernels.registry import MASS_PROFILES, MassProfile

X, Y = np.array([0.4, -1.1, 2.0]), np.array([0.3, 0.7, -0.1])


# Core radii (arcsec) of the components.
CORES = (0.1, 0.5, 2.0)


@pytest.fixture
def fitted() -> MassProfile:
    """A singular isothermal sphere as a sum of NIEs."""
    register_synthesis("FITTED", "SIS", "NIE", lists=("s_scale",), fixed={"theta_E": 1.0})
    return MASS_PROFILES.pop("FITTED")


def weights(theta_E: float) -> np.ndarray:
    """The weights of the fit, by numpy: kappa is theta_E / 2r, and 1 / 2 sqrt(r^2 + s^2) of a component."""
    r = np.logspace(-6.0, 3.0, 100)
    root = np.sqrt(theta_E / (2.0 * r))
    columns = np.stack([0.5 / np.sqrt(r * r + s * s) for s in CORES], axis=1)
    return np.linalg.lstsq(columns / root[:, None], root)[0]


def test_the_parameters_are_those_of_the_target_the_lists_and_the_place(fitted):
    assert list(fitted.parameters) == ["theta_E", "s_scale", "e1", "e2", "center_x", "center_y"]
    assert fitted.of_kind("list") == ("s_scale",)


@pytest.mark.long
def test_it_is_the_sum_of_elliptical_components_with_the_weights_of_the_round_fit(fitted):
    with jax.enable_x64(True):
        x, y, place = jnp.asarray(X), jnp.asarray(Y), {"e1": 0.1, "e2": -0.05, "center_x": 0.03}
        ours = fitted.deflection(x, y, theta_E=1.3, s_scale=CORES, **place)
        parts = [nie(x, y, theta_E=w, s_scale=s, **place) for w, s in zip(weights(1.3), CORES, strict=True)]
    np.testing.assert_allclose(ours, np.sum(parts, axis=0), rtol=1e-9)


@pytest.mark.long
def test_its_derivatives_are_right_and_single_precision_is_enough(fitted, check_first_derivatives):
    def alpha(theta_E: jax.Array, core: jax.Array) -> jax.Array:
        x, y = jnp.asarray(X, core.dtype), jnp.asarray(Y, core.dtype)
        return fitted.deflection(x, y, theta_E=theta_E, s_scale=(0.1, core, 2.0), e1=0.1, e2=0.05)[0]

    with jax.enable_x64(True):
        check_first_derivatives(alpha, 1.3, 0.5)
        exact = alpha(jnp.asarray(1.3), jnp.asarray(0.5))
    # terms with weights of 28, -62 and 47 add up to 2.4, so single precision loses two digits
    np.testing.assert_allclose(alpha(jnp.float32(1.3), jnp.float32(0.5)), exact, rtol=5e-5)


def test_parameters_that_no_file_could_give_are_refused():
    with pytest.raises(ValueError, match="put s_scale of NIE into lists or fixed"):
        register_synthesis("X", "SIS", "NIE", lists=(), fixed={"theta_E": 1.0})
    with pytest.raises(ValueError, match="SIS too has theta_E; take another component"):
        register_synthesis("X", "SIS", "NIE", lists=("theta_E",), fixed={"s_scale": 1.0})
