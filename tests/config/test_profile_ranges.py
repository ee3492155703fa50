"""Legal values of parameters: the usual range of every profile's parameters is legal."""

from __future__ import annotations

from jaxlens.config.profile_ranges import profile_rule
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES


def test_usual_values_are_legal() -> None:
    for registry in (LIGHT_PROFILES, MASS_PROFILES):
        for name, profile in registry.items():
            for key, meaning in profile.meanings.items():
                if profile.kinds[key] in ("number", "list"):
                    rule = profile_rule(name, key, registry is LIGHT_PROFILES)
                    assert rule.allows(meaning.low), (name, key)
                    assert rule.allows(meaning.high), (name, key)


def test_the_slope_is_that_of_a_mass() -> None:
    assert not profile_rule("EPL", "gamma", by_band=False).allows(3.0)
    assert profile_rule("CORE_SERSIC", "gamma", by_band=True).allows(0.1)
