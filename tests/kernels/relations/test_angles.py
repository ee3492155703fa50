"""Physical sizes as angles."""

from __future__ import annotations

import jax
import pytest

from jaxlens.kernels.relations import RELATIONS

FLAT = {"H0": 70.0, "Om0": 0.3}


@jax.jit
def there_and_back(size: float) -> tuple[jax.Array, jax.Array]:
    """The angle of a size at redshift 1, and the size of that angle."""
    angle = RELATIONS["kpc_to_arcsec"].mean(FLAT, size=size, redshift=1.0)
    return angle, RELATIONS["arcsec_to_kpc"].mean(FLAT, angle=angle, redshift=1.0)


def test_a_kpc_at_redshift_one_is_astropy_s(x64: None) -> None:
    angle, size = there_and_back(2.0)
    # FlatLambdaCDM(70, 0.3).arcsec_per_kpc_proper(1)
    assert float(angle) == pytest.approx(2.0 * 0.124864100, rel=1e-7)
    assert float(size) == pytest.approx(2.0, rel=1e-14)
