"""The template of type Ia: against the independent oracle, and derivatives in every parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.kernels.transients import oracle_sed
from tests.kernels.transients.models import AT, INSIDE, check_derivatives, evaluate

VALUES = {"ABSMAG": -19.2, "STRETCH": 1.1, "COLOR": 0.12, "ALPHA": 1.5, "BETA": 3.0}
VALUES |= {"EBV": 0.1, "RV": 2.5, "EBV_MW": 0.05, "RV_MW": 3.1}
LAW = ([-0.504294, 0.787691, -0.461715, 0.0815619], 2800.0, 7000.0)


@pytest.fixture(scope="module")
def arrays(surface) -> dict[str, np.ndarray]:
    """The arrays of the model."""
    return dict(zip(("phases", "wavelength", "sed"), surface, strict=True))


@pytest.fixture(scope="module")
def results(sky, arrays) -> Any:
    """The flux at VALUES."""
    return evaluate("ia", sky, arrays, [VALUES])


@pytest.mark.long
def test_flux_is_that_of_the_oracle(results, sky, surface) -> None:
    phases, wavelength, sed = surface
    dust = oracle_sed.dusty(sky, VALUES)

    def factor(observed: float) -> float:
        return dust(observed) * 10.0 ** (-0.4 * 0.12 * oracle_sed.salt_colour(observed / 1.4137, *LAW))

    spectra = [oracle_sed.integral(sky, wavelength, row, factor) for row in sed]
    magnitude = -19.2 - 1.5 * 0.1 + 3.0 * 0.12
    theirs = [oracle_sed.light_curve(spectra, 1.1 * phases, at, cubic=True) for at in AT]
    scale = 10.0 ** (-0.4 * magnitude) * oracle_sed.distance_factor(sky)
    np.testing.assert_allclose(results.flux[0], scale * np.array(theirs), rtol=1e-6)


def test_nan_gives_nan(results) -> None:
    for key, flux in results.unknown.items():
        assert np.all(np.isnan(flux[INSIDE])), key


@pytest.mark.long
def test_derivatives_are_central_differences(sky, arrays) -> None:
    check_derivatives("ia", sky, arrays, VALUES)
