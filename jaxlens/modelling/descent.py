"""Descents of one lens from many points: one compiled program, whatever moves and whichever lens it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.engine.devices import cores
from jaxlens.fitting import least_squares
from jaxlens.fitting.least_squares import Descent
from jaxlens.fitting.posterior import Constants, unconstrained_log_prior, with_free_values
from jaxlens.kernels.types import Params
from jaxlens.modelling.expansion import Solution, expansion, half_log_determinant, least, solution
from jaxlens.modelling.model import LensData, LensModel, Settings
from jaxlens.modelling.problem import LensProblem

S = TypeVar("S")
T = TypeVar("T")

# A descent ends where the expected decrease of -ln(density) is below this: 0.03 standard deviations away.
TOLERANCE = 5e-4
# Starts in one call of a compiled program on a GPU.
GPU_BATCH = 64


class Ends(NamedTuple):
    """Where descents ended, the best first.

    Attributes:
        points: the coordinates, (s, k).
        values: minus the log of the density, as `expansion` has it, (s,); infinite where it is not finite.
        decreases: the decrease that one more step would bring, (s,).
        curvatures: the curvatures there, (s, k, k).
        steps: the steps that were taken, (s,).
    """

    points: np.ndarray
    values: np.ndarray
    decreases: np.ndarray
    curvatures: np.ndarray
    steps: np.ndarray


def descents(
    problem: LensProblem,
    data: LensData,
    settings: Settings,
    points: np.ndarray,
    steps: int,
    tolerance: float = TOLERANCE,
) -> Ends:
    """Descend from several points.

    Args:
        problem: the model of the lens.
        data: its images.
        settings: what moves, and the prior of amplitudes.
        points: the coordinates of the starts, (s, k).
        steps: the largest number of steps.
        tolerance: the decrease below which a descent ends.

    Returns:
        Where they ended, the best first.
    """
    run = partial(_descended, problem.lens, problem.constants, problem.base, data, settings)
    found = in_threads(lambda point: run(jnp.asarray(point), steps, tolerance), list(points))
    state, taken = jax.tree.map(lambda *leaves: np.stack([np.asarray(leaf) for leaf in leaves]), *found)
    values = np.where(np.isfinite(state.expansion.value), state.expansion.value, np.inf)
    order = np.argsort(values, kind="stable")
    ends = Ends(state.point, values, state.decrease, state.expansion.curvature, taken)
    return Ends(*(np.asarray(array)[order] for array in ends))


def values_at(problem: LensProblem, data: LensData, settings: Settings, points: np.ndarray) -> np.ndarray:
    """Minus the log of the density at several points, as `expansion` has it.

    Args:
        problem: the model of the lens.
        data: its images.
        settings: the prior of amplitudes.
        points: the coordinates, (s, k).

    Returns:
        The values, (s,), infinite where they are not finite.
    """
    run = partial(_value, problem.lens, problem.constants, problem.base, data, settings)
    values = np.array(
        [float(value) for value in in_threads(lambda point: run(jnp.asarray(point)), list(points))]
    )
    return np.where(np.isfinite(values), values, np.inf)


def solution_at(problem: LensProblem, data: LensData, settings: Settings, point: np.ndarray) -> Solution:
    """The best amplitudes at one point.

    Args:
        problem: the model of the lens.
        data: its images.
        settings: the prior of amplitudes.
        point: the coordinates, (k,).

    Returns:
        The amplitudes, and what follows from them.
    """
    return _solution(problem.lens, problem.constants, problem.base, data, settings, jnp.asarray(point))


def in_threads(function: Callable[[S], T], items: Sequence[S]) -> list[T]:
    """A function of each of some items: on a CPU in as many threads as the process has cores.

    The first item comes alone, so that what all have in common is compiled once.

    Args:
        function: of one item.
        items: the items.

    Returns:
        What the function gives for each.
    """
    workers = cores() if jax.default_backend() == "cpu" else 1
    x64 = jax.config.read("jax_enable_x64")

    def one(item: S) -> T:
        # the switch belongs to a thread
        with jax.enable_x64(x64):
            return jax.block_until_ready(function(item))

    if workers == 1 or len(items) < 2:
        return [one(item) for item in items]
    first = one(items[0])
    with ThreadPoolExecutor(min(workers, len(items))) as pool:
        return [first, *pool.map(one, items[1:])]


@partial(jax.jit, static_argnums=0)
def _descended(
    lens: LensModel,
    constants: Constants,
    base: Params,
    data: LensData,
    settings: Settings,
    point: jax.Array,
    steps: int,
    tolerance: float,
) -> tuple[Descent, jax.Array]:
    function = partial(expansion, lens, constants, base, data, settings)

    def unfinished(state: tuple[Descent, jax.Array]) -> jax.Array:
        return (state[1] < steps) & ~state[0].ended(tolerance)

    def step(state: tuple[Descent, jax.Array]) -> tuple[Descent, jax.Array]:
        return least_squares.descend(function, state[0]), state[1] + 1

    return jax.lax.while_loop(unfinished, step, (least_squares.start(point), jnp.asarray(0)))


@partial(jax.jit, static_argnums=0)
def _value(
    lens: LensModel, constants: Constants, base: Params, data: LensData, settings: Settings, u: jax.Array
) -> jax.Array:
    found = solution(lens, _params(lens, constants, base, u), data, settings)
    value = least(data, settings, found, lens.count)
    if lens.signed.size:
        value = value + half_log_determinant(found, lens.signed)
    return value - unconstrained_log_prior(lens.model, constants, base, u)


@partial(jax.jit, static_argnums=0)
def _solution(
    lens: LensModel, constants: Constants, base: Params, data: LensData, settings: Settings, u: jax.Array
) -> Solution:
    return solution(lens, _params(lens, constants, base, u), data, settings)


def _params(lens: LensModel, constants: Constants, base: Params, u: jax.Array) -> Params:
    return with_free_values(lens.model, constants, base, constants.transform.constrained(u))
