"""Fits: the truth is found, with the right errors, and what goes wrong is said."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxlens import FitResult, FitWarning, Simulator
from jaxlens.distributions import Normal, Uniform, UniformInt
from jaxlens.fitting import descents
from jaxlens.fitting.fit import fit

SERSIC = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
SIZE, MAGNITUDE, CENTER = (f"{SERSIC}-{name}" for name in ("R_sersic", "magnitude", "center_x"))


def drawn(name: str, **parameters: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


def file() -> dict[str, Any]:
    """A galaxy on 16 pixels, of which magnitude, size and place vary."""
    light = {
        "magnitude": drawn("normal", mean=19.0, std=0.5),
        "R_sersic": drawn("uniform", minimum=0.3, maximum=0.9),
        "center_x": drawn("normal", mean=0.0, std=0.2),
    }
    light |= {"n_sersic": 1.0, "e1": 0.1, "e2": 0.0, "center_y": 0.0}
    galaxy = {"NAME": "GALAXY", "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light}}
    image = {"exposure_time": 100, "numPix": 16, "pixel_scale": 0.2, "psf_type": "GAUSSIAN", "read_noise": 5}
    survey = {"BANDS": "g", "seeing": 0.6, "magnitude_zero_point": 27.0, "sky_brightness": 21.0}
    plane = {"OBJECT_1": "GALAXY", "PARAMETERS": {"REDSHIFT": 0.5}}
    return {
        "DATASET": {"NAME": "One", "PARAMETERS": {"SIZE": 1, "OUTDIR": "One", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey | {"num_exposures": 2}},
        "SPECIES": {"GALAXY_1": galaxy},
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "GALAXIES", "FRACTION": 1.0, "PLANE_1": plane}},
    }


@functools.cache
def observed() -> tuple[Simulator, np.ndarray, dict[str, np.ndarray]]:
    """The simulator, three images and their parameters."""
    sim = Simulator(file())
    images, params = sim(jax.random.key(3, impl="threefry2x32"), 3)
    return sim, np.asarray(images), {name: np.asarray(value) for name, value in params.items()}


@functools.cache
def fitted() -> FitResult:
    sim, images, _ = observed()
    return fit(sim, images, starts=4)


def test_the_truth_is_found_within_its_errors() -> None:
    result, truth = fitted(), observed()[2]
    assert result.names == tuple(n for n in result.params if n in (SIZE, MAGNITUDE, CENTER))
    for i, name in enumerate(result.names):
        assert (np.abs(result.values[:, i] - truth[name].ravel()) < 4.0 * result.sigma[:, i]).all()
    assert result.converged.all()
    assert result.warnings == ()
    assert (np.abs(result.chi_square_per_degree - 1.0) < 5.0 * np.sqrt(2.0 / 253.0)).all()
    assert (result.degrees_of_freedom == 253).all()


def test_the_log_posterior_is_the_simulators() -> None:
    sim, images, _ = observed()
    result = fitted()
    np.testing.assert_allclose(result.log_posterior, sim.log_posterior(result.params, images), rtol=1e-5)
    np.testing.assert_allclose(result.history[-1].max(axis=1), result.log_posterior, rtol=1e-6)
    assert not np.isnan(result.history).any()


def test_images_are_fitted_together_as_each_alone() -> None:
    sim, images, _ = observed()
    alone = fit(sim, images[1], starts=4)
    np.testing.assert_allclose(alone.values[0], fitted().values[1], atol=0.02 * fitted().sigma[1].min())
    np.testing.assert_allclose(alone.covariance[0], fitted().covariance[1], rtol=1e-3, atol=1e-9)


def test_masked_pixels_may_hold_anything() -> None:
    sim, images, truth = observed()
    mask = np.ones(images.shape, bool)
    mask[..., 6:9, 5] = False
    results = [fit(sim, np.where(mask, images, bad), starts=4, mask=mask) for bad in (np.nan, 1e6)]
    np.testing.assert_array_equal(results[0].values, results[1].values)
    assert (results[0].degrees_of_freedom == 250).all()
    places = [results[0].names.index(name) for name in (SIZE, MAGNITUDE)]
    for i in places:
        pulls = (results[0].values[:, i] - truth[results[0].names[i]].ravel()) / results[0].sigma[:, i]
        assert (np.abs(pulls) < 4.0).all()
        # what is not seen makes errors larger
        assert (results[0].sigma[:, i] > fitted().sigma[:, i]).all()


def test_solving_for_amplitudes_ends_at_the_same_maximum() -> None:
    sim, images, _ = observed()
    result = fit(sim, images, starts=4, linear_amplitudes=True)
    assert (np.abs(result.values - fitted().values) < 0.1 * fitted().sigma).all()


def test_an_optimizer_of_optax_may_go_first() -> None:
    sim, images, _ = observed()
    result = fit(sim, images, starts=4, optimizer=optax.adam(0.05), steps=20)
    assert (np.abs(result.values - fitted().values) < 0.1 * fitted().sigma).all()


def test_an_optimizer_that_runs_away_is_said_to() -> None:
    sim, images, _ = observed()
    with pytest.warns(FitWarning, match="ran away"):
        result = fit(sim, images, starts=4, optimizer=optax.sgd(1e30), steps=20)
    assert any("ran away" in text for text in result.warnings)
    for array in (result.values, result.covariance, result.log_posterior):
        assert np.isfinite(array).all()


def test_a_fit_that_reaches_no_maximum_is_said_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    sim, images, _ = observed()
    monkeypatch.setattr(descents, "TOLERANCE", -1.0)
    with pytest.warns(FitWarning, match=r"no maximum was reached .* \(the image\)"):
        result = fit(sim, images[:1], starts=4, steps=4)
    assert not result.converged.any()
    assert np.isfinite(result.values).all()


def test_a_number_that_its_data_push_beyond_a_bound_sits_on_it() -> None:
    sim, images, truth = observed()
    known = {name: truth[name] for name in (MAGNITUDE, CENTER)}
    narrow = Uniform(float(truth[SIZE].max()) + 0.05, float(truth[SIZE].max()) + 0.3)
    with pytest.warns(FitWarning, match="R_sersic sits on a bound of its prior"):
        result = fit(sim, images, {SIZE: narrow}, known, starts=2)
    assert result.at_bound.all()
    assert (result.values > narrow.minimum).all()


def test_the_covariance_is_the_inverse_of_the_second_derivatives(x64: None) -> None:
    sim = Simulator(file())
    params = sim.sample(jax.random.key(3, impl="threefry2x32"), 1)
    # without noise the residuals vanish, and with them what the expected curvature leaves out
    images, sigma = sim.expected(params)
    free = {MAGNITUDE: None, SIZE: Normal(float(params[SIZE][0]), 0.2), CENTER: None}
    result = fit(sim, images, free, noise_sigma=sigma, starts=4)

    def minus(x: jax.Array) -> jax.Array:
        moved = dict(result.params) | {n: jnp.reshape(x[i], params[n].shape) for i, n in enumerate(free)}
        own = free[SIZE].log_prob(x[1])
        return -(sim.log_posterior(moved, images, sigma, names=[MAGNITUDE, CENTER])[0] + own)

    expected = np.linalg.inv(jax.jacfwd(jax.jacfwd(minus))(jnp.asarray(result.values[0])))
    np.testing.assert_allclose(result.covariance[0], expected, rtol=2e-2, atol=1e-9)


def refused(message: str, *args: Any, **kwargs: Any) -> None:
    sim, images, _ = observed()
    with pytest.raises(ValueError, match=message):
        fit(sim, images, *args, **kwargs)


def test_what_cannot_be_fitted_is_refused() -> None:
    everything = {SIZE: 0.5, MAGNITUDE: 19.0, CENTER: 0.0}
    refused("R_sersi in free is no parameter; did you mean", [f"{SERSIC}-R_sersi"])
    refused("n_sersic in free is a constant of the file, and has no prior", [f"{SERSIC}-n_sersic"])
    refused("takes separate values only", {SIZE: UniformInt(0, 3)}, {MAGNITUDE: 19.0, CENTER: 0.0})
    refused("varies in the file and is not free; give its value", [SIZE])
    refused("in free and in fixed", [SIZE], everything)
    refused("no number is free", [], everything)
    refused("fixed must say at which values", [SIZE], [MAGNITUDE])
    refused("in fixed has shape", [SIZE], {MAGNITUDE: np.ones(5), CENTER: 0.0})
    refused("give a distribution", {SIZE: 0.5}, {MAGNITUDE: 19.0, CENTER: 0.0})
    refused("starts is 0", starts=0)
    refused("no pixel of image 0, 1, 2 is used", mask=False)
