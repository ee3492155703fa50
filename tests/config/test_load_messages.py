"""What is said about arguments of a wrong kind, and how a Config shows itself."""

from __future__ import annotations

from typing import Any

import pytest

from jaxlens.config import ConfigError, load_config


@pytest.mark.parametrize("config", [None, 3, ["galaxy_galaxy"]])
def test_what_is_no_configuration_is_named(config: Any) -> None:
    with pytest.raises(
        TypeError, match=f"config is a {type(config).__name__}; give a YAML file, the name of"
    ):
        load_config(config)


def test_bands_that_are_no_names() -> None:
    bands: Any = 3
    with pytest.raises(ValueError, match="bands=3 is no list of names; give the names of bands, as g,r,i"):
        load_config("galaxy_galaxy", bands=bands)


def test_a_config_is_one_line() -> None:
    labels = "CONFIGURATION_1 (LENSED), CONFIGURATION_2 (NOT_LENSED)"
    assert repr(load_config("lens_or_not")) == f"Config('LensOrNot', 100 systems of {labels}, in g, r, i)"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        (
            "roman_seeing",
            "the survey roman has no distributions; its preset has the numbers, see `jaxlens surveys",
        ),
        ("ztf_exposures", "the survey ztf has ztf_magnitude_zero_point, ztf_seeing, ztf_sky_brightness; its"),
        ("seeing_of_des", "it must be one of"),
        ("uniforn", "did you mean uniform?"),
    ],
)
def test_a_distribution_that_a_survey_has_not(load_edited: Any, name: str, advice: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_edited((("seeing: 0.9", f"seeing: {{DISTRIBUTION: {{NAME: {name}}}}}"),))
    assert f"{name!r} is not a distribution; {advice}" in str(caught.value)
