"""The solver of isothermal lenses that writes catalogues in OM10's layout, and these catalogues."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from jaxlens.config import example_path
from validation.packaged_data import om10
from validation.packaged_data.isothermal_lenses import Lens, _fermat_potential, images

LENS = Lens(z_lens=0.5, z_source=2.0, sigma=250.0, ellipticity=0.3, phi_e=20.0, shear=0.05, phi_g=70.0)
SOURCE = (0.03, 0.05)
# Step of finite differences, arcsec.
STEP = 1e-4


def potential(x: float, y: float) -> float:
    return float(_fermat_potential(LENS, *SOURCE, np.array(x), np.array(y)))


def hessian(x: float, y: float) -> tuple[float, float, float]:
    """The second derivatives of the Fermat potential, by finite differences."""
    h, middle = STEP, potential(x, y)
    xx = (potential(x + h, y) + potential(x - h, y) - 2.0 * middle) / h**2
    yy = (potential(x, y + h) + potential(x, y - h) - 2.0 * middle) / h**2
    corners = (
        potential(x + h, y + h) + potential(x - h, y - h) - potential(x + h, y - h) - potential(x - h, y + h)
    )
    return xx, yy, corners / (4.0 * h**2)


def test_images_are_where_the_travel_time_is_stationary() -> None:
    """Fermat's principle, with magnifications from the curvature; of four images two are saddle points."""
    found = images(LENS, *SOURCE)
    assert len(found) == 4
    for x, y, mu in zip(found.x, found.y, found.magnification, strict=True):
        slope_x = potential(x + STEP, y) - potential(x - STEP, y)
        slope_y = potential(x, y + STEP) - potential(x, y - STEP)
        assert slope_x == pytest.approx(0.0, abs=1e-12)
        assert slope_y == pytest.approx(0.0, abs=1e-12)
        xx, yy, xy = hessian(x, y)
        assert mu == pytest.approx(1.0 / (xx * yy - xy**2), rel=1e-5)
    assert np.sign(found.magnification).tolist() == [1.0, 1.0, -1.0, -1.0]
    assert np.all(np.diff(found.delay) > 0.0)
    assert found.delay[0] == 0.0


@pytest.mark.parametrize("angle", [0.3, 1.2, 2.5])
def test_the_mass_is_an_ellipse(angle: float) -> None:
    """The convergence, from the Laplacian, is constant on ellipses of OM10's position angle."""
    q, along = 1.0 - LENS.ellipticity, np.deg2rad(LENS.phi_e + 90.0)
    # a point of the ellipse x^2 / a^2 + y^2 / b^2 = 1 with a b = 1
    u, v = np.cos(angle) / np.sqrt(q), np.sin(angle) * np.sqrt(q)
    x, y = u * np.cos(along) - v * np.sin(along), u * np.sin(along) + v * np.cos(along)
    xx, yy, _ = hessian(x, y)
    assert 1.0 - 0.5 * (xx + yy) == pytest.approx(0.5 * LENS.theta_e, rel=1e-5)


def test_einstein_radius_and_delays_of_a_round_lens() -> None:
    """4 pi (sigma / c)^2 D_ls / D_s, and 2 theta_E beta between the images of an isothermal sphere."""
    lens = Lens(0.5, 2.0, 250.0, 1e-9, 0.0, 0.0, 0.0)
    to_lens, to_source = (quad(lambda z: (0.26 * (1 + z) ** 3 + 0.74) ** -0.5, 0.0, z)[0] for z in (0.5, 2.0))
    share = 1.0 - to_lens / to_source
    # lambda(e) begins as 1 + 0.058 sqrt(e)
    expected = 4.0 * np.pi * (250.0 / 299792.458) ** 2 * share * 180.0 / np.pi * 3600.0
    assert lens.theta_e == pytest.approx(expected, rel=1e-5)
    found = images(lens, 0.2, 0.0)
    np.testing.assert_allclose(np.hypot(found.x, found.y), lens.theta_e + np.array([0.2, -0.2]), rtol=1e-6)
    delay = 2.0 * lens.theta_e * 0.2 * lens.days_per_arcsec2
    np.testing.assert_allclose(found.delay, [0.0, delay], rtol=1e-6)


def test_a_catalogue_is_that_of_its_seed() -> None:
    table = om10.catalogue(12, 5)
    assert len(table) == 12
    again = om10.catalogue(12, 5)
    assert all(np.array_equal(table[name], again[name]) for name in table.colnames)
    assert table["XIMG"].shape == (12, 4)
    shown = np.arange(4) < np.asarray(table["NIMG"])[:, None]
    assert np.all((np.asarray(table["MAG"]) != 0.0) == shown)
    assert np.all(np.asarray(table["DELAY"]).min(axis=1) == 0.0)
    assert table["IMSEP"].min() > om10.SEPARATION


@pytest.mark.slow  # another version of astropy may find other roundings
def test_the_packaged_catalogue_is_written_again(tmp_path: Path) -> None:
    from astropy.table import Table

    (path,) = om10.write(tmp_path)
    packaged, own = (Table.read(folder / path.name) for folder in (example_path("om10").parent, tmp_path))
    assert packaged.colnames == own.colnames
    for name in own.colnames:
        np.testing.assert_allclose(own[name], packaged[name], rtol=1e-9, atol=1e-12)
