"""A system as lenstronomy's arguments, with which it makes the same image without noise.

The dictionaries are plain: lenstronomy is not needed to make them.  Those of a band are what
`lenstronomy.Util.class_creator.create_image_model` takes, and `kwargs_params` has what the `image` of the
model that it returns takes.

- Light of the nearest plane is lenstronomy's lens light, all other light its source light.
- Two planes are a single lens plane; more planes, or haloes along the line of sight, its multi-plane model,
  whose deflections are reduced for a source in the last plane, as ours are.
- Magnitudes are amplitudes, physical parameters angles, axis ratios ellipticities.
- Copies of objects and haloes are profiles of their own.
- Lensed point sources are LENSED_POSITION: the images' positions, and fluxes times abs(magnification).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.lenstronomy_light import LightOfBands, lights
from jaxlens.exchange.lenstronomy_masses import Deflector, deflectors
from jaxlens.exchange.lenstronomy_optics import data_arguments, numerics_arguments, psf_arguments
from jaxlens.exchange.lenstronomy_points import Point, points
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.distances import cosmology_parameters
from jaxlens.imaging.epochs import brightness_factor, first_epoch, observed_epochs, split_epochs
from jaxlens.imaging.photometry import counts
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.imaging.validity import validity_factor
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params

Arguments = dict[str, Any]


def to_lenstronomy(
    scene: Scene,
    params: Params,
    images: Mapping[str, ImagePositions],
    assets: Assets,
    epoch: int | None = None,
) -> dict[str, Arguments]:
    """The arguments with which lenstronomy makes the image of one system in each band.

    Args:
        scene: the static part of the configuration.
        params: the parameters of the system, each () or (bands,); those of a time series also by epoch.
        images: the images of every lensed point source.
        assets: the arrays of the configuration.
        epoch: the number of the epoch of a time series, from 0; None of a single exposure.

    Returns:
        As `Simulator.to_lenstronomy`.

    Raises:
        ExchangeError: for what lenstronomy cannot hold.
        ValueError: for an epoch of a single exposure, or none of a time series.
    """
    _check_epoch(scene, epoch)
    if np.isnan(float(validity_factor(scene, params))):
        raise ExchangeError(
            "the parameters of the system describe no image: one is NaN, or planes are not in order"
        )
    whole = with_tables(scene, params, assets)
    moment, factor, seen = _at_epoch(scene, whole, epoch)
    lens = deflectors(scene, whole)
    light = lights(scene, _first(scene, whole), factor)
    stars = points(scene, whole, moment, images, assets, epoch)
    model = _model(scene, whole, lens, light, stars)
    return {
        band: _band(scene, moment, assets, b, model, lens, light, stars)
        for b, band in enumerate(scene.bands)
        if seen[b]
    }


def _check_epoch(scene: Scene, epoch: int | None) -> None:
    if scene.series is None:
        if epoch is not None:
            raise ValueError(f"epoch is {epoch}, but the configuration has no time series; leave it out")
        return
    last = scene.series.epochs - 1
    if epoch is None:
        raise ValueError(f"the configuration is a time series; give epoch, a number from 0 to {last}")
    if not 0 <= epoch <= last:
        raise ValueError(f"epoch is {epoch}; give a number from 0 to {last}")


def _first(scene: Scene, params: Params) -> Params:
    """The parameters from which the light of all epochs is made."""
    return params if scene.series is None else first_epoch(scene, params)


def _at_epoch(scene: Scene, params: Params, epoch: int | None) -> tuple[Params, np.ndarray, np.ndarray]:
    """The parameters at an epoch, the factor of its light, and whether it is observed, by band."""
    bands = (len(scene.bands),)
    if scene.series is None or epoch is None:
        return params, np.ones(bands), np.ones(bands, bool)
    shared, moving = split_epochs(scene, params)
    factor = np.broadcast_to(np.asarray(brightness_factor(scene, params))[epoch], bands)
    moment = shared | {name: value[epoch] for name, value in moving.items()}
    return moment, factor, np.broadcast_to(np.asarray(observed_epochs(scene, params))[epoch], bands)


def _band(
    scene: Scene,
    params: Params,
    assets: Assets,
    b: int,
    model: Arguments,
    lens: Sequence[Deflector],
    light: Sequence[LightOfBands],
    stars: Sequence[Point],
) -> Arguments:
    """The arguments of band number `b`."""
    near, far = _near_and_far(light)
    own: Arguments = {"kwargs_model": dict(model)}
    for name, profiles in (("lens_light", near), ("source_light", far)):
        if profiles:
            own["kwargs_model"][f"{name}_profile_kwargs_list"] = [one.options(b) for one in profiles]
    own["kwargs_params"] = {
        "kwargs_lens": [dict(one.arguments) for one in lens],
        "kwargs_source": [one.arguments(b) for one in far],
        "kwargs_lens_light": [one.arguments(b) for one in near],
        "kwargs_ps": [one.arguments(b) for one in stars],
    }
    own["kwargs_data"] = data_arguments(scene, params, b)
    own["kwargs_psf"] = psf_arguments(scene, params, assets, b)
    own["kwargs_numerics"] = numerics_arguments(scene)
    own["magnitude_zero_point"] = _zero_point(scene, params, b)
    return own


def _zero_point(scene: Scene, params: Params, b: int) -> float:
    """The magnitude of 1 count/s, which may be an electron or ADU."""
    gain = params["ccd_gain"] if scene.adu else 1.0
    unit = np.broadcast_to(np.asarray(counts(0.0, params["magnitude_zero_point"], gain)), (len(scene.bands),))
    return float(2.5 * np.log10(np.float64(unit[b])))


def _near_and_far(light: Sequence[LightOfBands]) -> tuple[list[LightOfBands], list[LightOfBands]]:
    """The light of the nearest plane, and of all others."""
    return [one for one in light if one.plane == 0], [one for one in light if one.plane > 0]


def _model(
    scene: Scene,
    params: Params,
    lens: Sequence[Deflector],
    light: Sequence[LightOfBands],
    stars: Sequence[Point],
) -> Arguments:
    """kwargs_model, without the options of light profiles."""
    redshifts = [float(params[plane.redshift]) for plane in scene.planes]
    near, far = _near_and_far(light)
    cosmology = _cosmology(params)
    model: Arguments = {
        "lens_model_list": [one.name for one in lens],
        "lens_light_model_list": [one.name for one in near],
        "source_light_model_list": [one.name for one in far],
        "point_source_model_list": [one.kind for one in stars],
        "z_lens": redshifts[0],
        "z_source": redshifts[-1],
        "z_source_convention": redshifts[-1],
        "cosmo": cosmology,
    }
    if any(one.options for one in lens):
        model["lens_profile_kwargs_list"] = [one.options for one in lens]
    if lens and (len(scene.planes) > 2 or scene.field_haloes):
        _check_planes(scene, cosmology)
        model["multi_plane"] = True
        model["lens_redshift_list"] = [one.redshift for one in lens]
        model["source_redshift_list"] = [redshifts[one.plane] for one in far]
    return model


def _check_planes(scene: Scene, cosmology: Any) -> None:
    """Refuse what lenstronomy has with a single lens plane only."""
    for plane in scene.planes:
        for mass in plane.mass:
            if mass.kernel.line_of_sight:
                raise ExchangeError(
                    f"{mass.prefix} is {mass.profile}, which lenstronomy has with a single lens plane only; "
                    "leave it out, or the planes behind the first two"
                )
    if abs(cosmology.Ok0) > 1e-12:
        raise ExchangeError(
            f"the universe is curved (Ok0 = {cosmology.Ok0:.3g}), and lenstronomy's rays through several "
            "planes "
            "are those of a flat one; give a flat cosmology"
        )


def _cosmology(params: Params) -> Any:
    """The cosmology, as an object of astropy."""
    from astropy import cosmology, units

    values = {name: float(value) for name, value in cosmology_parameters(params).items()}
    own: Arguments = values | ({"m_nu": values["m_nu"] * units.eV} if "m_nu" in values else {})
    names = {name for name in ("Ode0", "w0", "wa") if name in values}
    if "wa" in names or {"Ode0", "w0"} <= names:
        own.setdefault("Ode0", 1.0 - own["Om0"])
        return cosmology.w0waCDM(**own)
    kind = {"Ode0": cosmology.LambdaCDM, "w0": cosmology.FlatwCDM}
    return (kind[names.pop()] if names else cosmology.FlatLambdaCDM)(**own)
