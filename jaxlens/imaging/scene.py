"""The static part of a configuration.

A `Scene` holds the profiles of each plane, the number of pixels, and the kinds of PSF and noise.  It holds no
value that could be differentiated, is hashable, and is compiled once per configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE, TRANSFORM, Config, Configuration, PointSource
from jaxlens.config.model.labels import Labels
from jaxlens.config.naming import image_slots
from jaxlens.imaging.optics import Optics, optics
from jaxlens.imaging.scene_objects import FieldHaloes, Haloes, Mass, ScenePlane
from jaxlens.imaging.scene_parts import field_haloes, scene_plane
from jaxlens.imaging.time_series import Series, series, with_light_curves

# The parameters of a cosmology, by astropy's names.
COSMOLOGY = ("H0", "Om0", "Ode0", "w0", "wa", "Tcmb0", "Neff", "m_nu")


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
        field_haloes: the haloes along the line of sight, or None.
        halo_tolerance: the error of the deflection of haloes in images, over the Einstein radius; 0 where it
            is exact.
        products: the names of the products that are computed with a system (see `jaxlens.products.columns`).
        labels: what makes a system detectable, or None.
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
    field_haloes: FieldHaloes | None = None
    halo_tolerance: float = 0.0
    products: tuple[str, ...] = ()
    labels: Labels | None = None

    @property
    def image_shape(self) -> tuple[int, ...]:
        """The shape of the image of one system: (bands, y, x), or (epochs, bands, y, x) of a time series."""
        epochs = (self.series.epochs,) if self.series else ()
        return (*epochs, len(self.bands), self.num_pix, self.num_pix)

    @property
    def has_pixel_map(self) -> bool:
        """Whether the pixels have a map; otherwise they are squares along x and y."""
        return TRANSFORM[0] in self.parameters

    @property
    def solver_cells(self) -> int:
        """Coarse cells along a side of the window in which image positions are searched."""
        return 64 if self.solver_row > 8 else 8 * min(max(4, self.num_pix // 16), 8)

    @property
    def solver_row(self) -> int:
        """The square root of the number of cells that the solver keeps: larger for several deflectors."""
        return 8 if sum(map(_deflectors, self.planes)) <= 1 else 10

    def is_lensed(self, j: int) -> bool:
        """Whether there is mass in front of plane `j`, or a plane of haloes."""
        return self.has_haloes_in_front(j) or any(plane.masses for plane in self.planes[:j])

    @property
    def haloes(self) -> tuple[Haloes, ...]:
        """All kinds of haloes that act on light, those along the line of sight last."""
        own = [haloes for plane in self.planes for haloes in plane.subhaloes]
        return (*own, *([self.field_haloes] if self.field_haloes else ()))

    def has_haloes_in_front(self, j: int) -> bool:
        """Whether haloes lie in front of plane `j`."""
        field = self.field_haloes is not None and any(self.field_haloes.planes[: j + 1])
        return field or any(plane.subhaloes for plane in self.planes[:j])

    @property
    def macro(self) -> Scene:
        """The scene without haloes, which has fewer parameters."""
        if not self.haloes:
            return self
        planes = tuple(replace(plane, subhaloes=()) for plane in self.planes)
        absent = {name for haloes in self.haloes for name in haloes.parameters}
        names = tuple(name for name in self.parameters if name not in absent)
        return replace(self, planes=planes, field_haloes=None, parameters=names)

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
    planes = tuple(scene_plane(plane, plane is configuration.planes[-1]) for plane in configuration.planes)
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
    field = field_haloes(configuration)
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
        parameters=_parameters(config, the_optics, planes, stars, noise, mode, time_series, field),
        series=time_series,
        field_haloes=field,
        halo_tolerance=instrument.halo_tolerance,
        labels=config.labels,
    )


def _parameters(
    config: Config,
    the_optics: Optics,
    planes: tuple[ScenePlane, ...],
    stars: tuple[str, ...],
    noise: tuple[str, ...],
    backgrounds: Literal["", "add", "replace"],
    time_series: Series | None,
    field: FieldHaloes | None,
) -> tuple[str, ...]:
    """The names of the parameters that an image depends on, in the order of the file."""
    instrument, quantities = config.instrument, dict.fromkeys(dict(config.instrument.quantities))
    names = [name for name, _ in config.cosmology if name in COSMOLOGY]
    used = {PIXEL_SCALE, *PIXEL_MAP, "exposure_time", "num_exposures", "magnitude_zero_point"}
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
        names += [name for haloes in plane.subhaloes for name in haloes.parameters]
    names += field.parameters if field else ()
    names += [f"{star}-{name}" for star in stars for name in ("magnitude", "ra_image", "dec_image")]
    return tuple(names) if time_series is None else with_light_curves(time_series, names)
