"""Images of time series: what does not change, what adds up, and what is masked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator

QUASAR = "PLANE_2-OBJECT_2"
# Two pointings, the second with fewer nights.
CADENCE = """
POINTING_1: {g: [0, 15, 40], r: [1, 16, 41]}
POINTING_2: {g: [5, 30], r: [6, 31]}
"""


def with_cadence(file: dict[str, Any], folder: Path, text: str = CADENCE) -> dict[str, Any]:
    (folder / "cadence.yaml").write_text(text)
    file["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"]["NITES"] = str(folder / "cadence.yaml")
    return file


def assert_close(one: Any, other: Any, of_peak: float = 2e-5) -> None:
    peak = float(np.abs(other).max())
    np.testing.assert_allclose(one, other, rtol=0, atol=of_peak * peak)


def series_of(file: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = file["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"]
    return found


@pytest.mark.long
def test_the_same_shift_of_PEAK_and_NITES_changes_nothing(massless_series: dict[str, Any], key: Any) -> None:
    series = series_of(massless_series)
    plain, _ = Simulator(massless_series)(key, 2)
    series["NITES"] = [night + 500.0 for night in series["NITES"]]
    series["PEAK"] += 500.0
    moved, _ = Simulator(massless_series)(key, 2)
    assert_close(moved, plain)


@pytest.mark.long
def test_a_system_is_the_same_in_any_batch_and_with_more_pointings_of_more_nights(
    massless_series: dict[str, Any], tmp_path: Path, key: Any
) -> None:
    sim = Simulator(with_cadence(massless_series, tmp_path))
    images, params = sim(key, 6)
    assert images.shape == (6, 3, 2, 16, 16)
    alone, own = sim(key, 1, start=4)
    for name, value in own.items():
        np.testing.assert_array_equal(value[0], params[name][4], err_msg=name)
    assert_close(alone[0], images[4])
    short = np.asarray(params["num_epochs"])[:, 0] == 2
    assert 0 < short.sum() < 6
    # the missing nights have neither light nor noise
    assert not np.asarray(images)[short, 2].any()
    # the second pointing alone, with no night to fill up
    second = "\n".join(line for line in CADENCE.splitlines() if "POINTING_1" not in line)
    single = Simulator(with_cadence(massless_series, tmp_path, second))
    same, _ = single(key, 6)
    assert same.shape == (6, 2, 2, 16, 16)
    assert_close(np.asarray(same)[short], np.asarray(images)[short, :2])


@pytest.mark.long
def test_static_nights_of_equal_seeing_are_one_image_without_noise(
    massless_series: dict[str, Any], key: Any
) -> None:
    massless_series["SPECIES"]["POINTSOURCE_1"]["MODEL"] = "static"
    sim = Simulator(massless_series)
    params = sim.sample(key, 2)
    images = np.asarray(sim.render(params))
    np.testing.assert_array_equal(images, np.broadcast_to(images[:, :1], images.shape))
    del massless_series["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"]
    del massless_series["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"]
    single = Simulator(massless_series)
    own = {name: params[name] for name in single.parameter_names}
    assert_close(images[:, 0], single.render(own), 1e-6)


@pytest.mark.long
def test_a_lensed_curve_is_the_sum_of_its_images_at_their_delays(
    small_series: dict[str, Any], key: Any, x64: None
) -> None:
    small_series["IMAGE"]["PARAMETERS"] |= {"numPix": 24, "point_source": "exact"}
    sim = Simulator(small_series)
    params = sim.sample(key, 2)
    faint = params | {f"{QUASAR}-MAG": params[f"{QUASAR}-MAG"] + 100.0}
    light = np.asarray(sim.render(params) - sim.render(faint)).sum(axis=(-1, -2))
    images, delays = sim.image_positions(params)[QUASAR], sim.time_delays(params)[QUASAR]
    days, zero_point = np.asarray(params["day"]), np.asarray(params["magnitude_zero_point"])
    for i in range(2):
        own = {n: np.asarray(params[f"{QUASAR}-{n}"][i], float) for n in ("MAG", "COLOR", "STEP")}
        nights = days[i, :, 0]
        walk = np.cumsum(np.concatenate([[0.0], own["STEP"][1:, 0]]))
        for b in range(2):
            curve = 10.0 ** (-0.4 * (own["MAG"] + own["COLOR"][b] + walk))
            expected = sum(
                abs(float(mu)) * np.interp(days[i, :, b] - float(delay), nights, curve)
                for mu, delay, real in zip(images.magnification[i], delays[i], images.mask[i], strict=True)
                if real
            )
            expected = expected * 10.0 ** (0.4 * zero_point[i])
            np.testing.assert_allclose(light[i, :, b], expected, rtol=1e-6)


@pytest.mark.long
def test_planes_add_up_at_each_epoch(massless_series: dict[str, Any], tmp_path: Path, key: Any) -> None:
    seeing = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.6, "maximum": 1.2}}}
    massless_series["SURVEY"]["PARAMETERS"]["seeing"] = seeing
    sim = Simulator(with_cadence(massless_series, tmp_path))
    batch = sim.generate(key, 4, planes=True)
    assert batch.planes is not None
    assert batch.planes.shape == (4, 3, 4, 2, 16, 16)
    assert_close(np.asarray(batch.planes).sum(axis=2), batch.images, 2e-6)
    params = {name: batch.values[name] for name in sim.parameter_names}
    assert params["seeing"].shape == (4, 3, 2)
    assert_close(np.asarray(batch.planes)[:, :, :3].sum(axis=2), sim.render(params), 2e-6)
    # nothing but the fluxes that are measured on the images depends on `measured`
    plain = sim.generate(key, 4, measured=False)
    assert_close(plain.images, batch.images)
    measured = set(batch.values) - set(plain.values)
    assert measured
    assert all("forced_flux" in name or "magnitude_measured" in name for name in measured)


@pytest.mark.long
def test_missing_epochs_do_not_count_in_the_likelihood(
    unlensed_series: dict[str, Any], tmp_path: Path, key: Any
) -> None:
    sim = Simulator(with_cadence(unlensed_series, tmp_path))
    params = sim.sample(key, 6)
    mean, sigma = sim.expected(params)
    found = sim.log_likelihood(params, mean + sigma)
    observed = np.arange(3)[:, None] < np.asarray(params["num_epochs"])[:, None, :]
    assert 0 < observed[:, 2].sum() < observed[:, 2].size
    terms = -0.5 - np.log(np.asarray(sigma, float)) - 0.5 * np.log(2.0 * np.pi)
    expected = np.where(observed[..., None, None], terms, 0.0).sum(axis=(1, 2, 3, 4))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    # what an unobserved epoch holds does not matter, NaN neither
    unknown = jnp.where(jnp.asarray(observed)[..., None, None], mean + sigma, jnp.nan)
    np.testing.assert_array_equal(sim.log_likelihood(params, unknown), found)


@pytest.mark.long
def test_the_prior_of_what_is_drawn_at_each_epoch_is_the_sum_over_epochs(
    unlensed_series: dict[str, Any], tmp_path: Path, key: Any
) -> None:
    seeing = {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": 0.8, "std": 0.1}}}
    unlensed_series["SURVEY"]["PARAMETERS"]["seeing"] = seeing
    sim = Simulator(with_cadence(unlensed_series, tmp_path))
    params = sim.sample(key, 3)
    values = np.asarray(params["seeing"], float)
    assert values.shape == (3, 3, 2)
    normal = -0.5 * ((values - 0.8) / 0.1) ** 2 - np.log(0.1) - 0.5 * np.log(2.0 * np.pi)
    np.testing.assert_allclose(sim.log_prior(params, names=["seeing"]), normal.sum(axis=(1, 2)), rtol=1e-5)
    step = "PLANE_1-OBJECT_2-STEP"
    assert params[step].shape == (3, 3, 1)
    np.testing.assert_allclose(sim.log_prior(params, names=[step]), 3 * np.log(0.5), rtol=1e-5)
    assert {"seeing", step} <= set(sim.priors)
    # the nights of one of two pointings have no density, those of a single one are constants
    assert set(sim.without_prior) == {"day", "num_epochs"}
    assert "2 pointings" in sim.without_prior["day"]
    with pytest.raises(ValueError, match="day is that of one of 2 pointings"):
        sim.log_prior(params)
    single = Simulator(with_cadence(unlensed_series, tmp_path, "POINTING_1: {g: [0, 9], r: [1, 8]}"))
    assert not single.without_prior
    assert bool(jnp.isfinite(single.log_prior(single.sample(key, 2))).all())


@pytest.mark.long
def test_gradients_of_a_series_are_central_differences(x64: None) -> None:
    from validation.recovery.mocks import lensed_supernova_mock

    sim = Simulator(lensed_supernova_mock(16))
    params = sim.sample(jax.random.key(3, impl="threefry2x32"), 1)
    theta_E, stretch = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E", "PLANE_2-OBJECT_2-STRETCH"
    steps = {"PEAK": 1e-3, stretch: 1e-5, theta_E: 1e-6, "H0": 1e-3}
    off = {"PEAK": 0.7, stretch: 0.02, theta_E: 0.004, "H0": 2.0}

    @jax.jit
    @partial(jax.value_and_grad, has_aux=True)
    def chi_square(moves: jax.Array, images: jax.Array, sigma: jax.Array) -> tuple[jax.Array, jax.Array]:
        moved = {n: params[n] + off[n] + moves[i] for i, n in enumerate(steps)}
        model = sim.render(params | moved)
        return jnp.sum(((images - model) / sigma) ** 2), model

    # the images of the truth, by the same program
    zero, one = jnp.zeros(4), jnp.ones(sim.scene.image_shape)[None]
    (_, images), _ = chi_square(-jnp.asarray([off[name] for name in steps]), one, one)
    sigma = float(images.max()) / 100.0 * one
    (_, _), gradient = chi_square(zero, images, sigma)
    for i, (name, step) in enumerate(steps.items()):
        ends = [float(chi_square(zero.at[i].set(side * step), images, sigma)[0][0]) for side in (1.0, -1.0)]
        central = (ends[0] - ends[1]) / (2.0 * step)
        assert abs(float(gradient[i])) > 1.0, name
        assert float(gradient[i]) == pytest.approx(central, rel=1e-5), name


def test_epochs_that_the_file_does_not_have(small_series: dict[str, Any], key: Any) -> None:
    """One epoch of three is no series, and constants are not given by epoch; both would be broadcast."""
    sim = Simulator(small_series)
    params = {name: np.asarray(value) for name, value in sim.sample(key, 2).items()}
    epochs = params["day"].shape[1]
    for wrong, says in (
        ({"day": params["day"][:, :1]}, f"day has shape .*, but there are {epochs} epochs"),
        ({"pixel_scale": np.ones((2, epochs, 1))}, "pixel_scale has shape .*, but it is one for all epochs"),
    ):
        with pytest.raises(ValueError, match=says):
            sim.render({**params, **wrong})
