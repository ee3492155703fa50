"""Sums over parameters that are lists."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.fastmath.sums import count_of, total


def test_entries_are_summed():
    assert count_of(amp=[1.0, 2.0], sigma=(0.5, 0.25)) == 2
    assert float(total(lambda a, s: a / s, amp=[1.0, 2.0], sigma=(0.5, 0.25))) == 10.0


def test_a_loop_has_the_sums_and_gradients_of_terms_written_out(x64):
    x = jnp.linspace(0.5, 1.5, 3)
    amp, sigma = np.linspace(1.0, 2.0, 4), np.linspace(0.5, 0.9, 4)

    def square(x, amp, sigma, written_out):
        pair = total(lambda a, s: (a * x, jnp.exp(-x / s)), written_out, amp=amp, sigma=sigma)
        return jnp.sum(pair[0] * pair[1] ** 2)

    lists = [jnp.asarray(a) for a in amp], [jnp.asarray(s) for s in sigma]
    both = jax.jit(lambda *own: [jax.value_and_grad(square, (0, 1, 2))(*own, most) for most in (4, 3)])
    written, loop = both(x, *lists)
    for own, other in zip(jax.tree.leaves(written), jax.tree.leaves(loop), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-14)


@pytest.mark.parametrize(("amp", "sigma"), [([1.0], [1.0, 2.0]), ([], [])])
def test_lists_of_different_lengths_are_refused(amp, sigma):
    with pytest.raises(ValueError, match=f"amp has {len(amp)}, sigma has {len(sigma)} entries"):
        count_of(amp=amp, sigma=sigma)
