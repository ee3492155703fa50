"""One system as numbers on the host: its objects, plane by plane, with the parameters of each profile.

What physical parameters, axis ratios, magnitudes, copies and links stand for is resolved: masses have the
parameters of their kernels, for a source in the last plane, and light has an amplitude in each band.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxlens.config.model import Configuration
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.copies import CopyNumbers
from jaxlens.imaging.photometry import LightNumbers, copied_light_numbers, light_numbers
from jaxlens.imaging.point_sources import fluxes, point_positions
from jaxlens.imaging.rays import mass_groups, mass_parameters
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied, Light, Mass
from jaxlens.imaging.tables import IMAGE, with_tables
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params


@dataclass(frozen=True)
class ProfileNumbers:
    """A profile of one system.

    Attributes:
        prefix: the prefix of its parameters, such as `PLANE_1-OBJECT_1-MASS_PROFILE_1`.
        profile: its name in the registry of light or of mass.
        values: the arguments of its kernel by name: a number (), numbers (bands,) where they differ by band,
            a tuple of these for a list, and arrays (y, x) or (bands, y, x); whole numbers too.
        tables: the names of the arrays.
        amplitude: of light, its amplitude in each band, (bands,), in counts/s/arcsec^2 for Sersic profiles.
    """

    prefix: str
    profile: str
    values: Mapping[str, Any]
    tables: tuple[str, ...] = ()
    amplitude: np.ndarray | None = None

    def moved(self, x: float, y: float) -> ProfileNumbers:
        """The profile with its centre, where it has one, moved by (x, y), arcsec."""
        shifts = {"center_x": x, "center_y": y, "ra_0": x, "dec_0": y}
        moved = {name: self.values[name] + shift for name, shift in shifts.items() if name in self.values}
        return replace(self, values={**self.values, **moved})

    def in_band(self, band: int) -> dict[str, Any]:
        """The arguments of its kernel in one band; of an image by band, the image of this band."""
        own = {name: _in_band(value, band, name in self.tables) for name, value in self.values.items()}
        image = own.get(IMAGE)
        return own if image is None or image.ndim == 2 else {**own, IMAGE: image[band]}


@dataclass(frozen=True)
class ObjectNumbers:
    """An object of one system; each copy that is shown is one.

    Attributes:
        prefix: its prefix, such as `PLANE_1-OBJECT_1`.
        name: the NAME of its species.
        plane: the index of its plane, 0 for the nearest.
        light: its light profiles.
        mass: its mass profiles and shear; none in the last plane, where they act on nothing.
    """

    prefix: str
    name: str
    plane: int
    light: tuple[ProfileNumbers, ...]
    mass: tuple[ProfileNumbers, ...]


@dataclass(frozen=True)
class PointNumbers:
    """The images of one point source.

    Attributes:
        prefix: its prefix, such as `PLANE_2-OBJECT_2`.
        name: the NAME of its species.
        plane: the index of its plane.
        x: where its images are, arcsec, (images,).
        y: the other coordinate.
        flux: counts/s, (bands, images).
    """

    prefix: str
    name: str
    plane: int
    x: np.ndarray
    y: np.ndarray
    flux: np.ndarray


@dataclass(frozen=True)
class SystemNumbers:
    """One system.

    Attributes:
        redshifts: those of the planes, nearest first.
        objects: galaxies with their profiles, nearest first.
        points: point sources with their images.
    """

    redshifts: tuple[float, ...]
    objects: tuple[ObjectNumbers, ...]
    points: tuple[PointNumbers, ...]


def system_numbers(
    configuration: Configuration,
    scene: Scene,
    params: Params,
    assets: Assets,
    images: Mapping[str, ImagePositions],
) -> SystemNumbers:
    """The numbers of one system, without haloes.

    Args:
        configuration: the configuration.
        scene: its static part.
        params: the parameters of one system, each () or (bands,).
        assets: the arrays of the configuration.
        images: the images of every lensed point source, by its prefix; each array (slots,).

    Returns:
        Its objects and point sources on the host.
    """
    names = {
        f"{plane.label}-{label}": species.name
        for plane in configuration.planes
        for label, species in plane.members
    }
    found = jax.device_get(_device_numbers(scene, params, assets, images))
    objects = [one for j in range(len(scene.planes)) for one in _objects(scene, found, j, names)]
    redshifts = tuple(float(params[plane.redshift]) for plane in scene.planes)
    return SystemNumbers(redshifts, tuple(objects), tuple(_points(scene, found, names)))


class _Found(NamedTuple):
    """What profiles and point sources of a system depend on; a pytree, with an entry for each plane.

    Attributes:
        lights: of each light profile.
        masses: of each mass.
        bright: of each object with copies that have light, by its prefix.
        heavy: of each object with copies that have mass, by its prefix.
        points: abs(magnification), x, y (images,) and flux (bands, images) of each point source by prefix.
    """

    lights: list[list[LightNumbers]]
    masses: list[list[dict[str, Any]]]
    bright: list[dict[str, CopyNumbers]]
    heavy: list[dict[str, CopyNumbers]]
    points: dict[str, tuple[jax.Array, ...]]


@partial(jax.jit, static_argnums=0)
def _device_numbers(
    scene: Scene, params: Params, assets: Assets, images: Mapping[str, ImagePositions]
) -> _Found:
    """All numbers of a system by one program, since each operation by itself would be compiled."""
    own = with_tables(scene, params, assets)
    planes = list(enumerate(scene.planes))
    return _Found(
        [[light_numbers(scene, own, one) for one in plane.light] for _, plane in planes],
        [[mass_parameters(scene, own, j, one) for one in plane.mass] for j, plane in planes],
        [
            {one.prefix: copied_light_numbers(scene, own, one) for one in plane.copies if one.light}
            for _, plane in planes
        ],
        [{one.prefix: numbers for one, numbers in mass_groups(scene, own, j)} for j, _ in planes],
        {
            prefix: (magnification, x, y, fluxes(scene, own, prefix, magnification))
            for prefix, magnification, x, y in point_positions(scene, own, images)
        },
    )


def _objects(scene: Scene, found: _Found, j: int, names: Mapping[str, str]) -> Iterator[ObjectNumbers]:
    """The objects of a plane: those that stand there once, then the copies."""
    plane, bands = scene.planes[j], len(scene.bands)
    lights = [_light(one, own, bands) for one, own in zip(plane.light, found.lights[j], strict=True)]
    masses = [_mass(one, own) for one, own in zip(plane.mass, found.masses[j], strict=True)]
    for owner in dict.fromkeys(one.prefix.rpartition("-")[0] for one in (*lights, *masses)):
        own = [tuple(one for one in each if one.prefix.startswith(f"{owner}-")) for each in (lights, masses)]
        yield ObjectNumbers(owner, names[owner], j, *own)
    for copied in plane.copies:
        light, mass = found.bright[j].get(copied.prefix), found.heavy[j].get(copied.prefix)
        either = light or mass
        for k in np.flatnonzero(either.shown) if either else ():
            profiles = [_profiles_of_copy(copied, one, int(k), bands) for one in (light, mass)]
            prefix = copied.prefixes[k]
            yield ObjectNumbers(prefix, names[prefix], j, *profiles)


def _profiles_of_copy(
    copied: Copied, numbers: CopyNumbers | None, k: int, bands: int
) -> tuple[ProfileNumbers, ...]:
    """The light profiles, or the masses, of one copy of an object, where the copy is."""
    if numbers is None:
        return ()
    own = jax.tree.map(lambda value: value[k], numbers.each)
    if own.profiles and isinstance(own.profiles[0], LightNumbers):
        found = [_light(one, each, bands) for one, each in zip(copied.light, own.profiles, strict=True)]
    else:
        found = [_mass(one, each) for one, each in zip(copied.mass, own.profiles, strict=True)]
    names = (copied.prefixes[k] + one.prefix.removeprefix(copied.prefix) for one in found)
    x, y = float(own.x), float(own.y)
    return tuple(replace(one, prefix=name).moved(x, y) for one, name in zip(found, names, strict=True))


def _mass(mass: Mass, values: Mapping[str, Any]) -> ProfileNumbers:
    own = _on_host({**values, **dict(mass.integers)})
    return ProfileNumbers(mass.prefix, mass.profile, own, mass.tables)


def _light(light: Light, numbers: LightNumbers, bands: int) -> ProfileNumbers:
    own = _on_host({**numbers.shape, **dict(light.integers)})
    amplitude = np.broadcast_to(np.ravel(numbers.amplitude), (bands,))
    return ProfileNumbers(light.prefix, light.profile, own, light.tables, amplitude)


def _points(scene: Scene, found: _Found, names: Mapping[str, str]) -> Iterator[PointNumbers]:
    """The point sources of a system, without slots that have no image; none without any image."""
    planes = {plane.redshift.partition("-")[0]: j for j, plane in enumerate(scene.planes)}
    for prefix, (magnification, x, y, flux) in found.points.items():
        # a slot without an image, and a copy that the system has not, has no magnification
        seen = np.asarray(magnification) != 0.0
        if seen.any():
            place = planes[prefix.partition("-")[0]]
            own = np.asarray(x)[seen], np.asarray(y)[seen], np.asarray(flux)[:, seen]
            yield PointNumbers(prefix, names[prefix], place, *own)


def _on_host(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers by band as (bands,); lists as tuples, whole numbers and arrays as they are."""
    return {name: _array(value) for name, value in values.items()}


def _array(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_array, value))
    if isinstance(value, int):
        return value
    return value[:, 0, 0] if value.ndim == 3 and value.shape[1:] == (1, 1) else value


def _in_band(value: Any, band: int, is_table: bool) -> Any:
    if isinstance(value, tuple):
        return tuple(_in_band(one, band, is_table) for one in value)
    if isinstance(value, int) or is_table:
        return value
    return float(value[band] if value.ndim else value)
