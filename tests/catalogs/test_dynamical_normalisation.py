"""Tests of `jaxlens.catalogs.dynamical_normalisation`."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.catalogs.dynamical_normalisation import dynamical_normalisation
from jaxlens.catalogs.errors import CatalogError

# lambda of OM10's lenses by ellipticity: fits to the 6 to 882 systems of each bin of width 0.02.
ELLIPTICITY = np.array([0.03, 0.07, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85])
LAMBDA = np.array([1.00631, 1.00698, 1.00603, 1.00505, 1.00726, 1.01706, 1.04270, 1.09917, 1.21301, 1.43181])


def test_it_is_that_of_om10() -> None:
    np.testing.assert_allclose(dynamical_normalisation(ELLIPTICITY), LAMBDA, atol=8e-5)


def test_round_galaxies_have_1() -> None:
    assert dynamical_normalisation(np.zeros(2)).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("ellipticity", [-0.01, 0.91])
def test_an_ellipticity_that_is_none(ellipticity: float) -> None:
    with pytest.raises(CatalogError, match=r"from 0 to 0\.9, not for"):
        dynamical_normalisation(np.array([0.1, ellipticity]))


def test_nan_stays() -> None:
    assert np.isnan(dynamical_normalisation(np.array([np.nan, 0.1]))).tolist() == [True, False]
