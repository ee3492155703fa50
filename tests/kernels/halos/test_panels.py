"""Quantiles of densities in panels, against closed forms."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.halos.panels import PANELS, Panels, edges, log_quantile, panel_integrals, quantile

SHARES = np.float32([1e-6, 0.1, 0.3, 0.5, 0.77, 0.999])
# Of e^(-k y): panels in which it changes much, little and not at all.
STEEPNESS = np.float32([50.0, 2.0, 1e-3, 0.0, -30.0])


def table(density, high: float, logarithm: bool = False) -> Panels:
    low, high = jnp.zeros(()), jnp.full((), high)
    at = density(edges(low, high))
    integrals = panel_integrals(density, low, high)
    return Panels(low, high / PANELS, jnp.log(at) if logarithm else at, integrals)


@pytest.fixture(scope="module")
def found() -> dict[str, np.ndarray]:
    """All quantiles, by one program."""

    def of_all():
        return {
            "linear": quantile(SHARES, table(lambda y: 2.0 * y, 1.0)),
            "exponential": jax.vmap(
                lambda k: log_quantile(SHARES, table(lambda y: jnp.exp(-k * y), 1.0, logarithm=True))
            )(STEEPNESS),
            "empty": quantile(SHARES, table(lambda y: jnp.where(abs(y - 1.5) < 0.5, 1.0, 0.0), 3.0)),
        }

    return jax.tree.map(np.asarray, jax.jit(of_all)())


def test_a_linear_density_has_the_root_as_its_quantile(found) -> None:
    """Here f = 2 y, which is zero at one end."""
    np.testing.assert_allclose(found["linear"], np.sqrt(SHARES), atol=1e-6)


def test_an_exponential_density_has_the_logarithm_as_its_quantile(found) -> None:
    for k, values in zip(STEEPNESS.astype(float), found["exponential"], strict=True):
        exact = -np.log1p(SHARES.astype(float) * np.expm1(-k)) / k if k else SHARES
        np.testing.assert_allclose(values, exact, rtol=2e-5, atol=1e-6)


def test_panels_in_which_there_is_nothing_are_never_chosen(found) -> None:
    """The density is zero in the first and the last third."""
    np.testing.assert_allclose(found["empty"], 1.0 + SHARES, atol=0.03)
