"""The row of a catalogue that each system takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import yaml

from jaxlens.config import load_config
from jaxlens.config.model import CATALOG_ROW
from jaxlens.sampling.indices import consecutive, index_words
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import Population, draw_system, population
from jaxlens.sampling.priors import varying, without_prior

RADIUS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"
MOST = 1000
GOOD = Path(__file__).parents[1] / "config" / "good.yaml"


def rows_of(tmp_path: Path, catalog: dict[str, Any]) -> Population:
    """Seven rows, of which row 2 has no number, of weights 0 to 6."""
    lines = [f"{1 + row / 10 if row != 2 else 'nan'},{row},{row + 1}" for row in range(7)]
    (tmp_path / "c.csv").write_text("\n".join(["radius,w,zs", *lines]), encoding="utf-8")
    document = yaml.safe_load(GOOD.read_text(encoding="utf-8"))
    document["CATALOG"] = {
        "FILENAME": str(tmp_path / "c.csv"),
        "COLUMNS": {f"CONFIGURATION_2-{RADIUS}": "radius"},
    } | catalog
    config = load_config(document)
    return population(config, config.configuration("SINGLE"))


def drawn(one: Population, start: int = 0) -> dict[str, np.ndarray]:
    """The radius and the row of `MOST` systems, by a program that draws nothing else."""
    indices = jnp.asarray(index_words(consecutive(start, MOST)))
    keys = system_keys(jax.random.key(1, impl="threefry2x32"), one.label, indices)

    def draw(key: jax.Array, index: jax.Array) -> dict[str, jax.Array]:
        system = draw_system(one, one.hyperparameters, key, index)
        return {name: system[name] for name in (RADIUS, CATALOG_ROW)}

    values = jax.jit(jax.vmap(draw))(keys, indices)
    return {name: np.asarray(value) for name, value in values.items()}


@pytest.mark.parametrize("start", [0, 2**63 - MOST])
def test_systems_take_the_rows_in_order_exactly(tmp_path: Path, start: int) -> None:
    one = rows_of(tmp_path, {})
    found, left = drawn(one, start), [0, 1, 3, 4, 5, 6]
    assert found[CATALOG_ROW].tolist() == [left[(start + i) % 6] for i in range(MOST)]
    np.testing.assert_allclose(found[RADIUS], 1 + found[CATALOG_ROW] / 10, rtol=1e-6)


def test_rows_are_drawn_by_weight_and_each_system_tells_its_own(tmp_path: Path) -> None:
    """Frequencies agree with the weights by a chi-squared test of 4 degrees of freedom (99.9%: 18.5)."""
    found = drawn(rows_of(tmp_path, {"MODE": "sample", "WEIGHT": "w"}))
    np.testing.assert_allclose(found[RADIUS], 1 + found[CATALOG_ROW] / 10, rtol=1e-6)
    counts = np.bincount(found[CATALOG_ROW].astype(int), minlength=7)
    expected = MOST * np.array([0, 1, 0, 3, 4, 5, 6]) / 19
    used = expected > 0
    assert counts[~used].sum() == 0
    assert np.sum((counts - expected)[used] ** 2 / expected[used]) < 18.5


def test_what_rows_set_has_no_density(tmp_path: Path) -> None:
    one = rows_of(tmp_path, {})
    assert without_prior(one)[RADIUS] == "is drawn from the rows of CATALOG"
    assert CATALOG_ROW not in varying(one)


@pytest.mark.long
def test_the_row_has_no_derivative(tmp_path: Path) -> None:
    one = rows_of(tmp_path, {})
    index, key = jnp.uint32(3), jax.random.key(0, impl="threefry2x32")
    numbers = {path: jnp.asarray(value, float) for path, value in one.hyperparameters.items()}
    gradient = jax.grad(lambda given: draw_system(one, given, key, index)[CATALOG_ROW])(numbers)
    assert not np.any(gradient["DISTRIBUTIONS.CATALOG.values"])
