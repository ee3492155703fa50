"""What is never used is never refused: species in no configuration, configurations that are not asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens.config import Config, ConfigError, load_config

Load = Callable[..., Config]
HALO = """  GALAXY_3:
    NAME: HALO
    LIGHT_PROFILE_1: {NAME: SERSIK, PARAMETERS: {magnitude: x}}
    MASS_PROFILE_1: {NAME: NFW}
    COLOUR: red
"""
UNUSED = "is in no configuration, so it is never used"
ELSEWHERE = "(in CONFIGURATION_2, not asked for)"
# What is wrong with CONFIGURATION_2 of `good.yaml` alone, and the end of the problem.
FAULTS = {
    "redshift": (("REDSHIFT: 0.5", "REDSHIFT: -1"), "REDSHIFT: is -1; it must be above 0"),
    "key": (
        ("NAME: SINGLE", "NAME: SINGLE\n    PLANES: 2"),
        "PLANES: is not a key that is known here; did you mean PLANE_n?",
    ),
    "object": (
        ("PLANE_1:\n      OBJECT_1: SOURCE", "PLANE_1:\n      OBJECT_1: SAUCE"),
        "OBJECT_1: 'SAUCE' is no galaxy or point source of SPECIES; did you mean SOURCE?",
    ),
    "fraction": (
        ("NAME: SINGLE\n    FRACTION: 0.5", "NAME: SINGLE\n    FRACTION: half"),
        "FRACTION: is the text 'half'; give a number between 0 and 1",
    ),
    "plane": (
        ("    PLANE_1:\n      OBJECT_1: SOURCE\n      PARAMETERS:\n        REDSHIFT: 0.5\n", ""),
        "PLANE_1: is missing; give at least one plane",
    ),
}


@pytest.mark.parametrize(
    ("edit", "line", "name"),
    [
        (("  POINTSOURCE_1:\n", f"{HALO}  POINTSOURCE_1:\n"), "c.yaml:48: SPECIES.GALAXY_3", "HALO"),
        (
            ("  NOISE_1:\n", "  POINTSOURCE_2: {NAME: STAR, HOST: NOBODY, MODEL: x}\n  NOISE_1:\n"),
            "c.yaml:55: SPECIES.POINTSOURCE_2",
            "STAR",
        ),
        (("    NOISE_SOURCE_1: POISSON_NOISE\n", ""), "c.yaml:55: SPECIES.NOISE_1", "POISSON_NOISE"),
        (
            ("  NOISE_1:\n", "  NOISE_2: {NAME: WHITE, PARAMETERS: 3}\n  NOISE_1:\n"),
            "c.yaml:55: SPECIES.NOISE_2",
            "WHITE",
        ),
        (("  NOISE_1:\n", "  GALAXY_9: a galaxy\n  NOISE_1:\n"), "c.yaml:55: SPECIES.GALAXY_9", "GALAXY_9"),
        (("      OBJECT_2: AGN\n", ""), "c.yaml:48: SPECIES.POINTSOURCE_1", "AGN"),
    ],
)
def test_a_species_in_no_configuration_is_a_warning(
    load_edited: Load, edit: tuple[str, str], line: str, name: str
) -> None:
    config = load_edited((edit,))
    assert config.warnings == (f"{line}: {name} {UNUSED}",)
    is_wrong = name not in ("POISSON_NOISE", "AGN")
    assert config.passed_over == (config.warnings if is_wrong else ())
    assert (name in [one.name for one in config.species]) != is_wrong


def test_it_is_an_error_where_a_name_may_mean_it(load_edited: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load_edited((("OBJECT_1: LENS", "OBJECT_1: LENSE"), ("R_sersic: 1.0", "R_sersic: 0")))
    assert [problem.split(":")[1] for problem in caught.value.problems] == ["30", "64"]


def test_the_name_of_two_species(load_edited: Load) -> None:
    """Which one a configuration means is unclear, unless none has the name."""
    twice = ("  NOISE_1:\n", HALO.replace("HALO", "LENS") + "  NOISE_1:\n")
    with pytest.raises(ConfigError, match=r"GALAXY_3\.NAME: 'LENS' is the name of GALAXY_1"):
        load_edited((twice,))
    other = (HALO + HALO.replace("GALAXY_3", "GALAXY_4")).replace("SERSIK", "SERSIC")
    config = load_edited((("  NOISE_1:\n", f"{other}  NOISE_1:\n"),))
    assert [text.split(": ")[2] for text in config.warnings] == [f"HALO {UNUSED}"] * 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_configuration_that_is_not_asked_for(load_edited: Load, fault: str, tmp_path: Path) -> None:
    edit, end = FAULTS[fault]
    with pytest.raises(ConfigError) as caught:
        load_edited((edit,))
    (problem,) = caught.value.problems
    assert problem.endswith(end)
    config = load_config("c.yaml", configurations="PAIR")
    assert config.warnings == config.passed_over == (f"{problem} {ELSEWHERE}",)
    first, second = config.configurations
    assert (first.label, first.problems) == ("CONFIGURATION_1", ())
    assert (second.label, second.problems, second.planes) == ("CONFIGURATION_2", (problem,), ())
    for use in (
        lambda: config.configuration("CONFIGURATION_2"),
        config.chosen,
        lambda: load_config(config, configurations=["SINGLE"]),
    ):
        with pytest.raises(ConfigError) as caught:
            use()
        assert caught.value.problems == (problem,)
    for names in (["CONFIGURATION_2"], ["CONFIGURATION_1", "CONFIGURATION_2"]):
        with pytest.raises(ConfigError) as caught:
            load_config("c.yaml", configurations=names)
        assert caught.value.problems == (problem,)


def test_a_species_that_only_another_configuration_has(load_edited: Load) -> None:
    """LENS, AGN and the noise are in the first configuration alone; the source is in both."""
    edits = [
        ("R_sersic: 1.0", "R_sersic: 0"),
        ("NAME: SIE", "NAME: SEI"),
        ("mean: 2.0", "mean: -2"),
        ("HOST: SOURCE", "HOST: LENS"),
    ]
    with pytest.raises(ConfigError) as caught:
        load_edited(tuple(edits))
    assert len(caught.value.problems) == 4
    config = load_config("c.yaml", configurations="SINGLE")
    assert config.warnings == tuple(
        f"{problem} (in CONFIGURATION_1, not asked for)" for problem in caught.value.problems
    )
    assert [one.name for one in config.species] == ["SOURCE", "AGN"]
    with pytest.raises(ConfigError, match=r"n_sersic: is 0; it must be above 0$"):
        load_edited((("n_sersic: 1", "n_sersic: 0"),))
    with pytest.raises(ConfigError, match=r"n_sersic: is 0; it must be above 0$"):
        load_config("c.yaml", configurations="SINGLE")


def test_a_number_that_only_another_configuration_uses(load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("CONFIGURATION_1-seeing WEIGHT\n0.5 1\n")
    section = "DISTRIBUTIONS: {USERDIST_1: {FILENAME: t.txt, MODE: sample}}\nGEOMETRY:\n"
    with pytest.raises(ConfigError):
        load_edited((("seeing: 0.9", "seeing: 0"), ("GEOMETRY:\n", section)))
    config = load_config("c.yaml", configurations="CONFIGURATION_1")
    assert dict(config.instrument.quantities)["seeing"].support() == (0.5, 0.5)
    (problem,) = config.warnings
    assert problem.endswith(f"seeing: is 0; it must be above 0 {ELSEWHERE}")


@pytest.mark.parametrize(
    "table",
    [
        "CONFIGURATION_2-PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic WEIGHT\n-1 1\n",
        "CONFIGURATION_2-PLANE_1-REDSHIFT WEIGHT\n-1 1\n",
        "CONFIGURATION_2-seeing CONFIGURATION_2-seeing_g WEIGHT\n1 1 1\n",
    ],
)
def test_a_table_of_another_configuration(load_edited: Load, tmp_path: Path, table: str) -> None:
    (tmp_path / "t.txt").write_text(table)
    mode = "interpolate" if "seeing" in table else "sample"
    section = f"DISTRIBUTIONS: {{USERDIST_1: {{FILENAME: t.txt, MODE: {mode}}}}}\nGEOMETRY:\n"
    with pytest.raises(ConfigError) as caught:
        load_edited((("GEOMETRY:\n", section),))
    (problem,) = caught.value.problems
    config = load_config("c.yaml", configurations="CONFIGURATION_1")
    assert f"{problem} {ELSEWHERE}" in config.warnings


def test_backgrounds_of_another_configuration(load_edited: Load) -> None:
    section = "BACKGROUNDS: {PATH: nowhere, CONFIGURATIONS: [CONFIGURATION_2]}\nGEOMETRY:\n"
    with pytest.raises(ConfigError, match="'nowhere' is no folder"):
        load_edited((("GEOMETRY:\n", section),))
    assert load_config("c.yaml", configurations="CONFIGURATION_1").warnings[0].endswith(ELSEWHERE)


@pytest.mark.parametrize(
    "edit",
    [
        ("GEOMETRY:\n", "GEOMETRY: {}\nX:\n"),
        ("GEOMETRY:\n", "GEOMETRY:\n  CONFIGURATIONS_3: {}\n"),
        ("FRACTION: 0.5", "FRACTION: 0.7"),
        ("numPix: 16", "numPix: 0"),
        ("seeing: 0.9", "seeing: 0"),
    ],
)
def test_what_concerns_the_whole_file_stays_an_error(load_edited: Load, edit: tuple[str, str]) -> None:
    for configurations in (None, "CONFIGURATION_1"):
        with pytest.raises(ConfigError):
            load_edited((edit,))
        with pytest.raises(ConfigError):
            load_config("c.yaml", configurations=configurations)


def test_a_configuration_that_is_not_there(load_edited: Load) -> None:
    load_edited(())
    with pytest.raises(
        ValueError, match=r"configuration 'PAIRS' is not in the file; it has CONFIGURATION_1 \(PAIR\)"
    ):
        load_config("c.yaml", configurations=["PAIRS"])


@pytest.mark.parametrize(
    "edits",
    [
        (("seeing: 0.9", "seeing: 0"),),
        (("    seeing: 0.9\n", ""),),
        (("seeing: 0.9", "seeing: {g: 1}"),),
        (("seeing: 0.9", "seeing: none"),),
        (
            ("    read_noise: 7\n", "    background_noise: 0.1\n    read_noise: -1\n"),
            ("sky_brightness: 21.5", "sky_brightness: none"),
        ),
        (("    read_noise: 7\n", "    read_noise: 7\n    ccd_gain: 0\n"),),
    ],
)
def test_numbers_that_nothing_uses(load_edited: Load, edits: tuple[tuple[str, str], ...]) -> None:
    """The seeing has no effect without a PSF, nor the gain on electrons, nor the sky beside its noise."""
    config = load_edited((("psf_type: GAUSSIAN", "psf_type: 'NONE'"), *edits))
    assert config.warnings == ()
    assert "nan" not in repr(config.instrument)


def test_settings_of_another_PSF(load_edited: Load) -> None:
    numbers = "    moffat_beta: 0\n    convolution_kernel_size: 4\n    supersampling_kernel_size: many\n"
    config = load_edited((("    read_noise: 7\n", f"    read_noise: 7\n{numbers}"),))
    assert [text.split(": ", 2)[2] for text in config.warnings] == [
        "has no effect, since psf_type is GAUSSIAN"
    ] * 3


def test_files_that_nothing_used_includes(load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / "halo.yaml").write_text("NAME: HALO\nMASS_PROFILE_1: {NAME: NFW}\n")
    for name, word in (("halo", "HALO"), ("nowhere", "GALAXY_3")):
        config = load_edited((("  NOISE_1:\n", f"  GALAXY_3: {{INPUT: {name}.yaml}}\n  NOISE_1:\n"),))
        assert [text.split(": ", 2)[2] for text in config.warnings] == [f"{word} {UNUSED}"]


def test_a_configuration_in_a_file_that_is_not_there(load_edited: Load) -> None:
    """It may have the species that no other configuration has."""
    plane = "    PLANE_1:\n      OBJECT_1: SOURCE\n      PARAMETERS:\n        REDSHIFT: 0.5\n"
    edits = [(plane, "    INPUT: nowhere.yaml\n"), ("  NOISE_1:\n", f"{HALO}  NOISE_1:\n")]
    with pytest.raises(ConfigError) as caught:
        load_edited(tuple(edits))
    assert len(caught.value.problems) > 3
    config = load_config("c.yaml", configurations="PAIR")
    assert config.warnings == tuple(f"{problem} {ELSEWHERE}" for problem in caught.value.problems)


def test_a_table_of_what_nothing_uses(load_edited: Load, tmp_path: Path) -> None:
    """Its values are not checked either; they are in the metadata."""
    (tmp_path / "t.txt").write_text("seeing WEIGHT\n0 1\n-1 1\n")
    table = ("GEOMETRY:\n", "DISTRIBUTIONS: {USERDIST_1: {FILENAME: t.txt, MODE: sample}}\nGEOMETRY:\n")
    config = load_edited((("psf_type: GAUSSIAN", "psf_type: 'NONE'"), ("seeing: 0.9", "seeing: x"), table))
    assert config.warnings == ()
    assert dict(config.instrument.quantities)["seeing"].support() == (0, 0)
    with pytest.raises(ConfigError, match=r"t.txt:2: seeing: is 0"):
        load_edited((("seeing: 0.9", "seeing: x"), table))


def test_one_of_several_configurations_must_be_named() -> None:
    config = load_config("four_configurations")
    with pytest.raises(ValueError, match=r"several configurations; name one of CONFIGURATION_1 \("):
        config.configuration()
