"""The names of the parameters of a configuration: deeplenstronomy's metadata columns without the band."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jaxlens.config.model import (
    Configuration,
    Draw,
    Galaxy,
    Instrument,
    Plane,
    PointSource,
    Quantity,
    constant,
)

# The name of a parameter and how it is drawn.
Named = tuple[str, Quantity]
# The parameters of profiles that are positions.
POSITIONS = ("center_x", "center_y", "ra_0", "dec_0")


def named_quantities(
    cosmology: tuple[Named, ...], instrument: Instrument, configuration: Configuration
) -> tuple[Named, ...]:
    """Every quantity of a system, by parameter name.

    Args:
        cosmology: the cosmological parameters.
        instrument: IMAGE and SURVEY.
        configuration: the configuration to which the system belongs.

    Returns:
        (name, quantity) pairs of the cosmology, the instrument, the noise, the planes and their objects.
    """
    quantities = [*cosmology, *instrument.quantities]
    for label, source in configuration.noise:
        quantities += [(f"{label}-{name}", quantity) for name, quantity in source.parameters]
    for plane in configuration.planes:
        quantities.append((redshift_name(plane), plane.redshift))
        for label, species in plane.objects:
            prefix = f"{plane.label}-{label}"
            if isinstance(species, Galaxy):
                quantities += _galaxy(prefix, species)
            else:
                quantities += _point_source(prefix, species, instrument.num_pix)
    return tuple(quantities)


def has_band_axis(name: str) -> bool:
    """Whether a parameter of an object may differ by band: light may, but mass and positions may not.

    >>> has_band_axis("LIGHT_PROFILE_1-R_sersic"), has_band_axis("LIGHT_PROFILE_1-center_x")
    (True, False)
    """
    own = name.rsplit("-", 1)[-1]
    return own == "magnitude" or ("LIGHT_PROFILE_" in name and own not in POSITIONS)


def redshift_name(plane: Plane) -> str:
    """The name of the parameter that is a plane's redshift."""
    return f"{plane.label}-OBJECT_1-REDSHIFT"


def in_pixels(configuration: Configuration) -> frozenset[str]:
    """The names of the parameters that are drawn in pixels: the positions of foreground stars."""
    return frozenset(
        f"{plane.label}-{label}-{name}"
        for plane in configuration.planes
        for label, species in plane.objects
        if isinstance(species, PointSource) and species.host is None
        for name in ("ra_image", "dec_image")
    )


def _galaxy(prefix: str, galaxy: Galaxy) -> Iterator[Named]:
    """The quantities of a galaxy's profiles."""
    for profile in (*galaxy.light, *galaxy.mass, *galaxy.shear):
        for name, quantity in profile.parameters:
            yield f"{prefix}-{profile.label}-{name}", quantity


def _point_source(prefix: str, source: PointSource, num_pix: int) -> Iterator[Named]:
    """The quantities of a point source: its magnitude and its position.

    A foreground star is uniformly distributed over the image; a hosted source with `sep` but without `angle`
    has a uniform direction.
    """
    path = f"SPECIES.{source.label}"
    yield f"{prefix}-magnitude", source.magnitude
    if source.host is None:
        for name in ("ra_image", "dec_image"):
            yield f"{prefix}-{name}", _uniform(f"{path}.{name}", -num_pix / 2, num_pix / 2)
        return
    sep, angle = source.sep, source.angle
    if sep is not None and angle is None:
        angle = _uniform(f"{path}.angle", 0.0, 2.0 * np.pi)
    yield f"{prefix}-sep", sep or constant(f"{path}.sep", 0.0)
    yield f"{prefix}-angle", angle or constant(f"{path}.angle", 0.0)


def _uniform(path: str, low: float, high: float) -> Quantity:
    """A quantity that is uniform between `low` and `high`."""
    return Quantity(path, (Draw("uniform", (("minimum", low), ("maximum", high))),))
