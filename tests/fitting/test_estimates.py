"""A result is a dictionary of its free parameters, whose names may be cut to a unique ending."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.fitting.estimates import Estimate
from tests.fitting.test_result import NAMES, result

pytestmark = pytest.mark.slow


@pytest.mark.long
def test_a_name_gives_value_and_error() -> None:
    found = result()
    value, sigma = found["theta_E"]
    assert (value, sigma) == (found.values[0, 0], found.sigma[0, 0])
    assert found["theta_E"] == found[NAMES[0]] == found["OBJECT_1-MASS_PROFILE_1-theta_E"]
    assert list(found) == list(found.keys()) == list(NAMES)
    assert dict(found)["gamma1"].value == found.values[0, 2]
    assert "gamma1" in found
    assert "theta_E" not in found, "a short name is no key"


@pytest.mark.long
def test_of_several_images_there_are_arrays() -> None:
    found = result(3)
    np.testing.assert_array_equal(found["magnitude-g"].value, found.values[:, 1])
    np.testing.assert_array_equal(found["magnitude-g"].sigma, found.sigma[:, 1])


@pytest.mark.long
def test_a_name_that_means_none_or_several_is_refused() -> None:
    with pytest.raises(KeyError, match="did you mean gamma1"):
        result()["gamma2"]
    names = ("PLANE_1-OBJECT_1-MASS_PROFILE_1-e1", "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-e1", "gamma1")
    with pytest.raises(KeyError, match=r"MASS_PROFILE_1-e1.*.*PLANE_1-OBJECT_1-LIGHT_PROFILE_1-e1"):
        result(names=names)["e1"]


def test_a_value_is_printed_with_two_digits_of_its_error() -> None:
    assert str(Estimate(1.23456, 0.00321)) == "1.2346 +- 0.0032"
    assert str(Estimate(20.0, 12.0)) == "20 +- 12"
    assert str(Estimate(1.0, 0.0)) == "1.0000 +- 0.0000"
    assert str(Estimate(np.array([1.0, 2.0]), np.array([0.1, 0.25]))) == "1.00 +- 0.10, 2.00 +- 0.25"
