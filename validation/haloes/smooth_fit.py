"""The smooth lens that fits an image best: what an observer has to compare an image with haloes to.

The macro lens, the shear and the source are free, with the file's distributions as priors; haloes are absent.
The fit makes Gauss-Newton steps for all systems of a batch at once.  It begins at the true macro lens and
source, which saves the search for a start and not the fit: what it ends at depends on the image.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import jax
import jax.numpy as jnp
import yaml

import jaxlens

# Steps of Gauss and Newton from the true parameters; further ones change chi-square by less than 0.1.
STEPS = 3
# The largest step of a parameter, in standard deviations of its prior.
LONGEST_STEP = 0.5


class SmoothFit:
    """Fits of a packaged file without its haloes.

    Args:
        config: the name of the packaged file, with SUBSTRUCTURE of GALAXY_1 alone.
    """

    def __init__(self, config: str) -> None:
        tree = yaml.safe_load(jaxlens.load_config(config).text)
        del tree["SPECIES"]["GALAXY_1"]["SUBSTRUCTURE"]
        self.sim = jaxlens.Simulator(tree)
        sample = self.sim.sample(jax.random.key(0), 2048)
        varied = [name for name in self.sim.parameter_names if jnp.ptp(sample[name]) > 0.0]
        self.widths = {name: jnp.std(sample[name]) for name in varied}
        self.means = {name: jnp.mean(sample[name]) for name in self.widths}
        self._fitted = jax.jit(self._fit)

    def residuals(self, images: jax.Array, params: Mapping[str, jax.Array]) -> jax.Array:
        """Images minus those of the smooth lenses that fit them best, over the noise.

        Args:
            images: (n, 1, y, x), counts/s.
            params: the true parameters of the systems, {name: (n,) or (n, 1)}.

        Returns:
            (n, 1, y, x), in standard deviations of the noise.
        """
        return self._fitted(images, {name: params[name] for name in self.sim.parameter_names})

    def _fit(self, images: jax.Array, params: dict[str, jax.Array]) -> jax.Array:
        """The steps; `sigma` is that of the true smooth lens."""
        _, sigma = self.sim.expected(params)
        for _ in range(STEPS):
            params = self._stepped(images, sigma, params)
        return (images - self.sim.render(params)) / sigma

    def _stepped(
        self, images: jax.Array, sigma: jax.Array, params: dict[str, jax.Array]
    ) -> dict[str, jax.Array]:
        """One step of Gauss and Newton with Gaussian priors."""
        names = tuple(self.widths)

        def whitened(shift: jax.Array) -> jax.Array:
            """Images over the noise where the free parameters have moved."""
            return self.sim.render(params | self._moved(params, shift)) / sigma

        zero = jnp.zeros((len(images), len(names)))
        along = partial(jax.jvp, whitened, (zero,))
        unit = jnp.broadcast_to(jnp.eye(len(names))[:, None, :], (len(names), *zero.shape))
        model, columns = jax.vmap(lambda tangent: along((tangent,)), out_axes=(None, 0))(unit)
        prior = jnp.stack(
            [
                (self.means[name] - jnp.reshape(params[name], (len(images),))) / self.widths[name]
                for name in names
            ],
            axis=1,
        )
        products = partial(jnp.einsum, precision="highest")
        hessian = products("anbyx,cnbyx->nac", columns, columns) + jnp.eye(len(names))[None]
        gradient = products("anbyx,nbyx->na", columns, images / sigma - model) + prior
        step = jnp.linalg.solve(hessian, gradient[..., None])[..., 0]
        step = jnp.clip(step, -LONGEST_STEP, LONGEST_STEP)
        return params | self._moved(params, step)

    def _moved(self, params: dict[str, jax.Array], shift: jax.Array) -> dict[str, jax.Array]:
        """The free parameters after a shift (n, free), in widths of their priors."""
        return {
            name: params[name] + jnp.reshape(shift[:, k] * width, params[name].shape)
            for k, (name, width) in enumerate(self.widths.items())
        }
