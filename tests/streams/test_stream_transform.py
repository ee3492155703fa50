"""What a stream makes of its images: a function under jit, whatever takes the batches."""

from __future__ import annotations

import pickle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.streams.scaling import ImageScaling
from jaxlens.streams.stream import stream

pytestmark = pytest.mark.slow


@pytest.fixture
def galaxies(small_lens: dict[str, Any]) -> dict[str, Any]:
    """A file of single galaxies, on 8 pixels."""
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = 8
    plane = {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 0.5}}
    small_lens["GEOMETRY"] = {"CONFIGURATION_1": {"NAME": "SINGLE", "FRACTION": 1.0, "PLANE_1": plane}}
    return small_lens


def cropped(images: jax.Array) -> jax.Array:
    """The inner pixels, compressed."""
    return jnp.arcsinh(images[..., 2:6, 2:6])


@pytest.mark.long
def test_a_stream_gives_what_a_function_makes_of_its_images(galaxies: dict[str, Any]) -> None:
    plain, made = stream(galaxies, 8), stream(galaxies, 8, transform=cropped)
    expected, batch = plain.batch_from(0), next(made)
    np.testing.assert_allclose(batch.images, cropped(expected.images), rtol=1e-6)
    np.testing.assert_array_equal(batch.index, expected.index)
    np.testing.assert_array_equal(made.source(2)[0].images.shape, batch.images.shape)
    assert pickle.loads(pickle.dumps(made))._transform is cropped
    # the systems are the same, so that either goes on where the other stood
    plain.load_state_dict(made.state_dict())
    scaling = ImageScaling.fit(plain.between(0, 8), 1)
    scaled = stream(galaxies, 8, transform=scaling.scale).batch_from(0)
    np.testing.assert_allclose(np.std(scaled.images, axis=(0, 2, 3)), 1.0, rtol=1e-4)
    made.close()


def test_a_function_that_loses_the_systems_is_refused(galaxies: dict[str, Any]) -> None:
    for transform, what in [(jnp.sum, r"an array \(\)"), (lambda images: (images, images), "a tuple")]:
        with pytest.raises(ValueError, match=f"transform makes {what} of images .* the 8 systems"):
            next(stream(galaxies, 8, transform=transform))
