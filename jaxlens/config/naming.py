"""The names of the parameters of a configuration: deeplenstronomy's metadata columns without the band."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from jaxlens.config.haloes.names import SUBSTRUCTURE
from jaxlens.config.links.parts import with_parts
from jaxlens.config.model import (
    LINE_OF_SIGHT,
    PIXEL_MAP,
    PIXEL_SCALE,
    Configuration,
    Draw,
    Galaxy,
    Instrument,
    NoiseSource,
    Plane,
    PointSource,
    Quantity,
    Transient,
    constant,
)
from jaxlens.kernels.registry import MASS_PROFILES
from jaxlens.kernels.transients import TRANSIENTS

# The name of a parameter and how it is drawn.
Named = tuple[str, Quantity]
# What every MODEL may have besides its own parameters: noise for each night and band, a factor of each image.
NOISE, MICROLENSING = "NOISE", "MICROLENSING"
# Within MICROLENSING: whether the factors are drawn anew for each epoch.
BY_EPOCH = "BY_EPOCH"
# Slots for the images of a point source behind one deflector: an elliptical deflector makes four images, and
# a cored one a fifth.
SLOTS_ONE_DEFLECTOR = 6
# Slots for the images of a point source behind several deflectors.
SLOTS_MANY_DEFLECTORS = 12
# The parameters of objects that may differ by band, besides those of light profiles; COLOR of some models may
# not.
_BY_BAND = {"magnitude", NOISE} | {
    name
    for model in TRANSIENTS.values()
    for name in model.by_band
    if all(name in other.by_band for other in TRANSIENTS.values() if name in other.parameters)
}
# The parameters of a foreground star that are its position.
IN_IMAGE = ("ra_image", "dec_image")
# The beginning of the name of a parameter of a copy.
_COPY = re.compile(r"PLANE_[0-9]+-OBJECT_[0-9]+_[0-9]+-")
# The parameters of profiles that are positions.
POSITIONS = ("center_x", "center_y", "ra_0", "dec_0", "start_x", "start_y")
# The parameter of a light profile that chooses an image of a stack.
IMAGE_INDEX = "image_index"
# The parameter of a light profile that mirrors its image.
FLIP = "flip"
# The parameters of light profiles that may not differ by band.
SHARED_BY_BANDS = (*POSITIONS, IMAGE_INDEX, FLIP)


def named_quantities(
    cosmology: tuple[Named, ...], instrument: Instrument, configuration: Configuration
) -> tuple[Named, ...]:
    """Every quantity of a system, by parameter name.

    Args:
        cosmology: the cosmological parameters.
        instrument: IMAGE and SURVEY.
        configuration: the configuration to which the system belongs.

    Returns:
        (name, quantity) pairs of the cosmology, the instrument, the noise, the planes and their objects, the
        haloes between the planes, and of the numbers of links.
    """
    quantities = [*cosmology, *instrument.quantities]
    for label, source in configuration.noise:
        quantities += [(f"{label}-{name}", quantity) for name, quantity in source.parameters]
    for plane in configuration.planes:
        quantities.append((redshift_name(plane), plane.redshift))
        placed = {label: one.position for one in plane.copies for label in one.labels}
        quantities += [(f"{plane.label}-{one.label}-NUMBER", one.number) for one in plane.copies]
        for label, species in plane.members:
            prefix, position = f"{plane.label}-{label}", placed.get(label, ())
            quantities += [(f"{prefix}-{name}", quantity) for name, quantity in position]
            if isinstance(species, Galaxy):
                quantities += _galaxy(prefix, species)
            else:
                own = _point_source(prefix, species, configuration, instrument.num_pix)
                # a copy with a POSITION is there, and not anywhere in the image
                quantities += [one for one in own if not (position and one[0].endswith(IN_IMAGE))]
    between = configuration.line_of_sight
    if between:
        quantities += [(f"{LINE_OF_SIGHT}-{name}", quantity) for name, quantity in between.parameters]
    series = configuration.series
    return tuple(with_parts([*quantities, *(series.peaks if series else ())]))


def by_epoch_names(instrument: Instrument, configuration: Configuration) -> frozenset[str]:
    """The names of the parameters that are drawn anew for each epoch; none without a TIMESERIES.

    They are the numbers of SURVEY and IMAGE that are distributions, but for those of the pixels and links;
    and of the objects that vary `NOISE`, what the model itself draws for each epoch (STEP of `variable`), and
    `MICROLENSING` where the file has BY_EPOCH.
    """
    if configuration.series is None:
        return frozenset()
    random = ((name, one) for name, one in instrument.quantities if not (one.is_constant or one.is_linked))
    found = {name for name, _ in random if name not in (PIXEL_SCALE, *PIXEL_MAP)}
    for prefix, model in transients(configuration):
        own = [NOISE, *TRANSIENTS[model.name].by_epoch]
        found |= {f"{prefix}-{name}" for name, _ in model.parameters if name in own}
        if model.microlensing_by_epoch:
            found |= {f"{prefix}-{name}" for name in microlensing_names(prefix, configuration)}
    return frozenset(found)


def transients(configuration: Configuration) -> tuple[tuple[str, Transient], ...]:
    """The prefix and the MODEL of each object of the TIMESERIES."""
    objects = configuration.series.objects if configuration.series else ()
    species = {
        f"{plane.label}-{label}": one for plane in configuration.planes for label, one in plane.objects
    }
    found = ((prefix, getattr(species[prefix], "model", None)) for prefix in objects)
    return tuple((prefix, model) for prefix, model in found if model is not None)


def needs_passbands(configurations: tuple[Configuration, ...]) -> bool:
    """Whether a MODEL that a TIMESERIES uses integrates spectra over passbands."""
    models = (model for one in configurations for _, model in transients(one))
    return any(TRANSIENTS[model.name].needs_passbands for model in models)


def microlensing_names(prefix: str, configuration: Configuration) -> tuple[str, ...]:
    """`MICROLENSING_0`, `MICROLENSING_1`, ... of an object, one for each image in order of arrival.

    An object in the first plane, or a star in the foreground, has one image; another has as many as there are
    slots for images.
    """
    first = configuration.planes[0]
    hosted = {f"{p.label}-{label}" for p in configuration.planes for label, s in p.objects if _has_host(s)}
    lensed = prefix in hosted and not prefix.startswith(f"{first.label}-")
    return tuple(f"{MICROLENSING}_{i}" for i in range(image_slots(configuration) if lensed else 1))


def image_slots(configuration: Configuration) -> int:
    """The number of slots for images of a point source, by the number of masses that may make images."""
    masses = [
        profile
        for plane in configuration.planes[:-1]
        for _, species in plane.members
        if isinstance(species, Galaxy)
        for profile in (*species.mass, *species.shear)
    ]
    deflectors = sum(not (mass.name and MASS_PROFILES[mass.name].linear) for mass in masses)
    return SLOTS_ONE_DEFLECTOR if deflectors <= 1 else SLOTS_MANY_DEFLECTORS


def has_band_axis(name: str) -> bool:
    """Whether a parameter of an object may differ by band: light may, but mass and positions may not.

    >>> has_band_axis("LIGHT_PROFILE_1-R_sersic"), has_band_axis("LIGHT_PROFILE_1-center_x")
    (True, False)
    """
    own = name.rsplit("-", 1)[-1]
    return own in _BY_BAND or ("LIGHT_PROFILE_" in name and own not in SHARED_BY_BANDS)


def is_of_copy(name: str) -> bool:
    """Whether a parameter is that of a copy of an object.

    >>> is_of_copy("PLANE_1-OBJECT_3_2-sep"), is_of_copy("PLANE_1-OBJECT_3-NUMBER")
    (True, False)
    """
    return _COPY.match(name) is not None


def redshift_name(plane: Plane) -> str:
    """The name of the parameter that is a plane's redshift."""
    return f"{plane.label}-OBJECT_1-REDSHIFT"


