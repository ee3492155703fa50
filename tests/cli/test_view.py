"""The command `view`."""

import numpy as np
import pytest
from matplotlib.image import imread

from jaxlens import cli
from jaxlens.cli import view
from jaxlens.files.contents import Chunk, Contents, Series
from jaxlens.files.writer import Writer, commit


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
        commit(tmp_path / "out", file.written)
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


@pytest.fixture
def series(dataset):
    """That dataset with a configuration of two systems of three epochs; the second lacks its last."""
    count, epochs = 2, 3
    images = np.random.default_rng(3).normal(size=(count, epochs, 3, 16, 16)).astype(np.float32)
    contents = Contents(
        "CONFIGURATION_3", "Random", ("g", "r", "i"), 16, count, fixed={}, attributes={}, epochs=epochs
    )
    num_epochs = np.array([[3, 3, 3], [2, 2, 2]])
    mjd = np.where(np.arange(3)[None, :, None] < num_epochs[:, None], 57000.0, np.nan)
    values = {"num_epochs": num_epochs, "mjd": mjd}
    with Writer(dataset, contents) as file:
        file.append(Chunk(0, values, {"images": images}))
    commit(dataset, file.written)
    return dataset


def test_a_series_is_drawn_by_system_and_epoch(series, monkeypatch):
    drawn = []
    monkeypatch.setattr(view, "draw_series", lambda part, *arrays: drawn.append(arrays))
    assert cli.main(["view", str(series)]) == 0
    ((images, mjd, mask),) = drawn
    assert images.shape == (2, 3, 3, 16, 16)
    assert mjd.shape == mask.shape == (2, 3, 3)
    assert mask[1, 2].tolist() == [False] * 3


def test_a_picture_of_series_has_the_other_configurations_too(series):
    assert cli.main(["view", str(series)]) == 0
    picture = imread(series / "view.png")[..., :3]
    heights = np.flatnonzero(np.ptp(picture, axis=(1, 2)) > 0)
    assert heights.min() < 0.1 * len(picture)
    assert heights.max() > 0.9 * len(picture)


def test_of_many_epochs_some_are_drawn():
    images = np.arange(5 * 40).reshape(5, 40, 1, 1, 1)
    chosen = view._epochs(Series(images, images[..., 0, 0], images[..., 0, 0] >= 0))
    assert chosen.images.shape == (4, 12, 1, 1, 1)
    assert chosen.images[0, [0, -1], 0, 0, 0].tolist() == [0, 39]
