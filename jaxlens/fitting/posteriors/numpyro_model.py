"""The posterior of a fitted image as a model of numpyro: a site for each parameter, and one for the image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.distributions import Distribution
from jaxlens.files.extras import required
from jaxlens.fitting.in_words import describe_prior
from jaxlens.fitting.posterior import predicted_of, with_free_values
from jaxlens.fitting.posteriors.density import Density
from jaxlens.fitting.posteriors.image_density import ImageLogDensity
from jaxlens.sampling import priors as file_priors

# The site of the observed image, and the factor by which a joint prior differs from independent ones.
IMAGE, JOINT_PRIOR = "image", "joint_prior"


def numpyro_model(density: Density, row: int, priors: Sequence[Distribution]) -> Callable[..., None]:
    """The posterior of one image as a function that numpyro takes for a model.

    Its sites are the free parameters, each with its prior, and `image`, which is normally distributed about
    the rendered image with the noise's sigma, where pixels are used.  Where the file draws parameters
    together, or by links, their sites have the distributions of each alone, and the factor `joint_prior`
    makes of these the density of the file.

    Args:
        density: the posteriors of images that `jaxlens.fit` fitted.
        row: the index of the image among these.
        priors: the prior of each parameter alone, (k,).

    Returns:
        The model; its only argument `image` is the observed one unless another, or None, is given.

    Raises:
        ValueError: if the posterior is not that of images with the file's parameters alone.
        ImportError: if numpyro is not installed; the message names the extra.
    """
    if not isinstance(density.log_density, ImageLogDensity):
        raise ValueError(
            "this posterior has light that is integrated out, which sites of numpyro do not have; draw from "
            "it by sample() of the result"
        )
    numpyro = required("numpyro", "inference")
    normal, prior_site = required("numpyro.distributions", "inference").Normal, _prior_class()
    model, constants = density.log_density.model, density.shared
    data = jax.tree.map(lambda array: jnp.asarray(np.asarray(array)[row]), density.data)

    def posterior(image: ArrayLike | None = data.image) -> None:
        sampled = [
            numpyro.sample(name, prior_site(prior)) for name, prior in zip(density.names, priors, strict=True)
        ]
        system = with_free_values(model, constants, data.params, jnp.stack(sampled))
        joint = file_priors.log_prior(model.population, constants.hyperparameters, system, model.file_priors)
        own = zip(constants.own_priors, priors, sampled, strict=True)
        numpyro.factor(
            JOINT_PRIOR, joint - sum(prior.log_prob(x) for given, prior, x in own if given is None)
        )
        mean, sigma = predicted_of(model, constants, data, system)
        pixels = normal(mean, jnp.where(data.mask, sigma, 1.0)).mask(data.mask)
        numpyro.sample(IMAGE, pixels.to_event(mean.ndim), obs=image)

    return posterior


@lru_cache(maxsize=1)
def _prior_class() -> Any:
    """A distribution of jaxlens as one of numpyro; made when it is first asked for."""
    distributions = required("numpyro.distributions", "inference")
    constraints = distributions.constraints

    class Prior(distributions.Distribution):  # type: ignore[misc, name-defined]
        """The prior of a parameter, as the file or the caller of the fit has it."""

        arg_constraints: dict[str, Any] = {}  # noqa: RUF012
        pytree_data_fields = ("own",)

        def __init__(self, own: Distribution) -> None:
            self.own = own
            super().__init__()

        @constraints.dependent_property(is_discrete=False, event_dim=0)  # type: ignore[untyped-decorator]
        def support(self) -> Any:
            low, high = (float(bound) for bound in self.own.support())
            if np.isfinite(low):
                return constraints.interval(low, high) if np.isfinite(high) else constraints.greater_than(low)
            return constraints.less_than(high) if np.isfinite(high) else constraints.real

        def sample(self, key: jax.Array, sample_shape: tuple[int, ...] = ()) -> jax.Array:
            dtype = jnp.result_type(float)
            edge = jnp.finfo(dtype).eps
            return jnp.asarray(
                self.own.icdf(jax.random.uniform(key, sample_shape, dtype, edge, 1.0 - edge)), dtype
            )

        def log_prob(self, value: jax.Array) -> jax.Array:
            return jnp.asarray(self.own.log_prob(value))

        def __repr__(self) -> str:
            return describe_prior(self.own)

    return Prior
