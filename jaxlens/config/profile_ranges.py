"""The legal values of the parameters of profiles.

For other values a formula has no meaning: a radius that is not positive, a slope for which the mass within a
radius is infinite.  A parameter that is not listed may have any value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jaxlens.config.naming import SHARED_BY_BANDS
from jaxlens.config.profile_parameters import list_of
from jaxlens.config.quantities import ANY, Rule
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

_POSITIVE = Rule(low=0.0, open=True, distributions_may_exceed=True)
_NOT_NEGATIVE = Rule(low=0.0, distributions_may_exceed=True)
_ELLIPTICITY = Rule(low=-1.0, high=1.0, open=True, distributions_may_exceed=True)

# The parameters that must be positive: radii, widths, masses, axis ratios, and what divides.
_POSITIVE_NAMES = (
    *("R_sersic", "Ra", "Rb", "Rs", "a_c", "r_c", "r_core", "r_s", "r_trunc", "radius", "theta_c"),
    *("beta", "length", "scale", "sigma", "sigma_min", "sigma_width", "sigma_x", "sigma_y", "width"),
    *("alpha", "M200", "concentration", "curvature", "n_sersic", "q"),
)
# Those that may be zero too: strengths and cores that may be absent.
_NOT_NEGATIVE_NAMES = ("theta_E", "sigma_v", "s_scale", "M")
_RANGES: Mapping[str, Rule] = {
    **dict.fromkeys(_POSITIVE_NAMES, _POSITIVE),
    **dict.fromkeys(_NOT_NEGATIVE_NAMES, _NOT_NEGATIVE),
    **dict.fromkeys(("e1", "e2"), _ELLIPTICITY),
}
# The logarithmic slope of the density of a power law: with 3 or more the mass within a radius is infinite,
# with 1 or less that beyond it deflects.
_SLOPE = Rule(low=1.0, high=3.0, open=True, distributions_may_exceed=True)
# The beginnings of the names of mass profiles of which `gamma` is that slope.
_POWER_LAWS = ("EPL", "SPP", "SPEP", "SPEMD", "SPL_CORE")
# The slope of the inner density of a generalised NFW profile.
_INNER_SLOPE = Rule(low=0.0, high=3.0, open=True, distributions_may_exceed=True)


def profile_rule(profile: str, key: str, by_band: bool) -> Rule:
    """The legal values of a parameter of a profile.

    Args:
        profile: the name of the profile, for example `SERSIC`.
        key: the name of the parameter, for example `R_sersic`, of a list, or of one of its entries.
        by_band: whether the profile is one of light, whose parameters may differ by band, except its
            position.

    Returns:
        The rule.

    >>> profile_rule("SERSIC", "R_sersic", by_band=True).bounds_advice()
    'it must be above 0'
    """
    registry = LIGHT_PROFILES if by_band else MASS_PROFILES
    own = list_of(key, registry[profile]) or key
    rule = _RANGES.get(own, ANY)
    if not by_band and own == "gamma" and profile.startswith(_POWER_LAWS):
        rule = _SLOPE
    if own == "gamma_in":
        rule = _INNER_SLOPE
    return replace(rule, by_band=by_band and key not in SHARED_BY_BANDS)
