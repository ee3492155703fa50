"""Names, units and meanings of columns."""

import pytest

from jaxlens.truth.columns import COLUMNS, TABLES, described, order


def test_each_table_has_columns_with_meanings():
    assert set(TABLES) == set(COLUMNS)
    for columns in COLUMNS.values():
        names = [column.name for column in columns]
        assert len(set(names)) == len(names)
        assert all(column.meaning for column in columns)


def test_a_column_of_a_band_or_a_profile_is_described():
    assert described("images", "magnitude_y", ("y", "z"))[1] == "mag"
    assert described("images", "magnitude_y", ("y", "z"))[2].endswith(", in y")
    found = described("lens", "light2_magnitude_z", ("y", "z"))
    assert found == ("light2_magnitude_z", "mag", "magnitude of LIGHT_PROFILE_2, in z")
    # also of a table without magnitudes
    assert described("lens", "redshift", [])[2] == "redshift of the object's plane"
    assert described("systems", "match2_row")[2] == "the row of the catalogue of MATCH_2, from 0"
    assert described("systems", "catalog_IMAG")[2] == "the column IMAG of CATALOG's KEEP"
    with pytest.raises(ValueError, match="has no column 'magnitude_x'"):
        described("stars", "magnitude_x", ("y", "z"))
    with pytest.raises(ValueError, match="has no column 'massive'"):
        order("lens", "massive")


def test_the_columns_of_a_profile_stand_together():
    names = ["mass2_profile", "mass1_theta_E", "light1_profile", "ra", "mass1_profile", "mass2_b", "id"]
    expected = ["id", "ra", "light1_profile", "mass1_profile", "mass1_theta_E", "mass2_profile", "mass2_b"]
    assert sorted(names, key=lambda name: order("lens", name)) == expected
