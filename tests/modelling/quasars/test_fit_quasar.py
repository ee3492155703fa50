"""The whole fit of a small lensed quasar: H0, fluxes and PSF are those with which its image was made."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens.kernels.psf.spline_stamps import spline_coefficients
from jaxlens.modelling.columns import columns
from jaxlens.modelling.model import LensData
from jaxlens.modelling.quasars.image_rays import travel_times
from jaxlens.modelling.quasars.model import without_measurements
from jaxlens.modelling.quasars.point_images import point_columns
from tests.modelling.quasars.quads import (
    MASS,
    NUM_PIX,
    PIXEL,
    POSITIONS,
    THETA_E,
    file,
    simulator,
    small_problem,
    sphere_params,
)

# counts/s of each image, which are not in the ratio of the magnifications, and of the noise.
FLUXES, NOISE = np.array([40.0, 70.0]), 0.02
H0 = 74.0


def gaussian(width_x: float, width_y: float) -> np.ndarray:
    """A kernel of 9 x 9 pixels and unit sum."""
    axis = np.arange(9) - 4
    light = np.exp(-0.5 * ((axis[:, None] / width_y) ** 2 + (axis / width_x) ** 2))
    return np.asarray(light / light.sum())


def made(kernel: np.ndarray) -> tuple[np.ndarray, float]:
    """The image with its noise, and the delay of the second image (days)."""
    problem = small_problem()
    grid = np.array([[[PIXEL, 0.0, 0.0, PIXEL, 0.0, 0.0]]])
    empty = np.zeros((1, 1, NUM_PIX, NUM_PIX))
    with jax.enable_x64(True):
        data = LensData(*(jnp.asarray(a) for a in (empty, empty, kernel[None, None], grid)))
        coefficients = jnp.asarray(spline_coefficients(kernel[None, None]))
        own = without_measurements(problem.quasar, coefficients, 0.01)
        params = sphere_params(problem, H0=H0)
        points = np.asarray(jax.jit(lambda p: point_columns(problem.quasar, p, data, own))(params))
        host = np.asarray(jax.jit(lambda p: columns(problem.quasar.lens, p, data))(params))
        times = np.asarray(jax.jit(lambda p: travel_times(problem.quasar, p))(params))
    clean = np.tensordot(FLUXES, points[0, 0], axes=1) + host[0, 0].sum(axis=0)
    noise = NOISE * np.random.default_rng(5).standard_normal(clean.shape)
    return clean + noise, float(times[1] - times[0])


@pytest.mark.long
def test_h0_fluxes_and_psf_are_recovered() -> None:
    true, given = gaussian(1.25, 1.15), gaussian(1.15, 1.15)
    image, delay = made(true)
    fit = jaxlens.fit_quasar(
        simulator(),
        jaxlens.read_image(image, sigma=NOISE, psf=given, pixel_scale=PIXEL),
        POSITIONS + 0.03,
        tolerance=0.01,
        delays=jaxlens.TimeDelays([0.0, delay], [1.0, 0.5]),
        bases=small_problem().quasar.lens.bases,
        psf_iterations=3,
        fixed={"PLANE_1-OBJECT_1-SHEAR_PROFILE_1-gamma1": 0.0},
        starts=2,
        draws=8,
    )
    assert fit.converged
    for name, truth in ((f"{MASS}-theta_E", THETA_E), ("H0", H0), ("QUASAR-IMAGE_1-x", POSITIONS[0, 0])):
        value, sigma = fit.value(name)
        assert abs(value - truth) < 4.0 * sigma, name
    np.testing.assert_allclose(fit.fluxes[0], FLUXES, rtol=0.02)
    assert fit.psf_chi_squares[-1] < 0.5 * fit.psf_chi_squares[0]
    before, after = (np.max(np.abs(kernel - true)) for kernel in (given, fit.kernel[0, 0]))
    assert after < 0.35 * before
    assert fit.kernel_variance is not None
    assert (fit.kernel_variance >= 0.0).all()
    assert "H0 = " in fit.summary()
    with pytest.raises(ValueError, match="gamma is not free in this fit; free are"):
        fit.value("gamma")


def test_a_fit_without_images_is_refused_in_plain_words() -> None:
    seen = jaxlens.read_image(np.ones((8, 8)), sigma=1.0, psf=np.ones((1, 1)), pixel_scale=PIXEL)
    with pytest.raises(ValueError, match="two images or more"):
        jaxlens.fit_quasar(file(), seen, [[0.0, 0.0]])
