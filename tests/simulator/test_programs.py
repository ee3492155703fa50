"""Programs compiled with the options of the device, against the same function in a program of the caller."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.simulator.programs import compiled, compiler_options


def test_options_change_no_result_and_static_arguments_stay_static() -> None:
    @compiled(0)
    def scaled(power: int, x: jax.Array) -> jax.Array:
        return jnp.exp(x) ** power

    x = jnp.linspace(-1.0, 1.0, 19)
    alone = scaled(3, x)
    equal = partial(np.testing.assert_allclose, rtol=2e-7)  # the exponential's last bit is the compiler's
    equal(alone, jax.jit(lambda x: scaled(3, x))(x))
    # with an argument that the caller's program has as a constant
    equal(2.0 * alone, jax.jit(lambda factor: factor * scaled(3, x))(2.0))
    equal(2.0 * alone[None], jax.vmap(lambda factor: factor * scaled(3, x))(2.0 + jnp.zeros(1)))
    np.testing.assert_allclose(jax.grad(lambda x: scaled(3, x).sum())(x), 3.0 * alone, rtol=1e-6)


def test_options_are_those_of_a_platform() -> None:
    assert compiler_options("cuda") == {}
    given = jax.jit(jnp.sin, compiler_options=compiler_options(jax.default_backend()))
    assert float(given(0.0)) == 0.0
