"""LIGHT_PROFILE_n, MASS_PROFILE_n and SHEAR_PROFILE_n, checked against the kernels' registries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jaxlens.config.errors import Report
from jaxlens.config.model import Profile, Quantity
from jaxlens.config.naming import POSITIONS
from jaxlens.config.quantities import ANY, ANY_BY_BAND, Rule, quantity
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES, MassProfile

_POSITIVE = Rule(low=0.0, open=True, constants_only=True)
_NOT_NEGATIVE = Rule(low=0.0, constants_only=True)
_ELLIPTICITY = Rule(low=-1.0, high=1.0, open=True, constants_only=True)

# What lenstronomy would compute nonsense with; a parameter that is not named may be anything.
_RANGES: Mapping[str, Rule] = {
    "R_sersic": _POSITIVE,
    "n_sersic": _POSITIVE,
    "Rb": _POSITIVE,
    "sigma": _POSITIVE,
    "alpha": _POSITIVE,
    "theta_E": _NOT_NEGATIVE,
    "sigma_v": _NOT_NEGATIVE,
    "s_scale": _NOT_NEGATIVE,
    "e1": _ELLIPTICITY,
    "e2": _ELLIPTICITY,
}
_EPL_SLOPE = Rule(low=1.0, high=3.0, open=True, constants_only=True)


def read_light_profile(label: str, node: Node, report: Report) -> Profile:
    """A light profile: `magnitude`, then its own parameters; all but its position may differ by band."""
    with Section(node, report) as section:
        name = section.choice("NAME", LIGHT_PROFILES, noun="a light profile")
        parameters = _parameters(section, name)
        if not name:
            return Profile(label, "", ())
        with parameters:
            if parameters.has("amp"):
                place = parameters.take("amp").place  # type: ignore[union-attr]
                report.problem(place, "is not used; give magnitude, which sets the amplitude")
            magnitude = ("magnitude", quantity(parameters, "magnitude", ANY_BY_BAND))
            rest = _all(parameters, LIGHT_PROFILES[name].parameters, name, by_band=True)
    return Profile(label, name, (magnitude, *rest))


def read_mass_profile(label: str, node: Node, report: Report) -> Profile:
    """A mass or shear profile; `sigma_v` may stand in for `theta_E` where the profile allows it."""
    with Section(node, report) as section:
        name = section.choice("NAME", MASS_PROFILES, noun="a mass profile")
        parameters = _parameters(section, name)
        if not name:
            return Profile(label, "", ())
        with parameters:
            wanted = _with_sigma_v(parameters, MASS_PROFILES[name])
            return Profile(label, name, _all(parameters, wanted, name, by_band=False))


def _parameters(section: Section, name: str) -> Section:
    finding = f"a parameter of {name}" if name else "known"
    return section.sub("PARAMETERS", finding)


def _with_sigma_v(parameters: Section, profile: MassProfile) -> Mapping[str, float | None]:
    """The parameters that this profile takes here: with sigma_v for theta_E where the file says so."""
    if not (profile.sigma_v and parameters.has("sigma_v")):
        return profile.parameters
    if parameters.has("theta_E"):
        place = parameters.take("sigma_v").place  # type: ignore[union-attr]
        parameters.report.problem(place, "stands beside theta_E; give one of the two")
    return {"sigma_v" if key == "theta_E" else key: default for key, default in profile.parameters.items()}


def _all(
    section: Section, parameters: Mapping[str, float | None], profile: str, by_band: bool
) -> tuple[tuple[str, Quantity], ...]:
    """Every parameter of a profile in order, defaults filled in."""
    return tuple(
        (key, quantity(section, key, profile_rule(profile, key, by_band), default))
        for key, default in parameters.items()
    )


def profile_rule(profile: str, key: str, by_band: bool) -> Rule:
    """What a profile's parameter may be; positions never differ by band."""
    rule = _EPL_SLOPE if (profile, key) == ("EPL", "gamma") else _RANGES.get(key, ANY)
    return replace(rule, by_band=by_band and key not in POSITIONS)
