"""The arrays that all systems of a configuration share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.config.model import Config, Configuration
from jaxlens.imaging.table_assets import profile_tables
from jaxlens.imaging.time_series import light_curve_assets


class Assets(NamedTuple):
    """The arrays that all systems of a configuration share; traced, without a batch axis.

    Attributes:
        psf_kernel: the kernel of psf_type PIXEL, (1 or bands, k, k); None for other kinds.
        backgrounds: the background images (BACKGROUNDS), counts/s, (images, bands, num_pix, num_pix); None
            where there are none.
        passbands: the wavelengths (Angstrom) and the weights of each band, each (bands, points); None where
            no spectrum is integrated.
        libraries: the arrays of the model of each transient, by its prefix and by name; None without any.
        tables: the arrays of light and mass profiles, by `<prefix>-<name>`; None without any.
    """

    psf_kernel: jax.Array | None = None
    backgrounds: jax.Array | None = None
    passbands: tuple[jax.Array, jax.Array] | None = None
    libraries: Mapping[str, Mapping[str, jax.Array]] | None = None
    tables: Mapping[str, jax.Array] | None = None


# The assets of a configuration without a PSF kernel and without BACKGROUNDS.
NO_ASSETS = Assets()


def assets(config: Config, configuration: Configuration) -> Assets:
    """The arrays of `configuration`, on the device."""
    backgrounds, kernel = config.backgrounds_of(configuration), config.instrument.kernel
    return Assets(
        psf_kernel=None if kernel is None else jnp.asarray(kernel.array, jnp.result_type(float)),
        backgrounds=backgrounds.device_images if backgrounds else None,
        tables=profile_tables(configuration) or None,
        **light_curve_assets(config, configuration),
    )
