"""The command `check`."""

import re

import pytest

from jaxlens import cli
from jaxlens.config import example_path, examples


@pytest.mark.long
def test_check_has_no_complaint_about_the_examples(capsys):
    """Of those without SELECT and CATALOG; systems of others are made, which compiles for seconds."""
    files = {name: example_path(name).read_text() for name in examples()}
    names = [name for name, text in files.items() if "SELECT:" not in text and "CATALOG:" not in text]
    assert len(names) > 5
    for name in names:
        assert cli.main(["check", name]) == 0
        *bounds, last = capsys.readouterr().out.splitlines()
        assert last == f"{name}: no problems"
        assert all("haloes" in line for line in bounds)


def test_check_lists_every_problem(tmp_path, fails):
    text = example_path("galaxy_galaxy").read_text()
    path = tmp_path / "broken.yaml"
    path.write_text(text.replace("SIZE: 100", "SIZE: -4").replace("NAME: SIE", "NAME: SIEE"))
    printed = fails("check", path)
    assert "SIZE" in printed
    assert "SIEE" in printed
    assert all(line.startswith(f"{path}:") for line in printed.splitlines())


def test_check_prints_warnings_and_goes_on(tmp_path, capsys):
    path = tmp_path / "less.yaml"
    path.write_text(example_path("galaxy_galaxy").read_text().replace("FRACTION: 1.0", "FRACTION: 0.5"))
    assert cli.main(["check", str(path)]) == 0
    captured = capsys.readouterr()
    assert "warning: " in captured.err
    assert "FRACTION" in captured.err
    assert "no problems" in captured.out


def test_check_refuses_what_cannot_be_made(tmp_path, fails):
    """With the memory that one system would take."""
    text = example_path("galaxy_galaxy").read_text()
    path = tmp_path / "huge.yaml"
    for num_pix, gigabytes in (("1e308", "7.2e+608"), ("20_000", "29")):
        path.write_text(text.replace("numPix: 50", f"numPix: {num_pix}"))
        assert f"numPix: one system takes about {gigabytes} GB of memory" in fails("check", path)


def test_check_says_how_a_number_was_read(tmp_path, capsys):
    path = tmp_path / "zero.yaml"
    text = example_path("galaxy_galaxy").read_text()
    path.write_text(text.replace("exposure_time: 30", "exposure_time: 08"))
    assert cli.main(["check", str(path)]) == 0
    assert "exposure_time: is 08, which YAML reads as a text; it is taken for 8" in capsys.readouterr().err


def test_check_prints_how_many_copies_there_may_be(tmp_path, capsys):
    """The bound of each object with a NUMBER."""
    path = tmp_path / "field.yaml"
    text = example_path("galaxy_galaxy").read_text()
    assert "OBJECT_1: LENS\n" in text
    count = "{DISTRIBUTION: {NAME: poisson, PARAMETERS: {mean: 3}}}"
    beside = f"OBJECT_1: LENS\n            OBJECT_2: {{NAME: SOURCE, NUMBER: {count}}}\n"
    path.write_text(text.replace("OBJECT_1: LENS\n", beside))
    assert cli.main(["check", str(path)]) == 0
    assert "PLANE_1-OBJECT_2 (SOURCE): up to 16 copies\n" in capsys.readouterr().out


def test_check_prints_how_many_haloes_there_may_be(tmp_path, capsys):
    """The bound of what draws haloes, and the largest mean number."""
    path = tmp_path / "haloes.yaml"
    text = example_path("galaxy_galaxy").read_text()
    assert "        NAME: LENS\n" in text
    numbers = "{Sigma_sub: 0.01, radius: 2.0}"
    beside = f"        NAME: LENS\n        SUBSTRUCTURE: {{PARAMETERS: {numbers}}}\n"
    path.write_text(text.replace("        NAME: LENS\n", beside))
    assert cli.main(["check", str(path)]) == 0
    found = capsys.readouterr().out
    assert re.search(r"PLANE_1-OBJECT_1-SUBSTRUCTURE: up to \d+ haloes, on average [\d.]+ at most\n", found)


def test_check_says_what_a_catalogue_sets(tmp_path, capsys):
    """How many rows there are, and how many are cut and skipped; and which column sets what."""
    theta_e = "PLANE_1-OBJECT_1-MASS_PROFILE_1-sigma_v"
    (tmp_path / "lenses.csv").write_text("sigma,z\n200,0.5\nnan,1\n250,1\n220,5\n")
    columns = f"COLUMNS: {{{theta_e}: {{COLUMN: sigma, UNIT: km/s}}}}, WHERE: {{z: [0, 2]}}"
    path = tmp_path / "lenses.yaml"
    text = example_path("galaxy_galaxy").read_text()
    path.write_text(f"{text}\nCATALOG: {{FILENAME: lenses.csv, {columns}}}\n")
    assert cli.main(["check", str(path)]) == 0
    captured = capsys.readouterr()
    counts = "4 rows, 1 cut by WHERE, 1 skipped, which are not finite, 2 used in order, by CONFIGURATION_1"
    assert f"CATALOG: {tmp_path / 'lenses.csv'}: {counts}\n" in captured.out
    assert f"CATALOG:     {theta_e} is set by sigma\n" in captured.out
    assert "CATALOG: CONFIGURATION_1 has 100 systems; after the first 2 the rows come again\n" in captured.out
    assert "1 of 3 rows has a number that is not finite (1 of sigma; row 1); it is skipped" in captured.err
