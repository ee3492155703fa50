"""The choice of a model by evidence: from an isothermal ellipse to power laws, shear and richer sources.

All models of the mass of one lens are parts of one: a number that a simpler model does not have is held.  So
they are one compiled program.

Models are compared at one light of the lens.  Several ellipses of one galaxy have many maxima, some narrow
and some wide, whose volumes differ by more than those of models of the mass do.  So the ellipses are those of
the richest model, and its evidence and that of all others are for these ellipses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from jaxlens.modelling.descent import in_threads
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem
from jaxlens.modelling.rung import Rung, fitted

# The slope of an isothermal lens, at which `gamma` is held.
ISOTHERMAL = 2.0
# A richer model is taken where ln(evidence) is larger by more than this.
GAIN = 1.0
# Standard deviations of its prior beyond which a number is not what it is called.
FAR = 4.0
# A model of the mass that costs more than this in ln(density) is not fitted.
HOPELESS = 20.0


def mass_labels(problem: LensProblem) -> dict[str, dict[int, float]]:
    """The models of the mass that the file's priors allow, the simplest first.

    Args:
        problem: the model of the lens.

    Returns:
        What each holds: coordinates by their indices.
    """
    slopes = held_at(problem, ("-gamma",), ISOTHERMAL)
    shears = held_at(problem, ("-gamma1", "-gamma2"), 0.0)
    models: dict[str, dict[int, float]] = {"SIE" if slopes else "one mass": {**slopes, **shears}}
    if slopes:
        models["EPL"] = shears
    if shears:
        models["SIE + shear" if slopes else "mass + shear"] = slopes
    if slopes and shears:
        models["EPL + shear"] = {}
    return models


def held_at(problem: LensProblem, endings: Sequence[str], value: float) -> dict[int, float]:
    """The coordinates of the free numbers of masses with these endings, at one value.

    Args:
        problem: the model of the lens.
        endings: of the names.
        value: of each.

    Returns:
        The coordinates by their indices.
    """
    prefixes = [mass.prefix for plane in problem.lens.model.scene.planes for mass in plane.mass]
    indices = [int(i) for prefix in prefixes for i in problem.indices(prefix, endings)]
    x = problem.constrained(np.zeros(len(problem.names))).copy()
    x[indices] = value
    u = problem.unconstrained(x)
    return {i: float(u[i]) for i in indices}


def mass_rungs(
    problem: LensProblem,
    data: LensData,
    settings: Settings,
    models: Mapping[str, Mapping[int, float]],
    first: Rung,
    added: str = "",
) -> list[Rung]:
    """Models of the mass, from the maximum of one of them.

    The richest is fitted first, and the others from its maximum and with its ellipses of the lens's light.  A
    model that holds what is far from where it would be held in the richest is not fitted: its evidence is
    smaller by about half the squared distance in standard deviations, `HOPELESS` or more.  The distance is
    that from the richest, since a number that a poorer one lacks may move those that it has: a shear may
    stand for a slope.

    Args:
        problem: the model of the lens.
        data: its images.
        settings: all that moves, and the prior of amplitudes.
        models: what each holds, by its label, as `mass_labels` has them.
        first: the one that is known; it is among those that are fitted.
        added: what the labels have besides.

    Returns:
        The models in their order.
    """
    most = min(models, key=lambda label: len(models[label]))
    if most + added == first.label:
        richest = first
    else:
        richest = fitted(most + added, problem, data, settings, first.point[None], models[most], far=True)
    light = problem.of_the_lens_light()
    other = np.array(first.point)
    other[light] = richest.point[light]
    points = np.stack([richest.point, other])
    wanted = [
        label
        for label, held in models.items()
        if label != most and (label + added == first.label or _distance(richest, held) < HOPELESS)
    ]

    def one(label: str) -> Rung:
        name, held = label + added, models[label]
        return fitted(name, problem, data, settings, points, held, far=True, own_light=False)

    known = {most: richest, **dict(zip(wanted, in_threads(one, wanted), strict=True))}
    return [known[label] for label in models if label in known]


def _distance(rung: Rung, held: Mapping[int, float]) -> float:
    """What it costs in ln(density), by the curvature, that numbers of a model have other values.

    Args:
        rung: the model.
        held: the values by the indices of coordinates; those that do not move in the model cost nothing.
    """
    moving = np.flatnonzero(np.asarray(rung.settings.active) > 0.0)
    own = [i for i in held if i in moving]
    if not own:
        return 0.0
    covariance = np.linalg.inv(rung.curvature[np.ix_(moving, moving)])
    at = np.searchsorted(moving, own)
    away = np.array([held[i] for i in own]) - rung.point[own]
    return 0.5 * float(away @ np.linalg.solve(covariance[np.ix_(at, at)], away))


def best(rungs: Sequence[Rung]) -> Rung:
    """The model with the largest evidence, or the first of those that have not `GAIN` less.

    A model in which a number is farther from its prior than `FAR` is left out where another is not: it
    describes by the mass what is something else, since no prior knows its own tails.
    """
    own = near(rungs)
    most = max(rung.evidence for rung in own)
    return next(rung for rung in own if rung.evidence > most - GAIN)


def near(rungs: Sequence[Rung]) -> list[Rung]:
    """The models whose numbers are within `FAR` of their priors; where there is none, all models.

    Sizes and shapes of sources do not count, since their light has amplitudes of many scales besides.
    """
    return [rung for rung in rungs if np.all(np.abs(rung.point[_of_the_lens(rung)]) <= FAR)] or list(rungs)


def _of_the_lens(rung: Rung) -> np.ndarray:
    """Which numbers of a model are not those of light behind a mass, (k,)."""
    lens = rung.problem.lens
    found = np.ones(rung.point.size, bool)
    for basis in lens.bases:
        if lens.plane_of(basis):
            found[lens.moves_basis(basis)] = False
    found[lens.moves_rays] = True
    return found


def carried(point: np.ndarray, before: LensProblem, after: LensProblem) -> np.ndarray:
    """Coordinates in another model: those of the same names, and medians of the others.

    Args:
        point: the coordinates in the first model.
        before: the first model.
        after: the other one.

    Returns:
        The coordinates in the other.
    """
    found = np.zeros(len(after.names), np.asarray(point).dtype)
    for i, name in enumerate(after.names):
        if name in before.names:
            found[i] = point[before.names.index(name)]
    return found
