"""The packaged template of type Ia."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.config.passbands import reference_passbands
from jaxlens.config.templates import hsiao_library, library, peak_magnitude, refined, with_odonnell_dust


def test_the_template_has_magnitude_zero_in_b_at_its_peak() -> None:
    arrays = hsiao_library().arrays
    band = reference_passbands().arrays
    flux = [
        band["weight"][0] @ np.interp(band["wavelength"][0], arrays["wavelength"], one)
        for one in arrays["sed"]
    ]
    assert max(flux) == pytest.approx(1.0, rel=1e-9)
    assert abs(arrays["phases"][np.argmax(flux)]) <= 0.5
    # a decline in B of 1.1 mag in 15 days (Hsiao et al. 2007)
    after = flux[list(arrays["phases"]).index(15.0)]
    assert -2.5 * np.log10(after) == pytest.approx(1.1, abs=0.1)


def test_the_template_is_the_table_at_its_points() -> None:
    arrays = hsiao_library().arrays
    assert np.all(np.isin(np.arange(-20.0, 86.0, 5.0), arrays["phases"]))
    assert np.all(np.diff(arrays["phases"]) > 0.0)
    assert np.all(
        np.min(np.abs(np.arange(1000.0, 25001.0, 50.0)[:, None] - arrays["wavelength"]), axis=1) < 1e-6
    )


def test_refined_wavelengths_keep_the_given_ones() -> None:
    given = np.array([1000.0, 1300.0, 1301.0, 4000.0])
    fine = refined(given)
    assert np.all(np.isin(given, fine))
    assert np.max(np.diff(np.log(fine))) < 0.0026


def test_a_spectrum_that_does_not_cover_b_has_no_peak() -> None:
    wavelength = np.array([4000.0, 9000.0])
    assert np.isnan(peak_magnitude(wavelength, np.ones((2, 2))))
    assert np.isnan(peak_magnitude(np.array([3000.0, 9000.0]), np.zeros((2, 2))))


def test_libraries_are_told_apart_by_arrays_ids_and_law() -> None:
    arrays = {"x": np.arange(3.0)}
    one = library(("a",), ("Ia",), arrays)
    assert one == library(("a",), ("Ia",), arrays)
    assert one != library(("b",), ("Ia",), arrays)
    assert one != library(("a",), ("Ia",), {"x": np.arange(3.0) + 1.0})
    assert one != with_odonnell_dust(one)
    assert set(with_odonnell_dust(one).arrays) == {"x", "odonnell94"}
