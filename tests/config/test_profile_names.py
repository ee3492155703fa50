"""Names of profiles: aliases, a name whose meaning changed, and names that do not belong in their place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jaxlens.config import Config, ConfigError
from jaxlens.config.aliases import CHANGED_MASSES, LIGHT_ALIASES, MASS_ALIASES
from jaxlens.config.model import Galaxy
from jaxlens.kernels.registry import LIGHT_PROFILES, MASS_PROFILES

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
SIE = "      NAME: SIE\n"


def test_no_alias_hides_a_profile() -> None:
    assert not LIGHT_ALIASES.keys() & LIGHT_PROFILES.keys()
    assert not MASS_ALIASES.keys() & MASS_PROFILES.keys()


def test_an_alias_is_the_profile_of_today(load_edited: LoadEdited) -> None:
    config = load_edited(
        ((SIE + "      PARAMETERS:\n", "      NAME: PEMD\n      PARAMETERS:\n        gamma: 2\n"),)
    )
    lens = config.configurations[0].planes[0].objects[0][1]
    assert isinstance(lens, Galaxy)
    assert lens.mass[0].name == "EPL"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (SIE, "SEI", "'SEI' is not a mass profile; did you mean SIE?"),
        (SIE, "PEND", "'PEND' is not a mass profile; did you mean PEMD?"),
        (SIE, "xyzzy", "'xyzzy' is not a mass profile; the command `jaxlens profiles` lists them"),
        (
            SIE,
            "UNIFORM",
            "'UNIFORM' is a light profile, and a mass profile belongs here; move it to a LIGHT_PROFILE_n",
        ),
        (
            "      NAME: SERSIC\n",
            "PEMD",
            "'PEMD' is a mass profile, and a light profile belongs here; move it to a MASS_PROFILE_n",
        ),
    ],
)
def test_names_that_are_not_legal(load_edited: LoadEdited, old: str, new: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_edited(((old, f"      NAME: {new}\n"),))
    assert [problem.split("NAME: ")[1] for problem in caught.value.problems] == [says]


def test_a_name_that_had_another_meaning(load_edited: LoadEdited, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile is that of today, with a warning that has the name of the other one."""
    (name,) = CHANGED_MASSES
    monkeypatch.setitem(MASS_PROFILES, name, MASS_PROFILES["SIS"])
    parameters = "        theta_E: 1.0\n        e1: 0.1\n        e2: -0.1\n"
    config = load_edited(((SIE, f"      NAME: {name}\n"), (parameters, "        theta_E: 1.0\n")))
    (warning,) = config.warnings
    assert "NAME: means today's profile of lenstronomy" in warning
    assert "GAUSSIAN_POTENTIAL" in warning
