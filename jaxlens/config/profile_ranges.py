"""The legal values of the parameters of profiles.

For other values a formula has no meaning: a radius that is not positive, a slope for which the mass within a
radius is infinite.  A parameter that is not listed may have any value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jaxlens.config.naming import FLIP, SHARED_BY_BANDS
from jaxlens.config.physical import AXIS_RATIO
from jaxlens.config.profile_parameters import list_of
from jaxlens.config.quantities import ANY, Rule
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

_POSITIVE = Rule(low=0.0, open=True, distributions_may_exceed=True)
_NOT_NEGATIVE = Rule(low=0.0, distributions_may_exceed=True)
_ELLIPTICITY = Rule(low=-1.0, high=1.0, open=True, distributions_may_exceed=True)
# The axis ratio that a file gives with phi in place of e1 and e2.
_AXIS_RATIO = Rule(low=0.0, high=1.0, open=True, high_is_legal=True, distributions_may_exceed=True)

# The parameters that must be positive: radii, widths, masses, axis ratios, and what divides.
_POSITIVE_NAMES = (
    *("R_sersic", "Ra", "Rb", "Rs", "a_c", "r_c", "r_core", "r_s", "r_trunc", "radius", "theta_c"),
    *("beta", "length", "scale", "sigma", "sigma_min", "sigma_width", "sigma_x", "sigma_y", "width"),
    *("alpha", "M200", "concentration", "curvature", "n_sersic", "q", "r_E"),
    *("w_t", "w_t1", "w_t2", "w_t3", "ratio", "ratio12", "ratio13", "size"),
)
# Those that may be zero too: strengths and cores that may be absent.
_NOT_NEGATIVE_NAMES = ("theta_E", "sigma_v", "s_scale", "M", "w_c", "w_c1", "w_c2", "w_c3")
# Those that are 0 or 1.
_SWITCH = Rule(low=0.0, high=1.0, whole=True)
_ELLIPTICITIES = ("e1", "e2", "e11", "e21", "e12", "e22", "e13", "e23")
_RANGES: Mapping[str, Rule] = {
    **dict.fromkeys(_POSITIVE_NAMES, _POSITIVE),
    **dict.fromkeys(_NOT_NEGATIVE_NAMES, _NOT_NEGATIVE),
    **dict.fromkeys(_ELLIPTICITIES, _ELLIPTICITY),
    FLIP: _SWITCH,
}
# The logarithmic slope of the density of a power law: with 3 or more the mass within a radius is infinite,
# with 1 or less that beyond it deflects.
_SLOPE = Rule(low=1.0, high=3.0, open=True, distributions_may_exceed=True)
# The slope of the density of a halo at its centre; towards 3 all of the mass is there.
_INNER_SLOPE = Rule(low=0.0, high=2.9, distributions_may_exceed=True)
_ABOVE_1 = Rule(low=1.0, open=True, distributions_may_exceed=True)
# The beginnings of the names of mass profiles of which `gamma` is the slope of a power law.
_POWER_LAWS = ("EPL", "SPP", "SPEP", "SPEMD")
# Names that mean something else in some mass profiles, or have other legal values there.
_OF_MASSES: Mapping[tuple[str, str], Rule] = {
    ("BPL", "a"): _SLOPE,
    ("BPL", "a_c"): _INNER_SLOPE,
    ("CNFW", "r_core"): _NOT_NEGATIVE,
    ("CNFW_ELLIPSE_POTENTIAL", "r_core"): _NOT_NEGATIVE,
    ("CSE", "s"): _POSITIVE,
    # the integral that decomposes it into Gaussians does not converge beyond
    ("CTNFW_GAUSS_DEC", "a"): Rule(low=0.0, high=3.0, open=True, distributions_may_exceed=True),
    ("ElliSLICE", "a"): _POSITIVE,
    ("ElliSLICE", "b"): _POSITIVE,
    ("GNFW", "gamma_in"): _INNER_SLOPE,
    ("GNFW_ELLIPSE_GAUSS_DEC", "gamma_in"): _INNER_SLOPE,
    # the fraction of the mass that is still bound
    ("GreenBoschNFW", "f_b"): Rule(low=0.0, high=1.0, distributions_may_exceed=True),
    ("NIE_POTENTIAL", "theta_c"): _NOT_NEGATIVE,
    ("PSEUDO_DPL", "gamma_inner"): _INNER_SLOPE,
    ("PSEUDO_DPL", "gamma_outer"): _ABOVE_1,
    # the range of the decomposition into Gaussians
    ("SERSIC_ELLIPSE_GAUSS_DEC", "n_sersic"): Rule(low=0.5, high=12.0, distributions_may_exceed=True),
    ("SPL_CORE", "gamma"): _ABOVE_1,
    ("SYNTHESIS", "s"): _POSITIVE,
    # with less the mass is infinite
    ("ULDM", "slope"): Rule(low=1.5, open=True, distributions_may_exceed=True),
}


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
    if not by_band:
        rule = _OF_MASSES.get((profile, own), rule)
        if own == "gamma" and profile.startswith(_POWER_LAWS):
            rule = _SLOPE
    if own in AXIS_RATIO.given and own not in registry[profile].parameters:
        rule = _AXIS_RATIO if own == "q" else ANY
    return replace(rule, by_band=by_band and key not in SHARED_BY_BANDS)
