"""The image that lenstronomy's SimulationAPI makes of one row of jaxlens parameters.

Two planes are a single lens plane to lenstronomy, more are its multi-plane model.  A lensed point source
goes in as LENSED_POSITION with every image's position to machine precision and amplitude flux times
abs(mu), from `validation.agreement.exact.images`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from astropy import units
from astropy.cosmology import FLRW, FlatLambdaCDM
from lenstronomy.Cosmo.lens_cosmo import LensCosmo
from lenstronomy.SimulationAPI.sim_api import SimAPI

from jaxlens.config.model import Config, Configuration, Galaxy, PointSource
from jaxlens.config.model import Profile as FileProfile
from jaxlens.config.profile_parameters import list_of
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import Profile as Registered
from validation.agreement.exact.core_sersic import core_sersic_total_flux
from validation.agreement.exact.images import LensPlanes, Profile

Row = Mapping[str, np.ndarray]
Parameters = dict[str, float]

# The mass profiles that have no centre in lenstronomy.
CENTRED = ("NIE_SIMPLE",)
# The light profiles of which magnitudes become amplitudes by lenstronomy itself.
BY_LENSTRONOMY = ("GAUSSIAN", "GAUSSIAN_ELLIPSE", "SERSIC", "SERSIC_ELLIPSE")
BAND_KEYS = ("exposure_time", "num_exposures", "magnitude_zero_point", "pixel_scale", "seeing", "ccd_gain")
COSMOLOGY_KEYS = ("H0", "Om0", "Tcmb0", "Neff", "m_nu")


@dataclass
class Point:
    """A point source: the prefix of its parameters, lenstronomy's model of it, and its images."""

    prefix: str
    kind: str
    x: np.ndarray
    y: np.ndarray
    magnification: np.ndarray


@dataclass
class System:
    """One system: mass profiles by plane, light profiles with their planes, point sources."""

    redshifts: list[float]
    cosmology: FLRW
    masses: list[list[Profile]] = field(default_factory=list)
    light: list[tuple[int, str, FileProfile]] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)


def image_of(config: Config, configuration: Configuration, row: Row) -> np.ndarray:
    """Lenstronomy's noiseless image of one system.

    Args:
        config: the file.
        configuration: one of its configurations.
        row: the system's parameters, each of shape () or (bands,), by jaxlens's names.

    Returns:
        The image (bands, num_pix, num_pix) in counts/s.

    Raises:
        ValueError: lenstronomy cannot draw the scene exactly (`point_source: exact`).
    """
    if config.instrument.point_source != "interpolated":
        raise ValueError("lenstronomy has no pixel-integrated point source")
    with warnings.catch_warnings():
        # lenstronomy warns about every cosmology.
        warnings.simplefilter("ignore")
        system = _system(config, configuration, row)
        bands = range(len(config.bands))
        return np.stack(
            [_band_image(config, system, {k: _of_band(v, b) for k, v in row.items()}) for b in bands]
        )


def _of_band(value: np.ndarray, band: int) -> float:
    value = np.asarray(value)
    return float(value[band] if value.ndim else value)


def _system(config: Config, configuration: Configuration, row: Row) -> System:
    redshifts = [float(row[f"{plane.label}-OBJECT_1-REDSHIFT"]) for plane in configuration.planes]
    system = System(redshifts, _cosmology(row))
    for j, plane in enumerate(configuration.planes):
        is_last = plane is configuration.planes[-1]
        system.masses.append([])
        for label, species in plane.objects:
            if isinstance(species, Galaxy):
                prefix = f"{plane.label}-{label}"
                system.light += [(j, f"{prefix}-{profile.label}", profile) for profile in species.light]
                if not is_last:
                    profiles = (*species.mass, *species.shear)
                    system.masses[j] += [_mass(system, j, prefix, profile, row) for profile in profiles]
    for j, plane in enumerate(configuration.planes):
        hosts = {species.name: label for label, species in reversed(plane.objects)}
        for label, species in plane.objects:
            if isinstance(species, PointSource):
                host = "" if species.host is None else f"{plane.label}-{hosts[species.host]}-LIGHT_PROFILE_1"
                system.points.append(_point(config, system, j, f"{plane.label}-{label}", species, host, row))
    return system


