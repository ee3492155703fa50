"""Simulators whose truth is tested."""

import pytest


@pytest.fixture
def crowded(small_quasar):
    """`small_quasar` with neighbours, a second lens galaxy and stars in the foreground."""
    species = small_quasar["SPECIES"]
    light = {"magnitude": {"g": 21.0, "r": 20.5}, "R_sersic": 0.3, "n_sersic": 1.0, "e1": 0.0, "e2": 0.0}
    light |= {"center_x": 0.0, "center_y": 0.0}
    species["GALAXY_3"] = {"NAME": "NEIGHBOUR", "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light}}
    second = {"theta_E": 0.2, "center_x": 1.7, "center_y": 0.4}
    species["GALAXY_4"] = {"NAME": "SECOND", "MASS_PROFILE_1": {"NAME": "SIS", "PARAMETERS": second}}
    species["POINTSOURCE_2"] = {
        "NAME": "STAR",
        "HOST": "Foreground",
        "PARAMETERS": {"magnitude": 19.0, "ra_image": 0.0, "dec_image": 0.0},
    }
    del species["POINTSOURCE_2"]["PARAMETERS"]["ra_image"], species["POINTSOURCE_2"]["PARAMETERS"]["dec_image"]
    number = {"DISTRIBUTION": {"NAME": "uniform_int", "PARAMETERS": {"minimum": 0, "maximum": 2}}}
    plane = small_quasar["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]
    plane["OBJECT_2"] = "SECOND"
    plane["OBJECT_3"] = {"NAME": "NEIGHBOUR", "NUMBER": number, "POSITION": {"within": 2.0, "outside": 1.0}}
    plane["OBJECT_4"] = {"NAME": "STAR", "NUMBER": number, "POSITION": {"within": 2.0}}
    return small_quasar
