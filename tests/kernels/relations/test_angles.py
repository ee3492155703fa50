"""Physical sizes as angles."""

from __future__ import annotations

import pytest

from jaxlens.kernels.relations import RELATIONS


def test_a_kpc_at_redshift_one_is_astropy_s(x64: None) -> None:
    # FlatLambdaCDM(70, 0.3).arcsec_per_kpc_proper(1)
    angle = RELATIONS["kpc_to_arcsec"].mean({"H0": 70.0, "Om0": 0.3}, size=2.0, redshift=1.0)
    assert float(angle) == pytest.approx(2.0 * 0.124864100, rel=1e-7)
