"""The posterior of a fitted lens as a density that samplers take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.posterior import Constants, unconstrained_log_prior, with_free_values
from jaxlens.fitting.posteriors.density import Density, Part
from jaxlens.fitting.transforms import Transform
from jaxlens.kernels.types import Params
from jaxlens.modelling.columns import columns
from jaxlens.modelling.expansion import least, product, solved
from jaxlens.modelling.model import LensData, LensModel, Settings
from jaxlens.modelling.rung import Rung


class Known(NamedTuple):
    """What the density of a lens depends on besides its images.

    Attributes:
        constants: the priors and the transform.
        base: all parameters; the values of the free ones are not used.
        settings: the prior of amplitudes.
        point: all coordinates at the maximum, of which those that do not move are held, (k,).
    """

    constants: Constants
    base: Params
    settings: Settings
    point: jax.Array


@dataclass(frozen=True)
class LensLogDensity:
    """The log posterior density of the coordinates that move, minus what `expansion` expands.

    Amplitudes that may be negative are integrated out, the others have their best values.  The density is
    stationary in these, so that its gradient is that at fixed amplitudes.

    Attributes:
        lens: the static part of the model.
        moving: the indices of the coordinates that move.
    """

    lens: LensModel
    moving: tuple[int, ...]

    def __call__(self, shared: Known, data: LensData, u: jax.Array) -> jax.Array:
        """The log-density at u, the coordinates that move."""
        lens, settings = self.lens, shared.settings
        all_u = jnp.asarray(shared.point, u.dtype).at[np.array(self.moving)].set(u)
        x = shared.constants.transform.constrained(all_u)
        params = with_free_values(lens.model, shared.constants, shared.base, x)
        each = columns(lens, params, data)
        found = solved(jax.lax.stop_gradient(each), lens.positive, data, settings.precision, lens.sky)
        own = found.amplitudes[:, : lens.count]
        rows = jnp.swapaxes(each * data.weight[:, :, None], 1, 2)
        light = jax.vmap(product)(own, jnp.reshape(rows, (*own.shape, -1)))
        # its value is that with the sky, which does not move at first order as all amplitudes
        residual = found.residual - (light - jax.lax.stop_gradient(light))
        value = least(data, settings, found._replace(residual=residual), lens.count)
        signed = lens.signed
        if signed.size:
            own_rows = jnp.reshape(rows, (*own.shape, -1))[:, signed]
            prior = jnp.broadcast_to(jnp.asarray(settings.precision), own.shape)[:, signed]
            block = jax.vmap(lambda a, p: product(a, a.T) + jnp.diag(p))(own_rows, prior)
            value = value + 0.5 * jnp.sum(jnp.linalg.slogdet(block)[1])
        log_prior = unconstrained_log_prior(lens.model, shared.constants, shared.base, all_u)
        return log_prior - value


def lens_density(rung: Rung, data: LensData, value: float, transform: Transform) -> Part:
    """The posterior of a lens that was fitted.

    Its integral over the coordinates in Laplace's approximation is the fit's evidence, so that evidences of
    nested sampling may be compared with it.

    Args:
        rung: the model of the lens at its maximum.
        data: its images.
        value: minus the log of the density there, as `expansion` has it.
        transform: the map from those coordinates that moved to parameters.
    """
    problem = rung.problem
    moving = tuple(int(i) for i in np.flatnonzero(np.asarray(rung.settings.active) > 0.0))
    # coordinates that do not move have a curvature of 1 and none with others
    volume = len(moving) * np.log(2.0 * np.pi) - float(np.linalg.slogdet(rung.curvature)[1])
    known: Any = jax.tree.map(
        np.asarray, Known(problem.constants, problem.base, rung.settings, jnp.asarray(rung.point))
    )
    images = jax.tree.map(lambda array: np.asarray(array)[None], data)
    names = tuple(problem.names[i] for i in moving)
    log_density = LensLogDensity(problem.lens, moving)
    offset = np.array([rung.evidence + value - 0.5 * volume])
    return Part(Density(names, log_density, transform.constrained, known, images, offset), np.arange(1))
