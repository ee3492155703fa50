"""ln(1 + u) / u beside its singular point."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.quotients import log1p_over

U = np.array([-0.9, -0.021, -0.019, -1e-12, 0.0, 1e-5, 0.0199, 0.0201, 3.0])


def test_values_and_derivatives(x64):
    far = np.where(np.abs(U) < 1e-3, 1.0, U)
    near = np.abs(U) < 1e-3
    value = np.where(near, 1.0 - U / 2.0 + U**2 / 3.0 - U**3 / 4.0, np.log1p(far) / far)
    slope = np.where(
        near, -0.5 + 2.0 * U / 3.0 - 0.75 * U**2, (1.0 / (1.0 + far) - np.log1p(far) / far) / far
    )
    u = jnp.asarray(U)
    found = jax.jvp(log1p_over, (u,), (jnp.ones_like(u),))
    np.testing.assert_allclose(found[0], value, rtol=1e-14)
    np.testing.assert_allclose(found[1], slope, rtol=1e-11)
    assert np.max(np.abs(np.asarray(log1p_over(u.astype(jnp.float32))) / value - 1.0)) < 5e-7
