"""The arguments of lenstronomy by band: what is there, and what jaxlens cannot hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxlens.exchange.errors import ExchangeError

# What a band may have.
_KEYS = (
    "kwargs_model",
    "kwargs_params",
    "kwargs_data",
    "kwargs_psf",
    "kwargs_numerics",
    "magnitude_zero_point",
)
_NEEDED = ("kwargs_model", "kwargs_params", "kwargs_data", "kwargs_psf")
# The arguments of `create_class_instances` that are read.
_MODEL = (
    "lens_model_list",
    "lens_redshift_list",
    "lens_profile_kwargs_list",
    "lens_light_model_list",
    "lens_light_profile_kwargs_list",
    "source_light_model_list",
    "source_light_profile_kwargs_list",
    "source_redshift_list",
    "source_deflection_scaling_list",
    "point_source_model_list",
    "point_source_redshift_list",
    "fixed_magnification_list",
    "additional_images_list",
    "multi_plane",
    "z_lens",
    "z_source",
    "z_source_convention",
    "cosmo",
)
# Those that say how lenstronomy computes, and change no image.
_IDLE = (
    "kwargs_lens_eqn_solver",
    "point_source_frame_list",
    "tracer_partition",
    "tracer_source_band",
    "tracer_type",
    "band_index",
    "all_models",
)
# The parameters of an image.
_PARAMETERS = ("kwargs_lens", "kwargs_source", "kwargs_lens_light", "kwargs_ps")
# Lists of profiles and of their parameters.
_PAIRS = (
    ("lens_model_list", "kwargs_lens"),
    ("source_light_model_list", "kwargs_source"),
    ("lens_light_model_list", "kwargs_lens_light"),
    ("point_source_model_list", "kwargs_ps"),
)


@dataclass(frozen=True)
class Image:
    """The arguments of one band.

    Attributes:
        band: its name.
        model: kwargs_model.
        parameters: kwargs_params, with all four lists.
        data: kwargs_data.
        psf: kwargs_psf.
        numerics: kwargs_numerics.
        zero_point: the magnitude of 1 count/s.
    """

    band: str
    model: Mapping[str, Any]
    parameters: Mapping[str, Sequence[Mapping[str, Any]]]
    data: Mapping[str, Any]
    psf: Mapping[str, Any]
    numerics: Mapping[str, Any]
    zero_point: float

    def names(self, key: str) -> list[str]:
        """A list of profiles of the model; empty where it is missing."""
        # numpy's texts, as of a column of names, cannot be written as YAML
        return [str(name) for name in self.model.get(key) or []]


def images_of(bands: Mapping[str, Any], zero_points: float | Mapping[str, float]) -> list[Image]:
    """The arguments of each band.

    Args:
        bands: the arguments by band.
        zero_points: the magnitude of 1 count/s, for all bands or by band, where a band has none of its own.

    Raises:
        ExchangeError: for arguments that are missing or unknown, what jaxlens has not, and bands with
            different models.
    """
    found = [_image(band, arguments, zero_points) for band, arguments in bands.items()]
    for image in found[1:]:
        for key in (key for key in _MODEL if not key.endswith("_profile_kwargs_list")):
            if not same(found[0].model.get(key), image.model.get(key)):
                raise ExchangeError(
                    f"{image.band}: kwargs_model has another {key} than {found[0].band}; all bands of a file "
                    "have the same profiles"
                )
    return found


def _image(band: str, arguments: Any, zero_points: float | Mapping[str, float]) -> Image:
    if not isinstance(arguments, Mapping):
        raise ExchangeError(f"{band} is {arguments!r}; give the arguments {', '.join(_NEEDED)} by band")
    _refuse_unknown(band, arguments, _KEYS)
    for key in _NEEDED:
        if key not in arguments:
            raise ExchangeError(f"{band} has no {key}; give {', '.join(_NEEDED)}")
    model, parameters = dict(arguments["kwargs_model"]), dict(arguments["kwargs_params"])
    _check_model(band, model)
    _refuse_unknown(f"{band}: kwargs_params", parameters, _PARAMETERS)
    lists = {key: list(parameters.get(key) or []) for key in _PARAMETERS}
    for names, values in _PAIRS:
        if len(model.get(names) or []) != len(lists[values]):
            raise ExchangeError(
                f"{band}: {names} has {len(model.get(names) or [])} entries, and {values} "
                f"{len(lists[values])}; "
                "give each profile its parameters"
            )
    own = arguments.get("magnitude_zero_point")
    if own is None:
        own = zero_points.get(band) if isinstance(zero_points, Mapping) else zero_points
    if own is None:
        raise ExchangeError(f"magnitude_zero_point has no {band}; give it for each band")
    numerics = dict(arguments.get("kwargs_numerics") or {})
    return Image(band, model, lists, arguments["kwargs_data"], arguments["kwargs_psf"], numerics, float(own))


def _check_model(band: str, model: Mapping[str, Any]) -> None:
    """Refuse parts of a model that jaxlens has not."""
    # the class of the default cosmology, which `cosmo` replaces
    usual = {} if model.get("cosmo") is None else {"cosmology_model": model.get("cosmology_model")}
    usual.setdefault("cosmology_model", "FlatLambdaCDM")
    for key, value in model.items():
        if usual.get(key) == value:
            continue
        if key not in (*_MODEL, *_IDLE) and not is_nothing(value):
            raise ExchangeError(f"{band}: kwargs_model has {key}, which jaxlens has not; leave it out")
    if any(scale != 1 for scale in model.get("source_deflection_scaling_list") or []):
        raise ExchangeError(
            f"{band}: source_deflection_scaling_list is not 1; give source_redshift_list, "
            "lens_redshift_list and "
            "multi_plane: True, from which the distances follow"
        )
    for key in ("additional_images_list", "point_source_redshift_list"):
        if not is_nothing(model.get(key)):
            raise ExchangeError(f"{band}: kwargs_model has {key}, which jaxlens has not; give all images")


def is_nothing(value: Any) -> bool:
    """Whether an argument is left out: None, False, or an empty list or a list of these."""
    if value is None or value is False:
        return True
    return isinstance(value, list | tuple | dict) and all(map(is_nothing, value))


def _refuse_unknown(place: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    for key, value in given.items():
        if key not in known and not is_nothing(value):
            raise ExchangeError(f"{place} has {key}, which jaxlens has not; it knows {', '.join(known)}")


def same(one: Any, other: Any) -> bool:
    """Whether two arguments are equal, arrays among them."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return bool(one is other or one == other or (is_nothing(one) and is_nothing(other)))


def by_band(images: Sequence[Image], values: Sequence[Any]) -> Any:
    """A value that is the same in all bands, or the values by band."""
    if all(same(values[0], one) for one in values[1:]):
        return values[0]
    return {image.band: value for image, value in zip(images, values, strict=True)}


def shared(images: Sequence[Image], what: str, values: Sequence[Any]) -> Any:
    """A value that must be the same in all bands.

    Args:
        images: the arguments of each band.
        what: what it is, in words of messages.
        values: the value in each band.

    Raises:
        ExchangeError: if the values differ.
    """
    for image, value in zip(images[1:], values[1:], strict=True):
        if not same(values[0], value):
            raise ExchangeError(
                f"{what} is {values[0]} in {images[0].band} and {value} in {image.band}; in jaxlens all "
                "bands "
                "share it"
            )
    return values[0]
