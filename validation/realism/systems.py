"""Systems of `realistic_lsst` with their values, images, noise, and the light of their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

import jaxlens
from validation.realism import FILE

# The seed of the systems, systems of a batch, and of a call.
SEED, BATCH, CHUNK = 3, 128, 64
# A magnitude without light.
INVISIBLE = 60.0
# The light that is lensed.
SOURCE = "PLANE_2-OBJECT_1"

# Values by name.
Params = dict[str, np.ndarray]


@dataclass(frozen=True)
class Made:
    """The systems of a configuration.

    Attributes:
        values: all values of each system by name, (n,) or (n, bands).
        bands: the names of the bands.
        images: (n, bands, y, x), counts/s.
        noise: what is not light in them.
        source: the light of the source in them.
    """

    values: Mapping[str, np.ndarray]
    bands: tuple[str, ...]
    images: np.ndarray
    noise: np.ndarray
    source: np.ndarray

    @property
    def count(self) -> int:
        """The number of systems."""
        return len(self.images)

    def column(self, name: str, band: str = "i") -> np.ndarray:
        """A value of each system in a band."""
        value = np.asarray(self.values[name], float)
        return value[:, self.bands.index(band)] if value.ndim > 1 else value


def drawn(systems: int) -> dict[str, tuple[Params, np.ndarray]]:
    """Values by name and images of systems of each configuration of the file, by its NAME.

    Args:
        systems: how many of all configurations together; a multiple of the batch size.

    Returns:
        All values of each system, (n,) or (n, bands), and the images (n, bands, y, x).
    """
    found: dict[str, list[tuple[Params, np.ndarray]]] = {}
    with jaxlens.stream(FILE, BATCH, seed=SEED) as batches:
        for batch in (next(batches) for _ in range(systems // BATCH)):
            for c, name in enumerate(batches.configurations):
                own = np.flatnonzero(np.asarray(batch.configuration) == c)
                values = {key: np.asarray(value)[own] for key, value in batch.parameters.items()}
                found.setdefault(name, []).append((values, np.asarray(batch.images)[own]))
    return {name: _joined(parts) for name, parts in found.items()}


def _joined(parts: list[tuple[Params, np.ndarray]]) -> tuple[Params, np.ndarray]:
    """The values and images of all batches."""
    values = {key: np.concatenate([one[key] for one, _ in parts]) for key in parts[0][0]}
    return values, np.concatenate([images for _, images in parts])


def made(systems: int) -> dict[str, Made]:
    """Systems of each configuration of the file, by its NAME; as `drawn`."""
    return {name: _with_light(name, *each) for name, each in drawn(systems).items()}


def _with_light(name: str, values: Params, images: np.ndarray) -> Made:
    """The systems of a configuration, with their noise and the light of their sources.

    Args:
        name: the NAME of the configuration.
        values: all values of its systems.
        images: the images.
    """
    sim = jaxlens.Simulator(FILE, name)
    params = {key: values[key] for key in sim.parameter_names}
    nothing = {
        key: np.full_like(value, INVISIBLE)
        for key, value in params.items()
        if key.endswith("-magnitude") and not key.startswith(SOURCE)
    }
    noise = images - _rendered(sim, params)
    return Made(values, sim.bands, images, noise, _rendered(sim, params | nothing))


def _rendered(sim: jaxlens.Simulator, params: Params) -> np.ndarray:
    """The images without noise, some at a time, so that one program makes all of them."""
    count = len(next(iter(params.values())))
    starts = range(0, count, CHUNK)
    # the last ones again where the count is no multiple
    chosen = [np.minimum(np.arange(start, start + CHUNK), count - 1) for start in starts]
    images = [np.asarray(sim.render({key: value[own] for key, value in params.items()})) for own in chosen]
    return np.concatenate(images)[:count]


def copies(one: Made, prefix: str, name: str, band: str = "i") -> np.ndarray:
    """A parameter of the copies that are shown, of all systems together.

    Args:
        one: the systems.
        prefix: the object that stands there a random number of times, `PLANE_1-OBJECT_2`.
        name: the parameter, without the prefix.
        band: the band.

    Returns:
        The values of copies 1 to NUMBER of each system.
    """
    number, found, k = one.column(f"{prefix}-NUMBER"), [], 1
    while f"{prefix}_{k}-{name}" in one.values:
        found.append(one.column(f"{prefix}_{k}-{name}", band)[number >= k])
        k += 1
    return np.concatenate(found)
