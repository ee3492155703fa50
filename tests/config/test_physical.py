"""What stands in place of parameters: q and phi; M200 with concentration, logM, M and sigma_v."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens.config import Config, ConfigError
from jaxlens.config.model import Galaxy, Profile
from jaxlens.config.physical import AXIS_RATIO, SIGMA_V, forms, forms_of
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

Edit = Callable[[tuple[tuple[str, str], ...]], Config]
PATH = "SPECIES.GALAXY_1.MASS_PROFILE_1.PARAMETERS"
HALO = "M200: 1.0e13\n        concentration: 5"
INSIDE = "\n        "


def halo(parameters: str, name: str = "NFW") -> tuple[tuple[str, str], ...]:
    """The lens is a round profile with these parameters."""
    return (
        ("NAME: SIE", f"NAME: {name}"),
        ("        theta_E: 1.0\n        e1: 0.1\n        e2: -0.1\n", f"        {parameters}\n"),
    )


def mass(config: Config) -> Profile:
    """The first mass profile of the lens."""
    lens = next(one for one in config.species if isinstance(one, Galaxy) and one.mass)
    return lens.mass[0]


def problem(load_edited: Edit, edits: tuple[tuple[str, str], ...]) -> str:
    """The one problem of the file, without its line."""
    with pytest.raises(ConfigError) as error:
        load_edited(edits)
    (found,) = error.value.problems
    return str(found).partition(PATH)[2]


@pytest.mark.parametrize(
    ("name", "parameters", "names"),
    [
        ("NFW", HALO, ["M200", "concentration"]),
        ("NFW", "Rs: 5.0\n        alpha_Rs: 1.0", ["Rs", "alpha_Rs"]),
        ("NFW_MC", "logM: 13.2\n        concentration: 5", ["logM", "concentration"]),
        ("POINT_MASS", "M: 1.0e12", ["M"]),
        ("SIS", "sigma_v: 220", ["sigma_v"]),
    ],
)
def test_what_stands_in_place_of_angles(
    name: str, parameters: str, names: list[str], load_edited: Edit
) -> None:
    profile = mass(load_edited(halo(parameters, name)))
    assert [key for key, _ in profile.parameters][: len(names)] == names
    assert profile.mass_definition == "200c"
    assert profile.name in MASS_PROFILES


def test_the_definition_of_the_mass(load_edited: Edit) -> None:
    assert mass(load_edited(halo(f"{HALO}{INSIDE}mass_definition: vir"))).mass_definition == "vir"
    found = problem(load_edited, halo(f"{HALO}{INSIDE}mass_definition: 500c"))
    assert "'500c' is not a mass definition" in found
    assert "200c" in found
    # it says nothing of angles
    found = problem(load_edited, halo(f"Rs: 5{INSIDE}alpha_Rs: 1{INSIDE}mass_definition: vir"))
    assert ".mass_definition: is not a parameter of NFW" in found


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        (
            f"{HALO}{INSIDE}Rs: 5.0",
            ".M200: stands beside Rs; give M200 and concentration, or Rs and alpha_Rs",
        ),
        (f"{HALO}{INSIDE}logM: 13", ".M200: stands beside logM; give one of the two"),
        ("concentration: 5.0", ".M200: is missing; "),
        ("M200: 1.0e13", ".concentration: is missing; "),
        (f"M200: -1.0{INSIDE}concentration: 5", ".M200: is -1; it must be above 0"),
    ],
)
def test_what_is_refused(parameters: str, found: str, load_edited: Edit) -> None:
    assert problem(load_edited, halo(parameters)).startswith(found)


def test_a_mass_beside_an_einstein_radius(load_edited: Edit) -> None:
    found = problem(load_edited, halo(f"M: 1.0e12{INSIDE}theta_E: 1.0", "POINT_MASS"))
    assert found.startswith(".M: stands beside theta_E; give one of the two")


@pytest.mark.parametrize("angles", ["Rs: 5.0\n        alpha_Rs: 1.0", "Rs: -1.0"])
def test_columns_of_a_table_take_the_place_of_angles(angles: str, load_edited: Edit, tmp_path: Path) -> None:
    prefix = "PLANE_1-OBJECT_1-MASS_PROFILE_1-"
    (tmp_path / "t.txt").write_text(f"{prefix}M200 {prefix}concentration WEIGHT\n2.0e13 6.0 1\n")
    section = "DISTRIBUTIONS: {USERDIST_1: {FILENAME: t.txt, MODE: sample}}\nGEOMETRY:\n"
    config = load_edited((*halo(angles), ("GEOMETRY:\n", section)))
    objects = config.configurations[0].planes[0].objects
    profile = next(one for _, one in objects if isinstance(one, Galaxy) and one.mass).mass[0]
    assert [key for key, _ in profile.parameters][:2] == ["M200", "concentration"]


LIGHT = "n_sersic: 4\n        e1: 0.1\n        e2: -0.1"
SHAPE = f"n_sersic: 4{INSIDE}"


def lens_light(config: Config) -> Profile:
    """The light of the lens."""
    return next(one for one in config.species if isinstance(one, Galaxy) and one.mass).light[0]


def test_an_axis_ratio_stands_in_place_of_the_ellipticity(load_edited: Edit) -> None:
    """In light and in mass, beside a velocity dispersion, with one angle a band, and drawn."""
    angles = f"phi: {{g: 0.1, r: 0.2}}{INSIDE}q: {{DISTRIBUTION: {{NAME: uniform, PARAMETERS: "
    angles += "{minimum: 0.2, maximum: 1}}}"
    drawn = f"sigma_v: 220{INSIDE}q: 1{INSIDE}phi: -4"
    config = load_edited(((LIGHT, f"{SHAPE}{angles}"), *halo(drawn, "SIE")))
    assert config.warnings == ()
    light, lens = dict(lens_light(config).parameters), dict(mass(config).parameters)
    assert list(light)[3:5] == ["q", "phi"]
    assert light["phi"].per_band
    assert not light["q"].per_band
    assert list(lens)[:3] == ["sigma_v", "q", "phi"]


@pytest.mark.parametrize("kind", ["light", "mass"])
@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ("q: 0.8\n        phi: 0.1\n        e1: 0.1", ".q: stands beside e1; give q and phi, or e1 and e2"),
        ("phi: 0.1\n        e2: 0.1\n        q: 0.5", ".q: stands beside e2; give q and phi, or e1 and e2"),
        ("q: 0.8", ".phi: is missing; give a number"),
        ("phi: 0.8", ".q: is missing; give a number"),
        ("q: 0\n        phi: 0.1", ".q: is 0; it must be above 0 and at most 1"),
        ("q: 1.1\n        phi: 0.1", ".q: is 1.1; it must be above 0 and at most 1"),
    ],
)
def test_axis_ratios_that_are_refused(parameters: str, found: str, kind: str, load_edited: Edit) -> None:
    theirs = f"theta_E: 1.0{INSIDE}" if kind == "mass" else SHAPE
    own = f"theta_E: 1.0{INSIDE}e1: 0.1{INSIDE}e2: -0.1" if kind == "mass" else LIGHT
    with pytest.raises(ConfigError) as error:
        load_edited(((own, f"{theirs}{parameters}"),))
    (problem,) = error.value.problems
    assert f"{kind.upper()}_PROFILE_1.PARAMETERS{found}" in problem


def test_an_axis_ratio_that_may_be_above_1_is_remarked(load_edited: Edit) -> None:
    normal = "{DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 0.8, std: 0.1}}}"
    (warning,) = load_edited(((LIGHT, f"{SHAPE}q: {normal}{INSIDE}phi: 0"),)).warnings
    assert "above 1 with probability" in warning


def test_which_profiles_have_an_axis_ratio_in_place_of_the_ellipticity() -> None:
    """Those with e1 and e2; SERSIC_ELLIPSE_Q_PHI and others keep the q and phi of their own."""
    for profile in (*LIGHT_PROFILES.values(), *MASS_PROFILES.values()):
        expected = {"e1", "e2"} <= {*profile.parameters}
        assert (AXIS_RATIO in forms(profile)) == expected
    assert forms(LIGHT_PROFILES["SERSIC_ELLIPSE_Q_PHI"]) == ()
    given = ["sigma_v", "gamma", "q", "phi"]
    assert forms_of(MASS_PROFILES["EPL_Q_PHI"], given) == (SIGMA_V,)
    assert forms_of(MASS_PROFILES["EPL"], given) == (SIGMA_V, AXIS_RATIO)
