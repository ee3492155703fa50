"""The public `jaxlens.fit_lens`: a real lens, fitted without a person."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from typing import Any, Literal

import jax
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config import Config
from jaxlens.fitting.free_parameters import Free
from jaxlens.fitting.observation import Observation
from jaxlens.fitting.progress import FitProgress
from jaxlens.modelling import ladder, source_models
from jaxlens.modelling.amplitude_priors import first_precision
from jaxlens.modelling.bases import Basis
from jaxlens.modelling.default_light import default_light, with_shapelets
from jaxlens.modelling.foreground import foreground, largest_radius, lens_alone
from jaxlens.modelling.joint_problem import joint_problem
from jaxlens.modelling.lens_data import lens_data
from jaxlens.modelling.lens_result import LensFit, lens_fit_of
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem, lens_problem
from jaxlens.modelling.psf_errors import with_errors_of_lens_light
from jaxlens.modelling.rung import Rung, fitted
from jaxlens.modelling.search import Search, distinct, search, seen_from
from jaxlens.sampling.keys import Key, random_key
from jaxlens.simulator.simulator import Simulator

_logger = logging.getLogger("jaxlens")

# Maxima of the search from which the descents on the images themselves begin.
FOLLOWED = 3


def fit_lens(
    config: Simulator | Config | str | PathLike[str] | Mapping[str, Any],
    observation: Observation | Sequence[Observation],
    *,
    free: Free | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
    radius: float | None = None,
    starts: int = 32,
    draws: int = 400,
    light: Sequence[Basis] | None = None,
    models: Sequence[str] | None = None,
    shapelets: bool = True,
    align: Literal["sky", "centers"] = "sky",
    key: Key | None = None,
    progress: bool | None = None,
) -> LensFit:
    """The lens that a real image shows: its mass, its light, its source, and how sure all that is.

    The light of the lens is fitted first, with the arcs left out; the ring that remains says where lenses are
    drawn, and the rays of its pixels where their sources are.  The best draws descend on wide pixels, and the
    best of these on the images.  Amplitudes of all light are solved for at each step.  Where an image has an
    error of its PSF, it is noise where the light of the lens is.  Then richer models are
    tried, and one is taken where its evidence is larger: SIE, EPL, SIE and EPL with shear, and sources with
    shapelets beside their Gaussians.

    Args:
        config: the configuration, whose distributions are the priors.  Its light profiles say where light is
            and how elliptical; their magnitudes are not used.
        observation: the image with its sigma and PSF, as `jaxlens.read_image` gives it, or several that are
            fitted jointly.
        free: as in `jaxlens.fit`.
        fixed: as in `jaxlens.fit`.
        radius: arcsec from the centre within which pixels are used; by default just beyond the arcs.
        starts: descents of the search; where few of them agree there are more.
        draws: lenses that are compared with the image to find them.
        light: the light, a basis in the place of each light profile; by default Gaussians.
        models: the models of the mass that are tried, of those of `mass_labels`; by default all.
        shapelets: whether sources with shapelets are tried.
        align: of several images, as in `lens_data`: whether the centre of the first is found in the others by
            their WCS, "sky", or each has its own, "centers".
        key: a seed or a random key of the draws; by default a fixed one.
        progress: True for a line that says what is done, False for none; None shows it in a terminal, and
            elsewhere tells the logger `jaxlens`.

    Returns:
        The best model with its errors, and all that were tried.

    Raises:
        ValueError: as `jaxlens.fit` and `lens_data`; if the file has no light of a lens or of a source.
    """
    clock = _Clock()
    sim = config if isinstance(config, Simulator) else Simulator(config)
    bases = tuple(light) if light is not None else default_light(sim)
    with jax.enable_x64(True), FitProgress(progress) as told:
        problem = lens_problem(sim, bases, free, fixed)
        cut = partial(lens_data, sim, observation, align=align)
        images = cut(largest_radius(sim, radius))
        problem = joint_problem(problem, images)
        told.stage("the light of the lens; compiling it, unless an earlier fit has")
        images, found = foreground(problem, cut, images, radius)
        images = with_errors_of_lens_light(lens_alone(problem), images, found.significance > 0.0, found.point)
        clock.lap("lens light")
        settings = Settings(np.ones(len(problem.names)), first_precision(problem, images.data))
        models_of_mass = {
            label: held
            for label, held in ladder.mass_labels(problem).items()
            if models is None or label in models
        }
        first_label = _first_label(models_of_mass)
        told.stage(f"a search for the lens, from {draws} draws and {starts} starts")
        looked = search(
            problem,
            images.data,
            settings.holding(models_of_mass[first_label]),
            found,
            models_of_mass[first_label],
            starts=starts,
            draws=draws,
            seed=_seed(key),
        )
        clock.lap("search")
        told.stage(f"{len(models_of_mass)} models of the mass, beginning with {first_label}")
        rungs = _rungs(problem, images.data, settings, models_of_mass, first_label, looked)
        clock.lap("models of the mass")
        richer = with_shapelets(sim, bases)
        if shapelets and richer != bases:
            rich = joint_problem(lens_problem(sim, richer, free, fixed), images)
            told.stage(f"models of the source; so far {_in_words(ladder.best(rungs))}")
            known = next(rung for rung in rungs if rung.label == first_label)
            rungs += _source_rungs(problem, rich, images.data, known, models_of_mass, looked)
            clock.lap("models of the source")
        told.stage(f"the last steps; {_in_words(ladder.best(rungs))}")
        chosen = source_models.finished(ladder.best(rungs), images.data)
        rays = chosen.problem.lens.moves_rays
        looked = seen_from(looked, [chosen.problem.names[i] for i in rays], chosen.point[rays])
        clock.lap("last steps")
        return lens_fit_of(chosen, rungs, images, looked, found, clock.laps)


def _in_words(rung: Rung) -> str:
    """A model and its chi-square, for a line that says how far a fit is."""
    return f"{rung.label} with chi-square {rung.chi_square / max(rung.degrees, 1):.2f} per degree of freedom"


class _Clock:
    """The seconds of each stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self.before = time.perf_counter()

    def lap(self, name: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self.laps[name] = self.laps.get(name, 0.0) + now - self.before
        self.before = now
        _logger.debug("%s: %.1f s", name, self.laps[name])


def _seed(key: Key | None) -> int:
    """The seed of NumPy's random numbers that belongs to a key."""
    if key is None:
        return 0
    return int(np.random.SeedSequence(np.asarray(random_key(key)).tolist()).generate_state(1)[0])


def _first_label(models: Mapping[str, Mapping[int, float]]) -> str:
    """The model of the mass with which the search is made: the most that has no free slope."""
    labels = [label for label in models if "EPL" not in label] or list(models)
    return labels[-1]


def _rungs(
    problem: LensProblem,
    data: LensData,
    settings: Settings,
    models: Mapping[str, Mapping[int, float]],
    first_label: str,
    looked: Search,
) -> list[Rung]:
    """The models of the mass, fitted to the images from the maxima of the search."""
    points = distinct(looked.ends.points)[:FOLLOWED]
    first = fitted(first_label, problem, data, settings, points, models[first_label])
    return ladder.mass_rungs(problem, data, settings, models, first)


def _source_rungs(
    problem: LensProblem,
    rich: LensProblem,
    data: LensData,
    known: Rung,
    models: Mapping[str, Mapping[int, float]],
    looked: Search,
) -> list[Rung]:
    """The models of the source with shapelets, and with the best of them all models of the mass.

    A slope of the mass may make up for a source that is too simple, so that the source comes first.
    """
    own = {
        label: {rich.names.index(problem.names[i]): value for i, value in held.items()}
        for label, held in models.items()
    }
    settings = Settings(np.ones(len(rich.names)), first_precision(rich, data))
    points = distinct(looked.ends.points, source_models.APART)
    first = source_models.best_with_shapelets(rich, data, settings, known, own[known.label], points)
    if ladder.best([known, first]) is known:
        return [first]
    found = settings._replace(precision=first.settings.precision)
    return ladder.mass_rungs(rich, data, found, own, first, source_models.ADDED)
