"""What is drawn: the static part of a configuration.

A Scene says which profiles stand in which plane, how many pixels there are and which kind of PSF and noise.
It holds no number that could be differentiated, is hashable, and makes one compilation a configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.config.model import (
    Config,
    Configuration,
    Galaxy,
    Plane,
    PointSource,
    Profile,
)
from jaxlens.imaging.optics import Optics, optics

# A single elliptical deflector makes four images, five with one at a cored centre.
SLOTS_ONE_DEFLECTOR = 6
SLOTS_MANY_DEFLECTORS = 12
# Singular isothermal profiles, and those whose deflection is linear.
ISOTHERMAL = ("SIE", "SIS")
LINEAR = ("SHEAR", "SHEAR_GAMMA_PSI", "CONVERGENCE")
COSMOLOGY = ("H0", "Om0", "Ode0", "w0", "wa", "Tcmb0", "Neff", "m_nu")


@dataclass(frozen=True)
class Light:
    """A light profile; its parameters are called `<prefix>-<name>`."""

    prefix: str
    profile: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Mass:
    """A mass profile; with `sigma_v` its Einstein radius follows from the velocity dispersion."""

    prefix: str
    profile: str
    parameters: tuple[str, ...]

    @property
    def sigma_v(self) -> bool:
        """Whether the velocity dispersion stands in for theta_E."""
        return "sigma_v" in self.parameters


@dataclass(frozen=True)
class Hosted:
    """A point source that follows the centre of its host's first light profile, `host`."""

    prefix: str
    host: str
    sep_unit: Literal["arcsec", "kpc"]


@dataclass(frozen=True)
class ScenePlane:
    """What stands at one redshift.  The last plane has no mass: it would deflect nothing."""

    redshift: str
    light: tuple[Light, ...]
    mass: tuple[Mass, ...]
    points: tuple[Hosted, ...]


