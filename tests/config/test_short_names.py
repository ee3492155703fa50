"""Short names of parameters: what they mean, and what is said where they mean several or nothing."""

from __future__ import annotations

import pytest

from jaxlens.config import load_config
from jaxlens.config.examples import examples
from jaxlens.config.naming import named_quantities
from jaxlens.config.short_names import ShortNames, object_names, objects_in

MASS, LIGHT = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
OTHER, SOURCE = "PLANE_1-OBJECT_2-MASS_PROFILE_1", "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
NAMES = [f"{MASS}-theta_E", f"{MASS}-e1", f"{LIGHT}-e1", f"{OTHER}-e1", f"{SOURCE}-e1", "seeing", "x-seeing"]
OBJECTS = {
    "PLANE_1-OBJECT_1": ("LENS",),
    "PLANE_1-OBJECT_2": ("A-SATELLITE",),
    "PLANE_2-OBJECT_1": ("SOURCE", "QUASAR.HOST"),
}
SHORT = ShortNames(NAMES, OBJECTS)


@pytest.mark.parametrize(
    ("given", "full"),
    [
        (f"{MASS}-theta_E", f"{MASS}-theta_E"),
        ("theta_E", f"{MASS}-theta_E"),
        ("OBJECT_1-MASS_PROFILE_1-theta_E", f"{MASS}-theta_E"),
        ("OBJECT_1.MASS_PROFILE_1.theta_E", f"{MASS}-theta_E"),
        ("LENS.theta_E", f"{MASS}-theta_E"),
        ("LENS-theta_E", f"{MASS}-theta_E"),
        ("LENS.MASS_PROFILE_1.e1", f"{MASS}-e1"),
        ("A-SATELLITE.e1", f"{OTHER}-e1"),
        ("SATELLITE.e1", f"{OTHER}-e1"),
        ("SOURCE.e1", f"{SOURCE}-e1"),
        ("QUASAR.HOST.e1", f"{SOURCE}-e1"),
        ("PLANE_2.e1", f"{SOURCE}-e1"),
        # a full name means itself, also where another one ends so
        ("seeing", "seeing"),
        ("x.seeing", "x-seeing"),
    ],
)
def test_a_name_means_the_only_one_that_has_its_words(given: str, full: str) -> None:
    assert SHORT.full(given) == full


@pytest.mark.parametrize(
    "given", ["heta_E", "E", "ENS.theta_E", "theta_E.LENS", "theta_E-LENS", "", "-", "e3"]
)
def test_a_name_ends_and_begins_at_the_border_of_words(given: str) -> None:
    assert SHORT.meant(given) == ()


def test_an_ambiguous_name_lists_what_it_may_mean() -> None:
    with pytest.raises(ValueError, match="e1 in free may mean ") as error:
        SHORT.full("e1", "free")
    for name in (f"{MASS}-e1", f"{LIGHT}-e1", f"{OTHER}-e1", f"{SOURCE}-e1 (SOURCE.e1)"):
        assert name in str(error.value)
    assert SHORT.meant("LENS.e1") == (f"{MASS}-e1", f"{LIGHT}-e1")
    many = ShortNames([f"PLANE_{k}-a" for k in range(40)])
    with pytest.raises(ValueError, match="PLANE_11-a or one of 28 more; give"):
        many.full("a")


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ("theta_F", rf"did you mean {MASS}-theta_E\?"),
        ("sedeing", "did you mean seeing"),
        (f"{MASS}-theta_e", rf"did you mean {MASS}-theta_E\?"),
        ("einstein_radius", rf"did you mean {MASS}-theta_E\?"),
        ("weather", "it must be one of "),
        (3, "3 is no parameter; it is an int, and a name is a text"),
    ],
)
def test_an_unknown_name_suggests(given: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        SHORT.full(given)


def test_two_names_of_one_parameter_are_refused() -> None:
    assert SHORT.full_keys({"theta_E": 1, "seeing": 2}) == {f"{MASS}-theta_E": 1, "seeing": 2}
    with pytest.raises(ValueError, match=f"'theta_E' and 'LENS.theta_E' of fixed are both {MASS}-theta_E"):
        SHORT.full_keys({"theta_E": 1, "LENS.theta_E": 2}, "fixed")


def test_names_of_one_thing_are_no_ambiguity() -> None:
    names = {"PLANE_1-REDSHIFT": "z", "PLANE_1-OBJECT_1-REDSHIFT": "z"}
    assert ShortNames(names).full("REDSHIFT") == "z"


@pytest.mark.parametrize("name", ["double_source_plane", "lensed_supernova_series"])
def test_the_shortest_name_of_each_number_of_a_packaged_file_means_it(name: str) -> None:
    assert name in examples()
    config = load_config(name)
    configuration = config.configuration()
    named = named_quantities(config.cosmology, config.instrument, configuration)
    objects = object_names(configuration)
    short = ShortNames((own for own, _ in named), objects)
    found = {own: short.shortest(own) for own, _ in named}
    assert {own: short.full(one) for own, one in found.items()} == {own: own for own in found}
    assert all(len(one) <= len(own) for own, one in found.items())
    assert objects_in(config.text, configuration.label) == objects
