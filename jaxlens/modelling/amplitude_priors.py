"""The priors of amplitudes: wide for what is positive, by the images for what may be negative."""

from __future__ import annotations

import numpy as np

from jaxlens.modelling.descent import solution_at
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem

# The precision of an amplitude that a model does not have, which is then 0.
ABSENT = 1e30
# Steps of the fixed point of the precisions.
ROUNDS = 6
# The largest change of ln(precision) in one of them.
LARGEST_CHANGE = 3.0


def first_precision(problem: LensProblem, data: LensData) -> np.ndarray:
    """The precisions of amplitudes before anything is known: a standard deviation of all light of the image.

    Args:
        problem: the model of the lens.
        data: its images.

    Returns:
        The precisions, (count,).
    """
    used = np.asarray(data.weight) > 0.0
    light = np.abs(np.asarray(data.image)) * used
    total = max(float(np.max(np.sum(light, axis=(-2, -1)))), 1e-30)
    return np.full(problem.lens.count, 1.0 / total**2)


def improved_precision(
    problem: LensProblem, data: LensData, settings: Settings, point: np.ndarray
) -> Settings:
    """The precisions of amplitudes of any sign that make the images most probable at one point.

    The amplitudes of such a basis have one precision p, for which the evidence is largest where
    p = sum_i (1 - p (C^-1)_ii) / sum_i a_i^2 (MacKay 1992, Neural Computation 4, 415).

    Args:
        problem: the model of the lens.
        data: its images.
        settings: what moves, and the precisions so far.
        point: the coordinates, (k,).

    Returns:
        The settings with these precisions.
    """
    precision = np.array(settings.precision)
    present = precision < ABSENT
    first, parts = 0, []
    for basis in problem.lens.bases:
        parts += [] if basis.positive else [slice(first, first + basis.count)]
        first += basis.count
    if not parts:
        return settings
    for _ in range(ROUNDS):
        found = solution_at(problem, data, settings._replace(precision=precision), point)
        before = precision.copy()
        for part in parts:
            known, square = 0.0, 0.0
            for b in range(data.image.shape[0]):
                free = np.asarray(found.free[b])
                curvature = np.where(
                    free[:, None] & free[None, :],
                    found.curvature[b],
                    np.diag(np.diagonal(found.curvature[b])),
                )
                unit = np.sqrt(np.diagonal(curvature))
                inverse = np.linalg.inv(curvature / (unit[:, None] * unit[None, :])) / unit**2
                own = present[part]
                known += float(np.sum(1.0 - (precision * np.diagonal(inverse)[: precision.size])[part][own]))
                square += float(np.sum(np.asarray(found.amplitudes[b])[part][own] ** 2))
            wanted = max(known, 1e-3) / max(square, 1e-30)
            change = np.clip(np.log(wanted / precision[part][0]), -LARGEST_CHANGE, LARGEST_CHANGE)
            precision[part] = np.where(present[part], precision[part] * np.exp(change), precision[part])
        if np.max(np.abs(np.log(precision / before))) < 0.05:
            break
    return settings._replace(precision=precision)