@dataclass(frozen=True)
class Scene:
    """Everything static about one configuration.

    `optics` is the PSF; `stars` are the prefixes of unlensed foreground stars; `noise_sources` the labels of
    POISSON_NOISE; `backgrounds` says whether real images are added to the background noise or replace it,
    or "" where there are none; `parameters` the names of all numbers that the image depends on.
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

    @property
    def solver_cells(self) -> int:
        """Coarse cells along a side of the window in which image positions are looked for."""
        return 64 if self.solver_row > 8 else 8 * min(max(4, self.num_pix // 16), 8)

    @property
    def solver_row(self) -> int:
        """The square root of how many cells the solver keeps: more behind several deflectors."""
        deflectors = [m for plane in self.planes for m in plane.mass if m.profile not in LINEAR]
        return 8 if len(deflectors) <= 1 else 10

    def is_lensed(self, j: int) -> bool:
        """Whether there is mass in front of plane `j`."""
        return any(plane.mass for plane in self.planes[:j])

    def isothermal_in_front(self, j: int) -> Mass | None:
        """The singular isothermal lens in front of plane j, where all other mass there deflects linearly.

        None where there is not exactly one, or mass in more than one plane.
        """
        masses = [plane.mass for plane in self.planes[:j] if plane.mass]
        if len(masses) != 1:
            return None
        others = [mass for mass in masses[0] if mass.profile not in LINEAR]
        return others[0] if len(others) == 1 and others[0].profile in ISOTHERMAL else None


class Assets(NamedTuple):
    """The arrays that all systems of a configuration share; traced, without a batch axis, None where unused.

    `psf_kernel` (1 or bands, k, k) is the kernel of psf_type PIXEL; `backgrounds` (images, bands, num_pix,
    num_pix) are the images of BACKGROUNDS, counts/s.
    """

    psf_kernel: jax.Array | None = None
    backgrounds: jax.Array | None = None


NO_ASSETS = Assets()


def assets(config: Config, configuration: Configuration) -> Assets:
    """The arrays that `configuration` needs, on the device."""
    backgrounds, kernel = config.backgrounds_of(configuration), config.instrument.kernel
    return Assets(
        psf_kernel=None if kernel is None else jnp.asarray(kernel.array, jnp.result_type(float)),
        backgrounds=backgrounds.device_images if backgrounds else None,
    )


def scene(config: Config, configuration: Configuration) -> Scene:
    """The static part of `configuration`."""
    instrument, given, the_optics = config.instrument, dict(config.instrument.quantities), optics(config)
    planes = tuple(_plane(plane, plane is configuration.planes[-1]) for plane in configuration.planes)
    stars = tuple(
        f"{plane.label}-{label}"
        for plane in configuration.planes
        for label, species in plane.objects
        if isinstance(species, PointSource) and species.host is None
    )
    noise = tuple(label for label, _ in configuration.noise)
    backgrounds = config.backgrounds_of(configuration)
    mode: Literal["", "add", "replace"] = backgrounds.mode if backgrounds else ""
    deflectors = sum("theta_E" in m.parameters or m.sigma_v for plane in planes for m in plane.mass)
    return Scene(
        bands=config.bands,
        num_pix=instrument.num_pix,
        supersampling=instrument.supersampling_factor,
        optics=the_optics,
        adu=instrument.data_count_unit == "ADU",
        background_given="background_noise" in given,
        poisson_shot_noise=instrument.shot_noise == "poisson",
        planes=planes,
        stars=stars,
        noise_sources=noise,
        image_slots=SLOTS_ONE_DEFLECTOR if deflectors <= 1 else SLOTS_MANY_DEFLECTORS,
        backgrounds=mode,
        parameters=_parameters(config, the_optics, planes, stars, noise, mode),
    )


def _plane(plane: Plane, is_last: bool) -> ScenePlane:
    light: list[Light] = []
    mass: list[Mass] = []
    points: list[Hosted] = []
    hosts = {s.name: f"{plane.label}-{label}-LIGHT_PROFILE_1" for label, s in reversed(plane.objects)}
    for label, species in plane.objects:
        prefix = f"{plane.label}-{label}"
        if isinstance(species, Galaxy):
            light += [Light(*_named(prefix, profile)) for profile in species.light]
            mass += [Mass(*_named(prefix, profile)) for profile in (*species.mass, *species.shear)]
        elif species.host is not None:
            points.append(Hosted(prefix, hosts[species.host], species.sep_unit))
    redshift = f"{plane.label}-OBJECT_1-REDSHIFT"
    return ScenePlane(redshift, tuple(light), () if is_last else tuple(mass), tuple(points))


def _named(prefix: str, profile: Profile) -> tuple[str, str, tuple[str, ...]]:
    names = tuple(name for name, _ in profile.parameters)
    return f"{prefix}-{profile.label}", profile.name, names


def _parameters(
    config: Config,
    the_optics: Optics,
    planes: tuple[ScenePlane, ...],
    stars: tuple[str, ...],
    noise: tuple[str, ...],
    backgrounds: Literal["", "add", "replace"],
) -> tuple[str, ...]:
    """The names of the numbers that an image depends on, in the file's order."""
    instrument, given = config.instrument, dict(config.instrument.quantities)
    names = [name for name, _ in config.cosmology if name in COSMOLOGY]
    used = {"pixel_scale", "exposure_time", "num_exposures", "magnitude_zero_point"}
    if backgrounds != "replace":
        used |= {"background_noise"} if "background_noise" in given else {"read_noise", "sky_brightness"}
    used |= the_optics.parameters
    used |= {"ccd_gain"} if instrument.data_count_unit == "ADU" else set()
    names += [name for name in given if name in used]
    names += [f"{label}-mean" for label in noise] + ["BACKGROUND_IDX"] * bool(backgrounds)
    for plane in planes:
        names.append(plane.redshift)
        names += [f"{light.prefix}-{name}" for light in plane.light for name in light.parameters]
        names += [f"{mass.prefix}-{name}" for mass in plane.mass for name in mass.parameters]
        names += [f"{p.prefix}-{name}" for p in plane.points for name in ("magnitude", "sep", "angle")]
    return (*names, *(f"{star}-{n}" for star in stars for n in ("magnitude", "ra_image", "dec_image")))
