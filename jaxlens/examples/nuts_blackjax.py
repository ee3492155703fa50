"""The posterior of a mock lens by blackjax's NUTS: `python -m jaxlens.examples.nuts_blackjax [--samples N]`.

The sampler takes the log posterior of jaxlens as it is, starts from the fit, and steps in the coordinates in
which the fit's covariance is the unit matrix.  Needs `pip install jaxlens[inference]`.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.examples import mock_posterior


def draws(posterior: mock_posterior.Whitened, k: int, warmup: int, samples: int, seed: int) -> np.ndarray:
    """`samples` draws of the k parameters, (samples, k), after `warmup` that find the step."""
    import blackjax

    adapt_key, sample_key = jax.random.split(jax.random.key(seed))
    adaptation = blackjax.window_adaptation(blackjax.nuts, posterior.log_density)
    adapted, _ = adaptation.run(adapt_key, jnp.zeros(k), warmup)
    step = blackjax.nuts(posterior.log_density, **adapted.parameters).step

    def advance(state: Any, key: jax.Array) -> tuple[Any, jax.Array]:
        state, _ = step(key, state)
        return state, posterior.numbers(state.position)

    keys = jax.random.split(sample_key, samples)
    return np.asarray(jax.jit(lambda state: jax.lax.scan(advance, state, keys)[1])(adapted.state))


def main(arguments: list[str] | None = None) -> int:
    """Fit, sample and print: 0 where both agree, else 1."""
    return mock_posterior.main(draws, (__doc__ or "").split("\n")[0], arguments)


if __name__ == "__main__":
    raise SystemExit(main())
