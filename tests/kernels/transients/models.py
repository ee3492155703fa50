"""A model's flux and derivatives at given parameters, compiled once for a module of tests."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.transients.interpolation import flux_at
from jaxlens.kernels.transients.registry import TRANSIENTS

# Times at which flux is compared: some outside of the surfaces of the tests.
AT = np.array([-30.0, -11.0, -0.3, 6.0, 30.0, 50.0])
# Which of them lie inside.
INSIDE = slice(1, 5)
# Compiling costs more than running here, so it is not to be optimised.
FAST = {"xla_backend_optimization_level": 0}
# The step of central differences; so short that no point of a passband passes a wavelength of the grid.
STEP = 1e-6


class Results(NamedTuple):
    """Flux at AT: of each set of parameters, and of sets where one parameter is NaN, by name."""

    flux: list[np.ndarray]
    unknown: dict[str, np.ndarray]


def model_flux(name: str, sky: Any, arrays: Mapping[str, Any], names: list[str]) -> Callable[..., jax.Array]:
    """The flux at AT of a model, (AT, bands), as a function of redshift, distance and the parameters (n,)."""
    model = TRANSIENTS[name]

    def flux(values: jax.Array) -> jax.Array:
        z, d, *parameters = values
        at = sky._replace(redshift=z, distance=d)
        curve = model.light_curve(at, arrays, **dict(zip(names, parameters, strict=True)))
        times = jnp.broadcast_to(jnp.asarray(AT)[:, None], (AT.size, sky.weight.shape[0]))
        return flux_at(curve, times, cubic=model.cubic, outside=model.outside)

    return flux


def evaluate(name: str, sky: Any, arrays: Mapping[str, Any], sets: list[dict[str, float]]) -> Results:
    """The flux of each set of parameters, and where each parameter of the first set is NaN, in float64."""
    names = [*sets[0]]
    rows = [[sky.redshift, sky.distance, *one.values()] for one in sets]
    unknown = np.tile(rows[0], (len(rows[0]), 1))
    np.fill_diagonal(unknown, np.nan)
    with jax.enable_x64(True):
        flux = jax.jit(jax.vmap(model_flux(name, sky, arrays, names)), compiler_options=FAST)
        found = np.asarray(flux(np.concatenate([np.array(rows, float), unknown])))
    keys = ["REDSHIFT", "distance", *names]
    return Results(list(found[: len(rows)]), dict(zip(keys, found[len(rows) :], strict=True)))


def check_derivatives(name: str, sky: Any, arrays: Mapping[str, Any], one: dict[str, float]) -> None:
    """Forward derivatives in every parameter are central differences, and reverse ones agree."""
    with jax.enable_x64(True):
        flux = model_flux(name, sky, arrays, [*one])
        at = np.array([sky.redshift, sky.distance, *one.values()])

        @functools.partial(jax.jit, compiler_options=FAST)
        def everything(at, moved):
            value, back = jax.vjp(flux, at)
            cotangent = jnp.cos(jnp.arange(value.size)).reshape(value.shape)
            return jax.jacfwd(flux)(at), jax.vmap(flux)(moved), back(cotangent)[0]

        steps = STEP * np.maximum(np.abs(at), 0.1)
        shifts = [k * np.diag(steps) for k in (1.0, -1.0, 2.0, -2.0)]
        forward, moved, reverse = everything(at, (at + np.array(shifts)).reshape(-1, at.size))
    ahead, behind, far, near = np.asarray(moved).reshape(4, at.size, *moved.shape[1:])
    steps = steps[:, None, None]
    expected = np.moveaxis((8.0 * (ahead - behind) - (far - near)) / (12.0 * steps), 0, -1)
    for i in range(at.size):
        size = np.max(np.abs(expected[..., i]))
        assert size > 0.0, i
        np.testing.assert_allclose(forward[..., i], expected[..., i], rtol=1e-6, atol=1e-6 * size)
    cotangent = np.cos(np.arange(expected[..., 0].size)).reshape(expected[..., 0].shape)
    np.testing.assert_allclose(reverse, np.tensordot(cotangent, forward, axes=2), rtol=1e-9)
