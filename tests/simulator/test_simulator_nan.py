"""NaN in, NaN out, from any parameter to images, likelihoods and positions; and extreme parameters."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.simulator import batched

LENS_Z, SOURCE_Z = "PLANE_1-OBJECT_1-REDSHIFT", "PLANE_2-OBJECT_1-REDSHIFT"
QUASAR = "PLANE_2-OBJECT_2"
Params = dict[str, Any]


def one_nan_each(sim: Simulator, key: jax.Array) -> tuple[Params, list[str]]:
    """The same system again and again, each time with another parameter that is NaN.

    Two further systems are the system as it is, and one whose lens, if it has one, is behind its source.
    """
    one = {name: np.asarray(value) for name, value in sim.sample(key, 1).items()}
    names = [*sim.parameter_names, *["behind"] * (SOURCE_Z in one), "as it is"]
    params = {name: np.repeat(value, len(names), axis=0) for name, value in one.items()}
    for i, name in enumerate(sim.parameter_names):
        params[name][i] = np.nan
    if "behind" in names:
        params[LENS_Z][names.index("behind")] = 2.0 * params[SOURCE_Z][-1]
    return params, names


def all_nan(array: Any) -> list[bool]:
    """Of each system whether all of its numbers are NaN."""
    return [bool(np.isnan(one).all()) for one in np.asarray(array)]


@pytest.mark.long
@pytest.mark.parametrize(("file", "shot_noise"), [("small_lens", "poisson"), ("unlensed_series", "gaussian")])
def test_a_nan_in_any_parameter_is_in_every_pixel_and_the_likelihood(
    file: str, shot_noise: str, key: jax.Array, request: pytest.FixtureRequest
) -> None:
    content = request.getfixturevalue(file)
    content["IMAGE"]["PARAMETERS"]["shot_noise"] = shot_noise
    if file == "small_lens":
        mass = content["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
        mass["sigma_v"] = 250.0
        del mass["theta_E"]
    sim = Simulator(content)
    params, names = one_nan_each(sim, key)
    image = np.zeros(sim.scene.image_shape)

    @jax.jit
    def everything(params: Params) -> Any:
        # of the second likelihood the whole image is masked
        masked = sim.log_likelihood(params, image, noise_sigma=1.0, mask=np.zeros(image.shape, bool))
        return sim.render(params), sim.observe(key, params), sim.log_likelihood(params, image), masked

    for found in map(all_nan, everything(params)):
        assert [name for name, nan in zip(names, found, strict=True) if not nan] == ["as it is"]


@pytest.mark.long
def test_image_positions_and_delays_are_nan_where_the_rays_are(
    small_quasar: dict[str, Any], key: jax.Array
) -> None:
    """What changes the light alone changes no position."""
    sim = Simulator(small_quasar)
    params, names = one_nan_each(sim, key)
    images, delays, pixels = jax.jit(
        lambda p: (sim.image_positions(p)[QUASAR], sim.time_delays(p)[QUASAR], sim.render(p))
    )(params)
    rays = {"H0", "Om0", LENS_Z, SOURCE_Z, "pixel_scale", "seeing", "behind"}
    rays |= {name for name in names if "MASS" in name or "SHEAR" in name}
    rays |= {f"{QUASAR}-sep", f"{QUASAR}-angle"}
    rays |= {f"PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_{axis}" for axis in "xy"}
    masked = jnp.where(images.mask, images.x, 0.0).sum(axis=1)
    for found in (images.x, images.y, images.magnification, delays, masked):
        assert {name for name, nan in zip(names, all_nan(found), strict=True) if nan} == rays
    assert [name for name, nan in zip(names, all_nan(pixels), strict=True) if not nan] == ["as it is"]


@pytest.mark.long
def test_planes_and_the_flag_of_a_dataset_know_of_a_nan(small_lens: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_lens)
    indices = np.arange(2, dtype=np.uint32)

    def batch(changes: dict[str, float]) -> Any:
        values = sim.hyperparameters | {path: jnp.asarray(v, float) for path, v in changes.items()}
        return batched.generate(sim.static_population, sim.scene, values, key, indices, sim.assets, True)

    assert bool(batch({}).finite.all())
    for path in ("SPECIES.GALAXY_1.MASS_PROFILE_1.e1", "SURVEY.seeing.g", "COSMOLOGY.H0"):
        wrong = batch({path: np.nan})
        assert not bool(wrong.finite.any()), path
        assert bool(jnp.isnan(wrong.images).all()), path
        assert bool(jnp.isnan(wrong.planes).all()), path


def test_a_nan_has_no_prior_density(small_lens: dict[str, Any], key: jax.Array) -> None:
    """Neither the density 0 of what is out of its range."""
    theta_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
    sim = Simulator(small_lens)
    params = sim.sample(key, 3)
    params[theta_E] = jnp.asarray([1.0, jnp.nan, 7.0])
    density = sim.log_prior(params, names=[theta_E])
    np.testing.assert_allclose(density, [-np.log(0.4), np.nan, -np.inf], rtol=1e-5)


# The last word of a parameter's name -> the ends between which its logarithm is uniform.
LOGARITHMIC = {
    "theta_E": (1e-12, 1e3),
    "R_sersic": (1e-4, 1e4),
    "n_sersic": (0.2, 20.0),
    "REDSHIFT": (1e-5, 20.0),
    "H0": (1.0, 1e4),
    "seeing": (1e-3, 10.0),
    "pixel_scale": (1e-2, 10.0),
    "exposure_time": (1e-3, 1e8),
    "num_exposures": (1.0, 1e4),
    "read_noise": (1e-3, 1e4),
}
# The last word of a name -> the largest modulus; the smallest is 1e-6.
SIGNED = dict.fromkeys(("center_x", "center_y", "ra_0", "dec_0"), 1e4)
SIGNED |= {"gamma1": 10.0, "gamma2": 10.0, "sep": 100.0}
# The last word of a name -> the ends between which it is uniform.
LINEAR = {
    "e1": (-1.0, 1.0),
    "e2": (-1.0, 1.0),
    "gamma": (1.0001, 2.9999),
    "magnitude": (5.0, 45.0),
    "magnitude_zero_point": (15.0, 35.0),
    "sky_brightness": (-10.0, 50.0),
    "Om0": (0.0, 1.0),
    "angle": (-100.0, 100.0),
}


def extreme(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Values of a parameter over all that is legal."""
    word, u = name.rpartition("-")[2], rng.random(shape)
    if word in LINEAR:
        low, high = LINEAR[word]
        return low + (high - low) * u
    low, high = LOGARITHMIC.get(word) or (1e-6, SIGNED[word])
    sign = rng.choice([-1.0, 1.0], shape) if word in SIGNED else 1.0
    return sign * np.exp(np.log(low) + np.log(high / low) * u)


@pytest.mark.long
def test_extreme_parameters_give_finite_images(small_quasar: dict[str, Any], key: jax.Array) -> None:
    """2,000 systems from all over what a file may give, every tenth without mass."""
    mass = small_quasar["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]
    mass["NAME"] = "EPL"
    mass["PARAMETERS"]["gamma"] = 2.1
    small_quasar["IMAGE"]["PARAMETERS"]["numPix"] = 16
    sim = Simulator(small_quasar).with_unbounded_psf()
    one, rng = sim.sample(key, 1), np.random.default_rng(3)
    params = {name: extreme(name, (2000, *value.shape[1:]), rng) for name, value in one.items()}
    params["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"][::10] = 0.0
    redshifts = np.sort([params[LENS_Z], params[SOURCE_Z]], axis=0)
    params |= dict(zip((LENS_Z, SOURCE_Z), redshifts, strict=True))
    render = jax.jit(sim.render)
    for first in range(0, 2000, 500):
        images = render({name: value[first : first + 500] for name, value in params.items()})
        assert bool(jnp.isfinite(images).all())
