"""Pixels that are not squares along x and y: an affine map from pixels to angles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.config.model import PIXEL_MAP
from jaxlens.imaging import noise
from jaxlens.imaging.pixel_grid import PixelMap, angles, farthest_angle, image_pixels
from jaxlens.kernels.light.sersic import sersic_ellipse, sersic_total_flux

N, SCALE = 24, 0.2
STAR, LENS, SHEAR = "PLANE_1-OBJECT_2", "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-SHEAR_PROFILE_1"
LIGHT, SOURCE = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
PLAIN = (SCALE, 0.0, 0.0, SCALE, 0.0, 0.0)
# the matrix of a grid that is sheared by 1 %, not square, and off centre
CROOKED = (0.19, 0.012, -0.007, 0.23, 0.31, -0.17)

STAR_AT = {f"{STAR}-ra_image": np.array([0.5]), f"{STAR}-dec_image": np.array([-0.3])}
# pixels of lenstronomy 1.14.2 of `CROOKED`, counts/s, on the diagonal in g and the other diagonal in r
LENSTRONOMY = (
    (0.04477107, 2.09067177, 9.47462304, 13.92303111, 1.53870468, 0.04373254),
    (0.04403754, 1.62340437, 18.13302903, 18.4426275, 6.34427038, 0.16105612),
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("x64")]


def file(image: dict[str, Any]) -> dict[str, Any]:
    """A lens with light, a source, and a star in the foreground."""

    def sersic(**numbers: float) -> dict[str, Any]:
        return {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": numbers}

    light = sersic(magnitude=20.0, R_sersic=0.6, n_sersic=2.0, e1=0.2, e2=-0.1, center_x=0.1, center_y=0.2)
    source = sersic(magnitude=21.0, R_sersic=0.4, n_sersic=1.0, e1=-0.2, e2=0.1, center_x=0.2, center_y=0.1)
    mass = {"theta_E": 1.1, "e1": 0.1, "e2": 0.15, "center_x": 0.05, "center_y": -0.1}
    camera = {"exposure_time": 100, "numPix": N, "read_noise": 5, "psf_type": "GAUSSIAN"}
    sky = {
        "BANDS": "g,r",
        "seeing": {"g": 0.5, "r": 0.7},
        "magnitude_zero_point": 27.0,
        "sky_brightness": 22.0,
    }
    first = {"OBJECT_1": "LENS", "OBJECT_2": "STAR", "PARAMETERS": {"REDSHIFT": 0.3}}
    return {
        "DATASET": {"NAME": "Crooked", "PARAMETERS": {"SIZE": 1, "OUTDIR": "Crooked"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": camera | image},
        "SURVEY": {"PARAMETERS": sky},
        "SPECIES": {
            "GALAXY_1": {
                "NAME": "LENS",
                "LIGHT_PROFILE_1": light,
                "MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": mass},
                "SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": {"gamma1": 0.04, "gamma2": -0.02}},
            },
            "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": source},
            "POINTSOURCE_1": {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 21.0}},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "FIELD",
                "FRACTION": 1.0,
                "PLANE_1": first,
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.5}},
            }
        },
    }


def six(numbers: tuple[float, ...] = PLAIN) -> dict[str, Any]:
    return dict(zip(PIXEL_MAP, numbers, strict=True))


@pytest.fixture(scope="module")
def mapped() -> Simulator:
    return Simulator(file(six()))


@pytest.fixture(scope="module")
def params() -> dict[str, np.ndarray]:
    """Without what the grid is."""
    sim = Simulator(file({"pixel_scale": SCALE}))
    drawn = sim.sample(jax.random.key(2, impl="threefry2x32"), 1)
    # in double precision, as the grids are
    found = {name: np.asarray(value, np.float64) for name, value in drawn.items()}
    return found | {"pixel_scale": np.array([SCALE])}


@pytest.fixture
def image(mapped: Simulator, params: dict[str, np.ndarray]) -> Callable[..., np.ndarray]:
    """A function of the six numbers, and of changes to the parameters, to an image (bands, N, N)."""
    own = {name: value for name, value in params.items() if name != "pixel_scale"}

    def of(numbers: tuple[float, ...] = PLAIN, **changes: Any) -> np.ndarray:
        grid = {name: np.array([value], float) for name, value in six(numbers).items()}
        return np.asarray(mapped.render(own | grid | changes)[0])

    return of


def turned(params: dict[str, np.ndarray], turn: float) -> dict[str, np.ndarray]:
    """The system rotated from x towards y."""
    found = dict(params)
    pairs = [(f"{p}-center_x", f"{p}-center_y", turn) for p in (LIGHT, SOURCE, LENS)]
    pairs += [(f"{p}-e1", f"{p}-e2", 2 * turn) for p in (LIGHT, SOURCE, LENS)]
    pairs += [(f"{SHEAR}-gamma1", f"{SHEAR}-gamma2", 2 * turn)]
    pairs += [(f"{STAR}-ra_image", f"{STAR}-dec_image", turn)]
    for first, second, angle in pairs:
        a, b, cos, sin = params[first], params[second], np.cos(angle), np.sin(angle)
        found[first], found[second] = cos * a - sin * b, sin * a + cos * b
    return {name: value for name, value in found.items() if name != "pixel_scale"}


@pytest.mark.long
def test_a_map_that_is_a_plain_grid_gives_the_plain_image(
    image: Callable[..., np.ndarray], params: dict[str, np.ndarray]
) -> None:
    plain = Simulator(file({"pixel_scale": SCALE})).render(params)[0]
    np.testing.assert_allclose(image(), plain, rtol=1e-12, atol=1e-12 * float(plain.max()))


def test_a_crooked_grid_gives_the_image_of_lenstronomy(image: Callable[..., np.ndarray]) -> None:
    """Two diagonals of that of ImageData with transform_pix2angle, ra_at_xy_0 and dec_at_xy_0."""
    found, along = image(CROOKED, **STAR_AT), np.arange(2, N, 4)
    np.testing.assert_allclose(found[0, along, along], LENSTRONOMY[0], rtol=2e-6)
    np.testing.assert_allclose(found[1, along, along[::-1]], LENSTRONOMY[1], rtol=2e-6)


@pytest.mark.parametrize("turn", [0.4, 2.0])
def test_a_rotated_grid_of_a_rotated_system_is_the_same_image(
    turn: float, image: Callable[..., np.ndarray], params: dict[str, np.ndarray]
) -> None:
    cos, sin = SCALE * np.cos(turn), SCALE * np.sin(turn)
    found = image((cos, -sin, sin, cos, 0.0, 0.0), **turned(params, turn))
    np.testing.assert_allclose(found, image(), atol=1e-10 * float(image().max()))


def test_a_grid_may_mirror_exchange_and_shift_the_image(image: Callable[..., np.ndarray]) -> None:
    plain, zero = image(), 0.0
    np.testing.assert_allclose(image((-SCALE, zero, zero, SCALE, zero, zero)), plain[..., ::-1], rtol=1e-9)
    exchanged = image((zero, SCALE, SCALE, zero, zero, zero))
    np.testing.assert_allclose(exchanged, plain.swapaxes(1, 2), rtol=1e-9)
    # away from the edges, where the blur repeats the outermost pixels
    shifted = image((SCALE, zero, zero, SCALE, 3 * SCALE, -2 * SCALE))[:, 9:17, 7:14]
    np.testing.assert_allclose(shifted, plain[:, 7:15, 10:17], atol=1e-9 * plain.max())


def test_a_star_is_at_the_pixel_of_its_place(image: Callable[..., np.ndarray]) -> None:
    """The centroid of its stamp; its flux does not depend on the grid."""
    stamp = image(CROOKED, **STAR_AT) - image(CROOKED, **{f"{STAR}-magnitude": np.array([np.inf])})
    total = stamp.sum(axis=(1, 2))
    # a part of the stamp is cut away where it is shifted by less than a pixel
    np.testing.assert_allclose(total, 10 ** (-0.4 * (21.0 - 27.0)), rtol=1e-5)
    matrix, shift = np.reshape(CROOKED[:4], (2, 2)), np.array(CROOKED[4:])
    wanted = np.linalg.solve(matrix, np.array([0.5, -0.3]) - shift) + (N - 1) / 2
    rows, columns = np.indices((N, N))
    for axis, pixels in enumerate((columns, rows)):
        np.testing.assert_allclose((stamp * pixels).sum(axis=(1, 2)) / total, wanted[axis], atol=1e-5)


def test_light_of_a_galaxy_is_its_brightness_times_the_area_of_a_pixel(
    mapped: Simulator, image: Callable[..., np.ndarray]
) -> None:
    """Without mass, star and source; the seeing of 0 leaves a pixel as it is."""
    dark = {name: np.array([np.inf]) for name in (f"{STAR}-magnitude", f"{SOURCE}-magnitude")}
    found = image(CROOKED, seeing=np.full((1, 2), 1e-3), **dark)[0]
    offsets = np.arange(N) - (N - 1) / 2
    xx, xy, yx, yy, x_0, y_0 = CROOKED
    x = xx * offsets[None, :] + xy * offsets[:, None] + x_0
    y = yx * offsets[None, :] + yy * offsets[:, None] + y_0
    shape = {"R_sersic": 0.6, "n_sersic": 2.0, "e1": 0.2, "e2": -0.1}
    numbers = {name: jnp.asarray(value) for name, value in shape.items()}
    brightness = sersic_ellipse(jnp.asarray(x), jnp.asarray(y), **numbers, center_x=0.1, center_y=0.2)
    flux = 10 ** (-0.4 * (20.0 - 27.0)) / sersic_total_flux(**numbers)
    np.testing.assert_allclose(found, brightness * flux * (xx * yy - xy * yx), rtol=1e-6)


@pytest.mark.long
def test_derivatives_are_central_differences(
    image: Callable[..., np.ndarray], mapped: Simulator, params
) -> None:
    """Of the sum over pixels, each with a weight of its own, in all six numbers."""
    weights = np.random.default_rng(1).normal(size=(2, N, N))
    own = {name: jnp.asarray(value) for name, value in params.items() if name != "pixel_scale"}

    @jax.jit
    @jax.grad
    def gradient(numbers: jax.Array) -> jax.Array:
        grid = {name: numbers[i][None] for i, name in enumerate(PIXEL_MAP)}
        return jnp.sum(weights * mapped.render(own | grid)[0])

    found = gradient(jnp.asarray(CROOKED))
    for i, step in enumerate([1e-6] * 6):
        low, high = ([v + s * step * (k == i) for k, v in enumerate(CROOKED)] for s in (-1, 1))
        difference = np.sum(weights * (image(tuple(high)) - image(tuple(low)))) / (2 * step)
        np.testing.assert_allclose(found[i], difference, rtol=1e-5)


def test_the_sky_in_a_pixel_is_in_proportion_to_its_area(
    mapped: Simulator, params: dict[str, np.ndarray]
) -> None:
    one = {name: jnp.asarray(value[0]) for name, value in params.items()}
    area = CROOKED[0] * CROOKED[3] - CROOKED[1] * CROOKED[2]
    plain = noise.background_sigma(mapped.scene, one | {"pixel_scale": jnp.asarray(np.sqrt(area))})
    own = {name: value for name, value in one.items() if name != "pixel_scale"}
    grid = {name: jnp.asarray(value) for name, value in six(CROOKED).items()}
    np.testing.assert_allclose(noise.background_sigma(mapped.scene, own | grid), plain, rtol=1e-12)


def test_pixels_without_area_have_no_image(image: Callable[..., np.ndarray]) -> None:
    assert np.isnan(image((0.2, 0.1, 0.4, 0.2, 0.0, 0.0))).all()
    assert np.isfinite(image((0.2, 0.1, -0.4, 0.2, 0.0, 0.0))).all()


def test_pixels_of_angles_are_the_inverse_and_the_window_has_all_of_them() -> None:
    grid = PixelMap(*map(jnp.asarray, CROOKED))
    i, j = (jnp.asarray(v) for v in np.random.default_rng(3).uniform(-12, 12, (2, 50)))
    x, y = angles(grid, i, j)
    for found, wanted in zip(image_pixels(grid, 24, x, y), (i + 11.5, j + 11.5), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-12)
    corners = np.stack(angles(grid, *(jnp.array(v) for v in ([12.0, 12.0, -12.0, -12.0], [12.0, -12.0] * 2))))
    np.testing.assert_allclose(farthest_angle(grid, 12.0), np.abs(corners).max())


@pytest.mark.long
def test_images_of_a_lensed_point_source_turn_with_the_grid(params: dict[str, np.ndarray]) -> None:
    """All four of them, also where the grid is off centre, so that the window of the search is larger."""
    document = file(six())
    document["SPECIES"]["POINTSOURCE_2"] = {
        "NAME": "AGN",
        "HOST": "SOURCE",
        "PARAMETERS": {"magnitude": 22.0, "sep": 0.0, "sep_unit": "arcsec"},
    }
    document["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"] = "AGN"
    sim = Simulator(document)
    drawn = {name: np.asarray(value, float) for name, value in sim.sample(jax.random.key(2), 1).items()}
    # near the lens, within its caustic
    central = params | {f"{SOURCE}-center_x": np.array([0.08]), f"{SOURCE}-center_y": np.array([-0.07])}
    drawn |= {name: value for name, value in central.items() if name in drawn}

    def of(turn: float, x: float, y: float, **changes: Any) -> dict[str, Any]:
        cos, sin = SCALE * np.cos(turn), SCALE * np.sin(turn)
        grid = six((cos, -sin, sin, cos, x, y))
        return drawn | changes | {name: np.array([value]) for name, value in grid.items()}

    plain, crooked = of(0.0, 0.0, 0.0), of(0.4, 0.0, 0.0, **turned(central, 0.4))
    (positions,) = sim.image_positions(plain).values()
    assert int(positions.mask.sum()) == 4
    wanted = np.asarray(sim.render(plain))
    np.testing.assert_allclose(sim.render(crooked), wanted, atol=1e-7 * wanted.max())
    shifted = np.asarray(sim.render(of(0.0, 3 * SCALE, 0.0)))[..., 7:14]
    np.testing.assert_allclose(shifted, wanted[..., 10:17], atol=1e-7 * wanted.max())
