"""Real images behind simulated ones: which image a system gets, and how it is added."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from astropy.io import fits
from scipy import stats

from jaxlens import Simulator, load_config, make_dataset
from jaxlens.config.backgrounds import cut_or_pad
from jaxlens.config.errors import ConfigWarning
from jaxlens.imaging.noise import background_image

pytestmark = pytest.mark.slow

THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
IDX = "BACKGROUND_IDX"
COUNT = 7
Make = Callable[..., dict[str, Any]]


def images() -> np.ndarray:
    """Seven images in two bands, of another size than the simulation's 24 pixels."""
    return np.random.default_rng(2).normal(size=(COUNT, 2, 20, 31)).astype(np.float32)


@pytest.fixture
def with_images(small_lens: dict[str, Any], tmp_path: Path) -> Make:
    """`small_lens` in two configurations, of which LENSES has real images."""
    for b, band in enumerate("gr"):
        fits.writeto(tmp_path / f"{band}.fits", images()[:, b])
    geometry = small_lens["GEOMETRY"]
    geometry["CONFIGURATION_2"] = copy.deepcopy(geometry["CONFIGURATION_1"]) | {"NAME": "PLAIN"}
    for entry in geometry.values():
        entry["FRACTION"] = 0.5

    def make(table: str = "", **more: Any) -> dict[str, Any]:
        if table:
            (tmp_path / "map.txt").write_text(table)
        section = {"PATH": str(tmp_path), "CONFIGURATIONS": ["LENSES"]} | more
        return small_lens | {"BACKGROUNDS": section}

    return make


@pytest.fixture
def galaxies(small_lens: dict[str, Any]) -> None:
    """`small_lens` without its lens, whose images are compiled sooner."""
    geometry = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    geometry["PLANE_1"] = geometry.pop("PLANE_2")


def simulator(config: dict[str, Any], configuration: str = "LENSES") -> Simulator:
    return Simulator(load_config(config), configuration)


def indices(sim: Simulator, key: jax.Array, n: int, start: int = 0) -> np.ndarray:
    found = np.asarray(sim.sample(key, n, start)[IDX])
    np.testing.assert_array_equal(found, np.round(found))
    return found.astype(int)


def without_index(params: dict[str, jax.Array]) -> dict[str, jax.Array]:
    """The parameters of the same systems in a file without BACKGROUNDS."""
    return {name: value for name, value in params.items() if name != IDX}


def test_without_map_txt_every_image_is_as_likely(with_images: Make, key: jax.Array) -> None:
    sim = simulator(with_images())
    found = indices(sim, key, 7000)
    assert stats.chisquare(np.bincount(found, minlength=COUNT)).pvalue > 0.01
    np.testing.assert_array_equal(indices(sim, key, 7000, start=100)[:6900], found[100:])


def test_x64_gives_the_same_images(with_images: Make, key: jax.Array) -> None:
    single = indices(simulator(with_images()), key, 7000)
    with jax.enable_x64(True):
        np.testing.assert_array_equal(indices(simulator(with_images()), key, 7000), single)


def test_CONFIGURATIONS_that_are_not_listed_have_none(with_images: Make) -> None:
    sim = simulator(with_images(), "PLAIN")
    assert sim.assets.backgrounds is None
    assert sim.population.backgrounds is None
    assert IDX not in sim.parameter_names


def test_the_images_lie_on_the_device_once(with_images: Make, small_lens: dict[str, Any]) -> None:
    config = load_config(with_images(CONFIGURATIONS=["LENSES", "PLAIN"]))
    first, second = (Simulator(config, label).assets.backgrounds for label in ("LENSES", "PLAIN"))
    assert first is second
    assert first is not None
    assert first.shape == (COUNT, 2, 24, 24)
    assert first.dtype == jnp.float32


@pytest.mark.long
@pytest.mark.usefixtures("galaxies")
def test_MODE_add_adds_the_image_to_the_noisy_one(
    with_images: Make, small_lens: dict[str, Any], key: jax.Array
) -> None:
    """Cut and padded about its centre; the noise is that of the simulation alone."""
    sim = simulator(with_images())
    found, params = sim(key, 6)
    plain = simulator(small_lens)
    added = np.asarray(found) - np.asarray(plain.observe(key, without_index(params)))
    expected = cut_or_pad(images(), 24)[np.asarray(params[IDX]).astype(int)]
    np.testing.assert_allclose(added, expected, atol=2e-6 * float(jnp.max(found)))


