"""From magnitudes to counts: the amplitudes and surface brightness of light profiles.

A profile with a finite flux has `magnitude`, from which its amplitude follows.  Others have `amp`, which is
the amplitude itself in the unit of the image, counts/s, whether they are electrons or ADU: as lenstronomy's
SimulationAPI takes it.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.imaging.axis_ratios import ellipticity
from jaxlens.imaging.copies import Copy, CopyNumbers, copy_numbers
from jaxlens.imaging.profile_arguments import Value, arguments
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied, Light
from jaxlens.imaging.tables import tables_of
from jaxlens.kernels import LIGHT_PROFILES
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.types import Params, Real, Reals


class LightNumbers(NamedTuple):
    """What a light profile depends on: a pytree of arrays () or (bands, 1, 1).

    Attributes:
        amplitude: the amplitude, as `amplitude` gives it.
        shape: the profile's other parameters by name; a list is a tuple of such arrays.
    """

    amplitude: jax.Array
    shape: dict[str, Value]


def light_numbers(scene: Scene, params: Params, light: Light) -> LightNumbers:
    """What a light profile of a system depends on.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        light: the profile.

    Returns:
        Arrays () or (bands, 1, 1).
    """
    values = {name: params[f"{light.prefix}-{name}"] for name in light.parameters}
    own = {name: per_pixel(value) for name, value in (values | ellipticity(light, params)).items()}
    profile = light.kernel
    shape = arguments(profile, own) | tables_of(light, params)
    if profile.total_flux is None:
        return LightNumbers(jnp.ones(()) if "amp" in profile.parameters else own["amp"], shape)
    flux = per_pixel(counts_by_band(scene, params, light.prefix))
    return LightNumbers(amplitude(light.profile, flux, **shape, **dict(light.integers)), shape)


def surface_brightness(
    scene: Scene, light: Light, numbers: LightNumbers, x: jax.Array, y: jax.Array
) -> jax.Array:
    """The surface brightness of a light profile at (x, y), in counts/s/arcsec^2.

    The shape of the profile is evaluated once for all bands that share it and multiplied by the amplitude in
    each band.

    Args:
        scene: the static part of the configuration.
        light: the profile.
        numbers: what the profile depends on.
        x: unlensed positions in the profile's plane, arcsec, (1, ny, nx).
        y: the other coordinate.

    Returns:
        Counts/s/arcsec^2, (1 or bands, ny, nx).
    """
    shape, integers = numbers.shape, dict(light.integers)
    profile = light.kernel.surface_brightness

    def brightness(x: jax.Array, y: jax.Array, *values: Value) -> jax.Array:
        return profile(x, y, **dict(zip(shape, values, strict=True)), **integers)

    # Otherwise XLA's CPU compiler computes the profile, and the rays that reach it, once in every band.
    evaluate = partial(computed_apart, brightness) if len(scene.bands) > 1 else brightness
    return numbers.amplitude * evaluate(x, y, *shape.values())


def copied_light_numbers(scene: Scene, params: Params, copied: Copied) -> CopyNumbers:
    """What the light of all copies of an object depends on; `profiles` are the numbers of each profile.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        copied: the object.
    """

    def numbers(own: Params) -> tuple[LightNumbers, ...]:
        return tuple(light_numbers(scene, own, light) for light in copied.light)

    return copy_numbers(copied, copied.light, params, numbers)


def copy_brightness(scene: Scene, copied: Copied, numbers: Copy, x: jax.Array, y: jax.Array) -> jax.Array:
    """The surface brightness of one copy of an object at (x, y), whether it is shown or not.

    Args:
        scene: the static part of the configuration.
        copied: the object.
        numbers: what the copy depends on: `each` of `copied_light_numbers` without the axis of copies.
        x: unlensed positions in the object's plane, arcsec, (1, ny, nx).
        y: the other coordinate.

    Returns:
        Counts/s/arcsec^2, (1 or bands, ny, nx).
    """
    own_x, own_y = x - numbers.x, y - numbers.y
    parts = [
        surface_brightness(scene, light, values, own_x, own_y)
        for light, values in zip(copied.light, numbers.profiles, strict=True)
    ]
    return sum(parts[1:], parts[0])


def counts_by_band(scene: Scene, params: Params, prefix: str) -> jax.Array:
    """Counts/s of the parameter `<prefix>-magnitude`, () or (bands,).

    Args:
        scene: the static part of the configuration, which tells whether counts are electrons or ADU.
        params: the parameters of one system, each () or (bands,).
        prefix: the prefix of a light profile or a point source, such as `PLANE_1-OBJECT_1-LIGHT_PROFILE_1`.
    """
    gain = params["ccd_gain"] if scene.adu else 1.0
    return counts(params[f"{prefix}-magnitude"], params["magnitude_zero_point"], gain)


def counts(magnitude: Real, magnitude_zero_point: Real, gain: Real = 1.0) -> jax.Array:
    """Counts/s of a magnitude: 10^(-0.4 (magnitude - magnitude_zero_point)) / gain.

    It is the amplitude of a point source, and lenstronomy's magnitude2cps.

    Args:
        magnitude: the magnitude, any shape.
        magnitude_zero_point: the magnitude of 1 electron/s.
        gain: electrons per ADU where counts are ADU; 1 where they are electrons.

    Returns:
        Counts/s, of the shape to which the arguments broadcast.

    >>> print(f"{counts(22.5, 25.0):.4f} {counts(22.5, 25.0, gain=2.0):.4f}")
    10.0000 5.0000
    """
    return 10.0 ** (-0.4 * (jnp.asarray(magnitude) - magnitude_zero_point)) / gain


def amplitude(profile: str, flux: Real, **shape: Real | Reals) -> jax.Array:
    """The amplitude (lenstronomy's `amp`) at which a light profile has this total flux.

    It is the flux divided by the total flux of the profile at amplitude 1.  For Sersic profiles, which are 1
    at R_sersic, it is in counts/s/arcsec^2; for Gaussians, whose amplitude is their flux, in counts/s.

    Args:
        profile: the profile's name, such as `SERSIC_ELLIPSE`.
        flux: the total flux in counts/s.
        **shape: the profile's other parameters by name, among them the relative amplitudes of a sum.

    Returns:
        The amplitude, of the shape to which the arguments broadcast.

    Raises:
        ValueError: if the profile has no finite flux.

    >>> print(f"{amplitude('SERSIC_ELLIPSE', 100.0, R_sersic=1.0, n_sersic=1.0, e1=0.1, e2=0.0):.4f}")
    8.3591
    """
    return jnp.asarray(flux) / LIGHT_PROFILES[profile].flux(**shape)


def per_pixel(value: jax.Array) -> jax.Array:
    """A value as it broadcasts with images (bands, ny, nx): () stays, (bands,) becomes (bands, 1, 1)."""
    return value if value.ndim == 0 else jnp.reshape(value, (-1, 1, 1))
