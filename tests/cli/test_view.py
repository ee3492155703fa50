"""The command `view`."""

import numpy as np
import pytest
from matplotlib.image import imread

from jaxlens import cli
from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.writer import Writer


@pytest.fixture
def dataset(tmp_path):
    """The folder of a dataset of three systems of one configuration, and two of another."""
    (tmp_path / "out").mkdir()
    for k, count in ((1, 3), (2, 2)):
        images = np.random.default_rng(k).normal(size=(count, 3, 16, 16)).astype(np.float32)
        contents = Contents(f"CONFIGURATION_{k}", "Random", ("g", "r", "i"), 16, count, fixed={})
        values = {"H0": np.full(count, 70.0)}
        with Writer(tmp_path / "out", contents) as file:
            file.append(Chunk(0, values, {"images": images}))
    return tmp_path / "out"


def test_view_writes_a_picture_beside_the_files(dataset, capsys):
    assert cli.main(["view", str(dataset)]) == 0
    assert capsys.readouterr().out == f"{dataset}/view.png: the first systems of each configuration\n"
    picture = imread(dataset / "view.png")
    assert np.ptp(picture) > 0
    height, width = picture.shape[:2]
    assert np.ptp(picture[: height // 2, 2 * width // 3 :]) > 0
    assert np.ptp(picture[height // 2 :, 2 * width // 3 :]) == 0


def test_view_writes_where_it_is_told(dataset, tmp_path):
    assert cli.main(["view", str(dataset), "--save", str(tmp_path / "here.png")]) == 0
    assert (tmp_path / "here.png").exists()
    assert not (dataset / "view.png").exists()


def test_view_of_nothing_or_to_nowhere_is_explained(dataset, tmp_path, fails):
    assert "give the OUTDIR of a dataset" in fails("view", tmp_path / "nothing")
    assert "nowhere" in fails("view", dataset, "--save", tmp_path / "nowhere" / "x.png")
