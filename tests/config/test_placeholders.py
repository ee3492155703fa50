"""Numbers of the file that tables replace wherever they are used: they may be anything, or missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.config import Config, ConfigError
from jaxlens.config.model import Galaxy, PointSource

Load = Callable[..., Config]
LIGHT, MASS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_1-MASS_PROFILE_1"


def without_brightness(config: Config) -> list[str]:
    """The warnings but for those of magnitudes and skies, which are 0.5 in the tables of these tests."""
    absurd = ("brighter than any", "makes noise of")
    return [line for line in config.warnings if not any(words in line for words in absurd)]


@pytest.fixture
def load(load_edited: Load, tmp_path: Path) -> Load:
    """`good.yaml` with changes, and a table of the columns."""

    def load(columns: str, *edits: tuple[str, str], row: str = "0.5", mode: str = "sample") -> Config:
        # a night sky and a galaxy, whose numbers would be a warning if they were as small as the others
        values = ["20.5" if "magnitude" in name or "sky" in name else row for name in columns.split()]
        (tmp_path / "t.txt").write_text(f"{columns} WEIGHT\n{' '.join(values)} 1\n")
        section = f"DISTRIBUTIONS: {{USERDIST_1: {{FILENAME: t.txt, MODE: {mode}}}}}\nGEOMETRY:\n"
        return load_edited((*edits, ("GEOMETRY:\n", section)))

    return load


def problems(load: Load, columns: str, *edits: tuple[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(columns, *edits)
    return caught.value.problems


@pytest.mark.parametrize("mode", ["sample", "iterate"])
@pytest.mark.parametrize(
    ("column", "edit"),
    [
        (f"{LIGHT}-R_sersic", ("R_sersic: 1.0", "R_sersic: 0.0")),
        (f"CONFIGURATION_1-{LIGHT}-n_sersic", ("n_sersic: 4", "n_sersic: -1")),
        (f"{LIGHT}-magnitude-g {LIGHT}-magnitude_r", ("        magnitude: 19.5\n", "")),
        (f"{LIGHT}-magnitude", ("magnitude: 19.5", "magnitude: from the table")),
        (f"{LIGHT}-magnitude", ("magnitude: 19.5", "magnitude:")),
        (f"{LIGHT}-magnitude", ("magnitude: 19.5", "magnitude: {g: 20, i: 19}")),
        (f"{LIGHT}-magnitude-r", ("magnitude: 19.5", "magnitude: {g: 20}")),
        (f"{LIGHT}-n_sersic-r", ("n_sersic: 4", "n_sersic: {g: 4, r: -4}")),
        (
            f"{LIGHT}-R_sersic",
            (
                "R_sersic: 1.0",
                "R_sersic: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 5, maximum: 1}}}",
            ),
        ),
        (
            f"{LIGHT}-R_sersic",
            ("R_sersic: 1.0", "R_sersic: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: -9, std: 1}}}"),
        ),
        (f"{LIGHT}-R_sersic", ("R_sersic: 1.0", "R_sersic: {DISTRIBUTION: {NAME: nonsense}}")),
        (f"{MASS}-theta_E-g", ("theta_E: 1.0", "theta_E: -1")),
        (f"{MASS}-theta_E", ("        theta_E: 1.0\n", "")),
        (f"{MASS}-sigma_v", ("        theta_E: 1.0\n", "")),
        (f"{MASS}-sigma_v", ("theta_E: 1.0", "theta_E: -1")),
        (f"{MASS}-theta_E", ("theta_E: 1.0", "sigma_v: -1")),
        ("seeing", ("seeing: 0.9", "seeing: 0")),
        ("seeing", ("    seeing: 0.9\n", "")),
        (
            "CONFIGURATION_1-seeing CONFIGURATION_2-seeing-g CONFIGURATION_2-seeing-r",
            ("seeing: 0.9", "seeing: 0"),
        ),
        ("exposure_time", ("exposure_time: 90", "exposure_time: -1")),
        ("sky_brightness", ("    sky_brightness: 21.5\n", "")),
        ("H0", ("H0: 70", "H0: 0")),
        ("PLANE_2-OBJECT_2-magnitude", ("magnitude: 22\n", "magnitude: null\n")),
        ("PLANE_2-OBJECT_2-sep", ("sep: 0.1", "sep: none")),
        ("NOISE_SOURCE_1-mean", ("mean: 2.0", "mean: -2.0")),
        ("CONFIGURATION_1-PLANE_1-OBJECT_1-REDSHIFT", ("REDSHIFT: 0.3", "REDSHIFT: -1")),
        ("CONFIGURATION_1-PLANE_1-REDSHIFT", ("      PARAMETERS:\n        REDSHIFT: 0.3\n", "")),
        ("CONFIGURATION_1-PLANE_1-REDSHIFT", ("REDSHIFT: 0.3", "REDSHIFT: 1.0")),
    ],
)
def test_a_number_that_a_table_replaces_may_be_anything(
    load: Load, column: str, edit: tuple[str, str], mode: str
) -> None:
    """Nothing is said of it, and the Config has a number of the table in its place."""
    config = load(column, edit, mode=mode)
    assert without_brightness(config) == []
    text = repr((config.configurations, config.species, config.instrument, config.cosmology))
    assert "nan" not in text


def test_equal_placeholder_redshifts(load: Load, tmp_path: Path) -> None:
    columns = "CONFIGURATION_1-PLANE_1-REDSHIFT CONFIGURATION_1-PLANE_2-OBJECT_2-REDSHIFT"
    for value in ("-1", "0.5"):
        edits = [(f"REDSHIFT: {old}", f"REDSHIFT: {value}") for old in ("0.3", "1.0")]
        with pytest.raises(ConfigError, match="no row has its redshifts in order"):
            load(columns, *edits)
        found = problems(load, "seeing", *edits)
        assert len(found) == (2 if value == "-1" else 1)


def test_all_of_PARAMETERS_from_a_table(load: Load) -> None:
    edit = (
        "      PARAMETERS:\n        magnitude: 19.5\n        R_sersic: 1.0\n        n_sersic: 4\n"
        "        e1: 0.1\n        e2: -0.1\n",
        "",
    )
    names = [f"{LIGHT}-{name}" for name in ("magnitude", "R_sersic", "n_sersic", "e1", "e2")]
    assert without_brightness(load(" ".join(names), edit)) == []
    (found,) = problems(load, " ".join(names[1:]), edit)
    assert found.startswith("c.yaml:26: SPECIES.GALAXY_1.LIGHT_PROFILE_1.PARAMETERS: is missing")


@pytest.mark.parametrize(
    ("columns", "edit", "end"),
    [
        (
            f"{LIGHT}-magnitude-g",
            ("        magnitude: 19.5\n", ""),
            "magnitude: is missing; give a number, a DISTRIBUTION or a mapping by band; "
            "no table sets it in CONFIGURATION_1 in r",
        ),
        (
            "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-R_sersic",
            ("R_sersic: 0.4", "R_sersic: 0"),
            "R_sersic: is 0; it must be above 0; no table sets it in CONFIGURATION_2",
        ),
        (
            "CONFIGURATION_2-seeing",
            ("seeing: 0.9", "seeing: -1"),
            "seeing: is -1; it must be above 0; no table sets it in CONFIGURATION_1",
        ),
        (
            "seeing-g",
            ("    seeing: 0.9\n", ""),
            "seeing: is missing; give a number, a DISTRIBUTION or a mapping by band; "
            "no table sets it in CONFIGURATION_1 in r and CONFIGURATION_2 in r",
        ),
        (f"{LIGHT}-R_sersic", ("n_sersic: 4", "n_sersic: 0"), "n_sersic: is 0; it must be above 0"),
        (
            f"{LIGHT}-n_sersic-g",
            ("n_sersic: 4", "n_sersic: {g: 4, r: -4}"),
            "n_sersic.r: is -4; it must be above 0; no table sets it in CONFIGURATION_1",
        ),
    ],
)
def test_the_error_stays_where_a_configuration_is_not_covered(
    load: Load, columns: str, edit: tuple[str, str], end: str
) -> None:
    (found,) = problems(load, columns, edit)
    assert found.endswith(end)


def test_a_species_twice_in_a_configuration(load: Load) -> None:
    edits = [("OBJECT_2: AGN", "OBJECT_2: AGN\n      OBJECT_3: LENS"), ("R_sersic: 1.0", "R_sersic: 0")]
    second = "PLANE_2-OBJECT_3-LIGHT_PROFILE_1-R_sersic"
    (found,) = problems(load, f"{LIGHT}-R_sersic", *edits)
    assert found.endswith("R_sersic: is 0; it must be above 0")
    assert load(f"{LIGHT}-R_sersic {second}", *edits).joints


def test_two_tables_and_a_normal_together_cover_a_number(load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("CONFIGURATION_1-seeing-g WEIGHT\n0.5 1\n")
    (tmp_path / "u.txt").write_text("CONFIGURATION_2-seeing\n0.5\n")
    moments = "MEAN: [0.0], COVARIANCE: [[0.01]], LOG: true"
    normal = f"MULTIVARIATE_NORMAL_1: {{PARAMS: [CONFIGURATION_1-seeing-r], {moments}}}"
    tables = "USERDIST_1: {FILENAME: t.txt, MODE: sample}\n  USERDIST_2: {FILENAME: u.txt, MODE: iterate}"
    edits = [("seeing: 0.9", "seeing: 0")]
    section = f"DISTRIBUTIONS:\n  {tables}\n  {normal}\nGEOMETRY:\n"
    config = load_edited((*edits, ("GEOMETRY:\n", section)))
    assert config.warnings == ()
    assert 0.5 <= dict(config.instrument.quantities)["seeing"].support()[0] <= 1.0


def test_values_of_the_table_are_still_checked(load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load(f"{LIGHT}-R_sersic", ("R_sersic: 1.0", "R_sersic: 0"), row="-2")
    (found,) = caught.value.problems
    assert (
        found
        == f"t.txt:2: {LIGHT}-R_sersic: is -2, and rows like it have 100% of the weight; it must be above 0"
    )


def test_a_function_of_SPECIAL_uses_a_number_before_a_table_replaces_it(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jaxlens.config import special_functions

    monkeypatch.setattr(special_functions, "SPECIALS", dict(special_functions.SPECIALS))
    monkeypatch.setattr("jaxlens.config.special_calls.SPECIALS", special_functions.SPECIALS)
    special_functions.special("same")(lambda values, argument, bands: values)
    for name, refused in (("brighten_everything: [LIGHT_PROFILE_1-1]", False), ("same: [x]", True)):
        edits = [
            ("    NAME: LENS\n", f"    NAME: LENS\n    SPECIAL: {{{name}}}\n"),
            ("R_sersic: 1.0", "R_sersic: 0"),
        ]
        if refused:
            assert problems(load, f"{LIGHT}-R_sersic", *edits)[0].endswith("is 0; it must be above 0")
        else:
            assert load(f"{LIGHT}-R_sersic", *edits).warnings == ()


def test_sigma_v_of_a_table_takes_the_place_of_theta_E(load: Load) -> None:
    for configuration in ("", "CONFIGURATION_1-"):
        lens = load(f"{configuration}{MASS}-sigma_v-g", row="210").configurations[0].planes[0].objects[0][1]
        assert isinstance(lens, Galaxy)
        assert [name for name, _ in lens.mass[0].parameters][:2] == ["sigma_v", "e1"]


@pytest.mark.parametrize("prefix", [LIGHT, MASS])
def test_axis_ratios_of_a_table_take_the_place_of_ellipticities(prefix: str, load: Load) -> None:
    """Beside sigma_v in place of theta_E."""
    galaxy = load(f"{prefix}-q {prefix}-phi {MASS}-sigma_v").configurations[0].planes[0].objects[0][1]
    assert isinstance(galaxy, Galaxy)
    profiles = {LIGHT: galaxy.light[0], MASS: galaxy.mass[0]}
    for own, profile in profiles.items():
        names = dict(profile.parameters).keys()
        assert names & {"q", "phi", "e1", "e2"} == ({"q", "phi"} if own == prefix else {"e1", "e2"})
    assert "sigma_v" in dict(profiles[MASS].parameters)


def test_ellipticities_of_a_table_take_the_place_of_axis_ratios(load: Load) -> None:
    edit = ("n_sersic: 4\n        e1: 0.1\n        e2: -0.1", "n_sersic: 4\n        q: 0.7\n        phi: 0.2")
    galaxy = load(f"{LIGHT}-e1 {LIGHT}-e2", edit).configurations[0].planes[0].objects[0][1]
    assert isinstance(galaxy, Galaxy)
    assert dict(galaxy.light[0].parameters).keys() & {"q", "phi", "e1", "e2"} == {"e1", "e2"}


def test_sigma_v_of_one_configuration(load: Load) -> None:
    """The other keeps the theta_E of the file, which must be right."""
    plane = "      OBJECT_1: {}\n      PARAMETERS:\n        REDSHIFT: {}"
    behind = plane.format("SOURCE", 0.5)
    second = (behind, f"{plane.format('LENS', 0.2)}\n    PLANE_2:\n{behind}")
    config = load(f"CONFIGURATION_1-{MASS}-sigma_v", second, row="210")
    kept = [one.planes[0].objects[0][1] for one in config.configurations]
    assert [dict(lens.mass[0].parameters).keys() & {"theta_E", "sigma_v"} for lens in kept] == [  # type: ignore[union-attr]
        {"sigma_v"},
        {"theta_E"},
    ]
    (found,) = problems(load, f"CONFIGURATION_1-{MASS}-sigma_v", second, ("theta_E: 1.0", "theta_E: -1"))
    assert found.endswith("theta_E: is -1; it must be at least 0; no table sets it in CONFIGURATION_2")


def test_sep_from_a_table_has_the_unit_and_the_angle_of_the_file(load: Load) -> None:
    def agn(*edits: tuple[str, str], columns: str = "PLANE_2-OBJECT_2-sep") -> PointSource:
        config = load(columns, *edits)
        assert columns == "seeing" or config.warnings == ()
        found = config.configurations[0].planes[1].objects[1][1]
        assert isinstance(found, PointSource)
        return found

    kpc = ("      sep: 0.1\n      sep_unit: arcsec\n", "      sep_unit: kpc\n      angle: 1.5\n")
    source = agn(kpc)
    assert source.sep is not None
    assert source.angle is not None
    assert (source.sep.support()[0], source.sep_unit, source.angle.support()[0]) == (0.5, "kpc", 1.5)
    source = agn(kpc, columns="seeing")
    assert (source.sep, source.sep_unit, source.angle) == (None, "arcsec", None)
    wrong = ("      sep: 0.1\n      sep_unit: arcsec\n", "      sep_unit: pc\n      angle: x\n")
    agn(wrong, columns="seeing")
    assert [text.split(": ", 3)[2] for text in problems(load, "PLANE_2-OBJECT_2-sep", wrong)] == [
        "is not the unit of the sep that a table gives; it must be one of arcsec, kpc",
        "is the text 'x'; give a number or a DISTRIBUTION",
    ]


def test_the_map_of_iterated_backgrounds_is_a_table(load_edited: Load, tmp_path: Path) -> None:
    """In its configurations alone, and not where the image of the nearest row is taken."""
    (tmp_path / "sky").mkdir()
    for band in "gr":
        fits.writeto(tmp_path / "sky" / f"{band}.fits", np.zeros((2, 16, 16), np.float32))
    (tmp_path / "sky" / "map.txt").write_text("seeing\n0.5\n0.6\n")
    for both, iterate, refused in ((True, "true", False), (False, "true", True), (True, "false", True)):
        configurations = "[PAIR, SINGLE]" if both else "[PAIR]"
        section = f"{{PATH: sky, CONFIGURATIONS: {configurations}, ITERATE: {iterate}}}"
        edits = (("seeing: 0.9", "seeing: 0"), ("GEOMETRY:\n", f"BACKGROUNDS: {section}\nGEOMETRY:\n"))
        if refused:
            with pytest.raises(ConfigError, match="seeing: is 0; it must be above 0"):
                load_edited(edits)
        else:
            assert dict(load_edited(edits).instrument.quantities)["seeing"].support() == (0.5, 0.5)
