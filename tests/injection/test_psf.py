"""The PSF of images: kernels, cubes by position, and functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

import jaxlens
from jaxlens.files.errors import StorageError
from jaxlens.files.wcs import sky_positions
from jaxlens.injection.images import BandImage, read_images
from jaxlens.injection.psf import kernels_of
from tests.injection.conftest import Maker
from tests.sky_headers import DEC, RA, tan_header

PLACE = np.array([RA]), np.array([DEC])
FUNCTION = """
import numpy as np

def wide(ra, dec, band):
    return np.ones((3, 3)) if ra > 150.1 else np.ones((5, 5))

def even(ra, dec, band):
    return np.ones((4, 4))
"""


@pytest.fixture
def image(make_image: Maker) -> BandImage:
    return read_images({"g": make_image()}, ("g",))[0]


def shifted(columns: int, rows: int) -> np.ndarray:
    """A kernel that moves light."""
    kernel = np.zeros((7, 7))
    kernel[3 + rows, 3 + columns] = 1.0
    return kernel


def test_a_kernel_is_scaled_to_unit_sum_wherever_it_is_from(image: BandImage, tmp_path: Path) -> None:
    fits.PrimaryHDU(np.full((3, 3), 2.0)).writeto(tmp_path / "psf.fits")
    for given in (np.full((3, 3), 5.0), tmp_path / "psf.fits", str(tmp_path / "psf.fits")):
        kernels = kernels_of(given, image)(np.zeros(4), np.zeros(4))
        assert kernels.shape == (4, 3, 3)
        assert kernels == pytest.approx(1.0 / 9.0)


def cube_file(path: Path, **columns: Any) -> Path:
    """A cube of two kernels with a table of their places."""
    cube = np.stack([shifted(0, 0), shifted(2, 1)])
    table = fits.BinTableHDU.from_columns([fits.Column(n, "D", array=v) for n, v in columns.items()])
    fits.HDUList([fits.PrimaryHDU(cube), table]).writeto(path)
    return path


def test_places_have_the_nearest_kernel_of_a_cube(image: BandImage, tmp_path: Path) -> None:
    x, y = np.array([20.0, 60.0]), np.array([40.0, 40.0])
    ra, dec = sky_positions(image.wcs, x, y)
    for name, columns in (("sky", {"RA": ra, "DEC": dec}), ("pixels", {"x": x, "y": y})):
        kernels = kernels_of(cube_file(tmp_path / f"{name}.fits", **columns), image)
        found = kernels(*sky_positions(image.wcs, np.array([58.0, 22.0]), np.array([50.0, 10.0])))
        assert (found == np.stack([shifted(2, 1), shifted(0, 0)])).all()
    with pytest.raises(ValueError, match="has 2 kernels, but 1 places"):
        kernels_of(cube_file(tmp_path / "one.fits", x=[1.0], y=[2.0]), image)
    with pytest.raises(ValueError, match="has places that are not finite"):
        kernels_of(cube_file(tmp_path / "nan.fits", ra=[np.nan, RA], dec=[DEC, DEC]), image)
    with pytest.raises(ValueError, match="has no table with columns ra and dec, or x and y"):
        kernels_of(cube_file(tmp_path / "none.fits", a=[1.0, 2.0]), image)


def test_functions_are_called_with_each_place(image: BandImage, tmp_path: Path) -> None:
    (tmp_path / "psf_of_place.py").write_text(FUNCTION)
    kernels = kernels_of(f"{tmp_path}/psf_of_place.py:wide", image)(np.array([150.0, 150.2]), np.zeros(2))
    assert kernels.shape == (2, 5, 5)
    assert kernels[0] == pytest.approx(1.0 / 25.0)
    assert kernels[1, 1:4, 1:4] == pytest.approx(1.0 / 9.0)
    assert kernels[1].sum() == pytest.approx(1.0)
    own = kernels_of(lambda ra, dec, band: shifted(0, 1) if band == "g" else shifted(0, 0), image)
    assert (own(*PLACE)[0] == shifted(0, 1)).all()
    with pytest.raises(ValueError, match=r"psf_of_place.py:even\(150.1.*4 x 4 pixels; give an odd number"):
        kernels_of(f"{tmp_path}/psf_of_place.py:even", image)(*PLACE)
    with pytest.raises(ValueError, match="has no function narrow; give one of"):
        kernels_of(f"{tmp_path}/psf_of_place.py:narrow", image)
    with pytest.raises(ValueError, match="No module named 'no_such_module'"):
        kernels_of("no_such_module:psf", image)
    with pytest.raises(StorageError, match="absent"):
        kernels_of(str(tmp_path / "absent.fits"), image)


def test_each_system_has_the_kernel_of_its_place_in_the_pixels_of_the_image(
    blobs: dict[str, Any], make_image: Maker, tmp_path: Path
) -> None:
    header = tan_header(angle=77.0)
    path = make_image("r.fits", header, pixels=np.zeros((80, 80)))
    (image,) = read_images({"r": path}, ("r",))
    x, y = np.array([20.0, 60.0]), np.array([40.0, 40.0])
    ra, dec = sky_positions(image.wcs, x, y)
    cube = cube_file(tmp_path / "cube.fits", ra=ra, dec=dec)
    blobs["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"] |= {"center_x": 0.0, "center_y": 0.0}
    given: dict[str, Any] = {"psf": {"r": str(cube)}, "noise": False, "cutouts": True, "batch_size": 2}
    made = jaxlens.inject(blobs, {"r": path}, {"ra": ra, "dec": dec}, out=tmp_path / "out", **given)
    with fits.open(made.images["r"]) as units:
        added = np.asarray(units["IMAGE"].data, float)
    rows, columns = np.indices(added.shape)
    for half, moved in ((slice(0, 40), (0.0, 0.0)), (slice(40, 80), (2.0, 1.0))):
        light, k = added[:, half], int(half.start > 0)
        centre = [np.sum(v[:, half] * light) / np.sum(light) for v in (columns, rows)]
        assert centre == pytest.approx([x[k] + moved[0], y[k] + moved[1]], abs=0.02)
        assert light.sum() == pytest.approx(10.0**2.4, rel=1e-4)
