"""A pseudo-Jaffe halo by its mass: the mass within the radius that defines it, by integration."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.kernels.halos.pseudo_jaffe_angles import CORE, SMALLEST_TRUNCATION, pseudo_jaffe_angles

ARCSEC = np.pi / 648000.0
MASS, CONCENTRATION, DENSITY, SIGMA_CRIT, D_LENS = 1e8, 15.0, 9.36e13, 2.6e15, 1259.0


@pytest.mark.parametrize("r_trunc", [0.02, 0.5])
def test_the_mass_is_within_the_radius_of_its_definition(r_trunc: float) -> None:
    found = pseudo_jaffe_angles(MASS, CONCENTRATION, r_trunc, DENSITY, SIGMA_CRIT, D_LENS)
    sigma0, core, outer = (float(value) for value in found)
    radius = (3.0 * MASS / (4.0 * np.pi * DENSITY)) ** (1 / 3) / (D_LENS * ARCSEC)
    assert outer == pytest.approx(r_trunc)
    assert core == pytest.approx(CORE * radius / CONCENTRATION, rel=1e-6)
    # lenstronomy's rho2sigma: sigma0 = pi rho0 Ra Rs / (Ra + Rs), here in solar masses per arcsec^3
    rho0 = sigma0 * SIGMA_CRIT * (D_LENS * ARCSEC) ** 2 * (core + outer) / (np.pi * core * outer)
    r = np.geomspace(1e-4 * core, radius, 20001)
    shells = 4.0 * np.pi * r**3 * rho0 / ((1.0 + (r / core) ** 2) * (1.0 + (r / outer) ** 2))
    assert np.trapezoid(shells, np.log(r)) == pytest.approx(MASS, rel=1e-5)


def test_a_truncation_inside_of_the_core_is_at_its_edge() -> None:
    sigma0, core, outer = pseudo_jaffe_angles(MASS, CONCENTRATION, 1e-6, DENSITY, SIGMA_CRIT, D_LENS)
    assert np.isfinite(sigma0)
    assert float(outer) == pytest.approx(SMALLEST_TRUNCATION * float(core))
