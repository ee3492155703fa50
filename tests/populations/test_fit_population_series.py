"""A population fit of time series: each epoch has statistics of its own."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.populations.fit_population import fit_population

MEAN, SEEING = "SPECIES.POINTSOURCE_1.MODEL.MAG.mean", "SURVEY.seeing.minimum"


def drawn(name: str, **parameters: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


@pytest.mark.long
def test_the_numbers_of_a_light_curve_and_of_each_night_are_found(unlensed_series: dict[str, Any]) -> None:
    def simulator(mean: float, seeing: float) -> Simulator:
        model = {"NAME": "flat", "MAG": drawn("normal", mean=mean, std=0.5), "COLOR": 0.0}
        unlensed_series["SPECIES"]["POINTSOURCE_1"]["MODEL"] = model
        unlensed_series["IMAGE"]["PARAMETERS"]["point_source"] = "exact"
        unlensed_series["SURVEY"]["PARAMETERS"] |= {
            "BANDS": "g",
            "seeing": drawn("uniform", minimum=seeing, maximum=1.2),
        }
        unlensed_series["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = 22.0
        unlensed_series["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"]["NITES"] = [0.0, 20.0]
        return Simulator(unlensed_series)

    images, _ = simulator(20.0, 0.7)(jax.random.key(1, impl="threefry2x32"), 300)
    assert images.shape == (300, 2, 1, 16, 16)
    result = fit_population(simulator(20.4, 0.6), images, [MEAN, SEEING], simulated=1024, bootstrap=20)
    assert result.converged
    off = np.abs(result.values - np.array([20.0, 0.7]))
    assert (off < 4.0 * np.std(result.samples, axis=0)).all()
    assert off[0] < 0.15
    assert off[1] < 0.05
