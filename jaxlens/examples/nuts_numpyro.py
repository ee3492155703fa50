"""The posterior of a mock lens by numpyro's NUTS: `python -m jaxlens.examples.nuts_numpyro [--samples N]`.

The sampler takes the log posterior of jaxlens as it is, starts from the fit, and steps in the coordinates in
which the fit's covariance is the unit matrix.  Needs `pip install jaxlens[inference]`.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.examples import mock_posterior


def draws(posterior: mock_posterior.Whitened, k: int, warmup: int, samples: int, seed: int) -> np.ndarray:
    """`samples` draws of the k parameters, (samples, k), after `warmup` that find the step."""
    from numpyro.infer import MCMC, NUTS

    kernel = NUTS(potential_fn=lambda z: -posterior.log_density(z), adapt_mass_matrix=False)
    chain = MCMC(kernel, num_warmup=warmup, num_samples=samples, progress_bar=False)
    chain.run(jax.random.key(seed), init_params=jnp.zeros(k))
    return np.asarray(jax.vmap(posterior.numbers)(chain.get_samples()))


def main(arguments: list[str] | None = None) -> int:
    """Fit, sample and print: 0 where both agree, else 1."""
    return mock_posterior.main(draws, (__doc__ or "").split("\n")[0], arguments)


if __name__ == "__main__":
    raise SystemExit(main())
