"""The static part of a configuration.

A `Scene` holds the profiles of each plane, the number of pixels, and the kinds of PSF and noise.  It holds no
value that could be differentiated, is hashable, and is compiled once per configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from jaxlens.config.model import (
    Config,
    Configuration,
    Copies,
    Galaxy,
    Plane,
    PointSource,
    Profile,
)
from jaxlens.config.naming import image_slots
from jaxlens.imaging.optics import Optics, optics
from jaxlens.imaging.scene_objects import Copied, Hosted, Light, Mass
from jaxlens.imaging.time_series import Series, series, with_light_curves

# The parameters of a cosmology, by astropy's names.
COSMOLOGY = ("H0", "Om0", "Ode0", "w0", "wa", "Tcmb0", "Neff", "m_nu")


@dataclass(frozen=True)
class ScenePlane:
    """The objects at one redshift; the last plane has no mass here, because nothing is behind it.

    Attributes:
        redshift: the name of the plane's redshift.
        light: its light profiles.
        mass: its mass profiles.
        points: its hosted point sources.
        copies: what stands there a random number of times, apart from the profiles above.
    """

    redshift: str
    light: tuple[Light, ...]
    mass: tuple[Mass, ...]
    points: tuple[Hosted, ...]
    copies: tuple[Copied, ...] = ()

    @property
    def heavy(self) -> tuple[Copied, ...]:
        """Its copies that have mass."""
        return tuple(one for one in self.copies if one.mass)

    @property
    def masses(self) -> tuple[Mass, ...]:
        """Its mass profiles, and those of its copies, each once."""
        return (*self.mass, *(mass for one in self.copies for mass in one.mass))

    @property
    def centres(self) -> dict[str, str]:
        """The prefix of each galaxy with light, and that of its first light profile that has a centre."""
        found: dict[str, str] = {}
        for light in self.light:
            if "center_x" in light.parameters:
                found.setdefault(light.prefix.rpartition("-")[0], light.prefix)
        return found

    @property
    def line_of_sight(self) -> bool:
        """Whether one of its masses stands for matter along the line of sight."""
        return any(mass.kernel.line_of_sight for mass in self.mass)


@dataclass(frozen=True)
class Scene:
    """The static part of one configuration.

    Attributes:
        bands: the names of the bands.
        num_pix: pixels along a side of the image.
        supersampling: sub-pixels along a side of a pixel on which extended light is computed.
        optics: the static part of the PSF.
        adu: whether counts are ADU; otherwise they are electrons.
        background_given: whether the noise of the background is the parameter `background_noise`; otherwise
            it follows from read noise and sky brightness.
        poisson_shot_noise: whether photons are counted; otherwise shot noise is Gaussian.
        planes: the planes, nearest first.
        stars: the prefixes of foreground stars, which are not lensed.
        noise_sources: the labels of POISSON_NOISE.
        image_slots: the number of images of a point source for which there are slots.
        backgrounds: whether background images are added to the simulated background noise or replace it; ""
            where there are none.
        parameters: the names of all parameters that the image depends on.
        series: the time series, or None where there is a single exposure.
    """

    bands: tuple[str, ...]
    num_pix: int
    supersampling: int
    optics: Optics
    adu: bool
    background_given: bool
    poisson_shot_noise: bool
    planes: tuple[ScenePlane, ...]
    stars: tuple[str, ...]
    noise_sources: tuple[str, ...]
    image_slots: int
    backgrounds: Literal["", "add", "replace"]
    parameters: tuple[str, ...]
    series: Series | None = None

    @property
    def image_shape(self) -> tuple[int, ...]:
        """The shape of the image of one system: (bands, y, x), or (epochs, bands, y, x) of a time series."""
        epochs = (self.series.epochs,) if self.series else ()
        return (*epochs, len(self.bands), self.num_pix, self.num_pix)

    @property
    def solver_cells(self) -> int:
        """Coarse cells along a side of the window in which image positions are searched."""
        return 64 if self.solver_row > 8 else 8 * min(max(4, self.num_pix // 16), 8)

    @property
    def solver_row(self) -> int:
        """The square root of the number of cells that the solver keeps: larger for several deflectors."""
        return 8 if sum(map(_deflectors, self.planes)) <= 1 else 10

    def is_lensed(self, j: int) -> bool:
        """Whether there is mass in front of plane `j`."""
        return any(plane.masses for plane in self.planes[:j])

    @property
    def lensed_points(self) -> tuple[str, ...]:
        """The prefixes of the point sources behind a mass, nearest plane first."""
        lensed = (plane for j, plane in enumerate(self.planes) if self.is_lensed(j))
        return tuple(point.prefix for plane in lensed for point in plane.points)

    @property
    def lensed_centres(self) -> tuple[str, ...]:
        """The prefixes of the galaxies behind a mass whose light has a centre, nearest plane first."""
        lensed = (plane for j, plane in enumerate(self.planes) if self.is_lensed(j))
        return tuple(prefix for plane in lensed for prefix in plane.centres)

    def power_law_in_front(self, j: int) -> Mass | None:
        """The power-law lens in front of plane `j`, if `direction_search` can find its images.

        It can where all mass in front of plane `j` is in one plane, and all profiles there but this lens have
        a linear deflection, without matter along the line of sight.  Otherwise None.
        """
        planes = [plane for plane in self.planes[:j] if plane.masses]
        if len(planes) != 1 or planes[0].line_of_sight or _deflectors(planes[0]) != 1:
            return None
        found = [m for m in planes[0].mass if not m.is_linear and m.kernel.power_law]
        return found[0] if found else None


def _deflectors(plane: ScenePlane) -> int:
    """How many masses of a plane may make images, with as many copies as there may be."""
    copies = sum(one.bound for one in plane.copies for mass in one.mass if not mass.is_linear)
    return copies + sum(not mass.is_linear for mass in plane.mass)


def scene(config: Config, configuration: Configuration) -> Scene:
    """The static part of `configuration`."""
    instrument, quantities, the_optics = config.instrument, dict(config.instrument.quantities), optics(config)
    planes = tuple(_plane(plane, plane is configuration.planes[-1]) for plane in configuration.planes)
    stars = tuple(
        f"{plane.label}-{label}"
        for plane in configuration.planes
        for label, species in plane.single
        if isinstance(species, PointSource) and species.host is None
    )
    noise = tuple(label for label, _ in configuration.noise)
    images = config.backgrounds_of(configuration)
    mode: Literal["", "add", "replace"] = images.mode if images else ""
    time_series = series(config, configuration)
    return Scene(
        bands=config.bands,
        num_pix=instrument.num_pix,
        supersampling=instrument.supersampling_factor,
        optics=the_optics,
        adu=instrument.data_count_unit == "ADU",
        background_given="background_noise" in {*quantities, *(time_series.by_epoch if time_series else ())},
        poisson_shot_noise=instrument.shot_noise == "poisson",
        planes=planes,
        stars=stars,
        noise_sources=noise,
        image_slots=image_slots(configuration),
        backgrounds=mode,
        parameters=_parameters(config, the_optics, planes, stars, noise, mode, time_series),
        series=time_series,
    )


def _plane(plane: Plane, is_last: bool) -> ScenePlane:
    """The profiles and point sources of a plane, without mass in the last one."""
    light: list[Light] = []
    mass: list[Mass] = []
    points: list[Hosted] = []
    hosts = {s.name: f"{plane.label}-{label}-LIGHT_PROFILE_1" for label, s in reversed(plane.single)}
    for label, species in plane.single:
        prefix = f"{plane.label}-{label}"
        if isinstance(species, Galaxy):
            light += _lights(prefix, species)
            mass += _masses(prefix, species)
        elif species.host is not None:
            points.append(Hosted(prefix, hosts[species.host], species.sep_unit))
    redshift = f"{plane.label}-OBJECT_1-REDSHIFT"
    copies = tuple(_copied(plane, one, is_last) for one in plane.copies)
    return ScenePlane(redshift, tuple(light), () if is_last else tuple(mass), tuple(points), copies)


def _copied(plane: Plane, copies: Copies, is_last: bool) -> Copied:
    """An object that stands in a plane a random number of times, without mass in the last plane."""
    prefix, species = f"{plane.label}-{copies.label}", dict(plane.objects)[copies.label]
    placed = bool(copies.position)
    if isinstance(species, PointSource):
        return Copied(prefix, copies.bound, placed, is_star=True)
    masses = () if is_last else _masses(prefix, species)
    return Copied(prefix, copies.bound, placed, _lights(prefix, species), masses)


def _lights(prefix: str, galaxy: Galaxy) -> tuple[Light, ...]:
    return tuple(Light(**_named(prefix, profile)) for profile in galaxy.light)


def _masses(prefix: str, galaxy: Galaxy) -> tuple[Mass, ...]:
    return tuple(
        Mass(**_named(prefix, profile), mass_definition=profile.mass_definition)
        for profile in (*galaxy.mass, *galaxy.shear)
    )


def _named(prefix: str, profile: Profile) -> dict[str, Any]:
    """The fields that `Light` and `Mass` share."""
    return {
        "prefix": f"{prefix}-{profile.label}",
        "profile": profile.name,
        "parameters": tuple(name for name, _ in profile.parameters),
        "integers": profile.integers,
        "tables": tuple(name for name, _ in profile.tables),
    }


def _parameters(
    config: Config,
    the_optics: Optics,
    planes: tuple[ScenePlane, ...],
    stars: tuple[str, ...],
    noise: tuple[str, ...],
    backgrounds: Literal["", "add", "replace"],
    time_series: Series | None,
) -> tuple[str, ...]:
    """The names of the parameters that an image depends on, in the order of the file."""
    instrument, quantities = config.instrument, dict.fromkeys(dict(config.instrument.quantities))
    names = [name for name, _ in config.cosmology if name in COSMOLOGY]
    used = {"pixel_scale", "exposure_time", "num_exposures", "magnitude_zero_point"}
    quantities |= dict.fromkeys(time_series.by_epoch) if time_series else {}
    if backgrounds != "replace":
        used |= {"background_noise"} if "background_noise" in quantities else {"read_noise", "sky_brightness"}
    used |= the_optics.parameters
    used |= {"ccd_gain"} if instrument.data_count_unit == "ADU" else set()
    names += [name for name in quantities if name in used]
    names += [f"{label}-mean" for label in noise] + ["BACKGROUND_IDX"] * bool(backgrounds)
    for plane in planes:
        names.append(plane.redshift)
        names += [f"{light.prefix}-{name}" for light in plane.light for name in light.parameters]
        names += [f"{mass.prefix}-{name}" for mass in plane.mass for name in mass.parameters]
        names += [f"{p.prefix}-{name}" for p in plane.points for name in ("magnitude", "sep", "angle")]
        names += [one.number for one in plane.copies]
        names += [f"{own}-{n}" for one in plane.copies for own in one.prefixes for n in one.parameters]
    names += [f"{star}-{name}" for star in stars for name in ("magnitude", "ra_image", "dec_image")]
    return tuple(names) if time_series is None else with_light_curves(time_series, names)
