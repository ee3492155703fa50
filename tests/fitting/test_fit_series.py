"""Fits of time series: what is free, what is fixed, and which nights count."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import pytest

from jaxlens import FitResult, Simulator
from jaxlens.distributions import Normal
from jaxlens.fitting.fit import fit

STAR = "PLANE_1-OBJECT_2"
MAG, SHIFT = f"{STAR}-MAG", f"{STAR}-MAG_SHIFT"
CENTER = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-center_x"
CADENCE = "POINTING_1: {g: [0, 9, 22, 31]}\nPOINTING_2: {g: [3, 12, 25]}\n"
STARTS = 12


def drawn(name: str, **parameters: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


def file(folder: Path, **model: Any) -> dict[str, Any]:
    """A transient in the middle of a round galaxy, without lens and PSF, on 12 pixels and two pointings."""
    light = {"magnitude": 21.0, "sigma": 0.5, "center_x": drawn("normal", mean=0.0, std=0.2), "center_y": 0.0}
    galaxy = {"NAME": "GALAXY", "LIGHT_PROFILE_1": {"NAME": "GAUSSIAN", "PARAMETERS": light}}
    image = {"exposure_time": 100, "pixel_scale": 0.2, "read_noise": 5, "numPix": 12, "psf_type": "GAUSSIAN"}
    image["point_source"] = "exact"
    survey = {"BANDS": "g", "seeing": drawn("uniform", minimum=0.5, maximum=0.8), "sky_brightness": 21.0}
    (folder / "cadence.yaml").write_text(CADENCE)
    # smooth, so that a fit may be linearised: it rises within 12 days and fades within 25
    rows = [(day, 20.0 + (day / (12.0 if day < 0 else 25.0)) ** 2) for day in np.arange(-30.0, 50.5, 0.5)]
    table = folder / "curve.csv"
    table.write_text("band,day,magnitude\n" + "".join(f"g,{day},{mag}\n" for day, mag in rows))
    curve = {"NAME": "lightcurve", "FILE": str(table), "MAG_SHIFT": drawn("normal", mean=0.0, std=0.3)}
    series = {
        "NITES": str(folder / "cadence.yaml"),
        "OBJECTS": ["STAR"],
        "PEAK": drawn("normal", mean=10, std=3),
    }
    star = {"NAME": "STAR", "HOST": "GALAXY", "MODEL": model or curve, "PARAMETERS": {"magnitude": 20}}
    plane = {"OBJECT_1": "GALAXY", "OBJECT_2": "STAR", "PARAMETERS": {"REDSHIFT": 0.3}}
    return {
        "DATASET": {"NAME": "One", "PARAMETERS": {"SIZE": 1, "OUTDIR": "One", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey | {"magnitude_zero_point": 27.0, "num_exposures": 1}},
        "SPECIES": {"GALAXY_1": galaxy, "POINTSOURCE_1": star},
        "GEOMETRY": {
            "CONFIGURATION_1": {"NAME": "ONE", "FRACTION": 1.0, "PLANE_1": plane, "TIMESERIES": series}
        },
    }


class Mock(NamedTuple):
    """A simulator, images (4, epochs, 1, y, x) of both pointings, their parameters, and the fit of them."""

    sim: Simulator
    images: np.ndarray
    truth: dict[str, np.ndarray]
    pointing: np.ndarray
    result: FitResult


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Simulator:
    return Simulator(file(tmp_path_factory.mktemp("series")))


@pytest.fixture(scope="module")
def mock(sim: Simulator) -> Mock:
    batch = sim.generate(jax.random.key(4, impl="threefry2x32"), 4)
    truth = {name: np.asarray(value) for name, value in batch.values.items()}
    pointing, images = truth["POINTING"], np.array(batch.images)
    assert set(pointing) == {0.0, 1.0}
    # what was not observed may hold anything
    images[pointing == 1, 3:] = np.nan
    fixed = {"POINTING": pointing, "seeing": truth["seeing"]}
    return Mock(sim, images, truth, pointing, fit(sim, images, fixed=fixed, starts=STARTS))


@pytest.mark.long
def test_the_truth_of_a_series_is_found_within_its_errors(mock: Mock) -> None:
    result = mock.result
    assert result.names == (CENTER, "PEAK", SHIFT)
    for i, name in enumerate(result.names):
        assert (np.abs(result.values[:, i] - mock.truth[name]) < 4.0 * result.sigma[:, i]).all(), name
    assert (result.sigma[:, 1] < 1.0).all()
    assert result.converged.all()
    nights = np.where(mock.pointing == 1, 3, 4)
    assert (result.degrees_of_freedom == nights * 144 - 3).all()
    degrees = result.degrees_of_freedom
    assert (np.abs(result.chi_square_per_degree - 1.0) < 5.0 * np.sqrt(2.0 / degrees)).all()
    assert result.residual.shape == (4, 4, 1, 12, 12)
    assert not result.residual[mock.pointing == 1, 3:].any()
    np.testing.assert_array_equal(result.params["num_epochs"], mock.truth["num_epochs"])
    np.testing.assert_array_equal(result.params["day"], mock.truth["day"])


@pytest.mark.long
def test_the_log_posterior_of_a_series_is_the_simulators(mock: Mock) -> None:
    names = list(mock.result.names)
    expected = mock.sim.log_posterior(mock.result.params, mock.images, names=names)
    np.testing.assert_allclose(mock.result.log_posterior, expected, rtol=1e-5)


@pytest.mark.slow
def test_a_result_of_a_series_is_saved_and_drawn(mock: Mock, tmp_path: Path) -> None:
    mock.result.save(tmp_path / "fit.h5")
    found = FitResult.load(tmp_path / "fit.h5")
    np.testing.assert_array_equal(found.model, mock.result.model)
    np.testing.assert_array_equal(found.params["seeing"], mock.truth["seeing"])
    samples = found.samples(jax.random.key(0), 200)
    assert samples.shape == (4, 200, 3)
    figure = found.plot(names=["PEAK"])
    titles = [axes.get_title() for part in figure.subfigs for axes in part.axes]
    assert [title for title in titles if title] == [f"epoch {k}" for k in range(4)]


@pytest.mark.slow
def test_what_a_fit_of_a_series_cannot_find_is_refused(sim: Simulator) -> None:
    images, seeing = np.ones((4, 4, 1, 12, 12)), np.full((4, 4, 1), 0.6)

    def refused(message: str, free: Any = None, **fixed: Any) -> None:
        with pytest.raises(ValueError, match=message):
            fit(sim, images, free, fixed, starts=STARTS)

    refused("seeing differs by epoch and is not free; give its value", POINTING=0)
    refused("seeing in free differs by epoch", ["seeing"], POINTING=0)
    refused("seeing in free differs by epoch", {"seeing": Normal(0.6, 0.1)}, POINTING=0)
    refused("day is that of one of 2 pointings; give fixed={'POINTING': ...}", seeing=seeing)
    refused("POINTING must be a whole number from 0 to 1", POINTING=2, seeing=seeing)
    refused("seeing in fixed has shape", POINTING=0, seeing=seeing[:, :2])
    with pytest.raises(ValueError, match=r"it must be \(n, 4, 1, 12, 12\) for the bands g and 4 epochs"):
        fit(sim, images[:, :2], starts=STARTS)
    images[:2, 3:] = np.nan
    images[3, 1, 0, 2, 3] = np.nan
    # the last night of the second pointing are not observed
    refused("in image 3, epoch 1, band 0, row 2, column 3", POINTING=[1, 1, 0, 0], seeing=seeing)


def test_seeds_and_templates_of_a_model_are_fixed(tmp_path: Path) -> None:
    config = file(tmp_path, NAME="agn_drw", TAU=100.0, MAG=20.0, SF_INF=0.2)
    config["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"]["NITES"] = [0.0, 10.0]
    config["SURVEY"]["PARAMETERS"]["seeing"] = 0.6
    sim = Simulator(config)
    seed = f"{STAR}-REALIZATION"
    images = np.ones((2, 1, 12, 12))
    with pytest.raises(ValueError, match=f"{seed} takes separate values in the file and is not free"):
        fit(sim, images, starts=STARTS)
    for free in ([seed], {seed: Normal(5.0, 1.0)}):
        with pytest.raises(ValueError, match=f"{seed} takes separate values only"):
            fit(sim, images, free, starts=STARTS)
