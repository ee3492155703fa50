"""return_planes: the light of the lens and of the source, point sources and noise add up to the image."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py
import jax
import numpy as np
import pytest

from jaxlens import Simulator, make_dataset
from jaxlens.config import load_config
from jaxlens.engine.batch_size import automatic_batch_size
from jaxlens.simulator.generation import Batch

LENS, SOURCE, POINTS, NOISE = range(4)


def rendered(sim: Simulator, batch: Batch, fainter: Iterable[str] = ()) -> np.ndarray:
    """The images of a batch without noise; what emits the light of `fainter` is 100 magnitudes fainter."""
    params = {name: batch.values[name] for name in sim.parameter_names}
    faint = {f"{name}-magnitude": params[f"{name}-magnitude"] + 100.0 for name in fainter}
    return np.asarray(sim.render(params | faint))


@pytest.fixture
def crowded(small_quasar: dict[str, Any]) -> dict[str, Any]:
    """`small_quasar` with a star in the foreground and with Poisson noise."""
    species, geometry = small_quasar["SPECIES"], small_quasar["GEOMETRY"]["CONFIGURATION_1"]
    species["POINTSOURCE_2"] = {
        "NAME": "STAR",
        "HOST": "Foreground",
        "PARAMETERS": {"magnitude": {"g": 21.0, "r": 20.0}},
    }
    species["NOISE_1"] = {"NAME": "POISSON_NOISE", "PARAMETERS": {"mean": 2.0}}
    geometry["PLANE_1"]["OBJECT_2"] = "STAR"
    geometry["NOISE_SOURCE_1"] = "POISSON_NOISE"
    return small_quasar


@pytest.mark.long
def test_the_planes_add_up_to_the_image_and_are_what_they_are_called(
    crowded: dict[str, Any], key: jax.Array
) -> None:
    sim = Simulator(crowded)
    batch = sim.generate(key, 3, planes=True)
    images, planes = np.asarray(batch.images), np.asarray(batch.planes)
    assert planes.shape == (3, 4, 2, 24, 24)
    assert planes.dtype == np.float32
    peak = np.abs(images).max()
    np.testing.assert_allclose(planes.sum(1), images, atol=1e-6 * peak, rtol=0)

    whole = rendered(sim, batch)
    np.testing.assert_allclose(planes[:, :NOISE].sum(1), whole, atol=1e-5 * peak, rtol=0)
    for plane, names in (
        (LENS, ["PLANE_1-OBJECT_1-LIGHT_PROFILE_1"]),
        (SOURCE, ["PLANE_2-OBJECT_1-LIGHT_PROFILE_1"]),
        (POINTS, ["PLANE_1-OBJECT_2", "PLANE_2-OBJECT_2"]),
    ):
        dim = rendered(sim, batch, names)
        np.testing.assert_allclose(planes[:, plane], whole - dim, atol=2e-5 * peak, rtol=0)
        assert planes[:, plane].max() > 1e-3 * peak
    # Poisson noise of mean 2 is in the noise, and read noise and sky with it
    assert planes[:, NOISE].mean() == pytest.approx(2.0, abs=0.05)


@pytest.mark.long
def test_one_plane_is_the_lens_s(small_lens: dict[str, Any], key: jax.Array) -> None:
    geometry = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    geometry["PLANE_1"]["OBJECT_1"] = "SOURCE"
    del geometry["PLANE_2"]
    sim = Simulator(small_lens)
    batch = sim.generate(key, 3, planes=True)
    planes = np.asarray(batch.planes)
    np.testing.assert_allclose(planes[:, LENS], rendered(sim, batch), rtol=1e-5, atol=1e-5)
    assert not planes[:, [SOURCE, POINTS]].any()


@pytest.mark.long
def test_a_middle_plane_is_the_lens_s_light_and_lensed_by_what_is_in_front(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    geometry = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    small_lens["SPECIES"]["GALAXY_3"] = copy.deepcopy(small_lens["SPECIES"]["GALAXY_2"]) | {"NAME": "MIDDLE"}
    geometry["PLANE_3"] = geometry["PLANE_2"]
    geometry["PLANE_2"] = {"OBJECT_1": "MIDDLE", "PARAMETERS": {"REDSHIFT": 0.8}}
    sim = Simulator(small_lens)
    batch = sim.generate(key, 3, planes=True)
    planes = np.asarray(batch.planes)
    dim = rendered(sim, batch, ["PLANE_3-OBJECT_1-LIGHT_PROFILE_1"])
    np.testing.assert_allclose(planes[:, LENS], dim, atol=2e-5 * dim.max(), rtol=0)


@pytest.mark.long
@pytest.mark.parametrize("image_format", ["npy", "h5"])
def test_planes_are_kept_and_written(small_lens: dict[str, Any], tmp_path: Path, image_format: Any) -> None:
    small_lens["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path)
    dataset: Any = make_dataset(
        small_lens, save_to_disk=True, image_file_format=image_format, return_planes=True, batch_size=3
    )
    assert dataset.CONFIGURATION_1_planes.shape == (4, 4, 2, 24, 24)
    assert dataset.planes() is dataset.CONFIGURATION_1_planes
    images = dataset.CONFIGURATION_1_images
    np.testing.assert_allclose(dataset.planes().sum(1), images, atol=1e-6 * np.abs(images).max())
    path = tmp_path / f"CONFIGURATION_1_planes.{image_format}"
    assert path in dataset.runs["CONFIGURATION_1"].files
    if image_format == "npy":
        stored = np.load(path)
    else:
        with h5py.File(path) as file:
            stored = file["Small"][:]
    np.testing.assert_array_equal(stored, dataset.planes())


@pytest.mark.long
def test_a_sample_has_the_planes_of_the_first_five(small_lens: dict[str, Any]) -> None:
    small_lens["DATASET"]["PARAMETERS"]["SIZE"] = 7
    dataset = make_dataset(
        small_lens, store_in_memory=False, store_sample=True, return_planes=True, batch_size=4
    )
    assert dataset.planes().shape == (5, 4, 2, 24, 24)
    assert dataset.images().shape == (5, 2, 24, 24)


@pytest.mark.long
def test_planes_that_were_not_made_are_explained(small_lens: dict[str, Any]) -> None:
    dataset = make_dataset(small_lens, batch_size=4)
    assert not hasattr(dataset, "CONFIGURATION_1_planes")
    with pytest.raises(ValueError, match=r"^there are no planes; make the dataset with return_planes=True$"):
        dataset.planes()


@pytest.mark.slow
def test_images_are_the_same_with_and_without_planes(small_lens: dict[str, Any]) -> None:
    images = make_dataset(small_lens, batch_size=4).images()
    others = make_dataset(small_lens, return_planes=True, batch_size=4).images()
    np.testing.assert_allclose(others, images, atol=1e-5 * np.abs(images).max(), rtol=0)


def test_chunks_are_smaller_with_planes() -> None:
    config = load_config("galaxy_galaxy")
    assert automatic_batch_size(config, 10**6, planes=True) <= automatic_batch_size(config, 10**6) / 4
