"""PSFs that are sampled more finely than pixels, and their errors as noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens.modelling.columns import columns
from jaxlens.modelling.joint_problem import joint_problem
from jaxlens.modelling.lens_data import LensImages, lens_data
from jaxlens.modelling.problem import LensProblem, lens_problem
from jaxlens.modelling.psf_errors import psf_error_variance, with_errors_of_lens_light, with_psf_errors
from tests.modelling.joint_mocks import (
    BASES,
    KERNEL_SIDE,
    PIXEL_SCALE,
    SIDE,
    TRUTH,
    configuration,
    kernel,
    pixel_map,
    rendered,
    windows_of,
)

pytestmark = pytest.mark.slow

FACTOR = 2
ERROR = 0.2


class Lens(NamedTuple):
    """A lens in one band, its image with a PSF of two samples a pixel, and the image of each function."""

    problem: LensProblem
    images: LensImages
    params: dict[str, Any]
    columns: Any


@pytest.fixture(scope="module")
def lens() -> Iterator[Lens]:
    with jax.enable_x64(True):
        tree = configuration("g")
        sim = jaxlens.Simulator(tree)
        image = jaxlens.read_image(
            np.ones((SIDE, SIDE)),
            sigma=0.1,
            psf=kernel(1.5),
            psf_factor=FACTOR,
            psf_error=ERROR,
            pixel_scale=PIXEL_SCALE,
        )
        images = lens_data(sim, image, 1.0)
        problem = joint_problem(lens_problem(sim, BASES), images)
        params = {name: jnp.asarray(value, float) for name, value in {**problem.base, **TRUTH}.items()}
        run = jax.jit(partial(columns, problem.lens, params))
        yield Lens(problem, images, params, run)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_light_is_blurred_before_it_is_averaged(lens: Lens) -> None:
    """As the simulator does with `supersampling_convolution`."""
    tree = configuration("g")
    tree["IMAGE"]["PARAMETERS"] |= {
        "psf_type": "GAUSSIAN",
        "supersampling_convolution": True,
        "supersampling_kernel_size": KERNEL_SIDE,
    }
    sim = windows_of(jaxlens.Simulator(tree), FACTOR)
    each = np.asarray(lens.columns(lens.images.data))[0, 0]
    place = lens.images.layout.places[0]
    inside = np.asarray(lens.images.data.weight[0, 0]) > 0.0
    seen = rendered(sim, lens.params, pixel_map(), kernel(1.5))[0]
    rows, columns_ = np.nonzero(inside)
    target = seen[rows + place.row, columns_ + place.column]
    # the fluxes of the two profiles are those of their magnitudes
    fluxes = 10.0 ** (-0.4 * (np.array([20.0, 21.0]) - 25.0))
    np.testing.assert_allclose(np.tensordot(fluxes, each[:, inside], axes=1), target, rtol=2e-4)


@pytest.mark.usefixtures("x64")
def test_variance_is_that_of_independent_errors_of_the_kernel(lens: Lens) -> None:
    """The image is linear in each pixel of the kernel, so that its variance is a sum over them."""
    data, amplitudes = lens.images.data, np.array([[3.0, 5.0]])
    variance = lens.images.psf_variance
    assert variance is not None
    expected = np.zeros(data.image.shape)
    for row in range(KERNEL_SIDE):
        for column in range(KERNEL_SIDE):
            spike = np.zeros(data.kernel.shape)
            spike[..., row, column] = 1.0
            each = np.asarray(lens.columns(data._replace(kernel=spike)))
            response = np.sum(each * amplitudes[:, None, :, None, None], axis=2)
            expected += variance[..., row, column, None, None] * response**2
    found = psf_error_variance(lens.problem.lens, lens.params, jnp.asarray(amplitudes), data, variance)
    used = np.asarray(data.weight) > 0.0
    np.testing.assert_allclose(np.asarray(found)[used], expected[used], rtol=1e-8)
    # its share of the light is that of the PSF's error, where light is smooth over few samples
    mean = np.asarray(lens.columns(data))
    light = np.sum(mean * amplitudes[:, None, :, None, None], axis=2)
    assert np.all(np.sqrt(expected[used]) < ERROR * light[used])
    wider = with_psf_errors(lens.problem.lens, lens.params, amplitudes, data, variance)
    np.testing.assert_allclose(
        np.asarray(wider.weight)[used], 1.0 / np.sqrt(0.1**2 + expected[used]), rtol=1e-6
    )
    assert not np.asarray(wider.weight)[~used].any()


@pytest.mark.usefixtures("x64")
def test_the_light_of_a_lens_has_the_error_where_it_is_bright(lens: Lens) -> None:
    """A fit of an image of the lens alone, some of whose pixels are said to be arcs."""
    alone = replace(lens.problem, lens=replace(lens.problem.lens, bases=BASES[:1]))
    data, place = lens.images.data, (0, 0)
    light = 200.0 * np.asarray(lens.columns(data))[0, 0, 0]
    image, arcs = np.array(data.image), np.zeros(data.image.shape, bool)
    image[place], arcs[0, 0, 5:8] = light + 0.3, True
    image[arcs] += 100.0
    images = lens.images._replace(data=data._replace(image=image))
    point = np.asarray(alone.unconstrained(np.array([{**TRUTH}.get(n, 0.0) for n in alone.names])))
    found = with_errors_of_lens_light(alone, images, arcs, point)
    assert images.psf_variance is not None
    expected = with_psf_errors(alone.lens, lens.params, np.array([[200.0, 0.3]]), data, images.psf_variance)
    used = np.asarray(data.weight) > 0.0
    np.testing.assert_allclose(found.data.weight[used], np.asarray(expected.weight)[used], rtol=0.02)
    ratio = np.where(used, found.data.weight, np.nan) / np.where(used, data.weight, 1.0)
    assert np.nanmin(ratio[place]) < 0.7
    assert np.nanmax(ratio[place]) > 0.9
    none = images._replace(psf_variance=None)
    assert with_errors_of_lens_light(alone, none, arcs, point) is none


def test_a_supersampling_that_is_no_multiple_is_an_error(lens: Lens) -> None:
    with pytest.raises(ValueError, match="give a supersampling that is a multiple of 2"):
        replace(lens.problem.lens, supersampling=3)
