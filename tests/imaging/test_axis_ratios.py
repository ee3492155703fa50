"""Axis ratios and angles in place of ellipticities: the numbers that kernels get, and whole images."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens.imaging import axis_ratios
from jaxlens.imaging.derived import derived_quantities
from jaxlens.imaging.photometry import light_numbers
from jaxlens.imaging.rays import mass_parameters

LENS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"
SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
Q, PHI = 0.7, 0.4


def ellipticity(q: float, phi: float) -> dict[str, float]:
    """Lenstronomy's phi_q2_ellipticity."""
    modulus = (1.0 - q) / (1.0 + q)
    return {"e1": modulus * np.cos(2.0 * phi), "e2": modulus * np.sin(2.0 * phi)}


def simulator(
    small_lens: dict[str, Any], light: dict[str, Any], mass: dict[str, Any], **more: Any
) -> jaxlens.Simulator:
    """The lens's light and mass have these parameters in place of e1 and e2."""
    file = deepcopy(small_lens)
    lens = file["SPECIES"]["GALAXY_1"]
    for profile, given in (("LIGHT_PROFILE_1", light), ("MASS_PROFILE_1", mass)):
        parameters = lens[profile]["PARAMETERS"]
        del parameters["e1"], parameters["e2"]
        parameters |= given
    file["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"] |= more
    return jaxlens.Simulator(file)


@pytest.fixture
def by_axes(small_lens: dict[str, Any]) -> jaxlens.Simulator:
    """An axis ratio in mass, and in light with one angle a band."""
    angles = {"q": Q, "phi": {"g": PHI, "r": PHI + 0.2}}
    del small_lens["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"]
    return simulator(small_lens, angles, {"sigma_v": 240.0, "q": Q, "phi": PHI})


def system(sim: jaxlens.Simulator) -> dict[str, jax.Array]:
    """The parameters of one system."""
    params = sim.sample(jax.random.key(1, impl="threefry2x32"), 1)
    return {key: value[0] for key, value in params.items()}


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_kernels_get_the_ellipticity_of_an_axis_ratio(by_axes: jaxlens.Simulator) -> None:
    """So does the metadata, as derived quantities; q and phi are the parameters."""
    params, scene = system(by_axes), by_axes.scene
    assert not {f"{LENS}-e1", f"{MASS}-e2"} & {*params}
    mass = mass_parameters(scene, params, 0, scene.planes[0].mass[0])
    assert mass.keys() == {"theta_E", "e1", "e2", "center_x", "center_y"}
    light = light_numbers(scene, params, scene.planes[0].light[0])
    assert not {"q", "phi"} & {*light.shape}
    derived = derived_quantities(scene, params)
    assert derived.keys() == {
        *(f"{prefix}-{name}" for prefix in (LENS, MASS) for name in ("e1", "e2")),
        f"{MASS}-theta_E",
    }
    by_band = [ellipticity(Q, PHI), ellipticity(Q, PHI + 0.2)]
    for name, value in ellipticity(Q, PHI).items():
        assert float(mass[name]) == pytest.approx(value, rel=1e-12)
        assert float(derived[f"{MASS}-{name}"]) == pytest.approx(value, rel=1e-12)
        expected = [one[name] for one in by_band]
        np.testing.assert_allclose(np.asarray(light.shape[name]).ravel(), expected, rtol=1e-12)
        np.testing.assert_allclose(derived[f"{LENS}-{name}"], expected, rtol=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("q", [0.3, 0.8, 1.0])
def test_derivatives_in_axis_ratio_and_angle(q: float, by_axes: jaxlens.Simulator) -> None:
    """They are central differences, of a round profile too."""
    params, scene = system(by_axes), by_axes.scene

    lens = scene.planes[0].mass[0]

    def e(q: jax.Array, phi: jax.Array) -> jax.Array:
        found = axis_ratios.ellipticity(lens, {**params, f"{MASS}-q": q, f"{MASS}-phi": phi})
        return jnp.stack([found["e1"], found["e2"]])

    at, step = (jnp.asarray(q), jnp.asarray(PHI)), 1e-4
    for found, (along_q, along_phi) in zip(jax.jacfwd(e, argnums=(0, 1))(*at), np.eye(2) * step, strict=True):
        ahead, behind = e(at[0] + along_q, at[1] + along_phi), e(at[0] - along_q, at[1] - along_phi)
        np.testing.assert_allclose(found, (ahead - behind) / (2.0 * step), rtol=1e-6, atol=1e-9)


def test_the_prior_is_that_of_the_axis_ratio(small_lens: dict[str, Any]) -> None:
    uniform = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.5, "maximum": 1.0}}}
    angle = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.0, "maximum": np.pi}}}
    sim = simulator(small_lens, {"q": uniform, "phi": angle}, {"q": uniform, "phi": angle})
    params = sim.sample(jax.random.key(2, impl="threefry2x32"), 40)
    for prefix in (LENS, MASS):
        q = np.asarray(params[f"{prefix}-q"])
        assert 0.5 < q.min() < 0.6 < 0.9 < q.max() < 1.0
        assert np.ptp(params[f"{prefix}-phi"]) > 2.5
    one = {key: value[:1] for key, value in params.items()}
    assert np.isfinite(sim.log_prior(one)[0])
    assert np.isneginf(sim.log_prior({**one, f"{MASS}-q": one[f"{MASS}-q"] / 3.0})[0])


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_a_file_with_axis_ratios_is_a_file_with_ellipticities(small_lens: dict[str, Any]) -> None:
    angles, ratio = {"q": Q, "phi": PHI}, ellipticity(Q, PHI)
    by_axes, by_e = (simulator(small_lens, given, given) for given in (angles, ratio))
    params = by_axes.sample(jax.random.key(1, impl="threefry2x32"), 1)
    image = by_axes.render(params)
    expected = by_e.render(by_e.sample(jax.random.key(1, impl="threefry2x32"), 1))
    assert float(jnp.max(jnp.abs(image - expected))) < 1e-12 * float(jnp.max(expected))

    def total(values: dict[str, jax.Array]) -> jax.Array:
        weights = jnp.linspace(0.0, 1.0, image.size).reshape(image.shape)
        return jnp.sum(by_axes.render({**params, **values}) * weights)

    at, step = {name: params[name] for name in params if name.endswith(("-q", "-phi"))}, 1e-4
    assert at.keys() == {f"{prefix}-{name}" for prefix in (LENS, MASS) for name in ("q", "phi")}
    for name, found in jax.grad(total)(at).items():
        ahead, behind, far, back = (float(total({name: at[name] + k * step})) for k in (1.0, -1.0, 2.0, -2.0))
        assert float(found[0]) == pytest.approx(
            (8.0 * (ahead - behind) - (far - back)) / (12.0 * step), rel=1e-5
        )
