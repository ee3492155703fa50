"""Quantities from tables: what is drawn, and which parameters it replaces."""

from __future__ import annotations

import copy
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats
from scipy.interpolate import LinearNDInterpolator

from jaxlens import Simulator, load_config
from jaxlens.config.model import Column, Joint
from jaxlens.config.simplices import interpolate
from jaxlens.imaging.scene import scene
from jaxlens.sampling.joints import draw_joint
from jaxlens.sampling.population import draw_system

pytestmark = pytest.mark.slow

TABLES = Path(__file__).parents[1] / "config" / "userdist"
LIGHT = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
LENS, SOURCE = "PLANE_1-OBJECT_1-REDSHIFT", "PLANE_2-OBJECT_1-REDSHIFT"


def userdist(name: str | Path, mode: str, **more: Any) -> dict[str, Any]:
    return {"FILENAME": str(TABLES / name), "MODE": mode} | more


def simulator(
    config: dict[str, Any], *entries: dict[str, Any], configuration: str | None = None
) -> Simulator:
    tables = {f"USERDIST_{i}": entry for i, entry in enumerate(entries, start=1)}
    return Simulator(load_config(config | {"DISTRIBUTIONS": tables}), configuration)


def sample(sim: Simulator, key: jax.Array, n: int, start: int = 0) -> dict[str, np.ndarray]:
    return {name: np.asarray(value) for name, value in sim.sample(key, n, start).items()}


def table(name: str) -> np.ndarray:
    return np.loadtxt(TABLES / name, skiprows=2 if name == "seeing.txt" else 1)


