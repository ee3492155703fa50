"""Between which values nearly all draws of a parameter are."""

from __future__ import annotations

import math

import jax

from jaxlens.config.model import Draw, Joint, Quantity
from jaxlens.distributions import Distribution

# The probability of values beyond each end of a distribution without bounds.
TAIL = 1e-4


def bounds(name: str, quantity: Quantity, joints: tuple[Joint, ...]) -> tuple[float, float]:
    """The values between which nearly all draws of a parameter are, by the file and by its tables.

    Args:
        name: the name of the parameter.
        quantity: how the file draws it.
        joints: the entries of DISTRIBUTIONS, which may set it.

    Returns:
        The smallest and the largest value; 0 where neither is known, as for a user's function.
    """
    ends = [found for joint in joints if (found := joint.bounds(name)) is not None]
    ends += [_ends(draw) for draw in quantity.draws]
    lows = [low for low, _ in ends if math.isfinite(low)]
    highs = [high for _, high in ends if math.isfinite(high)]
    return min(lows, default=0.0), max(highs, default=0.0)


def _ends(draw: Draw) -> tuple[float, float]:
    """The values between which nearly all draws are; infinite where they are not known."""
    if not draw.has_distribution:
        return draw.support()
    built = draw.build()
    low, high = (float(end) for end in built.support())
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    below, above = _quantiles(built)
    return low if math.isfinite(low) else float(below), high if math.isfinite(high) else float(above)


@jax.jit
def _quantiles(distribution: Distribution) -> tuple[jax.Array, jax.Array]:
    """The quantiles of `TAIL` and 1 - `TAIL`; jitted, so that a class of distribution compiles once."""
    return distribution.icdf(TAIL), distribution.icdf_above(TAIL)
