"""Angles and shapes: directions on the sky, and the deflection that a shear makes."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.catalogs.conventions import (
    ANGLES,
    FLATTENINGS,
    ellipticity,
    from_components,
    position_angle,
    shear,
)
from jaxlens.catalogs.errors import CatalogError

# x to the east, y to the north.
DIRECTIONS = {"east": (1.0, 0.0), "north": (0.0, 1.0), "west": (-1.0, 0.0), "south": (0.0, -1.0)}


@pytest.mark.parametrize("name", [name for name in ANGLES if "_of_" in name])
def test_an_angle_begins_at_one_direction_and_grows_towards_another(name: str) -> None:
    towards, start = name.split("_of_")
    for angle, direction in ((0.0, start), (90.0, towards)):
        phi = position_angle(np.array([angle]), "deg", name)
        np.testing.assert_allclose([np.cos(phi[0]), np.sin(phi[0])], DIRECTIONS[direction], atol=1e-15)


@pytest.mark.parametrize(("axes", "sky"), [("x_to_y", "north_of_east"), ("y_to_x", "east_of_north")])
def test_axes_of_an_image_whose_x_is_ours(axes: str, sky: str) -> None:
    angles = np.array([10.0, 120.0])
    np.testing.assert_array_equal(position_angle(angles, "", axes), position_angle(angles, "", sky))
    minus_x = position_angle(np.array([90.0]), "", "y_to_minus_x")
    np.testing.assert_allclose(np.cos(minus_x), [-1.0])


def test_units_of_angles() -> None:
    np.testing.assert_allclose(position_angle(np.array([0.5]), "rad"), [np.pi / 2 - 0.5])
    np.testing.assert_allclose(position_angle(np.array([30.0])), [np.pi / 3])
    with pytest.raises(CatalogError, match="does not measure an angle"):
        position_angle(np.array([0.5]), "km")
    with pytest.raises(CatalogError, match="'north_to_east' is no convention of angles; did you mean"):
        position_angle(np.array([0.5]), "deg", "north_to_east")
    np.testing.assert_array_equal(position_angle(np.array([7.0]), "deg", "North of East"), np.radians([7.0]))


@pytest.mark.parametrize("ratio", [1.0, 0.8, 0.2])
def test_every_measure_of_one_ellipse(ratio: float) -> None:
    measures = {
        "axis_ratio": ratio,
        "ellipticity": 1.0 - ratio,
        "e": (1.0 - ratio) / (1.0 + ratio),
        "distortion": (1.0 - ratio**2) / (1.0 + ratio**2),
        "eccentricity": np.sqrt(1.0 - ratio**2),
    }
    assert measures.keys() == FLATTENINGS.keys()
    modulus = (1.0 - ratio) / (1.0 + ratio)
    phi = np.array([0.3])
    for measure, value in measures.items():
        e1, e2 = ellipticity(np.array([value]), phi, measure)
        np.testing.assert_allclose([e1[0], e2[0]], modulus * np.array([np.cos(0.6), np.sin(0.6)]), atol=1e-15)
    inverse = ellipticity(np.array([1.0 / ratio]), phi)
    np.testing.assert_allclose(np.hypot(*inverse), [modulus], atol=1e-15)


def test_ellipses_that_are_none_are_not_finite() -> None:
    zero = np.zeros(5)
    e1, _ = ellipticity(np.array([-0.5, 0.0, np.nan, np.inf, 1.0]), zero)
    assert np.isfinite(e1).tolist() == [False, False, False, False, True]
    e1, _ = ellipticity(np.array([-0.1, 1.0, 1.2, np.nan, 0.0]), zero, "ellipticity")
    assert np.isfinite(e1).tolist() == [False, False, False, False, True]
    e1, _ = ellipticity(np.array([-0.1, 1.0, 1.2, np.nan, 0.0]), zero, "distortion")
    assert np.isfinite(e1).tolist() == [False, False, False, False, True]
    with pytest.raises(CatalogError, match="'ellip' is no measure of an ellipse; did you mean ellipticity"):
        ellipticity(zero, zero, "ellip")


def test_a_mass_stretches_images_across_the_direction_to_it() -> None:
    """The shear of a point mass far away at an angle: psi = theta_E^2 ln |x - d|."""
    angle, distance, theta_E, step = 0.7, 10.0, 2.0, 1e-3
    mass = distance * np.array([np.cos(angle), np.sin(angle)])

    def psi(x: float, y: float) -> float:
        return theta_E**2 * float(np.log(np.hypot(x - mass[0], y - mass[1])))

    xx = (psi(step, 0) - 2 * psi(0, 0) + psi(-step, 0)) / step**2
    yy = (psi(0, step) - 2 * psi(0, 0) + psi(0, -step)) / step**2
    xy = (psi(step, step) - psi(step, -step) - psi(-step, step) + psi(-step, -step)) / (4 * step**2)
    modulus = np.array([theta_E**2 / distance**2])
    found = shear(modulus, np.array([angle]), "mass")
    np.testing.assert_allclose(np.ravel(found), [(xx - yy) / 2, xy], rtol=1e-4)
    across = shear(modulus, np.array([angle + np.pi / 2]), "images")
    np.testing.assert_allclose(np.ravel(across), np.ravel(found), rtol=1e-12)
    with pytest.raises(CatalogError, match="'lens' is no direction of a shear; give one of images, mass"):
        shear(modulus, modulus, "lens")


@pytest.mark.parametrize("convention", ANGLES)
def test_components_in_other_axes(convention: str) -> None:
    """They are the same shape as its modulus and its angle in that convention."""
    angle = np.array([25.0])
    modulus, phi = from_components(
        0.1 * np.cos(2 * np.radians(angle)), 0.1 * np.sin(2 * np.radians(angle)), convention
    )
    expected = shear(np.array([0.1]), position_angle(angle, "deg", convention))
    np.testing.assert_allclose(shear(modulus, phi), expected, atol=1e-15)