def in_pixels(configuration: Configuration) -> frozenset[str]:
    """The names of the parameters that are drawn in pixels: positions of stars without a place."""
    return frozenset(
        f"{plane.label}-{label}-{name}"
        for plane in configuration.planes
        for label, species in plane.members
        if isinstance(species, PointSource)
        and species.host is None
        and not species.place
        and label not in _placed(plane)
        for name in IN_IMAGE
    )


def _galaxy(prefix: str, galaxy: Galaxy) -> Iterator[Named]:
    """The quantities of a galaxy's profiles and of its subhaloes."""
    for profile in (*galaxy.light, *galaxy.mass, *galaxy.shear):
        for name, quantity in profile.parameters:
            yield f"{prefix}-{profile.label}-{name}", quantity
    if galaxy.substructure:
        for name, quantity in galaxy.substructure.parameters:
            yield f"{prefix}-{SUBSTRUCTURE}-{name}", quantity


def _placed(plane: Plane) -> set[str]:
    """The labels of the copies that have a POSITION."""
    return {label for one in plane.copies if one.position for label in one.labels}


def _has_host(species: Galaxy | PointSource | NoiseSource) -> bool:
    return isinstance(species, PointSource) and species.host is not None


def _point_source(
    prefix: str, source: PointSource, configuration: Configuration, num_pix: int
) -> Iterator[Named]:
    """The quantities of a point source: its magnitude, or its MODEL's in a TIMESERIES, and its position.

    A foreground star without a place is uniformly distributed over the image; a hosted source with `sep` but
    without `angle` has a uniform direction.
    """
    path = f"SPECIES.{source.label}"
    model = dict(transients(configuration)).get(prefix)
    if model is None:
        yield f"{prefix}-magnitude", source.magnitude
    else:
        yield from _transient(prefix, model, configuration)
    if source.host is None:
        for name, given in source.place:
            yield f"{prefix}-{name}", given
        for name in () if source.place else IN_IMAGE:
            yield f"{prefix}-{name}", _uniform(f"{path}.{name}", -num_pix / 2, num_pix / 2)
        return
    sep, angle = source.sep, source.angle
    if sep is not None and angle is None:
        angle = _uniform(f"{path}.angle", 0.0, 2.0 * np.pi)
    yield f"{prefix}-sep", sep or constant(f"{path}.sep", 0.0)
    yield f"{prefix}-angle", angle or constant(f"{path}.angle", 0.0)


def _transient(prefix: str, model: Transient, configuration: Configuration) -> Iterator[Named]:
    """The quantities of the MODEL of an object; MICROLENSING is one for each image."""
    for name, quantity in model.parameters:
        names = microlensing_names(prefix, configuration) if name == MICROLENSING else (name,)
        for one in names:
            yield f"{prefix}-{one}", quantity


def _uniform(path: str, low: float, high: float) -> Quantity:
    """A quantity that is uniform between `low` and `high`."""
    return Quantity(path, (Draw("uniform", (("minimum", low), ("maximum", high))),))
