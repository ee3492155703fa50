"""Absolute and apparent magnitudes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jaxlens.kernels.relations import RELATIONS
from jaxlens.kernels.relations.magnitudes import distance_modulus

FLAT = {"H0": 70.0, "Om0": 0.3}


def test_the_distance_modulus_is_astropy_s(x64: None) -> None:
    # FlatLambdaCDM(70, 0.3, Tcmb0=0).distmod([0.1, 1, 3])
    found = distance_modulus(np.array([0.1, 1.0, 3.0]), FLAT)
    np.testing.assert_allclose(found, [38.31520457, 44.10023766, 47.02611193], rtol=0, atol=1e-7)


def test_an_absolute_magnitude_comes_back(x64: None) -> None:
    others = {"redshift": 0.7, "k_correction": 0.4, "evolution": 1.6, "spectral_index": -0.5}
    m = RELATIONS["apparent_magnitude"].mean(FLAT, absolute_magnitude=-22.0, **others)
    again = RELATIONS["absolute_magnitude"].mean(FLAT, apparent_magnitude=m, **others)
    assert float(again) == pytest.approx(-22.0, abs=1e-12)


def test_each_term_has_its_sign(x64: None) -> None:
    def apparent(**others: float) -> float:
        return float(
            RELATIONS["apparent_magnitude"].mean(FLAT, absolute_magnitude=-22.0, redshift=1.0, **others)
        )

    plain = apparent()
    assert plain == pytest.approx(-22.0 + float(distance_modulus(1.0, FLAT)))
    assert apparent(k_correction=0.3) - plain == pytest.approx(0.3)
    # galaxies were brighter
    assert apparent(evolution=1.5) - plain == pytest.approx(-1.5)
    # Hogg et al. (2002): a source of constant F_nu is brighter by 2.5 log10(1 + z)
    assert apparent(spectral_index=0.0) - plain == pytest.approx(-2.5 * math.log10(2.0))
