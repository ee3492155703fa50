"""The image that lenstronomy's SimulationAPI makes of one system of jaxlens.

What lenstronomy is asked for (profiles, planes, options) is what `Simulator.to_lenstronomy` gives.  These
numbers do not come from jaxlens, so that they are checked:

- the pixels, the PSF, and the counts/s of a magnitude are those of lenstronomy's SimulationAPI;
- amplitudes are lenstronomy's where it has a total flux, and those of a core-Sersic profile by quadrature;
  the flux of all others is jaxlens's, which the topic of light compares with integrals;
- the Einstein radius of a velocity dispersion is lenstronomy's;
- a lensed point source has every image's position to machine precision, and amplitudes flux times abs(mu),
  from `validation.agreement.exact.images`; its place behind the lens follows from astropy's distances.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from astropy import units
from lenstronomy.Cosmo.lens_cosmo import LensCosmo
from lenstronomy.SimulationAPI.sim_api import SimAPI

from jaxlens import Simulator
from jaxlens.imaging.scene_objects import Hosted, Mass
from validation.agreement.exact.core_sersic import core_sersic_total_flux
from validation.agreement.exact.images import LensPlanes, Profile

Row = Mapping[str, np.ndarray]
Parameters = dict[str, float]
Arguments = dict[str, Any]

# The light profiles of which magnitudes become amplitudes by lenstronomy itself.
BY_LENSTRONOMY = ("GAUSSIAN", "GAUSSIAN_ELLIPSE", "SERSIC", "SERSIC_ELLIPSE")
BAND_KEYS = ("exposure_time", "num_exposures", "magnitude_zero_point", "pixel_scale", "seeing", "ccd_gain")
# What lenstronomy's SimulationAPI takes of a model; several planes follow from the redshifts.
NOT_OF_SIMULATIONS = ("multi_plane",)


@dataclass
class Point:
    """A point source: the prefix of its parameters, lenstronomy's model of it, and its images."""

    prefix: str
    kind: str
    x: np.ndarray
    y: np.ndarray
    magnification: np.ndarray


def image_of(simulator: Simulator, params: Row, i: int) -> np.ndarray:
    """Lenstronomy's noiseless image of one system.

    Args:
        simulator: what makes the system; without haloes and copies.
        params: the parameters of some systems.
        i: which of them, from 0.

    Returns:
        The image (bands, num_pix, num_pix) in counts/s.

    Raises:
        ValueError: lenstronomy cannot draw the scene exactly (`point_source: exact`).
    """
    with jax.enable_x64(True), warnings.catch_warnings():
        # lenstronomy warns about every cosmology
        warnings.simplefilter("ignore")
        # whose arrays are in double precision too
        simulator = Simulator(simulator.config, simulator.configuration.label)
        asked = simulator.to_lenstronomy(params, i)
        row = {name: value[i] for name, value in params.items()}
        system = _System(simulator, row, asked[simulator.bands[0]])
        return np.stack([system.image(asked[band], b) for b, band in enumerate(simulator.bands)])


