"""What `jaxlens check` says of the images that a catalogue lists."""

from __future__ import annotations

import numpy as np

from jaxlens.catalogs.lensed_images import LensedImages
from jaxlens.cli.catalog_images import differences
from jaxlens.config.model import CATALOG_ID, Catalog
from jaxlens.truth.image_differences import image_differences

# Three doubles, of which the catalogue's rows are 2, 5 and 6.
ROWS = np.array([2, 5, 6])
X, Y = np.array([[1.0, -0.5], [1.2, -0.7], [0.8, -0.6]]), np.array([[0.1, 0.0], [0.0, 0.2], [0.3, 0.0]])
MU, DELAY = np.array([[3.0, -2.0]] * 3), np.array([[0.0, 10.0], [0.0, 20.0], [0.0, 5.0]])


def images(count: tuple[int, ...] = (2, 2, 2), factor: float = 1.0, shift: float = 0.0) -> LensedImages:
    return LensedImages(X + shift, Y, np.array(count), MU, DELAY * factor)


def catalog(**columns: np.ndarray) -> Catalog:
    return Catalog(
        source="a.fits",
        format="om10",
        mode="iterate",
        configurations=("CONFIGURATION_1",),
        total=9,
        cut=6,
        skipped=0,
        sets=(),
        rows=ROWS,
        columns=columns,
        images=images(),
    )


def lines(ours: LensedImages, **columns: np.ndarray) -> list[str]:
    return list(differences(catalog(**columns), image_differences(ROWS, images(), ours)))


def test_each_quantity_has_a_line() -> None:
    shifted = images()
    shifted.x[1] += 0.003
    found = lines(shifted, **{CATALOG_ID: np.array([11, 12, 13])})
    assert found == [
        "positions: 0 arcsec (median), 0.003 arcsec (99 of 100), 0.003 arcsec at most, in 12 (row 5)",
        "magnifications: 0% (median), 0% (99 of 100), 0% at most, in 11 (row 2)",
        "delays: 0% (median), 0% (99 of 100), 0% at most, in 11 (row 2)",
        "all have the same number of images",
    ]


def test_one_factor_of_all_delays_is_said() -> None:
    found = lines(images(factor=72.0 / 70.0))
    assert "nearly all delays are 1.029 times the catalogue's: is COSMOLOGY that of the catalogue?" in found
    few = images()
    few.delay[0] *= 1.2
    assert not any("COSMOLOGY" in line for line in lines(few))


def test_other_numbers_of_images_are_counted() -> None:
    *_, last = lines(images(count=(2, 1, 1)))
    assert last == (
        "2 of 3 systems have another number of images; the first is row 5 (2 in the catalogue, 1 here)"
    )
