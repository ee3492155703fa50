"""JAXtronomy's optimiser on a mock lens: L-BFGS of optax, one chain after another."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from validation.speed.fits.lenses import Lens, Range, Trace
from validation.speed.fits.lenstronomy_problem import arguments

# Chains of L-BFGS for each lens.
CHAINS = 12
# The largest number of iterations of a chain.
ITERATIONS = 500
# Change of the log-likelihood in an iteration at which a chain ends, the default of its FittingSequence.
TOLERANCE = 0.01


def chains(lens: Lens, ranges: Mapping[str, Range], count: int = CHAINS, seed: int = 0) -> Trace:
    """FittingSequence's method `optax`: chains of L-BFGS, started from the priors.

    The chains are called one by one, so that the compilation, which every image needs anew, and the time of
    each chain are measured separately.

    Args:
        lens: the image.
        ranges: starts and bounds of the parameters.
        count: the number of chains.
        seed: the seed of the starts.
    """
    optimiser, starts = _prepared(lens, ranges, count, seed)

    def run(start: jax.Array) -> float:
        return 2.0 * float(optimiser._loss(optimiser.run_single(start, TOLERANCE)[0]))

    first = _timed(run, starts[0])[0]
    processor = time.process_time()
    timed = [_timed(run, start) for start in starts]
    processor = time.process_time() - processor
    seconds = [sum(taken for taken, _ in timed[: k + 1]) for k in range(count)]
    chi_squares = tuple(chi_square for _, chi_square in timed)
    return Trace(tuple(seconds), chi_squares, processor, max(0.0, first - timed[0][0]))


def _timed(run: Any, start: jax.Array) -> tuple[float, float]:
    started = time.perf_counter()
    found = run(start)
    return time.perf_counter() - started, found


def _prepared(lens: Lens, ranges: Mapping[str, Range], count: int, seed: int) -> tuple[Any, jax.Array]:
    """JAXtronomy's optimiser for this lens, and the starts of the chains, unconstrained."""
    from jaxtronomy.Sampling.Samplers.optax import OptaxMinimizer
    from jaxtronomy.Workflow.fitting_sequence import FittingSequence
    from numpyro.infer.util import unconstrain_fn

    sequence = FittingSequence(*arguments(lens, ranges), verbose=False)
    likelihood, known = sequence.likelihood_class, sequence._updateManager
    settings = (known.parameter_state, known.sigma_kwargs, known.lower_kwargs, known.upper_kwargs)
    limits = [jnp.asarray(likelihood.param.kwargs2args(**kwargs)) for kwargs in settings]
    optimiser = OptaxMinimizer(likelihood.logL, *limits, maxiter=ITERATIONS)
    drawn = {"args": optimiser._draw_init_params(count, seed)}
    starts = unconstrain_fn(optimiser._numpyro_model, (), {}, drawn)["args"]
    return optimiser, starts
