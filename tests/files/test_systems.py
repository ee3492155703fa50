"""StoredSystems: the systems of several files as one, in every format of the base install."""

import pickle
import threading

import numpy as np
import pytest

from jaxlens.files import systems as module
from jaxlens.files.systems import StoredSystems

FORMATS = ("h5", "npy")
COUNT = 10


@pytest.fixture(params=FORMATS)
def shards(request, tmp_path, contents, chunk_of, store):
    """Ten systems with their planes in three files."""
    paths = []
    for k, start in enumerate((0, 4, 8)):
        stop = min(start + 4, COUNT)
        described = contents(stop - start, start=start, arrays=("images", "planes"))
        chunks = [chunk_of(start, stop, planes=True)]
        paths.append(store(tmp_path, request.param, described, chunks, f"-{k:05}-of-00003"))
    return paths


def test_files_that_follow_each_other_are_one(shards, chunk_of):
    whole, stored = chunk_of(planes=True), StoredSystems(shards)
    assert stored.contents.count == COUNT
    assert stored.indices.tolist() == list(range(COUNT))
    for name, array in whole.arrays.items():
        assert stored.arrays[name].shape == array.shape
        np.testing.assert_array_equal(stored.arrays[name][[9, 3, 4, 0]], array[[9, 3, 4, 0]])
        np.testing.assert_array_equal(stored.arrays[name][2:9], array[2:9])
        np.testing.assert_array_equal(stored.rows(name), array)
    table = stored.metadata
    assert table["OBJID-g"].tolist() == list(range(COUNT))
    np.testing.assert_array_equal(table["seeing-r"], whole.values["seeing"][:, 1])
    np.testing.assert_array_equal(stored.values(3, 9)["seeing"], whole.values["seeing"][3:9])
    assert stored.num_epochs is None
    assert stored.mjd is None
    stored.close()


def test_of_missing_files_the_others_are_there(shards, chunk_of):
    stored = StoredSystems([shards[0], shards[2]], [(0, 4), (8, 10)])
    assert stored.indices.tolist() == [0, 1, 2, 3, 8, 9]
    np.testing.assert_array_equal(stored.arrays["images"], chunk_of().arrays["images"][stored.indices])
    assert stored.metadata["OBJID-g"].tolist() == stored.indices.tolist()
    stored.close()


def test_few_files_are_open_at_a_time_and_none_before_it_is_read(shards, monkeypatch):
    monkeypatch.setattr(module, "_OPEN", 2)
    opened = []
    original = module.open_stored
    monkeypatch.setattr(module, "open_stored", lambda path: opened.append(path) or original(path))
    stored = StoredSystems(shards, [(0, 4), (4, 8), (8, 10)])
    assert opened == []
    stored.arrays["images"][9]
    # the first tells the shape
    assert opened == [shards[0], shards[2]]
    np.asarray(stored.arrays["images"])
    assert len(stored._opened) == 2
    copied = pickle.loads(pickle.dumps(stored.arrays["images"]))
    np.testing.assert_array_equal(copied[5], stored.arrays["images"][5])
    stored.close()
    assert not stored._opened


def test_threads_may_read_at_the_same_time(shards, chunk_of, monkeypatch):
    monkeypatch.setattr(module, "_OPEN", 1)
    images, wanted = StoredSystems(shards).arrays["images"], chunk_of().arrays["images"]
    wrong = []

    def read():
        for i in np.random.default_rng(0).integers(0, COUNT, 50):
            if not np.array_equal(images[int(i)], wanted[i]):
                wrong.append(i)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("image_format", FORMATS)
def test_series_of_files_with_fewer_epochs_are_padded(
    tmp_path, image_format, series_contents, series_chunks, store, series_images, series_values
):
    """An npy file knows only of the epochs that its own systems have."""
    chunks = series_chunks(series_contents(), size=1)
    paths = [
        store(tmp_path, image_format, series_contents(count=1, start=k), [chunk], f"-{k:05}-of-00005")
        for k, chunk in enumerate(chunks)
    ]
    for epochs in (None, 3):
        stored = StoredSystems(paths, None if epochs is None else [(k, k + 1) for k in range(5)], epochs)
        np.testing.assert_array_equal(stored.arrays["images"], series_images)
        np.testing.assert_array_equal(stored.mjd, series_values["mjd"])
        np.testing.assert_array_equal(stored.num_epochs, series_values["num_epochs"])
        seen = ~np.isnan(series_values["mjd"]).all(axis=2)
        np.testing.assert_array_equal(stored.rows("images"), series_images[seen])
        np.testing.assert_array_equal(stored.rows("images")[[-1, 4]], series_images[seen][[-1, 4]])
        assert len(stored.metadata) == seen.sum()
        stored.close()
