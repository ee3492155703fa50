"""Numbers of parameters from columns of a catalogue: units, fluxes, angles, shapes and shears."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.config.catalog.entries import Entry
from jaxlens.config.catalog.values import numbers, values_of
from jaxlens.config.errors import Place

MASS, LIGHT = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
TABLE = Table(
    "c.fits",
    {
        "size": np.array([0.01, 0.02]),
        "flux": np.array([3631.0, 3.631]),
        "pa": np.array([30.0, 90.0]),
        "q": np.array([0.5, 1.0]),
        "shear": np.array([0.1, 0.2]),
        "g1": np.array([0.1, 0.0]),
        "g2": np.array([0.0, 0.1]),
        "vdisp": np.array([200, 300], ">i4"),
        "mag": np.array([[1.0, 2.0], [3.0, 4.0]]),
        "odd": np.array([1.0, 2.0]),
    },
    {"size": "arcmin", "flux": "Jy", "odd": "furlongs", "pa": "deg"},
)


def found(name: str, words: Mapping[str, str]) -> tuple[list[list[float]], list[str]]:
    remarks: list[str] = []
    values = values_of(Entry(name, Place("c.yaml"), words, ("g", "r")), TABLE, remarks)
    return [array.tolist() for array in values.arrays], remarks


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        (f"{MASS}-theta_E", {"COLUMN": "size"}, [0.6, 1.2]),
        (f"{MASS}-theta_E", {"COLUMN": "SIZE", "UNIT": "deg"}, [36.0, 72.0]),
        (f"{MASS}-sigma_v", {"COLUMN": "vdisp"}, [200.0, 300.0]),
        (f"{MASS}-sigma_v", {"COLUMN": "vdisp", "UNIT": "m/s"}, [0.2, 0.3]),
        (f"{LIGHT}-magnitude-r", {"COLUMN": "flux"}, [0.0, 7.5]),
        (f"{LIGHT}-magnitude", {"COLUMN": "flux", "UNIT": "uJy"}, [15.0, 22.5]),
        (f"{LIGHT}-magnitude", {"COLUMN": "mag[1]"}, [2.0, 4.0]),
        (f"{LIGHT}-phi", {"COLUMN": "pa"}, np.radians([30.0, 90.0])),
        (f"{LIGHT}-phi", {"POSITION_ANGLE": "pa"}, np.radians([60.0, 0.0])),
        (f"{LIGHT}-phi", {"POSITION_ANGLE": "pa", "ANGLE": "x_to_y"}, np.radians([30.0, 90.0])),
        # what the file says of a unit that nobody knows is not used
        ("PLANE_1-REDSHIFT", {"COLUMN": "odd"}, [1.0, 2.0]),
    ],
)
def test_a_column_in_the_unit_of_its_parameter(
    name: str, words: dict[str, str], expected: list[float]
) -> None:
    (values,), remarks = found(name, words)
    # astropy's AB flux of magnitude 0 is 3630.78 Jy
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-4 if "magnitude" in name else 1e-12)
    assert bool(remarks) == ("odd" in words.values())


def test_an_axis_ratio_and_a_position_angle_set_both_components() -> None:
    """East of north by default: 30 degrees are 60 from x, and 90 lie along x."""
    (e1, e2), _ = found(f"{MASS}-ellipticity", {"AXIS_RATIO": "q", "POSITION_ANGLE": "pa"})
    np.testing.assert_allclose(e1, [np.cos(np.radians(120)) / 3, 0.0], atol=1e-12)
    np.testing.assert_allclose(e2, [np.sin(np.radians(120)) / 3, 0.0], atol=1e-12)
    flat, _ = found(f"{MASS}-ellipticity", {"ELLIPTICITY": "q", "POSITION_ANGLE": "pa"})
    np.testing.assert_allclose(np.hypot(*flat)[0], 1 / 3)


def test_a_shear_by_its_angle_or_by_components() -> None:
    words = {"SHEAR": "shear", "POSITION_ANGLE": "pa", "ANGLE": "x_to_y"}
    (gamma1, gamma2), _ = found("PLANE_1-OBJECT_1-SHEAR_PROFILE_1-shear", words)
    np.testing.assert_allclose(gamma1, [0.05, -0.2], atol=1e-12)
    np.testing.assert_allclose(gamma2, [0.1 * np.sin(np.pi / 3), 0.0], atol=1e-12)
    mass, _ = found("PLANE_1-OBJECT_1-SHEAR_PROFILE_1-shear", words | {"TOWARDS": "mass"})
    np.testing.assert_allclose(mass, [-np.array(gamma1), -np.array(gamma2)], atol=1e-12)
    # in the axes east of north the first component is positive along the north
    components = {"GAMMA1": "g1", "GAMMA2": "g2", "ANGLE": "east_of_north"}
    turned, _ = found("PLANE_1-OBJECT_1-SHEAR_PROFILE_1-shear", components)
    np.testing.assert_allclose(turned, [[-0.1, 0.0], [0.0, 0.1]], atol=1e-12)


def test_the_names_of_what_a_pair_sets_keep_band_and_configuration() -> None:
    entry = Entry(f"CONFIGURATION_2-{LIGHT}-ellipticity-r", Place(""), {}, ("g", "r"))
    assert entry.parameters == (f"CONFIGURATION_2-{LIGHT}-e1-r", f"CONFIGURATION_2-{LIGHT}-e2-r")


@pytest.mark.parametrize(
    ("name", "words", "text"),
    [
        (f"{MASS}-theta_E", {"COLUMN": "flux"}, "the column flux of c.fits: the unit 'Jy' does not measure"),
        (f"{MASS}-theta_E", {"COLUMN": "mag"}, "2 numbers in each row"),
        (f"{MASS}-theta_E", {"COLUMN": "mag[2]"}, "beyond the 2 numbers of a row; give up to mag"),
        (f"{MASS}-theta_E", {"COLUMN": "q[0]"}, "has one number in a row; give q alone"),
        ("seeing2", {"COLUMN": "q", "UNIT": "arcsec"}, "that of the parameter is not known; leave it out"),
        (f"{LIGHT}-phi", {"POSITION_ANGLE": "pa", "ANGLE": "east"}, "'east' is no convention of angles"),
    ],
)
def test_what_does_not_fit_is_told(name: str, words: dict[str, str], text: str) -> None:
    with pytest.raises(CatalogError) as caught:
        found(name, words)
    assert text in str(caught.value)


def test_numbers_are_those_of_this_machine() -> None:
    assert numbers(TABLE, "vdisp").dtype == np.dtype("=f8")
