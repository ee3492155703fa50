"""Redshifts of planes, which are drawn in the order of the planes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import jax
import jax.numpy as jnp

from jaxlens.config.geometry import REDSHIFT_GAP
from jaxlens.config.model import Joint
from jaxlens.kernels.types import Params, Real
from jaxlens.sampling.draws import MAX_DRAWS, SystemDraw
from jaxlens.sampling.joints import JointValues, joint_values


def ordered_redshifts(
    planes: Mapping[str, SystemDraw], fixed: Mapping[str, jax.Array]
) -> dict[str, jax.Array]:
    """Redshifts in order: each from its distribution, truncated to where the order is possible.

    It is truncated at the redshift of the plane before and at the largest redshift of every later plane.

    Args:
        planes: the draw of each plane's redshift by its name, nearest plane first.
        fixed: the redshifts that joint distributions set, each (); they are taken as they are.

    Returns:
        The redshifts by name, each ().
    """
    names, dtype = tuple(planes), jnp.result_type(float)
    drawn: dict[str, jax.Array] = {}
    lower = jnp.zeros((), dtype)
    for i, name in enumerate(names):
        later = [jnp.asarray(fixed[n] if n in fixed else planes[n].largest(), dtype) for n in names[i + 1 :]]
        upper = jnp.min(jnp.stack([jnp.asarray(jnp.inf, dtype), *later]))
        ends = lower + REDSHIFT_GAP, upper - REDSHIFT_GAP
        drawn[name] = lower = fixed[name] if name in fixed else planes[name].within(*ends)
    return drawn


def joint_values_in_order(
    joints: tuple[Joint, ...],
    label: str,
    hyperparameters: Params,
    key: jax.Array,
    index: jax.Array,
    planes: Mapping[str, SystemDraw],
) -> JointValues:
    """The values that joint distributions set, with redshifts that allow all planes to be in order.

    Distributions that set a redshift are drawn again, `MAX_DRAWS` times at most, until the order is possible:
    the redshifts then follow their distribution conditioned on the order.  If no draw allows the order, the
    redshifts that they set are NaN.  Tables with mode iterate are not drawn again, because each system has
    its own row.

    Args:
        joints: the joint distributions.
        label: the label of the configuration.
        hyperparameters: the hyperparameters by path in the file.
        key: the key of the system, ().
        index: the index of the system, (), or its two words, (2,).
        planes: the draw of each plane's redshift by its name, nearest plane first.

    Returns:
        (parameter, {band or None: value}) in the order of the file.
    """
    draw = partial(joint_values, joints, label, hyperparameters, key, index)
    if not any(name in planes for name, _ in draw({})):
        return list(draw({}))
    redrawn = {j.label for j in joints if j.kind != "iterate" and _sets_redshift(j, label, planes)}
    ends = {name: (plane.smallest(), plane.largest()) for name, plane in planes.items()}
    # The loop over attempts has no derivative.
    ends, constant = jax.lax.stop_gradient((ends, dict(hyperparameters)))
    max_draws = MAX_DRAWS if redrawn else 0

    def possible(attempt: jax.Array) -> jax.Array:
        found = joint_values(joints, label, constant, key, index, dict.fromkeys(redrawn, attempt))
        return _order_is_possible(ends, {name: new[None] for name, new in found if name in planes})

    first = jnp.zeros((), jnp.uint32)
    attempt = jax.lax.while_loop(lambda a: ~possible(a) & (a < max_draws), lambda a: a + 1, first)
    is_possible = possible(attempt)
    return [
        (name, {None: jnp.where(is_possible, new[None], jnp.nan)} if name in planes else new)
        for name, new in draw(dict.fromkeys(redrawn, attempt))
    ]


def _sets_redshift(joint: Joint, label: str, planes: Mapping[str, SystemDraw]) -> bool:
    """Whether a joint distribution sets the redshift of a plane in configuration `label`."""
    return any(c.configuration in (None, label) and c.parameter in planes for c in joint.columns)


def _order_is_possible(ends: Mapping[str, tuple[Real, Real]], fixed: Mapping[str, jax.Array]) -> jax.Array:
    """Whether planes with redshifts between `ends`, or at `fixed`, can be in order, ()."""
    lowest, possible = jnp.zeros((), jnp.result_type(float)), jnp.ones((), bool)
    for name, (low, high) in ends.items():
        low, high = (fixed[name], fixed[name]) if name in fixed else (low, high)
        possible = possible & (high > lowest + REDSHIFT_GAP)
        lowest = jnp.maximum(lowest, low)
    return possible
