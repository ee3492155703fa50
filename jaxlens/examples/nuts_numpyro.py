"""The posterior of a mock lens by numpyro's NUTS: `python -m jaxlens.examples.nuts_numpyro [--samples N]`.

The sampler starts at the fit's maximum, in the coordinates in which the fit's covariance is the unit matrix.
The packages that it needs come with the extra `inference` of jaxlens.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.examples import mock_posterior


def draws(posterior: mock_posterior.Whitened, k: int, warmup: int, samples: int, seed: int) -> np.ndarray:
    """Draws of the free parameters by NUTS.

    Args:
        posterior: the posterior, in coordinates in which it is about a standard normal.
        k: the number of free parameters.
        warmup: the number of draws that adapt the step and are not kept.
        samples: the number of draws that are kept.
        seed: the seed of the draws.

    Returns:
        The draws, (samples, k).
    """
    from numpyro.infer import MCMC, NUTS

    kernel = NUTS(potential_fn=lambda z: -posterior.log_density(z), adapt_mass_matrix=False)
    chain = MCMC(kernel, num_warmup=warmup, num_samples=samples, progress_bar=False)
    chain.run(jax.random.key(seed), init_params=jnp.zeros(k))
    return np.asarray(jax.vmap(posterior.parameters)(chain.get_samples()))


def main(arguments: list[str] | None = None) -> int:
    """Fit, sample and compare; the exit code is 0 where fit and draws agree, else 1."""
    return mock_posterior.main(draws, (__doc__ or "").split("\n")[0], arguments)


if __name__ == "__main__":
    raise SystemExit(main())
