"""A program that was compiled for one distribution never runs for another.

jaxlib 0.10.0 to 0.10.2 compare the structures of two registered dataclasses without their class, and jit runs
the wrong program where two hashes collide as well, for some ten of a hundred classes.  So the structures of
many classes are compared with each other, which needs no collision, and jitted evaluation with eager one.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import jaxlens
from jaxlens.distributions import (
    DISTRIBUTIONS,
    Distribution,
    LogNormal,
    LogUniform,
    Normal,
    Scaled,
    Truncated,
    Uniform,
)
from jaxlens.distributions.base import register
from jaxlens.distributions.host import _probability
from jaxlens.distributions.pytrees import register_pytree
from jaxlens.fitting.transforms import _transform_of, transform_of


def numbered_class(i: int, *bases: type, **members: Any) -> type:
    """A class of two fields that differs from the next one by its name and `members` alone."""
    fields = [(f"x{i}", float), (f"y{i}", float)]
    return dataclasses.make_dataclass(f"Numbered{i}", fields, bases=bases, frozen=True, namespace=members)


def assert_all_differ(structures: Iterable[Any]) -> None:
    """No two structures are equal, whether or not their hashes collide."""
    for one, other in itertools.combinations(structures, 2):
        assert one != other


@pytest.mark.long
def test_jit_runs_the_program_of_its_own_class_among_100() -> None:
    @jax.jit
    def number(value: Any) -> jax.Array:
        return value.number()

    classes = [
        register_pytree(numbered_class(i, number=lambda self, i=i: 0.0 * getattr(self, f"x{i}") + i))
        for i in range(100)
    ]
    assert [int(number(cls(1.0, 2.0))) for cls in classes] == list(range(100))
    assert_all_differ(jax.tree.structure(cls(1.0, 2.0)) for cls in classes)


@pytest.mark.long
def test_the_tails_of_30_registered_distributions_are_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jaxlens.distributions.base.DISTRIBUTIONS", {})
    structures = []
    for i in range(30):
        members = {
            "below": lambda self, x, i=i: 0.0 * getattr(self, f"x{i}") + i,
            "above": lambda self, x, i=i: 0.0 * getattr(self, f"y{i}") - i,
        }
        cls = register(f"numbered_{i}")(numbered_class(i, Distribution, **members))
        assert [float(_probability(cls(1.0, 2.0), 0.0, side=side)) for side in "<>"] == [i, -i]
        structures.append(jax.tree.structure(cls(1.0, 2.0)))
    assert_all_differ(structures)


@pytest.mark.parametrize("length", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_transforms_of_all_tuples_of_priors_are_their_own(length: int) -> None:
    for kinds in itertools.product([Normal, Uniform, LogUniform], repeat=length):
        priors = tuple(kind(0.5, 2.0) for kind in kinds)
        found, right = transform_of(priors), _transform_of.__wrapped__(priors)
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(right), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3)


def test_tuples_of_priors_have_structures_of_their_own() -> None:
    kinds = itertools.product([Normal, Uniform, LogUniform], repeat=4)
    assert_all_differ(jax.tree.structure(tuple(kind(0.5, 2.0) for kind in four)) for four in kinds)


def test_every_distribution_has_a_structure_of_its_own() -> None:
    pairs = [Normal, Uniform, LogUniform, LogNormal]
    made: list[Distribution] = [kind(0.5, 2.0) for kind in pairs]
    made += [Truncated(kind(0.5, 2.0), 0.1, 0.9) for kind in pairs]
    made += [Scaled(kind(0.5, 2.0), 3.0) for kind in pairs]
    assert len({jax.tree.structure(one) for one in made}) == len(made)
    for cls in (*DISTRIBUTIONS.values(), Truncated, Scaled):
        names = [field.name for field in dataclasses.fields(cls)]
        value = cls(*map(float, range(1, len(names) + 1)))
        leaves, structure = jax.tree.flatten(value)
        assert structure.node_data() == (cls, cls)
        assert jax.tree.unflatten(structure, leaves) == value
        paths = [str(path[0]) for path, _ in jax.tree_util.tree_flatten_with_path(value)[0]]
        assert paths == [f".{name}" for name in names]


def test_no_class_is_registered_in_the_way_that_forgets_the_class() -> None:
    root = Path(jaxlens.__file__).parent
    files = [*root.rglob("*.py"), *(root / "kernels").rglob("*.py")]
    assert [path for path in files if re.search(r"register_dataclass\b(?!`)", path.read_text())] == []