def linear_cdf(x: np.ndarray, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The integral of the polygon through (points, weights) up to x, over its whole."""
    order = np.argsort(points)
    points, weights = points[order], weights[order]
    fine = np.unique(np.concatenate([np.linspace(points[0], points[-1], 20_001), points]))
    density = np.interp(fine, points, weights)
    area = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(fine))])
    return np.interp(x, fine, area / area[-1])


OTHER = LIGHT.replace("PLANE_1", "PLANE_2")
N = 10_000


@pytest.fixture
def drawn_tables(small_lens: dict[str, Any]) -> Simulator:
    """One table that is interpolated, and one whose rows are drawn, twice: for lens and source."""
    params = [f"{OTHER}-R_sersic", f"{OTHER}-magnitude", "WEIGHT"]
    return simulator(
        small_lens,
        userdist("seeing.txt", "interpolate", STEP=3),
        userdist("sizes.txt", "sample"),
        userdist("sizes.txt", "sample", PARAMS=params),
    )


def test_MODE_interpolate_draws_from_the_polygon(drawn_tables: Simulator, key: jax.Array) -> None:
    drawn = sample(drawn_tables, key, N)["seeing"][:, 0]
    points, weights = table("seeing.txt").T
    assert drawn.min() >= points.min()
    assert drawn.max() <= points.max()
    assert len(np.unique(drawn)) > 9_000
    assert stats.kstest(drawn, lambda x: linear_cdf(x, points, weights)).pvalue > 0.01


def test_MODE_sample_draws_rows_by_their_weight(drawn_tables: Simulator, key: jax.Array) -> None:
    drawn = sample(drawn_tables, key, N)
    rows = table("sizes.txt")
    size, magnitude = drawn[f"{LIGHT}-R_sersic"][:, 1], drawn[f"{LIGHT}-magnitude"][:, 1]
    found = np.argmin(np.abs(size[:, None] - rows[:, 0]), axis=1)
    # the pairs of the file, and no others
    np.testing.assert_allclose(np.stack([size, magnitude], -1), rows[found, :2], rtol=1e-6)
    counts = np.bincount(found, minlength=len(rows))
    assert counts[-1] == 0
    likely = rows[:-1, 2] / rows[:, 2].sum()
    assert stats.chisquare(counts[:-1], N * likely).pvalue > 0.01
    again = rows[np.random.default_rng(3).choice(len(rows), N, p=rows[:, 2] / rows[:, 2].sum())]
    for one, other in ((size, again[:, 0]), (magnitude, again[:, 1])):
        assert stats.ks_2samp(one, other.astype(np.float32)).pvalue > 0.01


def test_a_column_of_one_band_leaves_the_others(drawn_tables: Simulator, key: jax.Array) -> None:
    drawn = sample(drawn_tables, key, N)
    assert drawn[f"{LIGHT}-R_sersic"].shape == (N, 2)
    np.testing.assert_allclose(drawn[f"{LIGHT}-R_sersic"][:, 0], 0.4)
    # magnitude, by band in the file, is one number in the table
    np.testing.assert_array_equal(*drawn[f"{LIGHT}-magnitude"].T)


def test_PARAMS_draw_one_table_for_two_objects(drawn_tables: Simulator, key: jax.Array) -> None:
    """Independently, as in deeplenstronomy's notebook."""
    drawn = sample(drawn_tables, key, N)
    first, second = drawn[f"{LIGHT}-R_sersic"][:, 1], drawn[f"{OTHER}-R_sersic"]
    assert second.shape == (N,)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05


def test_nothing_else_changes(drawn_tables: Simulator, small_lens: dict[str, Any], key: jax.Array) -> None:
    plain, drawn = sample(Simulator(small_lens), key, N), sample(drawn_tables, key, N)
    replaced = {
        "seeing",
        *(f"{light}-{name}" for light in (LIGHT, OTHER) for name in ("R_sersic", "magnitude")),
    }
    for name in plain.keys() - replaced:
        np.testing.assert_array_equal(plain[name], drawn[name], err_msg=name)


def test_any_start_gives_the_same_systems(drawn_tables: Simulator, key: jax.Array) -> None:
    whole, part = sample(drawn_tables, key, N), sample(drawn_tables, key, 3, start=4)
    for name, expected in whole.items():
        np.testing.assert_array_equal(part[name], expected[4:7], err_msg=name)


@pytest.mark.long
def test_x64_draws_the_same_systems(drawn_tables: Simulator, key: jax.Array) -> None:
    single = sample(drawn_tables, key, N)
    with jax.enable_x64(True):
        double = sample(drawn_tables, key, N)
    for name, expected in double.items():
        np.testing.assert_allclose(single[name], expected, rtol=2e-6, atol=2e-6, err_msg=name)


@pytest.fixture
def iterated_tables(small_lens: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """A table of many rows, and tables of one row for single bands, a configuration and a star's place."""
    geometry = small_lens["GEOMETRY"]
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 20.0}}
    small_lens["SPECIES"]["POINTSOURCE_1"] = star
    geometry["CONFIGURATION_1"]["PLANE_1"]["OBJECT_2"] = "STAR"
    geometry["CONFIGURATION_2"] = copy.deepcopy(geometry["CONFIGURATION_1"]) | {"NAME": "OTHER"}
    for entry in geometry.values():
        entry["FRACTION"] = 0.5
    texts = [
        "seeing-g exposure_time\n0.5 10\n",
        "seeing-r exposure_time\n0.9 20\n",
        "seeing-g\n0.4\n",
        "CONFIGURATION_2-seeing num_exposures\n0.55 7\n",
        "PLANE_1-OBJECT_2-ra_image\n1.5\n",
    ]
    entries = [userdist("seeing.txt", "iterate", PARAMS=[f"{OTHER}-R_sersic", "WEIGHT"])]
    for i, text in enumerate(texts):
        (tmp_path / f"{i}.txt").write_text(text)
        entries.append(userdist(tmp_path / f"{i}.txt", "iterate"))
    return small_lens | {"DISTRIBUTIONS": {f"USERDIST_{i}": e for i, e in enumerate(entries, start=1)}}


def iterated(
    config: dict[str, Any], key: jax.Array, start: int = 0, label: str = "1"
) -> dict[str, np.ndarray]:
    return sample(Simulator(load_config(config), f"CONFIGURATION_{label}"), key, 17, start)


def test_MODE_iterate_takes_the_rows_in_turn(iterated_tables: dict[str, Any], key: jax.Array) -> None:
    points = table("seeing.txt")[:, 0]
    expected = np.float32(points[np.arange(17 + 9) % len(points)])
    name = f"{OTHER}-R_sersic"
    np.testing.assert_array_equal(iterated(iterated_tables, key)[name], expected[:17])
    np.testing.assert_array_equal(iterated(iterated_tables, key, start=9)[name], expected[9:])


