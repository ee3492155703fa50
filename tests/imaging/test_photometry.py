"""Counts of magnitudes, and amplitudes of fluxes.  Whole images: tests/validation."""

from __future__ import annotations

import pytest

from jaxlens.imaging.photometry import counts


def test_a_magnitude_is_counts_below_the_zero_point() -> None:
    assert float(counts(20.0, 25.0)) == pytest.approx(100.0, rel=1e-5)
    assert float(counts(20.0, 25.0, 4.0)) == pytest.approx(25.0, rel=1e-5)
