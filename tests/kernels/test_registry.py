"""What the registry reads from a profile's function."""

from __future__ import annotations

import jax.numpy as jnp
import pytest

from jaxlens.kernels import registry
from jaxlens.kernels.types import Real, Reals, Table


def test_kinds_of_parameters_are_those_of_their_annotations(monkeypatch):
    monkeypatch.setattr(registry, "LIGHT_PROFILES", {})

    @registry.light_profile("OWN", no_flux="it is a test")
    def own(x, y, *, sigma: Reals, order: int, image: Table, scale: Real = 2.0, plain=1.0):
        """The equation."""
        return x

    profile = registry.LIGHT_PROFILES["OWN"]
    kinds = {"sigma": "list", "order": "integer", "image": "table", "scale": "number", "plain": "number"}
    assert dict(profile.kinds) == kinds
    assert profile.of_kind("number") == ("scale", "plain")
    assert dict(profile.parameters) == dict.fromkeys(kinds) | {"scale": 2.0, "plain": 1.0}
    assert profile.doc == "The equation."
    assert profile.meanings["sigma"].unit == "arcsec"


@pytest.mark.parametrize("options", [{}, {"total_flux": jnp.ones, "no_flux": "it is a test"}])
def test_a_light_profile_has_a_flux_or_a_reason(options):
    with pytest.raises(ValueError, match="OWN: give either total_flux or no_flux"):
        registry.light_profile("OWN", **options)


def test_a_profile_with_only_a_potential_gets_its_gradient(monkeypatch):
    monkeypatch.setattr(registry, "MASS_PROFILES", {})

    @registry.mass_potential("OWN")
    def own(x, y, *, strength):
        """The equation."""
        return 0.5 * strength * (x * x - y * y)

    profile = registry.MASS_PROFILES["OWN"]
    assert dict(profile.parameters) == {"strength": None}
    alpha = profile.deflection(jnp.asarray([1.0, 2.0]), jnp.asarray([3.0, 4.0]), strength=0.1)
    assert jnp.allclose(jnp.stack(alpha), jnp.asarray([[0.1, 0.2], [-0.3, -0.4]]))
    assert profile.doc == "The equation."
