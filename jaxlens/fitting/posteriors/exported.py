"""What a result gives to other packages for inference: a base class of results of fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from jaxlens.distributions import Distribution
from jaxlens.fitting.posteriors import arviz_data
from jaxlens.fitting.posteriors.density import Part
from jaxlens.fitting.posteriors.numpyro_model import numpyro_model


class Exported:
    """A result that numpyro and ArviZ take.

    Attributes:
        names: the k free parameters.
        prior_distributions: the prior of each, as a distribution; empty in a result that was read from a
            file.
        densities: the posteriors of the n images; empty in a result that was read from a file.
    """

    names: tuple[str, ...]
    prior_distributions: tuple[Distribution, ...]
    densities: tuple[Part, ...]

    def samples(self, key: jax.Array, count: int) -> np.ndarray:
        """Draws of the free parameters of each image from the Laplace approximation, (n, count, k)."""
        raise NotImplementedError

    def to_numpyro(self, index: int = 0) -> Callable[..., None]:
        """The posterior of one image as a model of numpyro (the extra `inference`).

        The model is a function with a site for each free parameter, by its name, with the prior of the file
        or the one that was given to the fit, and the observed site `image`.  It can be changed, joined with
        other data, and given to any of numpyro's kernels.  To sample the posterior as it is,
        `result.sample("numpyro")` takes several times fewer gradients, since it begins in whitened
        coordinates.  `model(image=None)` also draws images, as `numpyro.infer.Predictive` needs.

        Args:
            index: the index of the image.

        Returns:
            The model.

        Raises:
            ValueError: if the result was read from a file, or is that of `jaxlens.fit_lens`.
            IndexError: if there is no such image.
            ImportError: if numpyro is not installed; the message names the extra.

        Examples:
            Chains of NUTS that begin at the fit::

                from numpyro.infer import MCMC, NUTS, init_to_value

                model = result.to_numpyro()
                start = init_to_value(values={name: result[name].value for name in result})
                kernel = NUTS(model, dense_mass=True, init_strategy=start)
                mcmc = MCMC(kernel, num_warmup=500, num_samples=1000)
                mcmc.run(jax.random.key(0))
                mcmc.print_summary()
        """
        if not self.densities:
            raise ValueError(
                "a result from a file does not hold the posterior that was fitted; fit again from it, by "
                "jaxlens.fit(sim, images, ..., start_from=result), and export the new result"
            )
        for density, rows in self.densities:
            (found,) = np.nonzero(rows == index)
            if found.size:
                return numpyro_model(density, int(found[0]), self.prior_distributions)
        count = sum(len(rows) for _, rows in self.densities)
        raise IndexError(f"there is no image {index}; give 0 to {count - 1}")

    def to_arviz(self, draws: int = 1000, *, chains: int = 4, key: jax.Array | None = None) -> Any:
        """The Laplace approximation for ArviZ (the extra `inference`), as independent draws.

        They are those of `samples`: a normal distribution in the coordinates without bounds, about the best
        model.  Its group `posterior` has a variable for each parameter with the dimensions `chain` and
        `draw`, and `image` where there are several.  Draws of the posterior itself are
        `result.sample("numpyro").to_arviz()`.

        Args:
            draws: the number of draws of each chain.
            chains: the number of chains, which are all alike, since draws are independent.
            key: the random key; a fixed one by default.

        Returns:
            An `InferenceData`, or from version 1 of ArviZ a `DataTree`.

        Raises:
            ImportError: if arviz is not installed; the message names the extra.

        Examples:
            A table of means and intervals::

                import arviz

                print(arviz.summary(result.to_arviz()))
        """
        key = jax.random.key(0, impl="threefry2x32") if key is None else key
        flat = self.samples(key, chains * draws)
        made = flat.reshape(len(flat), chains, draws, -1)
        posterior = {name: made[..., i] for i, name in enumerate(self.names)}
        return arviz_data.of_draws(posterior, {}, "laplace")
