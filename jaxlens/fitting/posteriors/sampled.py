"""What a result needs to be sampled: a base class of results of fits."""

from __future__ import annotations

from typing import Any

import numpy as np

from jaxlens.fitting.posteriors.density import Part
from jaxlens.fitting.posteriors.posterior_draws import Posterior
from jaxlens.fitting.posteriors.sample import sample
from jaxlens.sampling.keys import Key


class Sampled:
    """A result with the maximum of a posterior, the covariance there, and the density itself.

    Attributes:
        unconstrained: the unconstrained coordinates of the maxima, (n, k).
        unconstrained_covariance: the covariance of their errors in the Laplace approximation, (n, k, k).
        densities: the posteriors of the n lenses; empty in a result that was read from a file.
    """

    unconstrained: np.ndarray
    unconstrained_covariance: np.ndarray
    densities: tuple[Part, ...]

    def sample(
        self,
        method: str,
        draws: int = 1000,
        *,
        chains: int = 4,
        warmup: int = 200,
        key: Key | None = None,
        **options: Any,
    ) -> Posterior:
        """Draws of the posterior itself, of all lenses together, beginning at the fit.

        They are made in the coordinates that the fit's covariance whitens, in which NUTS needs no mass
        matrix and a short warm-up.

        Args:
            method: "numpyro" or "blackjax", chains of the No-U-Turn sampler; "pathfinder" or "svi", draws
                of a normal approximation, which are quick; "nested", draws and evidence by nested sampling.
            draws: the number of draws that are kept of each chain.
            chains: the number of chains of each lens, or of approximations, each from a start of its own;
                "nested" has one.
            warmup: the number of draws before them by which a chain of NUTS adapts its step.
            key: a seed or a random key; by default 0, so that draws can be repeated.
            options: other settings of the method, which are attributes of `NumpyroNUTS`, `BlackjaxNUTS`,
                `Pathfinder`, `NormalSVI` or `Nested` in `jaxlens.fitting.posteriors`.

        Returns:
            The draws; each of its `warnings` is also issued as a PosteriorWarning.

        Raises:
            ValueError: if there is no such method; if the result was read from a file, which has no density.
            ImportError: if the method's library is not installed; the message names the extra.

        Examples:
            Chains, their table, and ArviZ's view of them::

                result = jaxlens.fit(sim, images)
                posterior = result.sample("numpyro", 1000)
                print(posterior)
                posterior.to_arviz()
        """
        if not self.densities:
            raise ValueError(
                "a result from a file does not hold the posterior that was fitted; fit again from it, by "
                "jaxlens.fit(sim, images, ..., start_from=result), and sample the new result"
            )
        center, covariance = self.unconstrained, self.unconstrained_covariance
        return sample(
            self.densities,
            center,
            covariance,
            method,
            draws,
            chains=chains,
            warmup=warmup,
            key=key,
            **options,
        )
