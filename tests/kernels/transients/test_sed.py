"""Templates from files: against the independent oracle, derivatives, padding, and the template's index."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.kernels.transients import oracle_sed
from tests.kernels.transients.models import AT, check_derivatives, evaluate

DUST = {"EBV": 0.15, "RV": 2.8, "EBV_MW": 0.05, "RV_MW": 3.1}
# By model: its parameters, apart from TEMPLATE; the second with dust of the other law.
CASES = {"sed": {"MAGSMEAR": 0.7} | DUST, "sed_absmag": {"ABSMAG": -17.2, "MAGSMEAR": 0.7} | DUST}
LAWS = {"sed": oracle_sed.fitzpatrick, "sed_absmag": oracle_sed.odonnell}
# MAGOFF, the unit of MAGSMEAR, and the peak of two templates.
NUMBERS = {"magoff": (0.3, -0.2), "magsmear": (1.0, 0.5), "peak": (-19.0, -18.5)}


def arrays_of(name: str, surface: Any) -> dict[str, np.ndarray]:
    """Two templates, the second shorter in phase and wavelength."""
    phases, wavelength, sed = surface
    arrays = {
        "sed": np.stack([sed, np.pad(0.4 * sed[:-2, :-5], [(0, 2), (0, 5)], "edge")]),
        "phases": np.stack([phases, np.pad(phases[:-2], (0, 2), "edge")]),
        "wavelength": np.stack([wavelength, np.pad(wavelength[:-5], (0, 5), "edge")]),
    }
    arrays |= {key: np.array(values) for key, values in NUMBERS.items()}
    return arrays | ({"odonnell94": np.ones(())} if name == "sed_absmag" else {})


@pytest.fixture(scope="module")
def results(sky, surface) -> dict[str, Any]:
    """By model, the flux of both templates, and of the second where a parameter is NaN."""
    return {
        name: evaluate(name, sky, arrays_of(name, surface), [values | {"TEMPLATE": k} for k in (1.0, 0.0)])
        for name, values in CASES.items()
    }


def expected(sky: Any, surface: Any, name: str, template: int) -> np.ndarray:
    """The oracle's flux at AT of the template without its padding."""
    rows, columns = ((8, None), (6, -5))[template]
    arrays = arrays_of(name, surface)
    wavelength, times = arrays["wavelength"][template][:columns], arrays["phases"][template][:rows]
    factor = oracle_sed.dusty(sky, DUST, LAWS[name])
    sed = arrays["sed"][template][:rows, :columns]
    spectra = [oracle_sed.integral(sky, wavelength, one, factor) for one in sed]
    values = np.array([oracle_sed.light_curve(spectra, times, at, cubic=False) for at in AT])
    offset = NUMBERS["magoff"][template] if name == "sed" else -17.2 - NUMBERS["peak"][template]
    magnitude = offset + 0.7 * NUMBERS["magsmear"][template]
    return 10.0 ** (-0.4 * magnitude) * oracle_sed.distance_factor(sky) * values


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("template", [0, 1])
def test_flux_is_that_of_the_oracle(results, sky, surface, name, template) -> None:
    theirs = expected(sky, surface, name, template)
    assert np.count_nonzero(theirs) >= 6
    np.testing.assert_allclose(results[name].flux[1 - template], theirs, rtol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_nan_gives_nan_also_as_the_index(results, name) -> None:
    for key, flux in results[name].unknown.items():
        assert np.all(np.isnan(flux[1:4])), key


@pytest.mark.long
def test_derivatives_are_central_differences(sky, surface) -> None:
    arrays = {key: value for key, value in arrays_of("sed", surface).items() if key != "odonnell94"}
    check_derivatives("sed_absmag", sky, arrays, CASES["sed_absmag"])
