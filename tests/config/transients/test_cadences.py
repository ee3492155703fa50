"""NITES as a file: YAML cadences like those of DES and LSST in small, CSV, and databases like OpSim's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import yaml

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.model import Cadence

Load = Callable[[tuple[tuple[str, str], ...]], Config]
NOISE = "    NOISE_SOURCE_1: POISSON_NOISE\n"


def edits(nites: str, more: str = "") -> tuple[tuple[str, str], ...]:
    """The changes to good.yaml that observe a flat source on these nights."""
    series = f"{NOISE}    TIMESERIES: {{OBJECTS: [AGN], NITES: {nites}{more}}}\n"
    return (("    NAME: AGN\n", "    NAME: AGN\n    MODEL: flat\n"), (NOISE, series))


def cadence(config: Config) -> Cadence:
    """The cadence of CONFIGURATION_1."""
    series = config.configurations[0].series
    assert series is not None
    return series.cadence


def write_opsim(path: Path, rows: list[tuple[object, ...]]) -> None:
    """A database with the columns of a simulated survey of the Rubin Observatory."""
    names = "observationId, fieldId, observationStartMJD, filter, visitExposureTime, skyBrightness, "
    names += "seeingFwhmEff, fiveSigmaDepth"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE info (Parameter TEXT, Value TEXT)")
        connection.execute(f"CREATE TABLE observations ({names})")
        connection.executemany("INSERT INTO observations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.commit()


def test_cadence_des(load_edited: Load, tmp_path: Path) -> None:
    """REFERENCE_MJD is subtracted, and the bands of an epoch may be weeks apart."""
    rng = np.random.default_rng(1)
    nights = {
        f"POINTING_{i}": {band: sorted(rng.uniform(56925, 58460, 8).round(3).tolist()) for band in "gr"}
        for i in range(1, 6)
    }
    (tmp_path / "des_cadence.yaml").write_text(yaml.safe_dump({"REFERENCE_MJD": 56635.274, **nights}))
    found = cadence(load_edited(edits("des_cadence.yaml")))
    assert found.reference_mjd == 56635.274
    assert found.pointings == tuple(nights)
    assert found.arrays["day"].shape == (5, 8, 2)
    expected = np.array(nights["POINTING_3"]["r"]) - 56635.274
    np.testing.assert_allclose(found.arrays["day"][2, :, 1], expected, rtol=0, atol=1e-9)


def test_cadence_lsst(load_edited: Load, tmp_path: Path) -> None:
    """Pointings of different lengths: the shorter one repeats its last night, and `count` says so."""
    text = "POINTING_1: {g: [1, 2, 9], r: [1.5, 2.5, 8]}\nPOINTING_2: {g: [3], r: [4]}\n"
    (tmp_path / "lsst_cadence.yaml").write_text(text)
    found = cadence(load_edited(edits("lsst_cadence.yaml")))
    assert found.reference_mjd == 0.0
    assert found.epochs == 3
    np.testing.assert_array_equal(found.count, [[3, 3], [1, 1]])
    np.testing.assert_array_equal(found.arrays["day"][1], [[3, 4], [3, 4], [3, 4]])


def test_cadence_of_more_bands(load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "n.yaml").write_text("POINTING_1: {g: [1, 2], r: [1, 2], z: [4]}\n")
    config = load_edited(edits("c/n.yaml"))
    assert cadence(config).arrays["day"].shape == (1, 2, 2)
    assert config.warnings == ("c/n.yaml:1: POINTING_1.z: 'z' is no band of the survey; it is not used",)


def test_reference_mjd_of_a_list(load_edited: Load) -> None:
    found = cadence(load_edited(edits("[60000, 60007]", ", REFERENCE_MJD: 60000")))
    assert found.reference_mjd == 60000.0
    np.testing.assert_array_equal(found.arrays["day"][0, :, 0], [0.0, 7.0])


def test_csv(load_edited: Load, tmp_path: Path) -> None:
    """Rows in any order; a band with fewer visits repeats its last one, with its conditions."""
    rows = "60003,g,0.9,21.7,30\n60001,g,0.8,22.1,30\n60002,r,0.7,21,15\n"
    (tmp_path / "n.csv").write_text(f"# my survey\nMJD,band,seeing,sky,exptime\n{rows}")
    config = load_edited(edits("n.csv", ", REFERENCE_MJD: 60000"))
    found = cadence(config)
    assert found.conditions == ("exposure_time", "seeing", "sky_brightness")
    np.testing.assert_array_equal(found.count, [[2, 1]])
    np.testing.assert_array_equal(found.arrays["day"][0], [[1, 2], [3, 2]])
    np.testing.assert_array_equal(found.arrays["seeing"][0], [[0.8, 0.7], [0.9, 0.7]])
    np.testing.assert_array_equal(found.arrays["exposure_time"][0], [[30, 15], [30, 15]])
    assert config.reach("seeing") == (0.7, 0.9)


def test_csv_with_what_no_night_changes(load_edited: Load, tmp_path: Path) -> None:
    text = "mjd,band,seeing,num_exposures\n1,g,0.9,3\n1,r,0.8,3\n"
    (tmp_path / "nights.csv").write_text(text)
    (warning,) = load_edited(edits("nights.csv")).warnings
    assert "the column num_exposures, which is not used" in warning


def test_csv_whose_seeing_a_table_sets_too(load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / "nights.csv").write_text("mjd,band,seeing\n1,g,0.9\n1,r,0.8\n")
    (tmp_path / "t.txt").write_text("seeing WEIGHT\n0.7 1\n")
    tables = "DISTRIBUTIONS:\n  USERDIST_1: {FILENAME: t.txt, MODE: sample}\nGEOMETRY:\n"
    config = load_edited((*edits("nights.csv"), ("GEOMETRY:\n", tables)))
    assert any("has seeing for each visit, but USERDIST_1 sets it too" in line for line in config.warnings)


def test_csv_with_absurd_conditions(load_edited: Load, tmp_path: Path) -> None:
    """A sky in counts, and a seeing in milliarcsec, are named with their line."""
    rows = "1,g,22,0.8\n2,g,0,0.9\n3,r,21,900\n"
    (tmp_path / "visits.csv").write_text(f"mjd,band,sky,seeing\n{rows}")
    warnings = load_edited(edits("visits.csv")).warnings
    assert any("visits.csv:3: sky: is 0, brighter than any night sky" in one for one in warnings)
    assert any("visits.csv:4: seeing: is 900, far from all usual values" in one for one in warnings)


def test_opsim(load_edited: Load, tmp_path: Path) -> None:
    """A database: each field is a pointing, other bands are left out, and conditions stay together by row."""
    rng = np.random.default_rng(3)
    rows = [
        (i, 10 + i % 3, 60000.0 + i, "gri"[i % 4 % 3], 30.0, *rng.uniform((21, 0.6, 24), (22, 1.2, 25)))
        for i in range(60)
    ]
    write_opsim(tmp_path / "baseline.db", rows)
    config = load_edited(edits("baseline.db"))
    found = cadence(config)
    assert found.pointings == ("POINTING_10", "POINTING_11", "POINTING_12")
    assert found.conditions == ("exposure_time", "seeing", "sky_brightness")
    for k, field in enumerate((10, 11, 12)):
        own = [row for row in rows if row[1] == field and row[3] == "r"]
        count = found.count[k, 1]
        assert count == len(own)
        np.testing.assert_array_equal(found.arrays["day"][k, :count, 1], [row[2] for row in own])
        np.testing.assert_array_equal(found.arrays["sky_brightness"][k, :count, 1], [row[5] for row in own])
        np.testing.assert_array_equal(found.arrays["seeing"][k, :count, 1], [row[6] for row in own])
    assert "the visits in i are not used" in config.warnings[0]


def test_visits_in_other_bands_are_not_checked(load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("mjd,filter,seeing\n1,g,0.8\n2,r,0.7\nnan,u,-1\n3,u,none\n")
    assert cadence(load_edited(edits("n.csv"))).epochs == 1


def test_opsim_without_visits(load_edited: Load, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "empty.db")) as connection:
        connection.execute("CREATE TABLE info (Parameter TEXT, Value TEXT)")
        connection.commit()
    with pytest.raises(ConfigError, match="has no table of visits; give one with observationStartMJD"):
        load_edited(edits("empty.db"))


@pytest.mark.parametrize("given", ["sky", "background_noise"])
def test_depth_m5(load_edited: Load, tmp_path: Path, given: str) -> None:
    """A star of magnitude m5 has a signal-to-noise ratio of 5 with the weights of a Gaussian PSF."""
    (tmp_path / "n.csv").write_text("mjd,filter,m5\n1,g,24.5\n2,r,24.1\n")
    noise = () if given == "sky" else (("read_noise: 7", "background_noise: 1"),)
    found = cadence(load_edited((*edits("n.csv"), *noise)))
    # exposure time, zero point, seeing and pixel scale of good.yaml
    t, zero_point, seeing, pixel, read_noise = 90.0, 30.0, 0.9, 0.2, 7.0
    offsets = np.arange(-40, 41) * pixel
    sigma = seeing / np.sqrt(8.0 * np.log(2.0))
    psf = np.exp(-(offsets[:, None] ** 2 + offsets**2) / (2.0 * sigma**2))
    psf /= psf.sum()
    for band, m5 in enumerate((24.5, 24.1)):
        signal = t * 10.0 ** (-0.4 * (m5 - zero_point))
        if given == "sky":
            sky = found.arrays["sky_brightness"][0, 0, band]
            background = read_noise**2 + t * 10.0 ** (-0.4 * (sky - zero_point)) * pixel**2
        else:
            background = (found.arrays["background_noise"][0, 0, band] * t) ** 2
        noise_squared = signal + background / (psf**2).sum()
        assert signal / np.sqrt(noise_squared) == pytest.approx(5.0, rel=1e-3)


def test_cadence_is_found_again(load_edited: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of a Config has absolute paths, so it loads in any folder."""
    (tmp_path / "n.yaml").write_text("POINTING_1: {g: [1, 2], r: [1, 2]}\n")
    config = load_edited(edits("n.yaml"))
    monkeypatch.chdir(tmp_path.parent)
    again = load_config(yaml.safe_load(config.text))
    assert again.configurations == config.configurations


def test_the_same_file_twice_is_equal(load_edited: Load, tmp_path: Path) -> None:
    """Cadences are equal where their nights are: programs are compiled once for equal configurations."""
    (tmp_path / "n.yaml").write_text("POINTING_1: {g: [1, 2], r: [1, 2]}\n")
    first = cadence(load_edited(edits("n.yaml")))
    assert cadence(load_edited(edits("[1, 2]"))) == first
    assert cadence(load_edited(edits("[1, 3]"))) != first
