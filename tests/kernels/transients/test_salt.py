"""SALT's surfaces: against the independent oracle, the colour law, and derivatives in every parameter."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from jaxlens.kernels.transients.salt import colour_law
from tests.kernels.transients import oracle_sed
from tests.kernels.transients.models import AT, INSIDE, check_derivatives, evaluate

DUST = {"EBV": 0.1, "RV": 2.5, "EBV_MW": 0.05, "RV_MW": 3.1}
CASES = {
    "salt": {"X0": 1e-3, "X1": 0.8, "C": 0.15} | DUST,
    "salt_absmag": {"ABSMAG": -19.3, "X1": 0.8, "C": 0.15, "ALPHA": 0.14, "BETA": 3.1} | DUST,
}
LAW = (np.array([-0.5, 0.79, -0.46, 0.08]), 3000.0, 7000.0)


@pytest.fixture(scope="module")
def arrays(surface) -> dict[str, np.ndarray]:
    """A surface M0, and a second that changes its sign."""
    phases, wavelength, sed = surface
    return {
        "surfaces": np.stack([sed, 0.2 * sed * np.sin(0.1 * phases)[:, None]]),
        "phases": phases,
        "wavelength": wavelength,
        "colour": LAW[0],
        "colour_range": np.array(LAW[1:]),
        "peak": np.array(-17.5),
    }


@pytest.fixture(scope="module")
def results(sky, arrays) -> dict[str, Any]:
    """The flux of each case."""
    return {name: evaluate(name, sky, arrays, [values]) for name, values in CASES.items()}


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_flux_is_that_of_the_oracle(results, sky, arrays, name) -> None:
    dust = oracle_sed.dusty(sky, DUST)

    def factor(observed: float) -> float:
        return dust(observed) * 10.0 ** (-0.4 * 0.15 * oracle_sed.salt_colour(observed / 1.4137, *LAW))

    both = arrays["surfaces"][0] + 0.8 * arrays["surfaces"][1]
    spectra = [oracle_sed.integral(sky, arrays["wavelength"], row, factor) for row in both]
    theirs = [oracle_sed.light_curve(spectra, arrays["phases"], at, cubic=True) for at in AT]
    magnitude = -19.3 - 0.14 * 0.8 + 3.1 * 0.15 + 17.5
    scale = 1e-3 / 1.4137 if name == "salt" else 10.0 ** (-0.4 * magnitude) * oracle_sed.distance_factor(sky)
    np.testing.assert_allclose(results[name].flux[0], scale * np.array(theirs), rtol=1e-6)


def test_nan_gives_nan_except_for_the_distance_beside_x0(results) -> None:
    for name in CASES:
        for key, flux in results[name].unknown.items():
            unknown = not (name == "salt" and key == "distance")
            assert np.all(np.isnan(flux[INSIDE]) == unknown), (name, key)


def test_the_colour_law_is_a_polynomial_with_straight_ends(x64) -> None:
    wavelength = np.array([1500.0, 2999.0, 3001.0, 4302.57, 5428.55, 6999.0, 7001.0, 12000.0])
    law = jax.jit(colour_law)(wavelength, LAW[0], np.array(LAW[1:]))
    theirs = [oracle_sed.salt_colour(w, *LAW) for w in wavelength]
    np.testing.assert_allclose(law, theirs, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(law[3:5], [0.0, -1.0], atol=1e-14)


@pytest.mark.long
def test_derivatives_are_central_differences(sky, arrays) -> None:
    check_derivatives("salt_absmag", sky, arrays, CASES["salt_absmag"])
