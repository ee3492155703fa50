"""How YAML 1.1 reads numbers and words: what may mean two things is refused, what is odd is warned about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.scalars import MAX_NUMBER_LENGTH

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
EXPOSURE = "exposure_time: 90"
WHERE = "c.yaml:12: IMAGE.PARAMETERS.exposure_time: "


def exposure_time(config: Config) -> float:
    return config.reach("exposure_time")[0]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("010", "is 010, which YAML reads as 8 (octal); write 8, or 10 if that is meant"),
        ("1:30", "is '1:30', which YAML reads as 90 (base 60); write a plain number"),
        ("0o10", "is the text '0o10', an octal number of YAML 1.2; write 8, or 10 if that is meant"),
        ("yes", "is yes, which YAML reads as true; give a number, a DISTRIBUTION or a mapping by band"),
        ("Off", "is Off, which YAML reads as false; give a number, a DISTRIBUTION or a mapping by band"),
        ("1e308", "is 1e308; the largest number is 3.4e+38"),
        ("1e-320", "is 1e-320, which is 0 in single precision; write 0, or a number of at least 1.2e-38"),
    ],
)
def test_what_is_refused(written: str, problem: str, load_edited: LoadEdited) -> None:
    with pytest.raises(ConfigError) as caught:
        load_edited(((EXPOSURE, f"exposure_time: {written}"),))
    assert caught.value.problems == (WHERE + problem,)


@pytest.mark.parametrize(
    ("written", "value", "remark"),
    [
        ("08", 8.0, "is 08, which YAML reads as a text; it is taken for 8, so write 8"),
        ("'010'", 10.0, "is 010, which YAML reads as a text; it is taken for 10, so write 10"),
        ("0x10", 16.0, "is 0x10, which YAML reads as 16 (hexadecimal); write 16"),
        ("0b11", 3.0, "is 0b11, which YAML reads as 3 (binary); write 3"),
        ("1_0", 10.0, "is 1_0, which YAML reads as 10; write 10"),
        ("1_000", 1000.0, ""),
        ("007", 7.0, ""),
        ("08.5", 8.5, ""),
    ],
)
def test_what_is_warned_about(written: str, value: float, remark: str, load_edited: LoadEdited) -> None:
    config = load_edited(((EXPOSURE, f"exposure_time: {written}"),))
    assert exposure_time(config) == value
    assert config.warnings == ((WHERE + remark,) if remark else ())


@pytest.mark.parametrize("word", ["yes", "010", "1:30", "0x10", "1e3"])
def test_names_are_as_they_are_written(word: str, load_edited: LoadEdited) -> None:
    config = load_edited((("NAME: Small", f"NAME: {word}"), ("BANDS: g,r", f"BANDS: [{word}, r]"), BY_BAND))
    assert config.name == word
    assert config.bands == (word, "r")


BY_BAND = ("{g: 22.0, r: 21.5}", "22.0")


@pytest.mark.parametrize(
    "number",
    ["1" + ":30" * 200_000, "1" * 600_000, "0." + "1" * 600_000, "0x" + "f" * 600_000, "1" * 101],
    ids=["base 60", "decimal", "float", "hexadecimal", "101 digits"],
)
def test_long_numbers_are_not_read(number: str, load_edited: LoadEdited) -> None:
    """Base 60 takes the square of the length: 25 s for these."""
    with pytest.raises(
        ConfigError, match=rf"is a number of {len(number)} characters; write it with at most 100"
    ):
        load_edited(((EXPOSURE, f"exposure_time: {number}"),))


def test_long_numbers_of_a_dictionary(good: str) -> None:
    """Python does not write a number of 5000 digits."""
    tree: dict[str, Any] = yaml.safe_load(good)
    tree["IMAGE"]["PARAMETERS"]["numPix"] = 10**5000
    with pytest.raises(ConfigError, match=rf"numPix: is over 10\^{MAX_NUMBER_LENGTH}; give a smaller number"):
        load_config(tree)


CHARACTERS = {"NUL": r"\0", "bell": r"\a", "half": r"\ud800", "undecoded byte": r"\udc80"}
PLACES = {
    "DATASET.NAME": ("NAME: Small", "NAME: {}"),
    "DATASET.PARAMETERS.OUTDIR": ("OUTDIR: out", "OUTDIR: {}"),
    "SURVEY.PARAMETERS.BANDS.1": ("BANDS: g,r", "BANDS: [{}, r]"),
    "SPECIES.GALAXY_1.NAME": ("NAME: LENS", "NAME: {}"),
    "SURVEY.PARAMETERS.INPUT": ("    seeing: 0.9\n", "    seeing: 0.9\n    INPUT: {}\n"),
    "DISTRIBUTIONS.USERDIST_1.FILENAME": (
        "GEOMETRY:\n",
        "DISTRIBUTIONS:\n  USERDIST_1: {{FILENAME: {}, MODE: sample}}\nGEOMETRY:\n",
    ),
}


@pytest.mark.parametrize("character", CHARACTERS.values(), ids=CHARACTERS)
@pytest.mark.parametrize("path", PLACES)
def test_characters_that_no_name_can_have(path: str, character: str, load_edited: LoadEdited) -> None:
    old, new = PLACES[path]
    with pytest.raises(ConfigError, match=r"has the character '.*', which no name can have") as caught:
        load_edited(((old, new.format(f'"a{character}b"')), BY_BAND))
    assert f": {path}: has the character" in caught.value.problems[0]
    str(caught.value).encode("utf-8")


@pytest.mark.parametrize("name", ["a\0b", "a\ud800"])
def test_keys_and_names_of_a_dictionary(name: str, good: str) -> None:
    for change in ({name: 1}, {"DATASET": {"NAME": name, "PARAMETERS": {"SIZE": 1, "OUTDIR": "out"}}}):
        with pytest.raises(ConfigError, match="which no name can have; remove it") as caught:
            load_config(yaml.safe_load(good) | change)
        str(caught.value).encode("utf-8")
