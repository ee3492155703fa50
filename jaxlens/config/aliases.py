"""Other names of profiles: those that lenstronomy has for the same profile, or had in older versions.

A file may have any of them.  The profile then has its name of today, in the metadata too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Another name of a light profile -> its name here.
LIGHT_ALIASES: Mapping[str, str] = MappingProxyType({})
# Another name of a mass profile -> its name here.
MASS_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        # haloes by logM and concentration, which may stand in place of Rs and alpha_Rs
        "NFW_MC": "NFW",
        "NFW_MC_ELLIPSE_POTENTIAL": "NFW_ELLIPSE_CSE",
        # the same profile by another program
        "EPL_NUMBA": "EPL",
        "PEMD": "EPL",
        # names of older versions of lenstronomy, which deeplenstronomy accepts
        "CNFW_ELLIPSE": "CNFW_ELLIPSE_POTENTIAL",
        "CURVED_ARC": "CURVED_ARC_SPP",
        "GAUSSIAN_KAPPA": "GAUSSIAN",
        "HERNQUIST_ELLIPSE": "HERNQUIST_ELLIPSE_POTENTIAL",
        "MULTI_GAUSSIAN_KAPPA": "MULTI_GAUSSIAN",
        "MULTI_GAUSSIAN_KAPPA_ELLIPSE": "MULTI_GAUSSIAN_ELLIPSE_POTENTIAL",
        "NFW_ELLIPSE": "NFW_ELLIPSE_POTENTIAL",
        "NumericalAlpha": "TABULATED_DEFLECTIONS",
        "PJAFFE_ELLIPSE": "PJAFFE_ELLIPSE_POTENTIAL",
    }
)
# The names of mass profiles that meant another profile in older versions of lenstronomy -> what they mean
# now, and how the other one is called.
CHANGED_MASSES: Mapping[str, str] = MappingProxyType(
    {
        "GAUSSIAN": "whose convergence is Gaussian; in older versions the potential of {name} was, "
        "and that profile is now GAUSSIAN_POTENTIAL: write that name where you mean it"
    }
)
