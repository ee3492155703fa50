"""The largest projected mass of an object within a circle."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.config import load_config
from jaxlens.config.haloes.host_mass import largest_host_mass
from jaxlens.config.haloes.supports import Supports
from jaxlens.config.model import Galaxy

Document = Callable[..., dict[str, Any]]
# c^2 / (4 pi G) D_d D_s / D_ds of redshifts 0.5 and 1.5 in the cosmology of good.yaml, in solar masses a
# square arcsec, from astropy.
MASS_PER_SQUARE_ARCSEC = 8.6738e10


def mass(document: dict[str, Any], radius: float) -> float:
    config = load_config(document)
    configuration = config.configurations[0]
    galaxy = dict(configuration.planes[0].objects)["OBJECT_1"]
    assert isinstance(galaxy, Galaxy)
    return largest_host_mass(
        "PLANE_1-OBJECT_1", galaxy, radius, configuration, Supports(config, configuration)
    )


def with_mass(document: dict[str, Any], name: str, **parameters: object) -> dict[str, Any]:
    document["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"] = {"NAME": name, "PARAMETERS": parameters}
    return document


def test_an_isothermal_sphere_has_pi_R_theta_E(with_haloes: Document) -> None:
    """Sheets and shear do not count; the largest Einstein radius does."""
    theta_E = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.8, "maximum": 1.2}}}
    document = with_mass(with_haloes(), "SIS", theta_E=theta_E, center_x=0.3)
    sheet = {"NAME": "CONVERGENCE", "PARAMETERS": {"kappa": 0.3}}
    document["SPECIES"]["GALAXY_1"]["MASS_PROFILE_2"] = sheet
    expected = math.pi * 2.0 * 1.2 * MASS_PER_SQUARE_ARCSEC
    assert mass(document, 2.0) == pytest.approx(expected, rel=1e-3)


def test_a_point_mass_has_its_mass(with_haloes: Document) -> None:
    """A physical parameter, and redshifts that vary: the Einstein radius does, the mass does not."""
    redshift = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 1.0, "maximum": 2.0}}}
    document = with_mass(with_haloes(z_source=redshift), "POINT_MASS", M=3e11)
    assert mass(document, 2.0) == pytest.approx(3e11, rel=1e-3)


def test_a_link_with_scatter_reaches_as_far_as_a_normal_draw(with_haloes: Document) -> None:
    """R_sersic of LENS is 1 arcsec, and 2^-24 of normal draws are beyond 5.3 standard deviations."""
    theta_E = {"SAME_AS": "LIGHT_PROFILE_1-R_sersic", "SCATTER": 0.1}
    found = mass(with_mass(with_haloes(), "SIS", theta_E=theta_E), 1.0) / (math.pi * MASS_PER_SQUARE_ARCSEC)
    assert 1.53 < found < 1.6
