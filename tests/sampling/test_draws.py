"""Draws that are computed together are those that are computed one by one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.model import Draw, Quantity
from jaxlens.sampling.draws import SystemDraw, drawn_values, system_draws

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


def test_draws_of_a_quantity_are_in_the_order_of_the_bands() -> None:
    """Also where constants stand beside distributions, which are computed apart."""
    quantity = Quantity("magnitude", (DRAWS[0], DRAWS[2], DRAWS[1]), per_band=True)
    hyperparameters = {
        "magnitude.g.mean": 290.0,
        "magnitude.g.std": 20.0,
        "magnitude.r": 4.0,
        "magnitude.i.minimum": 0.6,
        "magnitude.i.maximum": 1.2,
    }
    values = {path: jnp.asarray(value) for path, value in hyperparameters.items()}
    key = jax.random.key(0, impl="threefry2x32")
    found = system_draws([("magnitude", quantity)], ("g", "r", "i"), values, key)
    assert [one.draw.distribution for one in found["magnitude"]] == ["normal", "delta_function", "uniform"]
    # the random bits of a band are those of its name, whatever stands beside it
    alone = Quantity("magnitude", (DRAWS[1],) * 3, per_band=True)
    values |= {f"magnitude.{band}.{end}": jnp.asarray(0.0) for band in "gr" for end in ("minimum", "maximum")}
    other = system_draws([("magnitude", alone)], ("g", "r", "i"), values, key)
    for one, two in zip(found["magnitude"], other["magnitude"], strict=True):
        assert float(one.uniform) == float(two.uniform)
