"""Sums of chameleons in one centre: DOUBLE_CHAMELEON and TRIPLE_CHAMELEON (Suyu et al. 2014, ApJ 788, L35).

The parts have the ellipticities (e11, e21), (e12, e22), (e13, e23), and share alpha_1: the first has
alpha_1 / (1 + 1 / ratio12 + 1 / ratio13), the second 1 / ratio12 and the third 1 / ratio13 of that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.kernels.mass.chameleon import chameleon, chameleon_potential
from jaxlens.kernels.registry import describe, mass_profile
from jaxlens.kernels.types import Pair, Real

# The parameters of each part, to whose names its number is added.
OWN = ("w_c", "w_t", "e1", "e2")


def shares(ratios: list[Real]) -> list[jax.Array]:
    """The fraction of the whole that each part has, the first over each other being a given ratio."""
    inverse = [1.0 / jnp.asarray(ratio, jnp.result_type(ratio, float)) for ratio in ratios]
    first = 1.0 / (1.0 + sum(inverse[1:], inverse[0]))
    return [first, *(first * value for value in inverse)]


def _register(name: str, ratios: tuple[str, ...], doc: str) -> Callable[..., Pair]:
    """Registers a sum of one chameleon more than there are ratios."""
    numbers = range(1, len(ratios) + 2)

    def parts(lens: dict[str, Any]) -> list[dict[str, Any]]:
        strengths = [lens["alpha_1"] * share for share in shares([lens[ratio] for ratio in ratios])]
        return [
            {key: lens[f"{key}{n}"] for key in OWN} | {"alpha_1": strength}
            for n, strength in zip(numbers, strengths, strict=True)
        ]

    def potential(x: Real, y: Real, *, center_x: Real = 0.0, center_y: Real = 0.0, **lens: Any) -> jax.Array:
        psi = [chameleon_potential(x - center_x, y - center_y, **part) for part in parts(lens)]
        return sum(psi[1:], psi[0])

    def deflection(x: Real, y: Real, *, center_x: Real = 0.0, center_y: Real = 0.0, **lens: Any) -> Pair:
        alphas = [chameleon(x - center_x, y - center_y, **part) for part in parts(lens)]
        return sum((a[0] for a in alphas[1:]), alphas[0][0]), sum((a[1] for a in alphas[1:]), alphas[0][1])

    required = ["alpha_1", *ratios, *(f"{key}{n}" for n in numbers for key in OWN)]
    for function in (potential, deflection):
        describe(function, name, doc, required)
    return mass_profile(name, potential=potential)(deflection)


double_chameleon = _register(
    "DOUBLE_CHAMELEON",
    ("ratio",),
    """Sum of two chameleons; lenstronomy's DOUBLE_CHAMELEON.

    CHAMELEON with alpha_1 / (1 + 1 / ratio), w_c1, w_t1, e11, e21 and one with alpha_1 / (1 + ratio), w_c2,
    w_t2, e12, e22; Suyu et al. (2014).
    """,
)
triple_chameleon = _register(
    "TRIPLE_CHAMELEON",
    ("ratio12", "ratio13"),
    """Sum of three chameleons; lenstronomy's TRIPLE_CHAMELEON.

    CHAMELEON with a = alpha_1 / (1 + 1 / ratio12 + 1 / ratio13), one with a / ratio12 and one with
    a / ratio13; their other parameters are w_c1, w_t1, e11, e21, and so on for 2 and 3; Suyu et al. (2014).
    """,
)
