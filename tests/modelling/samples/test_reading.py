"""Images of a sample: which pixels maps of noise leave out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.modelling.samples.lenses import find_lenses
from jaxlens.modelling.samples.reading import read_lens

IMAGE = np.random.default_rng(1).normal(size=(8, 8))
SIGMA = np.full((8, 8), 0.2)


def write(folder: Path, **images: np.ndarray) -> None:
    (folder / "A").mkdir()
    for name, pixels in images.items():
        fits.writeto(folder / "A" / f"{name}.fits", pixels)


def unused(mask: np.ndarray) -> list[list[int]]:
    return [pixel[2:].tolist() for pixel in np.argwhere(~mask)]


def test_pixels_without_a_number_or_with_huge_noise_are_left_out(tmp_path: Path) -> None:
    image, sigma = IMAGE.copy(), SIGMA.copy()
    image[0, 1], sigma[2, 3], sigma[4, 5], sigma[6, 7] = np.nan, 1e8, 0.0, np.inf
    flags = np.zeros((8, 8), np.int16)
    flags[7, 0] = 16
    write(tmp_path, image=image, noise=sigma, psf=np.ones((3, 3)), bad=flags)
    (seen,) = read_lens(find_lenses(tmp_path)[0], ("F814W",))
    assert unused(seen.mask) == [[0, 1], [2, 3], [4, 5], [6, 7], [7, 0]]
    assert seen.bands == ("F814W",)
    assert seen.psf is not None


@pytest.mark.parametrize("kind", ["noise", "variance", "ivar"])
def test_each_kind_of_noise_is_the_same(tmp_path: Path, kind: str) -> None:
    given = {"noise": SIGMA, "variance": SIGMA**2, "ivar": np.where(IMAGE > 2.0, 0.0, SIGMA**-2.0)}[kind]
    write(tmp_path, image=IMAGE, **{kind: given})
    (seen,) = read_lens(find_lenses(tmp_path)[0], ("g",))
    assert seen.noise_sigma is not None
    np.testing.assert_allclose(seen.noise_sigma[seen.mask], 0.2, rtol=1e-6)
    assert len(unused(seen.mask)) == (np.sum(IMAGE > 2.0) if kind == "ivar" else 0)


def test_an_image_without_noise_or_of_another_band_is_refused(tmp_path: Path) -> None:
    write(tmp_path, image_r=IMAGE)
    lens = find_lenses(tmp_path)[0]
    with pytest.raises(ValueError, match=r"A has no noise beside .*image_r.fits; give noise.fits"):
        read_lens(lens, ("r",))
    with pytest.raises(ValueError, match="is of the band r, and the configuration has g, i; give them alike"):
        read_lens(lens, ("g", "i"))
