"""Files whose truth is known by formulas, or has every kind of object."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def isothermal(small_quasar: dict[str, Any]) -> dict[str, Any]:
    """`small_quasar` behind an isothermal sphere in the centre, with a source at a place that a test sets."""
    species = small_quasar["SPECIES"]
    del species["GALAXY_1"]["SHEAR_PROFILE_1"]
    sphere = {"theta_E": 1.0, "center_x": 0.0, "center_y": 0.0}
    species["GALAXY_1"]["MASS_PROFILE_1"] = {"NAME": "SIS", "PARAMETERS": sphere}
    return small_quasar


@pytest.fixture
def crowded(isothermal: dict[str, Any]) -> dict[str, Any]:
    """`isothermal` with a second lens galaxy, neighbours and stars, and without its quasar."""
    species = isothermal["SPECIES"]
    del species["POINTSOURCE_1"], isothermal["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"]
    light = {"magnitude": {"g": 21.0, "r": 20.5}, "R_sersic": 0.3, "n_sersic": 1.0}
    profile = {"NAME": "SERSIC", "PARAMETERS": light | {"center_x": 0.0, "center_y": 0.0}}
    second = {"theta_E": 0.2, "center_x": 1.7, "center_y": 0.4}
    species["GALAXY_3"] = {"NAME": "NEIGHBOUR", "LIGHT_PROFILE_1": profile}
    species["GALAXY_4"] = {"NAME": "SECOND", "MASS_PROFILE_1": {"NAME": "SIS", "PARAMETERS": second}}
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 19.0}}
    species["POINTSOURCE_2"] = star
    number = {"DISTRIBUTION": {"NAME": "uniform_int", "PARAMETERS": {"minimum": 0, "maximum": 2}}}
    plane = isothermal["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]
    plane["OBJECT_2"] = "SECOND"
    plane["OBJECT_3"] = {"NAME": "NEIGHBOUR", "NUMBER": number, "POSITION": {"within": 2.0, "outside": 1.0}}
    plane["OBJECT_4"] = {"NAME": "STAR", "NUMBER": number, "POSITION": {"within": 2.0}}
    return isothermal
