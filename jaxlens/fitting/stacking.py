"""Ends of descents put together: of later descents from the same starts, and of more starts."""

from __future__ import annotations

import numpy as np

from jaxlens.fitting.descents import Optima


def with_history(before: Optima, after: Optima, rows: np.ndarray, starts: np.ndarray) -> Optima:
    """The ends of some images replaced by those of descents that went on from them.

    Args:
        before: the ends of n images with s starts.
        after: those of m of the images, from t of the starts each.
        rows: the indices of these images, (m,).
        starts: the indices of their starts, (m, t).

    Returns:
        The ends, (n, s); starts of these images that did not go on are given up.
    """
    at = rows[:, None], starts
    fields = {}
    for name in Optima._fields[:-1]:
        old, new = np.array(getattr(before, name)), getattr(after, name)
        if name in ("value", "minus_log_posterior"):
            old[rows] = np.inf
        if name == "converged":
            old[rows] = False
        old[at] = new
        fields[name] = old
    last = before.history[-1]
    history = np.repeat(last[None], len(after.history), axis=0)
    history[:, rows] = np.inf
    history[(slice(None), *at)] = after.history
    return Optima(**fields, history=np.concatenate([before.history, history]))


def with_more_starts(before: Optima, after: Optima, rows: np.ndarray) -> Optima:
    """The ends of n images, with those of more starts of some of them.

    Args:
        before: the ends of n images with s starts.
        after: those of m of the images with t more starts each.
        rows: the indices of these images, (m,).

    Returns:
        The ends, (n, s + t).  The other images have no more starts: their points are NaN, their values
        infinite.
    """
    n, more = len(before.value), after.value.shape[1]
    fields = {}
    for name in Optima._fields[:-1]:
        old, new = getattr(before, name), getattr(after, name)
        none = np.nan if name == "point" else np.inf if old.dtype.kind == "f" else False
        own = np.full((n, more, *old.shape[2:]), none, old.dtype)
        own[rows] = new
        fields[name] = np.concatenate([old, own], axis=1)
    late = np.full((len(before.history), n, more), np.inf, before.history.dtype)
    own = np.full((len(after.history), n, more), np.inf, before.history.dtype)
    own[:, rows] = after.history
    first = np.concatenate([before.history, np.repeat(before.history[-1:], len(own), axis=0)])
    return Optima(**fields, history=np.concatenate([first, np.concatenate([late, own])], axis=2))
