"""make_dataset with copies: real galaxies as neighbours and stars, their metadata, series of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator, load, make_dataset

PLANE = "PLANE_1"
NEIGHBOUR = f"{PLANE}-OBJECT_3"
COUNT = {"DISTRIBUTION": {"NAME": "poisson", "PARAMETERS": {"mean": 1.0}}}


@pytest.fixture
def field(unlensed_series: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """A galaxy with up to three neighbours that are images, and up to two stars, in single exposures."""
    unlensed_series["GEOMETRY"]["CONFIGURATION_1"].pop("TIMESERIES")
    unlensed_series["SPECIES"]["POINTSOURCE_1"].pop("MODEL")
    distance = np.hypot(*(np.mgrid[:9, :9] - 4.0))
    np.save(
        tmp_path / "stack.npy", [np.exp(-0.5 * (distance / width) ** 2) for width in (1.5, 1.7, 1.9, 2.1)]
    )
    image = {"image": str(tmp_path / "stack.npy"), "scale": 0.1, "magnitude": {"g": 21.0, "r": 20.0}}
    galaxy = {"NAME": "NEIGHBOUR", "LIGHT_PROFILE_1": {"NAME": "INTERPOL", "PARAMETERS": image}}
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 21.0}}
    unlensed_series["SPECIES"] |= {"GALAXY_3": galaxy, "POINTSOURCE_2": star}
    unlensed_series["GEOMETRY"]["CONFIGURATION_1"][PLANE] |= {
        "OBJECT_3": {"NAME": "NEIGHBOUR", "NUMBER": COUNT, "MAX": 3, "POSITION": {"within": 2.0}},
        "OBJECT_4": {"NAME": "STAR", "NUMBER": 1, "MAX": 2},
    }
    return unlensed_series


@pytest.mark.long
def test_a_dataset_has_the_number_and_each_copy(field: dict[str, Any], tmp_path: Path) -> None:
    """Rows of metadata are recipes; each copy takes an image of its own; the parts add up to the image."""
    field["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path / "field")
    dataset = make_dataset(field, save_to_disk=True, return_planes=True)
    table = dataset.metadata("CONFIGURATION_1")
    chosen = table[[f"{NEIGHBOUR}_{k}-LIGHT_PROFILE_1-image_index-g" for k in (1, 2, 3)]].to_numpy()
    assert len(np.unique(chosen)) > 1
    assert table[f"{PLANE}-NUMBER_OF_OBJECTS-g"].unique().tolist() == [4]
    assert table[f"{NEIGHBOUR}-NAME-g"].unique().tolist() == ["NEIGHBOUR"]
    assert table[f"{NEIGHBOUR}-NUMBER-g"].between(0, 3).all()
    sim = Simulator(field)
    planes = np.asarray(dataset.CONFIGURATION_1_planes)
    images = sim.render(sim.params_from_table(table))
    # (systems, parts, bands, y, x): lens, source, points, noise
    np.testing.assert_allclose(planes[:, :3].sum(1), images, rtol=1e-4, atol=1e-4)
    again = load(tmp_path / "field")
    np.testing.assert_array_equal(again.CONFIGURATION_1_images, dataset.CONFIGURATION_1_images)


@pytest.mark.long
def test_copies_stand_in_every_image_of_a_series(field: dict[str, Any]) -> None:
    """Each copy adds as much light in each night: that of a star, and that of the neighbours in the image."""
    field["SPECIES"]["POINTSOURCE_1"]["MODEL"] = "flat"
    configuration = field["GEOMETRY"]["CONFIGURATION_1"]
    configuration["TIMESERIES"] = {"NITES": [0.0, 15.0], "OBJECTS": ["QUASAR"], "PEAK": 5.0}
    sim = Simulator(field)
    params = sim.sample(jax.random.key(3), 1)
    stars = f"{PLANE}-OBJECT_4-NUMBER"
    images = [np.asarray(sim.render({**params, stars: jnp.full((1,), float(n))})) for n in (0, 1)]
    added = images[1] - images[0]
    # the parts of stars of magnitude 21 with a zero point of 27, counts/s, that are in the image
    assert (added.sum((3, 4)) > 0.2 * 10**2.4).all()
    np.testing.assert_allclose(added[:, 0], added[:, 1], rtol=1e-3, atol=1e-3)
