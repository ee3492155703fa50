"""Errors that know that the mass may be another: those of the richest model of it.

A simple model of the mass, such as an isothermal one without shear, is chosen where nothing is gained by a
richer one.  But it holds numbers that no galaxy has exactly, and its own errors are those of somebody who
knows them: over mocks they are too small (docs/lens_mocks.md).  So the errors are those of the model that
holds the least, with the covariance C_r and the maximum u_r; about the maximum u of the model that is
reported its second moment is

    C = f^2 [C_r + (u_r - u) (u_r - u)^T].

The factor f is 1, and `STRUCTURE` where the source has shapelets.  Their amplitudes have normal priors that
are the same everywhere in the source, and the light of galaxies is in arms and knots; no prior that was tried
has right errors (docs/lens_mocks.md), so that they are calibrated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jaxlens.modelling.ladder import near
from jaxlens.modelling.positive_definite import inverse
from jaxlens.modelling.rung import Rung

# The width of the pulls (fit - truth) / sigma of the numbers of the mass (Einstein radius, slope, shape and
# centre, and shear) in the first 60 mocks of `python -m validation.modelling mocks`, with f = 1; of the first
# 13 of theta_E alone.
STRUCTURE = 1.27


def richest(chosen: Rung, rungs: Sequence[Rung]) -> Rung:
    """The model with the numbers of the chosen one in which most of them move; of equal ones the likeliest.

    Those whose numbers are far from their priors (`ladder.near`) do not count.

    Args:
        chosen: the model that is reported; one of the others with its label is the same at an earlier step.
        rungs: all models that were compared.
    """
    like = [rung for rung in near(rungs) if rung.problem.names == chosen.problem.names]
    most = max([chosen, *like], key=lambda rung: (np.sum(np.asarray(rung.settings.active)), rung.evidence))
    return chosen if most.label == chosen.label else most


def covariance_about(chosen: Rung, rungs: Sequence[Rung], moving: np.ndarray) -> np.ndarray:
    """The calibrated second moment of the richest model about the maximum of the chosen one.

    Args:
        chosen: the model that is reported.
        rungs: all models that were compared.
        moving: the coordinates that move in the chosen model, (k,).

    Returns:
        C of the coordinates that move, (k, k).
    """
    rung = richest(chosen, rungs)
    away = rung.point[moving] - chosen.point[moving]
    factor = STRUCTURE if chosen.problem.lens.signed.size else 1.0
    return factor**2 * (covariance_of(rung)[np.ix_(moving, moving)] + np.outer(away, away))


def covariance_of(rung: Rung) -> np.ndarray:
    """The inverse of a model's curvature, (k, k), with zeros where a coordinate is held."""
    active = np.flatnonzero(np.asarray(rung.settings.active) > 0.0)
    found = np.zeros_like(rung.curvature)
    found[np.ix_(active, active)] = inverse(rung.curvature[np.ix_(active, active)])
    return found
