"""Descents of a lens with a quasar: by the positions of its images alone, and by the images themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting import least_squares
from jaxlens.fitting.least_squares import Descent, Expansion
from jaxlens.fitting.posterior import Constants
from jaxlens.kernels.types import Params
from jaxlens.modelling.descent import TOLERANCE, Ends, in_threads
from jaxlens.modelling.expansion import Solution
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.quasars.constraints import constraint_expansion, params_of
from jaxlens.modelling.quasars.expansion import quasar_expansion, quasar_solution
from jaxlens.modelling.quasars.model import QuasarData, QuasarModel
from jaxlens.modelling.quasars.problem import QuasarProblem


def quasar_descents(
    problem: QuasarProblem,
    data: LensData,
    own: QuasarData,
    settings: Settings,
    points: np.ndarray,
    steps: int,
    tolerance: float = TOLERANCE,
) -> Ends:
    """Descend from several points by the images and all other terms.

    Args:
        problem: the model of the lens and its quasar.
        data: the images.
        own: the arrays of the quasar.
        settings: what moves, and the prior precision of amplitudes.
        points: the coordinates of the starts, (s, k).
        steps: the largest number of steps.
        tolerance: the expected decrease below which a descent ends.

    Returns:
        Where they ended, the best first.
    """
    run = partial(_descended, problem.quasar, problem.constants, problem.base, data, own, settings)
    found = in_threads(lambda point: run(jnp.asarray(point), steps, tolerance), list(points))
    state, taken = jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *found)
    return _ordered(state, taken)


def position_descents(
    problem: QuasarProblem, own: QuasarData, active: np.ndarray, points: np.ndarray, steps: int
) -> Ends:
    """Descend from many points by the positions of the images, delays and flux ratios alone.

    Args:
        problem: the model of the lens and its quasar.
        own: the arrays of the quasar.
        active: 1 for a parameter that moves, 0 for one that is held, (k,).
        points: the coordinates of the starts, (s, k).
        steps: the largest number of steps.

    Returns:
        Where they ended, the best first.
    """
    state = _by_positions(
        problem.quasar,
        problem.constants,
        problem.base,
        own,
        jnp.asarray(active),
        jnp.asarray(points),
        steps,
    )
    host: Descent = jax.tree.map(np.asarray, state)
    return _ordered(host, np.full(len(points), steps))


def quasar_solution_at(
    problem: QuasarProblem, data: LensData, own: QuasarData, settings: Settings, point: np.ndarray
) -> Solution:
    """The best amplitudes at one point.

    Args:
        problem: the model of the lens and its quasar.
        data: the images.
        own: the arrays of the quasar.
        settings: the prior precision of amplitudes.
        point: the coordinates, (k,).
    """
    return _solution(problem.quasar, problem.constants, problem.base, data, own, settings, jnp.asarray(point))


def _ordered(state: Descent, taken: np.ndarray) -> Ends:
    values = np.where(np.isfinite(state.expansion.value), state.expansion.value, np.inf)
    order = np.argsort(values, kind="stable")
    arrays = state.point, values, state.decrease, state.expansion.curvature, taken
    return Ends(*(np.asarray(array)[order] for array in arrays))


def _loop(
    function: Callable[[jax.Array], Expansion],
    point: jax.Array,
    steps: int | jax.Array,
    tolerance: float,
) -> tuple[Descent, jax.Array]:
    def unfinished(state: tuple[Descent, jax.Array]) -> jax.Array:
        return (state[1] < steps) & ~state[0].ended(tolerance)

    def step(state: tuple[Descent, jax.Array]) -> tuple[Descent, jax.Array]:
        return least_squares.descend(function, state[0]), state[1] + 1

    return jax.lax.while_loop(unfinished, step, (least_squares.start(point), jnp.asarray(0)))


@partial(jax.jit, static_argnums=0)
def _descended(
    quasar: QuasarModel,
    constants: Constants,
    base: Params,
    data: LensData,
    own: QuasarData,
    settings: Settings,
    point: jax.Array,
    steps: int,
    tolerance: float,
) -> tuple[Descent, jax.Array]:
    return _loop(
        partial(quasar_expansion, quasar, constants, base, data, own, settings), point, steps, tolerance
    )


@partial(jax.jit, static_argnums=0)
def _by_positions(
    quasar: QuasarModel,
    constants: Constants,
    base: Params,
    own: QuasarData,
    active: jax.Array,
    points: jax.Array,
    steps: int,
) -> Descent:
    function = partial(constraint_expansion, quasar, constants, base, own, active)
    return jax.vmap(lambda point: _loop(function, point, steps, TOLERANCE)[0])(points)


@partial(jax.jit, static_argnums=0)
def _solution(
    quasar: QuasarModel,
    constants: Constants,
    base: Params,
    data: LensData,
    own: QuasarData,
    settings: Settings,
    u: jax.Array,
) -> Solution:
    return quasar_solution(quasar, params_of(quasar, constants, base)(u), data, own, settings)
