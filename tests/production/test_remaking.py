"""Systems that are made again are compared with every format's arrays and rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from jaxlens.production.manifest import read_manifest
from jaxlens.production.remaking import remaking

from .conftest import LABEL, generate


def test_a_problem_names_the_system_and_what_differs(dataset: Path) -> None:
    manifest = read_manifest(dataset)
    again, problem = remaking(dataset, manifest)
    assert problem == ""
    shard = manifest.configurations[LABEL].shards[1]
    assert again.is_exact(shard)
    assert again.problem_of(LABEL, shard, [4, 7]) == ""
    other = manifest.configurations[LABEL].shards[2]
    (dataset / shard.files[0].name).write_bytes((dataset / other.files[0].name).read_bytes())
    assert again.problem_of(LABEL, shard, [4]).startswith("system 4 is not what is made again: ")


@pytest.mark.parametrize("options", [{}, {"skip_image_generation": True}])
def test_what_cannot_be_made_again_is_told(dataset: Path, options: dict) -> None:
    (dataset / "config.yaml").write_text("DATASET: 1")
    again, problem = remaking(dataset, read_manifest(dataset))
    assert again is None
    assert problem.startswith("config.yaml cannot be read, so that no system was made again: ")


def test_npy_files_have_every_number_by_band(tmp_path: Path) -> None:
    generate(tmp_path / "field", image_file_format="npy")
    manifest = read_manifest(tmp_path / "field")
    again, _ = remaking(tmp_path / "field", manifest)
    for _, shard in manifest.shards():
        assert again.problem_of(LABEL, shard, [shard.start, shard.stop - 1]) == ""
