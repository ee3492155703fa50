"""Objects with NUMBER in lenstronomy: a profile for each copy that the system shows, at its place."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens import Simulator
from tests.exchange.lenstronomy_files import file, params

POISSON = {"DISTRIBUTION": {"NAME": "poisson", "PARAMETERS": {"mean": 1.0}}}


def test_the_copies_that_are_shown_are_profiles() -> None:
    config = file()
    lens = {"NAME": "SIS", "PARAMETERS": {"theta_E": 0.3, "center_x": 0.1}}
    config["SPECIES"]["GALAXY_2"] = {"NAME": "MEMBER", "MASS_PROFILE_1": lens}
    plane = config["GEOMETRY"]["CONFIGURATION_1"]
    plane["PLANE_2"] = plane.pop("PLANE_1")
    plane["PLANE_1"] = {
        "OBJECT_1": {"NAME": "MEMBER", "NUMBER": POISSON, "MAX": 3, "POSITION": {"within": 2.0}},
        "PARAMETERS": {"REDSHIFT": 0.2},
    }
    # no quasar, whose images would be searched for
    del plane["PLANE_2"]["OBJECT_2"]
    simulator = Simulator(config)
    values = {name.replace("PLANE_1", "PLANE_2"): value for name, value in params(1).items()}
    values["PLANE_1-OBJECT_1-REDSHIFT"] = np.array([0.2])
    values["PLANE_1-OBJECT_1-NUMBER"] = np.array([2.0])
    for k in (1, 2, 3):
        own = {"theta_E": 0.3 + 0.1 * k, "center_x": 0.1, "center_y": 0.0}
        prefix = f"PLANE_1-OBJECT_1_{k}"
        values |= {f"{prefix}-MASS_PROFILE_1-{name}": np.array([value]) for name, value in own.items()}
        values |= {f"{prefix}-sep": np.array([0.5 * k]), f"{prefix}-angle": np.array([0.5 * np.pi])}
    wanted = {name: values[name] for name in simulator.parameter_names}
    asked = simulator.to_lenstronomy(wanted)["g"]
    assert asked["kwargs_model"]["lens_model_list"] == ["SIS", "SIS"]
    assert asked["kwargs_model"]["source_light_model_list"] == ["SERSIC_ELLIPSE"]
    lenses = asked["kwargs_params"]["kwargs_lens"]
    assert [one["theta_E"] for one in lenses] == pytest.approx([0.4, 0.5])
    assert [one["center_x"] for one in lenses] == pytest.approx([0.1, 0.1])
    assert [one["center_y"] for one in lenses] == pytest.approx([0.5, 1.0])
