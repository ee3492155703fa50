"""The first steps of a fit by an optimizer of optax, for those who ask for one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.posterior import Array, Model, Observed, Shared, minus_log_posterior, of_lanes

if TYPE_CHECKING:
    import optax

LANES, STEPS = 16, 10
# An image whose best start has gained less than this in so many steps gets no more.
LEAST_GAIN, PATIENCE = 0.1, 30


class Walk(NamedTuple):
    """A start under way: where it is, the optimizer's state, its best point (k,) and the value there.

    `finite` is false from the first value or slope on that is not.
    """

    point: Array
    state: Any
    best: Array
    value: Array
    finite: Array


def first_order(
    model: Model,
    shared: Shared,
    images: Observed,
    points: np.ndarray,
    optimizer: optax.GradientTransformation,
    steps: int,
) -> tuple[np.ndarray, np.ndarray]:
    """The best points (n, s, k) that an optimizer comes to from `points`, and which starts diverged (n, s).

    One that diverged, to where the posterior is not finite, keeps its best point, which may be the first.
    """
    n, starts, k = points.shape
    which = np.repeat(np.arange(n), starts)
    walks = _host(_begun(optimizer, jnp.reshape(jnp.asarray(points), (-1, k))))
    record: list[Array] = []
    for _ in range(0, steps, STEPS):
        best = np.min(walks.value.reshape(n, starts), axis=1)
        record.append(best)
        going = np.ones(n, bool)
        if len(record) > PATIENCE // STEPS:
            going = ~(record[-1 - PATIENCE // STEPS] - best < LEAST_GAIN)
        active = np.flatnonzero(going[which] & walks.finite)
        if active.size == 0:
            break
        _walk(model, shared, images, optimizer, walks, active, which)
    return np.reshape(walks.best, points.shape), ~np.reshape(walks.finite, (n, starts))


def _host(walks: Walk) -> Walk:
    return jax.tree.map(np.array, walks)


@partial(jax.jit, static_argnums=0)
def _begun(optimizer: optax.GradientTransformation, points: jax.Array) -> Walk:
    def one(point: jax.Array) -> Walk:
        unknown = jnp.full((), jnp.inf, point.dtype)
        return Walk(point, optimizer.init(point), point, unknown, jnp.ones((), bool))

    return jax.vmap(one)(points)


def _walk(
    model: Model,
    shared: Shared,
    images: Observed,
    optimizer: optax.GradientTransformation,
    walks: Walk,
    active: np.ndarray,
    which: np.ndarray,
) -> None:
    """STEPS steps of the active walks, in place."""
    for first in range(0, active.size, LANES):
        lanes = active[first : first + LANES]
        full = np.resize(lanes, LANES)
        some = jax.tree.map(lambda array, at=full: array[at], walks)
        new = _walked(model, optimizer, shared, of_lanes(images, which[full]), some)
        for old, after in zip(jax.tree.leaves(walks), jax.tree.leaves(new), strict=True):
            old[lanes] = np.asarray(after)[: lanes.size]


@partial(jax.jit, static_argnums=(0, 1))
def _walked(
    model: Model, optimizer: optax.GradientTransformation, shared: Shared, images: Observed, walks: Walk
) -> Walk:
    def step(image: Observed, walk: Walk) -> Walk:
        value, slope = jax.value_and_grad(partial(minus_log_posterior, model, shared, image))(walk.point)
        finite = walk.finite & jnp.isfinite(value) & jnp.all(jnp.isfinite(slope))
        better = finite & (value < walk.value)
        best = jnp.where(better, walk.point, walk.best)
        change, state = optimizer.update(slope, walk.state, walk.point)
        point = jnp.where(finite, walk.point + change, walk.best)
        return Walk(point, state, best, jnp.where(better, value, walk.value), finite)

    def steps(walks: Walk, _: None) -> tuple[Walk, None]:
        return jax.vmap(step)(images, walks), None

    return jax.lax.scan(steps, walks, length=STEPS)[0]
