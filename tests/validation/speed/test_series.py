"""The workloads of time series: their epochs, bands and pixels, and parts that are those of the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jaxlens import Simulator
from validation.speed import series
from validation.speed.targets import SERIES_PARTS
from validation.speed.workloads import key


def test_workloads_have_their_epochs_bands_and_pixels() -> None:
    made = [series.simulator_j(), series.simulator_k(), series.simulator_k(1)]
    assert [series.epochs_of(sim) for sim in made] == [10, 10, 1]
    assert [(len(sim.bands), sim.scene.num_pix) for sim in made] == [(5, 100), (4, 45), (4, 45)]
    by_epoch = [sim.scene.series.by_epoch for sim in made if sim.scene.series]
    assert by_epoch == [{"seeing", "sky_brightness"}, set(), set()]


@pytest.mark.long
def test_the_parts_of_a_series_add_up_to_the_whole(massless_series: dict[str, Any]) -> None:
    sim = Simulator(massless_series)
    _, curves, light = series._parts(sim, 2)[SERIES_PARTS[0]](0)
    stamps = series._parts(sim, 2)[SERIES_PARTS[1]](0)
    whole = np.asarray(sim.render(sim.sample(key(), 2)))
    np.testing.assert_allclose(
        np.asarray(light)[:, None] + np.asarray(stamps), whole, atol=1e-5 * whole.max()
    )
    assert set(curves) == {"PLANE_2-OBJECT_2"}
