"""Chains by blackjax's No-U-Turn sampler, in whitened coordinates.

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
class BlackjaxNUTS:
    """NUTS of blackjax (the extra `inference`).

    Attributes:
        draws: the number of draws that are kept.
        warmup: the number of draws before them, which adapt the step.
        target_accept: the mean acceptance probability that the step is adapted to.
        max_tree_depth: a trajectory has at most 2 to the power of this many steps.
    """

    draws: int
    warmup: int
    target_accept: float = 0.8
    max_tree_depth: int = 10

    def __call__(self, log_density: OfWhitened, start: jax.Array, key: jax.Array) -> Chain:
        """One chain from `start` (k,), in whitened coordinates."""
        blackjax = required("blackjax", "inference")
        averaging = required("blackjax.adaptation.step_size", "inference").dual_averaging_adaptation
        begin, update, final = averaging(self.target_accept)
        mass = jnp.ones_like(start)

        def step(state: Any, size: jax.Array, key: jax.Array) -> tuple[Any, Any]:
            nuts = blackjax.nuts(log_density, size, mass, max_num_doublings=self.max_tree_depth)
            return nuts.step(key, state)

        def warm(carry: tuple[Any, Any], key: jax.Array) -> tuple[tuple[Any, Any], jax.Array]:
            state, adapted = carry
            state, info = step(state, jnp.exp(adapted.log_step_size), key)
            return (state, update(adapted, info.acceptance_rate)), info.num_integration_steps

        warm_key, draw_key = jax.random.split(key)
        state = blackjax.nuts(log_density, 1.0, mass).init(start)
        # the averaging is drawn towards ten times the step that it begins with
        adapted = begin(jnp.full((), 0.1, start.dtype))
        carry = (state, adapted)
        (state, adapted), spent = jax.lax.scan(warm, carry, jax.random.split(warm_key, self.warmup))
        size = final(adapted)

        def draw(state: Any, key: jax.Array) -> tuple[Any, tuple[jax.Array, ...]]:
            state, info = step(state, size, key)
            kept = (state.position, state.logdensity, info.is_divergent, info.num_integration_steps)
            return state, (*kept, info.acceptance_rate)

        _, (v, value, diverging, steps, acceptance) = jax.lax.scan(
            draw, state, jax.random.split(draw_key, self.draws)
        )
        return Chain(v, value, jnp.zeros_like(value), diverging, steps, acceptance, size, jnp.sum(spent))
