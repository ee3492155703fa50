"""Derivatives of whole images of each family of profiles, in float64 and without a compiled program.

The image is weighted with random numbers and summed.  Its derivative along a random direction in all its
parameters, by `jax.jvp` or by `jax.grad`, is compared with that of central differences.
"""

from __future__ import annotations

import json
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.imaging.render import render
from validation.agreement import references
from validation.agreement.references import Group
from validation.agreement.registered.evaluation import operation_by_operation

# The largest change of a parameter along the direction is about this.
DIRECTION = 0.1
# Step of the central difference in units of the direction.
STEP = 1e-5


class Derivative(NamedTuple):
    """The derivative of a weighted image along a direction, and that of differences."""

    found: float
    difference: float

    @property
    def error(self) -> float:
        """The relative difference."""
        return abs(self.found - self.difference) / abs(self.difference)


def derivative(group: Group, reverse: bool) -> Derivative:
    """The derivative of the image of the first system of a family.

    Args:
        group: the reference group of a family.
        reverse: whether it follows from `jax.grad`; otherwise from `jax.jvp`.
    """
    rng = np.random.default_rng(0)
    with jax.enable_x64(True), operation_by_operation():
        simulator = Simulator(json.loads(str(group["config"])), str(group["configuration"]))
        values = {name: jnp.asarray(one[0]) for name, one in references.parameters(group).items()}
        own = {name: one for name, one in values.items() if name in simulator.scene.parameters}
        direction = {name: jnp.full_like(one, DIRECTION * rng.normal()) for name, one in own.items()}
        weights = rng.normal(size=group["image"].shape[1:])

        def weighted(moved: dict[str, jax.Array]) -> jax.Array:
            return jnp.sum(weights * render(simulator.scene, values | moved, simulator.assets))

        def at(steps: float) -> float:
            return float(weighted({name: one + steps * STEP * direction[name] for name, one in own.items()}))

        if reverse:
            gradient = jax.grad(weighted)(own)
            found = sum(float(jnp.sum(gradient[name] * direction[name])) for name in own)
        else:
            found = float(jax.jvp(weighted, (own,), (direction,))[1])
        return Derivative(found, (at(1.0) - at(-1.0)) / (2.0 * STEP))
