"""The rays of the images of an isothermal sphere: where they end, magnifications and delays by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import numpy as np
import pytest
from astropy import constants, units
from astropy.cosmology import FlatLambdaCDM

from jaxlens.kernels.types import Params
from jaxlens.modelling.quasars.image_rays import image_rays, travel_times
from tests.modelling.quasars.quads import BETA, THETA_E, Z_LENS, Z_SOURCE, small_problem, sphere_params

pytestmark = pytest.mark.slow


def delay_by_hand(h0: float) -> float:
    """Days by which the image at BETA - THETA_E is later: r_d r_s / (r_s - r_d) 2 theta_E beta / c."""
    cosmology = FlatLambdaCDM(H0=h0, Om0=0.3)
    near, far = (cosmology.comoving_distance(z) for z in (Z_LENS, Z_SOURCE))
    angle = 2.0 * THETA_E * BETA * units.arcsec.to(units.rad) ** 2
    return float((near * far / (far - near) * angle / constants.c).to_value(units.day))


class Numbers(NamedTuple):
    """What follows from the rays of the images."""

    beta: tuple[jax.Array, jax.Array]
    magnification: jax.Array
    later: jax.Array
    slope: jax.Array


@pytest.fixture(scope="module")
def numbers() -> Callable[..., Numbers]:
    """The numbers of the sphere with other parameters, as one program."""
    problem = small_problem()

    @jax.jit
    def of(params: Params) -> Numbers:
        def later(x: jax.Array) -> jax.Array:
            times = travel_times(problem.quasar, {**params, "QUASAR-IMAGE_2-x": x})
            return times[1] - times[0]

        rays = image_rays(problem.quasar, params)
        return Numbers(rays.beta, rays.magnification, *jax.value_and_grad(later)(params["QUASAR-IMAGE_2-x"]))

    def with_changes(**changes: float) -> Numbers:
        with jax.enable_x64(True):
            return Numbers(*jax.tree.map(np.asarray, tuple(of(sphere_params(problem, **changes)))))

    return with_changes


def test_rays_meet_in_the_source_and_magnify_as_a_sphere_does(numbers: Callable[..., Numbers]) -> None:
    found = numbers()
    np.testing.assert_allclose(found.beta[0], BETA, atol=1e-12)
    np.testing.assert_allclose(found.beta[1], 0.0, atol=1e-12)
    np.testing.assert_allclose(found.magnification, [THETA_E / BETA + 1.0, THETA_E / BETA - 1.0], rtol=1e-9)


@pytest.mark.parametrize("h0", [70.0, 50.0])
def test_delays_are_those_by_astropy_and_go_with_one_over_h0(
    numbers: Callable[..., Numbers], h0: float
) -> None:
    np.testing.assert_allclose(numbers(H0=h0).later, delay_by_hand(h0), rtol=1e-5)


def test_an_error_of_a_position_changes_a_delay_in_second_order(numbers: Callable[..., Numbers]) -> None:
    # one milliarcsec to first order is less than a millionth of the delay
    assert abs(numbers().slope) * 1e-3 < 1e-6 * delay_by_hand(70.0)
