"""Images of a stack that are chosen by columns beside them, and the scale that follows from them."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator

COUNT, SYSTEMS = 12, 1200
RNG = np.random.default_rng(5)
REDSHIFTS = RNG.uniform(0.3, 1.5, COUNT)
MAGNITUDES = RNG.uniform(20.0, 24.0, COUNT)
SCALES = RNG.uniform(0.02, 0.06, COUNT)
WEIGHTS = np.arange(COUNT) % 4.0
NEAREST = {"NEAREST": {"magnitude": "LIGHT_PROFILE_1-magnitude-g", "redshift": "REDSHIFT"}}
# Of one system, what each of several sources has; all by columns of the same stack.
FIRST: dict[str, Any] = {"image_index": NEAREST, "scale": "physical"}
AMONG: dict[str, Any] = {
    "image_index": {"NEAREST": {"magnitude": "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude-g"}, "AMONG": 3}
}
WEIGHTED: dict[str, Any] = {"image_index": {"WEIGHT": "weight"}, "flip": "random", "phi_G": "random"}
OF_TABLE: dict[str, Any] = {"image_index": NEAREST, "scale": "angular"}
SOURCES = (FIRST, AMONG, WEIGHTED, OF_TABLE)


def uniform(low: float, high: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}


def distance(z: np.ndarray) -> np.ndarray:
    """An angular diameter distance in a flat universe of Om0 = 0.3, in units of c/H0."""
    at = np.linspace(0.0, 2.0, 4001)
    inverse = 1.0 / np.sqrt(0.3 * (1.0 + at) ** 3 + 0.7)
    comoving = np.concatenate([[0.0], np.cumsum(0.5 * (inverse[1:] + inverse[:-1]) * np.diff(at))])
    return np.interp(z, at, comoving) / (1.0 + z)


def name_of(source: int, key: str) -> str:
    return f"PLANE_2-OBJECT_{source}-LIGHT_PROFILE_1-{key}"


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Simulator:
    """Sources whose images are of one stack, with the columns of paltax's npz files."""
    folder = tmp_path_factory.mktemp("images")
    y, x = np.mgrid[:8, :8] - 3.5
    arrays = {
        "images": np.exp(-np.hypot(x, y) / np.linspace(1.0, 2.0, COUNT)[:, None, None]),
        "pixel_sizes": SCALES,
        "redshifts": REDSHIFTS,
        "magnitudes": MAGNITUDES,
        "weights": WEIGHTS,
        "names": np.array(["a"] * COUNT),
    }
    np.savez(folder / "cosmos_galaxies.npz", **arrays)
    (folder / "table.txt").write_text(f"{name_of(4, 'image_index')} WEIGHT\n7 1\n")
    light = {"magnitude": {"g": uniform(20, 24), "r": 21.0}, "image": str(folder / "cosmos_galaxies.npz")}
    exposure = {"exposure_time": 90, "numPix": 8, "pixel_scale": 0.2, "psf_type": "NONE", "read_noise": 7}
    survey = {"BANDS": "g,r", "magnitude_zero_point": 30, "sky_brightness": 23, "num_exposures": 1}
    galaxies = {
        f"GALAXY_{i}": {"NAME": f"S{i}", "LIGHT_PROFILE_1": {"NAME": "INTERPOL", "PARAMETERS": light | own}}
        for i, own in enumerate(SOURCES, start=1)
    }
    lens = {"NAME": "LENS", "MASS_PROFILE_1": {"NAME": "SIS", "PARAMETERS": {"theta_E": 0.5}}}
    objects = {f"OBJECT_{i}": f"S{i}" for i in range(1, len(SOURCES) + 1)}
    return Simulator(
        {
            "DATASET": {"NAME": "images", "PARAMETERS": {"SIZE": 4, "OUTDIR": "out"}},
            "COSMOLOGY": {"NAME": "FlatLambdaCDM", "PARAMETERS": {"H0": 70, "Om0": 0.3}},
            "IMAGE": {"PARAMETERS": exposure},
            "SURVEY": {"PARAMETERS": survey},
            "SPECIES": {"GALAXY_5": lens, **galaxies},
            "DISTRIBUTIONS": {"USERDIST_1": {"FILENAME": str(folder / "table.txt"), "MODE": "sample"}},
            "GEOMETRY": {
                "CONFIGURATION_1": {
                    "FRACTION": 1,
                    "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.2}},
                    "PLANE_2": {**objects, "PARAMETERS": {"REDSHIFT": uniform(0.3, 1.5)}},
                }
            },
        }
    )


