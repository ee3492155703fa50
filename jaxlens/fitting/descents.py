"""Many descents at once: from all starts of all images to the maxima of their posteriors.

A pool has one lane for each start of each image.  A call of the one compiled program advances some of them
by STEPS steps, whatever the image; those that have ended leave their places to others.  Between rounds the
starts that are far behind are given up.  The FIRST_WAVE best starts of an image go first, and where they find
a model that leaves nothing but noise, more than once, the others need not go.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting import least_squares
from jaxlens.fitting.amplitudes import with_amplitudes
from jaxlens.fitting.least_squares import Descent
from jaxlens.fitting.posterior import Model, Observed, Shared, lanes, local, of_lanes

# Of one call: after it, lanes that have ended make room for others.
STEPS = 2
# A descent ends when this much of -ln of the density is left: 0.03 standard deviations.
TOLERANCE = 5e-4
# Two descents have ended at the same place where the values differ by less.
AGREEMENT = 0.5
# How many starts of an image go before the others.
FIRST_WAVE = 8
# A model leaves nothing but noise where chi-square is at most so many standard deviations above its mean.
ONLY_NOISE = 5.0


class Round(NamedTuple):
    """Descents on a level of the posterior, at most `steps` steps, by the best `keep` of the starts."""

    level: int
    keep: int
    steps: int


def rounds(starts: int, levels: int, steps: int) -> list[Round]:
    """The rounds of so many starts on a posterior of so many smoothed levels.

    >>> [tuple(one) for one in rounds(24, 1, 50)]
    [(1, 24, 2), (1, 12, 4), (0, 6, 6), (0, 3, 50)]
    """
    half, few = -(-starts // 2), max(4, -(-starts // 4))
    plan = [Round(1, starts, 2), Round(1, half, 4)]
    plan += [Round(level, few, 4) for level in range(2, levels + 1)]
    return [*plan, Round(0, few, 6), Round(0, max(3, -(-starts // 8)), steps)]


class Ends(NamedTuple):
    """Where the descents of s starts of n images ended, as host arrays.

    Points (n, s, k); -ln of the density of u, infinite for a start that was given up, and of the numbers,
    (n, s); the curvatures (n, s, k, k); whether each has converged (n, s); and the notes of all steps
    (steps, n, s).
    """

    point: np.ndarray
    value: np.ndarray
    note: np.ndarray
    curvature: np.ndarray
    converged: np.ndarray
    history: np.ndarray


def descents(
    model: Model, shared: Shared, images: Observed, points: np.ndarray, steps: int, linear: bool = False
) -> Ends:
    """The descents from `points` (n, s, k), the best first, on the posterior of n images.

    With `linear` the free magnitudes are solved for at each step until the last round.
    """
    pool = _Pool(model, shared, images, points)
    for first, last in ((0, FIRST_WAVE), (FIRST_WAVE, points.shape[1])):
        pool.join(first, last)
        plan = rounds(min(last, points.shape[1]) - first, len(model.blurs), steps)
        for before, one in zip([None, *plan], plan, strict=False):
            pool.keep(one.keep)
            again = before is not None and before.level == one.level
            pool.run(one, linear and one is not plan[-1], again)
    return pool.ends()


class _Pool:
    """Descents under way: host arrays with an entry for each lane, start j of image i being i s + j.

    `going` are the lanes of this wave that have not been given up, `followed` those of earlier ones.
    """

    def __init__(self, model: Model, shared: Shared, images: Observed, points: np.ndarray) -> None:
        self.problem = model, shared
        self.images, self.shape = images, points.shape[:2]
        self.state = _starting(np.reshape(points, (-1, points.shape[-1])))
        self.going = np.zeros(self.state.point.shape[0], bool)
        self.followed = self.going.copy()
        self.history: list[np.ndarray] = []

    def join(self, first: int, last: int) -> None:
        """Let the starts first..last-1 go of the images that are not settled."""
        self.followed |= self.going
        every = np.zeros(self.shape, bool)
        every[:, first:last] = ~self._settled(self.followed, only_noise=True)[:, None]
        self.going = np.ravel(every)

    def keep(self, count: int) -> None:
        """Give up all but the best `count` starts of each image."""
        value = np.where(self.going, self.state.local.value, np.inf).reshape(self.shape)
        rank = np.argsort(np.argsort(value, axis=1, kind="stable"), axis=1)
        self.going &= np.ravel(rank < count)

    def run(self, one: Round, linear: bool, again: bool) -> None:
        """Descend on one level with what is going; `again` goes on where the last round stood."""
        if not again:
            fresh = _starting(np.asarray(self.state.point))
            for old, new in zip(jax.tree.leaves(self.state), jax.tree.leaves(fresh), strict=True):
                if old is not self.state.local.note:
                    old[self.going] = new[self.going]
        for _ in range(0, one.steps, STEPS):
            active = self.going & ~np.asarray(self.state.ended(TOLERANCE))
            if one.level == 0:
                active &= np.repeat(~self._settled(self.going), self.shape[1])
            if not active.any():
                return
            self._advance(np.flatnonzero(active), one.level, linear)

    def _settled(self, lanes: np.ndarray, only_noise: bool = False) -> np.ndarray:
        """The images (n,) whose best model two of `lanes` found, if asked only where noise alone is left."""
        value = np.where(lanes, self.state.local.value, np.inf).reshape(self.shape)
        best = np.min(value, axis=1, keepdims=True)
        ended = np.reshape(lanes & np.asarray(self.state.left <= TOLERANCE), self.shape)
        with np.errstate(invalid="ignore"):
            settled = np.sum(ended & (value - best < AGREEMENT), axis=1) >= 2
        pixels = np.sum(self.images.mask, axis=(1, 2, 3))
        return settled & ((not only_noise) | (best[:, 0] < ONLY_NOISE * np.sqrt(0.5 * pixels)))

    def _advance(self, active: np.ndarray, level: int, linear: bool) -> None:
        size = lanes()
        calls = [active[first : first + size] for first in range(0, active.size, size)]
        running = []
        for some in calls:
            # a last call that is not full has some lanes twice
            full = np.resize(some, size)
            images = of_lanes(self.images, full // self.shape[1])
            state = jax.tree.map(lambda array, at=full: array[at], self.state)
            running.append(_advanced(*self.problem, linear, images, state, np.int32(level)))
        notes = np.repeat(self.state.local.note[None], STEPS, axis=0)
        for some, (state, note) in zip(calls, running, strict=True):
            for old, new in zip(jax.tree.leaves(self.state), jax.tree.leaves(state), strict=True):
                old[some] = np.asarray(new)[: some.size]
            notes[:, some] = np.asarray(note)[:, : some.size]
        self.history.extend(notes)

    def ends(self) -> Ends:
        local, shape = self.state.local, self.shape
        followed = self.going | self.followed
        value = np.where(followed, local.value, np.inf)
        converged = followed & np.asarray(self.state.left <= TOLERANCE)
        each = (self.state.point, value, local.note, local.curvature, converged)
        point, value, note, curvature, converged = (
            np.reshape(array, (*shape, *np.shape(array)[1:])) for array in each
        )
        return Ends(point, value, note, curvature, converged, np.reshape(self.history, (-1, *shape)))


def _starting(points: np.ndarray) -> Descent:
    """Descents that begin at `points` (lanes, k), as arrays that may be written to."""
    return jax.tree.map(np.array, jax.vmap(least_squares.start)(jnp.asarray(points)))


@partial(jax.jit, static_argnums=(0, 2))
def _advanced(
    model: Model, shared: Shared, linear: bool, images: Observed, state: Descent, level: jax.Array
) -> tuple[Descent, jax.Array]:
    """STEPS steps of some lanes, and the notes after each, (STEPS, lanes)."""

    def step(image: Observed, lane: Descent) -> Descent:
        adjust = partial(with_amplitudes, model, shared, image) if linear else lambda u: u
        moved = least_squares.descend(partial(local, model, shared, image, level), lane, adjust)
        ended = lane.ended(TOLERANCE)
        return jax.tree.map(lambda new, old: jnp.where(ended, old, new), moved, lane)

    def steps(lanes: Descent, _: None) -> tuple[Descent, jax.Array]:
        lanes = jax.vmap(step)(images, lanes)
        return lanes, lanes.local.note

    return jax.lax.scan(steps, state, length=STEPS)
