"""What the page on neighbours says is true: its file is read, with its names and its bounds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from jaxlens.config import Config, load_config
from jaxlens.config.copies import described, largest_count
from jaxlens.config.model import Draw
from jaxlens.config.naming import named_quantities

TEXT = (Path(__file__).parents[1] / "docs" / "neighbours.md").read_text(encoding="utf-8")
SUPPORTED = (Path(__file__).parents[1] / "docs" / "reference" / "supported.md").read_text(encoding="utf-8")


@pytest.fixture
def documented(small_lens: dict[str, Any]) -> Config:
    """The file of the page, with the species that it names."""
    (block,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    light = small_lens["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 21.0}}
    small_lens["SPECIES"] |= {
        "GALAXY_3": {"NAME": "NEIGHBOUR", "LIGHT_PROFILE_1": light},
        "POINTSOURCE_1": star,
    }
    return load_config(small_lens | yaml.safe_load(block))


def test_the_file_of_the_page_is_read_and_has_the_names_of_the_page(documented: Config) -> None:
    """A star without POSITION has `ra_image` among its parameters."""
    named = named_quantities(documented.cosmology, documented.instrument, documented.configurations[0])
    names = {name for name, _ in named}
    said = set(re.findall(r"`(PLANE_1-OBJECT_[^`]*)`", TEXT))
    assert len(said) >= 5
    assert said <= names


def test_check_prints_what_the_page_says(documented: Config) -> None:
    first, _ = described(documented.configurations[0])
    assert f"CONFIGURATION_1: {first}" in TEXT


def test_the_bounds_of_the_page_are_those_of_poisson_distributions() -> None:
    said = re.search(r"of mean 3 that is (\d+), of mean 10 it is (\d+)", TEXT)
    assert said is not None
    bounds = [largest_count(Draw("poisson", (("mean", mean),))) for mean in (3.0, 10.0)]
    assert [int(number) for number in said.groups()] == bounds


def test_the_readme_has_every_key_of_the_page() -> None:
    keys = re.findall(r"^\| `([A-Z]+)` \|", TEXT, re.MULTILINE)
    (row,) = re.findall(r"^\| GEOMETRY .*$", SUPPORTED, re.MULTILINE)
    assert keys == ["NAME", "NUMBER", "MAX", "POSITION"]
    assert all(key in row for key in keys)
