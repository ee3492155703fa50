"""An error planted in a kernel (a sign, a factor, half a pixel) makes the rows that are named after it fail.

Several errors are planted at once where they affect different rows.  Without them all rows pass, which
`test_checks` proves.  Profiles are replaced in their registry; all other functions are in `TARGETS`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from jaxlens.imaging import extended_light, optics
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.lensing import rays
from jaxlens.kernels.noise import draws
from jaxlens.kernels.noise import variance as noise
from jaxlens.kernels.psf import gaussian as psf
from jaxlens.kernels.psf import stamps
from jaxlens.kernels.transients import photometry, salt
from validation.agreement.analytic import images as analytic_images
from validation.agreement.analytic import lenses as analytic_lenses
from validation.agreement.checks import light, mass
from validation.agreement.checks import noise as noise_check
from validation.agreement.checks import photometry as photometry_check
from validation.agreement.checks import psf as psf_check
from validation.agreement.gradients import profiles as gradient_profiles
from validation.agreement.registered import comparison
from validation.agreement.reporting.rows import Row

Function = Callable[..., Any]

# Where errors are planted outside the registries: the module in which callers look a function up, and its
# name.
TARGETS: dict[str, tuple[ModuleType, str]] = {
    "arrival time": (rays, "arrival_time"),
    "taps of the Gaussian blur": (psf, "blur_taps"),
    "stamp of a point source": (stamps, "interpolated_response"),
    "resampling of a PSF kernel": (optics, "resampled"),
    "variance of the shot noise": (noise, "shot_variance"),
    "photons of a pixel": (draws, "poisson_counts"),
    "pixel centres": (extended_light, "_grid"),
    "distance and redshift of a spectrum": (photometry, "dilution"),
    "colour law of SALT": (salt, "colour_law"),
}


@pytest.fixture(autouse=True)
def _compile_anew() -> Iterator[None]:
    """Programs compiled with and without a planted error are not confused."""
    jax.clear_caches()
    with jax.enable_x64(True):
        yield
    jax.clear_caches()


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[Function], Function]], None]:
    """Replace one of TARGETS by the wrong function that `error` makes of it."""

    def replace(target: str, error: Callable[[Function], Function]) -> None:
        module, name = TARGETS[target]
        monkeypatch.setattr(module, name, error(getattr(module, name)))

    return replace


@pytest.fixture
def plant_in_profile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replace a function of a registered profile by the wrong one that `error` makes of it."""

    def replace(registry: dict[str, Any], profile: str, function: str, error: Callable[..., Any]) -> None:
        wrong = error(getattr(registry[profile], function))
        monkeypatch.setitem(registry, profile, dataclasses.replace(registry[profile], **{function: wrong}))

    return replace


def missed(rows: Sequence[Row]) -> set[str]:
    """The names, up to the first comma, of the rows that missed their tolerance."""
    return {row.name.split(",")[0] for row in rows if not row.passed}


def mirrored(function: Callable[..., Any]) -> Callable[..., Any]:
    """The profile with the sign of e2 changed."""
    return lambda x, y, *, e2, **values: function(x, y, e2=-e2, **values)


def by_major_axis(function: Callable[..., Any]) -> Callable[..., Any]:
    """The profile whose radius is measured along the major axis: a factor of q."""

    def planted(x: Any, y: Any, *, R_sersic: Any, e1: Any, e2: Any, **values: Any) -> Any:
        modulus = jnp.minimum(jnp.hypot(e1, e2), 0.99)
        q = (1.0 - modulus) / (1.0 + modulus)
        return function(x, y, R_sersic=R_sersic * jnp.sqrt(q), e1=e1, e2=e2, **values)

    return planted


def with_root(function: Callable[..., Any]) -> Callable[..., Any]:
    """The profile with the square root of theta_E in its place."""
    return lambda x, y, *, theta_E, **values: function(x, y, theta_E=jnp.sqrt(theta_E), **values)


def halved(function: Callable[..., Any]) -> Callable[..., Any]:
    """Half of the function."""
    return lambda *args, **values: 0.5 * function(*args, **values)


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The profile with a guard against e1 = 0, which makes its derivative there zero."""
    return lambda x, y, *, e1, **values: function(x, y, e1=jnp.where(e1 == 0.0, 0.0, e1), **values)


@pytest.mark.long
def test_light(plant_in_profile: Callable[..., None]) -> None:
    """A radius along the major axis, half a total flux, and a sign."""
    plant_in_profile(LIGHT_PROFILES, "SERSIC_ELLIPSE", "surface_brightness", by_major_axis)
    plant_in_profile(LIGHT_PROFILES, "GAUSSIAN", "total_flux", halved)
    plant_in_profile(LIGHT_PROFILES, "CORE_SERSIC", "surface_brightness", mirrored)
    assert missed(light.check(True).rows) == {
        "SERSIC_ELLIPSE: surface brightness",
        "GAUSSIAN: total flux",
        "CORE_SERSIC: surface brightness",
        "SERSIC_ELLIPSE: surface brightness at the centre",
    }


@pytest.mark.long
def test_mass(plant_in_profile: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign, half a potential, and the root of an Einstein radius; at usual parameters, of five profiles."""
    some = partial(comparison.rows, names=("SIE", "SHEAR", "POINT_MASS", "SIS", "CONVERGENCE"))
    monkeypatch.setattr(comparison, "rows", some)
    plant_in_profile(MASS_PROFILES, "SIE", "deflection", mirrored)
    plant_in_profile(MASS_PROFILES, "SHEAR", "potential", halved)
    plant_in_profile(MASS_PROFILES, "POINT_MASS", "deflection", with_root)
    found = missed(mass.check(True).rows)
    assert {"SIE: deflection", "SIE: convergence and shear", "POINT_MASS: deflection"} <= found
    of_shear = {"SHEAR: potential", "SHEAR: gradient of the potential"}
    assert {name for name in found if "SIE" not in name and "POINT" not in name} == of_shear


