"""The legal values of the parameters of a MODEL and of a TIMESERIES."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jaxlens.config.model import Configuration
from jaxlens.config.naming import MICROLENSING, NOISE, microlensing_names, transients
from jaxlens.config.quantities import ANY, Rule
from jaxlens.kernels.transients import TRANSIENTS

_POSITIVE = Rule(low=0.0, open=True, distributions_may_exceed=True)
_NOT_NEGATIVE = Rule(low=0.0, distributions_may_exceed=True)
# The legal values of the factor of an image.
MICROLENSING_RULE = _NOT_NEGATIVE
# The legal values of the parameters of all models that have them; others may have any value.
_RANGES: Mapping[str, Rule] = {
    MICROLENSING: MICROLENSING_RULE,
    "STRETCH": _POSITIVE,
    "X0": _NOT_NEGATIVE,
    "EBV": _NOT_NEGATIVE,
    "RV": _POSITIVE,
    "EBV_MW": _NOT_NEGATIVE,
    "RV_MW": _POSITIVE,
    "TEMPLATE": _NOT_NEGATIVE,
    "REALIZATION": Rule(low=0.0, high=2.0**24, whole=True),
    "TAU": _POSITIVE,
    "SF_INF": _NOT_NEGATIVE,
    **{f"{key}_{color}": _POSITIVE for key in ("MEJ", "VEJ", "KAPPA", "TFLOOR") for color in ("BLUE", "RED")},
}
# The values of num_exposures that count as 1; each night of a series is one exposure.
ONE_EXPOSURE = Rule(low=0.99, high=1.01, by_band=True)


def transient_rules(configuration: Configuration) -> dict[str, Rule]:
    """The legal values of what a TIMESERIES adds or restricts, by the parameter's name; empty without one."""
    if configuration.series is None:
        return {}
    found = {"num_exposures": ONE_EXPOSURE} | {name: ANY for name, _ in configuration.series.peaks}
    for prefix, model in transients(configuration):
        for key, _ in model.parameters:
            names = microlensing_names(prefix, configuration) if key == MICROLENSING else (key,)
            found |= {f"{prefix}-{name}": model_rule(model.name, key) for name in names}
    return found


def model_rule(model: str, key: str) -> Rule:
    """The legal values of a parameter of a MODEL.

    Args:
        model: the name of the model in `jaxlens.kernels.transients`.
        key: the name of the parameter, for example `ABSMAG`.

    Returns:
        The rule.

    >>> model_rule("flat", "COLOR").by_band
    True
    """
    rule = _RANGES.get(key, ANY)
    return replace(rule, by_band=key == NOISE or key in TRANSIENTS[model].by_band)