def test_a_column_of_one_CONFIGURATION_n(iterated_tables: dict[str, Any], key: jax.Array) -> None:
    first, second = (iterated(iterated_tables, key, label=label) for label in "12")
    np.testing.assert_allclose(first["seeing"], [[0.4, 0.9]] * 17)
    np.testing.assert_allclose(second["seeing"], [[0.55, 0.55]] * 17)
    assert first["num_exposures"].tolist() == second["num_exposures"].tolist() == [7.0] * 17


def test_later_tables_add_bands_and_replace_numbers(iterated_tables: dict[str, Any], key: jax.Array) -> None:
    drawn = iterated(iterated_tables, key)
    np.testing.assert_allclose(drawn["seeing"][0], [0.4, 0.9])
    assert drawn["exposure_time"].tolist() == [20.0] * 17


def test_a_star_s_place_in_a_table_is_in_arcsec(iterated_tables: dict[str, Any], key: jax.Array) -> None:
    drawn = iterated(iterated_tables, key)
    assert drawn["PLANE_1-OBJECT_2-ra_image"].tolist() == [1.5] * 17
    assert np.all(np.abs(drawn["PLANE_1-OBJECT_2-dec_image"]) < 24 * 0.2 / 2)


@pytest.mark.long
def test_tables_of_redshifts_are_drawn_until_planes_are_in_order(
    small_lens: dict[str, Any], key: jax.Array, tmp_path: Path
) -> None:
    """Two tables that overlap: the pairs that are in order, each as likely as without the others."""
    (tmp_path / "near.txt").write_text(f"{LENS} WEIGHT\n0.2 1\n0.6 2\n1.1 1\n")
    (tmp_path / "far.txt").write_text(f"{SOURCE} WEIGHT\n0.5 1\n1.0 2\n2.0 3\n")
    entries = userdist(tmp_path / "near.txt", "sample"), userdist(tmp_path / "far.txt", "sample")
    sim = simulator(small_lens, *entries)
    drawn = sample(sim, key, 6000)
    near, far = {0.2: 1, 0.6: 2, 1.1: 1}, {0.5: 1, 1.0: 2, 2.0: 3}
    likely = {(a, b): near[a] * far[b] for a in near for b in far if a < b}
    pairs = np.round(np.stack([drawn[LENS], drawn[SOURCE]], -1).astype(float), 3)
    counts = [np.all(pairs == pair, axis=1).sum() for pair in likely]
    assert sum(counts) == 6000
    expected = 6000 * np.array([*likely.values()]) / sum(likely.values())
    assert stats.chisquare(counts, expected).pvalue > 0.01
    np.testing.assert_array_equal(sample(sim, key, 6000, start=50)[LENS][:5950], drawn[LENS][50:])


@pytest.mark.long
def test_a_drawn_redshift_keeps_clear_of_the_table_s(
    small_lens: dict[str, Any], key: jax.Array, tmp_path: Path
) -> None:
    spread = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.3, "maximum": 1.5}}}
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["PARAMETERS"]["REDSHIFT"] = spread
    (tmp_path / "far.txt").write_text(f"{SOURCE}-g WEIGHT\n0.5 1\n1.0 1\n")
    drawn = sample(simulator(small_lens, userdist(tmp_path / "far.txt", "sample")), key, 3000)
    # given the source's redshift the lens's is uniform up to it
    share = (drawn[LENS] - 0.3) / (drawn[SOURCE] - 0.3)
    assert stats.kstest(share, "uniform").pvalue > 0.01


def test_iterated_tables_out_of_order_give_nan(
    small_lens: dict[str, Any], key: jax.Array, tmp_path: Path
) -> None:
    (tmp_path / "near.txt").write_text(f"{LENS}\n0.2\n0.6\n")
    (tmp_path / "far.txt").write_text(f"{SOURCE}\n0.5\n0.5\n0.9\n")
    entries = userdist(tmp_path / "near.txt", "iterate"), userdist(tmp_path / "far.txt", "iterate")
    drawn = sample(simulator(small_lens, *entries), key, 6)
    # (0.2, 0.5), (0.6, 0.5), (0.2, 0.9), (0.6, 0.5), (0.2, 0.5), (0.6, 0.9)
    fine = [True, False, True, False, True, True]
    assert np.isfinite(drawn[LENS]).tolist() == np.isfinite(drawn[SOURCE]).tolist() == fine


