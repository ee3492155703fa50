"""Models of transients by name.  A model is a function, and its keyword-only arguments are its parameters.

A model is registered where it is defined, by a decorator:

    @transient("flat", rest_frame=False, outside="constant", by_band=("COLOR",))
    def flat(sky, arrays, *, MAG, COLOR):
        ...

The parameters are written in capitals, as the keys of MODEL in a configuration file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

import jax

from jaxlens.kernels.registry import parameters_of

F = TypeVar("F", bound=Callable[..., object])


class Sky(NamedTuple):
    """What a light curve depends on beside the parameters and arrays of its model.

    Attributes:
        redshift: the redshift of the source, ().
        distance: its luminosity distance in Mpc, ().
        wavelength: wavelengths at which spectra are integrated, in the observer's frame, Angstrom,
            (bands, points).
        weight: the weights of the integral: the AB flux in maggies of a spectrum F_lambda (erg/s/cm^2/A) is
            the sum over the points of `weight` F_lambda, (bands, points).
        nights: the nights of the first band, in days since the peak, in the observer's frame, (epochs,).
    """

    redshift: jax.Array
    distance: jax.Array
    wavelength: jax.Array
    weight: jax.Array
    nights: jax.Array


class LightCurve(NamedTuple):
    """The light curve of one source, without lensing.

    Attributes:
        times: days since the peak, increasing, (times,); in the rest frame of the source or the observer's
            frame, as the model says.
        flux: AB flux in maggies, 10^(-0.4 m), (times, bands).
    """

    times: jax.Array
    flux: jax.Array


@dataclass(frozen=True, eq=False)
class TransientModel:
    """A model of light curves.

    Attributes:
        name: the name, as in MODEL of a configuration file.
        light_curve: `(sky, arrays, **parameters)` -> LightCurve.
        parameters: maps a parameter's name to its default, or to None where a value is required.
        rest_frame: whether the light curve's times are in the rest frame; otherwise in the observer's.
        outside: the flux before the first and after the last time: zero, or that of the end.
        cubic: whether the light curve is interpolated by cubic polynomials; otherwise linearly.
        needs_passbands: whether spectra are integrated over passbands.
        by_band: the parameters that may differ by band, (bands,).
        by_epoch: the parameters that are drawn anew for each epoch, (epochs, 1) for all bands.
    """

    name: str
    light_curve: Callable[..., LightCurve]
    parameters: Mapping[str, float | None]
    rest_frame: bool
    outside: Literal["zero", "constant"]
    cubic: bool = False
    needs_passbands: bool = True
    by_band: tuple[str, ...] = ()
    by_epoch: tuple[str, ...] = ()


# The registered models by name.
TRANSIENTS: dict[str, TransientModel] = {}


def transient(
    name: str,
    *,
    rest_frame: bool = True,
    outside: Literal["zero", "constant"] = "zero",
    cubic: bool = False,
    needs_passbands: bool = True,
    by_band: tuple[str, ...] = (),
    by_epoch: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """A decorator that registers a function `(sky, arrays, **parameters)` -> LightCurve.

    Args:
        name: the name of the model.
        rest_frame: as in `TransientModel`.
        outside: as in `TransientModel`.
        cubic: as in `TransientModel`.
        needs_passbands: as in `TransientModel`.
        by_band: as in `TransientModel`.
        by_epoch: as in `TransientModel`.

    Returns:
        The decorator; it returns the function unchanged.
    """

    def register(function: F) -> F:
        TRANSIENTS[name] = TransientModel(
            name,
            function,  # type: ignore[arg-type]
            parameters_of(function),
            rest_frame,
            outside,
            cubic,
            needs_passbands,
            by_band,
            by_epoch,
        )
        return function

    return register
