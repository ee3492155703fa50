"""The legal values of the parameters of a MODEL and of a TIMESERIES."""

from __future__ import annotations

from jaxlens.config.model import Configuration
from jaxlens.config.naming import MICROLENSING, NOISE, microlensing_names, transients
from jaxlens.config.quantities import ANY, ANY_BY_BAND, NOT_NEGATIVE, Rule
from jaxlens.kernels.transients import TRANSIENTS

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
    if key == NOISE:
        return ANY_BY_BAND
    if key == MICROLENSING:
        return NOT_NEGATIVE
    return ANY_BY_BAND if key in TRANSIENTS[model].by_band else ANY
