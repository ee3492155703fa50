"""Which dataset it is, and how two differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jax

from jaxlens.production.arguments import Arguments
from jaxlens.production.identity import described, device_kind, differences, differences_of_kind, versions

from .conftest import LABEL, field_recipe, made_up


def test_the_manifest_of_what_is_to_be_made(tmp_path: Path) -> None:
    recipe, devices = field_recipe(tmp_path), tuple(jax.local_devices()[:1])
    jobs = {LABEL: recipe.job(LABEL, devices)}
    asked = Arguments(save_to_disk=True, batch_size=2, shard_size=3)
    manifest = described(recipe, jobs, asked, None)
    section = manifest.configurations[LABEL]
    assert (section.systems, section.batch_size, section.shard_size, section.count) == (10, 2, 4, 3)
    assert not any(shard.whole for shard in section.shards)
    assert (manifest.device_kind, manifest.devices) == (device_kind(devices), 1)
    assert manifest.versions == versions()
    resumed = described(recipe, jobs, Arguments(save_to_disk=True), manifest)
    assert resumed == manifest, "sizes are those of the dataset where none are asked for"
    part = described(recipe, jobs, replace(asked, part=(1, 2)), None)
    assert [shard.number for shard in part.configurations[LABEL].shards] == [1, 2]
    assert part.configurations[LABEL].count == 3
    elsewhere = described(field_recipe(tmp_path / "elsewhere"), jobs, asked, None)
    assert differences(manifest, elsewhere) == [], "where the files are makes no other dataset"


def test_a_processor_is_named() -> None:
    kind = device_kind(tuple(jax.local_devices()[:1]))
    assert kind.startswith("cpu ")
    assert len(kind) > 4


def test_differences_are_texts() -> None:
    manifest = made_up()
    assert differences(manifest, manifest) == []
    assert differences_of_kind(manifest, manifest) == []
    other = made_up(seed=2, versions={"jaxlens": "2", "jax": "3"}, devices=2)
    assert differences(manifest, other) == ["its seed is 1, not 2"]
    assert differences_of_kind(manifest, other) == [
        "its devices was 1, and is 2",
        "jax was None, and is 3",
        "jaxlens was 1, and is 2",
    ]
