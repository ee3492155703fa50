"""The first steps of a fit where the caller asks for them: gradient descent by an optimizer of optax."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.posterior import Array, Constants, FitData, Model, minus_log_posterior
from jaxlens.fitting.problem import selected

if TYPE_CHECKING:
    import optax

# The number of starts in one call of the compiled program.
BATCH = 16
# The number of steps in one call of the compiled program.
STEPS = 10
# An image gets no more steps where -ln(density) of its best start fell by less than this in `PATIENCE` steps.
MIN_GAIN = 0.1
# The number of steps over which that decrease is measured.
PATIENCE = 30


class OptimizerRun(NamedTuple):
    """The state of the optimizer for one start.

    Attributes:
        point: its present coordinates, (k,).
        state: the optimizer's own state.
        best: its best coordinates so far, (k,).
        value: minus the log posterior at `best`, ().
        finite: whether all values and gradients so far are finite, ().
    """

    point: Array
    state: Any
    best: Array
    value: Array
    finite: Array


def first_order(
    model: Model,
    constants: Constants,
    data: FitData,
    points: np.ndarray,
    optimizer: optax.GradientTransformation,
    steps: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Move all starts by an optimizer of optax.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        points: the starts, (n, s, k).
        optimizer: an optimizer of optax, with its schedule.
        steps: the largest number of steps.

    Returns:
        The best point that each start passed, (n, s, k), and whether it then diverged to a point where the
        posterior is not finite, (n, s).
    """
    n, starts, k = points.shape
    image_of = np.repeat(np.arange(n), starts)
    runs = _host(_initial(optimizer, jnp.reshape(jnp.asarray(points), (-1, k))))
    record: list[Array] = []
    for _ in range(0, steps, STEPS):
        best = np.min(runs.value.reshape(n, starts), axis=1)
        record.append(best)
        improving = np.ones(n, bool)
        if len(record) > PATIENCE // STEPS:
            improving = ~(record[-1 - PATIENCE // STEPS] - best < MIN_GAIN)
        active = np.flatnonzero(improving[image_of] & runs.finite)
        if active.size == 0:
            break
        _advance(model, constants, data, optimizer, runs, active, image_of)
    return np.reshape(runs.best, points.shape), ~np.reshape(runs.finite, (n, starts))


def _host(runs: OptimizerRun) -> OptimizerRun:
    return jax.tree.map(np.array, runs)


@partial(jax.jit, static_argnums=0)
def _initial(optimizer: optax.GradientTransformation, points: jax.Array) -> OptimizerRun:
    def run(point: jax.Array) -> OptimizerRun:
        unknown = jnp.full((), jnp.inf, point.dtype)
        return OptimizerRun(point, optimizer.init(point), point, unknown, jnp.ones((), bool))

    return jax.vmap(run)(points)


def _advance(
    model: Model,
    constants: Constants,
    data: FitData,
    optimizer: optax.GradientTransformation,
    runs: OptimizerRun,
    active: np.ndarray,
    image_of: np.ndarray,
) -> None:
    """Take STEPS steps of the active runs, in place; `image_of` is the index of each run's image."""
    for first in range(0, active.size, BATCH):
        indices = active[first : first + BATCH]
        full = np.resize(indices, BATCH)
        batch = jax.tree.map(lambda array, at=full: array[at], runs)
        new = _advanced(model, optimizer, constants, selected(data, image_of[full]), batch)
        for old, after in zip(jax.tree.leaves(runs), jax.tree.leaves(new), strict=True):
            old[indices] = np.asarray(after)[: indices.size]


@partial(jax.jit, static_argnums=(0, 1))
def _advanced(
    model: Model,
    optimizer: optax.GradientTransformation,
    constants: Constants,
    data: FitData,
    runs: OptimizerRun,
) -> OptimizerRun:
    def step(image: FitData, run: OptimizerRun) -> OptimizerRun:
        loss = partial(minus_log_posterior, model, constants, image)
        value, gradient = jax.value_and_grad(loss)(run.point)
        finite = run.finite & jnp.isfinite(value) & jnp.all(jnp.isfinite(gradient))
        better = finite & (value < run.value)
        best = jnp.where(better, run.point, run.best)
        change, state = optimizer.update(gradient, run.state, run.point)
        point = jnp.where(finite, run.point + change, run.best)
        return OptimizerRun(point, state, best, jnp.where(better, value, run.value), finite)

    def steps(runs: OptimizerRun, _: None) -> tuple[OptimizerRun, None]:
        return jax.vmap(step)(data, runs), None

    return jax.lax.scan(steps, runs, length=STEPS)[0]
