"""What docs/populations_of_galaxies.md says is true: its example is drawn, its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import yaml

from jaxlens import Simulator
from jaxlens.config import load_config
from jaxlens.distributions import DISTRIBUTIONS, parameter_defaults, parameter_names
from jaxlens.kernels.relations import RELATIONS
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import draw_system

TEXT = (Path(__file__).parents[1] / "docs" / "populations_of_galaxies.md").read_text()
(EXAMPLE,) = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
ROWS = {row[0]: row for row in re.findall(r"^\| `(\w+)` \| (.*) \|$", TEXT, re.MULTILINE)}
OLDER = {"uniform", "uniform_int", "normal", "lognormal", "loguniform", "delta_function", "truncated_normal"}
OLDER |= {"beta", "categorical", "symmetric_uniform_annulus"}


def defaults_written(name: str) -> dict[str, float | None]:
    """The PARAMETERS of a row, with the number in brackets after each, or None."""
    columns = re.split(r" \| ", ROWS[name][1])
    found = re.findall(r"`(\w+)`(?: \((-?[\d.]+)\))?", columns[1])
    return {key: float(default) if default else None for key, default in found}


@pytest.mark.parametrize("name", sorted(set(DISTRIBUTIONS) - OLDER))
def test_each_distribution_has_a_row_with_its_parameters(name: str) -> None:
    defaults = parameter_defaults(name)
    assert defaults_written(name) == {key: defaults.get(key) for key in parameter_names(name)}


@pytest.mark.parametrize("name", sorted(RELATIONS))
def test_each_relation_has_a_row_with_its_parameters_and_scatter(name: str) -> None:
    relation = RELATIONS[name]
    assert defaults_written(name) == dict(relation.parameters)
    scatter = re.split(r" \| ", ROWS[name][1])[2]
    assert scatter == f"{relation.scatter:g}{' dex' * (relation.unit == 'dex')}"


def test_the_example_is_legal(small_lens: dict[str, Any]) -> None:
    config = load_config(small_lens | EXAMPLE)
    assert config.warnings == ()


@pytest.mark.slow
def test_the_example_is_drawn_as_the_page_says(small_lens: dict[str, Any]) -> None:
    sim = Simulator(small_lens | EXAMPLE)
    indices = jnp.arange(400, dtype=jnp.uint32)
    names = [
        f"PLANE_{plane}-OBJECT_1-{rest}"
        for plane, rest in (
            (1, "MASS_PROFILE_1-sigma_v"),
            (1, "LIGHT_PROFILE_1-magnitude"),
            (1, "LIGHT_PROFILE_1-R_sersic"),
            (1, "MASS_PROFILE_1-q"),
            (1, "REDSHIFT"),
            (2, "LIGHT_PROFILE_1-R_sersic"),
        )
    ]

    def draw(key: jax.Array, index: jax.Array) -> list[jax.Array]:
        system = draw_system(sim.population, sim.hyperparameters, key, index)
        return [system[name] for name in names]

    keys = system_keys(jax.random.key(1), sim.population.label, indices)
    sigma_v, magnitude, size, q, z, source = (np.asarray(v) for v in jax.jit(jax.vmap(draw))(keys, indices))
    assert 160.0 <= sigma_v.min() < sigma_v.max() <= 400.0
    # massive galaxies are brighter and larger, at one redshift; far ones are fainter
    near = np.abs(z - np.median(z)) < 0.1
    assert np.corrcoef(sigma_v[near], np.ravel(magnitude)[: len(z)][near])[0, 1] < -0.3
    assert np.corrcoef(sigma_v[near], np.log(size)[near])[0, 1] > 0.2
    assert 0.2 <= q.min() < q.mean() < 0.85
    assert 0.05 < np.median(source) < 1.0
