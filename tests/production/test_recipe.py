"""A recipe is what every process needs to know; it can be sent to another."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import jax

from jaxlens.production.recipe import sizes

from .conftest import LABEL, field_recipe


def test_a_pickled_recipe_makes_the_same_job(tmp_path: Path) -> None:
    recipe = field_recipe(tmp_path, image_dtype="float16", compression="lzf")
    devices = tuple(jax.local_devices()[:1])
    job = recipe.job(LABEL, devices, 4)
    text = pickle.dumps(recipe)
    again = pickle.loads(text)
    assert pickle.dumps(again) == text, "the simulators stay out of it"
    other = again.job(LABEL, devices, 4)
    assert (other.count, other.batch_size, other.arrays) == (10, 4, ("images",))
    assert other.simulator.scene == job.simulator.scene
    assert other.key.tolist() == job.key.tolist()
    assert again.contents(other, 4) == recipe.contents(job, 4)
    assert (again.contents(other, 4).dtype, again.contents(other, 4).compression) == ("float16", "lzf")


def test_bytes_are_in_proportion_to_the_systems(tmp_path: Path) -> None:
    recipe = field_recipe(tmp_path)
    job = recipe.job(LABEL, tuple(jax.local_devices()[:1]), 4)
    assert recipe.bytes_on_disk(job) == 10 * recipe.bytes_of_system(job)
    assert recipe.bytes_of_system(job) > 8 * 8 * 4
    assert recipe.contents(replace(job, start=4, count=4), 4).start == 4


def test_the_sizes_of_configurations_add_up(tmp_path: Path) -> None:
    config = field_recipe(tmp_path).config
    (only,) = config.configurations
    thirds = tuple(replace(only, label=f"CONFIGURATION_{k}", fraction=1 / 3) for k in (1, 2, 3))
    for size in (0, 1, 2, 100):
        assert sum(sizes(replace(config, configurations=thirds, size=size)).values()) == size
