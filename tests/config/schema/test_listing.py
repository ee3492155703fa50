"""Every key of a configuration file as a list."""

from __future__ import annotations

from jaxlens.config.instrument import IMAGE
from jaxlens.config.schema import keys, profile_keys
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES


def test_every_key_says_what_it_is_in_one_sentence() -> None:
    found = keys()
    assert len(found) > 1000
    for key in found:
        assert key.text.endswith("."), key.path
        assert key.type, key.path
    assert len({key.path for key in found}) == len(found)


def test_numbers_of_the_reader_are_there() -> None:
    paths = {key.path: key for key in keys()}
    assert {f"IMAGE.PARAMETERS.{name}" for name in IMAGE} <= paths.keys()
    theta = paths["SPECIES.GALAXY_n.MASS_PROFILE_n.PARAMETERS (SIE).theta_E"]
    assert (theta.unit, theta.required) == ("arcsec", False)
    assert paths["GEOMETRY.CONFIGURATION_n.PLANE_n.OBJECT_n.POSITION.within"].required
    assert paths["SPECIES.POINTSOURCE_n.PARAMETERS.sep_unit"].type == "one of arcsec, kpc"


def test_the_keys_of_every_profile() -> None:
    for profile in (*LIGHT_PROFILES.values(), *MASS_PROFILES.values()):
        assert set(profile.parameters) <= set(profile_keys(profile))
    assert "magnitude" in profile_keys(LIGHT_PROFILES["SERSIC"])
    assert {"image_index", "flip"} <= set(profile_keys(LIGHT_PROFILES["INTERPOL"]))
