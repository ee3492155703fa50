"""The packaged stack of galaxies has no noise, fades to zero, and is what its catalogue says."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from jaxlens.config import example_path
from validation.packaged_data import galaxies

PATH = example_path("galaxy_galaxy").with_name(galaxies.NAME)


def stored(name: str) -> np.ndarray:
    with h5py.File(PATH) as file:
        return np.asarray(file[name][()])


def test_images_are_whole_galaxies() -> None:
    images = stored("images").astype(np.float32)
    assert images.shape == (64, 4, 64, 64)
    assert images.min() == 0.0
    edges = [images[:, :, k].max() for k in (0, -1)] + [images[..., k].max() for k in (0, -1)]
    assert max(edges) < 1e-4 * images.max()
    np.testing.assert_allclose(images[:, 2].sum((1, 2)), galaxies.SUM, rtol=2e-3)


def test_the_catalogue_follows_from_the_images() -> None:
    images, scale = stored("images").astype(np.float64), stored("pixel_scale")
    radii = [galaxies.half_light_radius(image[2]) for image in images]
    np.testing.assert_allclose(radii * scale, stored("half_light_radius"), rtol=1e-3)
    magnitudes = np.stack([stored(f"magnitude_{band}") for band in galaxies.BANDS], 1)
    fluxes = images.sum((2, 3))
    np.testing.assert_allclose(
        magnitudes[:, [2]] - magnitudes, 2.5 * np.log10(fluxes / fluxes[:, [2]]), atol=2e-3
    )
    assert stored("kind").tolist().count(b"spiral") == galaxies.KINDS["spiral"]
    assert stored("redshift").min() >= galaxies.REDSHIFTS[0]


def test_a_galaxy_is_drawn_again() -> None:
    again = galaxies.galaxy(45)
    assert again.kind == stored("kind")[45].decode()
    # another version of numpy may round otherwise
    np.testing.assert_allclose(
        again.images.astype(float), stored("images")[45].astype(float), rtol=0.01, atol=0.01
    )
    assert again.redshift == pytest.approx(stored("redshift")[45])
