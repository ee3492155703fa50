"""Mean numbers of subhaloes: pyHalo's, the drawn mass in a cylinder, and the way back."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from jaxlens.kernels.halos import (
    Sigma_sub_of,
    cored_nfw_positions,
    cored_nfw_share,
    f_sub_of,
    host_scaling,
    mass_integral,
    masses,
    number_from_f_sub,
    number_from_Sigma_sub,
    number_integral,
    poisson_quantile,
)

SHAPE = {"M_min": 1e7, "M_max": 1e9, "slope": -1.9}
of_number = jax.jit(number_integral)
HOST = {"radius": 20.0, "host_radius": 350.0, "host_scale": 60.0, "core_radius": 15.0}


@pytest.fixture(scope="module")
def integrals() -> dict[str, float]:
    return {"number": float(of_number(**SHAPE)), "mass": float(jax.jit(mass_integral)(**SHAPE))}


def test_a_number_on_the_sky_is_that_of_pyhalo() -> None:
    """1e6 to 1e10 solar masses in 3 arcsec of 6.907893 kpc, as in `validation.haloes.oracles.subhaloes`."""
    number = of_number(M_min=1e6, M_max=1e10, slope=-1.9)
    disc = {"M_host": 2e13, "z": 0.6, "radius": 3.0 * 6.907893}
    assert float(number_from_Sigma_sub(0.025, number=number, **disc)) == pytest.approx(5116.1815, rel=2e-6)


def test_the_scaling_of_the_host_is_one_at_its_pivot() -> None:
    assert float(host_scaling(1e13, 0.5)) == pytest.approx(1.0, rel=1e-6)
    assert float(host_scaling(1e14, 0.5)) == pytest.approx(10.0**0.88, rel=1e-5)
    found = host_scaling(1e13, 1.5, mass_scaling=0.55, redshift_scaling=0.37)
    assert float(found) == pytest.approx(2.0**0.37, rel=1e-6)


def test_normalisations_follow_from_each_other(integrals) -> None:
    disc = {"number": integrals["number"], "M_host": 5e12, "z": 0.4, "radius": 15.0}
    lens = {**integrals, "projected_mass": 2e11, "share": 0.3}
    assert float(Sigma_sub_of(number_from_Sigma_sub(0.1, **disc), **disc)) == pytest.approx(0.1, rel=1e-6)
    assert float(f_sub_of(number_from_f_sub(0.02, **lens), **lens)) == pytest.approx(0.02, rel=1e-6)


@pytest.mark.long
def test_the_mean_mass_of_drawn_haloes_in_a_cylinder_is_f_sub(integrals) -> None:
    """1000 systems of 40 haloes on average, of which a third are within 10 kpc on the sky."""
    systems, bound, within, projected_mass = 1000, 96, 10.0, 1e11
    share = float(jax.jit(cored_nfw_share)(within, **HOST))
    mean = 40.0
    f_sub = float(f_sub_of(mean, **integrals, projected_mass=projected_mass, share=share))
    u = np.random.default_rng(7).uniform(size=(4, systems, bound)).astype(np.float32)
    number = np.asarray(jax.jit(poisson_quantile)(u[0, :, :1], np.full((systems, 1), mean, np.float32)))
    drawn = np.asarray(jax.jit(masses)(u[1], **SHAPE), float)
    x, y, _ = jax.jit(cored_nfw_positions)(u[0], u[2], u[3], **HOST)
    inside = (np.hypot(x, y) < within) & (np.arange(bound) < number)
    fractions = (drawn * inside).sum(axis=1) / projected_mass
    assert abs(fractions.mean() - f_sub) < 4.0 * fractions.std() / np.sqrt(systems)