@pytest.fixture(scope="module")
def drawn(sim: Simulator) -> dict[str, np.ndarray]:
    params = sim.sample(jax.random.key(2), SYSTEMS)
    return {name: np.asarray(value, np.float64) for name, value in params.items()}


def test_the_nearest_image_has_its_own_size_at_the_redshift_of_the_plane(drawn: dict[str, Any]) -> None:
    """Nearest in units of the standard deviation of each column."""
    redshift = drawn["PLANE_2-OBJECT_1-REDSHIFT"]
    columns = np.stack([MAGNITUDES, REDSHIFTS], axis=1)
    own = np.stack([drawn[name_of(1, "magnitude")][:, 0], redshift], axis=1)
    away = np.square((own[:, None] - columns) / columns.std(axis=0)).sum(axis=-1)
    index = np.argmin(away, axis=1)
    np.testing.assert_array_equal(drawn[name_of(1, "image_index")], index)
    wanted = SCALES[index] * distance(REDSHIFTS[index]) / distance(redshift)
    np.testing.assert_allclose(drawn[name_of(1, "scale")], wanted, rtol=1e-5)


def test_one_of_the_nearest_images_is_drawn(drawn: dict[str, Any]) -> None:
    index = drawn[name_of(2, "image_index")].astype(int)
    away = np.abs(drawn[name_of(1, "magnitude")][:, :1] - MAGNITUDES)
    rank = (away < away[np.arange(SYSTEMS), index][:, None] - 1e-5).sum(axis=1)
    counts = np.bincount(rank, minlength=3)
    assert len(counts) == 3
    # three standard deviations of a third of the systems
    assert np.abs(counts - SYSTEMS / 3).max() < 3 * np.sqrt(SYSTEMS * 2 / 9)
    np.testing.assert_allclose(drawn[name_of(2, "scale")], SCALES[index], rtol=1e-6)


def test_images_are_drawn_by_their_weights_and_turned_at_random(drawn: dict[str, Any]) -> None:
    counts = np.bincount(drawn[name_of(3, "image_index")].astype(int), minlength=COUNT)
    wanted = SYSTEMS * WEIGHTS / WEIGHTS.sum()
    assert not counts[WEIGHTS == 0.0].any()
    chi_squared = np.square((counts - wanted)[wanted > 0]) / wanted[wanted > 0]
    # 8 degrees of freedom; a probability of 0.1%
    assert chi_squared.sum() < 26.1
    flips, angles = drawn[name_of(3, "flip")], np.sort(drawn[name_of(3, "phi_G")])
    assert set(flips) == {0.0, 1.0}
    assert abs(flips.mean() - 0.5) < 3.0 * 0.5 / np.sqrt(SYSTEMS)
    # Kolmogorov-Smirnov at a probability of 0.1%
    edges = np.arange(SYSTEMS) / SYSTEMS
    assert np.abs((angles + np.pi) / (2 * np.pi) - edges).max() < 1.95 / np.sqrt(SYSTEMS)


def test_a_table_wins_and_its_image_gives_the_scale(drawn: dict[str, Any]) -> None:
    np.testing.assert_array_equal(drawn[name_of(4, "image_index")], 7.0)
    np.testing.assert_allclose(drawn[name_of(4, "scale")], SCALES[7], rtol=1e-6)


def test_what_follows_from_an_image_has_no_prior_and_no_hyperparameter(sim: Simulator) -> None:
    scale = name_of(1, "scale")
    assert not {name_of(1, "image_index"), scale} & sim.priors.keys()
    params = {name: np.ones(1) for name in sim.parameter_names}
    with pytest.raises(ValueError, match="scale follows from the image that a system gets"):
        sim.log_prior(params, names=[scale])
    path = "SPECIES.GALAXY_1.LIGHT_PROFILE_1"
    assert not {f"{path}.scale.minimum", f"{path}.image_index.minimum"} & sim.hyperparameters.keys()
    assert sim.hyperparameters[f"{path}.image.columns"].shape == (COUNT, 2)
