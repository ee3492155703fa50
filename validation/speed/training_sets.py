"""Sources of a training loop's images: a stream, and HDF5 files that are read in several ways."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import h5py
import jax.numpy as jnp
import numpy as np

from jaxlens import load_config, make_dataset
from jaxlens.config.updates import config_dict
from jaxlens.examples import lens_finding as task

LABELS = ("CONFIGURATION_1", "CONFIGURATION_2")
BY_LOADER = "read shuffled, PyTorch's DataLoader"
ONE_BY_ONE = "read shuffled, one by one"
SIMULATED = "simulated"

# Images, Einstein radii, and whether there is a lens.
Data = tuple[Any, Any, Any]
Batches = Generator[Data, None, None]


class Images:
    """The images of two HDF5 files as one training set, read image by image; the labels are in memory."""

    def __init__(self, folder: Path) -> None:
        self.paths = [folder / f"{label}_images.h5" for label in LABELS]
        self._files = [h5py.File(path, "r") for path in self.paths]
        self._images = [file[str(file.attrs["images"])] for file in self._files]
        theta_E = self._files[0]["metadata"][task.THETA_E][:]
        self.split = len(theta_E)
        self.theta_E = np.concatenate([theta_E, np.zeros(len(self._images[1]), theta_E.dtype)])

    def __len__(self) -> int:
        return len(self.theta_E)

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            file.close()

    def image(self, system: int) -> np.ndarray:
        """One image, as a Dataset's `__getitem__` reads it."""
        which, row = divmod(system, self.split) if system >= self.split else (0, system)
        image: np.ndarray = self._images[which][row]
        return image

    def in_turns(self, size: int) -> Batches:
        """Batches in the order of the files, half of each."""
        for start in itertools.cycle(range(0, self.split - size // 2 + 1, size // 2)):
            rows = slice(start, start + size // 2)
            images = np.concatenate([dataset[rows] for dataset in self._images])
            both = np.r_[rows, self.split + start : self.split + start + size // 2]
            yield self._data(images, both)

    def shuffled(self, size: int, seed: int, in_order: bool = False) -> Batches:
        """Batches of the whole set in a random order.

        Args:
            size: images of a batch.
            seed: the seed of the order.
            in_order: whether the images of a batch are read in the order of the files.
        """
        rng = np.random.default_rng(seed)
        while True:
            order = rng.permutation(len(self))
            for start in range(0, len(order) - size + 1, size):
                chosen = order[start : start + size]
                if in_order:
                    yield self._data(self._sorted(np.sort(chosen)), np.sort(chosen))
                else:
                    yield self._data(np.stack([self.image(int(system)) for system in chosen]), chosen)

    def _sorted(self, chosen: np.ndarray) -> np.ndarray:
        """The images of systems in ascending order, in one read of each file."""
        first = chosen < self.split
        rows = (chosen[first], chosen[~first] - self.split)
        return np.concatenate([dataset[own] for dataset, own in zip(self._images, rows, strict=True)])

    def _data(self, images: np.ndarray, chosen: np.ndarray) -> Data:
        return jnp.asarray(images), jnp.asarray(self.theta_E[chosen]), jnp.asarray(chosen < self.split)


class OneByOne:
    """The training set as PyTorch's Dataset: image, Einstein radius, and whether there is a lens."""

    def __init__(self, images: Images) -> None:
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, system: int) -> tuple[np.ndarray, np.floating[Any], bool]:
        return self._images.image(system), self._images.theta_E[system], system < self._images.split


def by_loader(images: Images, size: int, seed: int) -> Batches:
    """Batches in a random order by PyTorch's DataLoader, without workers.

    Args:
        images: the files.
        size: images of a batch.
        seed: the seed of the order.
    """
    torch, data = import_module("torch"), import_module("torch.utils.data")
    generator = torch.Generator().manual_seed(seed)
    loader = data.DataLoader(OneByOne(images), size, shuffle=True, drop_last=True, generator=generator)
    while True:
        for batch in loader:
            image, theta_E, lensed = map(jnp.from_dlpack, batch)
            yield image, theta_E.astype(jnp.float32), lensed


def simulated(size: int, seed: int) -> Batches:
    """Batches of a stream."""
    with task.batches(size, seed) as batches:
        for batch in batches:
            yield batch.images, batch.labels[:, 0], batch.present[:, 0]


def ahead(batches: Batches) -> Batches:
    """The same batches; a thread fetches the next two."""
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(next, batches) for _ in range(2)]
        while True:
            data = waiting.pop(0).result()
            waiting.append(pool.submit(next, batches))
            yield data


@dataclass(frozen=True)
class Way:
    """A way to get images: `open` gives batches, from files that are read cold or warm."""

    name: str
    open: Callable[[Images, int, int], Batches]
    cold: bool | None = None
    by_thread: bool = True

    @property
    def cache(self) -> str:
        """The state of the page cache: cold or warm, or nothing without files."""
        return {None: "", True: "cold", False: "warm"}[self.cold]


def ways() -> list[Way]:
    """All ways: simulated, and every way to read, with files in the page cache and without."""
    reads: dict[str, Callable[[Images, int, int], Batches]] = {
        "read in order": lambda images, size, seed: images.in_turns(size),
        ONE_BY_ONE: lambda images, size, seed: images.shuffled(size, seed),
        "read shuffled, sorted in a batch": lambda images, size, seed: images.shuffled(size, seed, True),
    }
    files = [Way(name, batches, cold) for cold in (False, True) for name, batches in reads.items()]
    if find_spec("torch"):
        files += [Way(BY_LOADER, by_loader, cold, by_thread=False) for cold in (False, True)]
    # a stream has its own threads
    stream = Way(SIMULATED, lambda images, size, seed: simulated(size, seed), by_thread=False)
    return [stream, *files]


def forget(path: Path) -> None:
    """Drop a file from the page cache."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def written(folder: Path, systems: int) -> None:
    """Write the training set."""
    config = config_dict(load_config(task.CONFIG))
    config["DATASET"]["PARAMETERS"] |= {"SIZE": systems, "OUTDIR": str(folder)}
    make_dataset(config, True, store_in_memory=False, image_file_format="h5", csv=False, progress=False)
