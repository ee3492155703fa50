"""The command `truth`."""

import sqlite3

import pandas as pd
import pytest

from jaxlens import cli


@pytest.fixture
def dataset(config_file, tmp_path, capsys):
    """The metadata of three lenses on the disk."""
    argv = ["generate", config_file, "--size", "3", "--batch-size", "2", "--metadata-only", "--quiet"]
    assert cli.main([*argv, "--outdir", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    return tmp_path / "out"


def test_tables_are_written_beside_the_dataset_or_elsewhere(dataset, tmp_path, capsys):
    assert cli.main(["truth", str(dataset)]) == 0
    paths = [dataset / "truth" / f"{name}.csv" for name in ("lens", "host", "images", "columns")]
    assert capsys.readouterr().out.split() == list(map(str, paths))
    theta_E = pd.read_csv(dataset / "CONFIGURATION_1_metadata.csv")[
        "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E-g"
    ]
    lens = pd.read_csv(paths[0])
    assert lens["mass1_theta_E"].tolist() == theta_E.tolist()
    assert pd.read_csv(paths[2]).empty, "there are no point sources"
    argv = ["truth", str(dataset), "--format", "sqlite", "--out", str(tmp_path / "a.db")]
    assert cli.main([*argv, "--configuration", "TINY_LENS"]) == 0
    database = sqlite3.connect(tmp_path / "a.db")
    assert database.execute("SELECT count(*) FROM lens").fetchone() == (3,)
    database.close()
    assert cli.main(["verify", str(dataset), "--systems", "0"]) == 0, "the dataset is as it was"


def test_what_is_wrong_is_explained(dataset, tmp_path, fails):
    assert "configuration 'OTHER' is not in the file" in fails("truth", dataset, "--configuration", "OTHER")
    assert "is a folder; give the path of a file" in fails(
        "truth", dataset, "--format", "sqlite", "--out", tmp_path
    )
    assert "give the OUTDIR of a dataset" in fails("truth", tmp_path)
