"""OM10: our reading of its conventions gives the images of the published catalogue again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM
from astropy.table import Table as AstropyTable

from jaxlens.catalogs import om10
from jaxlens.catalogs.conventions import ellipticity, position_angle, shear
from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.power_laws import power_law
from jaxlens.catalogs.reading import read_catalog
from jaxlens.catalogs.tables import Table

# Speed of light (km/s); arcsec in a radian; days in which light travels a megaparsec.
C, ARCSEC, MPC = 299_792.458, 206_264.806, 3.085677581e19 / 299_792.458 / 86_400.0
# Rows of qso_mock in github.com/drphilmarshall/OM10: two quads, a double, and a cusp of three images.
ROWS = {
    "LENSID": (781021, 202550, 261683, 18724638),
    "NIMG": (4, 4, 2, 3),
    "ZLENS": (0.246, 0.154, 0.168, 0.816),
    "VELDISP": (233.3458, 181.134, 202.3019, 244.3431),
    "ZSRC": (4.16, 1.26, 0.72, 2.64),
    "MAGI_IN": (23.53, 20.43, 20.49, 24.33),
    "MAGI": (22.54313, 20.52811, 20.04573, 23.04929),
    "ELLIP": (0.4827917, 0.7779974, 0.5612002, 0.5346348),
    "PHIE": (96.4932, 152.9129, -39.79099, 19.02075),
    "GAMMA": (0.1147272, 0.03970619, 0.06293259, 0.1429437),
    "PHIG": (136.3356, 57.92531, 75.3634, -171.6776),
    "XSRC": (0.2213641, -0.2260283, 0.3086169, -0.2123619),
    "YSRC": (0.1947654, -0.01396926, -0.1220498, 0.7301459),
}
IMAGES = {
    "XIMG": (
        (1.1947, -0.8235, 1.413, -0.0698),
        (-0.2291, 0.5897, -1.1676, 0.3106),
        (1.0109, -0.5334, 0, 0),
        (-1.1554, -0.2157, 0.2287, 0),
    ),
    "YIMG": (
        (-1.0645, -0.3258, 0.1393, 1.6881),
        (-0.7459, -0.6133, 0.3543, 0.4498),
        (-0.7223, -0.1474, 0, 0),
        (0.9332, 1.3522, 1.3692, 0),
    ),
    "MAG": (
        (3.2205, -0.8506, -2.4817, 2.5375),
        (-0.9136, 2.5497, 1.6896, -0.4461),
        (2.0469, -1.5056, 0, 0),
        (3.253, -7.5428, 6.9251, 0),
    ),
    "DELAY": (
        (9.014, 31.348, 12.418, 0),
        (9.852, 8.183, 0, 12.966),
        (0, 16.755, 0, 0),
        (0, 6.452, 5.843, 0),
    ),
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    path: Path = tmp_path_factory.mktemp("om10") / "qso_mock.fits"
    columns = ROWS | {name: np.array(rows, float) for name, rows in IMAGES.items()}
    AstropyTable({name: np.array(rows) for name, rows in columns.items()}).write(path)
    return read_catalog(path, "om10")


def numbers(table: Table, name: str) -> np.ndarray:
    return table.numbers(name)[:, np.newaxis]


def test_images_magnifications_and_delays_of_the_published_catalogue(table: Table) -> None:
    """Positions to their rounding, 1e-4 arcsec; magnifications and delays to what that makes of them."""
    cosmology = FlatLambdaCDM(**om10.COSMOLOGY)
    z_lens, z_src = numbers(table, "ZLENS"), numbers(table, "ZSRC")
    lens, source = (cosmology.comoving_distance(z).value for z in (z_lens, z_src))
    theta_E = 4 * np.pi * (numbers(table, om10.SIGMA_SIE) / C) ** 2 * (1 - lens / source) * ARCSEC
    ellipse, twist = om10.COLUMNS["PLANE_1-OBJECT_1-MASS_PROFILE_1-ellipticity"], _shear_of_the_defaults()
    phi = position_angle(numbers(table, ellipse["POSITION_ANGLE"]), "", ellipse["ANGLE"])
    e1, e2 = ellipticity(numbers(table, ellipse["ELLIPTICITY"]), phi, "ellipticity")
    angle = position_angle(numbers(table, twist["POSITION_ANGLE"]), "", twist["ANGLE"])
    gamma1, gamma2 = shear(numbers(table, twist["SHEAR"]), angle)
    found = om10.images(table)
    z, external = found.x + 1j * found.y, gamma1 + 1j * gamma2
    main = power_law(found.x, found.y, theta_E, np.full_like(theta_E, 2.0), e1, e2)
    alpha = main.alpha + external * np.conj(z)
    src = numbers(table, "XSRC") + 1j * numbers(table, "YSRC")
    shown = np.isfinite(found.x)
    assert np.max(np.abs(z - alpha - src)[shown]) < 2e-4
    magnification = 1 / ((1 - main.kappa) ** 2 - np.abs(main.shear + external) ** 2)
    np.testing.assert_allclose(magnification, found.magnification, rtol=3e-3)
    # the potential of an isothermal mass is x . alpha, that of a shear half of it
    potential = ((main.alpha + external * np.conj(z) / 2) * np.conj(z)).real
    distance = MPC * lens * source / (source - lens)
    time = distance * (np.abs(alpha) ** 2 / 2 - potential) / ARCSEC**2
    time -= np.nanmin(time, axis=1, keepdims=True)
    np.testing.assert_allclose(time, found.delay, rtol=2e-3, atol=5e-3)
    third = np.sort(np.abs(np.where(shown, found.magnification, 0)), axis=1)[:, ::-1]
    faint = np.where(found.number > 2, third[:, 2], third[:, 1])
    magnitude = table.numbers("MAGI_IN") - 2.5 * np.log10(faint)
    np.testing.assert_allclose(
        magnitude[found.number != 3], table.numbers("MAGI")[found.number != 3], atol=1e-4
    )


def _shear_of_the_defaults() -> dict[str, str]:
    return dict(om10.COLUMNS["PLANE_1-OBJECT_1-SHEAR_PROFILE_1-shear"])


def test_the_mass_of_the_shear_is_west_of_north(table: Table) -> None:
    """The two ways in which the module states the shear are one."""
    gamma, phig = table.numbers("GAMMA"), table.numbers("PHIG")
    mass = shear(gamma, position_angle(phig, "", "west_of_north"), "mass")
    np.testing.assert_allclose(mass, shear(gamma, position_angle(phig, "", "north_of_east")), atol=1e-15)


def test_images_by_row(table: Table) -> None:
    found = om10.images(table)
    assert found.number.tolist() == [4, 4, 2, 3]
    assert np.isfinite(found.x).sum(axis=1).tolist() == [4, 4, 2, 3]
    assert np.isfinite(found.delay).sum(axis=1).tolist() == [4, 4, 2, 3]


def test_the_shape_along_the_line_of_sight_is_that_of_the_catalogue() -> None:
    """Against fits to the 6 to 882 systems in each of ten bins of ellipticity."""
    ellip = np.array([0.03, 0.07, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85])
    fits = [1.00631, 1.00698, 1.00603, 1.00505, 1.00726, 1.01706, 1.04270, 1.09917, 1.21301, 1.43181]
    np.testing.assert_allclose(om10.projection(ellip), fits, atol=1.5e-4)


def test_ellipticities_for_which_it_is_not_known() -> None:
    """A round lens is as a sphere; where it is unknown it is not finite, so that the row is not used."""
    np.testing.assert_allclose(om10.projection(np.array([0.0])), [1.0])
    assert np.isfinite(om10.projection(np.array([-0.1, 0.95, np.nan, 0.5]))).tolist() == [False] * 3 + [True]


def test_the_unit_of_the_dispersion_is_that_of_the_file() -> None:
    columns = {"veldisp": np.array([2e5]), "Ellip": np.array([0.0])}
    found = om10.prepared(Table("x.fits", columns, {"veldisp": "m/s"}))
    assert found.numbers(om10.SIGMA_SIE) == pytest.approx(2e5)
    assert found.units[om10.SIGMA_SIE] == "m/s"
    assert om10.prepared(found) is found
    without = Table("x.fits", {"VELDISP": np.array([200.0])})
    assert om10.prepared(without) is without


def test_images_that_a_file_does_not_have(table: Table) -> None:
    columns = {name: values for name, values in table.columns.items() if name != "DELAY"}
    with pytest.raises(CatalogError, match="has no column 'DELAY'"):
        om10.images(Table("x.fits", columns))
    with pytest.raises(CatalogError, match="has no list of numbers in each row of 'XIMG'; give"):
        om10.images(Table("x.fits", dict(table.columns) | {"XIMG": np.ones(4)}))
    with pytest.raises(CatalogError, match="has 5 in 'NIMG', row 1, and places for 4 images; give the"):
        om10.images(Table("x.fits", dict(table.columns) | {"NIMG": np.array([4, 5, 2, 2])}))


def test_sizes_that_are_not_there() -> None:
    """The catalogue as it is distributed has a column REFF of zeros, which says nothing of the galaxies."""
    columns = {"LENSID": np.array([1, 2]), "Reff": np.zeros(2)}
    assert list(om10.prepared(Table("x.fits", columns)).columns) == ["LENSID"]
    some = {**columns, "Reff": np.array([0.0, 1.2])}
    assert list(om10.prepared(Table("x.fits", some)).columns) == ["LENSID", "Reff"]
