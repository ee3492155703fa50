"""The largest mean numbers of haloes, against their formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from jaxlens.config import load_config
from jaxlens.config.haloes.means import _by_plane, lens_plane
from jaxlens.config.model import Config, Galaxy

Document = Callable[..., dict[str, Any]]
# kpc a arcsec at redshift 0.5 in the cosmology of good.yaml, from astropy.
KPC = 6.1038


def mean(config: Config) -> float:
    species = dict(config.configurations[0].planes[0].objects)["OBJECT_1"]
    assert isinstance(species, Galaxy)
    assert species.substructure
    return species.substructure.mean


def uniform(low: float, high: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}


def power(exponent: float, low: float, high: float) -> float:
    """The integral of (m / 1e8)^exponent dm / 1e8."""
    return ((high / 1e8) ** (exponent + 1) - (low / 1e8) ** (exponent + 1)) / (exponent + 1)


def test_by_Sigma_sub(with_haloes: Document) -> None:
    """Of numbers that vary the mean has those ends at which it is largest."""
    numbers = {"Sigma_sub": uniform(0.0, 0.1), "radius": 3.0, "M_host": 2e13, "M_min": uniform(1e6, 1e7)}
    found = mean(load_config(with_haloes({"PARAMETERS": numbers})))
    expected = 0.1 * 2.0**0.88 * math.pi * (3.0 * KPC) ** 2 * power(-1.9, 1e6, 1e10)
    assert found == pytest.approx(expected, rel=1e-3)


def test_by_f_sub(with_haloes: Document) -> None:
    """f_sub of the projected mass within 2 arcsec is in haloes, which are uniform within 4 arcsec."""
    numbers = {"f_sub": uniform(0.0, 0.02), "f_sub_radius": 2.0, "radius": 4.0, "M_min": 1e7}
    document = with_haloes({"PARAMETERS": numbers})
    mass = {"NAME": "POINT_MASS", "PARAMETERS": {"M": 1e12}}
    document["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"] = mass
    per_mass = power(-1.9, 1e7, 1e10) / (1e8 * power(-0.9, 1e7, 1e10))
    assert mean(load_config(document)) == pytest.approx(0.02 * 1e12 * per_mass * 4.0, rel=1e-3)


def test_the_line_of_sight(with_haloes: Document) -> None:
    """The mean grows as the area of the cone, and warm dark matter makes it smaller."""

    def number(**numbers: object) -> float:
        sight = {"PARAMETERS": {"M_min": 1e7, **numbers}}
        found = load_config(with_haloes(line_of_sight=sight)).configurations[0].line_of_sight
        assert found
        return found.mean

    cold = number(cone_radius=1.5)
    assert number(cone_radius=uniform(1.0, 3.0)) == pytest.approx(4.0 * cold, rel=1e-3)
    assert number(cone_radius=1.5, half_mode_mass=1e8) < 0.5 * cold
    assert number(cone_radius=1.5, half_mode_mass=uniform(0.0, 1e8)) == pytest.approx(cold, rel=1e-3)


def test_numbers_by_slab_are_shared_among_planes() -> None:
    slabs = np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0]])
    assert _by_plane(slabs, (2, 8)).tolist() == [3.0, 7.0, *[0.5] * 8]
    assert _by_plane(slabs, (3, 1)).sum() == pytest.approx(14.0)


def test_the_cone_closes_behind_the_first_plane_with_mass(with_haloes: Document) -> None:
    assert lens_plane(load_config(with_haloes()).configurations[0]) == 0