@pytest.mark.long
@pytest.mark.usefixtures("galaxies")
def test_images_without_noise_have_no_background_image(
    with_images: Make, small_lens: dict[str, Any], key: jax.Array
) -> None:
    sim = simulator(with_images())
    params = sim.sample(key, 6)
    np.testing.assert_array_equal(sim.render(params), simulator(small_lens).render(without_index(params)))


@pytest.mark.long
@pytest.mark.usefixtures("galaxies")
@pytest.mark.parametrize("shot_noise", ["gaussian", pytest.param("poisson", marks=pytest.mark.slow)])
def test_MODE_replace_leaves_the_shot_noise_of_the_objects(
    with_images: Make, small_lens: dict[str, Any], key: jax.Array, shot_noise: str
) -> None:
    """As the simulation without read noise under a dark sky, plus the image."""
    small_lens["IMAGE"]["PARAMETERS"]["shot_noise"] = shot_noise
    sim = simulator(with_images(MODE="replace"))
    found, params = sim(key, 6)
    assert {"read_noise", "sky_brightness"}.isdisjoint(params)
    dark = dict(params) | {"read_noise": np.zeros(6), "sky_brightness": np.full(6, 150.0)}
    added = np.asarray(found) - np.asarray(simulator(small_lens).observe(key, without_index(dark)))
    expected = cut_or_pad(images(), 24)[np.asarray(params[IDX]).astype(int)]
    np.testing.assert_allclose(added, expected, atol=2e-6 * float(jnp.max(found)))


@pytest.mark.long
@pytest.mark.usefixtures("galaxies")
def test_poisson_noise_sources_stay(with_images: Make, small_lens: dict[str, Any], key: jax.Array) -> None:
    plain, _ = simulator(with_images(MODE="replace"))(key, 2)
    small_lens["SPECIES"]["NOISE_1"] = {"NAME": "POISSON_NOISE", "PARAMETERS": {"mean": 5.0}}
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["NOISE_SOURCE_1"] = "POISSON_NOISE"
    more, _ = simulator(with_images(MODE="replace"))(key, 2)
    extra = np.asarray(more - plain)
    np.testing.assert_allclose(extra, np.round(extra), atol=1e-3)
    assert extra.mean() == pytest.approx(5.0, abs=0.2)


@pytest.mark.long
@pytest.mark.usefixtures("galaxies")
@pytest.mark.parametrize("mode", ["add", "replace"])
def test_gradients_pass(with_images: Make, key: jax.Array, mode: str) -> None:
    """Also where a pixel has no photons, hence no noise at all."""
    sim = simulator(with_images(MODE=mode))
    params = {name: np.asarray(value[:1], np.float64) for name, value in sim(key, 6)[1].items()}
    name = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"

    @jax.jit
    @jax.value_and_grad
    def total(params: dict[str, jax.Array]) -> jax.Array:
        return jnp.sum(jnp.sin(sim.observe(key, params)))

    size, step = params[name], 1e-6
    # 10^-789 counts/s are 0 in double precision
    dark = {n: np.full_like(v, 2000.0) if n.endswith("magnitude") else v for n, v in params.items()}
    with jax.enable_x64(True):
        ahead, behind = (total(params | {name: size + s})[0] for s in (step, -step))
        np.testing.assert_allclose(total(params)[1][name][0], (ahead - behind) / (2 * step), rtol=1e-5)
        assert all(np.isfinite(gradient).all() for gradient in total(dark)[1].values())


def map_table(*columns: str) -> tuple[str, np.ndarray]:
    numbers = np.random.default_rng(4).uniform(0.5, 1.3, size=(COUNT, len(columns)))
    rows = "\n".join(" ".join(map(str, row)) for row in numbers)
    return f"{' '.join(columns)}\n{rows}\n", numbers


