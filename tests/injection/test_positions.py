"""Systems and places: of tables, at random, and on grids."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.injection.images import BandImage, read_images
from jaxlens.injection.positions import grid_positions, positions_from, random_positions
from jaxlens.injection.separations import Occupied
from jaxlens.injection.sky import pixels, tangent_plane
from tests.injection.conftest import Maker


@pytest.fixture
def image(make_image: Maker) -> BandImage:
    return read_images({"g": make_image()}, ("g",))[0]


def test_tables_have_a_place_and_where_they_say_so_an_index_and_an_id(tmp_path: Path) -> None:
    found = positions_from({"RA": [10.0, 20.0], "dec": [1.0, -2.0]})
    assert (found.index.tolist(), found.ids.tolist()) == ([0, 1], ["0", "1"])
    (tmp_path / "places.csv").write_text("ID,raj2000,dej2000,System\nA,10.5,1,7\nB,11.5,2,3\n")
    found = positions_from(tmp_path / "places.csv")
    assert (found.ra.tolist(), found.dec.tolist()) == ([10.5, 11.5], [1.0, 2.0])
    assert (found.index.tolist(), found.ids.tolist()) == ([7, 3], ["A", "B"])
    hours = Table("t", {"ra": np.array([2.0]), "dec": np.array([60.0])}, {"ra": "hourangle", "dec": "arcmin"})
    found = positions_from(hours)
    assert (found.ra[0], found.dec[0]) == (pytest.approx(30.0), pytest.approx(1.0))


def test_wrong_tables_are_errors() -> None:
    with pytest.raises(CatalogError, match=r"the table of positions has no column 'dec'; .*declin"):
        positions_from({"ra": [1.0], "declin": [2.0]})
    with pytest.raises(CatalogError, match="the column ra is not all numbers"):
        positions_from({"ra": ["1h"], "dec": [2.0]})
    with pytest.raises(ValueError, match="the column index has -1"):
        positions_from({"ra": [1.0], "dec": [2.0], "index": [-1]})
    table = Table("t", {"ra": np.array([2.0]), "dec": np.array([60.0])}, {"ra": "km"})
    with pytest.raises(CatalogError, match="the column ra has the unit 'km', which is no angle"):
        positions_from(table)


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
