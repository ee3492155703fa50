"""Systems with a PSF of their own: kernels among the parameters."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.signal import convolve2d

from jaxlens import Simulator
from jaxlens.fitting.external_psf import with_psf
from jaxlens.imaging.optics import blur, stamped, unit_stamps

pytestmark = pytest.mark.slow

N, SIDE = 13, 5
STAR = "PLANE_1-OBJECT_2"


def file(psf: str = "NONE") -> dict[str, Any]:
    """A galaxy and a star in the foreground."""
    shape = {"R_sersic": 0.5, "n_sersic": 1.0, "e1": 0.2, "e2": -0.1, "center_x": -0.3, "center_y": 0.4}
    light = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": {"magnitude": {"g": 20.0, "r": 19.0}} | shape}
    image = {"exposure_time": 100, "numPix": N, "pixel_scale": 0.2, "read_noise": 5, "psf_type": psf}
    sky = {"BANDS": "g,r", "seeing": 0.6, "magnitude_zero_point": 27.0, "sky_brightness": 22.0}
    plane = {"OBJECT_1": "GALAXY", "OBJECT_2": "STAR", "PARAMETERS": {"REDSHIFT": 0.3}}
    return {
        "DATASET": {"NAME": "Own", "PARAMETERS": {"SIZE": 2, "OUTDIR": "Own"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": sky},
        "SPECIES": {
            "GALAXY_1": {"NAME": "GALAXY", "LIGHT_PROFILE_1": light},
            "POINTSOURCE_1": {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 21.0}},
        },
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "FIELD", "FRACTION": 1.0, "PLANE_1": plane}},
    }


def kernels(*shape: int) -> np.ndarray:
    """Kernels that are like none of their mirror images, of any sum."""
    return np.random.default_rng(4).exponential(1.0, (*shape, SIDE, SIDE))


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(file())


@pytest.fixture
def params(sim: Simulator, key: jax.Array) -> dict[str, jax.Array]:
    return dict(sim.sample(key, 2))


@pytest.mark.long
def test_each_system_is_convolved_with_its_own_kernel(sim: Simulator, params: dict[str, jax.Array]) -> None:
    """Its stamps have the kernel, too; the kernel need not have unit sum."""
    own, given = sim.with_local_psf(SIDE), kernels(2)
    sharp = np.asarray(sim.render(params | {f"{STAR}-magnitude": jnp.full((2,), jnp.inf)}))
    without = {f"{STAR}-magnitude": jnp.full((2,), jnp.inf)}
    spread = own.render(params | {"psf_kernel": given} | without)
    wanted = convolve2d(sharp[1, 0], given[1] / given[1].sum(), mode="same")
    np.testing.assert_allclose(spread[1, 0], wanted, rtol=1e-4, atol=1e-5 * wanted.max())
    # the star is in the middle of a pixel
    star = {f"{STAR}-{axis}": jnp.zeros(2) for axis in ("ra_image", "dec_image")}
    stamp = own.render(params | {"psf_kernel": given} | star)[1, 0] - spread[1, 0]
    np.testing.assert_allclose(stamp[4:9, 4:9], 10**2.4 * given[1] / given[1].sum(), rtol=1e-4, atol=1e-3)


@pytest.mark.long
def test_bands_may_have_kernels_of_their_own(sim: Simulator, params: dict[str, jax.Array]) -> None:
    """Fine ones too, of which three are in a pixel of the image."""
    given = kernels(1, 2)
    one = {name: value[0] for name, value in params.items()}
    mine, shared = sim.with_local_psf(SIDE, 3).scene.optics, with_psf(sim, given[0], 3)
    assert shared.assets.psf_kernel is not None
    light = jnp.asarray(np.random.default_rng(1).exponential(1.0, (2, N, N)), jnp.float32)
    place = jnp.array([4.3, 7.0]), jnp.array([6.1, 2.0])
    flux = jnp.ones((2, 2))
    own, other = one | {"psf_kernel": jnp.asarray(given[0], jnp.float32)}, (one, shared.assets.psf_kernel)
    for found, wanted in (
        (blur(mine, own, light, None), blur(shared.scene.optics, other[0], light, other[1])),
        (
            stamped(mine, own, flux, *place, None),
            stamped(shared.scene.optics, other[0], flux, *place, other[1]),
        ),
        (unit_stamps(mine, own, *place, None), unit_stamps(shared.scene.optics, other[0], *place, other[1])),
    ):
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_what_is_not_drawn_is_given_and_has_the_shape_that_was_asked_for(
    sim: Simulator, params: dict[str, jax.Array], key: jax.Array
) -> None:
    own = sim.with_pixel_map(num_pix=9).with_local_psf(SIDE)
    six = own.given_parameters[:6]
    assert six == ("transform_xx", "transform_xy", "transform_yx", "transform_yy", "x_shift", "y_shift")
    assert own.given_parameters[6:] == ("psf_kernel",)
    assert own.sample(key, 2).keys() == params.keys() - {"pixel_scale"}
    with pytest.raises(ValueError, match=r"transform_xx, .* are not drawn by the file; make images with"):
        own(key, 2)
    with pytest.raises(ValueError, match="params lacks transform_xx"):
        own.render(params)
    wrong = {name: jnp.zeros(2) for name in six} | {"psf_kernel": jnp.ones((2, 7, 7))}
    with pytest.raises(
        ValueError, match=r"psf_kernel has shape \(2, 7, 7\); give \(n, 5, 5\), or \(n, 2, 5, 5\)"
    ):
        own.render(params | wrong)
    for size, factor, wanted in (
        (4, 1, "odd number of pixels"),
        (5, 0, "factor is 0; it must be at least 1"),
    ):
        with pytest.raises(ValueError, match=wanted):
            sim.with_local_psf(size, factor)


def test_windows_of_a_real_image_have_pixels_and_psf_of_their_own(
    sim: Simulator, params: dict[str, jax.Array]
) -> None:
    """An image of other size, mirrored along x; numbers of the file that are not needed may stand there."""
    own, kernel = sim.with_pixel_map(num_pix=21).with_local_psf(SIDE), kernels(2)
    numbers = dict(zip(own.given_parameters, (-0.2, 0.0, 0.0, 0.2, 0.0, 0.0), strict=False))
    found = own.render(params | {k: jnp.full((2,), v) for k, v in numbers.items()} | {"psf_kernel": kernel})
    assert found.shape == (2, 2, 21, 21)
    mirrored = kernel[..., ::-1].copy()
    plain = sim.with_local_psf(SIDE).render(params | {"psf_kernel": mirrored})
    np.testing.assert_allclose(
        found[:, :, 4 + 2 : -4 - 2, 4 + 2 : -4 - 2],
        plain[:, :, 2:-2, -3:1:-1],
        rtol=2e-4,
        atol=1e-4 * float(plain.max()),
    )
