"""What masses cannot do together is a problem: lines of sight, and delays without a potential."""

from __future__ import annotations

import pytest
import yaml

from jaxlens.config import ConfigError, load_config
from jaxlens.config.naming import image_slots

MASS = {"NAME": "SIE", "PARAMETERS": {"theta_E": 1.0, "e1": 0.1, "e2": 0.0}}
LINE = {"NAME": "LOS", "PARAMETERS": {"kappa_od": 0.02, "gamma1_os": 0.03}}
DIPOLE = {"NAME": "DIPOLE", "PARAMETERS": {"com_x": 0.0, "com_y": 0.0, "phi_dipole": 0.4, "coupling": 0.1}}


@pytest.fixture
def tree(good: str):
    """The good file with the configuration of the lens alone."""
    found = yaml.safe_load(good)
    del found["GEOMETRY"]["CONFIGURATION_2"]
    found["GEOMETRY"]["CONFIGURATION_1"]["FRACTION"] = 1.0
    return found


def problems(tree) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_config(tree)
    return caught.value.problems


def test_a_line_of_sight_in_the_lens_is_legal_and_its_parameters_have_defaults(tree):
    tree["SPECIES"]["GALAXY_1"]["MASS_PROFILE_2"] = LINE
    (configuration,) = load_config(tree).configurations
    lens = configuration.planes[0].objects[0][1]
    assert dict(lens.mass[1].parameters)["omega_ds"].draws[0].parameters[0][1] == 0.0
    assert image_slots(configuration) == 6


def test_there_is_one_line_of_sight(tree):
    tree["SPECIES"]["GALAXY_1"] |= {"MASS_PROFILE_2": LINE, "MASS_PROFILE_3": LINE | {"NAME": "LOS_FLEXION"}}
    (problem,) = problems(tree)
    assert problem == (
        "<dict>: GEOMETRY.CONFIGURATION_1.PLANE_1.OBJECT_1: has LOS_FLEXION in MASS_PROFILE_3, but LENS has "
        "LOS; a configuration has one of them"
    )


def test_a_line_of_sight_has_one_lens_plane(tree):
    tree["SPECIES"]["GALAXY_1"]["MASS_PROFILE_2"] = LINE
    tree["SPECIES"]["GALAXY_3"] = {"NAME": "FAR", "MASS_PROFILE_1": MASS}
    planes = tree["GEOMETRY"]["CONFIGURATION_1"]
    planes["PLANE_3"] = planes["PLANE_2"] | {"PARAMETERS": {"REDSHIFT": 2.0}}
    planes["PLANE_2"] = {"OBJECT_1": "FAR", "PARAMETERS": {"REDSHIFT": 0.6}}
    (problem,) = problems(tree)
    assert "has LOS in MASS_PROFILE_2, but FAR of PLANE_2 has mass too; it is for" in problem


def test_a_line_of_sight_has_one_source_plane(tree):
    tree["SPECIES"]["GALAXY_1"]["MASS_PROFILE_2"] = LINE
    planes = tree["GEOMETRY"]["CONFIGURATION_1"]
    planes["PLANE_3"] = {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 2.0}}
    (problem,) = problems(tree)
    assert "is for one source plane, but there are PLANE_2 and PLANE_3; put all sources" in problem


def test_a_series_behind_a_mass_without_a_potential_is_a_problem(tree):
    tree["SPECIES"]["GALAXY_1"]["MASS_PROFILE_2"] = DIPOLE
    load_config(tree)
    tree["SPECIES"]["POINTSOURCE_1"]["MODEL"] = "agn_drw"
    tree["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"] = {"OBJECTS": ["AGN"], "NITES": [0, 1]}
    (problem,) = problems(tree)
    assert problem.startswith(
        "<dict>: GEOMETRY.CONFIGURATION_1.TIMESERIES.OBJECTS: are behind MASS_PROFILE_2 of"
    )
    assert "DIPOLE, which has no potential" in problem
    # a line of sight has delays of its own
    tree["SPECIES"]["GALAXY_1"]["MASS_PROFILE_2"] = LINE
    load_config(tree)


def test_every_mass_that_is_not_linear_may_make_images(tree):
    tree["SPECIES"]["GALAXY_1"]["MASS_PROFILE_2"] = DIPOLE
    (configuration,) = load_config(tree).configurations
    assert image_slots(configuration) == 12
