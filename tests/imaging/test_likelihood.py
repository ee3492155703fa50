"""The probability of an observed image, against scipy, the noise itself, and central differences."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from jaxlens import Simulator

SIZE = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"


@pytest.fixture
def tiny(small_lens: dict[str, Any]) -> dict[str, Any]:
    """The source of `small_lens` alone, on 16 pixels: no lens has to be compiled."""
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = 16
    geometry = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    geometry["PLANE_1"] = geometry.pop("PLANE_2")
    return small_lens


@pytest.mark.long
def test_the_likelihood_is_scipys_normal_density(tiny: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(tiny)
    images, params = sim(key, 3)
    mean, sigma = sim.expected(params)
    np.testing.assert_array_equal(mean, sim.render(params))
    density = scipy.stats.norm(np.asarray(mean, float), np.asarray(sigma, float)).logpdf(images)
    np.testing.assert_allclose(sim.log_likelihood(params, images), density.sum((1, 2, 3)), rtol=1e-4)
    given = scipy.stats.norm(np.asarray(mean, float), 2.0).logpdf(images[0]).sum((1, 2, 3))
    np.testing.assert_allclose(sim.log_likelihood(params, images[0], noise_sigma=2.0), given, rtol=1e-4)
    total = sim.log_prior(params) + sim.log_likelihood(params, images)
    np.testing.assert_allclose(sim.log_posterior(params, images), total, rtol=1e-6)


@pytest.mark.long
def test_mean_and_sigma_are_those_of_many_observations(tiny: dict[str, Any], key: jax.Array) -> None:
    tiny["SPECIES"]["NOISE_1"] = {"NAME": "POISSON_NOISE", "PARAMETERS": {"mean": 0.7}}
    tiny["GEOMETRY"]["CONFIGURATION_1"]["NOISE_SOURCE_1"] = "POISSON_NOISE"
    tiny["IMAGE"]["PARAMETERS"]["shot_noise"] = "poisson"
    sim, count = Simulator(tiny), 4000
    one = sim.sample(key, 1)
    params = jax.tree.map(lambda v: jnp.broadcast_to(v, (count, *v.shape[1:])), one)
    observed = np.asarray(sim.observe(key, params), float)
    mean, sigma = (np.asarray(v[0], float) for v in sim.expected(one))
    pull = (observed.mean(0) - mean) / (sigma / count**0.5)
    assert abs(pull).max() < 5.0
    np.testing.assert_allclose(observed.std(0) / sigma, 1.0, atol=5.0 / (2.0 * count) ** 0.5 * 1.3)


@pytest.mark.long
def test_masked_pixels_count_for_nothing_whatever_they_hold(tiny: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(tiny)
    images, params = sim(key, 3)
    mask = np.ones(images.shape, bool)
    mask[:, :, 3:6, 7] = False
    broken = np.where(mask, images, np.nan)
    broken[:, :, 3, 7] = np.inf
    sigma = np.where(mask, 1.5, -1.0)
    whole = sim.log_likelihood(params, images, 1.5)
    kept = sim.log_likelihood(params, broken, sigma, mask)
    left_out = scipy.stats.norm(np.asarray(sim.render(params)), 1.5).logpdf(images) * ~mask
    np.testing.assert_allclose(whole - kept, left_out.sum((1, 2, 3)), rtol=1e-3, atol=1e-2)

    @jax.jit
    @jax.grad
    def gradient(size: jax.Array) -> jax.Array:
        return sim.log_likelihood(params | {SIZE: size}, broken, sigma, mask).sum()

    assert bool(jnp.all(jnp.isfinite(gradient(params[SIZE]))))


@pytest.mark.long
def test_the_gradient_includes_that_of_sigma(tiny: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(tiny)
    images, params = jax.tree.map(lambda value: np.asarray(value, np.float64), sim(key, 3))

    @jax.jit
    @jax.value_and_grad
    def density(size: jax.Array) -> jax.Array:
        return sim.log_likelihood(params | {SIZE: size}, images)[0]

    at, step = params[SIZE], 1e-5
    with jax.enable_x64(True):
        difference = (density(at + step)[0] - density(at - step)[0]) / (2.0 * step)
        np.testing.assert_allclose(density(at)[1][0], difference, rtol=1e-6)


def test_what_does_not_fit_is_named(tiny: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(tiny)
    images, params = sim(key, 3)
    with pytest.raises(
        ValueError, match=r"images has shape \(3, 2, 16, 15\); give \(2, 16, 16\), or \(3, 2,"
    ):
        sim.log_likelihood(params, images[..., :-1])
    with pytest.raises(ValueError, match=r"mask has shape \(4, 2, 16, 16\)"):
        sim.log_likelihood(params, images, mask=np.ones((4, 2, 16, 16), bool))


@pytest.mark.long
def test_an_unbounded_psf_may_be_wide_inside_jit(tiny: dict[str, Any], key: jax.Array) -> None:
    tiny["IMAGE"]["PARAMETERS"]["numPix"] = 64
    sim = Simulator(tiny)
    params = sim.sample(key, 1)
    wide = params | {"seeing": 2.0 * params["seeing"]}
    free = jax.jit(sim.with_unbounded_psf().render)
    np.testing.assert_allclose(free(params), sim.render(params), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(free(wide), sim.render(wide), rtol=1e-4, atol=1e-4)


@pytest.mark.long
def test_a_seeing_moved_beyond_the_file_has_its_images(tiny: dict[str, Any], key: jax.Array) -> None:
    tiny["IMAGE"]["PARAMETERS"]["numPix"] = 64
    sim = Simulator(tiny)
    images, params = sim(key, 1, hyperparameters={"SURVEY.seeing.g": 1.4})
    np.testing.assert_allclose(params["seeing"], [[1.4, 0.6]], rtol=1e-6)
    np.testing.assert_allclose(images, sim.observe(key, params), rtol=1e-4, atol=1e-4)
