"""Numbers that look as if they were in another unit: an angle in degrees, a velocity dispersion in m/s.

They are legal, and get a warning with the number and the unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from jaxlens.config.coverage import Tables, free_bands, free_draws, place_of
from jaxlens.config.errors import Place, Report
from jaxlens.config.idle import idle_names
from jaxlens.config.model import TRANSFORM, Config, Configuration, Draw, Quantity
from jaxlens.config.naming import named_quantities
from jaxlens.config.reader import Node
from jaxlens.distributions.host import support

# The last word of a parameter's name -> its smallest and largest usual value, and its unit.  The ranges are
# far wider than what observations have; 0 is usual everywhere, since it may stand for none.
_USUAL: Mapping[str, tuple[float, float, str]] = {
    "H0": (10.0, 200.0, "km/s/Mpc"),
    "REDSHIFT": (-math.inf, 20.0, "no unit, and no galaxy is known beyond 15"),
    "seeing": (0.005, 10.0, "arcsec, of the full width at half maximum"),
    "pixel_scale": (1e-3, 30.0, "arcsec"),
    **dict.fromkeys(TRANSFORM, (-30.0, 30.0, "arcsec per pixel")),
    "magnitude_zero_point": (5.0, 45.0, "mag, of one electron a second"),
    "theta_E": (1e-4, 100.0, "arcsec"),
    "sigma_v": (1.0, 5000.0, "km/s"),
    "M": (1e-10, 1e17, "solar masses"),
    "M200": (1e3, 1e17, "solar masses; logM is its decimal logarithm"),
    "logM": (3.0, 17.0, "the decimal logarithm of solar masses"),
    "R_sersic": (1e-4, 1000.0, "arcsec"),
    "angle": (-6.3, 6.3, "radians"),
    "psi_ext": (-6.3, 6.3, "radians"),
    "phi": (-6.3, 6.3, "radians"),
    "ABSMAG": (-32.0, 0.0, "mag, absolute"),
    "M_I": (-35.0, -10.0, "mag, absolute"),
    "LOG_MBH": (4.0, 12.0, "log10 of solar masses"),
    "EBV": (0.0, 10.0, "mag"),
    "EBV_MW": (0.0, 10.0, "mag"),
    "STRETCH": (0.05, 20.0, "no unit, and 1 is the template"),
}


def remark_unusual(
    config: Config, configurations: Sequence[Configuration], tables: Tables, tree: Node, report: Report
) -> None:
    """Remark numbers whose usual values are far away, once at each place.

    Args:
        config: the checked file.
        configurations: those that are asked for.
        tables: what sets parameters in place of the file's numbers.
        tree: the whole file, for the places of the numbers.
        report: the remarks are added to it.
    """
    said: set[Place] = set()
    for configuration in configurations:
        for name, quantity in _used(config, configuration, tables):
            for band, draw in free_draws(name, quantity, configuration, config.bands, tables):
                finding = unusual(name, draw)
                place = place_of(tree, quantity.path, band)
                if finding and place not in said:
                    report.remark(place, finding)
                    said.add(place)


def unusual(parameter: str, draw: Draw) -> str:
    """The remark about draws whose middle is far from all usual values; "" where it is not.

    >>> unusual("PLANE_2-OBJECT_2-angle", Draw("uniform", (("minimum", 0.0), ("maximum", 360.0))))
    'is 180 on average, far from all usual values; its unit is radians'
    >>> unusual("H0", Draw("delta_function", (("value", 70.0),)))
    ''
    """
    owner, _, key = parameter.rpartition("-")
    # the angle of a profile has the unit of the profile
    usual = None if key == "angle" and "_PROFILE_" in owner else _USUAL.get(key)
    middle = _middle(draw)
    if usual is None or not middle or usual[0] <= middle <= usual[1]:
        return ""
    found = f"is {middle:g}" if draw.is_constant else f"is {middle:g} on average"
    return f"{found}, far from all usual values; its unit is {usual[2]}"


def _middle(draw: Draw) -> float:
    """The middle of what is drawn; 0 where it is not known."""
    if not draw.has_distribution:
        return 0.0
    low, high = support(draw.build())
    if math.isfinite(low) and math.isfinite(high):
        return (low + high) / 2
    mean = dict(draw.parameters).get("mean", 0.0)
    if draw.truncate is not None or isinstance(mean, tuple):
        return 0.0
    if draw.distribution == "lognormal":
        return math.exp(mean) if mean < 700.0 else math.inf
    return mean


def _used(config: Config, configuration: Configuration, tables: Tables) -> Iterator[tuple[str, Quantity]]:
    """The quantities of a configuration that its images depend on and that have usual values."""

    def is_set(name: str) -> bool:
        return not free_bands(name, configuration, config.bands, tables)

    idle = idle_names(configuration, is_set)
    if config.instrument.psf_type in ("PIXEL", "NONE"):
        idle |= {"seeing"}
    for name, quantity in named_quantities(config.cosmology, config.instrument, configuration):
        if name.rpartition("-")[2] in _USUAL and name not in idle:
            yield name, quantity
