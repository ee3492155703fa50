"""MATCH_n of a CATALOG: hosts and lens galaxies from a catalogue of galaxies."""

import numpy as np
import pandas as pd
import pytest

from jaxlens.config import ConfigError, load_config

HOST = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"


@pytest.fixture
def matched(small_lens, tmp_path):
    """`small_lens` with rows of lenses.csv, whose sources take galaxies of galaxies.csv; both are given."""
    rng = np.random.default_rng(5)
    lenses = pd.DataFrame({"zs": rng.uniform(1.0, 3.0, 20), "mag": rng.normal(23.0, 0.7, 20), "theta": 1.1})
    galaxies = pd.DataFrame(
        {
            "name": [f"g{k}" for k in range(100)],
            "z": rng.uniform(0.8, 3.2, 100),
            "m": rng.normal(23.0, 1.0, 100),
            "size": rng.uniform(0.1, 0.6, 100),
            "q": rng.uniform(0.3, 1.0, 100),
            "pa": rng.uniform(0.0, 180.0, 100),
        }
    )
    lenses.to_csv(tmp_path / "lenses.csv", index=False)
    galaxies.to_csv(tmp_path / "galaxies.csv", index=False)
    small_lens["CATALOG"] = {
        "FILENAME": str(tmp_path / "lenses.csv"),
        "COLUMNS": {"PLANE_2-OBJECT_1-REDSHIFT": "zs", "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E": "theta"},
        "MATCH_1": {
            "FILENAME": str(tmp_path / "galaxies.csv"),
            "BY": {"zs": "z", "mag": "m"},
            "SCALES": {"zs": 0.05, "mag": 0.5},
            "COLUMNS": {
                f"{HOST}-R_sersic": "size",
                f"{HOST}-ellipticity": {"AXIS_RATIO": "q", "POSITION_ANGLE": "pa"},
            },
            "ID": "name",
            "KEEP": ["m"],
        },
    }
    # what a MATCH sets need not be in the file
    del small_lens["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]["R_sersic"]
    return small_lens, lenses, galaxies


def distances(lenses, galaxies):
    """All distances, (lenses, galaxies)."""
    difference = [
        lenses[a].to_numpy()[:, None] - galaxies[b].to_numpy() for a, b in (("zs", "z"), ("mag", "m"))
    ]
    return np.hypot(difference[0] / 0.05, difference[1] / 0.5)


def values_of(config, name):
    """What the catalogue sets a parameter to, by row."""
    joint = next(one for one in config.joints if one.label == "CATALOG")
    column = next(i for i, one in enumerate(joint.columns) if one.parameter == name)
    return joint.arrays["values"][:, column]


def test_each_row_takes_the_nearest_galaxy(matched):
    file, lenses, galaxies = matched
    config = load_config(file)
    every = distances(lenses, galaxies)
    rows = every.argmin(axis=1)
    known = config.catalog.columns
    np.testing.assert_array_equal(known["MATCH_1-row"], rows)
    np.testing.assert_allclose(known["MATCH_1-distance"], every.min(axis=1))
    assert known["MATCH_1-ID"].tolist() == [f"g{row}" for row in rows]
    np.testing.assert_array_equal(known["MATCH_1-m"], galaxies["m"][rows])
    np.testing.assert_array_equal(values_of(config, f"{HOST}-R_sersic"), galaxies["size"][rows])
    # east of north
    q, phi = galaxies["q"].to_numpy()[rows], np.radians(90.0 - galaxies["pa"].to_numpy()[rows])
    np.testing.assert_allclose(
        values_of(config, f"{HOST}-e1"), (1 - q) / (1 + q) * np.cos(2 * phi), atol=1e-12
    )
    np.testing.assert_allclose(
        values_of(config, f"{HOST}-e2"), (1 - q) / (1 + q) * np.sin(2 * phi), atol=1e-12
    )


def test_rows_without_a_galaxy_are_skipped_and_counted(matched):
    file, lenses, galaxies = matched
    file["CATALOG"]["MATCH_1"]["MAX_DISTANCE"] = 1.5
    nearest = distances(lenses, galaxies).min(axis=1)
    far = int(np.count_nonzero(nearest > 1.5))
    assert 0 < far < 20
    config = load_config(file)
    np.testing.assert_array_equal(config.catalog.rows, np.flatnonzero(nearest <= 1.5))
    assert any(f"{far} of 20 rows have no galaxy within a distance of 1.5" in one for one in config.warnings)
    assert config.catalog.skipped == far
    file["CATALOG"]["STRICT"] = True
    with pytest.raises(ConfigError, match=f"{far} of 20 rows? ha.* not finite"):
        load_config(file)


def test_a_galaxy_is_taken_once(matched):
    file, _, _ = matched
    file["CATALOG"]["MATCH_1"] |= {"ONCE": True, "WHERE": {"z": [1.0, 1.6]}}
    config = load_config(file)
    rows = config.catalog.columns["MATCH_1-row"]
    assert len(set(rows.tolist())) == len(rows)
    # rows are those of the file, also where WHERE leaves some out
    galaxies = matched[2]
    assert galaxies["z"][rows].between(1.0, 1.6).all()


def test_galaxies_whose_numbers_are_unknown_are_not_taken(matched, tmp_path):
    file, lenses, galaxies = matched
    nearest = distances(lenses, galaxies).argmin(axis=1)
    galaxies.loc[nearest, "size"] = np.nan
    galaxies.to_csv(tmp_path / "galaxies.csv", index=False)
    config = load_config(file)
    assert not set(config.catalog.columns["MATCH_1-row"].tolist()) & set(nearest.tolist())
    assert len(config.catalog.rows) == 20
    assert any("galaxies have numbers in COLUMNS that are not finite" in one for one in config.warnings)


def test_scales_are_the_spread_and_units_are_converted(matched, tmp_path):
    """Without SCALES; magnitudes from fluxes in nJy."""
    file, lenses, galaxies = matched
    del file["CATALOG"]["MATCH_1"]["SCALES"]
    galaxies["flux"] = 10 ** (-0.4 * (galaxies["m"] - 31.4))
    galaxies.to_csv(tmp_path / "galaxies.csv", index=False)
    file["CATALOG"]["MATCH_1"]["BY"]["mag"] = {"COLUMN": "flux", "UNIT": "nJy"}
    z, m = ((lenses[a].to_numpy()[:, None] - galaxies[b].to_numpy()) for a, b in (("zs", "z"), ("mag", "m")))
    every = np.hypot(z / galaxies["z"].std(ddof=0), m / galaxies["m"].std(ddof=0))
    found = load_config(file).catalog.columns
    np.testing.assert_array_equal(found["MATCH_1-row"], every.argmin(axis=1))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("BY", {"zs": "redshift", "mag": "m"}, "has no column 'redshift'"),
        ("BY", {"z_s": "z"}, "has no column 'z_s'; did you mean zs"),
        ("BY", {}, "has no columns; give a column of the CATALOG and the one of the galaxies"),
        ("SCALES", {"zs": -1.0}, "is -1; give a number above 0"),
        ("SCALES", {"z": 0.1}, "is no column of BY; give one of zs, mag"),
        ("MAX_DISTANCE", 0, "is 0; give a number above 0"),
        ("COLUMNS", {f"{HOST}-R_sersik": "size"}, "matches no parameter; did you mean"),
        ("ID", "nam", "has no column 'nam'; did you mean name"),
        ("BYE", {"zs": "z"}, "is not a key of MATCH_1; did you mean BY"),
        ("ONCE", "perhaps", "perhaps"),
    ],
)
def test_what_is_wrong_is_explained(matched, key, value, message):
    file, _, _ = matched
    file["CATALOG"]["MATCH_1"][key] = value
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert message in str(caught.value)
    assert "CATALOG.MATCH_1" in str(caught.value)
