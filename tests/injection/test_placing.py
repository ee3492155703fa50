"""Places at random and on grids."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from jaxlens.files.wcs import pixels, tangent_plane
from jaxlens.injection.images import BandImage, read_images
from jaxlens.injection.placing import grid_positions, random_positions
from jaxlens.injection.separations import Occupied
from tests.injection.conftest import Maker


@pytest.fixture
def image(make_image: Maker) -> BandImage:
    return read_images({"g": make_image()}, ("g",))[0]


def test_places_at_random_are_uniform_and_keep_their_distance(image: BandImage) -> None:
    found = random_positions(120, 1, "CONFIGURATION_1", image, spacing=0.3, margin=4.0)
    x, y = pixels(image.wcs, found.ra, found.dec)
    for values in (x, y):
        assert values.min() >= 3.999
        assert values.max() <= 75.001
        assert stats.kstest(values, stats.uniform(4.0, 71.0).cdf).pvalue > 0.01
    angles = np.hypot(*tangent_plane(found.ra[:, None], found.dec[:, None], found.ra, found.dec))
    assert angles[~np.eye(120, dtype=bool)].min() >= 0.3 * (1 - 1e-6)
    fewer = random_positions(20, 1, "CONFIGURATION_1", image, spacing=0.3, margin=4.0)
    assert (fewer.ra == found.ra[:20]).all(), "a place depends on those before it alone"


def test_where_there_is_no_room_there_is_no_place(image: BandImage) -> None:
    found = random_positions(6, 1, "CONFIGURATION_1", image, spacing=14.0, margin=0.0)
    assert np.isfinite(found.ra[0])
    assert np.isnan(found.ra).any()
    free = random_positions(
        3, 1, "C", image, spacing=0.0, margin=0.0, is_free=lambda ra, dec: np.asarray(dec > 2.2015)
    )
    assert (free.dec > 2.2015).all()


def test_grids_have_their_spacing(image: BandImage) -> None:
    found = grid_positions(None, image, spacing=5.0, margin=10.0)
    assert len(found) == 9
    x, y = pixels(image.wcs, found.ra, found.dec)
    assert x.reshape(3, 3)[0] == pytest.approx([10.0, 30.0, 50.0], abs=1e-3)
    assert y.reshape(3, 3)[:, 0] == pytest.approx([10.0, 30.0, 50.0], abs=1e-3)
    assert len(grid_positions(4, image, spacing=5.0, margin=10.0)) == 4
    with pytest.raises(ValueError, match=r"spacing is 0.0; give the distance of neighbours"):
        grid_positions(4, image, spacing=0.0, margin=10.0)


def test_places_near_the_pole_and_at_zero_hours_are_near_each_other() -> None:
    taken = Occupied(10.0)
    taken.add(359.9999, 0.0)
    taken.add(10.0, 89.9999)
    assert taken.has_near(0.0001, 0.0)
    assert taken.has_near(190.0, 89.9995)
    assert not taken.has_near(0.01, 0.0)
