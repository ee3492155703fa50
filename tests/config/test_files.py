"""The name of the directory that is written to, and files that are larger than they may be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlens.config import Config, ConfigError
from jaxlens.config.files import check_outdir
from jaxlens.config.reader import MAX_CHARACTERS
from jaxlens.config.transients import cadences

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
RIGHT = "give a directory, or . for the working directory"


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_name_is_not_the_working_directory(text: str) -> None:
    with pytest.raises(ValueError, match=f"outdir is empty; {RIGHT}"):
        check_outdir(text)


@pytest.mark.parametrize("text", ["a\0b", "half \ud800", "\udc80 byte"])
def test_characters_that_no_directory_can_have(text: str) -> None:
    with pytest.raises(ValueError, match=r"outdir has the character '.*', which no name can have"):
        check_outdir(text)


@pytest.mark.parametrize("text", [".", "out", "/tmp/a b", "Bilder/Größe"])
def test_other_names(text: str) -> None:
    assert check_outdir(f" {text}") == text


@pytest.mark.parametrize("written", ["''", "' '", "None", "~", "[a]"])
def test_OUTDIR(written: str, load_edited: LoadEdited) -> None:
    with pytest.raises(ConfigError, match=rf"^c\.yaml:5: DATASET\.PARAMETERS\.OUTDIR: is .*; {RIGHT}$"):
        load_edited((("OUTDIR: out", f"OUTDIR: {written}"),))
    assert load_edited((("OUTDIR: out", "OUTDIR: ."),)).outdir == "."


def test_a_large_cadence_is_not_cut(
    load_edited: LoadEdited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of more characters than a configuration may have is read to its end, or refused."""
    rows = [f"{night},{band}" for night in range(50) for band in "gr"]
    comment = "#" + "-" * MAX_CHARACTERS
    (tmp_path / "nights.csv").write_text("mjd,band\n" + comment + "\n" + "\n".join(rows) + "\n")
    noise = "    NOISE_SOURCE_1: POISSON_NOISE\n"
    series = f"{noise}    TIMESERIES: {{OBJECTS: [AGN], NITES: nights.csv}}\n"
    change = ((noise, series), ("    NAME: AGN\n", "    NAME: AGN\n    MODEL: static\n"))
    monkeypatch.setattr(cadences, "MAX_BYTES", 100)
    with pytest.raises(ConfigError, match=r"nights\.csv: is over 0 MB; give the nights of fewer pointings"):
        load_edited(change)
    monkeypatch.undo()
    config = load_edited(change)
    assert config.configurations[0].series is not None
    assert config.configurations[0].series.cadence.epochs == 50


def test_a_table_with_far_more_names_than_words(load_edited: LoadEdited, tmp_path: Path) -> None:
    """Rows times names would be 10^10 numbers."""
    names = " ".join(f"a{i}" for i in range(100_000))
    (tmp_path / "t.txt").write_text(names + "\n" + "1\n" * 100_000)
    section = "DISTRIBUTIONS:\n  USERDIST_1: {FILENAME: t.txt, MODE: sample}\nGEOMETRY:\n"
    with pytest.raises(ConfigError, match=r"t\.txt:2: has 1 of the 100000 columns"):
        load_edited((("GEOMETRY:\n", section),))
