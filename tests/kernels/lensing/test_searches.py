"""Images behind a perturbed lens, which are searched for behind the lens without the perturbation."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.lensing.lens_equation import ImagePositions, image_positions
from jaxlens.kernels.lensing.searches import Smooth
from jaxlens.kernels.types import Pair

# A quadrupole, behind which a source has two or four images.
SHEAR = 0.2


def quadrupole(x: jax.Array, y: jax.Array, shift: jax.Array) -> Pair:
    """A singular isothermal sphere with shear, whatever the perturbation is."""
    r = jnp.sqrt(x * x + y * y + 1e-12)
    return x * (1.0 - SHEAR) - x / r, y * (1.0 + SHEAR) - y / r


def perturbed(x: jax.Array, y: jax.Array, shift: jax.Array) -> Pair:
    """The same lens with a constant deflection."""
    u, v = quadrupole(x, y, shift)
    return u - shift, v


@pytest.mark.long
def test_a_perturbation_that_shifts_the_source_makes_the_images_of_the_shifted_source() -> None:
    angle = jnp.linspace(0.0, 2.0 * jnp.pi, 8, endpoint=False)
    smooth = Smooth(quadrupole, jnp.cos(angle), jnp.sin(angle))
    window = {"half_width": 2.5, "slots": 6, "cells": 16, "row": 4}

    @jax.jit
    def images(shift: jax.Array) -> tuple[ImagePositions, ImagePositions, jax.Array]:
        found = image_positions(perturbed, shift, 0.35, 0.02, smooth=smooth, **window)
        moved = image_positions(quadrupole, shift, 0.35 + shift, 0.02, **window)
        derivative = jax.jacfwd(
            lambda s: image_positions(perturbed, s, 0.35, 0.02, smooth=smooth, **window).x
        )
        return found, moved, derivative(shift)

    # the source is outside the caustic, and behind the perturbed lens inside
    found, expected, derivative = images(jnp.asarray(-0.25))
    assert found.found == expected.found == 4
    np.testing.assert_allclose(found.x, expected.x, atol=1e-6)
    np.testing.assert_allclose(found.y, expected.y, atol=1e-6)
    np.testing.assert_allclose(found.magnification, expected.magnification, rtol=1e-5)
    step = (images(jnp.asarray(-0.24))[0].x - images(jnp.asarray(-0.26))[0].x) / 0.02
    np.testing.assert_allclose(derivative, step, atol=0.02)
    assert images(jnp.asarray(0.0))[0].found == 2
