"""In which unit each parameter is, for catalogues that give it in another one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from jaxlens.config.columns import stems
from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE
from jaxlens.kernels.parameters import MEANINGS

# As units of profiles are written in words -> as astropy writes them.
_WORDS = {"radian": "rad"}
# The last word of the name of a parameter that belongs to no profile -> its unit, "" where it has none.
_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "REDSHIFT": "",
        **dict.fromkeys(("magnitude", "magnitude_zero_point", "ABSMAG", "M_I", "EBV"), "mag"),
        **dict.fromkeys(("seeing", PIXEL_SCALE, *PIXEL_MAP), "arcsec"),
        **dict.fromkeys(("angle",), "rad"),
        **dict.fromkeys(("M", "M200"), "solMass"),
        "sky_brightness": "mag / arcsec2",
        "exposure_time": "s",
        "sigma_v": "km / s",
        "H0": "km / (s Mpc)",
        **dict.fromkeys(("q", "concentration", "Om0", "Ode0"), ""),
        "phi": "rad",
    }
)


def parameter_unit(name: str, bands: tuple[str, ...]) -> str | None:
    """The unit of a parameter as astropy writes it, "" for a number without one; None where it is not known.

    Args:
        name: its name, with or without a band.
        bands: the names of the bands.

    >>> parameter_unit("PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E", ("g",))
    'arcsec'
    >>> parameter_unit("PLANE_1-OBJECT_2-magnitude-g", ("g",)), parameter_unit("gain", ("g",)) is None
    ('mag', True)
    """
    stem = min((stem for stem, _ in stems(name, bands)), key=len)
    owner, _, word = stem.rpartition("-")
    if word in _UNITS:
        return _UNITS[word]
    if "_PROFILE_" in owner and word in MEANINGS:
        unit = MEANINGS[word].unit
        return _WORDS.get(unit, unit)
    return None
