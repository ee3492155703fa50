"""The maximum of the posterior with the amplitudes integrated out, from that with the best amplitudes.

Minus the log of the marginal density is S + 1/2 ln det C, with the curvature C of the amplitudes, `evidence`:
the integral favours coordinates at which they are less well determined, more than their best values do.  The
slope of the second term, as good as constant within the errors, tilts S, whose descent is repeated.
"""

from __future__ import annotations

import numpy as np

from jaxlens.modelling.descent import descents, in_threads, solution_at
from jaxlens.modelling.ladder import Rung, rung_of
from jaxlens.modelling.model import LensData

# The step of the differences in standard deviations.
STEP = 0.5
# Steps of the descent on the tilted density.
STEPS = 20


def with_amplitudes_integrated(rung: Rung, data: LensData) -> Rung:
    """The model at the maximum of its posterior with the amplitudes integrated out.

    Args:
        rung: the model at the maximum with the best amplitudes.
        data: the images.

    Returns:
        The model there, with its evidence; the same one where the shift ends at no maximum.
    """
    moving = np.flatnonzero(np.asarray(rung.settings.active) > 0.0)
    inside = rung.curvature[np.ix_(moving, moving)]
    sigma = np.sqrt(np.diagonal(np.linalg.inv(inside)))
    free = np.asarray(solution_at(rung.problem, data, rung.settings, rung.point).free)

    def half_log_det(step: tuple[int, float]) -> float:
        point = np.array(rung.point)
        point[moving[step[0]]] += step[1] * sigma[step[0]]
        curvature = np.asarray(solution_at(rung.problem, data, rung.settings, point).curvature)
        return 0.5 * sum(
            float(np.linalg.slogdet(own[np.ix_(kept, kept)])[1])
            for own, kept in zip(curvature, free, strict=True)
        )

    steps = [(i, side) for i in range(moving.size) for side in (-STEP, STEP)]
    values = np.reshape(in_threads(half_log_det, steps), (moving.size, 2))
    tilt = np.zeros_like(rung.point)
    tilt[moving] = (values[:, 1] - values[:, 0]) / (2.0 * STEP * sigma)
    tilted = rung.settings._replace(tilt=tilt)
    ends = descents(rung.problem, data, tilted, rung.point[None], STEPS)
    shift = ends.points[0] - rung.point
    # the integral changes its maximum by a few standard deviations at most where the expansion holds
    if not np.isfinite(ends.values[0]) or np.max(np.abs(shift[moving]) / sigma) > 5.0:
        return rung
    values_at_end = ends.values - ends.points @ (tilt * np.asarray(rung.settings.active))
    return rung_of(rung.label, rung.problem, data, rung.settings, ends._replace(values=values_at_end))
