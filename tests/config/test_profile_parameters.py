"""Lists and whole numbers among the parameters of profiles, and amplitudes in place of magnitudes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jaxlens.config import Config, ConfigError
from jaxlens.config.columns import known_names
from jaxlens.config.model import Galaxy
from jaxlens.config.naming import named_quantities
from jaxlens.config.updates import config_dict, set_parameters

LoadText = Callable[[str], Config]
LIGHT, MASS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_1-MASS_PROFILE_1"


pytestmark = pytest.mark.usefixtures("made_profiles")


def with_light(good: str, name: str, parameters: str) -> str:
    """`good.yaml` in which the lens has a light profile with these parameters."""
    old = good[good.index("      NAME: SERSIC_ELLIPSE") : good.index("    MASS_PROFILE_1")]
    return good.replace(old, f"      NAME: {name}\n      PARAMETERS: {{{parameters}}}\n", 1)


def with_mass(good: str, name: str, parameters: str) -> str:
    """`good.yaml` in which the lens has a mass profile with these parameters."""
    old = good[good.index("      NAME: SIE") : good.index("  GALAXY_2")]
    return good.replace(old, f"      NAME: {name}\n      PARAMETERS: {{{parameters}}}\n", 1)


def problems(load_text: LoadText, text: str) -> list[str]:
    """The problems of a text, without file and line."""
    with pytest.raises(ConfigError) as caught:
        load_text(text)
    return [problem.split(": ", 1)[1] for problem in caught.value.problems]


DRAWN = "{DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.3, maximum: 0.6}}}"
DISKS = f"magnitude: 20, amp: [1, 3], sigma: [0.2, {DRAWN}]"


def test_entries_of_a_list_are_parameters(good: str, load_text: LoadText) -> None:
    config = load_text(with_light(good, "DISKS", DISKS))
    named = dict(named_quantities((), config.instrument, config.configurations[0]))
    own = {name.removeprefix(f"{LIGHT}-"): one for name, one in named.items() if name.startswith(LIGHT)}
    assert list(own) == ["magnitude", "amp_0", "amp_1", "sigma_0", "sigma_1", "center_x", "center_y"]
    assert own["sigma_1"].path == "SPECIES.GALAXY_1.LIGHT_PROFILE_1.sigma_1"
    assert own["sigma_1"].support() == (0.3, 0.6)


def test_a_list_of_light_by_band(good: str, load_text: LoadText) -> None:
    config = load_text(
        with_light(good, "DISKS", "magnitude: 20, amp: [1, 3], sigma: [0.2, {g: 0.3, r: 0.4}]")
    )
    named = dict(named_quantities((), config.instrument, config.configurations[0]))
    assert [named[f"{LIGHT}-sigma_{i}"].per_band for i in range(2)] == [False, True]


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ("magnitude: 20, amp: [1, 3], sigma: 0.2", "sigma: is 0.2; give a list, of which each entry is"),
        ("magnitude: 20, amp: [1, 3], sigma: []", "sigma: is an empty list; give a list, of which"),
        ("magnitude: 20, amp: [1, 3], sigma: [0.2]", "sigma: has 1 entry, and amp has 2; give 2 entries"),
        ("magnitude: 20, amp: [1, 3], sigma: [1, -1]", "sigma_1: is -1; it must be above 0"),
        ("magnitude: 20, amp: [1, x], sigma: [1, 1]", "amp_1: is the text 'x'; give a number"),
        ("magnitude: 20, amp: [1, ], sigma: [1, ]", ""),
        ("magnitude: 20, amp: [1, null], sigma: [1, 1]", "amp_1: is empty; give a number"),
        ("magnitude: 20, sigma: [1, 1]", "amp: is missing; give a list"),
        ("amp: [1, 1], sigma: [1, 1]", "magnitude: is missing; give a number"),
    ],
)
def test_problems_of_lists(good: str, load_text: LoadText, parameters: str, says: str) -> None:
    text = with_light(good, "DISKS", parameters)
    if not says:
        assert load_text(text)
        return
    found = problems(load_text, text)
    assert len(found) == 1
    assert found[0].startswith(f"SPECIES.GALAXY_1.LIGHT_PROFILE_1.PARAMETERS.{says}")


def test_the_line_of_an_entry(good: str, load_text: LoadText) -> None:
    text = with_light(good, "DISKS", "magnitude: 20, amp: [1, 1],\n      sigma: [1,\n        -2]")
    with pytest.raises(ConfigError, match=r"^c.yaml:\d+: .*sigma_1: is -2") as caught:
        load_text(text)
    line = int(caught.value.problems[0].split(":")[1])
    assert text.splitlines()[line - 1].strip() == "-2]}"


def test_the_number_of_terms(good: str, load_text: LoadText) -> None:
    own = "magnitude: 20, beta: 0.3, n_max: 2"
    config = load_text(with_light(good, "TERMS", f"{own}, amp: [1, 0, 0, 0, 0, 1]"))
    galaxy = config.configurations[0].planes[0].objects[0][1]
    assert isinstance(galaxy, Galaxy)
    assert galaxy.light[0].integers == (("n_max", 2),)
    (found,) = problems(load_text, with_light(good, "TERMS", f"{own}, amp: [1, 0, 0]"))
    assert found.endswith(
        "amp: has 3 entries, and n_max: 2 has (n_max + 1)(n_max + 2)/2 = 6 terms; give 6 entries"
    )


@pytest.mark.parametrize(
    ("m", "says"),
    [
        ("2.5", "is 2.5; give one whole number of at least 1, the same for all systems and bands"),
        ("0", "is 0; give one whole number of at least 1"),
        ("x", "is the text 'x'; give one whole number"),
        (
            "{DISTRIBUTION: {NAME: uniform_int, PARAMETERS: {minimum: 1, maximum: 4}}}",
            "differs between systems, and the program that makes the images is compiled for one; give one",
        ),
    ],
)
def test_problems_of_whole_numbers(good: str, load_text: LoadText, m: str, says: str) -> None:
    (found,) = problems(load_text, with_mass(good, "WAVES", f"m: {m}"))
    assert found.startswith(f"SPECIES.GALAXY_1.MASS_PROFILE_1.PARAMETERS.m: {says}")


def test_defaults_of_lists(good: str, load_text: LoadText) -> None:
    config = load_text(with_mass(good, "WAVES", "m: 3"))
    named = dict(named_quantities((), config.instrument, config.configurations[0]))
    assert [named[f"{MASS}-a_{i}"].support()[0] for i in range(2)] == [0.1, 0.2]


def test_amp_stands_in_for_the_magnitude_of_what_has_no_flux(good: str, load_text: LoadText) -> None:
    config = load_text(with_light(good, "CONE", "amp: {g: 2.0, r: 3.0}, k: 0.1"))
    named = dict(named_quantities((), config.instrument, config.configurations[0]))
    assert named[f"{LIGHT}-amp"].per_band
    assert f"{LIGHT}-magnitude" not in named
    (found,) = problems(load_text, with_light(good, "CONE", "magnitude: 20, k: 0.1"))
    assert found.endswith(
        "magnitude: has no meaning: the flux of CONE is not finite, since it grows with the radius; "
        "give amp, its amplitude in counts/s/arcsec^2"
    )
    (found,) = problems(
        load_text, with_light(good, "SERSIC", "amp: 1, R_sersic: 1, n_sersic: 1, magnitude: 2")
    )
    assert found.endswith("amp: is not used; give magnitude, which sets the amplitude")


def test_tables_and_updates_know_the_entries(good: str, load_text: LoadText) -> None:
    config = load_text(with_mass(with_light(good, "DISKS", DISKS), "WAVES", "m: 3, a: [0.2, 0.3]"))
    names = known_names(config.cosmology, config.instrument, config.configurations)
    column = names.find(f"CONFIGURATION_1-{LIGHT}-sigma_1-g")
    assert column is not None
    assert (column.parameter, column.band) == (f"{LIGHT}-sigma_1", "g")
    assert names.rules["CONFIGURATION_1"][f"{LIGHT}-sigma_1"].bounds_advice() == "it must be above 0"
    tree = config_dict(config)
    set_parameters(
        tree, config, "CONFIGURATION_1", {f"{LIGHT}-sigma_1-r": 0.9, f"{MASS}-a_0": 0.5, f"{MASS}-m": 4}
    )
    own = tree["SPECIES"]["GALAXY_1"]
    assert own["LIGHT_PROFILE_1"]["PARAMETERS"]["sigma"][1]["r"] == 0.9
    assert own["MASS_PROFILE_1"]["PARAMETERS"] == {"m": 4, "a": [0.5, 0.3]}
