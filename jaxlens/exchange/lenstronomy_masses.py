"""The mass profiles of a system as lenstronomy's: those of its planes, of copies, and haloes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxlens.exchange.lenstronomy_copies import each_copy
from jaxlens.exchange.lenstronomy_names import mass_arguments, moved
from jaxlens.imaging.halo_numbers import halo_numbers, halo_redshifts
from jaxlens.imaging.rays import mass_parameters
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Mass
from jaxlens.kernels.types import Params


@dataclass(frozen=True)
class Deflector:
    """A mass profile of lenstronomy.

    Attributes:
        name: its name.
        options: the arguments of its class.
        arguments: its parameters.
        redshift: that of its plane.
    """

    name: str
    options: dict[str, Any]
    arguments: dict[str, Any]
    redshift: float


def deflectors(scene: Scene, params: Params) -> list[Deflector]:
    """All masses of a system that act on light.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, with the arrays of profiles.

    Raises:
        ExchangeError: for a profile that lenstronomy has not.
    """
    return [*_of_planes(scene, params), *(_haloes(scene, params) if scene.haloes else ())]


def _of_planes(scene: Scene, params: Params) -> Iterator[Deflector]:
    """The profiles of all planes but the last, behind which is nothing."""
    for j, plane in enumerate(scene.planes[:-1]):
        z = float(params[plane.redshift])
        for mass in plane.mass:
            yield _deflector(scene, params, j, mass, z)
        for copied in plane.heavy:
            for own, x, y in each_copy(copied, copied.mass, params):
                for mass in copied.mass:
                    yield _deflector(scene, own, j, mass, z, x, y)


def _deflector(
    scene: Scene, params: Params, j: int, mass: Mass, z: float, x: float = 0.0, y: float = 0.0
) -> Deflector:
    values = {name: _plain(value) for name, value in mass_parameters(scene, params, j, mass).items()}
    asked = mass_arguments(mass.profile, moved(mass.profile, values | dict(mass.integers), x, y))
    return Deflector(asked.name, asked.options, asked.arguments, z)


def _plain(value: Any) -> Any:
    """A number, or an array of a list or a table."""
    array = np.array([float(one) for one in value]) if isinstance(value, tuple) else np.asarray(value, float)
    return float(array) if array.ndim == 0 else array


def _haloes(scene: Scene, params: Params) -> Iterator[Deflector]:
    """Each halo as a profile, and each sheet along the line of sight as a negative convergence."""
    numbers = halo_numbers(scene, params)
    for j, plane in enumerate(scene.planes[:-1]):
        for haloes, own in zip(plane.subhaloes, numbers.subhaloes[j], strict=True):
            z = float(params[plane.redshift])
            yield from _each_halo(haloes.profile, own.present, own.numbers, z)
    if scene.field_haloes is None or numbers.field is None:
        return
    field, redshifts = numbers.field, np.asarray(halo_redshifts(scene, scene.field_haloes, params), float)
    present, sheets = np.asarray(field.haloes.present), np.asarray(field.sheet, float)
    values = {name: np.asarray(value) for name, value in field.haloes.numbers.items()}
    for k, z in enumerate(redshifts):
        in_plane = {name: np.broadcast_to(value, present.shape)[k] for name, value in values.items()}
        yield from _each_halo(scene.field_haloes.profile, present[k], in_plane, float(z))
        yield Deflector("CONVERGENCE", {}, {"kappa": -float(sheets[k]), "ra_0": 0.0, "dec_0": 0.0}, float(z))


def _each_halo(profile: str, present: Any, numbers: Mapping[str, Any], z: float) -> Iterator[Deflector]:
    """The haloes of a plane that exist; `present` (n,) tells which."""
    names = {"x": "center_x", "y": "center_y"}
    own = {
        names.get(name, name): np.broadcast_to(np.asarray(value, np.float64), np.shape(present))
        for name, value in numbers.items()
    }
    for k in np.flatnonzero(np.asarray(present)):
        yield Deflector(profile, {}, {name: float(value[k]) for name, value in own.items()}, z)
