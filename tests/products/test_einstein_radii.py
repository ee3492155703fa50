"""Einstein radii: of isothermal spheres with shear, ellipses and power laws, with their derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from tests.products.lenses import MASS, SHEAR, lens, simulator
from validation.agreement.checks import products


def radius(by: str, shear: float, **mass: float) -> float:
    return float(simulator().einstein_radius(lens(shear, **mass), by)[0])  # type: ignore[arg-type]


def test_by_area() -> None:
    """With shear the curve of an isothermal sphere is r = theta_E (1 - g cos 2 phi) / (1 - g^2)."""
    expected = 1.2 * np.sqrt(1.0 + 0.5 * 0.1**2) / (1.0 - 0.1**2)
    assert radius("area", 0.1) == pytest.approx(expected, rel=2e-6)
    assert radius("area", 0.0, gamma=1.7) == pytest.approx(1.2, rel=2e-6)


def test_by_mass() -> None:
    """Shear has no mass; the mean convergence of an isothermal sphere is theta_E / r."""
    assert radius("mass", 0.1) == pytest.approx(1.2, rel=2e-6)
    assert radius("mass", 0.0, gamma=1.7, center_y=-0.4) == pytest.approx(1.2, rel=2e-6)


@pytest.mark.parametrize("by", ["area", "mass"])
def test_without_a_lens_it_is_zero_and_nan_stays(by: str) -> None:
    assert radius(by, 0.0, theta_E=0.0) == 0.0
    assert np.isnan(radius(by, 0.0, theta_E=np.nan))


@pytest.mark.long
def test_derivatives() -> None:
    """Those of the formula of `test_by_area` with respect to theta_E and the shear."""

    def found(theta_E: jax.Array, shear: jax.Array) -> jax.Array:
        params = dict(lens()) | {f"{MASS}-theta_E": theta_E[None], f"{SHEAR}-gamma1": shear[None]}
        return simulator().einstein_radius(params)[0]

    slopes = jax.grad(found, (0, 1))(jnp.asarray(1.2), jnp.asarray(0.1))
    factor = np.sqrt(1.0 + 0.5 * 0.1**2) / (1.0 - 0.1**2)
    by_shear = 1.2 * factor * (0.5 * 0.1 / (1.0 + 0.5 * 0.1**2) + 2.0 * 0.1 / (1.0 - 0.1**2))
    np.testing.assert_allclose(slopes, [factor, by_shear], rtol=2e-5)


@pytest.mark.long
def test_behind_two_planes_it_is_of_the_area_within_the_curves() -> None:
    """Also where both eigenvalues are above 0 in a hole near the mass of the second plane."""
    sim = jaxlens.Simulator(products.lens_file("two planes"))
    params = sim.sample(jax.random.key(products.SEED), 11)
    found = sim.einstein_radius(params)
    np.testing.assert_allclose(found, [one.einstein_radius for one in sim.critical_curves(params)], rtol=2e-4)


def test_another_definition_is_refused() -> None:
    with pytest.raises(ValueError, match="by is 'light'; give 'area' or 'mass'"):
        radius("light", 0.0)