@pytest.mark.long
def test_blur(plant: Callable[..., None]) -> None:
    """Without its outermost tap."""

    def one_tap_less(taps: Function) -> Function:
        def planted(sigma: jax.Array, radius: int) -> jax.Array:
            k = jnp.reshape(jnp.arange(1.0, radius + 2.0), (-1,) + (1,) * sigma.ndim)
            return jnp.where(k <= jnp.floor(5.0 * sigma[None] + 0.5), taps(sigma, radius), 0.0)

        return planted

    plant("taps of the Gaussian blur", one_tap_less)
    found = missed(psf_check.check(True).rows)
    assert found == {"Gaussian blur by sums of shifted images", "Gaussian blur by matrix products"}


@pytest.mark.long
def test_stamps(plant: Callable[..., None]) -> None:
    """Moved by half a pixel."""
    plant(
        "stamp of a point source",
        lambda response: lambda pixels, at, *more, **named: response(pixels, at + 0.5, *more, **named),
    )
    assert missed(psf_check.check(True).rows) == {"point source's stamp"}


@pytest.mark.long
def test_kernels(plant: Callable[..., None]) -> None:
    """Rows and columns exchanged."""
    plant(
        "resampling of a PSF kernel",
        lambda resampled: lambda kernel, *factors: jnp.swapaxes(resampled(kernel, *factors), -1, -2),
    )
    rows = psf_check.check(True).rows
    assert {row.name for row in rows if not row.passed} == {
        row.name for row in rows if row.name.startswith("kernel")
    }


@pytest.mark.long
def test_noise(plant: Callable[..., None]) -> None:
    """Half of the shot noise's variance, and a photon too many in every pixel."""
    plant("variance of the shot noise", halved)
    plant("photons of a pixel", lambda counts: lambda key, mean: counts(key, mean) + 1.0)
    rows = noise_check.check(True).rows
    assert {"Gaussian noise", "predicted sigma in every pixel: ADU", "shot_noise: poisson"} <= missed(rows)
    counted = [row for row in rows if "shot_noise: poisson" in row.name]
    assert [row.passed for row in counted] == [True, True, False]  # variance, pooled variance, mean


@pytest.mark.long
def test_photometry_of_a_template(plant: Callable[..., None]) -> None:
    """Two thousandths too bright; the brightness of a SALT model is given by x0."""
    plant("distance and redshift of a spectrum", lambda dilution: lambda sky: 1.002 * dilution(sky))
    assert missed(photometry_check.check(True).rows) == {"the template of Hsiao et al."}


@pytest.mark.long
def test_the_colour_law(plant: Callable[..., None]) -> None:
    plant("colour law of SALT", lambda law: lambda *arguments: 1.01 * law(*arguments))
    assert missed(photometry_check.check(True).rows) == {"a SALT model"}


@pytest.mark.long
def test_half_a_pixel_moves_the_einstein_ring(plant: Callable[..., None]) -> None:
    def moved(grid: Function) -> Function:
        def planted(scene: Any, columns: int) -> tuple[jax.Array, jax.Array]:
            x, y = grid(scene, columns)
            return x + 0.5, y

        return planted

    plant("pixel centres", moved)
    found = missed(analytic_images.einstein_ring(3).rows)
    assert found == {"Einstein ring: image", "Einstein ring: mean radius"}


@pytest.mark.long
def test_a_factor_in_the_delay_is_seen(plant: Callable[..., None]) -> None:
    plant("arrival time", lambda arrival_time: lambda *arguments: 1.001 * arrival_time(*arguments))
    assert missed(analytic_lenses.sphere(20)) == {"SIS: delay in days"}


@pytest.mark.long
def test_a_gradient_that_vanishes_for_a_round_galaxy_is_seen(plant_in_profile: Callable[..., None]) -> None:
    name = "SERSIC_ELLIPSE"
    plant_in_profile(LIGHT_PROFILES, name, "surface_brightness", guarded)
    found = missed(gradient_profiles.rows(gradient_profiles.compare([name], 8, 20)))
    assert found == {
        f"{name}: gradient against central difference",
        "at e = 0 and zero shear: derivatives in e1",
    }
