"""The command `view`."""

import os

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


def drawn_grids(monkeypatch):
    """What the command draws: the arguments of each call of `draw_grid`."""
    calls = []
    monkeypatch.setattr(view, "draw_grid", lambda part, *arguments: calls.append(arguments))
    return calls


def test_view_draws_as_many_systems_and_bands_as_are_asked_for(dataset, tmp_path, monkeypatch):
    calls = drawn_grids(monkeypatch)
    options = ["--count", "2", "--columns", "1", "--bands", "i", "--save", str(tmp_path / "x.png")]
    assert cli.main(["view", str(dataset), *options]) == 0
    assert [(len(images), columns, rgb, chosen) for images, columns, rgb, _, chosen, *_ in calls] == [
        (2, 1, False, [2]),
        (2, 1, False, [2]),
    ]


def test_view_says_which_bands_there_are(dataset, fails):
    assert "'z' is no band; the bands are g, r, i" in fails("view", dataset, "--bands", "g,r,z")
    assert "give one band, or three" in fails("view", dataset, "--bands", "g,r")


def test_view_scales_bands_by_the_zero_points_of_the_metadata(tmp_path, monkeypatch):
    """Bands u, g, r, i, of which g, r, i are drawn."""
    contents = Contents("CONFIGURATION_1", "Random", ("u", "g", "r", "i"), 8, 2, fixed={})
    zeros = np.array([[27.0, 28.0, 28.5, 27.5]] * 2)
    with Writer(tmp_path, contents) as file:
        images = {"images": np.ones((2, 4, 8, 8), np.float32)}
        file.append(Chunk(0, {"H0": np.full(2, 70.0), "magnitude_zero_point": zeros}, images))
    commit(tmp_path, file.written)
    calls = drawn_grids(monkeypatch)
    assert cli.main(["view", str(tmp_path)]) == 0
    ((_, _, rgb, _, chosen, zero_points, bands),) = calls
    assert rgb
    assert chosen == [1, 2, 3]
    assert bands == ("u", "g", "r", "i")
    np.testing.assert_allclose(zero_points, zeros)


def test_view_never_mixes_two_runs(dataset, tmp_path, capsys, monkeypatch):
    """A newer run of another file has replaced the first configuration alone."""
    contents = Contents(
        "CONFIGURATION_1", "New", ("g", "r", "i"), 16, 2, fixed={}, attributes={"seed": 7, "yaml": "{}"}
    )
    with Writer(dataset, contents) as file:
        file.append(Chunk(0, {"H0": np.full(2, 70.0)}, {"images": np.ones((2, 3, 16, 16), np.float32)}))
    commit(dataset, file.written)
    os.utime(dataset / "CONFIGURATION_2_images.h5", (1e9, 1e9))
    calls = drawn_grids(monkeypatch)
    with pytest.warns(UserWarning, match="cannot be read"):
        assert cli.main(["view", str(dataset), "--save", str(tmp_path / "x.png")]) == 0
    assert len(calls) == 1
    out = capsys.readouterr().out
    assert out.startswith("CONFIGURATION_2: left out, since another run of jaxlens made them earlier\n")


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
    ((images, mjd, mask, chosen),) = drawn
    assert chosen == [0, 1, 2]
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
    assert chosen.images.shape == (5, 12, 1, 1, 1)
    assert chosen.images[0, [0, -1], 0, 0, 0].tolist() == [0, 39]
