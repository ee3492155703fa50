"""Fits: the truth is found, with the right errors, and what goes wrong is reported."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxlens import FitResult, FitWarning, Simulator
from jaxlens.distributions import Normal, Uniform, UniformInt
from jaxlens.fitting import descents
from jaxlens.fitting.fit import fit

PROFILE = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
MAGNITUDE, CENTER = (f"{PROFILE}-{name}" for name in ("magnitude", "center_x"))
SIGMA, RADIUS = (f"{PROFILE}-{name}" for name in ("sigma", "R_sersic"))
STARTS = 4


def drawn(name: str, **parameters: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


def file(
    profile: str, light: dict[str, Any], image: dict[str, Any], survey: dict[str, Any]
) -> dict[str, Any]:
    """A galaxy of which magnitude, size and place vary."""
    light = light | {"magnitude": drawn("normal", mean=19.0, std=0.5), "center_y": 0.0}
    light["center_x"] = drawn("normal", mean=0.0, std=0.2)
    galaxy = {"NAME": "GALAXY", "LIGHT_PROFILE_1": {"NAME": profile, "PARAMETERS": light}}
    image = image | {"exposure_time": 100, "pixel_scale": 0.2, "read_noise": 5}
    survey = survey | {"BANDS": "g", "magnitude_zero_point": 27.0, "sky_brightness": 21.0, "num_exposures": 2}
    plane = {"OBJECT_1": "GALAXY", "PARAMETERS": {"REDSHIFT": 0.5}}
    return {
        "DATASET": {"NAME": "One", "PARAMETERS": {"SIZE": 1, "OUTDIR": "One", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey},
        "SPECIES": {"GALAXY_1": galaxy},
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "GALAXIES", "FRACTION": 1.0, "PLANE_1": plane}},
    }


def gaussian_file() -> dict[str, Any]:
    """A round Gaussian on 12 pixels without a PSF, which compiles quickly."""
    light = {"sigma": drawn("uniform", minimum=0.3, maximum=0.6)}
    return file("GAUSSIAN", light, {"numPix": 12, "psf_type": "NONE"}, {})


def sersic_file() -> dict[str, Any]:
    """An elliptical Sersic on 16 pixels, seen through a Gaussian PSF."""
    light = {"R_sersic": drawn("uniform", minimum=0.3, maximum=0.9), "n_sersic": 1.0, "e1": 0.1, "e2": 0.0}
    return file("SERSIC_ELLIPSE", light, {"numPix": 16, "psf_type": "GAUSSIAN"}, {"seeing": 0.6})


class Mock(NamedTuple):
    """A simulator, three images (3, 1, y, x), their parameters, and the fit of them."""

    sim: Simulator
    images: np.ndarray
    truth: dict[str, np.ndarray]
    result: FitResult


def drawn_images(config: dict[str, Any]) -> tuple[Simulator, np.ndarray, dict[str, np.ndarray]]:
    """Three mock images and their parameters, drawn by the program that the fit also draws its starts by."""
    sim = Simulator(config)
    params = sim.sample(jax.random.key(3, impl="threefry2x32"), 8 * STARTS)
    params = {name: value[:3] for name, value in params.items()}
    mean, sigma = (np.asarray(array) for array in sim.expected(params))
    noise = np.random.default_rng(1).standard_normal(mean.shape).astype(mean.dtype)
    images = mean + sigma * noise
    return sim, images, {name: np.asarray(value) for name, value in params.items()}


def mock(config: dict[str, Any]) -> Mock:
    """Fit three mock images."""
    sim, images, truth = drawn_images(config)
    return Mock(sim, images, truth, fit(sim, images, starts=STARTS))


@cache
def tiny_mock() -> Mock:
    """The fit of round Gaussians that several modules look at."""
    return mock(gaussian_file())


@pytest.fixture(scope="module")
def tiny() -> Mock:
    return tiny_mock()


def assert_truth_is_found(found: Mock) -> None:
    result = found.result
    assert result.names == tuple(n for n in result.params if n in (SIGMA, RADIUS, MAGNITUDE, CENTER))
    for i, name in enumerate(result.names):
        assert (np.abs(result.values[:, i] - found.truth[name].ravel()) < 4.0 * result.sigma[:, i]).all()
    assert result.converged.all()
    assert result.warnings == ()
    degrees = found.images[0].size - 3
    assert (np.abs(result.chi_square_per_degree - 1.0) < 5.0 * np.sqrt(2.0 / degrees)).all()
    assert (result.degrees_of_freedom == degrees).all()


def test_the_truth_is_found_within_its_errors(tiny: Mock) -> None:
    assert_truth_is_found(tiny)


@pytest.mark.long
def test_a_sersic_behind_a_psf_is_found_within_its_errors() -> None:
    assert_truth_is_found(mock(sersic_file()))


def test_the_log_posterior_is_the_simulators(tiny: Mock) -> None:
    result = tiny.result
    expected = tiny.sim.log_posterior(result.params, tiny.images)
    np.testing.assert_allclose(result.log_posterior, expected, rtol=1e-5)
    # a start that ended elsewhere on the flat top may be a little more probable
    np.testing.assert_allclose(result.history[-1].max(axis=1), result.log_posterior, atol=1e-3)
    assert not np.isnan(result.history).any()


def test_images_are_fitted_together_as_each_alone(tiny: Mock) -> None:
    alone = fit(tiny.sim, tiny.images[1], starts=STARTS)
    together = tiny.result
    np.testing.assert_allclose(alone.values[0], together.values[1], atol=0.02 * together.sigma[1].min())
    np.testing.assert_allclose(alone.covariance[0], together.covariance[1], rtol=1e-3, atol=1e-9)


def test_masked_pixels_may_hold_anything(tiny: Mock) -> None:
    mask = np.ones(tiny.images.shape, bool)
    mask[..., 4:7, 4] = False
    first, second = (
        fit(tiny.sim, np.where(mask, tiny.images, bad), starts=STARTS, mask=mask) for bad in (np.nan, 1e6)
    )
    np.testing.assert_array_equal(first.values, second.values)
    assert (first.degrees_of_freedom == 12 * 12 - 3 - 3).all()
    for i, name in enumerate(first.names):
        pulls = (first.values[:, i] - tiny.truth[name].ravel()) / first.sigma[:, i]
        assert (np.abs(pulls) < 4.0).all()
        if name != CENTER:
            # fewer pixels make errors larger
            assert (first.sigma[:, i] > tiny.result.sigma[:, i]).all()


@pytest.mark.long
def test_solving_for_amplitudes_ends_at_the_same_maximum(tiny: Mock) -> None:
    result = fit(tiny.sim, tiny.images, starts=STARTS, linear_amplitudes=True)
    assert (np.abs(result.values - tiny.result.values) < 0.1 * tiny.result.sigma).all()


@pytest.mark.long
def test_an_optimizer_of_optax_may_go_first(tiny: Mock) -> None:
    result = fit(tiny.sim, tiny.images, starts=STARTS, optimizer=optax.adam(0.05), steps=20)
    assert (np.abs(result.values - tiny.result.values) < 0.1 * tiny.result.sigma).all()


@pytest.mark.slow
def test_a_warning_names_an_optimizer_that_runs_away(tiny: Mock) -> None:
    with pytest.warns(FitWarning, match="ran away"):
        result = fit(tiny.sim, tiny.images, starts=STARTS, optimizer=optax.sgd(1e30), steps=20)
    assert any("ran away" in text for text in result.warnings)
    for array in (result.values, result.covariance, result.log_posterior):
        assert np.isfinite(array).all()


def test_a_warning_names_a_fit_that_reaches_no_maximum(tiny: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descents, "TOLERANCE", -1.0)
    with pytest.warns(FitWarning, match=r"no maximum was reached .* \(the image\)"):
        result = fit(tiny.sim, tiny.images[:1], starts=STARTS, steps=4)
    assert not result.converged.any()
    assert np.isfinite(result.values).all()


@pytest.mark.long
def test_a_parameter_that_its_data_push_beyond_a_bound_sits_on_it() -> None:
    sim = Simulator(sersic_file())
    images, truth = sim(jax.random.key(3, impl="threefry2x32"), 3)
    known = {name: truth[name] for name in (MAGNITUDE, CENTER)}
    largest = float(truth[RADIUS].max())
    narrow = Uniform(largest + 0.05, largest + 0.3)
    with pytest.warns(FitWarning, match="R_sersic sits on a bound of its prior"):
        result = fit(sim, images, {RADIUS: narrow}, known, starts=2)
    assert result.at_bound.all()
    assert (result.values > narrow.minimum).all()


@pytest.mark.long
def test_the_covariance_is_the_inverse_of_the_second_derivatives(x64: None) -> None:
    sim = Simulator(sersic_file())
    params = sim.sample(jax.random.key(3, impl="threefry2x32"), 1)
    # without noise the residuals vanish, and with them what the expected curvature leaves out
    images, sigma = sim.expected(params)
    free = {MAGNITUDE: None, RADIUS: Normal(float(params[RADIUS][0]), 0.2), CENTER: None}
    result = fit(sim, images, free, noise_sigma=sigma, starts=STARTS)

    def minus_log_posterior(x: jax.Array) -> jax.Array:
        moved = dict(result.params) | {n: jnp.reshape(x[i], params[n].shape) for i, n in enumerate(free)}
        own = free[RADIUS].log_prob(x[1])
        return -(sim.log_posterior(moved, images, sigma, names=[MAGNITUDE, CENTER])[0] + own)

    second = jax.jacfwd(jax.jacfwd(minus_log_posterior))(jnp.asarray(result.values[0]))
    np.testing.assert_allclose(result.covariance[0], np.linalg.inv(second), rtol=2e-2, atol=1e-9)


def test_what_cannot_be_fitted_is_refused(tiny: Mock) -> None:
    def refused(message: str, *args: Any, **kwargs: Any) -> None:
        with pytest.raises(ValueError, match=message):
            fit(tiny.sim, tiny.images, *args, **({"starts": STARTS} | kwargs))

    everything = {SIGMA: 0.5, MAGNITUDE: 19.0, CENTER: 0.0}
    refused("sigm in free is no parameter; did you mean", [f"{PROFILE}-sigm"])
    refused("center_y in free is a constant of the file, and has no prior", [f"{PROFILE}-center_y"])
    refused("takes separate values only", {SIGMA: UniformInt(0, 3)}, {MAGNITUDE: 19.0, CENTER: 0.0})
    refused("varies in the file and is not free; give its value", [SIGMA])
    refused("in free and in fixed", [SIGMA], everything)
    refused("no number is free", [], everything)
    refused("fixed must say at which values", [SIGMA], [MAGNITUDE])
    refused("in fixed has shape", [SIGMA], {MAGNITUDE: np.ones(5), CENTER: 0.0})
    refused("give a distribution", {SIGMA: 0.5}, {MAGNITUDE: 19.0, CENTER: 0.0})
    refused("starts is 0", starts=0)
    refused("no pixel of image 0, 1, 2 is used", mask=False)