class _System:
    """One system, with the numbers that do not come from jaxlens."""

    def __init__(self, simulator: Simulator, row: Row, asked: Arguments) -> None:
        self._scene, self._row = simulator.scene, row
        self._redshifts = [float(row[plane.redshift]) for plane in self._scene.planes]
        self._cosmology = asked["kwargs_model"]["cosmo"]
        self._masses = self._checked_masses(asked)
        self._points = list(self._checked_points())

    def _checked_masses(self, asked: Arguments) -> list[list[Profile]]:
        """The profiles of each plane, with lenstronomy's Einstein radii of velocity dispersions."""
        names, values = asked["kwargs_model"]["lens_model_list"], asked["kwargs_params"]["kwargs_lens"]
        given = iter(zip(names, values, strict=True))
        found = []
        for j, plane in enumerate(self._scene.planes[:-1]):
            found.append([self._mass(j, mass, *next(given)) for mass in plane.mass])
        return found

    def _mass(self, j: int, mass: Mass, name: str, values: Arguments) -> Profile:
        if "sigma_v" not in mass.parameters:
            return name, values
        lens = LensCosmo(self._redshifts[j], self._redshifts[-1], cosmo=self._cosmology)
        radius = lens.sis_sigma_v2theta_E(float(self._row[f"{mass.prefix}-sigma_v"]))
        return name, values | {"theta_E": float(radius)}

    def _checked_points(self) -> Any:
        one = np.ones(1)
        for star in self._scene.stars:
            at = {name: np.array([float(self._row[f"{star}-{name}"])]) for name in ("ra_image", "dec_image")}
            yield Point(star, "UNLENSED", at["ra_image"], at["dec_image"], one)
        for j, plane in enumerate(self._scene.planes):
            for point in plane.points:
                x, y = self._place(j, point)
                if any(self._masses[:j]):
                    planes = LensPlanes(self._masses, self._redshifts, self._cosmology)
                    images = planes.images((x, y), j, self._half_window())
                    yield Point(point.prefix, "LENSED_POSITION", *images)
                else:
                    yield Point(point.prefix, "UNLENSED", np.array([x]), np.array([y]), one)

    def _place(self, j: int, point: Hosted) -> tuple[float, float]:
        """Where a point source is in its plane, arcsec."""
        sep, angle = (float(self._row[f"{point.prefix}-{name}"]) for name in ("sep", "angle"))
        if point.sep_unit == "kpc":
            per_arcmin = self._cosmology.kpc_proper_per_arcmin(self._redshifts[j])
            sep *= 60.0 / per_arcmin.to_value(units.kpc / units.arcmin)
        x, y = (float(self._row[f"{point.host}-center_{axis}"]) for axis in "xy")
        return x + sep * np.cos(angle), y + sep * np.sin(angle)

    def _half_window(self) -> float:
        """Half the width (arcsec) of the window that is searched: the image, and the widest stamp."""
        scale, seeing = float(self._row["pixel_scale"]), self._row.get("seeing", np.zeros(1))
        return scale * (self._scene.num_pix / 2 + 3.0) + 2.5 * float(np.max(seeing))

    def image(self, asked: Arguments, b: int) -> np.ndarray:
        """Lenstronomy's image in band number `b`."""
        row = {name: _of_band(value, b) for name, value in self._row.items()}
        band: Arguments = {name: row[name] for name in BAND_KEYS if name in row}
        # The background does not change an image without noise, but SimAPI requires it.
        band |= {"background_noise": 1.0, "read_noise": None, "psf_type": self._scene.optics.psf}
        band["data_count_unit"] = "ADU" if self._scene.adu else "e-"
        model = {k: v for k, v in asked["kwargs_model"].items() if k not in NOT_OF_SIMULATIONS}
        model["point_source_model_list"] = [point.kind for point in self._points]
        sim = SimAPI(self._scene.num_pix, band, model)
        image_model = sim.image_model_class({"supersampling_factor": self._scene.supersampling})
        near, far = self._lights(asked, band, row)
        return np.asarray(
            image_model.image(
                kwargs_lens=[dict(values) for profiles in self._masses for _, values in profiles],
                kwargs_source=far,
                kwargs_lens_light=near,
                kwargs_ps=[_point_kwargs(sim, point, row) for point in self._points],
            )
        )

    def _lights(
        self, asked: Arguments, band: Arguments, row: Parameters
    ) -> tuple[list[Arguments], list[Arguments]]:
        """The parameters of the light of the first plane, and of all other light."""
        model, own = asked["kwargs_model"], asked["kwargs_params"]
        lights = [light for plane in self._scene.planes for light in plane.light]
        names = [*model["lens_light_model_list"], *model["source_light_model_list"]]
        values = [*own["kwargs_lens_light"], *own["kwargs_source"]]
        found = [
            _with_amplitude(band, name, one, row.get(f"{light.prefix}-magnitude"))
            for light, name, one in zip(lights, names, values, strict=True)
        ]
        near = len(own["kwargs_lens_light"])
        return found[:near], found[near:]


def _of_band(value: np.ndarray, band: int) -> float:
    value = np.asarray(value)
    return float(value[band] if value.ndim else value)


def _with_amplitude(band: Arguments, name: str, values: Arguments, magnitude: float | None) -> Arguments:
    """The parameters of a light profile with an amplitude that is not jaxlens's, where there is one."""
    shape = {key: value for key, value in values.items() if key != "amp"}
    if magnitude is None:
        return values
    if name in BY_LENSTRONOMY:
        sim = SimAPI(1, band, {"lens_light_model_list": [name]})
        magnitudes = [shape | {"magnitude": magnitude}]
        return dict(sim.magnitude2amplitude(kwargs_lens_light_mag=magnitudes)[0][0])
    if name == "CORE_SERSIC":
        counts = float(SimAPI(1, band, {}).magnitude2cps(magnitude))
        return shape | {"amp": counts / core_sersic_total_flux(shape)}
    return values


def _point_kwargs(sim: SimAPI, point: Point, row: Parameters) -> dict[str, np.ndarray]:
    counts = float(sim.magnitude2cps(row[f"{point.prefix}-magnitude"]))
    return {"ra_image": point.x, "dec_image": point.y, "point_amp": counts * np.abs(point.magnification)}
