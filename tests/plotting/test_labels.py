"""Short labels of parameters."""

from jaxlens.plotting.labels import axis_labels, short_names

LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"


def test_a_short_name_is_the_shortest_ending_that_no_other_name_has():
    names = [
        f"{LENS}-LIGHT_PROFILE_1-R_sersic",
        f"{SOURCE}-LIGHT_PROFILE_1-R_sersic",
        f"{LENS}-SHEAR_PROFILE_1-gamma1",
    ]
    assert short_names(names) == [*names[:2], "gamma1"]
    assert short_names(["a-b", "c-b", "b"]) == ["a-b", "c-b", "b"]


def test_labels_have_symbols_units_and_what_tells_them_apart():
    names = [
        f"{LENS}-MASS_PROFILE_1-theta_E",
        f"{LENS}-LIGHT_PROFILE_1-center_x",
        f"{SOURCE}-LIGHT_PROFILE_2-center_x",
        f"{SOURCE}-magnitude-g",
        f"{SOURCE}-magnitude-r",
        "own_number",
    ]
    assert axis_labels(names, ["g", "r"]) == [
        r"$\theta_\mathrm{E}$ (arcsec)",
        "$x$ (arcsec)\nplane 1, light 1",
        "$x$ (arcsec)\nplane 2, light 2",
        "$m$ (mag)\ng",
        "$m$ (mag)\nr",
        "own_number",
    ]
