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
# MODEL -> parameter -> how it is drawn.  A parameter that is not listed has the kernel's default.
DEFAULTS: Mapping[str, Mapping[str, Draw]] = {
    "flat": {"MAG": _MAG, "COLOR": _COLOR},
    "flatnoise": {"MAG": _MAG, "COLOR": _COLOR, "NOISE": _NOISE},
    "variable": {"MAG": _MAG, "COLOR": _COLOR, "STEP": _STEP},
    "variablenoise": {"MAG": _MAG, "COLOR": _COLOR, "STEP": _STEP, "NOISE": _NOISE},
}
