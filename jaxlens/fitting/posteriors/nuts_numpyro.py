"""Chains by numpyro's No-U-Turn sampler, in whitened coordinates.

In these the masses are 1, so that the warm-up finds nothing but the step (dual averaging; Hoffman & Gelman
2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.files.extras import required
from jaxlens.fitting.posteriors.chains import Chain, OfWhitened


@dataclass(frozen=True)
class NumpyroNUTS:
    """NUTS of numpyro (the extra `inference`).

    Attributes:
        draws: the number of draws that are kept.
        warmup: the number of draws before them, which adapt the step.
        target_accept: the mean acceptance probability that the step is adapted to.
        max_tree_depth: a trajectory has at most 2 to the power of this many steps.
        adapt_mass: whether the warm-up adapts a mass matrix too, which whitened coordinates do not need.
    """

    draws: int
    warmup: int
    target_accept: float = 0.8
    max_tree_depth: int = 10
    adapt_mass: bool = False

    def __call__(self, log_density: OfWhitened, start: jax.Array, key: jax.Array) -> Chain:
        """One chain from `start` (k,), in whitened coordinates."""
        hmc = required("numpyro.infer.hmc", "inference").hmc
        begin, advance = hmc(lambda v: -log_density(v), algo="NUTS")
        state = begin(
            start,
            self.warmup,
            step_size=jnp.ones((), start.dtype),
            adapt_mass_matrix=self.adapt_mass,
            dense_mass=self.adapt_mass,
            target_accept_prob=self.target_accept,
            max_tree_depth=self.max_tree_depth,
            rng_key=key,
        )

        def warm(state: Any, _: None) -> tuple[Any, jax.Array]:
            state = advance(state)
            return state, state.num_steps

        def draw(state: Any, _: None) -> tuple[Any, tuple[jax.Array, ...]]:
            state = advance(state)
            kept = (state.z, -state.potential_energy, state.diverging, state.num_steps, state.accept_prob)
            return state, kept

        state, spent = jax.lax.scan(warm, state, None, self.warmup)
        state, (v, value, diverging, steps, acceptance) = jax.lax.scan(draw, state, None, self.draws)
        step = state.adapt_state.step_size
        return Chain(v, value, jnp.zeros_like(value), diverging, steps, acceptance, step, jnp.sum(spent))
