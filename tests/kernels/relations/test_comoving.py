"""Comoving lengths as angles, against astropy."""

from __future__ import annotations

import pytest
from astropy.cosmology import FlatLambdaCDM

from jaxlens.kernels.relations import RELATIONS


def test_a_comoving_length_is_smaller_by_the_scale_factor() -> None:
    found = RELATIONS["comoving_kpc_to_arcsec"].mean({"H0": 70.0, "Om0": 0.3}, size=5.0, redshift=0.7)
    expected = 5.0 * FlatLambdaCDM(70.0, 0.3).arcsec_per_kpc_comoving(0.7).value
    assert float(found) == pytest.approx(expected, rel=1e-5)
