"""A time series that is not asked for is not refused, and nights are tables like others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens.config import Config, ConfigError, load_config

Load = Callable[..., Config]
SERIES = "    TIMESERIES: {OBJECTS: [AGN], NITES: visits.csv, PEAK: 0}\n"
EDITS = (
    ("    HOST: SOURCE\n", "    HOST: SOURCE\n    MODEL: flat\n"),
    ("    FRACTION: 0.5\n", f"    FRACTION: 0.5\n{SERIES}"),
    ("magnitude_zero_point", "num_exposures: 1\n    magnitude_zero_point"),
)
VISITS = "mjd,filter,seeing\n0,g,0.8\n0,r,0.7\n7,g,0.9\n7,r,0.6\n"


def asked_for(name: str, *edits: tuple[str, str], load: Load) -> tuple[str, tuple[str, ...]]:
    """The only problem of the whole file, and the warnings where only one configuration is asked for."""
    with pytest.raises(ConfigError) as caught:
        load((*EDITS, *edits))
    (problem,) = caught.value.problems
    return problem, load_config("c.yaml", configurations=name).warnings


@pytest.mark.parametrize(
    "edit",
    [
        ("NITES: visits.csv", "NITES: nights.yaml"),
        ("OBJECTS: [AGN]", "OBJECTS: [SUPERNOVA]"),
        ("PEAK: 0", "PEAK: soon"),
        ("MODEL: flat", "MODEL: round"),
        ("num_exposures: 1", "num_exposures: 2"),
        ("NITES: visits.csv", "NITES: broken.yaml"),
    ],
)
def test_a_series_that_is_not_asked_for(load_edited: Load, tmp_path: Path, edit: tuple[str, str]) -> None:
    (tmp_path / "visits.csv").write_text(VISITS)
    (tmp_path / "broken.yaml").write_text("POINTING_1: {g: [1, 2")
    problem, warnings = asked_for("SINGLE", edit, load=load_edited)
    assert warnings == (f"{problem} (in CONFIGURATION_1, not asked for)",)


def test_a_cadence_that_two_configurations_name(load_edited: Load, tmp_path: Path) -> None:
    """It is wrong for each of them."""
    (tmp_path / "visits.csv").write_text(VISITS.replace("0.9", "x"))
    second = (
        "      OBJECT_1: SOURCE\n      PARAMETERS:\n        REDSHIFT: 0.5",
        "      OBJECT_1: SOURCE\n      OBJECT_2: AGN\n      PARAMETERS:\n        REDSHIFT: 0.5\n"
        + SERIES.rstrip(),
    )
    for name in ("PAIR", "SINGLE"):
        with pytest.raises(ConfigError, match=r"visits.csv:4"):
            load_edited((*EDITS, second))
        with pytest.raises(ConfigError, match=r"visits.csv:4"):
            load_config("c.yaml", configurations=name)


def test_conditions_of_the_nights_replace_the_file_s(load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text(VISITS)
    problem, warnings = asked_for("PAIR", ("seeing: 0.9", "seeing: 0"), load=load_edited)
    assert problem.endswith("seeing: is 0; it must be above 0; no table sets it in CONFIGURATION_2")
    assert len(warnings) == 1
    config = load_config("c.yaml", configurations="PAIR")
    assert dict(config.instrument.quantities)["seeing"].support() == (0.8, 0.8)


def test_the_peak_of_a_table_replaces_the_file_s(load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text(VISITS)
    (tmp_path / "t.txt").write_text("CONFIGURATION_1-PEAK WEIGHT\n3 1\n")
    table = ("GEOMETRY:\n", "DISTRIBUTIONS: {USERDIST_1: {FILENAME: t.txt, MODE: sample}}\nGEOMETRY:\n")
    config = load_edited((*EDITS, ("PEAK: 0", "PEAK: unknown"), table))
    assert config.warnings == ()
    series = config.configurations[0].series
    assert series is not None
    assert dict(series.peaks)["PEAK"].support() == (3, 3)
