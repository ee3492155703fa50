"""Normal approximations of a posterior, from which draws come at once: Pathfinder and variational inference.

Each draw has a weight, its density over that of the approximation, so that the evidence follows by importance
sampling and it shows how good the approximation is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.files.extras import required
from jaxlens.fitting.posteriors.chains import Chain, OfWhitened


@dataclass(frozen=True)
class Pathfinder:
    """Pathfinder of blackjax (the extra `inference`; Zhang, Carpenter, Gelman & Vehtari 2022).

    L-BFGS goes from the start to the maximum; of the normal distributions that its inverse Hessians make on
    the way, the one with the largest evidence lower bound (ELBO) is taken.

    Attributes:
        draws: the number of draws.
        steps: the largest number of steps of L-BFGS.
        elbo_draws: how many draws estimate the bound at each step; all of them are computed at once.
    """

    draws: int
    steps: int = 20
    elbo_draws: int = 20

    def __call__(self, log_density: OfWhitened, start: jax.Array, key: jax.Array) -> Chain:
        """One path from `start` (k,), in whitened coordinates, and draws from its approximation."""
        pathfinder = required("blackjax.vi.pathfinder", "inference")
        path_key, draw_key = jax.random.split(key)
        # blackjax's own arrays are broadcast to more axes, which a user's setting may forbid
        with jax.numpy_rank_promotion("allow"):
            path, _ = pathfinder.approximate(
                path_key, log_density, start, self.elbo_draws, maxiter=self.steps
            )
            v, log_q = pathfinder.sample(draw_key, path, self.draws)
        return _weighted(log_density, v, log_q, (self.steps + 1) * self.elbo_draws)


@dataclass(frozen=True)
class NormalSVI:
    """Stochastic variational inference of numpyro (the extra `inference`) with a multivariate normal guide.

    The guide begins as Laplace's approximation; Adam raises its evidence lower bound (ELBO).

    Attributes:
        draws: the number of draws.
        steps: the number of steps of Adam.
        particles: how many draws estimate the bound in each step.
        learning_rate: that of Adam, which falls to nothing over the steps, in standard deviations of
            Laplace's approximation.
    """

    draws: int
    steps: int = 500
    particles: int = 4
    learning_rate: float = 0.03

    def __call__(self, log_density: OfWhitened, start: jax.Array, key: jax.Array) -> Chain:
        """One optimisation in whitened coordinates, and draws from its guide; `start` gives the shape."""
        import optax

        numpyro = required("numpyro", "inference")
        distributions = required("numpyro.distributions", "inference")
        infer = required("numpyro.infer", "inference")
        guides = required("numpyro.infer.autoguide", "inference")

        def model() -> None:
            anywhere = distributions.ImproperUniform(distributions.constraints.real_vector, (), start.shape)
            numpyro.factor("density", log_density(numpyro.sample("v", anywhere)))

        center = infer.init_to_value(values={"v": jnp.zeros_like(start)})
        guide = guides.AutoMultivariateNormal(model, init_loc_fn=center, init_scale=1.0)
        adam = optax.adam(optax.cosine_decay_schedule(self.learning_rate, self.steps))
        svi = infer.SVI(model, guide, adam, infer.Trace_ELBO(num_particles=self.particles))
        init_key, draw_key = jax.random.split(key)

        def climb(state: Any, _: None) -> tuple[Any, None]:
            state, _ = svi.update(state)
            return state, None

        state, _ = jax.lax.scan(climb, svi.init(init_key), None, self.steps)
        normal = guide.get_posterior(svi.get_params(state))
        unit = jax.random.normal(draw_key, (self.draws, *start.shape), start.dtype)
        v = normal.loc[None] + jnp.matmul(unit, normal.scale_tril.T, precision="highest")
        log_scale = jnp.sum(jnp.log(jnp.diagonal(normal.scale_tril)) + 0.5 * jnp.log(2.0 * jnp.pi))
        log_q = -0.5 * jnp.sum(unit**2, axis=-1) - log_scale
        return _weighted(log_density, v, log_q, self.steps * self.particles)


def _weighted(log_density: OfWhitened, v: jax.Array, log_q: jax.Array, spent: int) -> Chain:
    """Draws v (draws, k) of an approximation with the log-density log_q (draws,), as a chain.

    The densities are computed one after another, so that memory does not grow with the draws.
    """
    value = jax.lax.map(log_density, v)
    zero, one = jnp.zeros_like(value), jnp.ones_like(value)
    never, none = zero.astype(bool), jnp.zeros(value.shape, jnp.int32)
    return Chain(v, value, value - log_q, never, none, one, jnp.zeros((), v.dtype), jnp.asarray(spent))
