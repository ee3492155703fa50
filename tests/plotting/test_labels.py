"""Short labels of parameters."""

from jaxlens.plotting.labels import axis_labels

LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"


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
