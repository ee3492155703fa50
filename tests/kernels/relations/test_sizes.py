"""Sizes at published values."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.kernels.relations import RELATIONS


def size(name: str, **parameters: float) -> float:
    return float(RELATIONS[name].mean({}, **parameters))


def test_sizes_by_luminosity_are_those_of_shen(x64: None) -> None:
    """Shen et al. (2003), table 1, figure 6, and equations 14 and 15."""
    for M in (-18.0, -20.91, -23.0):
        early = 10.0 ** (-0.4 * 0.65 * M - 5.06)
        late = 10.0 ** (-0.4 * 0.26 * M + (0.51 - 0.26) * np.log10(1 + 10 ** (-0.4 * (M + 20.91))) - 1.71)
        assert size("size_luminosity", absolute_magnitude=M, early_type=1.0) == pytest.approx(
            early, rel=1e-12
        )
        assert size("size_luminosity", absolute_magnitude=M) == pytest.approx(late, rel=1e-12)
    smaller = size("size_luminosity", absolute_magnitude=-20.0, redshift=1.0, evolution=-1.0)
    assert smaller == pytest.approx(0.5 * size("size_luminosity", absolute_magnitude=-20.0))


@pytest.mark.parametrize(
    ("early_type", "rows"),
    [
        (0.0, [(0.25, 0.86), (0.75, 0.78), (1.25, 0.70), (1.75, 0.65), (2.25, 0.55), (2.75, 0.51)]),
        (1.0, [(0.25, 0.60), (0.75, 0.42), (1.25, 0.22), (1.75, 0.09), (2.25, -0.05), (2.75, -0.06)]),
    ],
)
def test_sizes_by_mass_agree_with_the_bins_in_redshift(
    early_type: float, rows: list[tuple[float, float]], x64: None
) -> None:
    """Van der Wel et al. (2014, table 1): log10 of the size at 5e10 solar masses."""
    for z, expected in rows:
        found = size("size_mass", log_stellar_mass=np.log10(5e10), redshift=z, early_type=early_type)
        assert np.log10(found) == pytest.approx(expected, abs=0.06)
    slope = 0.75 if early_type else 0.22
    heavier = size("size_mass", log_stellar_mass=np.log10(5e11), redshift=0.25, early_type=early_type)
    lighter = size("size_mass", log_stellar_mass=np.log10(5e10), redshift=0.25, early_type=early_type)
    assert heavier / lighter == pytest.approx(10.0**slope, rel=1e-12)


def test_sources_are_a_kpc_at_redshift_four(x64: None) -> None:
    assert size("size_of_source", absolute_magnitude=-19.5, redshift=4.0) == pytest.approx(1.0)
    assert size("size_of_source", absolute_magnitude=-19.5, redshift=1.5) == pytest.approx(2.0**1.2)
