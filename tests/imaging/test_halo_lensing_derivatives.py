"""Derivatives of images in the numbers of the lens and of its haloes, beside central differences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging.render import render
from jaxlens.kernels.types import Params
from tests.imaging.haloes import FIELD, SUBHALOES, halo_params, with_haloes

MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_derivatives_of_an_image_are_central_differences(small_lens: dict[str, Any], key: jax.Array) -> None:
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = 12
    sim = Simulator(small_lens)
    own = with_haloes(sim.scene, "TNFW", bound=4, planes=(1, 1), field_bound=4, window=4)
    own = replace(own, halo_tolerance=0.0)
    params = halo_params(own, {name: value[0] for name, value in sim.sample(key, 1).items()}, 3, seed=3)
    shared = ("x", "y", "mass", "concentration", "r_trunc")
    names = [f"{prefix}-{name}" for prefix in (SUBHALOES, FIELD) for name in shared]
    names += [f"{FIELD}-kappa_sheet", f"{MASS}-theta_E", f"{MASS}-e1", "H0", "PLANE_1-OBJECT_1-REDSHIFT"]
    weights = jnp.asarray(np.random.default_rng(0).normal(size=own.image_shape))
    varied = {name: params[name] for name in names}

    @jax.jit
    def total(varied: Params) -> jax.Array:
        return jnp.sum(weights * render(own, params | varied))

    @jax.jit
    def derivatives(varied: Params, along: Params) -> tuple[jax.Array, Params]:
        return jax.jvp(total, (varied,), (along,))[1], jax.grad(total)(varied)

    # the change of each number that a difference is taken of; what is no halo stays as it is
    change = {
        name: 1e-5 * jnp.maximum(jnp.abs(value), 1e-2 * (value != 0.0)) for name, value in varied.items()
    }
    forward, reverse = derivatives(varied, change)
    np.testing.assert_allclose(
        sum(jnp.vdot(reverse[name], change[name]) for name in names), forward, rtol=1e-9
    )
    for name in names:
        high, low = (varied | {name: varied[name] + sign * change[name]} for sign in (1.0, -1.0))
        expected = 0.5 * (total(high) - total(low))
        assert expected != 0.0
        np.testing.assert_allclose(jnp.vdot(reverse[name], change[name]), expected, rtol=2e-5, err_msg=name)
