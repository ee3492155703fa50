"""Folders in SNANA's NON1A form."""

from __future__ import annotations

from pathlib import Path

import pytest

from jaxlens.config.errors import ConfigError, Report
from jaxlens.config.transients.non1a import BAD, INPUT_FILE, LIST_FILE, non1a_file, read_non1a

# As in SNPhotCC.
TABLE = """#
LABEL    INDEX   WGT    MAGOFF   MAGSMEAR  SNTYPE_INDEX  SNTYPE  SED
#
NON1A:    201   0.0246   2.100     1.050     20     IIP  SDSS-000018
NON1A:    227   0.0246   2.100     1.050     20     IIP  SDSS-018596
NON1A:    103   0.0200   0.600     0.000     32     Ib   CSP-2004gv  # a comment
NON1A:    104   0.0200   0.600     0.000     32     Ib   CSP-2006ep
"""
# As SNANA's own files: the names are in NON1A.LIST.
SNANA = """NON1A_KEYS: 5
INDEX    WGT    MAGOFF   MAGSMEAR   SNTYPE
NON1A:   201   0.5   2.1   1.05   20
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("SDSS-000018", "SDSS-018596", "CSP-2004gv"):
        (tmp_path / f"{name}.SED").write_text("0 0 0\n")
    (tmp_path / INPUT_FILE).write_text(TABLE)
    return tmp_path


def test_listed_files_have_their_weights_but_for_bad_and_missing_ones(folder) -> None:
    report = Report()
    files = read_non1a(folder, report, "seds/cc/")
    report.raise_problems()
    assert [(file.id, file.type, file.weight, file.magoff, file.magsmear) for file in files] == [
        ("seds/cc/SDSS-000018.SED", "IIP", 0.0246, 2.1, 1.05),
        ("seds/cc/CSP-2004gv.SED", "Ib", 0.02, 0.6, 0.0),
    ]
    assert files[0].path == folder / "SDSS-000018.SED"
    assert len(report.warnings) == 1
    assert "1 of the 4 files, such as CSP-2006ep.SED, are not in the folder" in report.warnings[0]


def test_seven_files_are_bad() -> None:
    assert len(set(BAD)) == 7


def test_one_file_may_be_bad_or_not_listed(folder) -> None:
    bad = non1a_file(folder / "SDSS-018596.SED", Report())
    assert (bad.id, bad.type, bad.magoff) == ("SDSS-018596.SED", "IIP", 2.1)
    own = non1a_file(folder / "mine.SED", Report())
    assert (own.id, own.type, own.weight, own.magoff, own.magsmear) == ("mine.SED", "CC", 1.0, 0.0, 1.0)
    (folder / INPUT_FILE).unlink()
    assert non1a_file(folder / "SDSS-018596.SED", Report()).type == "CC"


def test_names_and_types_of_the_list(folder) -> None:
    (folder / INPUT_FILE).write_text(SNANA)
    (folder / LIST_FILE).write_text("# templates\nNON1A:  201  IIP     SDSS-000018.SED\n")
    (file,) = read_non1a(folder, Report())
    assert (file.id, file.type, file.weight) == ("SDSS-000018.SED", "IIP", 0.5)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, f"{INPUT_FILE}: cannot be read"),
        ("NON1A: 201 x 2.1 1 20 IIP SDSS-000018\n", f"{INPUT_FILE}:1: is illegal; give numbers for INDEX"),
        ("NON1A: 201 -1 2.1 1 20 IIP SDSS-000018\n", f"{INPUT_FILE}:1: is illegal"),
        (
            "NON1A: 201 1 2.1 1 20 IIP missing\n",
            f"{INPUT_FILE}: lists no file of this folder with a WGT above 0",
        ),
        ("NON1A: 201 0 2.1 1 20 IIP SDSS-000018\n", "lists no file of this folder with a WGT above 0"),
    ],
)
def test_what_is_wrong(folder, text, problem) -> None:
    (folder / INPUT_FILE).unlink() if text is None else (folder / INPUT_FILE).write_text(text)
    report = Report()
    assert read_non1a(folder, report) is None
    with pytest.raises(ConfigError) as error:
        report.raise_problems()
    assert problem in str(error.value)
