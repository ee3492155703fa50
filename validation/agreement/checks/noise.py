"""The noise of an exposure: the predicted sigma, and the moments of many draws, against lenstronomy's sigma.

A measured moment is compared in units of its own standard error.  Of N draws of variance s^2 and fourth
cumulant k4 the sample variance has the standard error sqrt(k4 / N + 2 s^4 / (N - 1)); k4 is zero for
Gaussian noise, and that of a Poisson number is its mean.  The seeds are fixed: of the 2048 pixels of a row
one is beyond five standard errors by chance in one of 900 seeds.  A negative pixel has no photons, so
that its expected mean is zero where photons are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.imaging.noise import observe as add_noise
from validation.agreement import references
from validation.agreement.inputs.small_scenes import galaxy, parameters, predicted_sigma, simulator
from validation.agreement.reporting.rows import Findings, Picture, Row, precision, row, worst_and_median

# Noisy images of each setting.
DRAWS = 10_000
# The same in a quick check.
QUICK_DRAWS = 2_000
# Largest deviation of a pixel's moment, in standard errors.
PIXEL_LIMIT = 5.0
# Largest deviation of the mean variance of an image, in standard errors.
POOLED_LIMIT = 4.0
MEASURE = "standard errors"
# Compiling takes longer than drawing, so that photons are counted in two kinds, and in one by a quick check.
COUNTED_KINDS = ("ADU, read noise and sky", "electrons, background given")
QUICK_KINDS = COUNTED_KINDS[:1]
# The kind of configuration to which POISSON_NOISE is added.
SPECIES_KIND = "electrons, read noise and sky"
# Means of POISSON_NOISE (counts), (systems, bands).
SPECIES_MEANS = np.array([[0.3, 2.0], [20.0, 500.0], [0.01, 1e3], [5.0, 1e5]])
# Values that differ by band; those of the reference replace them.
CAMERA: dict[str, Any] = {
    "exposure_time": {"g": 90, "r": 80},
    "ccd_gain": {"g": 2, "r": 3},
    "read_noise": {"g": 5, "r": 6},
}
BACKGROUND = {"background_noise": {"g": 0.1, "r": 0.2}}
SURVEY = {
    "magnitude_zero_point": {"g": 25.0, "r": 26.0},
    "sky_brightness": {"g": 22.0, "r": 21.0},
    "num_exposures": {"g": 1, "r": 2},
}


@dataclass(frozen=True)
class Moments:
    """Measured and expected moments of every pixel, each (settings, ny, nx)."""

    title: str
    draws: int
    mean: np.ndarray
    variance: np.ndarray
    expected_mean: np.ndarray
    expected_variance: np.ndarray
    fourth_cumulant: np.ndarray

    @property
    def variance_error(self) -> np.ndarray:
        """Standard error of the measured variance."""
        gaussian = 2.0 * self.expected_variance**2 / (self.draws - 1)
        return np.asarray(np.sqrt(self.fourth_cumulant / self.draws + gaussian))

    @property
    def variance_off(self) -> np.ndarray:
        """Measured less expected variance, in standard errors."""
        return np.asarray((self.variance - self.expected_variance) / self.variance_error)

    @property
    def mean_off(self) -> np.ndarray:
        """Measured less expected mean, in standard errors."""
        return np.asarray((self.mean - self.expected_mean) / np.sqrt(self.expected_variance / self.draws))


def check(quick: bool) -> Findings:
    """Predicted sigma; then mean and variance of Gaussian noise, of counted photons and of POISSON_NOISE."""
    kinds = references.load("noise")
    draws = QUICK_DRAWS if quick else DRAWS
    gaussian = [_measure(kind, kinds[kind], draws) for kind in (QUICK_KINDS if quick else kinds)]
    counted = QUICK_KINDS if quick else COUNTED_KINDS
    photons = [_measure(kind, kinds[kind], draws, shot_noise="poisson") for kind in counted]
    species = [_measure(SPECIES_KIND, kinds[SPECIES_KIND], draws, means=SPECIES_MEANS)]
    findings = Findings([_predicted(kind, group) for kind, group in kinds.items()])
    findings.rows += _rows("Gaussian noise", gaussian)
    findings.rows += _rows("shot_noise: poisson", photons)
    findings.rows += _rows("POISSON_NOISE", species)
    findings.pictures = _pictures([*gaussian, *photons, *species])
    return findings


def _camera(
    kind: str, group: references.Group, shot_noise: str = "gaussian", species: bool = False
) -> Simulator:
    """A simulator of that kind of configuration."""
    image = CAMERA | {"shot_noise": shot_noise, "data_count_unit": "ADU" if kind.startswith("ADU") else "e-"}
    image |= BACKGROUND if "background_noise" in references.parameters(group) else {}
    size = group["image"].shape[-1]
    return simulator([galaxy(light=["GAUSSIAN"])], size, "g,r", image, SURVEY, poisson_noise=species)


def _given(group: references.Group) -> tuple[dict[str, np.ndarray], jax.Array]:
    """The exposures' parameters, and the images without noise (systems, bands, ny, nx)."""
    return references.parameters(group), jnp.asarray(group["image"])


