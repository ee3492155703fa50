"""Simulators with the pixels of an observed image: what stands at a place on the sky is seen there."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

from jaxlens import Simulator
from jaxlens.fitting.external_psf import with_psf
from jaxlens.fitting.observations import read_image
from jaxlens.fitting.observed_lens import observed_lens, observed_simulator
from tests.sky_headers import tan_header

SIDE = 24
BLOB = {"magnitude": 20.0, "sigma": 0.2, "center_x": 0.9, "center_y": -0.5}
FILE: dict[str, Any] = {
    "DATASET": {"NAME": "Blob", "PARAMETERS": {"SIZE": 1, "OUTDIR": "Blob", "SEED": 1}},
    "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
    "IMAGE": {"PARAMETERS": {"exposure_time": 100, "numPix": SIDE, "pixel_scale": 0.25, "read_noise": 5}},
    "SURVEY": {"PARAMETERS": {"BANDS": "g", "magnitude_zero_point": 27.0, "sky_brightness": 22.0}},
    "SPECIES": {"GALAXY_1": {"NAME": "BLOB", "LIGHT_PROFILE_1": {"NAME": "GAUSSIAN", "PARAMETERS": BLOB}}},
    "GEOMETRY": {
        "CONFIGURATION_1": {"FRACTION": 1.0, "PLANE_1": {"OBJECT_1": "BLOB", "PARAMETERS": {"REDSHIFT": 0.5}}}
    },
}
FILE["IMAGE"]["PARAMETERS"]["psf_type"] = "NONE"
FILE["SURVEY"]["PARAMETERS"]["num_exposures"] = 1


def simulator(**image: Any) -> Simulator:
    tree = copy.deepcopy(FILE)
    tree["IMAGE"]["PARAMETERS"] |= image
    tree["IMAGE"]["PARAMETERS"] = {k: v for k, v in tree["IMAGE"]["PARAMETERS"].items() if v is not None}
    return Simulator(tree)


def written(path: Path, header: fits.Header, rows: int = SIDE, columns: int = SIDE) -> Path:
    fits.writeto(path, np.ones((rows, columns)), header)
    return path


def centroid(sim: Simulator, fixed: dict[str, float]) -> np.ndarray:
    """The column and the row of the middle of the blob's light."""
    params = sim.sample(jax.random.key(0, impl="threefry2x32"), 1)
    params |= {name: np.full(1, value, np.float32) for name, value in fixed.items()}
    light = np.asarray(sim.render(params), np.float64)[0, 0]
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]]
    return np.array([np.sum(columns * light), np.sum(rows * light)]) / np.sum(light)