def _cosmology(row: Row) -> FLRW:
    values = {name: float(row[name]) for name in COSMOLOGY_KEYS if name in row}
    if "m_nu" in values:
        return FlatLambdaCDM(**(values | {"m_nu": values["m_nu"] * units.eV}))
    return FlatLambdaCDM(**values)


def _mass(system: System, plane: int, prefix: str, profile: FileProfile, row: Row) -> Profile:
    registered = MASS_PROFILES[profile.name]
    values = _arguments(registered, profile, f"{prefix}-{profile.label}", row)
    if "sigma_v" in values:
        lens = LensCosmo(system.redshifts[plane], system.redshifts[-1], cosmo=system.cosmology)
        values["theta_E"] = float(lens.sis_sigma_v2theta_E(values.pop("sigma_v")))
    if profile.name in CENTRED:
        values = {name: value for name, value in values.items() if name not in ("center_x", "center_y")}
    return profile.name, values


def _point(
    config: Config, system: System, plane: int, prefix: str, species: PointSource, host: str, row: Row
) -> Point:
    if species.host is None:
        x, y = (float(row[f"{prefix}-{name}"]) for name in ("ra_image", "dec_image"))
        return Point(prefix, "UNLENSED", np.array([x]), np.array([y]), np.ones(1))
    sep, angle = float(row[f"{prefix}-sep"]), float(row[f"{prefix}-angle"])
    if species.sep_unit == "kpc":
        per_arcmin = system.cosmology.kpc_proper_per_arcmin(system.redshifts[plane])
        sep *= 60.0 / per_arcmin.to_value(units.kpc / units.arcmin)
    x = float(row[f"{host}-center_x"]) + sep * np.cos(angle)
    y = float(row[f"{host}-center_y"]) + sep * np.sin(angle)
    if not any(system.masses[:plane]):
        return Point(prefix, "UNLENSED", np.array([x]), np.array([y]), np.ones(1))
    planes = LensPlanes(system.masses[:-1], system.redshifts, system.cosmology)
    images = planes.images((x, y), plane, _half_window(config, row))
    return Point(prefix, "LENSED_POSITION", *images)


def _half_window(config: Config, row: Row) -> float:
    """Half the width (arcsec) of the window that is searched: the image, and beyond it the widest stamp."""
    scale = float(row["pixel_scale"])
    return scale * (config.instrument.num_pix / 2 + 3.0) + 2.5 * float(np.max(row.get("seeing", np.zeros(1))))


def _band_image(config: Config, system: System, row: Parameters) -> np.ndarray:
    instrument = config.instrument
    band: dict[str, object] = {name: row[name] for name in BAND_KEYS if name in row}
    # The background does not change an image without noise, but SimAPI requires it.
    band |= {"background_noise": 1.0, "read_noise": None, "psf_type": instrument.psf_type}
    band["data_count_unit"] = instrument.data_count_unit
    near = [light for light in system.light if light[0] == 0]
    far = [light for light in system.light if light[0] > 0]
    model = _lens_model(system) | _light_model(system, near, far)
    model["point_source_model_list"] = [point.kind for point in system.points]
    sim = SimAPI(instrument.num_pix, band, model)
    image_model = sim.image_model_class({"supersampling_factor": instrument.supersampling_factor})
    return np.asarray(
        image_model.image(
            kwargs_lens=[dict(values) for profiles in system.masses for _, values in profiles],
            kwargs_source=[_with_amplitude(band, prefix, profile, row) for _, prefix, profile in far],
            kwargs_lens_light=[_with_amplitude(band, prefix, profile, row) for _, prefix, profile in near],
            kwargs_ps=[_point_kwargs(sim, point, row) for point in system.points],
        )
    )


