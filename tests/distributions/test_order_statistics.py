"""The nearest of several redshifts by comoving volume."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.distributions import ComovingVolume, NearestByComovingVolume

U = np.array([2.0**-24, 0.1, 0.5, 0.9, 1.0 - 2.0**-24])
Z = np.array([0.1, 0.3, 1.0, 2.5, 4.0])


@jax.jit
def functions(number: jax.Array) -> dict[str, jax.Array]:
    """Functions of one redshift, and of the smallest of some."""
    one, nearest = ComovingVolume(0.1, 4.0), NearestByComovingVolume(0.1, 4.0, number)
    z, u = jnp.asarray(Z), jnp.asarray(U)
    draws = jnp.stack([nearest.icdf(u), nearest.icdf_above(u)])
    return {
        "one": one.above(z),
        "density": jnp.exp(one.log_prob(z)),
        "above": nearest.above(z),
        "below": nearest.cdf(z),
        "log_prob": nearest.log_prob(z),
        "again": jnp.stack([nearest.cdf(draws[0]), nearest.above(draws[1])]),
    }


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_it_is_the_smallest_of_independent_redshifts() -> None:
    """Prob(smallest > z) is the product of those of all, and the density its derivative."""
    found = functions(jnp.asarray(3.0))
    np.testing.assert_allclose(found["above"], found["one"] ** 3, rtol=1e-12)
    np.testing.assert_allclose(found["below"], 1.0 - found["one"] ** 3, rtol=1e-9, atol=1e-12)
    expected = 3.0 * found["one"] ** 2 * found["density"]
    np.testing.assert_allclose(jnp.exp(found["log_prob"])[:-1], expected[:-1], rtol=1e-9)
    np.testing.assert_allclose(found["again"], [U, U], rtol=1e-7)


def test_what_is_no_distribution() -> None:
    assert NearestByComovingVolume(0.1, 4.0, 0.0).problems() == ["number is 0.0; it must be above zero"]
    assert NearestByComovingVolume(0.1, 4.0).support() == (0.1, 4.0)
    assert NearestByComovingVolume(4.0, 0.1).problems()
