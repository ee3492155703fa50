"""The densities of a Simulator: the prior of its parameters, and the likelihood of observed images."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

import jax
from jax.typing import ArrayLike

from jaxlens.sampling import priors
from jaxlens.sampling.joint_priors import Priors
from jaxlens.sampling.population import Population
from jaxlens.simulator import batched
from jaxlens.simulator.base import SimulatorBase
from jaxlens.simulator.checks import observed_images, system_count

# For how many sets of names it is remembered that all have a prior density.
_KEPT_NAMES = 256


class SimulatorDensities(SimulatorBase):
    """The methods of a Simulator that give densities; all are pure, and differentiable in every float."""

    @property
    def priors(self) -> Priors:
        """The distribution of each parameter that varies and has a density: a tuple of one, or one a band.

        Redshifts are given without the order of the planes, and numbers that follow others by a link with
        scatter for the medians of these; `log_prior` takes both into account.  A number that is tied to
        others by its link has no entry.
        """
        found = priors.priors(self.static_population, self.hyperparameters, self.parameter_names)
        return {name: found[name] for name in self.parameter_names if name in found}

    @property
    def without_prior(self) -> dict[str, str]:
        """The parameters that vary and have no density, with the reason in words."""
        found = priors.without_prior(self.static_population, self.parameter_names)
        return {name: found[name] for name in self.parameter_names if name in found}

    def log_prior(
        self,
        params: Mapping[str, ArrayLike],
        hyperparameters: Mapping[str, ArrayLike] | None = None,
        names: Collection[str] | None = None,
    ) -> jax.Array:
        """The log-density with which the file draws these parameters, (n,).

        Parameters that are drawn together count together.  SELECT does not count: the density of the systems
        that are kept is this one over the share that is kept, where the criteria are met, and 0 elsewhere.
        Haloes, their NUMBER and their arrays, have no density; `names=sim.priors` leaves them out, for haloes
        that are held fixed.

        Args:
            params: as in `render`.
            hyperparameters: as in `sample`.
            names: the parameters over which the sum goes; by default all that vary.

        Returns:
            The sum over the parameters, (n,); minus infinity where one is out of its range, NaN where one is
            NaN.

        Raises:
            ValueError: where one of them has no density (it comes from a table, a function, or SPECIAL, or is
                drawn with haloes).

        >>> import jaxlens, numpy as np
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(1, 2)
        >>> size = sim.log_prior(params, names=["PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"])
        >>> [round(float(np.exp(-p)), 3) for p in size]  # uniform between 0.6 and 1.2
        [0.6, 0.6]
        """
        asked = None if names is None else frozenset(self._full_names(names))
        wanted = _names_with_prior(self.static_population, self.parameter_names, asked)
        checked = self._arrays(params)
        numbers, _ = self._changed(hyperparameters)
        return batched.log_prior(self.static_population, numbers, checked, wanted)

    def _full_names(self, names: Collection[str]) -> list[str]:
        if isinstance(names, str):
            raise ValueError(f"names is the text {names!r}; give a list, as [{names!r}]")
        return [self.short_names.full(name, "names") for name in names]

    def expected(self, params: Mapping[str, ArrayLike]) -> tuple[jax.Array, jax.Array]:
        """Mean and standard deviation of every pixel of the observed images, each like `render`.

        Beyond `render`, the mean has every POISSON_NOISE and the real background.
        """
        checked, admitted = self._checked(params)
        return batched.expected(admitted, checked, self.assets)

    def log_likelihood(
        self,
        params: Mapping[str, ArrayLike],
        images: ArrayLike,
        noise_sigma: ArrayLike | None = None,
        mask: ArrayLike | None = None,
    ) -> jax.Array:
        """The log-density of observed images, given the parameters, (n,).

        ln L = -1/2 sum [ (d - m)^2 / s^2 + 2 ln s + ln 2 pi ] over the pixels where `mask` is true: Gaussian,
        with the mean m of `expected` and, where `noise_sigma` is None, its standard deviation s, which
        depends on the parameters too.

        Args:
            params: as in `render`.
            images: counts/s, (n, bands, num_pix, num_pix), or (bands, num_pix, num_pix) for all n.
            noise_sigma: counts/s, like `images` or broadcast to one of them.
            mask: likewise; true where a pixel is used.  What is masked may have any value, NaN too.

        Raises:
            ValueError: where a shape does not fit, or where real images stand in for the background's noise,
                whose sigma is not known, and no `noise_sigma` is given.

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> images, params = sim(1, 2)
        >>> sim.log_likelihood(params, images).shape
        (2,)
        """
        checked, admitted = self._checked(params)
        observed = observed_images(self.scene, system_count(checked), images, noise_sigma, mask)
        return batched.log_likelihood(admitted, checked, self.assets, observed)

    def log_posterior(
        self,
        params: Mapping[str, ArrayLike],
        images: ArrayLike,
        noise_sigma: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        names: Collection[str] | None = None,
    ) -> jax.Array:
        """`log_likelihood` plus `log_prior`: the log of the posterior density, up to a constant of the data.

        Args:
            params: as in `render`.
            images: as in `log_likelihood`.
            noise_sigma: as in `log_likelihood`.
            mask: as in `log_likelihood`.
            names: as in `log_prior`.

        Returns:
            The sum, (n,).

        Raises:
            ValueError: as `log_likelihood` and `log_prior`.
        """
        prior = self.log_prior(params, names=names)
        return prior + self.log_likelihood(params, images, noise_sigma, mask)


@lru_cache(maxsize=_KEPT_NAMES)
def _names_with_prior(
    population: Population, parameters: tuple[str, ...], names: frozenset[str] | None
) -> frozenset[str]:
    """`names`, or all parameters that vary where it is None; ValueError where one has no density."""
    wanted = frozenset(priors.varying(population)) & frozenset(parameters) if names is None else names
    priors.check_names(population, wanted, parameters)
    return wanted
