"""Reference files are complete, and the reader names a file that is missing or damaged."""

from __future__ import annotations

import importlib.metadata
import pickle
import shutil

import h5py
import numpy as np
import pytest

from validation.agreement import make_references, references

TOPICS = sorted(make_references.FILES)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_is_there_finite_and_says_its_lenstronomy(topic):
    version = references.lenstronomy_version(topic)
    assert tuple(map(int, version.split("."))) >= (1, 14, 1)
    for group in references.load(topic).values():
        assert all(np.isfinite(array).all() for array in group.values() if array.dtype.kind == "f")


def test_the_folder_is_small():
    assert sum(path.stat().st_size for path in references.FOLDER.iterdir()) < 30e6


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(references.DamagedReference, match=r"light\.h5: this reference file is missing"):
        references.load("light", tmp_path)


def test_the_message_survives_the_way_between_processes(tmp_path):
    error = references.DamagedReference(tmp_path / "light.h5", "this reference file is missing")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_truncated_file_is_named(tmp_path):
    whole = references.path_of("psf").read_bytes()
    references.path_of("psf", tmp_path).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(references.DamagedReference, match=r"psf\.h5: this reference file is damaged"):
        references.load("psf", tmp_path)


def test_a_changed_byte_is_noticed(tmp_path):
    """Every array carries a checksum."""
    with h5py.File(references.path_of("positions"), "r") as file:
        items = next(iter(file.values())).values()
        place = next(item.id.get_chunk_info(0) for item in items if getattr(item, "chunks", None))
    content = bytearray(references.path_of("positions").read_bytes())
    content[place.byte_offset + place.size // 2] ^= 255
    references.path_of("positions", tmp_path).write_bytes(content)
    with pytest.raises(references.DamagedReference, match=r"positions\.h5"):
        references.load("positions", tmp_path)


def test_a_file_of_another_topic_is_refused(tmp_path):
    shutil.copy(references.path_of("light"), references.path_of("mass", tmp_path))
    with pytest.raises(references.DamagedReference, match="is about 'light', not 'mass'"):
        references.load("mass", tmp_path)


def test_what_is_saved_comes_back(tmp_path):
    group = {"x": np.linspace(0.0, 1.0, 5), "H0": np.array(70.0), "config": np.array("a file")}
    references.save("light", {"one": group}, "1.14.2", tmp_path)
    loaded = references.load("light", tmp_path)["one"]
    np.testing.assert_array_equal(loaded["x"], group["x"])
    assert (float(loaded["H0"]), str(loaded["config"])) == (70.0, "a file")
    assert [path.name for path in tmp_path.iterdir()] == ["light.h5"]


def test_an_unknown_topic_lists_the_topics(capsys):
    assert make_references.main(["lights"]) == 2
    message = capsys.readouterr().err
    assert "unknown topic lights" in message
    assert all(topic in message for topic in TOPICS)


def test_without_lenstronomy_the_extra_is_named(monkeypatch, capsys):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    assert make_references.main(["light"]) == 1
    assert 'pip install "jaxlens-sim[validation]"' in capsys.readouterr().err
