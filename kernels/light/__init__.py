"""Light profiles: surface brightness at unit amplitude, and total flux; one family of profiles in a file.

Each profile registers itself with `jaxlens.kernels.registry.light_profile`.  Magnitudes, zero points and
bands do not belong here: amplitudes are computed in `jaxlens.imaging`.
"""

from jaxlens.kernels.light import (
    chameleon,
    gaussian,
    hernquist,
    interpolated,
    multi_gaussian,
    polar_shapelets,
    power_law_sersic,
    pseudo_jaffe,
    sersic,
    sersic_variants,
    shapelets,
    simple_shapes,
    starlets,
    uniform,
)

__all__ = [
    "chameleon",
    "gaussian",
    "hernquist",
    "interpolated",
    "multi_gaussian",
    "polar_shapelets",
    "power_law_sersic",
    "pseudo_jaffe",
    "sersic",
    "sersic_variants",
    "shapelets",
    "simple_shapes",
    "starlets",
    "uniform",
]
