"""Datasets with haloes: a file of haloes beside each file of images, from which images are rendered again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import jaxlens
from jaxlens import cli
from jaxlens.datasets.dataset import Dataset
from jaxlens.files.haloes_reading import read_haloes
from jaxlens.production.manifest import read_manifest
from jaxlens.production.remaking import remaking
from tests.haloes import SUBHALOES, halo_document

from .conftest import contents

pytestmark = pytest.mark.slow
LABEL, SIZE, BATCH = "CONFIGURATION_1", 10, 4
# Three lists: system i gets number i modulo 3.
LISTS = "list,x,y,mass\n0,0.5,0.2,1e9\n0,-0.3,0.9,2e9\n1,0.1,1,3e9\n2,0,1,1e9\n2,1,0,1e9\n2,-1,0,2e9\n"


def document(folder: Path, outdir: Path) -> dict[str, Any]:
    """A lens with point masses from a file, which are compiled fast."""
    found = halo_document(outdir, SIZE, field=None)
    table = folder / "haloes.csv"
    table.write_text(LISTS)
    found["SPECIES"]["GALAXY_1"]["SUBSTRUCTURE"] = {"PROFILE": "POINT_MASS", "FILENAME": str(table)}
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("haloes")


def generate(folder: Path, outdir: Path, **options: Any) -> Dataset:
    given: dict[str, Any] = {"image_file_format": "h5", "batch_size": BATCH, "shard_size": BATCH}
    return jaxlens.make_dataset(document(folder, outdir), True, **(given | options))


@pytest.fixture(scope="module")
def made(folder: Path) -> Dataset:
    """Ten systems in three shards, in memory and on the disk."""
    return generate(folder, folder / "out")


@pytest.mark.long
def test_files_of_haloes_stand_beside_images(folder: Path, made: Dataset) -> None:
    names = {path.name for path in (folder / "out").iterdir()}
    assert {f"{LABEL}_haloes.h5", *(f"{LABEL}_haloes-0000{k}-of-00003.h5" for k in range(3))} < names
    loaded = jaxlens.load(folder / "out")
    for one in (made, loaded):
        assert one.haloes()[SUBHALOES].numbers.tolist() == [2, 1, 3, 2, 1, 3, 2, 1, 3, 2]
        assert one.haloes().of(8)[SUBHALOES]["mass"].tolist() == [1e9, 1e9, 2e9]
        assert set(one.haloes().of(8)[SUBHALOES]["z"].tolist()) == {0.5}
        assert getattr(one, f"{LABEL}_haloes")[SUBHALOES].arrays["x"].shape == (20,)
        assert f"haloes of {SUBHALOES}" in repr(one)
        table = one.metadata()
        assert table[f"{SUBHALOES}-NUMBER-g"].tolist() == [2, 1, 3, 2, 1, 3, 2, 1, 3, 2]
        assert not any(f"{SUBHALOES}-{name}-g" in table for name in ("x", "y", "z", "mass"))
    joined = read_haloes(folder / "out" / f"{LABEL}_haloes.h5")[SUBHALOES]
    np.testing.assert_array_equal(joined.arrays["x"], loaded.haloes()[SUBHALOES].arrays["x"])


@pytest.mark.long
def test_images_are_rendered_again_from_the_files(folder: Path, made: Dataset) -> None:
    sim, key = jaxlens.Simulator(made.config), jax.random.key(1, impl="threefry2x32")
    for shard, start, stop in ((0, 0, 4), (1, 4, 8)):
        table = folder / "out" / f"{LABEL}_images-0000{shard}-of-00003.h5"
        params = sim.params_from_table(table)
        again = sim.observe(key, params, start=start)
        np.testing.assert_allclose(again, made.images()[start:stop], rtol=1e-5, atol=1e-4)
    rows = made.metadata().iloc[[4, 7, 5, 6]]
    params = sim.params_from_table(rows, made.haloes())
    again = sim.observe(key, params, start=np.array([4, 7, 5, 6]))
    np.testing.assert_allclose(again, made.images()[[4, 7, 5, 6]], rtol=1e-5, atol=1e-4)
    smooth = params | {f"{SUBHALOES}-NUMBER": np.zeros(4)}
    assert np.abs(np.asarray(sim.observe(key, smooth, start=np.array([4, 7, 5, 6]))) - again).max() > 0.1


def test_a_dataset_that_lost_haloes_is_not_whole_and_is_resumed(
    folder: Path, made: Dataset, tmp_path: Path
) -> None:
    shutil.copytree(folder / "out", tmp_path / "out")
    assert jaxlens.verify(tmp_path / "out").whole
    path = tmp_path / "out" / f"{LABEL}_haloes-00001-of-00003.h5"
    whole = contents(tmp_path / "out")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(jaxlens.StorageError, match=r"haloes-00001-of-00003.h5: .*truncated"):
        jaxlens.load(tmp_path / "out").haloes().of(4)
    assert f"{path.name} has" in str(jaxlens.verify(tmp_path / "out", systems=0))
    path.unlink()
    assert f"{path.name} is missing" in str(jaxlens.verify(tmp_path / "out", systems=0))
    document_there = document(folder, tmp_path / "out")
    jaxlens.make_dataset(
        document_there, True, image_file_format="h5", batch_size=BATCH, shard_size=BATCH, resume=True
    )
    assert contents(tmp_path / "out") == whole


def test_haloes_that_are_not_those_made_again_are_named(folder: Path, made: Dataset, tmp_path: Path) -> None:
    shutil.copytree(folder / "out", tmp_path / "out")
    again, _ = remaking(tmp_path / "out", read_manifest(tmp_path / "out"))
    shard = read_manifest(tmp_path / "out").configurations[LABEL].shards[0]
    assert again.problem_of(LABEL, shard, [0, 3]) == ""
    names = [f"{LABEL}_haloes-0000{k}-of-00003.h5" for k in (1, 0)]
    (tmp_path / "out" / names[1]).write_bytes((tmp_path / "out" / names[0]).read_bytes())
    problem = again.problem_of(LABEL, shard, [0, 3])
    assert problem == f"system 0 is not what is made again: {SUBHALOES}-mass"


@pytest.mark.long
def test_parts_are_merged_with_their_haloes(folder: Path, made: Dataset, tmp_path: Path) -> None:
    for k in range(2):
        generate(folder, tmp_path, part=(k, 2), store_in_memory=False)
    for into, copy in ((tmp_path / "links", False), (tmp_path / "copies", True)):
        jaxlens.merge(tmp_path, into, copy=copy)
        assert (into / f"{LABEL}_haloes.h5").exists()
        assert jaxlens.verify(into).whole
        for lists in (jaxlens.load(into).haloes(), read_haloes(into / f"{LABEL}_haloes.h5")):
            own = lists[SUBHALOES]
            np.testing.assert_array_equal(own.offsets, made.haloes()[SUBHALOES].offsets)
            np.testing.assert_array_equal(own.arrays["mass"], made.haloes()[SUBHALOES].arrays["mass"])


@pytest.mark.long
def test_other_formats_have_the_same_haloes(folder: Path, made: Dataset, tmp_path: Path) -> None:
    jaxlens.load(folder / "out").save(tmp_path / "npy", "npy", shard_size=SIZE)
    made.save(tmp_path / "fits", "fits")
    for name in ("npy", "fits"):
        assert jaxlens.verify(tmp_path / name).whole
        found = jaxlens.load(tmp_path / name).haloes()[SUBHALOES]
        np.testing.assert_array_equal(found.arrays["x"], made.haloes()[SUBHALOES].arrays["x"])
    assert (tmp_path / "npy" / f"{LABEL}_haloes.h5").exists()


@pytest.mark.long
def test_a_file_of_haloes_is_a_list_for_another_file(folder: Path, made: Dataset, tmp_path: Path) -> None:
    changed = document(folder, tmp_path)
    source = folder / "out" / f"{LABEL}_haloes-00000-of-00003.h5"
    changed["SPECIES"]["GALAXY_1"]["SUBSTRUCTURE"]["FILENAME"] = str(source)
    sim = jaxlens.Simulator(changed)
    drawn = sim.sample(jax.random.key(1, impl="threefry2x32"), 4)
    for i in range(4):
        own = made.haloes().of(i)[SUBHALOES]
        assert drawn[f"{SUBHALOES}-NUMBER"][i] == len(own["mass"])
        np.testing.assert_array_equal(drawn[f"{SUBHALOES}-mass"][i, : len(own["mass"])], own["mass"])


def test_info_tells_of_the_files(folder: Path, made: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["info", str(folder / "out")]) == 0
    assert re.search(r"4 a batch, haloes in 3 files \(.* GB\)", capsys.readouterr().out)
