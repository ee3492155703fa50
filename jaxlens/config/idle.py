"""Numbers of a configuration that have no effect on its images."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jaxlens.config.model import Configuration, Galaxy, PointSource, Quantity

# mag: an object as faint as this has no light on purpose; users write 99 or 100.
DARK = 40.0


def idle_names(configuration: Configuration, is_set: Callable[[str], bool]) -> set[str]:
    """The names of numbers that have no effect.

    They are the angle of a point source without `sep`, and the numbers of a mass behind which nothing shines:
    everything there has a constant magnitude of `DARK` or fainter.

    Args:
        configuration: the configuration.
        is_set: whether a table sets the parameter of a name in this configuration.
    """
    return {*_angles(configuration), *_masses(configuration, is_set)}


def _angles(configuration: Configuration) -> Iterator[str]:
    for plane in configuration.planes:
        for label, species in plane.objects:
            if isinstance(species, PointSource) and species.sep is None:
                yield f"{plane.label}-{label}-angle"


def _masses(configuration: Configuration, is_set: Callable[[str], bool]) -> Iterator[str]:
    planes = configuration.planes
    lit = [not all(_magnitudes_are_dark(configuration, i, is_set)) for i in range(len(planes))]
    for i, plane in enumerate(planes):
        if any(lit[i + 1 :]):
            continue
        for label, species in plane.members:
            if isinstance(species, Galaxy):
                for profile in (*species.mass, *species.shear):
                    for name, quantity in profile.parameters:
                        if not _is_missing(quantity):
                            yield f"{plane.label}-{label}-{profile.label}-{name}"


def _magnitudes_are_dark(
    configuration: Configuration, i: int, is_set: Callable[[str], bool]
) -> Iterator[bool]:
    """Whether each light profile and point source of plane `i` is dark."""
    plane = configuration.planes[i]
    series = configuration.series.objects if configuration.series else ()
    for label, species in plane.members:
        prefix = f"{plane.label}-{label}"
        if isinstance(species, Galaxy):
            for profile in species.light:
                # a profile with an illegal name has none
                magnitude = dict(profile.parameters).get("magnitude")
                is_free = not is_set(f"{prefix}-{profile.label}-magnitude")
                yield magnitude is not None and _is_dark(magnitude) and is_free
        elif prefix in series:
            yield species.model is not None and species.model.name == "static"
        else:
            yield _is_dark(species.magnitude) and not is_set(f"{prefix}-magnitude")


def _is_dark(magnitude: Quantity) -> bool:
    return magnitude.is_constant and magnitude.support()[0] >= DARK


def _is_missing(quantity: Quantity) -> bool:
    """Whether a number is missing or no number, so that it is NaN."""
    return any(value != value for draw in quantity.draws for _, value in draw.parameters)
