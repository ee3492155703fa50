"""What of a configuration SELECT can bound: where its light is, and which numbers follow from others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from jaxlens.config.model import Configuration, Galaxy, Plane, PointSource, Profile
from jaxlens.config.physical import forms_of
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import Profile as Kernel

# (label, species) pairs of the objects of a plane.
Objects = Sequence[tuple[str, Galaxy | PointSource]]


class Light(NamedTuple):
    """The light of a configuration without that of copies (NUMBER), and the masses in front of it.

    Attributes:
        plane: the label of the last plane with light; "" where none has light.
        is_lensed: whether a mass is in front of it.
        is_steady: whether its light has more than the objects of a TIMESERIES.
        has_theta_e: whether a mass in front of it has an Einstein radius, given or from physical parameters.
        has_lensed_point: whether a point source is behind a mass.
        has_lensed_centre: whether a galaxy is behind a mass whose light has a centre.
        without_flux: a light profile of the plane whose flux is not finite; "" where all are.
    """

    plane: str
    is_lensed: bool
    is_steady: bool
    has_theta_e: bool
    has_lensed_point: bool
    has_lensed_centre: bool
    without_flux: str


def light_of(configuration: Configuration) -> Light:
    """The light of a configuration."""
    planes = configuration.planes
    source = _source(configuration)
    lens = next((j for j, plane in enumerate(planes) if any(_masses(plane, plane.members))), len(planes))
    behind = planes[lens + 1 :]
    light = [profile for one in _galaxies(planes[source]) for profile in one.light] if source >= 0 else []
    varying = configuration.series.objects if configuration.series else ()
    steady = source >= 0 and any(prefix not in varying for prefix, _ in _points(planes[source]))
    return Light(
        plane=planes[source].label if source >= 0 else "",
        is_lensed=lens < source,
        is_steady=bool(light) or steady,
        has_theta_e=bool(theta_e_names(configuration)),
        has_lensed_point=any(True for plane in behind for _ in _points(plane)),
        has_lensed_centre=any(
            "center_x" in dict(profile.parameters)
            for plane in behind
            for galaxy in _galaxies(plane)
            for profile in galaxy.light
        ),
        without_flux=next((p.name for p in light if _has_no_flux(p)), ""),
    )


def derived_names(configuration: Configuration) -> dict[str, bool]:
    """The numbers that follow from parameters, and whether each may differ by band.

    They are angles of masses, ellipticities of axis ratios, and positions of point sources.
    """
    names: dict[str, bool] = {}
    for plane in configuration.planes:
        members = plane.members
        for prefix, profile in _masses(plane, members) if plane is not configuration.planes[-1] else ():
            names |= {f"{prefix}-{one}": False for one in _replaced(profile, MASS_PROFILES)}
        for label, species in members:
            for profile in species.light if isinstance(species, Galaxy) else ():
                prefix = f"{plane.label}-{label}-{profile.label}"
                names |= {f"{prefix}-{one}": True for one in _replaced(profile, LIGHT_PROFILES)}
        names |= {f"{prefix}-{one}": False for prefix, _ in _points(plane) for one in ("ra", "dec")}
    return names


def theta_e_names(configuration: Configuration) -> tuple[str, ...]:
    """The names of the Einstein radii in front of the last plane with light, given or derived."""
    source = _source(configuration)
    return tuple(
        f"{prefix}-theta_E"
        for plane in configuration.planes[: max(source, 0)]
        for prefix, profile in _masses(plane, plane.single)
        if "theta_E" in _angles(profile)
    )


def _masses(plane: Plane, objects: Objects) -> Iterator[tuple[str, Profile]]:
    """The prefix and the profile of each mass of some objects of a plane, shear among them."""
    for label, species in objects:
        if isinstance(species, Galaxy):
            for profile in (*species.mass, *species.shear):
                if profile.name:
                    yield f"{plane.label}-{label}-{profile.label}", profile


def _angles(profile: Profile) -> tuple[str, ...]:
    """The parameters of a mass profile, given or from physical ones."""
    return (*(name for name, _ in profile.parameters), *_replaced(profile, MASS_PROFILES))


def _replaced(profile: Profile, registry: Mapping[str, Kernel]) -> tuple[str, ...]:
    """The parameters of a profile that follow from others which the file gives in their place."""
    if profile.name not in registry:
        return ()
    given = [name for name, _ in profile.parameters]
    return tuple(name for form in forms_of(registry[profile.name], given) for name in form.replaced)


def _galaxies(plane: Plane) -> list[Galaxy]:
    return [species for _, species in plane.single if isinstance(species, Galaxy)]


def _points(plane: Plane) -> Iterator[tuple[str, PointSource]]:
    """The prefix of each hosted point source of a plane."""
    for label, species in plane.single:
        if isinstance(species, PointSource) and species.host is not None:
            yield f"{plane.label}-{label}", species


def _source(configuration: Configuration) -> int:
    """The index of the last plane with light; -1 where none has."""
    return max((j for j, plane in enumerate(configuration.planes) if _shines(plane)), default=-1)


def _shines(plane: Plane) -> bool:
    return any(one.light for one in _galaxies(plane)) or any(True for _ in _points(plane))


def _has_no_flux(profile: Profile) -> bool:
    registered = LIGHT_PROFILES.get(profile.name)
    return registered is not None and registered.total_flux is None
