"""A COOLEST template from its JSON file and the FITS files beside it, by the package coolest."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from astropy.io import fits

from jaxlens.exchange.coolest_template import (
    Entity,
    Number,
    Pixels,
    Spread,
    Template,
    TemplateProfile,
)
from jaxlens.exchange.coolest_writing import NOTES, OURS
from jaxlens.exchange.errors import ExchangeError
from jaxlens.files.extras import required

# What numbers are taken to be: the point estimates, or distributions where the template has them.
Take = Literal["point", "prior", "posterior"]
# How COOLEST's priors are called in a file, with the names of their two numbers in COOLEST.
_PRIORS: Mapping[str, tuple[Literal["normal", "lognormal", "uniform"], str, str]] = {
    "GaussianPrior": ("normal", "mean", "width"),
    "LogNormalPrior": ("lognormal", "mean", "width"),
    "UniformPrior": ("uniform", "min_value", "max_value"),
}
# The profiles of which the files hold pixels.
_GRIDS = frozenset({"PixelatedRegularGrid"})


def read_template(path: Path, take: Take) -> Template:
    """The template in a JSON file.

    Args:
        path: the path of the file, whose images are beside it.
        take: what numbers are taken to be.

    Raises:
        ImportError: if coolest is not installed.
        ValueError: if the file is no template that coolest reads, or lacks numbers; the message lists them.
    """
    whole = _loaded(path)
    problems: list[str] = []
    entities = tuple(_entity(one, path, take, problems) for one in whole.lensing_entities)
    exposure = whole.observation
    template = Template(
        entities=entities,
        band=whole.instrument.band or "",
        pixel_size=float(whole.instrument.pixel_size),
        psf=_psf(whole.instrument.psf, path),
        noise=exposure.noise.type or "",
        noise_values={
            name: _noise_value(value, path)
            for name, value in vars(exposure.noise).items()
            if name not in ("type", "documentation")
        },
        readout_noise=float(whole.instrument.readout_noise or 0.0),
        exposure_time=exposure.exposure_time if isinstance(exposure.exposure_time, (int, float)) else None,
        mag_zero_point=exposure.mag_zero_point,
        mag_sky_brightness=exposure.mag_sky_brightness,
        image=_grid(exposure.pixels, path),
        cosmology={} if whole.cosmology is None else {"H0": whole.cosmology.H0, "Om0": whole.cosmology.Om0},
        notes=_notes(whole.meta),
    )
    if problems:
        raise ExchangeError("\n- ".join([f"{path} cannot be read:", *problems]))
    return template


def _loaded(path: Path) -> Any:
    """The template as an object of coolest; never by jsonpickle, which runs what a file says."""
    serializer = required("coolest.template.json", "coolest").JSONSerializer
    if path.stem.endswith("_pyAPI"):
        plain = path.with_name(f"{path.stem.removesuffix('_pyAPI')}.json")
        raise ValueError(f"{path} is a template of jsonpickle, which may run any program; give {plain}")
    if not path.is_file():
        raise ValueError(f"{path} is no file; give the JSON file of a COOLEST template")
    try:
        with warnings.catch_warnings():
            # of images that are no squares, of which coolest takes rows for columns
            warnings.filterwarnings("ignore", message="Image dimensions do not match")
            absolute = path.absolute()
            return serializer(str(absolute.with_suffix(""))).load_simple(str(absolute))
    except OSError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError, RuntimeError) as error:
        if isinstance(error, json.JSONDecodeError):
            raise ValueError(
                f"{path} is no JSON ({error}); give the JSON file of a COOLEST template"
            ) from error
        finding = f"is no template that coolest can read: {type(error).__name__}: {error}"
        raise ValueError(f"{path} {finding}; give the JSON file of a COOLEST template") from error


def _notes(meta: Any) -> Mapping[str, Any]:
    """What jaxlens wrote of itself; empty in other templates."""
    found = meta.get(NOTES) if isinstance(meta, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _entity(entity: Any, path: Path, take: Take, problems: list[str]) -> Entity:
    """An entity, without the values of parameters that have none, which are problems."""
    if entity.redshift is None:
        problems.append(f"{entity.name} has no redshift; give it one")
    mass, light = (
        tuple(_profile(one, f"{entity.name}, {one.type}", path, take, problems) for one in model)
        for model in (entity.mass_model, getattr(entity, "light_model", ()))
    )
    redshift = float(entity.redshift or 0.0)
    return Entity(entity.name, redshift, mass, light, is_field=entity.type == "MassField")


def _profile(profile: Any, where: str, path: Path, take: Take, problems: list[str]) -> TemplateProfile:
    values: dict[str, Any] = {}
    for name, parameter in profile.parameters.items():
        if profile.type in _GRIDS:
            values[name] = _grid(parameter, path)
            if values[name] is None:
                problems.append(f"{where} has no pixels; give it a FITS file")
        elif hasattr(parameter, "point_estimate"):
            try:
                values[name] = _value(parameter, take)
            except ExchangeError as error:
                problems.append(f"{where}: {name} {error}")
    return TemplateProfile(profile.type, values)


def _value(parameter: Any, take: Take) -> Any:
    """The number of a parameter with its distribution, or its list.

    Raises:
        ExchangeError: if it has no value.
    """
    value = parameter.point_estimate.value
    if isinstance(value, (list, tuple)):
        return [float(one) for one in value]
    spread = _spread(parameter, take)
    if value is None and spread is None:
        raise ExchangeError("has no value; give it a point estimate")
    return Number(_middle(spread) if value is None else float(value), spread)  # type: ignore[arg-type]


def _spread(parameter: Any, take: Take) -> Spread | None:
    """The distribution of a parameter; None where it is fixed or has none."""
    if take == "posterior":
        one = parameter.posterior_stats
        numbers = one.mean if one.median is None else one.median, one.percentile_16th, one.percentile_84th
        if None in numbers or numbers[1] == numbers[2]:
            return None
        # the percentiles of a normal distribution are one standard deviation from its mean
        return Spread("normal", float(numbers[0]), 0.5 * abs(float(numbers[2]) - float(numbers[1])))
    prior = parameter.prior
    if take == "point" or prior.type not in _PRIORS:
        return None
    kind, *names = _PRIORS[prior.type]
    first, second = (getattr(prior, name) for name in names)
    return None if first is None or second is None else Spread(kind, float(first), float(second))


def _middle(spread: Spread) -> float:
    """The median of a distribution."""
    if spread.kind == "uniform":
        return 0.5 * (spread.first + spread.second)
    return math.exp(spread.first) if spread.kind == "lognormal" else spread.first


def _psf(psf: Any, path: Path) -> float | Pixels | None:
    """The full width at half maximum of a Gaussian (pixels), a kernel, or None."""
    if psf.type == "PixelatedPSF":
        return _grid(psf.pixels, path)
    return float(psf.fwhm) if psf.type == "GaussianPSF" else None


def _noise_value(value: Any, path: Path) -> Any:
    return _grid(value, path) if hasattr(value, "fits_file") else value


def _grid(grid: Any, path: Path) -> Pixels | None:
    """An image; None where the template has no file for it."""
    if grid is None or grid.fits_file.path is None:
        return None
    file = path.parent / grid.fits_file.path
    with fits.open(file) as units:
        image = next((unit.data for unit in units if unit.data is not None), None)
        ours = units[OURS].data.astype(np.float64) if OURS in units else None
        if image is None or image.ndim != 2:
            raise ValueError(f"{file} has no image (y, x); give it one")
        array = np.asarray(image, np.float64)
    x, y = (tuple(map(float, ends)) for ends in (grid.field_of_view_x, grid.field_of_view_y))
    return Pixels(array, x, y, str(file.absolute()), ours)  # type: ignore[arg-type]