def test_map_txt_gives_the_nearest_image(
    with_images: Make, small_lens: dict[str, Any], key: jax.Array
) -> None:
    """By a band, by all bands of what differs by band, and by what bands share, in units of their spread."""
    spread = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.5, "maximum": 1.3}}}
    small_lens["SURVEY"]["PARAMETERS"] |= {"seeing": {"g": spread, "r": spread}, "num_exposures": 3}
    small_lens["IMAGE"]["PARAMETERS"]["exposure_time"] = {"g": 90.0, "r": spread}
    text, table = map_table("seeing-r", f"CONFIGURATION_1-{THETA_E}-g", "exposure_time", "num_exposures_g")
    sim = simulator(with_images(text))
    params = {name: np.asarray(value) for name, value in sim.sample(key, 400).items()}
    values = (
        params["seeing"][:, 1:],
        params[THETA_E][:, None],
        params["exposure_time"],
        params["num_exposures"][:, None],
    )
    distance = sum(
        np.abs(value[:, None, :] - table[None, :, i, None]).mean(axis=2) / table[:, i].std()
        for i, value in enumerate(values)
    )
    np.testing.assert_array_equal(params[IDX], np.argmin(distance, axis=1))
    assert len(np.unique(params[IDX])) > 3


def test_map_txt_sees_what_tables_set(
    with_images: Make, small_lens: dict[str, Any], key: jax.Array, tmp_path: Path
) -> None:
    (tmp_path / "t.txt").write_text(f"{THETA_E}\n" + "\n".join(f"{0.1 * i + 0.3}" for i in range(COUNT)))
    small_lens["DISTRIBUTIONS"] = {"USERDIST_1": {"FILENAME": str(tmp_path / "t.txt"), "MODE": "iterate"}}
    table = f"{THETA_E}\n" + "\n".join(f"{0.1 * i + 0.31}" for i in reversed(range(COUNT)))
    sim = simulator(with_images(table))
    np.testing.assert_array_equal(indices(sim, key, 2 * COUNT), [*reversed(range(COUNT))] * 2)


def test_ITERATE_takes_images_in_turn_with_their_numbers(
    with_images: Make, small_lens: dict[str, Any], key: jax.Array
) -> None:
    text, table = map_table("seeing-r", THETA_E)
    sim = simulator(with_images(text, ITERATE=True))
    params = sim.sample(key, 2 * COUNT + 1)
    turn = np.arange(2 * COUNT + 1) % COUNT
    np.testing.assert_array_equal(params[IDX], turn)
    np.testing.assert_array_equal(params["seeing"][:, 1], np.float32(table[turn, 0]))
    np.testing.assert_allclose(params["seeing"][:, 0], 0.7)
    np.testing.assert_array_equal(params[THETA_E], np.float32(table[turn, 1]))
    # and only where the images are
    assert not simulator(with_images(text, ITERATE=True), "PLAIN").population.joints


@pytest.mark.usefixtures("galaxies")
def test_an_index_without_an_image(with_images: Make, key: jax.Array) -> None:
    sim = simulator(with_images())
    _, params = sim(key, 6)
    right = "BACKGROUND_IDX must be a whole number from 0 to 6, the last image"
    for wrong in (-1.0, 7.0, 1.5, np.nan):
        with pytest.raises(ValueError, match=right):
            sim.observe(key, params | {IDX: jnp.array([0.0] * 5 + [wrong])})
    # inside jit, where the index is not known, the image is NaN
    traced = jax.jit(jax.vmap(lambda index: background_image({IDX: index}, images())))
    seen = np.isfinite(np.asarray(traced(jnp.array([0.0, 6.0, 7.0, -1.0])))).all(axis=(1, 2, 3))
    assert seen.tolist() == [True, True, False, False]


@pytest.mark.long
@pytest.mark.usefixtures("galaxies")
def test_a_dataset_has_the_index_in_its_metadata(with_images: Make, tmp_path: Path) -> None:
    """A row of it makes the image again."""
    text, _ = map_table("seeing-g")
    with pytest.warns(ConfigWarning, match="is in no configuration"):
        dataset = make_dataset(with_images(text))
    metadata = dataset.CONFIGURATION_1_metadata
    assert set(metadata[f"{IDX}-g"]) <= set(range(COUNT))
    assert metadata[f"{IDX}-g"].dtype == np.int64
    np.testing.assert_array_equal(metadata[f"{IDX}-g"], metadata[f"{IDX}-r"])
    assert f"{IDX}-g" not in dataset.CONFIGURATION_2_metadata
    sim = simulator(with_images(text))
    key = jax.random.key(1, impl="threefry2x32")
    again = sim.observe(key, sim.params_from_table(metadata))
    np.testing.assert_allclose(again, dataset.CONFIGURATION_1_images, rtol=1e-5, atol=1e-5)
