"""What the page on dark matter says is true: every key and number with its default, and its file is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
import yaml

from jaxlens.config import example_path, load_config
from jaxlens.config.haloes.parameters import LINE_OF_SIGHT, NORMALIZATIONS, SUBSTRUCTURE, HaloNumber
from jaxlens.config.haloes.reading import CONCENTRATIONS, DEFAULT_DZ, PROFILES
from jaxlens.config.model.haloes import Positions
from jaxlens.config.model.instrument import Instrument
from jaxlens.kernels.halos import MASS_DEFINITIONS

PAGE = (Path(__file__).parents[1] / "docs" / "dark_matter.md").read_text()
# The sections of the page by what they are of.
SECTIONS = {
    name: PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0] for name in ("SUBSTRUCTURE", "LINE_OF_SIGHT")
}
# Numbers that one row of the second table takes together.
SHARED = "concentration_"


def defaults(section: str) -> dict[str, str]:
    """The default of each number of a table of parameters, as it is written."""
    found: dict[str, str] = {}
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    for cells in (row for row in rows if len(row) == 4):
        names = re.findall(r"`(\w+)`", cells[0])
        values = [value.strip() for value in cells[2].split(",")]
        found |= dict(zip(names, values if len(values) == len(names) else values * len(names), strict=True))
    return found


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("SUBSTRUCTURE", {**NORMALIZATIONS, **SUBSTRUCTURE}), ("LINE_OF_SIGHT", LINE_OF_SIGHT)],
)
def test_every_number_is_there_with_its_default(name: str, numbers: Mapping[str, HaloNumber]) -> None:
    written = defaults(SECTIONS[name])
    for key, number in numbers.items():
        if name == "LINE_OF_SIGHT" and key.startswith(SHARED):
            continue
        assert key in written, key
        if number.default is not None:
            fractions = {"1/3": 1 / 3, "2/3": 2 / 3}
            value = fractions[written[key]] if written[key] in fractions else float(written[key])
            assert value == pytest.approx(number.default), key


def test_every_word_of_the_keys_is_there() -> None:
    for word in (*PROFILES, *CONCENTRATIONS, *get_args(Positions), *MASS_DEFINITIONS):
        assert f"`{word}`" in SECTIONS["SUBSTRUCTURE"], word
    assert f"| `dz` | {DEFAULT_DZ:g} |" in SECTIONS["LINE_OF_SIGHT"]
    assert f"`halo_tolerance` of IMAGE, {Instrument.halo_tolerance:.0e}".replace("e-04", "e-4") in PAGE


@pytest.mark.slow
def test_the_file_of_the_page_is_legal() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    file = yaml.safe_load(example_path("line_of_sight").read_text(encoding="utf-8"))
    added = yaml.safe_load(block)
    file["SPECIES"] |= added["SPECIES"]
    file["LINE_OF_SIGHT"] = added["LINE_OF_SIGHT"]
    config = load_config(file)
    assert config.warnings == ()
    assert config.configurations[0].line_of_sight is not None
