"""The light profiles of a system as lenstronomy's, with amplitudes in place of magnitudes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxlens.exchange.lenstronomy_copies import each_copy
from jaxlens.exchange.lenstronomy_names import Asked, light_arguments, moved
from jaxlens.imaging.photometry import LightNumbers, light_numbers
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Light
from jaxlens.kernels.types import Params

# The name of the image of a galaxy, which may differ by band.
_IMAGE = "image"


@dataclass(frozen=True)
class LightOfBands:
    """A light profile in all bands.

    Attributes:
        plane: the index of its plane.
        asked: how lenstronomy is asked for it, by band.
    """

    plane: int
    asked: tuple[Asked, ...]

    @property
    def name(self) -> str:
        """Its name."""
        return self.asked[0].name

    def options(self, b: int) -> dict[str, Any]:
        """The arguments of its class in band number `b`."""
        return dict(self.asked[b].options)

    def arguments(self, b: int) -> dict[str, Any]:
        """Its parameters in band number `b`, with `amp`."""
        return dict(self.asked[b].arguments)


def lights(scene: Scene, params: Params, factor: np.ndarray) -> list[LightOfBands]:
    """The light profiles of all planes, those of copies among them.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,), with the arrays of profiles.
        factor: by what all light is multiplied, (bands,).
    """
    found = []
    for j, light, own, x, y in _each(scene, params):
        numbers = light_numbers(scene, own, light)
        asked = tuple(_in_band(light, numbers, b, factor[b], x, y) for b in range(len(scene.bands)))
        found.append(LightOfBands(j, asked))
    return found


def _each(scene: Scene, params: Params) -> Iterator[tuple[int, Light, Params, float, float]]:
    """The plane, profile, parameters and shift of every light profile."""
    for j, plane in enumerate(scene.planes):
        for light in plane.light:
            yield j, light, params, 0.0, 0.0
        for copied in plane.copies:
            for own, x, y in each_copy(copied, copied.light, params):
                for light in copied.light:
                    yield j, light, own, x, y


def _in_band(light: Light, numbers: LightNumbers, b: int, factor: float, x: float, y: float) -> Asked:
    """How lenstronomy is asked for a profile in band number `b`."""
    values = {
        name: _table_of_band(name, value, b) if name in light.tables else _of_band(value, b)
        for name, value in numbers.shape.items()
    }
    amplitude = factor * _of_band(numbers.amplitude, b)
    # lists and tables of amplitudes are relative
    amp = np.asarray(values["amp"]) * amplitude if "amp" in values else amplitude
    values |= {"amp": float(amp) if np.ndim(amp) == 0 else amp} | dict(light.integers)
    return light_arguments(light.profile, moved(light.profile, values, x, y))


def _of_band(value: Any, b: int) -> Any:
    """A number or a list in band number `b`, of arrays () or (bands, 1, 1)."""
    if isinstance(value, tuple):
        return np.array([_of_band(entry, b) for entry in value])
    flat = np.asarray(value, np.float64).reshape(-1)
    return float(flat[min(b, len(flat) - 1)])


def _table_of_band(name: str, value: Any, b: int) -> np.ndarray:
    """An array of a profile in band number `b`: images may be (bands, ny, nx)."""
    array = np.asarray(value, np.float64)
    return array[min(b, len(array) - 1)] if name == _IMAGE and array.ndim == 3 else array
