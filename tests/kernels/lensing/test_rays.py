"""Ray shooting, magnification, arrival times."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from astropy.cosmology import LambdaCDM
from jax.test_util import check_grads

from jaxlens.kernels import cosmology
from jaxlens.kernels.lensing import rays
from jaxlens.kernels.mass.external import convergence, shear
from jaxlens.kernels.mass.isothermal import sie, sis, sis_potential

UNIVERSE = {"H0": 70.0, "Om0": 0.3}
lensing_weights = jax.jit(rays.lensing_weights)
arrival_time = jax.jit(rays.arrival_time)


@jax.jit
def distances_to_and_between(z, universe):
    """Transverse comoving distances to planes (planes,), and between them (planes, planes)."""
    to = cosmology.transverse_comoving_distance(z, **universe)
    return to, cosmology.distances_between(z, **universe)


def shoot(x, y, deflections, weights):
    """Where rays end in the last plane."""
    return jax.jit(lambda x, y, weights: rays.shoot(x, y, deflections, weights)[-1])(x, y, weights)


@pytest.mark.usefixtures("x64")
def test_weights_of_two_planes_are_one_in_every_universe():
    for H0, Om0 in ((50.0, 0.1), (80.0, 0.9)):
        distances, _ = distances_to_and_between(jnp.array([0.4, 1.7]), {"H0": H0, "Om0": Om0})
        np.testing.assert_allclose(lensing_weights(distances), [[0.0, 1.0], [0.0, 0.0]], rtol=1e-14)


@pytest.mark.usefixtures("x64")
def test_weights_to_the_last_plane_are_one():
    """Reduced deflections refer to the last plane, whatever stands between."""
    weights = lensing_weights(jnp.array([1000.0, 1800.0, 2500.0, 4000.0]))
    np.testing.assert_allclose(weights[:-1, -1], 1.0, rtol=1e-14)
    np.testing.assert_allclose(np.tril(weights), 0.0)
    assert 0.0 < float(weights[0, 1]) < float(weights[0, 2]) < 1.0


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("Ode0", [0.2, 0.7, 1.1])
def test_weights_in_a_curved_universe(Ode0, astropys_between):
    """B_ij = D_ij D_s / (D_j D_is) of astropy's angular diameter distances; 1 to the last plane."""
    z = np.array([0.3, 0.8, 1.5, 3.0])
    universe = {"H0": 70.0, "Om0": 0.3, "Ode0": Ode0}
    theirs = LambdaCDM(**universe)
    d = theirs.angular_diameter_distance(z).value
    expected = np.zeros((4, 4))
    for i in range(3):
        for j in range(i + 1, 4):
            d_ij, d_is = (astropys_between(theirs, z[i], z[k]) / (1 + z[k]) for k in (j, 3))
            expected[i, j] = d_ij * d[3] / (d[j] * d_is)
    far, gap = distances_to_and_between(z, universe)
    np.testing.assert_allclose(lensing_weights(far, gap), expected, atol=1e-9)
    np.testing.assert_allclose(lensing_weights(far, gap)[:-1, -1], 1.0, rtol=1e-14)


@pytest.mark.usefixtures("x64")
def test_distances_between_planes_may_be_left_out_in_a_flat_universe():
    z = jnp.array([0.3, 0.8, 2.0])
    far, gap = distances_to_and_between(z, UNIVERSE)
    np.testing.assert_allclose(lensing_weights(far, gap), lensing_weights(far), rtol=1e-14)
    places = [(jnp.asarray(a), jnp.asarray(-a)) for a in (1.0, 0.7, 0.4)]
    potentials = [jnp.asarray(0.3), jnp.asarray(0.1)]
    with_gap = arrival_time(places, potentials, far, gap)
    np.testing.assert_allclose(with_gap, arrival_time(places, potentials, far), rtol=1e-14)


@pytest.mark.usefixtures("x64")
def test_a_massless_plane_changes_nothing():
    x, y = jnp.linspace(-2.0, 2.0, 5), jnp.linspace(1.0, -0.5, 5)
    lens = partial(sie, theta_E=1.2, e1=0.1, e2=-0.2)
    nothing = partial(shear, gamma1=0.0, gamma2=0.0)
    two = shoot(x, y, [lens], lensing_weights(jnp.array([1000.0, 4000.0])))
    three = shoot(x, y, [lens, nothing], lensing_weights(jnp.array([1000.0, 2000.0, 4000.0])))
    np.testing.assert_allclose(three, two, rtol=1e-14)


def end_of_rays(x, theta_e, distances):
    """Behind two deflectors."""
    deflections = [partial(sis, theta_E=theta_e[0]), partial(sis, theta_E=theta_e[1], center_x=0.3)]
    return jnp.stack(rays.shoot(x, 0.5 * x, deflections, rays.lensing_weights(distances))[-1])


RAYS = np.array([0.7, -1.4]), np.array([1.1, 0.3]), np.array([1.2, 2.3, 4.1])


