"""Maps of an isothermal sphere with shear, by their formulas and by each other's derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from astropy import constants
from astropy.cosmology import FlatLambdaCDM

from tests.products.lenses import lens, simulator

X, Y = np.array([0.7, -1.1, 2.0, 0.4]), np.array([0.5, 0.9, -0.3, -1.6])
RADIUS, ANGLE = np.hypot(X, Y), np.arctan2(Y, X)


def test_convergence_and_shear() -> None:
    """The shear of theta_E / (2 r) is (-cos 2 phi, -sin 2 phi) as large; to it the external one is added."""
    sim, params = simulator(), lens(0.1)
    kappa = 0.6 / RADIUS
    np.testing.assert_allclose(sim.convergence(params, X, Y)[0], kappa, rtol=2e-6)
    shear = sim.shear(params, X, Y)
    np.testing.assert_allclose(shear.gamma1[0], 0.1 - kappa * np.cos(2.0 * ANGLE), rtol=2e-5)
    np.testing.assert_allclose(shear.gamma2[0], -kappa * np.sin(2.0 * ANGLE), rtol=2e-5)
    determinant = (1.0 - kappa) ** 2 - np.sum(np.square([shear.gamma1[0], shear.gamma2[0]]), axis=0)
    np.testing.assert_allclose(sim.magnification(params, X, Y)[0], 1.0 / determinant, rtol=2e-4)


def test_the_potential_and_the_time() -> None:
    """Psi = theta_E r + g (x^2 - y^2) / 2, and the time of paths is that of Fermat's potential."""
    sim, params = simulator(), lens(0.1)
    psi = 1.2 * RADIUS + 0.05 * (X**2 - Y**2)
    np.testing.assert_allclose(sim.potential(params, X, Y)[0], psi, rtol=2e-6)
    cosmology = FlatLambdaCDM(H0=70.0, Om0=0.3)
    near, far = (cosmology.comoving_distance(z) for z in (0.4, 1.5))
    distance = near * far / (far - near)
    days = float((distance / constants.c).to_value("day") / 206264.806**2)
    fermat = 0.5 * ((X - 0.1) ** 2 + (Y + 0.2) ** 2) - psi
    found = sim.arrival_time(params, X, Y, x_source=0.1, y_source=[-0.2])[0]
    np.testing.assert_allclose(found, days * fermat, rtol=2e-5)
    beta = X * (1.0 - 0.1) - 1.2 * X / RADIUS, Y * (1.0 + 0.1) - 1.2 * Y / RADIUS
    of_rays = 0.5 * ((X - beta[0]) ** 2 + (Y - beta[1]) ** 2) - psi
    np.testing.assert_allclose(sim.arrival_time(params, X, Y)[0], days * of_rays, rtol=2e-5)


def test_derivatives_are_central_differences() -> None:
    def kappa(theta_E: jax.Array) -> jax.Array:
        name = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
        return simulator().convergence(dict(lens()) | {name: theta_E[None]}, X, Y)[0, 0]

    assert float(jax.grad(kappa)(jnp.asarray(1.2))) == pytest.approx(0.5 / RADIUS[0], rel=2e-6)


def test_directions() -> None:
    """The pixels by default; the same for all systems, or those of each system."""
    sim, one = simulator(), lens(0.1)
    two = {name: jnp.concatenate([value, value]) for name, value in one.items()}
    pixels = (np.arange(16) - 7.5) * 0.2
    whole = sim.convergence(two)
    np.testing.assert_allclose(whole[1], 0.6 / np.hypot(*np.meshgrid(pixels, pixels)), rtol=1e-5)
    assert sim.convergence(two, 1.0, 0.5).shape == (2,)
    own = sim.convergence(two, [[1.0], [2.0]], [[0.0], [0.0]], by_system=True)
    np.testing.assert_allclose(own, [[0.6], [0.3]], rtol=2e-6)
    np.testing.assert_allclose(sim.convergence(two, [1.0, 2.0], [0.0, 0.0])[1], [0.6, 0.3], rtol=2e-6)


def test_wrong_arguments_are_refused() -> None:
    sim, params = simulator(), lens()
    with pytest.raises(ValueError, match="of x and y only one"):
        sim.convergence(params, X)
    with pytest.raises(ValueError, match=r"x has shape \(4,\) and y \(1,\)"):
        sim.shear(params, X, Y[:1])
    with pytest.raises(ValueError, match=r"give \(1, ...\), the systems first"):
        sim.magnification(params, X, Y, by_system=True)
    with pytest.raises(ValueError, match="plane is 'PLANE_7'; give one of PLANE_1, PLANE_2"):
        sim.potential(params, plane="PLANE_7")
    with pytest.raises(ValueError, match="x_source and y_source only one"):
        sim.arrival_time(params, X, Y, x_source=0.0)
    with pytest.raises(ValueError, match=r"has shape \(2,\); give \(\) or \(1,\)"):
        sim.arrival_time(params, X, Y, x_source=[0.0, 1.0], y_source=0.0)
