"""lenstronomy's particle swarm on a mock lens."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Mapping

import numpy as np

from validation.speed.fits.lenses import Lens, Range, Trace
from validation.speed.fits.lenstronomy_problem import arguments

# Particles of the swarm.
PARTICLES = 100
# The largest number of iterations of the swarm.
ITERATIONS = 500


def swarm(
    lens: Lens,
    ranges: Mapping[str, Range],
    particles: int = PARTICLES,
    iterations: int = ITERATIONS,
    seed: int = 0,
) -> Trace:
    """FittingSequence's PSO from the middle of the priors until it has converged, in one process.

    Every iteration evaluates every particle once, and is taken to last equally long.

    Args:
        lens: the image.
        ranges: starts and bounds of the parameters.
        particles: the number of particles of the swarm.
        iterations: the largest number of iterations.
        seed: the seed of the swarm.
    """
    from lenstronomy.Workflow.fitting_sequence import FittingSequence

    sequence = FittingSequence(*arguments(lens, ranges), verbose=False)
    # Numba compiles the profiles in the first evaluation
    likelihood = sequence.likelihood_class
    likelihood.logL(np.asarray(likelihood.param.kwargs2args(**sequence._updateManager.parameter_state)))
    # lenstronomy draws from the global generator
    np.random.seed(seed)  # noqa: NPY002
    settings = {"n_particles": particles, "n_iterations": iterations, "threadCount": 1}
    processor, started = time.process_time(), time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        ((_, (log_likelihood, _, _), _),) = sequence.fit_sequence([["PSO", settings]])
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    done = (np.arange(len(log_likelihood)) + 1) / len(log_likelihood)
    chi_squares = -2.0 * np.asarray(log_likelihood, float)
    return Trace(tuple((seconds * done).tolist()), tuple(chi_squares.tolist()), processor)