@pytest.mark.long
def test_normal_redshifts_are_in_order_and_differentiable(small_lens: dict[str, Any], key: jax.Array) -> None:
    normal = {"PARAMS": [LENS, SOURCE], "MEAN": [0.8, 1.0], "COVARIANCE": [[0.09, 0], [0, 0.09]]}
    sim = Simulator(load_config(small_lens | {"DISTRIBUTIONS": {"MULTIVARIATE_NORMAL_1": normal}}))
    drawn = sample(sim, key, 4000)
    assert np.all((drawn[LENS] > 0) & (drawn[LENS] < drawn[SOURCE]))
    free = np.random.default_rng(1).normal([0.8, 1.0], 0.3, size=(40_000, 2))
    kept = free[(free[:, 0] > 0) & (free[:, 0] < free[:, 1])]
    assert stats.ks_2samp(drawn[LENS], kept[:, 0]).pvalue > 0.01
    path = "DISTRIBUTIONS.MULTIVARIATE_NORMAL_1.mean"
    hyperparameters = sim.population.hyperparameters

    @jax.jit
    @jax.grad
    def source(mean: jax.Array) -> jax.Array:
        return draw_system(sim.population, hyperparameters | {path: mean}, key, jnp.uint32(0))[SOURCE]

    np.testing.assert_allclose(source(np.array([0.8, 1.0], np.float32)), [0.0, 1.0], atol=1e-6)


def test_the_psf_s_reach_counts_the_tables(small_lens: dict[str, Any], tmp_path: Path) -> None:
    """Above 256 pixels the blur has a fixed reach, which a seeing of the table must fit in."""
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = 300
    (tmp_path / "t.txt").write_text("seeing WEIGHT\n1.4 1\n")
    config = simulator(small_lens, userdist(tmp_path / "t.txt", "sample")).config
    plain = load_config(small_lens)
    reach, less = (scene(one, one.configuration()).optics.radius for one in (config, plain))
    assert reach is not None
    assert less is not None
    assert reach > 1.9 * less


def joint(points: np.ndarray, weights: np.ndarray) -> Joint:
    corners, cumulative = interpolate(points, weights)
    columns = tuple(Column(None, str(i)) for i in range(points.shape[1]))
    arrays = {"corners": points[corners], "cumulative": cumulative}
    return Joint("USERDIST_1", "interpolate", columns, arrays=arrays)


@pytest.mark.parametrize(("dimensions", "cells", "fine"), [(2, 6, 40), (3, 4, 24)])
def test_the_drawn_density_is_the_interpolated_one(
    key: jax.Array, dimensions: int, cells: int, fine: int
) -> None:
    """Counts in a grid of cells against scipy's LinearNDInterpolator, integrated over them."""
    rng = np.random.default_rng(dimensions)
    points, weights = rng.uniform(size=(25, dimensions)), rng.uniform(size=25) ** 2
    one, n = joint(points, weights), 40_000
    arrays = {name: jnp.asarray(value, jnp.float32) for name, value in one.arrays.items()}
    keys = jax.random.split(key, n)
    drawn = np.asarray(jax.jit(jax.vmap(partial(draw_joint, one, arrays)))(keys, jnp.arange(n)))
    edges = [np.linspace(0, 1, cells + 1)] * dimensions
    counts, _ = np.histogramdd(drawn, edges)
    middles = (np.arange(cells * fine) + 0.5) / (cells * fine)
    grid = np.stack(np.meshgrid(*[middles] * dimensions, indexing="ij"), -1)
    density = LinearNDInterpolator(points, weights, fill_value=0.0)(grid)
    shape = [size for _ in range(dimensions) for size in (cells, fine)]
    expected = density.reshape(shape).sum(axis=tuple(range(1, 2 * dimensions, 2)))
    expected *= n / expected.sum()
    assert counts.sum() == n
    assert counts[expected == 0].sum() < 5
    likely = expected > 10
    got, rest = counts[likely], n - counts[likely].sum()
    assert stats.chisquare([*got, rest], [*expected[likely], n - expected[likely].sum()]).pvalue > 0.01
