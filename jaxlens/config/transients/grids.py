"""The grids of damped random walks, which depend on the whole file: on its nights, peaks, delays and tau.

A walk is drawn at fixed times in the rest frame (see `jaxlens.config.transients.libraries`), which cover

    day - PEAK - delay,    in days of the observer

for all nights of all configurations in which the source varies.  In the rest frame these times are shorter;
redshift 0 bounds them, so the redshifts of the systems do not change the grid.
"""

from __future__ import annotations

import itertools
import warnings
from dataclasses import replace
from typing import Any, cast

import jax.numpy as jnp

from jaxlens.config.errors import Place, Report
from jaxlens.config.model import (
    Config,
    Configuration,
    Galaxy,
    Joint,
    Library,
    Passbands,
    PointSource,
    TimeSeries,
    Transient,
)
from jaxlens.config.naming import redshift_name, transients
from jaxlens.config.supports import bounds
from jaxlens.config.transients.libraries import drw_grid, drw_library
from jaxlens.kernels.transients.damped_random_walk import REFERENCE_WAVELENGTH, macleod

# How the names of the models start that need a grid.
WALKS = "agn_drw"
# Days: a shorter tau does not make the grid finer.
SMALLEST_TAU = 1e-3
# Days: a longer tau does not make it coarser.
LARGEST_TAU = 1e6
# Days: the smallest bound of the delays behind a lens.
SMALLEST_DELAY = 1000.0
# Days per arcsec^2: the bound of the delays, per square of the Einstein radius.  A lens of Einstein radius t
# has 2 t^2 D / c at most, and D < 5000 Mpc up to a lens at redshift 1.
DELAY_OF_SQUARE = 300.0
# Arcsec: the Einstein radius of a singular isothermal sphere at infinity behind 220 km/s, 4 pi (sigma / c)^2.
EINSTEIN_RADIUS_AT_220 = 1.4
# km/s: the velocity dispersion of an isothermal halo of 1e13 solar masses (200c) at redshift 2.
SIGMA_V_OF_HALO = 310.0
# Arcsec: the Einstein radius of 1e11 solar masses at 100 Mpc, far in front of its source.
EINSTEIN_RADIUS_OF_POINT = 2.9


def with_walks(config: Config, place: Place, report: Report) -> Config:
    """The configuration with the grids of its damped random walks, which are one grid.

    Args:
        config: the whole file, whose damped random walks have no arrays yet.
        place: where a remark on a coarse grid stands.
        report: the remark is added to it.

    Returns:
        The configuration; unchanged where nothing varies so.
    """
    walks = [
        (one, prefix, model)
        for one in config.configurations
        if not one.problems
        for prefix, model in transients(one)
        if model.name.startswith(WALKS)
    ]
    passbands = config.instrument.passbands
    if not walks or passbands is None:
        return config
    spans = [_span(one, prefix, config.joints) for one, prefix, _ in walks]
    shortest = min(
        _smallest_tau(one, prefix, model, config.joints, passbands) for one, prefix, model in walks
    )
    tau = min(max(shortest, SMALLEST_TAU), LARGEST_TAU)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        grid = drw_grid(tau, min(low for low, _ in spans), max(high for _, high in spans))
    for warning in caught:
        report.remark(place, f"{warning.message}; give fewer nights, or a REFERENCE_MJD near them")
    return _with_library(config, drw_library(grid))


def _with_library(config: Config, library: Library) -> Config:
    """The configuration whose damped random walks have this library."""

    def changed(one: Any) -> Any:
        if not isinstance(one, PointSource) or one.model is None or not one.model.name.startswith(WALKS):
            return one
        return replace(one, model=replace(one.model, library=library))

    def planes(configuration: Configuration) -> Configuration:
        found = tuple(
            replace(plane, objects=tuple((label, changed(one)) for label, one in plane.objects))
            for plane in configuration.planes
        )
        return replace(configuration, planes=found)

    return replace(
        config,
        species=tuple(changed(one) for one in config.species),
        configurations=tuple(planes(one) for one in config.configurations),
    )


def _span(configuration: Configuration, prefix: str, joints: tuple[Joint, ...]) -> tuple[float, float]:
    """The first and last of the times at which an object is looked at, in days of the observer."""
    series = cast(TimeSeries, configuration.series)
    days = series.cadence.arrays["day"]
    peaks = dict(series.peaks)
    name = "PEAK" if "PEAK" in peaks else f"{prefix}-PEAK"
    first, last = bounds(name, peaks[name], joints)
    delay = _largest_delay(configuration, prefix, joints)
    return float(days.min()) - last - delay, float(days.max()) - first


def _largest_delay(configuration: Configuration, prefix: str, joints: tuple[Joint, ...]) -> float:
    """A bound of the delays of an object (days), see `DELAY_OF_SQUARE`; 0 where nothing lenses it."""
    planes = list(
        itertools.takewhile(lambda one: not prefix.startswith(f"{one.label}-"), configuration.planes)
    )
    if not planes:
        return 0.0
    masses = [
        (f"{plane.label}-{label}-{profile.label}", profile)
        for plane in planes
        for label, species in plane.members
        if isinstance(species, Galaxy)
        for profile in species.mass
    ]
    radius = sum(
        _einstein_radius(key, bounds(f"{head}-{key}", quantity, joints)[1])
        for head, profile in masses
        for key, quantity in profile.parameters
    )
    return max(SMALLEST_DELAY, DELAY_OF_SQUARE * radius**2)


def _einstein_radius(key: str, value: float) -> float:
    """A bound of the Einstein radius (arcsec) by a parameter of a mass profile; 0 by most parameters."""
    if key in ("M200", "logM"):
        mass = 10.0**value if key == "logM" else max(value, 0.0)
        key, value = "sigma_v", SIGMA_V_OF_HALO * (mass / 1e13) ** (1.0 / 3.0)
    if key == "M":
        return EINSTEIN_RADIUS_OF_POINT * (max(value, 0.0) / 1e11) ** 0.5
    if key == "sigma_v":
        return EINSTEIN_RADIUS_AT_220 * (value / 220.0) ** 2
    return max(value, 0.0) if key in ("theta_E", "alpha_Rs") else 0.0


def _smallest_tau(
    configuration: Configuration,
    prefix: str,
    model: Transient,
    joints: tuple[Joint, ...],
    passbands: Passbands,
) -> float:
    """The smallest tau of an object in any band (days in the rest frame)."""
    ends = {key: bounds(f"{prefix}-{key}", one, joints) for key, one in model.parameters}
    plane = next(one for one in configuration.planes if one.label == prefix.partition("-")[0])
    redshift = max(bounds(redshift_name(plane), plane.redshift, joints)[1], 0.0)
    weight, wavelength = passbands.arrays["weight"], passbands.arrays["wavelength"]
    mean = (weight * wavelength).sum(1) / weight.sum(1)
    shortest, longest = float(mean.min()) / (1.0 + redshift), float(mean.max())
    if "TAU" not in ends:
        corners = itertools.product(ends["M_I"], ends["LOG_MBH"])
        return min(float(macleod(jnp.asarray(shortest), *corner)[0]) for corner in corners)
    slopes = itertools.product((shortest, longest), ends["TAU_SLOPE"])
    factors = [(length / REFERENCE_WAVELENGTH) ** slope for length, slope in slopes]
    return ends["TAU"][0] * min(factors)
