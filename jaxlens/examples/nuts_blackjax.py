"""The posterior of a mock lens by blackjax's NUTS: `python -m jaxlens.examples.nuts_blackjax [--samples N]`.

The sampler starts at the fit's maximum, in the coordinates in which the fit's covariance is the unit matrix.
The packages that it needs come with the extra `inference` of jaxlens.
"""

from __future__ import annotations

from typing import Any

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
    import blackjax

    adapt_key, sample_key = jax.random.split(jax.random.key(seed))
    adaptation = blackjax.window_adaptation(blackjax.nuts, posterior.log_density)
    adapted, _ = adaptation.run(adapt_key, jnp.zeros(k), warmup)
    step = blackjax.nuts(posterior.log_density, **adapted.parameters).step

    def advance(state: Any, key: jax.Array) -> tuple[Any, jax.Array]:
        state, _ = step(key, state)
        return state, posterior.parameters(state.position)

    keys = jax.random.split(sample_key, samples)
    return np.asarray(jax.jit(lambda state: jax.lax.scan(advance, state, keys)[1])(adapted.state))


def main(arguments: list[str] | None = None) -> int:
    """Fit, sample and compare; the exit code is 0 where fit and draws agree, else 1."""
    return mock_posterior.main(draws, (__doc__ or "").split("\n")[0], arguments)


if __name__ == "__main__":
    raise SystemExit(main())
