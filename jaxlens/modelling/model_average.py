"""Errors that know that the model may be another: models of one lens weighted by their evidence.

With models k of evidence E_k, maxima u_k and covariances C_k the posterior of the coordinates is about the
mixture of normal distributions with the weights w_k = E_k / sum E (Hoeting et al. 1999, Stat. Sci. 14, 382).
About the maximum u of the model that is reported it has the second moment

    C = sum_k w_k [C_k + (u_k - u) (u_k - u)^T].

A number that a model holds has no spread in that model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jaxlens.modelling.ladder import Rung, near


def weights(rungs: Sequence[Rung]) -> np.ndarray:
    """The share of each model by its evidence, of sum 1.

    Args:
        rungs: models of one lens.
    """
    evidence = np.array([rung.evidence for rung in rungs])
    found = np.exp(evidence - np.max(evidence))
    return np.asarray(found / np.sum(found))


def mixed_covariance(chosen: Rung, rungs: Sequence[Rung], moving: np.ndarray) -> np.ndarray:
    """The second moment of all models about the maximum of one of them.

    Only models with the same numbers count; those that `ladder.best` leaves out do not.

    Args:
        chosen: the model that is reported; one of the others with its label is the same at an earlier step.
        rungs: all models that were compared.
        moving: the coordinates that move in the chosen model, (k,).

    Returns:
        C of the coordinates that move, (k, k).
    """
    names = chosen.problem.names
    like = [rung for rung in near(rungs) if rung.problem.names == names]
    if chosen.label not in [rung.label for rung in like]:
        return covariance_of(chosen)[np.ix_(moving, moving)]
    total = np.zeros((moving.size, moving.size))
    for rung, weight in zip(like, weights(like), strict=True):
        own = chosen if rung.label == chosen.label else rung
        away = own.point[moving] - chosen.point[moving]
        total += weight * (covariance_of(own)[np.ix_(moving, moving)] + np.outer(away, away))
    return total


def covariance_of(rung: Rung) -> np.ndarray:
    """The inverse of a model's curvature, (k, k), with zeros where a coordinate is held."""
    active = np.flatnonzero(np.asarray(rung.settings.active) > 0.0)
    unit = np.sqrt(np.diagonal(rung.curvature)[active])
    inside = rung.curvature[np.ix_(active, active)] / (unit[:, None] * unit)
    found = np.zeros_like(rung.curvature)
    found[np.ix_(active, active)] = np.linalg.inv(inside) / (unit[:, None] * unit)
    return np.asarray(found)
