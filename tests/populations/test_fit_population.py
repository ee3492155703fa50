"""Population fits: the derivatives along hyperparameters, and the hyperparameters that are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxlens import Simulator
from jaxlens.fitting.result import FitWarning
from jaxlens.populations.fit_population import _hashable, fit_population
from jaxlens.populations.hyperparameters import coordinates, free_hyperparameters
from jaxlens.populations.result import PopulationFit
from jaxlens.populations.simulated_sets import PopulationModel, SimulationInputs, simulated_statistics
from jaxlens.populations.statistics import image_statistics

MASS, LIGHT = "SPECIES.GALAXY_1.MASS_PROFILE_1", "SPECIES.GALAXY_1.LIGHT_PROFILE_1"
MEAN, WIDTH = f"{LIGHT}.magnitude.mean", f"{LIGHT}.magnitude.std"
SEEING = "SURVEY.seeing"
TRUE_MEAN, TRUE_WIDTH = 20.0, 0.5


def drawn(name: str, **parameters: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


def galaxies(mean: float, width: float, size: float, seeing: float | None = None) -> dict[str, Any]:
    """Round galaxies of normal magnitudes in 12 x 12 pixels, seen through a PSF where a seeing is given."""
    light = {"magnitude": drawn("normal", mean=mean, std=width), "sigma": size}
    image = {"exposure_time": 100, "numPix": 12, "pixel_scale": 0.25, "read_noise": 5}
    survey: dict[str, Any] = {"BANDS": "g", "magnitude_zero_point": 27.0, "sky_brightness": 22.0}
    image["psf_type"] = "NONE" if seeing is None else "GAUSSIAN"
    survey |= {} if seeing is None else {"seeing": seeing}
    return {
        "DATASET": {"NAME": "Galaxies", "PARAMETERS": {"SIZE": 4, "OUTDIR": "Galaxies"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey},
        "SPECIES": {
            "GALAXY_1": {"NAME": "GALAXY", "LIGHT_PROFILE_1": {"NAME": "GAUSSIAN", "PARAMETERS": light}}
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "GALAXIES",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "GALAXY", "PARAMETERS": {"REDSHIFT": 0.4}},
            }
        },
    }


TRUTH = {MEAN: TRUE_MEAN, WIDTH: TRUE_WIDTH, SEEING: 0.8}
SIMULATED = 1024


def means(simulated: jax.Array, observed: jax.Array) -> jax.Array:
    """A distance of the means alone."""
    return jnp.sum((jnp.mean(simulated, axis=0) - jnp.mean(observed, axis=0)) ** 2)


def observed_images(config: dict[str, Any]) -> np.ndarray:
    return np.asarray(Simulator(config)(jax.random.key(1, impl="threefry2x32"), 400)[0])


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return observed_images(galaxies(TRUE_MEAN, TRUE_WIDTH, 0.8))


@pytest.fixture(scope="module")
def guess() -> Simulator:
    return Simulator(galaxies(20.6, 0.35, 0.6))


@pytest.fixture(scope="module")
def blurred_images() -> np.ndarray:
    return observed_images(galaxies(TRUE_MEAN, TRUE_WIDTH, 0.3, 0.8))


@pytest.fixture(scope="module")
def blurred_guess() -> Simulator:
    return Simulator(galaxies(20.6, 0.35, 0.3, 0.6))


@pytest.fixture(scope="module")
def found(blurred_guess: Simulator, blurred_images: np.ndarray) -> PopulationFit:
    return fit_population(blurred_guess, blurred_images, list(TRUTH), simulated=SIMULATED, bootstrap=50)


@pytest.mark.long
def test_images_follow_the_hyperparameters_as_differences_tell(small_lens: dict[str, Any]) -> None:
    """The gradient of a statistic of noisy images reaches means, widths, bounds, the seeing and the sky."""
    mass = small_lens["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    mass["e1"] = drawn("normal", mean=0.1, std=0.05)
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = 16
    small_lens["SURVEY"]["PARAMETERS"]["seeing"] = drawn("normal", mean=0.7, std=0.02)
    paths = [f"{MASS}.e1.mean", f"{MASS}.e1.std", f"{MASS}.theta_E.minimum", "SURVEY.seeing.mean"]
    paths += ["SURVEY.sky_brightness", "IMAGE.read_noise"]
    with jax.enable_x64(True):
        sim, key = Simulator(small_lens).with_unbounded_psf(), jax.random.key(3, impl="threefry2x32")
        at = jnp.stack([sim.hyperparameters[path] for path in paths])

        @jax.jit
        def statistics(values: jax.Array) -> jax.Array:
            numbers = dict(zip(paths, values, strict=True))
            return jnp.mean(image_statistics(sim(key, 4, hyperparameters=numbers)[0], jnp.ones(2)), axis=0)

        jacobian, steps = jax.jit(jax.jacfwd(statistics))(at), 1e-5 * np.eye(len(at))
        for derivative, step in zip(jacobian.T, steps, strict=True):
            difference = (statistics(at + step) - statistics(at - step)) / 2e-5
            np.testing.assert_allclose(derivative, difference, rtol=1e-5, atol=1e-6)
            assert float(jnp.max(jnp.abs(derivative))) > 1e-4


@pytest.mark.long
def test_a_fit_finds_mean_width_and_seeing_within_their_errors(found: PopulationFit) -> None:
    assert found.converged
    assert found.warnings == ()
    values, errors = np.asarray([TRUTH[path] for path in found.free]), np.asarray(list(found.errors.values()))
    assert np.all(np.abs(found.values - values) < 4.0 * errors)
    assert abs(found.distance) < 0.05
    # the errors of 400 well measured magnitudes, and of the simulated ones that they are compared with
    least = 0.5 * np.sqrt(1 / 400 + 1 / SIMULATED) * np.asarray([1.0, np.sqrt(0.5)])
    ratios = errors[[found.free.index(MEAN), found.free.index(WIDTH)]] / least
    assert np.all((ratios > 0.75) & (ratios < 1.6))


@pytest.mark.long
def test_a_result_tells_its_errors_and_its_way(found: PopulationFit, blurred_guess: Simulator) -> None:
    assert set(found.free) == set(TRUTH)
    assert found.samples.shape == (50, 3)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), list(found.errors.values()))
    table = found.table()
    assert list(table.columns) == ["start", "value", "error", "low", "high"]
    assert table.loc[MEAN, "start"] == blurred_guess.hyperparameters[MEAN]
    assert (table["low"] < table["high"]).all()
    assert list(found.history.columns) == ["distance", "step", *found.free]
    assert found.history["distance"].iloc[-1] < 0.01 * found.history["distance"].iloc[0]


@pytest.mark.slow
def test_the_new_file_has_the_values_that_were_found(found: PopulationFit, tmp_path: Path) -> None:
    found.save_yaml(tmp_path / "found.yaml")
    numbers = Simulator(tmp_path / "found.yaml").hyperparameters
    for path, value in found.hyperparameters.items():
        assert float(numbers[path]) == pytest.approx(value, rel=1e-6)
    assert float(numbers["COSMOLOGY.H0"]) == pytest.approx(70.0)


@pytest.mark.long
def test_features_distance_and_optimizer_may_be_the_users(
    blurred_guess: Simulator, blurred_images: np.ndarray
) -> None:
    """The mean magnitude by Adam from the total flux alone, with a distance of means."""

    def flux(images: jax.Array) -> jax.Array:
        return jnp.log10(jnp.maximum(jnp.sum(images, axis=(2, 3)), 1.0))

    with pytest.warns(FitWarning, match="the fit has not converged: step 15 was still"):
        result = fit_population(
            blurred_guess,
            blurred_images,
            [MEAN],
            features=flux,
            distance=means,
            optimizer=optax.adam(optax.constant_schedule(0.2)),
            simulated=SIMULATED,
            steps=15,
            bootstrap=20,
        )
    assert abs(result.hyperparameters[MEAN] - TRUE_MEAN) < 0.1
    assert 0.01 < result.errors[MEAN] < 0.1


@pytest.mark.long
def test_counted_photons_take_the_derivatives_of_gaussian_noise() -> None:
    file = galaxies(TRUE_MEAN, TRUE_WIDTH, 0.3, 0.8)
    sims = [Simulator(file)]
    file["IMAGE"]["PARAMETERS"]["shot_noise"] = "poisson"
    sims.append(Simulator(file))
    free = free_hyperparameters(sims[0], [MEAN])
    results = []
    for sim in sims:
        model = PopulationModel(sim.static_population, sim.scene, free, lambda i: jnp.sum(i, axis=(2, 3)))
        inputs = SimulationInputs(sim.hyperparameters, sim.assets, jnp.ones(1), jax.random.key(0))
        z = coordinates(free, sim.hyperparameters)
        results.append(simulated_statistics(model, inputs, z, None, (1, 64)))
    (gaussian, derivatives), (counted, same) = results
    np.testing.assert_array_equal(derivatives, same)
    np.testing.assert_allclose(derivatives[0], -0.4 * np.log(10.0) * counted, rtol=0.05)
    assert 0.0 < np.std(gaussian - counted) < 0.05 * np.mean(counted)


def test_functions_that_have_no_hash_are_taken() -> None:
    class Weights:
        """As a network whose weights are arrays is."""

        __hash__ = None  # type: ignore[assignment]

        def __call__(self, images: jax.Array) -> jax.Array:
            return jnp.sum(images, axis=(2, 3))

    known = _hashable(Weights())
    assert isinstance(hash(known), int)
    assert known(jnp.ones((1, 1, 2, 3))) == 6.0
    assert _hashable(means) is means


def test_images_that_are_no_population_are_refused(guess: Simulator, images: np.ndarray) -> None:
    with pytest.raises(ValueError, match="5 images are no population; give at least 20"):
        fit_population(guess, images[:5], [MEAN])
    with pytest.raises(ValueError, match=r"images has shape \(400, 1, 12, 6\); it must be \(n, 1, 12, 12\)"):
        fit_population(guess, images[..., ::2], [MEAN])
    with pytest.raises(ValueError, match="not finite"):
        fit_population(guess, np.where(images == images.max(), np.nan, images), [MEAN])
    with pytest.raises(ValueError, match="simulated is 8192, steps 0, bootstrap 100; they must be at least"):
        fit_population(guess, images, [MEAN], steps=0)


@pytest.mark.long
def test_a_hyperparameter_that_moves_nothing_is_refused(guess: Simulator, images: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"COSMOLOGY.H0 changes nothing in the images; leave it out of free"):
        fit_population(guess, images, ["COSMOLOGY.H0"], simulated=32, features=lambda i: i[:, 0, 6])


def test_features_that_are_not_finite_are_refused(guess: Simulator, images: np.ndarray) -> None:
    with pytest.raises(ValueError, match="statistics of the real images are not all finite"):
        fit_population(guess, images, [MEAN], features=lambda i: jnp.log(i[:, 0, 0]), simulated=32)


@pytest.mark.slow
def test_the_file_is_left_as_it_was(blurred_guess: Simulator, found: PopulationFit) -> None:
    before = galaxies(20.6, 0.35, 0.3, 0.6)
    assert float(blurred_guess.hyperparameters[MEAN]) == pytest.approx(20.6)
    assert Simulator(before).config == blurred_guess.config
    assert found.values[found.free.index(MEAN)] != pytest.approx(20.6, abs=0.1)
