"""Every name of a profile that lenstronomy or deeplenstronomy knows is one of ours, or stands for one."""

from __future__ import annotations

import re
from pathlib import Path

from jaxlens.config.aliases import LIGHT_ALIASES, MASS_ALIASES
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

SUPPORTED = (Path(__file__).parents[2] / "docs" / "reference" / "supported.md").read_text()

# The two lists of lenstronomy 1.14.2.
LIGHT = [
    "CHAMELEON",
    "CORE_SERSIC",
    "DOUBLE_CHAMELEON",
    "ELLIPSOID",
    "GAUSSIAN",
    "GAUSSIAN_ELLIPSE",
    "HERNQUIST",
    "HERNQUIST_ELLIPSE",
    "INTERPOL",
    "LINE_PROFILE",
    "LINEAR",
    "LINEAR_ELLIPSE",
    "MGE_SET",
    "MGE_SET_ELLIPSE",
    "MULTI_GAUSSIAN",
    "MULTI_GAUSSIAN_ELLIPSE",
    "NIE",
    "PJAFFE",
    "PJAFFE_ELLIPSE",
    "PL_SERSIC",
    "POWER_LAW",
    "SERSIC",
    "SERSIC_ELLIPSE",
    "SERSIC_ELLIPSE_FLEXION",
    "SERSIC_ELLIPSE_Q_PHI",
    "SHAPELETS",
    "SHAPELETS_ELLIPSE",
    "SHAPELETS_POLAR",
    "SHAPELETS_POLAR_EXP",
    "SLIT_STARLETS",
    "SLIT_STARLETS_GEN2",
    "TRIPLE_CHAMELEON",
    "UNIFORM",
]
MASS = [
    "ARC_PERT",
    "BLANK_PLANE",
    "BPL",
    "CHAMELEON",
    "CNFW",
    "CNFW_ELLIPSE_POTENTIAL",
    "CONST_MAG",
    "CONVERGENCE",
    "coreBURKERT",
    "CORED_DENSITY",
    "CORED_DENSITY_2",
    "CORED_DENSITY_2_MST",
    "CORED_DENSITY_EXP",
    "CORED_DENSITY_EXP_MST",
    "CORED_DENSITY_MST",
    "CORED_DENSITY_ULDM_MST",
    "CSE",
    "CTNFW_GAUSS_DEC",
    "CURVED_ARC_CONST",
    "CURVED_ARC_SIS_MST",
    "CURVED_ARC_SPP",
    "CURVED_ARC_SPT",
    "CURVED_ARC_TAN_DIFF",
    "DIPOLE",
    "DOUBLE_CHAMELEON",
    "ElliSLICE",
    "EPL",
    "EPL_BOXYDISKY",
    "EPL_BOXYDISKY_ELL",
    "EPL_MULTIPOLE_M1M3M4",
    "EPL_MULTIPOLE_M1M3M4_ELL",
    "EPL_MULTIPOLE_M3M4",
    "EPL_MULTIPOLE_M3M4_ELL",
    "EPL_NUMBA",
    "EPL_Q_PHI",
    "FLEXION",
    "FLEXIONFG",
    "GAUSSIAN",
    "GAUSSIAN_ELLIPSE_KAPPA",
    "GAUSSIAN_ELLIPSE_POTENTIAL",
    "GAUSSIAN_POTENTIAL",
    "GNFW",
    "GNFW_ELLIPSE_GAUSS_DEC",
    "GreenBoschNFW",
    "HERNQUIST",
    "HERNQUIST_ELLIPSE_CSE",
    "HERNQUIST_ELLIPSE_POTENTIAL",
    "HESSIAN",
    "INTERPOL",
    "INTERPOL_SCALED",
    "LOS",
    "LOS_FLEXION",
    "LOS_FLEXION_MINIMAL",
    "LOS_MINIMAL",
    "MULTI_GAUSSIAN",
    "MULTI_GAUSSIAN_ELLIPSE_KAPPA",
    "MULTI_GAUSSIAN_ELLIPSE_POTENTIAL",
    "MULTIPOLE",
    "MULTIPOLE_ELL",
    "NFW",
    "NFW_ELLIPSE_CSE",
    "NFW_ELLIPSE_GAUSS_DEC",
    "NFW_ELLIPSE_POTENTIAL",
    "NFW_MC",
    "NFW_MC_ELLIPSE_POTENTIAL",
    "NIE",
    "NIE_POTENTIAL",
    "NIE_SIMPLE",
    "PEMD",
    "PJAFFE",
    "PJAFFE_ELLIPSE_POTENTIAL",
    "POINT_MASS",
    "POINT_MASS_LOG_SCALED",
    "PSEUDO_DPL",
    "RADIAL_INTERPOL",
    "SERSIC",
    "SERSIC_ELLIPSE_GAUSS_DEC",
    "SERSIC_ELLIPSE_KAPPA",
    "SERSIC_ELLIPSE_POTENTIAL",
    "SHAPELETS_CART",
    "SHAPELETS_POLAR",
    "SHEAR",
    "SHEAR_GAMMA_PSI",
    "SHEAR_REDUCED",
    "SHIFT",
    "SIE",
    "SIS",
    "SIS_TRUNCATED",
    "SPEMD",
    "SPEP",
    "SPL_CORE",
    "SPP",
    "SYNTHESIS",
    "TABULATED_DEFLECTIONS",
    "TNFW",
    "TNFW_ELLIPSE_POTENTIAL",
    "TNFWC",
    "TRIPLE_CHAMELEON",
    "ULDM",
]
# Names of older versions of lenstronomy that deeplenstronomy accepts.
OLD_MASS = [
    "CNFW_ELLIPSE",
    "CURVED_ARC",
    "GAUSSIAN_KAPPA",
    "HERNQUIST_ELLIPSE",
    "MULTI_GAUSSIAN_KAPPA",
    "MULTI_GAUSSIAN_KAPPA_ELLIPSE",
    "NFW_ELLIPSE",
    "NumericalAlpha",
    "PJAFFE_ELLIPSE",
]


def test_every_name_of_lenstronomy_is_known():
    assert [name for name in LIGHT if name not in LIGHT_PROFILES and name not in LIGHT_ALIASES] == []
    known = MASS_PROFILES.keys() | MASS_ALIASES.keys()
    assert [name for name in (*MASS, *OLD_MASS) if name not in known] == []


def test_an_alias_stands_for_a_profile_and_hides_none():
    for aliases, profiles in ((LIGHT_ALIASES, LIGHT_PROFILES), (MASS_ALIASES, MASS_PROFILES)):
        assert set(aliases.values()) <= profiles.keys()
        assert not aliases.keys() & profiles.keys()


def test_the_readme_counts_them():
    for kind, names in (("light", LIGHT), ("mass", MASS)):
        assert re.search(rf"\| {kind} profiles \| all {len(names)} of lenstronomy 1\.14\.2", SUPPORTED)
