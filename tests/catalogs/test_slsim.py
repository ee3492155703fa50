"""Tables of SLSim: what follows from the images, for lenses whose images are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jaxlens.catalogs import slsim
from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.reading import read_catalog
from jaxlens.catalogs.tables import Table

# A sphere of Einstein radius 1.2 at (0.1, -0.2), a source 0.4 beside it, of magnitude 23 without lensing.
THETA_E, CENTER, BETA, MAGNITUDE = 1.2, (0.1, -0.2), 0.4, 23.0
IMAGES = np.array([BETA + THETA_E, BETA - THETA_E])
MAGNIFICATIONS = 1 + np.array([1, -1]) * THETA_E / BETA


def sphere(**more: object) -> dict[str, object]:
    """The row that `lens_to_dataframe` makes of the sphere, whose source is at the angle of 0.6 radians."""
    x, y = (center + IMAGES * turn for center, turn in zip(CENTER, (np.cos(0.6), np.sin(0.6)), strict=True))
    row: dict[str, object] = {"ID": "LENS_1", "deflector_redshift": 0.5, "point_source_redshift": 2.0}
    mass = {"theta_E": THETA_E, "e1": 0.0, "e2": 0.0, "center_x": CENTER[0], "center_y": CENTER[1]}
    row |= {f"deflector_mass_{name}": value for name, value in mass.items()}
    for i in range(2):
        magnitude = MAGNITUDE - 2.5 * np.log10(np.abs(MAGNIFICATIONS[i]))
        own = {"ra_image": x[i], "dec_image": y[i], "magnitude": magnitude}
        row |= {f"point_source_light_{name}_{i}": value for name, value in own.items()}
        row[f"point_source_arrival_time_{i}"] = 20.0 + 7.0 * i
    return row | more


def written(rows: list[dict[str, object]], path: Path) -> Table:
    pd.DataFrame(rows).to_csv(path / "lenses.csv")
    return read_catalog(path / "lenses.csv", "slsim")


def test_the_source_of_a_sphere(tmp_path: Path) -> None:
    table = written([sphere(), sphere(deflector_mass_gamma=2.0)], tmp_path)
    np.testing.assert_allclose(table.numbers(slsim.SOURCE_X), CENTER[0] + BETA * np.cos(0.6), rtol=1e-12)
    np.testing.assert_allclose(table.numbers(slsim.SOURCE_Y), CENTER[1] + BETA * np.sin(0.6), rtol=1e-12)
    np.testing.assert_allclose(table.numbers(slsim.SOURCE_MAGNITUDE), MAGNITUDE, rtol=1e-12)
    # the slope that the isothermal row lacks
    assert table.numbers("deflector_mass_gamma").tolist() == [2.0, 2.0]
    found = slsim.images(table)
    np.testing.assert_allclose(found.magnification[0], MAGNIFICATIONS, rtol=1e-12)
    np.testing.assert_allclose(found.delay[0], [0.0, 7.0], atol=1e-12)
    assert found.number.tolist() == [2, 2]


def test_shear_and_convergence_act_about_the_origin(tmp_path: Path) -> None:
    rest = {"deflector_mass_gamma1": 0.1, "deflector_mass_gamma2": -0.05, "deflector_mass_kappa": 0.02}
    plain, sheared = written([sphere()], tmp_path), written([sphere(**rest)], tmp_path)
    images = slsim.images(plain)
    moved_x = np.mean(0.12 * images.x - 0.05 * images.y)
    moved_y = np.mean(-0.05 * images.x + (0.02 - 0.1) * images.y)
    assert plain.numbers("source_x") - sheared.numbers("source_x") == pytest.approx(moved_x)
    assert plain.numbers("source_y") - sheared.numbers("source_y") == pytest.approx(moved_y)
    x, y = images.x - CENTER[0], images.y - CENTER[1]
    scale = THETA_E / np.hypot(x, y) ** 3
    xx, yy, xy = scale * y * y + 0.12, scale * x * x - 0.08, -scale * x * y - 0.05
    np.testing.assert_allclose(slsim.images(sheared).magnification, 1 / ((1 - xx) * (1 - yy) - xy**2))


def test_rows_without_some_images_or_without_a_mass(tmp_path: Path) -> None:
    single = sphere() | dict.fromkeys([name for name in sphere() if name.endswith("_1")], np.nan)
    table = written([sphere(), single, sphere(deflector_mass_theta_E=np.nan)], tmp_path)
    np.testing.assert_allclose(table.numbers(slsim.SOURCE_X)[:2], CENTER[0] + BETA * np.cos(0.6))
    np.testing.assert_allclose(table.numbers(slsim.SOURCE_MAGNITUDE)[:2], MAGNITUDE)
    assert np.isnan([table.numbers(name)[2] for name in (slsim.SOURCE_X, slsim.SOURCE_MAGNITUDE)]).all()
    found = slsim.images(table)
    assert found.number.tolist() == [2, 1, 2]
    np.testing.assert_array_equal(found.delay[1], [0.0, np.nan])


def test_tables_without_point_sources(tmp_path: Path) -> None:
    row = {name: value for name, value in sphere().items() if not name.startswith("point_source_light")}
    table = written([row], tmp_path)
    assert slsim.SOURCE_X not in table.columns
    with pytest.raises(CatalogError, match="has no column 'point_source_light_ra_image_0'; give"):
        slsim.images(table)


def test_the_columns_that_are_used_are_those_of_slsim(tmp_path: Path) -> None:
    """Every default is a column of `lens_to_dataframe`, or one that follows from it."""
    light = ("magnitude", "R_sersic", "n_sersic", "e1", "e2", "center_x", "center_y")
    mass = ("gamma", "gamma1", "gamma2", "ra_0", "dec_0", "kappa")
    more = {f"deflector_light_{name}": 1.0 for name in light} | {
        f"deflector_mass_{name}": 2.0 for name in mass
    }
    table = written([sphere(**more, extended_unlensed_mag=22.0)], tmp_path)
    assert set(map(str, slsim.COLUMNS.values())) <= set(table.columns)
