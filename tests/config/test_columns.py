"""Column names of tables, and the parameters that they mean."""

from __future__ import annotations

import pytest

from jaxlens.config import load_config
from jaxlens.config.columns import Names, known_names
from jaxlens.config.model import Column, Config
from jaxlens.config.naming import named_quantities

LIGHT = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"


@pytest.fixture(scope="module")
def config() -> Config:
    """The packaged example of four configurations: a lens, a quasar, noise, a foreground star."""
    return load_config("four_configurations")


@pytest.fixture(scope="module")
def names(config: Config) -> Names:
    return known_names(config.cosmology, config.instrument, config.configurations)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("seeing", Column(None, "seeing")),
        ("seeing-g", Column(None, "seeing", "g")),
        ("seeing_g", Column(None, "seeing", "g")),
        (f"{LIGHT}-R_sersic-i", Column(None, f"{LIGHT}-R_sersic", "i")),
        (f"{LIGHT}-R_sersic", Column(None, f"{LIGHT}-R_sersic")),
        (f"CONFIGURATION_2-{LIGHT}-magnitude-r", Column("CONFIGURATION_2", f"{LIGHT}-magnitude", "r")),
        # the band is ignored where the parameter is the same in all bands
        (f"{MASS}-theta_E-g", Column(None, f"{MASS}-theta_E")),
        (f"CONFIGURATION_1-{MASS}-theta_E_r", Column("CONFIGURATION_1", f"{MASS}-theta_E")),
        (f"{LIGHT}-center_x-g", Column(None, f"{LIGHT}-center_x")),
        ("H0-g", Column(None, "H0")),
        ("pixel_scale-g", Column(None, "pixel_scale")),
        # a plane's redshift under its own name and those of its objects
        ("PLANE_2-REDSHIFT", Column(None, "PLANE_2-OBJECT_1-REDSHIFT")),
        ("PLANE_2-OBJECT_2-REDSHIFT-g", Column(None, "PLANE_2-OBJECT_1-REDSHIFT")),
        # short names
        ("ELLIPTICAL.theta_E", Column(None, f"{MASS}-theta_E")),
        ("CONFIGURATION_1-MASS_PROFILE_1-theta_E-g", Column("CONFIGURATION_1", f"{MASS}-theta_E")),
        ("PLANE_1.LIGHT_PROFILE_1.magnitude_r", Column(None, f"{LIGHT}-magnitude", "r")),
        # no match, or several: CONFIGURATION_4 has two
        ("magnitude", None),
        ("theta_E", None),
        ("seeings", None),
        ("seeing-q", None),
        (f"CONFIGURATION_9-{MASS}-theta_E", None),
        ("PLANE_2-OBJECT_9-REDSHIFT", None),
        ("__class__", None),
        ("", None),
    ],
)
def test_what_a_name_means(names: Names, name: str, column: Column | None) -> None:
    assert names.find(name) == column


def test_every_parameter_of_every_configuration_is_found(config: Config, names: Names) -> None:
    """And its rule agrees with where it can be by band."""
    for one in config.configurations:
        for name, _ in named_quantities(config.cosmology, config.instrument, one):
            assert names.find(f"{one.label}-{name}") == Column(one.label, name)
            column = names.find(f"{name}-{config.bands[0]}")
            assert column is not None
            assert (column.band is not None) == names.rules[one.label][name].by_band


def test_a_column_sets_its_parameter_where_there_is_one(config: Config, names: Names) -> None:
    """A noise source is in some configurations only."""
    noisy = {one.label for one in config.configurations if one.noise}
    assert noisy
    assert noisy < {one.label for one in config.configurations}
    column = Column(None, "NOISE_SOURCE_1-mean")
    assert set(names.targets(column)) == noisy
    assert set(names.targets(Column("CONFIGURATION_1", "H0"))) == {"CONFIGURATION_1"}


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("seing", "did you mean seeing?"),
        ("fwhm", "did you mean seeing?"),
        (f"{MASS}-einstein_radius-g", f"did you mean {MASS}-theta_E-g?"),
        (f"{LIGHT}-mag", f"did you mean {LIGHT}-magnitude?"),
        ("seing-g", "did you mean seeing-g?"),
        (f"{MASS}-thetaE", f"did you mean {MASS}-theta_E"),
        (f"CONFIGURATION_1-{MASS}-thetaE-g", f"did you mean CONFIGURATION_1-{MASS}-theta_E-g"),
        (
            "CONFIGURATION_9-seeing",
            "the configurations are CONFIGURATION_1, CONFIGURATION_2, CONFIGURATION_3, CONFIGURATION_4",
        ),
        ("42", "Simulator.parameter_names lists the names of parameters"),
    ],
)
def test_the_nearest_names(names: Names, name: str, advice: str) -> None:
    assert names.advice(name).startswith(advice)


def test_several_near_names_are_listed(names: Names) -> None:
    found = names.advice(f"{LIGHT}-e3")
    assert found.startswith("did you mean ")
    assert f"{LIGHT}-e1" in found
    assert " or " in found


def test_the_names_of_some_configurations(names: Names) -> None:
    one = names.only(("CONFIGURATION_2",))
    assert one.find("CONFIGURATION_1-seeing") is None
    assert one.find("CONFIGURATION_2-seeing") == Column("CONFIGURATION_2", "seeing")
