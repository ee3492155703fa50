"""Scalings have the mean and the standard deviation of all that they have seen, however it was cut."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.streams.scaling import ImageScaling, LabelScaling

RNG = np.random.default_rng(0)
# a mean that is large beside the scatter, of which float32 sums would lose digits
IMAGES = (1e4 + RNG.normal(size=(30, 2, 8, 8)) * np.array([1.0, 5.0])[:, None, None]).astype(np.float32)


def test_batches_of_any_size_have_the_statistics_of_the_whole() -> None:
    found = ImageScaling(("g", "r"))
    for first, last in ((0, 1), (1, 18), (18, 30)):
        found.update(jnp.asarray(IMAGES[first:last]))
    whole = np.moveaxis(IMAGES, 1, 0).reshape(2, -1).astype(float)
    np.testing.assert_allclose(found.mean, whole.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(found.std, whole.std(axis=1), rtol=1e-10)
    scaled = jax.jit(found.scale)(IMAGES)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(np.std(scaled, axis=(0, 2, 3)), 1.0, rtol=1e-3)
    np.testing.assert_allclose(found.inverse(scaled), IMAGES, rtol=1e-6)
    # (n, epochs, bands, y, x)
    np.testing.assert_array_equal(found.scale(IMAGES[:, None])[:, 0], found.scale(IMAGES))


def test_labels_that_a_system_does_not_have_do_not_count() -> None:
    labels, present = RNG.normal(2.0, 3.0, size=(50, 2)), RNG.random((50, 2)) < 0.6
    found = LabelScaling(("theta_E", "gamma"))
    found.update(labels[:20], present[:20])
    found.update(labels[20:], present[20:])
    for k in range(2):
        own = labels[present[:, k], k]
        np.testing.assert_allclose([found.mean[k], found.std[k]], [own.mean(), own.std()], rtol=1e-12)
    np.testing.assert_allclose(found.inverse(found.scale(labels)), labels, rtol=1e-12)


def test_a_file_gives_the_same_scaling(tmp_path: Path) -> None:
    found = LabelScaling(("a",))
    found.update(np.array([[1.0], [1.1], [4.0]]))
    found.save(tmp_path / "labels.json")
    again = LabelScaling.load(tmp_path / "labels.json")
    assert again.state_dict() == found.state_dict()
    assert repr(again) == repr(found) == "LabelScaling(a: 2.033 +- 1.391)"
    again.update(np.array([[0.0]]))
    assert again.count.tolist() == [4.0]
    with pytest.raises(ValueError, match="no state of ImageScaling"):
        ImageScaling.load(tmp_path / "labels.json")


def test_what_cannot_be_scaled_is_refused() -> None:
    found = LabelScaling(("a", "b"))
    with pytest.raises(ValueError, match=r"no value of a was seen; call fit\(\)"):
        found.scale(np.ones((1, 2)))
    found.update(np.array([[1.0, 2.0], [2.0, 2.0]]))
    with pytest.raises(ValueError, match="b always has the same value"):
        found.inverse(np.ones((1, 2)))
    with pytest.raises(ValueError, match="there are 1 channels; give 2, a, b"):
        found.update(np.ones((3, 1)))


@pytest.mark.slow
def test_tensors_are_scaled_as_arrays() -> None:
    import torch

    found = LabelScaling(("a", "b"))
    found.update(np.array([[1.0, 2.0], [2.0, 7.0]]))
    labels = torch.tensor([[1.5, 3.0]], requires_grad=True)
    scaled = found.scale(labels)
    assert scaled.dtype == torch.float32
    np.testing.assert_allclose(scaled.detach().numpy(), found.scale(np.array([[1.5, 3.0]])), rtol=1e-6)
    np.testing.assert_allclose(found.inverse(scaled).detach().numpy(), labels.detach().numpy(), rtol=1e-6)
