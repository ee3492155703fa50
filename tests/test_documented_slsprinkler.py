"""What the page on SLSprinkler's job says is true: files are read, programs run, columns are ours."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import jaxlens
from jaxlens import cli
from jaxlens.config import load_config
from jaxlens.truth.columns import COLUMNS, documentation

TEXT = (Path(__file__).parents[1] / "docs" / "slsprinkler.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The blocks of code in a language; "" for commands."""
    every = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    return [text for name, text in every if name == language]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the catalogues and the configuration of the page, in which a program runs."""
    monkeypatch.chdir(tmp_path)
    exec(blocks("python")[0], {})
    (text,) = blocks("yaml")
    (tmp_path / "sprinkled.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_columns_of_the_page_are_those_of_the_tables() -> None:
    assert documentation() in TEXT, "replace its section 'The tables' by what documentation() returns"


def test_the_names_on_our_side_of_the_mappings_are_columns() -> None:
    known = [f"{table}.{column.name}" for table, columns in COLUMNS.items() for column in columns]
    patterns = [re.sub("<[a-z]+>", ".+", one.replace(".", "[.]")) for one in known]
    mapping = TEXT[TEXT.index("## Names of SLSprinkler") :]
    named = re.findall(r"`((?:" + "|".join(COLUMNS) + r")\.[^`]+)`", mapping)
    assert len(named) > 15
    assert [one for one in named if not any(re.fullmatch(pattern, one) for pattern in patterns)] == []


def test_the_configuration_of_the_page_takes_the_nearest_galaxies(page: Path) -> None:
    catalog = load_config("sprinkled.yaml").catalog
    assert catalog is not None
    assert catalog.skipped == 0
    hosts = catalog.columns["MATCH_2-row"]
    assert len(set(hosts.tolist())) == len(hosts) > 150
    assert np.max(catalog.columns["MATCH_2-distance"]) <= 3.0
    assert np.median(catalog.columns["MATCH_1-distance"]) < 1.0
    table = TEXT[TEXT.index("| key | what it is |") : TEXT.index("Of galaxies at")]
    keys = {"FILENAME", "FORMAT", "WHERE", "BY", "SCALES", "MAX_DISTANCE", "ONCE", "COLUMNS", "ID", "KEEP"}
    assert {key for key in keys if f"`{key}`" in table} == keys


@pytest.mark.long
def test_the_commands_and_programs_of_the_page_run(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (commands,) = blocks("")
    for line in commands.splitlines():
        words = line.split()[1:]
        more = ["--size", "12", "--quiet"] if words[0] == "generate" else []
        assert cli.main([*words, *more]) == 0, line
    assert "sprinkled/truth.sqlite" in capsys.readouterr().out
    values: dict[str, Any] = {}
    exec(blocks("python")[1], values)
    assert values["tables"]["lens"]["id"].tolist() == [f"lens{i}" for i in range(8)]
    database = sqlite3.connect("sprinkled/truth.sqlite")
    quads = pd.read_sql(blocks("sql")[0], database)
    host = pd.read_sql("SELECT * FROM host", database)
    database.close()
    assert len(quads) >= 4
    assert quads["catalog_id"].between(1000, 1199).all()
    # the host of each system is the galaxy that was matched
    dataset = jaxlens.load("sprinkled")
    galaxies = pd.DataFrame({"mag_i": load_galaxies()["mag_i"]})
    rows = dataset.metadata()["MATCH_2-row-g"].to_numpy()
    np.testing.assert_allclose(host["magnitude_i"], galaxies["mag_i"].to_numpy()[rows], rtol=1e-6)


def load_galaxies() -> Any:
    """The catalogue of galaxies, by astropy."""
    from astropy.table import Table

    return Table.read("galaxies.fits")
