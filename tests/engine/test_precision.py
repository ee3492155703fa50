"""Batches are rounded to half precision on the device, and what does not fit is refused."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.engine.precision import Rounding
from jaxlens.simulator.generation import Batch

IMAGES = np.random.default_rng(2).normal(0.0, 1.0, (4, 2, 3, 3)).astype(np.float32)
WITH_PLANES = ("images", "planes")


def job(dtype: str = "float16") -> Any:
    return SimpleNamespace(label="CONFIGURATION_1", arrays=WITH_PLANES, image_dtype=dtype)


def batch(scale: Any = 1.0) -> Batch:
    images = jnp.asarray(IMAGES * np.reshape(np.float32(scale), (-1, 1, 1, 1)))
    ones = jnp.ones(4, bool)
    return Batch(images, {}, ~ones, ones, {}, planes=jnp.stack([images] * 4, axis=1))


def test_arrays_are_those_that_numpy_rounds() -> None:
    rounded = Rounding(job())(batch([1.0, 1e-4, 1e4, 0.0]), range(7, 11))
    expected = np.asarray(batch([1.0, 1e-4, 1e4, 0.0]).images).astype(np.float16)
    np.testing.assert_array_equal(rounded.images, expected)
    np.testing.assert_array_equal(rounded.planes, np.stack([expected] * 4, axis=1))


def test_single_precision_is_left_alone() -> None:
    given = batch(1e9)
    assert Rounding(job("float32"))(given, range(4)) is given


def test_a_pixel_that_is_too_large_is_named_unless_nobody_wants_it() -> None:
    scales = [1.0, 1.0, 1.0, 1e5]
    with pytest.raises(
        ValueError, match=r"CONFIGURATION_1: the images of system 10 have a pixel of .*give float32"
    ):
        Rounding(job())(batch(scales), range(7, 11))
    assert np.isinf(Rounding(job())(batch(scales), range(7, 10)).images[3]).any()


def test_what_is_not_finite_is_left_to_those_who_know_why() -> None:
    rounded = Rounding(job())(batch([1.0, np.nan, 1.0, np.inf]), range(4))
    assert np.isnan(rounded.images[1]).all()


def test_images_below_the_range_are_one_warning() -> None:
    rounding = Rounding(job())
    with pytest.warns(
        UserWarning, match=r"the images of system 8 have no pixel above .*give float32"
    ) as found:
        rounding(batch([1.0, 1e-6, 1.0, 1e-6]), range(7, 11))
    assert len(found) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rounding(batch(1e-6), range(11, 15))


@pytest.mark.long
def test_the_rounding_is_far_below_the_noise() -> None:
    """By the factors that docs/datasets.md has, from other systems."""
    sim = Simulator("galaxy_galaxy", "CONFIGURATION_1")
    made = sim.generate(jax.random.key(3, impl="threefry2x32"), 32, planes=True)
    rounded = Rounding(job())(made, range(32))
    error = np.asarray(rounded.images, np.float64) - np.asarray(made.images, np.float64)
    noise = np.asarray(made.planes)[:, 3]
    factors = np.std(noise, axis=(2, 3)) / np.sqrt(np.mean(error**2, axis=(2, 3)))
    assert np.median(factors) > 60.0
    assert np.min(factors) > 30.0
