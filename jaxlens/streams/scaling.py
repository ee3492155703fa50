"""Means and standard deviations of images and labels, by which a network's inputs and outputs are scaled.

They are gathered batch by batch: the mean and the sum of squared distances from it of two sets follow from
those of each (Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance", eq. 2.1; Welford
1962 for sets of one), which loses no digits where the mean is large.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, TypeVar, cast

import jax
import numpy as np

from jaxlens.streams.batches import StreamBatch

# An array of JAX or NumPy, or a tensor of PyTorch.
_Array = TypeVar("_Array")


class Batches(Protocol):
    """What is used of a stream here."""

    bands: tuple[str, ...]
    label_names: tuple[str, ...]

    def source(self, count: int) -> Any:
        """The next batches, which the stream gives nevertheless."""


class Scaling:
    """Running means and standard deviations of some channels: what images and labels have in common.

    Attributes:
        names: the names of the channels.
        count: how many numbers of each were seen, (channels,).
        mean: their means, (channels,), float64.
        squares: the sums of their squared distances from the means, (channels,).
    """

    # The axis of arrays along which the channels are.
    axis: ClassVar[int]

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.count = np.zeros(len(self.names))
        self.mean, self.squares = np.zeros(len(self.names)), np.zeros(len(self.names))

    @property
    def std(self) -> np.ndarray:
        """The standard deviations, (channels,); NaN of a channel that was not seen."""
        with np.errstate(invalid="ignore"):
            return np.sqrt(self.squares / self.count)

    def scale(self, array: _Array) -> _Array:
        """(array - mean) / std of each channel, of an array of JAX (also under jit) or NumPy, or a tensor.

        Raises:
            ValueError: if a channel was not seen, or always has the same value.
        """
        self._check()
        return cast(_Array, (cast(Any, array) - self._along(array, self.mean)) / self._along(array, self.std))

    def inverse(self, scaled: _Array) -> _Array:
        """The array of which `scale` makes `scaled`, such as parameters from what a network predicts."""
        self._check()
        return cast(
            _Array, cast(Any, scaled) * self._along(scaled, self.std) + self._along(scaled, self.mean)
        )

    def state_dict(self) -> dict[str, Any]:
        """All that is known, as plain numbers and texts, to save beside the state of a stream."""
        numbers = {name: getattr(self, name).tolist() for name in ("count", "mean", "squares")}
        return {"kind": type(self).__name__, "names": list(self.names), **numbers}

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Any]) -> Self:
        """The scaling whose `state_dict` this is.

        Raises:
            ValueError: if it is that of something else.
        """
        if state.get("kind") != cls.__name__:
            raise ValueError(f"this is no state of {cls.__name__}; give what its state_dict() or save() made")
        made = cls(state["names"])
        for name in ("count", "mean", "squares"):
            setattr(made, name, np.array(state[name], float))
        return made

    def save(self, path: str | PathLike[str]) -> None:
        """Write `state_dict` to a JSON file."""
        Path(path).write_text(json.dumps(self.state_dict(), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """The scaling that `save` wrote; ValueError where the file has something else."""
        return cls.from_state_dict(json.loads(Path(path).read_text(encoding="utf-8")))

    def __repr__(self) -> str:
        pairs = zip(self.names, self.mean, self.std, strict=True)
        return f"{type(self).__name__}({', '.join(f'{n}: {m:.4g} +- {s:.4g}' for n, m, s in pairs)})"

    def _add(self, values: np.ndarray, used: np.ndarray) -> None:
        """Take in more numbers (channels, n), of which some are used."""
        if len(values) != len(self.names):
            raise ValueError(
                f"there are {len(values)} channels; give {len(self.names)}, {', '.join(self.names)}"
            )
        count = used.sum(axis=1).astype(float)
        at_least_one = np.maximum(count, 1.0)
        mean = np.where(used, values, 0.0).sum(axis=1) / at_least_one
        squares = (np.where(used, values - mean[:, None], 0.0) ** 2).sum(axis=1)
        whole = self.count + count
        apart, share = mean - self.mean, count / np.maximum(whole, 1.0)
        self.squares = self.squares + squares + apart**2 * self.count * share
        self.mean = self.mean + apart * share
        self.count = whole

    def _check(self) -> None:
        for name, count, std in zip(self.names, self.count, self.std, strict=True):
            if not count:
                raise ValueError(f"no value of {name} was seen; call fit() or update() first")
            if not std > 0.0:
                raise ValueError(f"{name} always has the same value, and cannot be scaled; leave it out")

    def _along(self, array: Any, values: np.ndarray) -> Any:
        """Values (channels,) in the shape and precision in which they are combined with an array."""
        shape = [1] * array.ndim
        shape[self.axis] = len(values)
        if hasattr(array, "new_tensor"):
            # a tensor of PyTorch, on its device
            return array.new_tensor(values).reshape(shape)
        return values.reshape(shape).astype(np.result_type(array.dtype, np.float32))


class ImageScaling(Scaling):
    """The mean and the standard deviation of the pixels of each band.

    Args:
        names: the bands.

    Examples:
        A stream whose images have mean 0 and standard deviation 1 in each band::

            images = jaxlens.ImageScaling.fit(jaxlens.stream("lens_or_not", 128), batches=10)
            train = jaxlens.stream("lens_or_not", 128, transform=images.scale)
            images.save("images.json")

    >>> scaling = ImageScaling(["g"])
    >>> scaling.update(np.array([1.0, 3.0]).reshape(1, 1, 1, 2))
    >>> scaling.scale(np.array([2.0, 4.0]).reshape(1, 1, 1, 2)).ravel().tolist()
    [0.0, 2.0]
    """

    axis = -3

    def update(self, images: jax.Array | np.ndarray) -> None:
        """Take in more images, (n, bands, y, x), or (n, epochs, bands, y, x)."""
        values = np.moveaxis(np.asarray(images, np.float64), self.axis, 0)
        values = values.reshape(len(values), -1)
        self._add(values, np.ones(values.shape, bool))

    @classmethod
    def fit(cls, stream: Batches, batches: int = 10) -> Self:
        """The scaling of the next batches of a stream, which itself does not move.

        Args:
            stream: the stream; where it has a `transform`, it is that of what this makes.
            batches: how many.
        """
        made = cls(stream.bands)
        for batch in next_batches(stream, batches):
            made.update(batch.images)
        return made


class LabelScaling(Scaling):
    """The mean and the standard deviation of each label, of the systems that have it.

    Args:
        names: the labels, as `stream.label_names`.

    Examples:
        A network that is trained on scaled labels, and whose predictions are parameters::

            labels = jaxlens.LabelScaling.fit(train)
            loss = jnp.mean((network(weights, batch.images) - labels.scale(batch.labels)) ** 2)
            theta_E = labels.inverse(network(weights, images))
            labels.save("labels.json")  # and later jaxlens.LabelScaling.load("labels.json")

    >>> scaling = LabelScaling(["theta_E"])
    >>> scaling.update(np.array([[1.0], [2.0], [9.0]]), np.array([[True], [True], [False]]))
    >>> float(scaling.inverse(scaling.scale(np.array([[1.25]])))[0, 0]), scaling.mean.tolist()
    (1.25, [1.5])
    """

    axis = -1

    def update(self, labels: jax.Array | np.ndarray, present: jax.Array | np.ndarray | None = None) -> None:
        """Take in more labels (n, labels), of which those are used that are `present`; by default all."""
        values = np.asarray(labels, np.float64).T
        self._add(values, np.ones(values.shape, bool) if present is None else np.asarray(present, bool).T)

    @classmethod
    def fit(cls, stream: Batches, batches: int = 10) -> Self:
        """The scaling of the labels of the next batches of a stream, which itself does not move.

        Args:
            stream: the stream.
            batches: how many.
        """
        made = cls(stream.label_names)
        for batch in next_batches(stream, batches):
            made.update(batch.labels, batch.present)
        return made


def next_batches(stream: Batches, count: int) -> Iterator[StreamBatch]:
    """The next batches of a stream, which itself does not move, as NumPy arrays."""
    source = stream.source(count)
    return (source[k] for k in range(count))
