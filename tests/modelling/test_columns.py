"""Images of functions of light against those that the simulator renders of the same light."""

from __future__ import annotations

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
    problem_of,
    tree,
)
from tests.modelling.joint_mocks import LIGHT, SOURCE, pixel_map, rendered, windows_of

pytestmark = pytest.mark.usefixtures("x64")


def test_a_unit_of_flux_is_the_magnitude_of_the_zero_point() -> None:
    """Sersic ellipses of 20 and 21 mag where the zero point is 25: 100 and 10^1.6 counts/s."""
    problem = problem_of(SERSICS)
    params = {**problem.base, **params_of(problem)}
    image = rendered(windows_of(problem.sim).with_pixel_map(SIDE), params, pixel_map(), PSF)
    each = images_of(problem.lens, params_of(problem), empty_data())[0, 0]
    flux = 10.0 ** (0.4 * (25.0 - np.array([20.0, 21.0])))
    found = np.einsum("i,iyx->yx", flux, np.asarray(each))
    np.testing.assert_allclose(found, image[0], rtol=1e-10, atol=1e-10 * np.max(image))


def test_sums_of_gaussians_are_the_simulators() -> None:
    """The file's profile MULTI_GAUSSIAN_ELLIPSE of the same widths, lensed and blurred."""
    found = tree()
    of_light, of_source = GAUSSIANS
    for place, basis, amp in (
        ("GALAXY_1", of_light, FLUXES[:4]),
        ("GALAXY_2", of_source, FLUXES[4:]),
    ):
        profile = found["SPECIES"][place]["LIGHT_PROFILE_1"]
        own = {k: v for k, v in profile["PARAMETERS"].items() if k in basis.parameters}
        own |= {"amp": amp.tolist(), "sigma": basis.widths.tolist()}
        # the file's amplitudes are relative: the magnitude says their sum
        own["magnitude"] = float(25.0 - 2.5 * np.log10(np.sum(amp)))
        found["SPECIES"][place]["LIGHT_PROFILE_1"] = {"NAME": "MULTI_GAUSSIAN_ELLIPSE", "PARAMETERS": own}
    sim = jaxlens.Simulator(found)
    problem = lens_problem(sim, GAUSSIANS)
    params = params_of(problem)
    image = rendered(windows_of(sim).with_pixel_map(SIDE), params, pixel_map(), PSF)
    each = images_of(problem.lens, params, empty_data())[0, 0]
    total = np.einsum("i,iyx->yx", FLUXES, np.asarray(each))
    np.testing.assert_allclose(total, image[0], rtol=1e-10, atol=1e-10 * np.max(image))
    assert {LIGHT, SOURCE} == {basis.prefix for basis in GAUSSIANS}
    assert set(problem.names) < set(TRUTH)
