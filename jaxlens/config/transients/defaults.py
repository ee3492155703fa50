"""How the parameters of a MODEL are drawn where the file does not say it."""

from __future__ import annotations

from collections.abc import Mapping

from jaxlens.config.model import Draw


def _draw(distribution: str, **parameters: float) -> Draw:
    return Draw(distribution, tuple(parameters.items()))


# The apparent magnitude of the toy models (mag); deeplenstronomy, timeseries.py.
_MAG = _draw("uniform", minimum=12.0, maximum=23.0)
# Their colour in each band (mag); deeplenstronomy, timeseries.py.
_COLOR = _draw("uniform", minimum=-2.0, maximum=2.0)
# The step of `variable` from night to night (mag); deeplenstronomy, timeseries.py.
_STEP = _draw("uniform", minimum=-1.0, maximum=1.0)
# The noise of `flatnoise` and `variablenoise` for each night and band (mag); deeplenstronomy, timeseries.py.
_NOISE = _draw("normal", mean=0.0, std=0.25)

# The parameters that are drawn wherever they are not given: which template, and which random curve.
ALWAYS_DRAWN = ("TEMPLATE", "REALIZATION", "MAGSMEAR")
# The parameters of which each band has a draw of its own.
DRAWN_BY_BAND = ("COLOR", "NOISE")
# Which random curve: an index that float32 holds exactly.
REALIZATION = _draw("uniform_int", minimum=0.0, maximum=2.0**24)
# The unit of SNANA's MAGSMEAR: Gaussian scatter of the magnitude.
STANDARD_NORMAL = _draw("normal", mean=0.0, std=1.0)

# Type Ia supernovae (AB mag): the mean of Astier et al. (2006, A&A 447, 31), -19.31 in the Vega system for
# H0 = 70 km/s/Mpc, and their intrinsic scatter.
_IA_ABSMAG = _draw("normal", mean=-19.40, std=0.13)
# The stretch of type Ia supernovae: 0.98 + 0.091 x1 to first order, with x1 of unit variance (Guy et al.
# 2007, A&A 466, 11).
_IA_STRETCH = _draw("normal", mean=0.98, std=0.091)
# The colour c of type Ia supernovae (mag), about the spread in Betoule et al. (2014, A&A 568, A22).
_IA_COLOR = _draw("normal", mean=0.0, std=0.1)
# By how much wide type Ia supernovae are brighter (mag); Astier et al. (2006).
_IA_ALPHA = _draw("delta_function", value=1.52)
# By how much red type Ia supernovae are fainter (mag per mag); Betoule et al. (2014).
_IA_BETA = _draw("delta_function", value=3.101)
# SALT: -19.05 in the Vega system for H0 = 70 km/s/Mpc, and the scatter that is left (Betoule et al. 2014).
_SALT_ABSMAG = _draw("normal", mean=-19.14, std=0.1)
# x1 has unit variance in the training sample of SALT2 (Guy et al. 2007).
_SALT_X1 = STANDARD_NORMAL
# By how much a supernova with x1 = 1 is brighter (mag); Betoule et al. (2014).
_SALT_ALPHA = _draw("delta_function", value=0.141)
# The absolute AB magnitude of quasars in the i band, about the range of MacLeod et al. (2010, ApJ 721, 1014).
_AGN_M_I = _draw("normal", mean=-25.0, std=1.0)
# log10 of the masses of their black holes: 2.0 - 0.27 M_i with a scatter of 0.3 (MacLeod et al. 2010, section
# 5.2), and so a standard deviation of 0.4 with the one above.
_AGN_LOG_MBH = _draw("normal", mean=8.75, std=0.4)

# MODEL -> parameter -> how it is drawn.  A parameter that is not listed has the kernel's default.
DEFAULTS: Mapping[str, Mapping[str, Draw]] = {
    "flat": {"MAG": _MAG, "COLOR": _COLOR},
    "flatnoise": {"MAG": _MAG, "COLOR": _COLOR, "NOISE": _NOISE},
    "variable": {"MAG": _MAG, "COLOR": _COLOR, "STEP": _STEP},
    "ia": {
        "ABSMAG": _IA_ABSMAG,
        "STRETCH": _IA_STRETCH,
        "COLOR": _IA_COLOR,
        "ALPHA": _IA_ALPHA,
        "BETA": _IA_BETA,
    },
    "salt": {
        "ABSMAG": _SALT_ABSMAG,
        "X1": _SALT_X1,
        "C": _IA_COLOR,
        "ALPHA": _SALT_ALPHA,
        "BETA": _IA_BETA,
    },
    "agn_drw": {"M_I": _AGN_M_I, "LOG_MBH": _AGN_LOG_MBH},
    "variablenoise": {"MAG": _MAG, "COLOR": _COLOR, "STEP": _STEP, "NOISE": _NOISE},
}
