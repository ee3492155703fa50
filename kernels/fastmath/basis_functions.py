"""Orthogonal functions by their recurrences, which neither overflow nor cancel.

    hermite_functions   h_n(x) = (2^n n! sqrt(pi))^(-1/2) H_n(x) e^(-x^2/2)
    laguerre_functions  l_p(t) = (-1)^p sqrt(p! k! / (p + k)!) L_p^k(t) times a given factor

with the polynomials of Abramowitz & Stegun, chapter 22.  The factor of the second holds the exponential, so
that no function grows beyond what it is at the end.  Far out, where exponentials are zero, the polynomials
would overflow in derivatives: there they are evaluated at 0 (`is_zero`).
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.elementary import exp

# e to minus this is zero, in float32 and float64.
ZERO_BEYOND = (88.0, 745.2)


def is_zero(exponent: jax.Array) -> jax.Array:
    """Whether e^-exponent is zero in the precision of the exponent; False for NaN."""
    return exponent > ZERO_BEYOND[bool(jnp.finfo(exponent.dtype).bits == 64)]


def hermite_functions(x: jax.Array, count: int) -> list[jax.Array]:
    """The first `count` Hermite functions h_0, h_1, ... at x, of any shape.

    h_(n+1) = sqrt(2 / (n + 1)) x h_n - sqrt(n / (n + 1)) h_(n-1).

    >>> h = hermite_functions(jnp.asarray(1.0), 2)
    >>> print(f"{h[0]:.4f} {h[1]:.4f}")
    0.4556 0.6443
    """
    half_square = 0.5 * (x * x)
    functions = [exp(-half_square) * np.pi**-0.25]
    x = jnp.where(is_zero(half_square), 0.0, x)
    before = jnp.zeros_like(x)
    for n in range(count - 1):
        own = functions[-1]
        functions.append(math.sqrt(2.0 / (n + 1)) * (x * own) - math.sqrt(n / (n + 1)) * before)
        before = own
    return functions


def hermite_derivatives(functions: list[jax.Array]) -> list[jax.Array]:
    """h_n' of all but the last of the Hermite functions: sqrt(n / 2) h_(n-1) - sqrt((n + 1) / 2) h_(n+1)."""
    first = -math.sqrt(0.5) * functions[1]
    rest = [
        math.sqrt(n / 2) * functions[n - 1] - math.sqrt((n + 1) / 2) * functions[n + 1]
        for n in range(1, len(functions) - 1)
    ]
    return [first, *rest]


def hermite_integrals(count: int) -> list[float]:
    """The integral over all x of each of the first `count` Hermite functions.

    It is zero for odd n, and I_(n+2) = sqrt((n + 1) / (n + 2)) I_n, as the recurrence of h_n' gives.
    """
    integrals = [math.sqrt(2.0) * math.pi**0.25, 0.0]
    for n in range(count):
        integrals.append(math.sqrt((n + 1) / (n + 2)) * integrals[n])
    return integrals[:count]


def laguerre_functions(t: jax.Array, k: int, factor: jax.Array, count: int) -> list[jax.Array]:
    """The first `count` functions l_0, l_1, ... at t, times a factor.

    sqrt((p + 1)(p + 1 + k)) l_(p+1) = (t - 2p - 1 - k) l_p - sqrt(p (p + k)) l_(p-1).

    Args:
        t: argument, at least 0, any shape.
        k: order of the associated polynomials; static.
        factor: what l_0 is, such as e^(-t/2).
        count: how many functions; static.

    Returns:
        The functions, of the shape to which t and the factor broadcast.

    >>> l = laguerre_functions(jnp.asarray(3.0), 1, jnp.asarray(1.0), 2)
    >>> print(f"{l[0]:.4f} {l[1]:.4f}")
    1.0000 0.7071
    """
    functions = [factor]
    before = jnp.zeros_like(factor)
    for p in range(count - 1):
        own = functions[-1]
        inverse = 1.0 / math.sqrt((p + 1) * (p + 1 + k))
        after = (t * inverse - (2 * p + 1 + k) * inverse) * own - (math.sqrt(p * (p + k)) * inverse) * before
        functions.append(after)
        before = own
    return functions