def _predicted(kind: str, group: references.Group) -> Row:
    sim = _camera(kind, group)
    params, image = _given(group)
    ours = jax.jit(jax.vmap(lambda p, i: predicted_sigma(sim.scene, p, i)))(
        parameters(sim, len(image), params), image
    )
    errors = np.max(np.abs(np.asarray(ours, float) / group["sigma"] - 1.0), axis=(2, 3))
    tolerance = 1e-9 if precision() == "float64" else 1e-5
    return row(f"predicted sigma in every pixel: {kind}", errors.ravel(), tolerance, "relative")


def _measure(
    kind: str,
    group: references.Group,
    draws: int,
    shot_noise: str = "gaussian",
    means: np.ndarray | None = None,
) -> Moments:
    """The moments of `draws` noisy images; with `means` (systems, bands) there is a POISSON_NOISE too."""
    sim = _camera(kind, group, shot_noise, species=means is not None)
    params, image = _given(group)
    params |= {} if means is None else {"NOISE_SOURCE_1-mean": means}
    added = np.zeros(image.shape) if means is None else np.broadcast_to(means[..., None, None], image.shape)
    noisy = _noisy_images(sim, parameters(sim, len(image), params), image, draws)
    counted = shot_noise == "poisson"
    shot = _shot_cumulant(group, params) if counted else 0.0
    light = np.maximum(group["image"], 0.0) if counted else group["image"]
    variance = group["sigma"] ** 2 + added
    values = noisy.mean(axis=0), noisy.var(axis=0, ddof=1), light + added, variance, shot + added
    noise = "POISSON_NOISE" if means is not None else shot_noise
    return Moments(f"{kind}, {noise}", draws, *(v.reshape(-1, *v.shape[2:]) for v in values))


def _noisy_images(sim: Simulator, params: dict[str, jax.Array], image: jax.Array, draws: int) -> np.ndarray:
    """(draws, systems, bands, ny, nx) in float64."""
    keys = jax.random.split(jax.random.key(20260111, impl="threefry2x32"), (draws, len(image)))

    def observe(params: dict[str, jax.Array], image: jax.Array, key: jax.Array) -> jax.Array:
        return add_noise(sim.scene, params, image, key)

    systems = jax.vmap(observe)
    return np.asarray(jax.jit(jax.vmap(systems, (None, None, 0)))(params, image, keys), dtype=float)


def _shot_cumulant(group: references.Group, params: dict[str, np.ndarray]) -> np.ndarray:
    """Fourth cumulant of a Poisson number over the exposure t: max(image, 0) / t^3."""
    exposure = params["exposure_time"] * params["num_exposures"] * params.get("ccd_gain", 1.0)
    return np.asarray(np.maximum(group["image"], 0.0) / exposure[..., None, None] ** 3)


def _rows(title: str, measured: list[Moments]) -> list[Row]:
    """Variance and mean of every pixel, and the variance of a setting's pixels together."""
    variance = np.concatenate([m.variance_off for m in measured])
    mean = np.concatenate([m.mean_off for m in measured])
    pooled = np.abs(variance.mean(axis=(1, 2))) * np.sqrt(variance[0].size)
    draws = f"{title}, {measured[0].draws} draws"
    return [
        row(f"{draws}: variance of a pixel", np.abs(variance).ravel(), PIXEL_LIMIT, MEASURE),
        row(f"{draws}: variance, pooled over an image", pooled, POOLED_LIMIT, MEASURE),
        row(f"{draws}: mean of a pixel", np.abs(mean).ravel(), PIXEL_LIMIT, MEASURE),
    ]


def _pictures(measured: list[Moments]) -> list[Picture]:
    """The settings with the worst and with the median pixel."""
    settings = [(m, k) for m in measured for k in range(len(m.variance))]
    errors = np.array([np.abs(m.variance_off[k]).max() for m, k in settings])

    def draw(case: int, which: str) -> Picture:
        m, k = settings[case]
        sigma = np.sqrt(m.expected_variance[k])
        return Picture(
            title=f"{which} setting: {m.title}",
            quantity="standard deviation (counts/s)",
            ours=np.sqrt(m.variance[k]),
            theirs=sigma,
            noise=m.variance_error[k] / (2.0 * sigma),
            noise_label=f"the standard error of {m.draws} draws",
        )

    return worst_and_median(errors, draw)
