"""Linear algebra of a source of pixels: it is integrated out, and the light of the lens solved for.

With data d, the weighted images Z of the source's modes and B of the lens's light, the model is
Z^T s + B^T b.  The prior of s is normal with the precisions m, that of b with p.  Minus the log of the
marginal density is

    F = chi^2 / 2 + s.m.s / 2 + b.p.b / 2 + ln det C / 2 - ln det m / 2,     C = Z Z^T + m,

with s and b at the minimum of the first three terms (Suyu et al. 2006, MNRAS 371, 983, equation 19), where b
is 0 or more.  Its derivative in a hyperparameter h, with m' = dm/dh, is (s.m'.s + tr C^-1 m' - tr m'/m) / 2,
and Fisher's information of two of them tr(H C^-1 m_a'/m H C^-1 m_b'/m) / 2 with H = Z Z^T.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.linalg import cho_solve

from jaxlens.modelling.expansion import product
from jaxlens.modelling.nonnegative import nonnegative_minimum


class Products(NamedTuple):
    """All scalar products of the images of one band.

    Attributes:
        source: H = Z Z^T, (s, s).
        mixed: B Z^T, (l, s).
        light: B B^T + p, (l, l).
        source_data: Z d, (s,).
        light_data: B d, (l,).
        data: d.d, ().
    """

    source: jax.Array
    mixed: jax.Array
    light: jax.Array
    source_data: jax.Array
    light_data: jax.Array
    data: jax.Array


class Marginal(NamedTuple):
    """The amplitudes of one band, and the marginal density at given precisions of the modes.

    Attributes:
        source: the amplitudes s of the modes, (s,).
        light: the amplitudes b of the lens's light and of the sky, (l,).
        free: which of the latter are not held at 0, (l,).
        factor: the lower Cholesky factor of C, (s, s).
        projected: C^-1 Z B^T, (s, l).
        reduced: the curvature of b with s at its best, (l, l).
        half_log_ratio: (ln det C - ln det m) / 2, ().
    """

    source: jax.Array
    light: jax.Array
    free: jax.Array
    factor: jax.Array
    projected: jax.Array
    reduced: jax.Array
    half_log_ratio: jax.Array


def products(source: jax.Array, light: jax.Array, data: jax.Array, precision: jax.Array) -> Products:
    """The scalar products of the images of one band.

    Args:
        source: Z, (s, pixels).
        light: B, (l, pixels).
        data: d, (pixels,).
        precision: p, (l,).
    """
    return Products(
        product(source, source.T),
        product(light, source.T),
        product(light, light.T) + jnp.diag(precision),
        product(source, data),
        product(light, data),
        product(data, data),
    )


def marginal(of: Products, log_precision: jax.Array, positive: jax.Array) -> Marginal:
    """The best amplitudes at given precisions of the modes.

    Args:
        of: the scalar products of one band.
        log_precision: ln m, (s,).
        positive: which amplitudes b are 0 or more, (l,).
    """
    factor = jnp.linalg.cholesky(of.source + jnp.diag(jnp.exp(log_precision)))
    both = cho_solve((factor, True), jnp.concatenate([of.mixed, of.source_data[None]]).T)
    projected, alone = both[:, :-1], both[:, -1]
    reduced = of.light - product(of.mixed, projected)
    light, free = nonnegative_minimum(
        0.5 * (reduced + reduced.T), of.light_data - product(of.mixed, alone), positive
    )
    ratio = jnp.sum(jnp.log(jnp.diagonal(factor))) - 0.5 * jnp.sum(log_precision)
    return Marginal(alone - product(projected, light), light, free, factor, projected, reduced, ratio)


def value(of: Products, found: Marginal, log_precision: jax.Array) -> jax.Array:
    """F of one band by its scalar products, (): for double precision, as large numbers cancel.

    At the minimum the first three terms are (d.d - s.Zd - b.Bd) / 2.

    Args:
        of: the scalar products.
        found: the best amplitudes.
        log_precision: ln m, (s,).
    """
    explained = product(found.source, of.source_data) + product(found.light, of.light_data)
    return 0.5 * (of.data - explained) + found.half_log_ratio


def strength_expansion(
    found: Marginal, log_precision: jax.Array, rates: jax.Array, inverse: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The gradient of F in the hyperparameters of one band, and Fisher's information of them.

    Args:
        found: the amplitudes.
        log_precision: ln m, (s,).
        rates: the derivative of ln m in each hyperparameter, (h, s).
        inverse: C^-1, (s, s).

    Returns:
        The gradient (h,) and the information (h, h).
    """
    m = jnp.exp(log_precision)
    gradient = 0.5 * product(rates, m * (found.source**2 + jnp.diagonal(inverse)) - 1.0)
    # H C^-1 = 1 - m C^-1
    share = jnp.eye(m.size, dtype=m.dtype) - m[:, None] * inverse
    information = 0.5 * product(product(rates, share * share.T), rates.T)
    return gradient, information


def inverse_of(found: Marginal) -> jax.Array:
    """C^-1 (s, s)."""
    return cho_solve((found.factor, True), jnp.eye(found.source.size, dtype=found.source.dtype))


def solved(found: Marginal, source: jax.Array, light: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The changes of s and b by a change of the right-hand side of the normal equations.

    Amplitudes b that are held at 0 stay there.

    Args:
        found: the amplitudes.
        source: what stands on the side of s, (s, j).
        light: what stands on the side of b, (l, j).

    Returns:
        The changes (s, j) and (l, j).
    """
    alone = cho_solve((found.factor, True), source)
    # (mixed C^-1 source) = projected^T source
    rest = jnp.where(found.free[:, None], light - product(found.projected.T, source), 0.0)
    both = found.free[:, None] & found.free[None, :]
    unit = jnp.sqrt(jnp.diagonal(found.reduced))
    scaled = jnp.where(
        both, found.reduced / (unit[:, None] * unit[None]), jnp.eye(unit.size, dtype=unit.dtype)
    )
    own = jnp.linalg.solve(scaled, rest / unit[:, None]) / unit[:, None]
    return alone - product(found.projected, own), own
