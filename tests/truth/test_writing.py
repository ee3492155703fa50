"""Truth tables in files: the rows come back, with types, in chunks."""

import sqlite3

import numpy as np
import pandas as pd
import pytest

from jaxlens.truth.writing import TruthFiles, write_truth


def tables(start=0, names=("lens", "images")):
    """Two tables of three systems, from this one on."""
    own = {"id": np.arange(start, start + 3), "configuration": ["CONFIGURATION_1"] * 3}
    lens = pd.DataFrame(own | {"redshift": np.array([0.5, np.nan, 0.7], np.float32), "magnitude_r": 20.1})
    images = pd.DataFrame(
        own | {"image": [0, 1, 2], "ra": [10.123456789012, 0.1, 0.2], "host": ["a", None, "b"]}
    )
    return {"lens": lens, "images": images}


def read_sqlite(path, name):
    database = sqlite3.connect(path)
    found = pd.read_sql(f'SELECT * FROM "{name}"', database)
    database.close()
    return found


def test_csv(tmp_path):
    paths = write_truth(tables(), tmp_path / "truth")
    assert [path.name for path in paths] == ["lens.csv", "images.csv", "columns.csv"]
    images = pd.read_csv(tmp_path / "truth" / "images.csv", keep_default_na=False)
    assert images["ra"][0] == 10.123456789012
    assert images["host"].tolist() == ["a", "", "b"]
    columns = pd.read_csv(tmp_path / "truth" / "columns.csv").set_index(["table", "name"])
    assert columns.loc[("images", "ra"), "unit"] == "deg"
    assert columns.loc[("lens", "magnitude_r"), "meaning"].endswith("in r")


def test_sqlite_has_types_and_an_index(tmp_path):
    assert write_truth(tables(), tmp_path / "truth.db", "sqlite") == [tmp_path / "truth.db"]
    database = sqlite3.connect(tmp_path / "truth.db")
    types = dict(row[1:3] for row in database.execute("PRAGMA table_info(images)"))
    assert types == {
        "id": "INTEGER",
        "configuration": "TEXT",
        "host": "TEXT",
        "image": "INTEGER",
        "ra": "REAL",
    }
    assert database.execute("SELECT count(*) FROM lens WHERE redshift IS NULL").fetchone() == (1,)
    plan = database.execute("EXPLAIN QUERY PLAN SELECT * FROM lens WHERE id = 1").fetchall()
    assert "lens_by_id" in str(plan)
    database.close()
    images = read_sqlite(tmp_path / "truth.db", "images")
    assert images["ra"].tolist() == [10.123456789012, 0.1, 0.2]
    assert len(read_sqlite(tmp_path / "truth.db", "columns")) == 9


@pytest.mark.parametrize("form", ["csv", "sqlite"])
def test_chunks_follow_each_other(tmp_path, form):
    """Also where a chunk lacks a column that another configuration has."""
    path, layout = tmp_path / "out", {name: one.iloc[:0] for name, one in tables().items()}
    with TruthFiles(path, form, layout, ["r"]) as files:
        for start in (0, 3):
            chunk = tables(start)
            if start:
                del chunk["lens"]["magnitude_r"]
            files.append(chunk)
        assert not path.exists(), "before it is whole"
        files.finish()
    lens = read_sqlite(path, "lens") if form == "sqlite" else pd.read_csv(path / "lens.csv")
    assert lens["id"].tolist() == list(range(6))
    assert lens["magnitude_r"].isna().tolist() == [False] * 3 + [True] * 3
    assert list(lens) == ["id", "configuration", "redshift", "magnitude_r"]
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_what_is_there_is_replaced_once_the_new_is_whole(tmp_path):
    path = tmp_path / "truth.db"
    write_truth(tables(), path, "sqlite")
    layout = {name: one.iloc[:0] for name, one in tables().items()}
    with TruthFiles(path, "sqlite", layout) as files:
        # as if something had gone wrong before the end
        files.append(tables(10))
    assert read_sqlite(path, "lens")["id"].tolist() == [0, 1, 2]
    assert [one.name for one in tmp_path.iterdir()] == ["truth.db"]
    write_truth(tables(10), path, "sqlite")
    assert read_sqlite(path, "lens")["id"].tolist() == [10, 11, 12]


def test_what_cannot_be_written_is_explained(tmp_path):
    with pytest.raises(
        ValueError, match="'fits' is no format of truth tables; give one of csv, parquet, sqlite"
    ):
        write_truth(tables(), tmp_path / "x", "fits")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match="is a folder; give the path of a file"):
        write_truth(tables(), tmp_path / "folder", "sqlite")
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="is a file; give the path of a folder"):
        write_truth(tables(), tmp_path / "file", "csv")
    two = {"lens": tables()["lens"].assign(magnitude_R=1.0)}
    with pytest.raises(ValueError, match="magnitude_r and magnitude_R"):
        write_truth(two, tmp_path / "two.db", "sqlite")
    assert {one.name for one in tmp_path.iterdir()} == {"folder", "file"}
