"""Many descents at once: from all starts of all images to the maxima of their posteriors.

Each start of each image has one descent.  A call of the one compiled program takes `STEPS` steps with
`batch_size()` descents of any images; those that have ended are replaced by others in the next call.  Between
rounds the starts that are far behind the best are given up.  The `FIRST_WAVE` best starts of an image go
first; the others follow only where these have not found, more than once, a model whose residuals are noise.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting import least_squares
from jaxlens.fitting.amplitudes import with_amplitudes
from jaxlens.fitting.expansion import expansion
from jaxlens.fitting.least_squares import Descent, Expansion
from jaxlens.fitting.posterior import Constants, FitData, Model
from jaxlens.fitting.problem import batch_size, selected
from jaxlens.fitting.progress import SILENT, FitProgress, chi_square_in_words
from jaxlens.fitting.rounds import Round, rounds

# Steps of one call of the compiled program.
STEPS = 2
# A descent ends where the expected decrease of -ln(density) is below this; it is then about 0.03 standard
# deviations from the maximum.
TOLERANCE = 5e-4
# A descent also ends where no step leads down any more, since the decrease of short steps is less than the
# rounding of -ln(density).  It has reached a maximum if the decrease that is still expected is below this, at
# 0.2 standard deviations from the maximum.  Otherwise -ln(density) has a kink there: what is computed on
# sub-pixels jumps in its derivative where a ray crosses the middle of a steep source.
ROUNDING = 0.02
# Two descents have found the same maximum where their -ln(density) differ by less; 0.5 is one standard
# deviation.
AGREEMENT = 0.5
# The number of starts of an image that descend before the others.
FIRST_WAVE = 8
# Residuals count as noise where chi-square is less than this many standard deviations above its mean.
ONLY_NOISE = 5.0


class Optima(NamedTuple):
    """Where the descents from s starts of n images ended, as host arrays.

    Attributes:
        point: the unconstrained coordinates, (n, s, k).
        value: minus the log of the posterior density of u, (n, s); infinite for a start that was given up.
        minus_log_posterior: minus the log of the posterior density of the parameters x, (n, s).
        curvature: the curvature of `value`, (n, s, k, k).
        decrease: the decrease of `value` that is still expected, (n, s).
        stuck: whether no step leads down any more, (n, s).
        converged: whether the descent reached a maximum of the density, (n, s).
        failed: whether the density is not finite at the start, (n, s).
        history: `minus_log_posterior` after each step, (steps, n, s).
    """

    point: np.ndarray
    value: np.ndarray
    minus_log_posterior: np.ndarray
    curvature: np.ndarray
    decrease: np.ndarray
    stuck: np.ndarray
    converged: np.ndarray
    failed: np.ndarray
    history: np.ndarray

    @property
    def followed(self) -> np.ndarray:
        """Which starts were followed to the end, (n, s)."""
        return np.isfinite(self.value)

    @property
    def best(self) -> np.ndarray:
        """The index of the best end of each image, (n,)."""
        return np.argmin(self.value, axis=1)


def descents(
    model: Model,
    constants: Constants,
    data: FitData,
    points: np.ndarray,
    steps: int,
    linear: bool = False,
    told: FitProgress = SILENT,
) -> Optima:
    """Descend from all starts of all images.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        points: the starts, the best first, (n, s, k).
        steps: the largest number of steps of the last round.
        linear: whether the free magnitudes are solved for at each step until the last round.
        told: is told how far they are.

    Returns:
        Where the descents ended.
    """
    pool = _Pool(model, constants, data, points, told)
    for first, last in ((0, FIRST_WAVE), (FIRST_WAVE, points.shape[1])):
        pool.begin_wave(first, last)
        plan = rounds(min(last, points.shape[1]) - first, len(model.widths), steps)
        for previous, each in zip([None, *plan], plan, strict=False):
            pool.keep_best(each.keep)
            same_level = previous is not None and previous.level == each.level
            pool.run(each, linear and each is not plan[-1], same_level)
    return pool.optima()


def last_descents(
    model: Model, constants: Constants, data: FitData, points: np.ndarray, steps: int, told: FitProgress
) -> Optima:
    """Descend from points that are near maxima, on the images themselves.

    Args:
        model: the static part of the fit.
        constants: the arrays that all images share.
        data: all n images.
        points: the points, (n, s, k).
        steps: the largest number of steps.
        told: is told how far they are.

    Returns:
        Where the descents ended.
    """
    pool = _Pool(model, constants, data, points, told)
    pool.begin_wave(0, points.shape[1])
    pool.run(Round(0, points.shape[1], steps), linear=False, same_level=True)
    return pool.optima()


class _Pool:
    """All descents as host arrays; the descent from start j of image i has the index i s + j.

    `current` are the descents of this wave that have not been given up, `earlier` those of earlier waves.
    """

    def __init__(
        self, model: Model, constants: Constants, data: FitData, points: np.ndarray, told: FitProgress
    ) -> None:
        self.model, self.constants, self.told = model, jax.device_put(constants), told
        self.data, self.shape = data, points.shape[:2]
        self._pixels = np.sum(data.mask, axis=tuple(range(1, data.mask.ndim)))
        self.state = _starting(np.reshape(points, (-1, points.shape[-1])))
        self.current = np.zeros(self.state.point.shape[0], bool)
        self.earlier, self.tried = self.current.copy(), self.current.copy()
        self.history: list[np.ndarray] = []
        self.last_indices, self.last_images = np.zeros(0, int), data

    def begin_wave(self, first: int, last: int) -> None:
        """Make starts first..last-1 current, for the images whose residuals are not yet noise."""
        self.earlier |= self.current
        wave = np.zeros(self.shape, bool)
        wave[:, first:last] = ~(self._settled(self.earlier) & self._only_noise(self.earlier))[:, None]
        self.current = np.ravel(wave)
        self.tried |= self.current

    def keep_best(self, count: int) -> None:
        """Give up all but the best `count` current starts of each image."""
        current = np.reshape(self.current, self.shape)
        # those that are not current come last, also after those whose value is not known yet
        order = np.lexsort((self._values(self.current), ~current), axis=1)
        self.current &= np.ravel(np.argsort(order, axis=1) < count)

    def run(self, plan: Round, linear: bool, same_level: bool) -> None:
        """Take the steps of one round; on another level than before the damping is reset."""
        if not same_level:
            fresh = _starting(np.asarray(self.state.point))
            for old, new in zip(jax.tree.leaves(self.state), jax.tree.leaves(fresh), strict=True):
                if old is not self.state.expansion.aux:
                    old[self.current] = new[self.current]
        for _ in range(0, plan.steps, STEPS):
            active = self.current & ~np.asarray(self.state.ended(TOLERANCE))
            if plan.level == 0:
                active &= np.repeat(~self._settled(self.current), self.shape[1])
            if not active.any():
                return
            self._tell(int(active.sum()), plan.level)
            self._advance(np.flatnonzero(active), plan.level, linear)

    def _tell(self, count: int, level: int) -> None:
        """Say how many descents go on, and how good the best model of each image is."""
        if not self.history:
            self.told.stage("compiling the descents, unless an earlier fit has")
            return
        best = np.min(self._values(self.current | self.earlier), axis=1)
        on = "on smoothed images" if level else "on the images"
        self.told.status(f"{count} descents {on}{chi_square_in_words(best, self._pixels)}")

    def _values(self, chosen: np.ndarray) -> np.ndarray:
        """-ln(density) of the chosen descents, (n, s), infinite for the others."""
        return np.where(chosen, self.state.expansion.value, np.inf).reshape(self.shape)

    def _settled(self, chosen: np.ndarray) -> np.ndarray:
        """The images (n,) whose best maximum was found by two of the chosen descents."""
        value = self._values(chosen)
        ended = np.reshape(chosen & _converged(self.state), self.shape)
        with np.errstate(invalid="ignore"):
            agree = value - np.min(value, axis=1, keepdims=True) < AGREEMENT
        return np.sum(ended & agree, axis=1) >= 2

    def _only_noise(self, chosen: np.ndarray) -> np.ndarray:
        """The images (n,) whose best model has residuals that are noise.

        -ln(density) is at least (chi-square - pixels) / 2; the standard deviation of chi-square is
        sqrt(2 pixels).
        """
        return np.min(self._values(chosen), axis=1) < ONLY_NOISE * np.sqrt(0.5 * self._pixels)

    def _advance(self, active: np.ndarray, level: int, linear: bool) -> None:
        """Take `STEPS` steps of the descents with these indices."""
        size = batch_size()
        calls = [active[first : first + size] for first in range(0, active.size, size)]
        running = []
        for indices in calls:
            # the last call is filled up with descents that are in it already
            full = np.resize(indices, size)
            data = self._images(full // self.shape[1])
            state = jax.tree.map(lambda array, at=full: array[at], self.state)
            running.append(_advanced(self.model, self.constants, linear, data, state, np.int32(level)))
        record = np.repeat(self.state.expansion.aux[None], STEPS, axis=0)
        for indices, (state, aux) in zip(calls, running, strict=True):
            for old, new in zip(jax.tree.leaves(self.state), jax.tree.leaves(state), strict=True):
                old[indices] = np.asarray(new)[: indices.size]
            record[:, indices] = np.asarray(aux)[:, : indices.size]
        self.history.extend(record)

    def _images(self, indices: np.ndarray) -> FitData:
        """The images with these indices on the device, where those of the last call may still be."""
        if not np.array_equal(indices, self.last_indices):
            self.last_indices, self.last_images = indices, jax.device_put(selected(self.data, indices))
        return self.last_images

    def optima(self) -> Optima:
        """Where all descents ended, by image and start."""
        found = self.state.expansion
        followed = self.current | self.earlier
        by_start = (
            *(self.state.point, found.aux, found.curvature, self.state.decrease),
            *(followed & _stuck(self.state), followed & _converged(self.state)),
            self.tried & ~np.isfinite(found.aux),
        )
        point, aux, curvature, *ends = (
            np.reshape(array, (*self.shape, *np.shape(array)[1:])) for array in by_start
        )
        history = np.reshape(self.history, (-1, *self.shape))
        decrease, stuck, converged, failed = ends
        value = self._values(followed)
        return Optima(point, value, aux, curvature, decrease, stuck, converged, failed, history)


def _stuck(state: Descent) -> np.ndarray:
    """Which descents have no step that leads down any more, (m,)."""
    return np.asarray(state.damping > least_squares.MAX_DAMPING)


def _converged(state: Descent) -> np.ndarray:
    """Which descents have reached a maximum of the density, as far as rounding allows, (m,)."""
    return np.asarray(state.decrease <= TOLERANCE) | (_stuck(state) & np.asarray(state.decrease <= ROUNDING))


def _starting(points: np.ndarray) -> Descent:
    """Descents that start at `points` (m, k), as `least_squares.start` has them, in arrays of the host."""
    m, k = points.shape
    unknown: Any = np.full(m, np.inf, points.dtype)
    gradient: Any = np.zeros_like(points)
    identity: Any = np.repeat(np.eye(k, dtype=points.dtype)[None], m, axis=0)
    damping: Any = np.full(m, least_squares.FIRST_DAMPING, points.dtype)
    point: Any = points
    state = Descent(point, Expansion(unknown, gradient, identity, unknown), damping, unknown)
    # every leaf is written to, and needs memory of its own
    return jax.tree.map(np.copy, state)


@partial(jax.jit, static_argnums=(0, 2))
def _advanced(
    model: Model, constants: Constants, linear: bool, data: FitData, states: Descent, level: jax.Array
) -> tuple[Descent, jax.Array]:
    """The m descents after STEPS steps, and minus the log posterior after each step, (STEPS, m)."""

    def step(image: FitData, state: Descent) -> Descent:
        adjust = partial(with_amplitudes, model, constants, image) if linear else lambda u: u
        moved = least_squares.descend(partial(expansion, model, constants, image, level), state, adjust)
        ended = state.ended(TOLERANCE)
        return jax.tree.map(lambda new, old: jnp.where(ended, old, new), moved, state)

    def steps(states: Descent, _: None) -> tuple[Descent, jax.Array]:
        states = jax.vmap(step)(data, states)
        return states, states.expansion.aux

    return jax.lax.scan(steps, states, length=STEPS)
