"""Every profile of the registry: values of lenstronomy, relations that all profiles obey, right derivatives.

A profile that is added to the registry is tested here without a further line.  The profiles are evaluated
operation by operation on arrays of one shape, so that they share a few compiled programs
(`validation.agreement.registered`).  What is not as usual is in `validation.agreement.registered.stated`.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import Profile
from validation.agreement import references
from validation.agreement.registered import comparison, derivatives, draws, evaluation, fluxes, stated

REFERENCES = {kind: references.load(f"{kind}_profiles") for kind in ("light", "mass")}
PROFILES = {("light", name): LIGHT_PROFILES[name] for name in sorted(LIGHT_PROFILES)}
PROFILES |= {("mass", name): MASS_PROFILES[name] for name in sorted(MASS_PROFILES)}
# Profiles of thousands of operations, or that take others of this list as their parts.
HEAVY = {
    "BPL",
    "CNFW",
    "CNFW_ELLIPSE_POTENTIAL",
    "CORED_DENSITY_2",
    "CORED_DENSITY_EXP",
    "CTNFW_GAUSS_DEC",
    "EPL_BOXYDISKY",
    "EPL_BOXYDISKY_ELL",
    "EPL_MULTIPOLE_M1M3M4",
    "EPL_MULTIPOLE_M1M3M4_ELL",
    "EPL_MULTIPOLE_M3M4",
    "EPL_MULTIPOLE_M3M4_ELL",
    "EPL_Q_PHI",
    "GNFW",
    "GNFW_ELLIPSE_GAUSS_DEC",
    "GreenBoschNFW",
    "MULTI_GAUSSIAN_ELLIPSE_KAPPA",
    "NFW_ELLIPSE_GAUSS_DEC",
    "PSEUDO_DPL",
    "SERSIC_ELLIPSE_GAUSS_DEC",
    "SERSIC_ELLIPSE_KAPPA",
    "SERSIC_ELLIPSE_POTENTIAL",
    "SPEMD",
    "SYNTHESIS",
    "TNFWC",
    "ULDM",
}
# Profiles that are the same everywhere.
CONSTANT = ("UNIFORM", "BLANK_PLANE")
every_profile = pytest.mark.parametrize(("kind", "name"), PROFILES, ids=map("-".join, PROFILES))
heavy_ones_long = pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(kind, name, id=f"{kind}-{name}", marks=[pytest.mark.long] if name in HEAVY else [])
        for kind, name in PROFILES
    ],
)


def assert_within(kind: str, name: str, errors: dict[str, np.ndarray]) -> None:
    """Each error is within the tolerance that is stated for it."""
    double = jnp.result_type(float) == jnp.float64
    for quantity, values in errors.items():
        tolerance = stated.tolerance(kind, name, quantity, double)
        if tolerance is not None:
            missed = np.flatnonzero(~(values <= tolerance))
            assert not missed.size, f"{quantity}: {np.max(values):.1e} > {tolerance}, in the draws {missed}"


@every_profile
def test_there_are_references_at_the_present_ranges(kind, name):
    """Else: python -m validation.agreement.make_references light_profiles mass_profiles."""
    assert name in REFERENCES[kind], test_there_are_references_at_the_present_ranges.__doc__
    frozen = references.parameters(REFERENCES[kind][name])
    drawn = draws.frozen(PROFILES[kind, name], draws.parameters(PROFILES[kind, name]))
    assert frozen.keys() == drawn.keys()
    for key, value in drawn.items():
        np.testing.assert_array_equal(value, frozen[key], err_msg=key)


@pytest.mark.parametrize("kind", REFERENCES)
def test_references_and_stated_tolerances_are_of_registered_profiles(kind):
    names = {name for of_kind, name in PROFILES if of_kind == kind}
    assert set(REFERENCES[kind]) <= names
    assert {name for of_kind, name, _ in stated.STATED if of_kind == kind} <= names


@pytest.mark.usefixtures("x64")
@heavy_ones_long
def test_values_are_lenstronomys(kind, name):
    """And the deflection is the gradient of the potential, and its derivatives are lenstronomy's."""
    assert_within(kind, name, comparison.all_errors(name, kind, REFERENCES[kind][name]))


@pytest.mark.slow
@heavy_ones_long
def test_values_in_single_precision_are_lenstronomys(kind, name):
    assert_within(kind, name, comparison.all_errors(name, kind, REFERENCES[kind][name]))


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
@heavy_ones_long
def test_shapes_and_types_follow_the_arguments(kind, name):
    """In a program, of coordinates (1, 2, 3) and parameters (4, 1, 1) and (), all float32."""
    profile = PROFILES[kind, name]
    result = evaluation.traced(profile, draws.parameters(profile))
    assert result.shape[1:] == (4, 2, 3)
    assert result.dtype == jnp.float32


@pytest.mark.slow
@heavy_ones_long
def test_what_is_no_number_makes_no_number(kind, name):
    if name not in CONSTANT:
        assert derivatives.lost_numbers(PROFILES[kind, name]) == []


@pytest.mark.slow
@heavy_ones_long
def test_derivatives_are_finite_at_the_centre_and_over_the_usual_range(kind, name):
    """In single precision, where numbers end sooner."""
    assert derivatives.infinite_derivatives(PROFILES[kind, name]) == []


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", sorted(set(MASS_PROFILES) - HEAVY))
def test_profiles_that_are_power_laws_or_linear(name):
    """What the registry says of them is what their deflections are at twice the distance from the centre."""
    profile = MASS_PROFILES[name]
    near, far, drawn = derivatives.at_twice_the_distance(profile)
    whole_power = 2.0 ** (2.0 - drawn.get("gamma", np.array(2.0))).reshape(-1, 1)
    size = np.max(np.abs(near)) or 1.0
    if profile.linear:
        # but for a constant, as of SHIFT
        constant = np.broadcast_to((far - 2.0 * near)[..., :1], far.shape)
        np.testing.assert_allclose(far, 2.0 * near + constant, rtol=1e-9, atol=1e-9 * size)
    if profile.power_law:
        np.testing.assert_allclose(far, whole_power * near, rtol=1e-7, atol=1e-9 * size)


def assert_derivatives(kind: str, name: str, function_of: derivatives.FunctionOf) -> None:
    profile: Profile = PROFILES[kind, name]
    found = derivatives.central_differences(profile, function_of)
    for quantity, errors in ((stated.DERIVATIVES, found.derivative), (stated.CONTINUITY, found.value)):
        tolerance = stated.tolerance(kind, name, quantity, double=True)
        if tolerance is None:
            continue
        missed = {key: f"{e:.1e}" for key, e in zip(found.names, errors, strict=True) if not e <= tolerance}
        assert not missed, f"{quantity}: {missed} > {tolerance}"
    if name not in HEAVY:
        assert derivatives.reverse_error(profile, function_of, found.forward) < 1e-9


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@heavy_ones_long
def test_derivatives_are_central_differences(kind, name):
    """In every argument; for round lenses on their axes, whole slopes, equal lengths, and elsewhere."""
    assert_derivatives(kind, name, evaluation.function_of)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", fluxes.with_flux())
def test_derivatives_of_the_flux_are_central_differences(name):
    assert_derivatives("light", name, evaluation.flux_of)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", fluxes.with_flux())
def test_total_flux_is_the_integral_of_the_brightness(name):
    assert_within("light", name, {stated.FLUX_INTEGRAL: fluxes.flux_errors(LIGHT_PROFILES[name])})