@pytest.mark.usefixtures("x64")
def test_derivatives_of_rays_through_two_deflectors(check_first_derivatives):
    check_first_derivatives(end_of_rays, *RAYS)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_derivatives_of_rays_through_two_deflectors_to_second_order():
    check_grads(jax.jit(end_of_rays), tuple(map(jnp.asarray, RAYS)), order=2, rtol=1e-5, atol=1e-7)


def single_plane(x, y, deflection):
    alpha_x, alpha_y = deflection(x, y)
    return x - alpha_x, y - alpha_y


@jax.jit
def magnification_of_a_sphere(x, y):
    """With its derivative in x."""
    lens = partial(single_plane, deflection=partial(sis, theta_E=1.0))
    return jax.value_and_grad(lambda x: rays.magnification(lens, x, y))(x)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("x", [0.4, 0.95, 1.5, 3.0])
def test_magnification_of_an_isothermal_sphere(x):
    """It is 1 / (1 - theta_E / r)."""
    mu, _ = magnification_of_a_sphere(jnp.asarray(0.6 * x), jnp.asarray(-0.8 * x))
    assert float(mu) == pytest.approx(1 / (1 - 1 / x), rel=1e-12)


@pytest.mark.usefixtures("x64")
def test_magnification_of_a_mass_sheet_with_shear():
    """It is 1 / ((1 - kappa)^2 - gamma^2)."""

    def deflection(x, y):
        ax, ay = convergence(x, y, kappa=0.2)
        bx, by = shear(x, y, gamma1=0.1, gamma2=-0.05)
        return ax + bx, ay + by

    magnification = jax.jit(partial(rays.magnification, partial(single_plane, deflection=deflection)))
    mu = magnification(jnp.asarray(1.0), jnp.asarray(2.0))
    assert float(mu) == pytest.approx(1 / (0.8**2 - 0.1**2 - 0.05**2), rel=1e-12)


@pytest.mark.usefixtures("x64")
def test_magnification_is_capped_on_a_critical_curve_with_a_finite_gradient():
    value, gradient = magnification_of_a_sphere(jnp.asarray(1.0), jnp.asarray(0.0))
    assert abs(float(value)) == pytest.approx(rays.MAX_MAGNIFICATION)
    assert np.isfinite(gradient)


@pytest.mark.usefixtures("x64")
def test_delay_between_the_two_images_of_an_isothermal_sphere():
    """It is c dt = 2 theta_E beta (1 + z_d) D_d D_s / D_ds, in radians; images at beta +- theta_E."""
    theta_e, beta, z = 1.1, 0.4, jnp.array([0.5, 2.0])
    x = jnp.array([beta + theta_e, beta - theta_e])
    zero = jnp.zeros(2)
    distances, _ = distances_to_and_between(z, UNIVERSE)
    psi = sis_potential(x, zero, theta_E=theta_e)
    first, second = arrival_time([(x, zero), (jnp.full(2, beta), zero)], [psi], distances)
    near, far = map(float, distances)
    metres = near * far / (far - near) * 3.0856775814913673e22
    expected = 2 * theta_e * beta * (np.pi / 648000) ** 2 * metres / 299792458.0 / 86400.0
    assert float(second - first) == pytest.approx(expected, rel=1e-10)


@pytest.mark.usefixtures("x64")
def test_delay_in_a_curved_universe(astropys_between):
    """The time-delay distance (1 + z_d) D_d D_s / D_ds has astropy's D_ds."""
    universe, psi = {"H0": 70.0, "Om0": 0.3, "Ode0": 0.3}, 0.8
    z = np.array([0.5, 2.0])
    far, gap = distances_to_and_between(z, universe)
    zero = jnp.zeros(())
    found = arrival_time([(zero, zero), (zero, zero)], [jnp.asarray(psi)], far, gap)
    theirs = LambdaCDM(**universe)
    near, source = theirs.comoving_transverse_distance(z).value
    distance = near * source / astropys_between(theirs, 0.5, 2.0)
    metres = distance * 3.0856775814913673e22
    expected = -psi * (np.pi / 648000) ** 2 * metres / 299792458.0 / 86400.0
    assert float(found) == pytest.approx(expected, rel=1e-9)


@pytest.mark.usefixtures("x64")
def test_images_are_where_the_fermat_potential_is_stationary():
    """Fermat's principle: its gradient is the lens equation."""
    theta_e, beta = 1.1, 0.4

    @jax.jit
    @partial(jax.grad, argnums=(0, 1))
    def gradient(x, y):
        return rays.fermat_potential(x, y, beta, 0.0, sis_potential(x, y, theta_E=theta_e))

    for x in (beta + theta_e, beta - theta_e):
        np.testing.assert_allclose(gradient(x, 0.0), 0.0, atol=1e-14)
    assert abs(float(gradient(1.0, 0.0)[0])) > 0.1
