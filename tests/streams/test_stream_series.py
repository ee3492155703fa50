"""Streams of time series: images by epoch, labels by band and epoch, and what cannot be mixed."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zlib import crc32

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.streams.columns import mixed_columns
from jaxlens.streams.stream import stream

pytestmark = pytest.mark.slow

QUASAR = "PLANE_1-OBJECT_2"
CADENCE = "POINTING_1: {g: [0, 15, 40], r: [1, 16, 41]}\nPOINTING_2: {g: [5, 30], r: [6, 31]}\n"
MEASURED = f"{QUASAR}-forced_flux"


@pytest.fixture
def file(unlensed_series: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "cadence.yaml").write_text(CADENCE)
    configuration = unlensed_series["GEOMETRY"]["CONFIGURATION_1"]
    configuration["TIMESERIES"]["NITES"] = str(tmp_path / "cadence.yaml")
    return unlensed_series


@pytest.mark.long
def test_a_batch_has_the_images_of_the_simulator_by_epoch(file: dict[str, Any]) -> None:
    labels = ["POINTING", "num_epochs", "day-r", f"{QUASAR}-STEP", f"{QUASAR}-magnitude-g-1"]
    with stream(file, 6, seed=1, labels=labels) as batches:
        batch = jax.tree.map(np.asarray, next(batches))
    assert batch.images.shape == (6, 3, 2, 16, 16)
    key = jax.random.fold_in(jax.random.key(1, impl="threefry2x32"), crc32(b"stream"))
    made = Simulator(file).generate(jax.random.fold_in(key, 0), 6, measured=False)
    peak = float(np.abs(made.images).max())
    np.testing.assert_allclose(batch.images, made.images, rtol=0, atol=1e-5 * peak)
    values = {name: np.asarray(value) for name, value in made.values.items()}
    assert {name: value.shape for name, value in batch.parameters.items()} == {
        name: value.shape for name, value in values.items()
    }
    assert batches.label_names == (
        "POINTING",
        *("num_epochs-g", "num_epochs-r"),
        *("day-r-0", "day-r-1", "day-r-2"),
        *(f"{QUASAR}-STEP-{k}" for k in range(3)),
        f"{QUASAR}-magnitude-g-1",
    )
    columns = [
        values["POINTING"][:, None],
        values["num_epochs"],
        values["day"][:, :, 1],
        values[f"{QUASAR}-STEP"][:, :, 0],
        values[f"{QUASAR}-magnitude"][:, 1, :1],
    ]
    np.testing.assert_array_equal(batch.labels, np.concatenate(columns, axis=1).astype(np.float32))
    # nothing was observed at the third epoch of the second pointing
    assert set(values["POINTING"]) == {0.0, 1.0}
    assert not batch.images[values["POINTING"] == 1.0, 2].any()


@pytest.mark.long
def test_fluxes_are_measured_where_one_of_them_is_a_label(file: dict[str, Any]) -> None:
    with stream(file, 4, labels=f"{MEASURED}-r") as batches:
        batch = next(batches)
    assert batches.label_names == tuple(f"{MEASURED}-r-{k}" for k in range(3))
    np.testing.assert_array_equal(batch.labels, batch.parameters[MEASURED][:, :, 1])
    assert np.isfinite(batch.labels).all()


def test_measured_fluxes_are_not_among_the_values_without_a_label(file: dict[str, Any]) -> None:
    simulators = [Simulator(file)]
    assert not mixed_columns(simulators).has(MEASURED)
    assert mixed_columns(simulators, measured=True).has(f"{MEASURED}-g-2")
    assert stream(file, 4, labels=f"{MEASURED}-g-2").label_names == (f"{MEASURED}-g-2",)
    with pytest.raises(
        ValueError, match=r"forced_fluxes in labels is no parameter; did you mean .*forced_flux\?"
    ):
        stream(file, 4, labels=f"{MEASURED}es")


def test_configurations_with_images_of_other_shapes_are_refused(file: dict[str, Any]) -> None:
    geometry = file["GEOMETRY"]
    single = {name: value for name, value in geometry["CONFIGURATION_1"].items() if name != "TIMESERIES"}
    geometry["CONFIGURATION_1"]["FRACTION"] = 0.5
    geometry["CONFIGURATION_2"] = single | {"NAME": "SINGLE", "FRACTION": 0.5}
    with pytest.raises(ValueError, match=r"LENSES has \(3, 2, 16, 16\), SINGLE has \(2, 16, 16\)"):
        stream(file, 4, labels="POINTING")
    assert stream(file, 4, configurations="SINGLE", labels="seeing").label_names == ("seeing-g", "seeing-r")
