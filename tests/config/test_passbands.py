"""Passbands: the packaged tables, the weights of their integrals, and the key `passbands`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from jaxlens.config.errors import ConfigError, Report
from jaxlens.config.passbands import curves, packaged, passbands_of, read_passbands, reference_passbands
from jaxlens.config.passbands.weights import AB_FLUX, SPEED_OF_LIGHT, ab_weights
from jaxlens.config.reader import read_text
from jaxlens.config.sections import Section
from jaxlens.config.surveys import survey_path, surveys

# Pivot wavelengths (Angstrom) that the observatories publish, and how far ours may be off: filters change.
PIVOTS = {
    ("des", "g"): (4810.0, 20.0),
    ("des", "r"): (6430.0, 20.0),
    ("des", "i"): (7815.0, 20.0),
    ("des", "z"): (9150.0, 40.0),
    ("lsst", "u"): (3710.0, 60.0),
    ("lsst", "r"): (6215.0, 20.0),
    ("lsst", "Y"): (9740.0, 60.0),
    ("hst", "F160W"): (15369.0, 20.0),
    ("jwst", "F115W"): (11543.0, 30.0),
    ("jwst", "F150W"): (15007.0, 30.0),
    ("jwst", "F277W"): (27617.0, 200.0),
    ("jwst", "F444W"): (44043.0, 150.0),
    ("roman", "F106"): (10600.0, 60.0),
    ("roman", "F158"): (15770.0, 80.0),
    ("euclid", "VIS"): (7180.0, 100.0),
    ("ztf", "g"): (4770.0, 60.0),
    ("ztf", "r"): (6430.0, 60.0),
    ("kids", "r"): (6290.0, 10.0),
}


def read(parameters: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The passbands of a file with these SURVEY.PARAMETERS; ConfigError where there are problems."""
    monkeypatch.chdir(tmp_path)
    report = Report()
    report.bands = tuple(parameters["BANDS"].split(","))
    text = yaml.safe_dump({"SURVEY": {"PARAMETERS": parameters}}, sort_keys=False)
    with Section(read_text(text, "c.yaml", report), report) as root:
        root.has("SURVEY")
        found = read_passbands(root)
    report.raise_problems()
    return found


@pytest.mark.parametrize("name", surveys())
def test_every_band_of_every_preset_has_a_passband(name, tmp_path, monkeypatch) -> None:
    parameters = yaml.safe_load(survey_path(name).read_text(encoding="utf-8"))["SURVEY"]["PARAMETERS"]
    found = read(parameters, tmp_path, monkeypatch)
    assert [label.split()[1] for label in found.names] == parameters["BANDS"].split(",")


@pytest.mark.parametrize("name", packaged())
def test_tables_are_sorted_and_name_their_source(name) -> None:
    text = (Path(survey_path("des")).parents[1] / "passbands" / f"{name}.txt").read_text(encoding="utf-8")
    assert "From " in text.split("\n#")[0] + "".join(line for line in text.splitlines() if line[0] == "#")
    for wavelength, transmission in curves(name).values():
        assert np.all(np.diff(wavelength) > 0.0)
        assert transmission[0] == transmission[-1] == 0.0
        assert np.max(transmission) == 1.0
        assert np.min(transmission) >= 0.0


@pytest.mark.parametrize(("survey", "band"), PIVOTS)
def test_pivot_wavelengths_are_the_published_ones(survey, band) -> None:
    wavelength, transmission = curves(survey)[band]
    fine = np.linspace(wavelength[0], wavelength[-1], 5000)
    T = np.interp(fine, wavelength, transmission)
    pivot, tolerance = PIVOTS[survey, band]
    assert np.sqrt(np.sum(T * fine) / np.sum(T / fine)) == pytest.approx(pivot, abs=tolerance)


