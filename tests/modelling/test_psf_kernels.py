"""Kernels of the file and of images: the same blur as the simulator's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens.fitting.external_psf import with_psf
from jaxlens.imaging.optics import blur
from jaxlens.modelling.psf_kernels import common_kernels, file_kernel, given_kernel
from tests.modelling.joint_mocks import PIXEL_SCALE, configuration

SIDE = 61


@pytest.mark.parametrize(
    "image",
    [
        {"psf_type": "GAUSSIAN"},
        {"psf_type": "MOFFAT", "moffat_beta": 3.0},
        {"psf_type": "GAUSSIAN", "supersampling_factor": 3, "supersampling_convolution": True},
    ],
)
def test_that_of_the_file_blurs_as_the_simulator_does(image: dict[str, Any]) -> None:
    tree = configuration("g")
    tree["IMAGE"]["PARAMETERS"] |= image
    sim = jaxlens.Simulator(tree)
    params = {"seeing": 0.3, "pixel_scale": PIXEL_SCALE, "moffat_beta": image.get("moffat_beta", 0.0)}
    kernel = file_kernel(sim, 0, PIXEL_SCALE)
    factor = image.get("supersampling_factor", 1)
    assert kernel.factor == factor
    optics = replace(sim.scene.optics, num_pix=SIDE, supersampling=factor)
    spike = np.zeros((1, SIDE * factor, SIDE * factor))
    spike[0, SIDE * factor // 2, SIDE * factor // 2] = 1.0
    values = {name: jnp.asarray(value) for name, value in params.items()}
    program = jax.jit(lambda values, light: blur(optics, values, light, None))
    seen = np.asarray(program(values, jnp.asarray(spike)))[0] * factor**2
    half = SIDE * factor // 2
    whole = np.pad(kernel.values, half - len(kernel.values) // 2)
    expected = whole.reshape(SIDE, factor, SIDE, factor).sum((1, 3))
    np.testing.assert_allclose(seen, expected, atol=2e-6)


def test_a_psf_that_varies_is_not_known() -> None:
    tree = configuration("g")
    tree["IMAGE"]["PARAMETERS"]["psf_type"] = "GAUSSIAN"
    tree["SURVEY"]["PARAMETERS"]["seeing"] = {
        "DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.2, "maximum": 0.4}}
    }
    with pytest.raises(ValueError, match="seeing of the PSF varies in the configuration; give the PSF"):
        file_kernel(jaxlens.Simulator(tree), 0, PIXEL_SCALE)
    with pytest.raises(ValueError, match="psf_factor is 0; give 1 or more"):
        given_kernel(np.ones((3, 3)), 0, 0, 1)


def test_an_array_of_the_file_and_no_psf() -> None:
    none = jaxlens.Simulator(configuration("g"))
    np.testing.assert_array_equal(file_kernel(none, 0, PIXEL_SCALE).values, [[1.0]])
    array = np.outer([1.0, 2.0, 1.0], [2.0, 5.0, 2.0])
    pixel = file_kernel(with_psf(none, array, 3), 0, PIXEL_SCALE)
    assert pixel.factor == 3
    np.testing.assert_allclose(pixel.values, array / array.sum(), rtol=1e-6)
    # the middle stays the middle
    (coarse,) = common_kernels([pixel], 1)
    np.testing.assert_allclose(coarse, [[1.0]], rtol=1e-6)