@pytest.mark.parametrize(
    ("angle", "rows", "columns", "center"),
    [(0.0, SIDE, SIDE, None), (35.0, 20, SIDE, None), (110.0, SIDE, 19, (9.3, 12.2)), (0.0, SIDE, 17, None)],
)
def test_light_is_seen_where_it_is_on_the_sky(
    angle: float, rows: int, columns: int, center: Any, tmp_path: Path
) -> None:
    """The place of the blob by astropy's offsets, its pixel by astropy's WCS of the file."""
    header = tan_header(side=SIDE, angle=angle)
    seen = read_image(written(tmp_path / "lens.fits", header, rows, columns), center=center)
    at = ((columns - 1) / 2, (rows - 1) / 2) if center is None else center
    there = SkyCoord(*WCS(header).all_pix2world(*at, 0), unit="deg")
    blob = there.spherical_offsets_by(0.9 * u.arcsec, -0.5 * u.arcsec)
    wanted = np.array(WCS(header).all_world2pix(blob.ra.deg, blob.dec.deg, 0))
    border = np.array([(SIDE - columns) // 2, (SIDE - rows) // 2])
    found, whole, fixed = observed_lens(simulator(), seen)
    assert whole.images.shape == (1, 1, SIDE, SIDE)
    np.testing.assert_allclose(centroid(found, fixed), wanted + border, atol=2e-3)
    np.testing.assert_allclose(
        centroid(observed_simulator(simulator(), seen), {}), wanted + border, atol=2e-3
    )


def test_images_of_one_size_share_a_program(tmp_path: Path) -> None:
    sim, programs = simulator(), set()
    for angle in (10.0, 200.0):
        path = written(tmp_path / f"{angle}.fits", tan_header(side=SIDE, angle=angle, scale=0.2501))
        found, _, fixed = observed_lens(sim, read_image(path))
        programs.add((found.scene, found.static_population))
        assert fixed["transform_xx"] == pytest.approx(-0.2501 * np.cos(np.radians(angle)), rel=1e-5)
    assert len(programs) == 1
    # a configuration of plain pixels is left as it is where the image has plain pixels
    plain = observed_lens(sim, read_image(np.ones((SIDE, SIDE)), pixel_scale=0.25))
    assert (plain.sim, plain.fixed) == (sim, {})
    assert observed_lens(sim, read_image(np.ones((SIDE, SIDE)))).sim is sim


def test_the_image_says_how_many_pixels_there_are() -> None:
    found = observed_lens(simulator(), read_image(np.ones((30, 31)), center=(15.0, 14.5)))
    assert found.sim.scene.image_shape == (1, 31, 31)
    assert found.fixed["y_shift"] == pytest.approx(0.125)
    square = observed_lens(simulator(), read_image(np.ones((20, 20))))
    assert square.sim.scene.image_shape == (1, 20, 20)
    assert square.fixed == {}
    assert "pixel_scale" in square.sim.parameter_names


def test_the_psf_of_the_image_is_that_of_the_simulator_and_changes_stay() -> None:
    kernel = np.ones((3, 3))
    seen = read_image(np.ones((20, 22)), psf=kernel, psf_factor=2, psf_error=0.1)
    found = observed_lens(simulator(), seen).sim
    assert found.scene.optics.psf == "PIXEL"
    assert found.scene.optics.kernel_factor == 2
    np.testing.assert_allclose(found.assets.psf_kernel, np.full((1, 3, 3), 1 / 9), rtol=1e-6)
    # of a simulator that has one already, the image without one keeps it
    before = with_psf(simulator(), kernel, 2).with_image_slots(9)
    after = observed_lens(before, read_image(np.ones((20, 22)))).sim
    assert after.scene.optics.kernel_factor == 2
    assert after.scene.image_slots == 9
    assert after.scene.num_pix == after.scene.optics.num_pix == 22
    np.testing.assert_array_equal(after.assets.psf_kernel, before.assets.psf_kernel)


def test_a_configuration_with_a_map_of_its_own_keeps_it(tmp_path: Path) -> None:
    numbers = {"transform_xx": -0.25, "transform_xy": 0.0, "transform_yx": 0.0, "transform_yy": 0.25}
    sim = simulator(pixel_scale=None, **numbers, x_shift=0.1, y_shift=0.0)
    path = written(tmp_path / "lens.fits", tan_header(side=SIDE))
    whole = observed_lens(sim, read_image(path))
    assert whole.fixed["x_shift"] == pytest.approx(0.1)
    # a border of one more column on the right moves the middle by half a pixel
    path = written(tmp_path / "narrow.fits", tan_header(side=SIDE), SIDE, SIDE - 1)
    assert observed_lens(sim, read_image(path)).fixed["x_shift"] == pytest.approx(0.1 - 0.125)
    path = written(tmp_path / "turned.fits", tan_header(side=SIDE, angle=3.0))
    with pytest.raises(ValueError, match=r"the WCS of the image has the transform .*, and the configuration"):
        observed_lens(sim, read_image(path))


def test_what_is_not_of_the_configuration_is_named(tmp_path: Path) -> None:
    sim = simulator()
    path = written(tmp_path / "lens.fits", tan_header(side=SIDE, scale=0.26))
    message = "the image has pixels of 0.26 arcsec, and pixel_scale of the configuration is 0.25; correct"
    with pytest.raises(ValueError, match=re.escape(message)):
        observed_lens(sim, read_image(path))
    with pytest.raises(
        ValueError, match="the image has the bands r, and the configuration g; give them alike"
    ):
        observed_lens(sim, read_image(np.ones((SIDE, SIDE)), bands="r"))
    with pytest.raises(
        ValueError, match="the image is in ADU/s, and data_count_unit of the configuration is e-"
    ):
        observed_lens(sim, read_image(np.ones((SIDE, SIDE)), unit="ADU/s"))
    counting = simulator(data_count_unit="ADU", ccd_gain=2.0)
    assert observed_lens(counting, read_image(np.ones((SIDE, SIDE)), unit="ADU/s")).sim is counting
    with pytest.raises(ValueError, match=r"the image is in electron/s, and data_count_unit .* is ADU"):
        observed_lens(counting, read_image(np.ones((SIDE, SIDE)), unit="electron/s"))


def test_a_scale_that_the_configuration_draws_is_that_of_the_image() -> None:
    drawn = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.2, "maximum": 0.3}}}
    sim = simulator(pixel_scale=drawn)
    found = observed_lens(sim, read_image(np.ones((SIDE, SIDE)), pixel_scale=0.27))
    assert found.fixed["transform_yy"] == 0.27
    with pytest.raises(
        ValueError, match=r"pixels of 0\.4 arcsec, and pixel_scale of the configuration is 0\.2 to 0\.3"
    ):
        observed_lens(sim, read_image(np.ones((SIDE, SIDE)), pixel_scale=0.4))
    assert observed_lens(sim, read_image(np.ones((SIDE, SIDE)))).sim is sim
    with pytest.raises(ValueError, match="that of the configuration varies; give read_image pixel_scale="):
        observed_lens(sim, read_image(np.ones((SIDE, SIDE)), center=(3.0, 4.0)))
