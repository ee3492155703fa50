"""The command `names`."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from jaxlens import Simulator, cli


def test_names_prints_a_line_for_each_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["names", "galaxy_galaxy"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["name", "short", "value", "unit"]
    table = Simulator("galaxy_galaxy").names()
    assert [line.split()[0] for line in lines] == table.index.tolist()
    (line,) = [line for line in lines if "sigma_v" in line]
    assert line.split(None, 2)[1:] == ["sigma_v", "normal(mean=290, std=20)" + line.split("20)")[1]]
    assert line.endswith(" km/s")
    assert all(line == line.rstrip() for line in lines)


def test_names_of_all_configurations_as_comma_separated_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["names", "lens_or_not", "--csv"]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out), index_col="name")
    assert table.columns.tolist() == ["configuration", "short", "value", "unit"]
    assert table["configuration"].unique().tolist() == ["CONFIGURATION_1", "CONFIGURATION_2"]
    assert cli.main(["names", "lens_or_not", "--configuration", "NOT_LENSED", "--csv"]) == 0
    one = pd.read_csv(io.StringIO(capsys.readouterr().out), index_col="name")
    assert one["configuration"].unique().tolist() == ["CONFIGURATION_2"]


def test_each_configuration_has_its_heading(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["names", "lens_or_not"]) == 0
    lines = capsys.readouterr().out.splitlines()
    headings = [line for line in lines if line.startswith("CONFIGURATION_")]
    assert headings == ["CONFIGURATION_1 (LENSED)", "CONFIGURATION_2 (NOT_LENSED)"]
