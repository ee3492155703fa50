"""Draws that are computed together are those that are computed one by one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.model import Draw
from jaxlens.sampling.draws import SystemDraw, drawn_values

DRAWS = (
    Draw("normal", (("mean", 290.0), ("std", 20.0))),
    Draw("uniform", (("minimum", 0.6), ("maximum", 1.2))),
    Draw("delta_function", (("value", 4.0),)),
    Draw("normal", (("mean", 0.0), ("std", 0.1))),
    Draw("normal", (("mean", 0.0), ("std", 0.1)), (-0.2, 0.05)),
    Draw("normal", (("mean", 1.0), ("std", 2.0)), (0.0, np.inf)),
    Draw("uniform", (("minimum", -1.0), ("maximum", 0.0))),
    Draw("categorical", (("values", (3.0, 5.0)), ("weights", (1.0, 2.0)))),
    Draw("lognormal", (("mean", 0.2), ("sigma", 0.4))),
)


@jax.jit
def both_ways(uniforms: jax.Array) -> tuple[jax.Array, jax.Array]:
    draws = [
        SystemDraw(draw, {name: jnp.asarray(value) for name, value in draw.parameters}, ("g",), None, u)
        for draw, u in zip(DRAWS, jnp.unstack(uniforms), strict=True)
    ]
    return jnp.stack(drawn_values(draws)), jnp.stack([draw.value() for draw in draws])


def test_draws_of_a_family_are_those_of_each_alone() -> None:
    for uniform in (1e-4, 0.3, 0.9):
        uniforms = np.clip(uniform + 0.01 * np.arange(len(DRAWS)), 0.0, 1.0).astype(np.float32)
        together, alone = both_ways(uniforms)
        np.testing.assert_allclose(together, alone, rtol=1e-6)