def _lens_model(system: System) -> dict[str, object]:
    names = [name for profiles in system.masses for name, _ in profiles]
    model: dict[str, object] = {"lens_model_list": names, "cosmo": system.cosmology}
    if len(system.redshifts) <= 2:
        return model | {"z_lens": system.redshifts[0], "z_source": system.redshifts[-1]}
    planes = zip(system.redshifts, system.masses, strict=True)
    model["lens_redshift_list"] = [z for z, profiles in planes for _ in profiles]
    return model | {"z_source": system.redshifts[-1], "z_source_convention": system.redshifts[-1]}


def _light_model(
    system: System, near: list[tuple[int, str, FileProfile]], far: list[tuple[int, str, FileProfile]]
) -> dict[str, object]:
    model: dict[str, object] = {
        "lens_light_model_list": [profile.name for _, _, profile in near],
        "source_light_model_list": [profile.name for _, _, profile in far],
        "lens_light_profile_kwargs_list": [_options(profile) for _, _, profile in near],
        "source_light_profile_kwargs_list": [_options(profile) for _, _, profile in far],
    }
    if len(system.redshifts) > 2:
        model["source_redshift_list"] = [system.redshifts[plane] for plane, _, _ in far]
    return model


def _options(profile: FileProfile) -> dict[str, int]:
    """The options of lenstronomy's class of a light profile: how many Gaussians a set of them has."""
    count = sum(name.startswith("amp_") for name, _ in profile.parameters)
    return {"n_comp": count} if profile.name.startswith("MGE_SET") else {}


def _with_amplitude(
    band: dict[str, object], prefix: str, profile: FileProfile, row: Parameters
) -> Parameters:
    """The parameters for lenstronomy, with `amp` in place of `magnitude`, by its SimulationAPI.

    Where lenstronomy has no total flux, that of a core-Sersic profile is by quadrature, the magnitude of a
    uniform sky is per square arcsecond, and the flux of all others is jaxlens's, which the topic of light
    compares with integrals.
    """
    registered = LIGHT_PROFILES[profile.name]
    values = _arguments(registered, profile, prefix, row)
    if registered.total_flux is None:
        return values
    lenstronomys = profile.name in BY_LENSTRONOMY
    sim = SimAPI(1, band, {"lens_light_model_list": [profile.name]} if lenstronomys else {})
    if lenstronomys:
        return dict(sim.magnitude2amplitude(kwargs_lens_light_mag=[values])[0][0])
    counts = float(sim.magnitude2cps(values.pop("magnitude")))
    if profile.name == "CORE_SERSIC":
        return values | {"amp": counts / core_sersic_total_flux(values)}
    with jax.enable_x64(True):
        flux = float(registered.total_flux(**values))
    return values | {"amp": np.asarray(values.get("amp", 1.0)) * (counts / flux)}


def _arguments(
    registered: Registered, profile: FileProfile, prefix: str, row: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of lenstronomy's profile: numbers, arrays for lists and tables, and whole numbers."""
    values: dict[str, Any] = {}
    for name, _ in profile.parameters:
        whole, number = list_of(name, registered), float(row[f"{prefix}-{name}"])
        values[whole or name] = np.append(values.get(whole, []), number) if whole else number
    values |= _tables({name: table.array for name, table in profile.tables}, values)
    # our choice between ways of interpolation, and that of an image of a stack
    ours = ("order", "image_index")
    return {name: value for name, value in (values | dict(profile.integers)).items() if name not in ours}


def _tables(arrays: Mapping[str, np.ndarray], values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays for lenstronomy: the chosen image of a stack, and whole axes in place of their two ends."""
    found = dict(arrays)
    if "image" in found:
        found["image"] = found["image"][int(values.get("image_index", 0))]
    for key, axis in (("grid_interp_x", 1), ("grid_interp_y", 0)):
        if key in found:
            found[key] = np.linspace(found[key][0], found[key][-1], found["f_x"].shape[axis])
    return found


def _point_kwargs(sim: SimAPI, point: Point, row: Parameters) -> dict[str, np.ndarray]:
    counts = float(sim.magnitude2cps(row[f"{point.prefix}-magnitude"]))
    return {"ra_image": point.x, "dec_image": point.y, "point_amp": counts * np.abs(point.magnification)}
