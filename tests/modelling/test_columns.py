"""Images of functions of light against those that the simulator renders of the same light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import jaxlens
from jaxlens.modelling.problem import lens_problem
from tests.modelling.core_mocks import (
    FLUXES,
    GAUSSIANS,
    PSF,
    SERSICS,
    SIDE,
    TRUTH,
    empty_data,
    images_of,
    params_of,
    tree,
)
from tests.modelling.joint_mocks import pixel_map, rendered, windows_of

pytestmark = pytest.mark.usefixtures("x64")


@pytest.mark.long
def test_images_are_the_simulators() -> None:
    """Sersic ellipses and sums of Gaussians in both planes, lensed and blurred.

    A unit of flux is the magnitude of the zero point, 25: Sersics of 20 and 21 mag have 100 and 10^1.6
    counts/s.  The Gaussians are those of the file's profile MULTI_GAUSSIAN_ELLIPSE of the same widths.
    """
    found, gaussians = tree(), []
    for place, basis, amp in (("GALAXY_1", GAUSSIANS[0], FLUXES[:4]), ("GALAXY_2", GAUSSIANS[1], FLUXES[4:])):
        gaussians.append(replace(basis, prefix=basis.prefix.replace("LIGHT_PROFILE_1", "LIGHT_PROFILE_2")))
        own = {"e1": -0.1, "e2": 0.07, "center_x": 0.03, "center_y": 0.06}
        assert set(own) == set(basis.parameters)
        own |= {"amp": amp.tolist(), "sigma": basis.widths.tolist()}
        # the file's amplitudes are relative: the magnitude says their sum
        own["magnitude"] = float(25.0 - 2.5 * np.log10(np.sum(amp)))
        profile = {"NAME": "MULTI_GAUSSIAN_ELLIPSE", "PARAMETERS": own}
        found["SPECIES"][place]["LIGHT_PROFILE_2"] = profile
    sim = jaxlens.Simulator(found)
    problem = lens_problem(sim, (*SERSICS, *gaussians))
    params = params_of(problem)
    image = rendered(windows_of(sim).with_pixel_map(SIDE), params, pixel_map(), PSF)
    each = images_of(problem.lens, params, empty_data())[0, 0]
    flux = np.concatenate([10.0 ** (0.4 * (25.0 - np.array([20.0, 21.0]))), FLUXES])
    total = np.einsum("i,iyx->yx", flux, np.asarray(each))
    np.testing.assert_allclose(total, image[0], rtol=1e-10, atol=1e-10 * np.max(image))
    assert set(problem.names) == set(TRUTH)
