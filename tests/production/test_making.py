"""What is kept and told of what is made, beside the files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jaxlens.production.manifest import read_manifest, write_manifest

from .conftest import LABEL, generate


def test_all_is_kept_in_memory_where_all_is_made_here(undisturbed: Path, tmp_path: Path) -> None:
    made = generate(tmp_path / "field", store_in_memory=True)
    assert made.images().shape == (10, 1, 8, 8)
    assert made.metadata()["OBJID-g"].tolist() == list(range(10))
    sample = generate(tmp_path / "sample", store_in_memory=False, store_sample=True)
    np.testing.assert_array_equal(sample.images(), made.images()[:5])


def test_the_run_tells_what_was_made_and_which_files_there_are(tmp_path: Path) -> None:
    run = generate(tmp_path / "field").runs[LABEL]
    assert (run.systems, run.batch_size) == (10, 4)
    assert [path.name for path in run.files] == [f"{LABEL}_images.h5"]
    again = generate(tmp_path / "field", resume=True).runs[LABEL]
    assert (again.systems, again.seconds, again.files) == (0, 0, run.files)
    npy = generate(tmp_path / "npy", image_file_format="npy", size=4).runs[LABEL]
    assert [path.name for path in npy.files] == [f"{LABEL}_images.npy", f"{LABEL}_metadata.csv"]
    assert all(path.is_file() for path in npy.files)


def test_a_mixed_dataset_says_who_made_each_shard(tmp_path: Path) -> None:
    folder = tmp_path / "field"
    generate(folder)
    manifest = read_manifest(folder)
    write_manifest(folder, replace(manifest, versions={**manifest.versions, "jax": "0.1"}))
    lost = folder / f"{LABEL}_images-00001-of-00003.h5"
    lost.unlink()
    with pytest.raises(OSError, match=r"has damaged shards, and was made otherwise \(jax was 0\.1"):
        generate(folder, resume=True)
    generate(folder, resume=True, allow_mixed=True)
    versions = [shard.versions for _, shard in read_manifest(folder).shards()]
    assert versions == [None, manifest.versions, None]