def test_the_weights_are_exact_for_spectra_between_the_points() -> None:
    wavelength, transmission = curves("lsst")["Y"]
    points, weight = ab_weights(wavelength, transmission)
    fine = np.linspace(wavelength[0], wavelength[-1], 400001)
    photons = fine * np.interp(fine, wavelength, transmission)
    spectrum = np.interp(fine, points, np.cos(points / 300.0) + 2.0)
    expected = np.sum(photons * spectrum) / np.sum(photons * AB_FLUX * SPEED_OF_LIGHT / fine**2)
    assert weight @ (np.cos(points / 300.0) + 2.0) == pytest.approx(expected, rel=1e-6)
    # F_nu of magnitude 0, which is not quite linear between the points
    assert weight @ (AB_FLUX * SPEED_OF_LIGHT / points**2) == pytest.approx(1.0, rel=1e-5)


def test_a_name_a_file_and_the_default(tmp_path, monkeypatch) -> None:
    (tmp_path / "g.dat").write_text("# wavelength transmission\n4000 0\n4500 0.5 7\n5000 0.0\n")
    parameters = {"BANDS": "g,y", "passbands": {"g": "g.dat", "y": "hsc"}}
    found = read(parameters, tmp_path, monkeypatch)
    assert found.names == ("g g.dat", "hsc y")
    np.testing.assert_allclose(found.arrays["wavelength"][0][[0, -1]], [4000.0, 5000.0])
    assert read({"BANDS": "g,Y"}, tmp_path, monkeypatch).names == ("des g", "des Y")
    assert read({"BANDS": "g,y", "passbands": "lsst"}, tmp_path, monkeypatch).names == ("lsst g", "lsst Y")
    assert read({"BANDS": "g", "passbands": "delve"}, tmp_path, monkeypatch).names == ("des g",)


def test_passbands_are_told_apart_by_their_content() -> None:
    one, other = (passbands_of([("x", curves(survey)["g"])]) for survey in ("des", "lsst"))
    assert one != other
    assert one == passbands_of([("x", curves("des")["g"])])
    assert reference_passbands().names == ("bessell B",)


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"BANDS": "g,F200W"}, "c.yaml:3: SURVEY.PARAMETERS.BANDS: has no transmission for the band 'F200W'"),
        (
            {"BANDS": "g", "passbands": "lst"},
            "c.yaml:4: SURVEY.PARAMETERS.passbands: 'lst' is no survey; did you",
        ),
        (
            {"BANDS": "g", "passbands": {"r": "des"}},
            "SURVEY.PARAMETERS.passbands.g: is missing; give the band a",
        ),
        ({"BANDS": "g", "passbands": {"g": "no.dat"}}, "SURVEY.PARAMETERS.passbands.g: 'no.dat' is no file"),
        (
            {"BANDS": "g", "passbands": {"g": "unsorted"}},
            "unsorted:2: wavelength: is 4 after 5; sort the lines",
        ),
        (
            {"BANDS": "g", "passbands": {"g": "negative"}},
            "negative:2: transmission: is -1; it must be at least 0",
        ),
        ({"BANDS": "g", "passbands": {"g": "words"}}, "words:2: transmission is 'b'; give a number"),
        ({"BANDS": "g", "passbands": {"g": "dark"}}, "dark: lets no light through"),
        (
            {"BANDS": "g", "passbands": {"g": "empty"}},
            "empty: has no rows; give lines of wavelength, transmission",
        ),
        (
            {"BANDS": "g", "passbands": {"g": "short"}},
            "short:1: has 1 of the 2 columns wavelength, transmission",
        ),
    ],
)
def test_what_is_wrong(parameters, problem, tmp_path, monkeypatch) -> None:
    texts = {"unsorted": "5 1\n4 1\n", "negative": "5 1\n6 -1\n", "words": "5 1\n6 b\n", "dark": "5 0\n6 0\n"}
    for name, text in (texts | {"empty": "# nothing\n", "short": "5\n"}).items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError) as error:
        read(parameters, tmp_path, monkeypatch)
    assert problem in str(error.value)
