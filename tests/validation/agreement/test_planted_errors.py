"""An error planted in a kernel (a sign, a factor, half a pixel) makes the rows that are named after it fail.

Several are planted at once, each where no other row looks; without them all rows pass, as `test_checks` says.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from jaxlens.imaging import optics, render
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.lensing import rays
from jaxlens.kernels.noise import draws
from jaxlens.kernels.noise import variance as noise
from jaxlens.kernels.psf import gaussian as psf
from jaxlens.kernels.psf import stamps
from validation.agreement.analytic import images as analytic_images
from validation.agreement.analytic import lenses as analytic_lenses
from validation.agreement.checks import light, mass
from validation.agreement.checks import noise as noise_check
from validation.agreement.checks import psf as psf_check
from validation.agreement.gradients import profiles as gradient_profiles
from validation.agreement.rows import Row


@pytest.fixture(autouse=True)
def _compile_anew() -> Iterator[None]:
    """No program of a right kernel serves a wrong one, or the other way round."""
    jax.clear_caches()
    with jax.enable_x64(True):
        yield
    jax.clear_caches()


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put an error into one of the functions of a registered profile."""

    def replace(registry: dict[str, Any], name: str, function: str, error: Callable[..., Any]) -> None:
        wrong = error(getattr(registry[name], function))
        monkeypatch.setitem(registry, name, dataclasses.replace(registry[name], **{function: wrong}))

    return replace


def missed(rows: Sequence[Row]) -> set[str]:
    """Names of the rows that missed their tolerance, up to the first comma."""
    return {row.what.split(",")[0] for row in rows if not row.passed}


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
    """The profile that does not square theta_E."""
    return lambda x, y, *, theta_E, **values: function(x, y, theta_E=jnp.sqrt(theta_E), **values)


def halved(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **values: 0.5 * function(*args, **values)


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The profile with a guard against e1 = 0, which makes its slope there finite and wrong."""
    return lambda x, y, *, e1, **values: function(x, y, e1=jnp.where(e1 == 0.0, 0.0, e1), **values)


def test_light(plant: Callable[..., None]) -> None:
    """The major axis for the product average, half a total flux, and a sign."""
    plant(LIGHT_PROFILES, "SERSIC_ELLIPSE", "surface_brightness", by_major_axis)
    plant(LIGHT_PROFILES, "GAUSSIAN", "total_flux", halved)
    plant(LIGHT_PROFILES, "CORE_SERSIC", "surface_brightness", mirrored)
    assert missed(light.check(True).rows) == {
        "SERSIC_ELLIPSE: surface brightness",
        "GAUSSIAN: total flux",
        "CORE_SERSIC: surface brightness",
    }


def test_mass(plant: Callable[..., None]) -> None:
    """A sign, half a potential, and an Einstein radius that is not squared."""
    plant(MASS_PROFILES, "SIE", "deflection", mirrored)
    plant(MASS_PROFILES, "SHEAR", "potential", halved)
    plant(MASS_PROFILES, "POINT_MASS", "deflection", with_root)
    found = missed(mass.check(True).rows)
    assert {"SIE: deflection", "SIE: convergence and shear", "POINT_MASS: deflection"} <= found
    assert {name for name in found if "SIE" not in name and "POINT" not in name} == {"SHEAR: potential"}


def test_blur(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its outermost tap."""
    taps = psf.blur_taps

    def one_less(sigma: jax.Array, radius: int) -> jax.Array:
        k = jnp.reshape(jnp.arange(1.0, radius + 2.0), (-1,) + (1,) * sigma.ndim)
        return jnp.where(k <= jnp.floor(5.0 * sigma[None] + 0.5), taps(sigma, radius), 0.0)

    monkeypatch.setattr(psf, "blur_taps", one_less)
    found = missed(psf_check.check(True).rows)
    assert found == {"Gaussian blur by sums of shifted images", "Gaussian blur by matrix products"}


def test_stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a pixel aside."""
    response = stamps.interpolated_response
    moved = lambda pixels, at, *more, **named: response(pixels, at + 0.5, *more, **named)  # noqa: E731
    monkeypatch.setattr(stamps, "interpolated_response", moved)
    assert missed(psf_check.check(True).rows) == {"point source's stamp"}


def test_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows for columns."""
    turned = lambda kernel, *factors: jnp.swapaxes(resampled(kernel, *factors), -1, -2)  # noqa: E731
    resampled = optics.resampled
    monkeypatch.setattr(optics, "resampled", turned)
    rows = psf_check.check(True).rows
    assert {row.what for row in rows if not row.passed} == {
        row.what for row in rows if row.what.startswith("kernel")
    }


def test_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the shot noise's variance, and where photons are counted one too many in every pixel."""
    counts = draws.poisson_counts
    monkeypatch.setattr(noise, "shot_variance", halved(noise.shot_variance))
    monkeypatch.setattr(draws, "poisson_counts", lambda key, mean: counts(key, mean) + 1.0)
    rows = noise_check.check(True).rows
    assert {"Gaussian noise", "predicted sigma in every pixel: ADU", "shot_noise: poisson"} <= missed(rows)
    counted = [row for row in rows if "shot_noise: poisson" in row.what]
    assert [row.passed for row in counted] == [True, True, False]  # variance, pooled variance, mean


def test_half_a_pixel_moves_the_einstein_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = render._grid

    def moved(scene: Any, params: Any) -> tuple[jax.Array, jax.Array]:
        x, y = grid(scene, params)
        return x + 0.5 * params["pixel_scale"], y

    monkeypatch.setattr(render, "_grid", moved)
    found = missed(analytic_images.einstein_ring(3).rows)
    assert found == {"Einstein ring: image", "Einstein ring: mean radius"}


def test_a_factor_in_the_delay_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    arrival_time = rays.arrival_time
    monkeypatch.setattr(rays, "arrival_time", lambda *arguments: 1.001 * arrival_time(*arguments))
    assert missed(analytic_lenses.sphere(20)) == {"SIS: delay in days"}


def test_a_gradient_that_vanishes_for_a_round_galaxy_is_seen(plant: Callable[..., None]) -> None:
    name = "SERSIC_ELLIPSE"
    plant(LIGHT_PROFILES, name, "surface_brightness", guarded)
    found = missed(gradient_profiles.rows(gradient_profiles.compare([name], 8, 20)))
    assert found == {f"{name}: gradient against central difference", "at e = 0 and zero shear: slopes in e1"}
