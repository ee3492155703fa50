"""Copies of an object beside the same objects written out: light, masses, stars, and their derivatives."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging.copies import stacked
from jaxlens.imaging.derived import derived_quantities
from jaxlens.imaging.extended_light import _light_by_plane, _numbers, extended_light
from jaxlens.imaging.rays import light_travel_times, rays_to_plane
from jaxlens.imaging.render import render
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.imaging.validity import validity_factor
from jaxlens.kernels.types import Params

# (object of copies, how many are shown, where they stand in the file that has them written out)
WRITTEN_OUT = (("OBJECT_2", 2, 2), ("OBJECT_3", 1, 4))
POSITION = {"within": 3.0, "outside": 0.5}


def uniform(low: float, high: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}


def crowded(file: dict[str, Any], copies: bool, mass: bool = False) -> dict[str, Any]:
    """`file` with a galaxy of which two, and a star of which one, stand beside the lens.

    Args:
        file: `small_lens` or `small_quasar`.
        copies: whether they are copies, of which more are drawn; otherwise they are objects.
        mass: whether the galaxies have mass, and the lens has one in km/s.
    """
    shape = {"R_sersic": uniform(0.3, 0.6), "n_sersic": 1.5, "e1": 0.1, "e2": uniform(-0.1, 0.1)}
    place = {"center_x": uniform(-2.0, 2.0), "center_y": uniform(-2.0, 2.0)}
    light = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": {"magnitude": {"g": 21.0, "r": uniform(19.0, 21.0)}}}
    light["PARAMETERS"] |= shape | place
    galaxy = {"NAME": "NEIGHBOUR", "LIGHT_PROFILE_1": light}
    if mass:
        parameters = {"sigma_v": uniform(100.0, 150.0), "e1": 0.1, "e2": 0.0, **place}
        galaxy["MASS_PROFILE_1"] = {"NAME": "SIE", "PARAMETERS": parameters}
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": uniform(20.0, 22.0)}}
    file["SPECIES"] |= {"GALAXY_3": galaxy, "POINTSOURCE_2": star}
    if copies:
        objects = {
            "OBJECT_2": {"NAME": "NEIGHBOUR", "NUMBER": 2, "MAX": 3},
            "OBJECT_3": {"NAME": "STAR", "NUMBER": 1, "MAX": 3, "POSITION": POSITION},
        }
    else:
        objects = {"OBJECT_2": "NEIGHBOUR", "OBJECT_3": "NEIGHBOUR", "OBJECT_4": "STAR"}
    file["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"] |= objects
    return file


def written_out(params: Params) -> Params:
    """The parameters of the file with objects that are those of the copies that are shown."""
    found = {name: value for name, value in params.items() if not name.startswith("PLANE_1-OBJECT_")}
    found |= {name: value for name, value in params.items() if name.startswith("PLANE_1-OBJECT_1-")}
    for label, count, first in WRITTEN_OUT:
        for k in range(count):
            old, new = f"PLANE_1-{label}_{k + 1}-", f"PLANE_1-OBJECT_{first + k}-"
            own = {name.removeprefix(old): value for name, value in params.items() if name.startswith(old)}
            if "sep" in own:
                sep, angle = own.pop("sep"), own.pop("angle")
                own |= {"ra_image": sep * jnp.cos(angle), "dec_image": sep * jnp.sin(angle)}
            found |= {f"{new}{name}": value for name, value in own.items()}
    return found


def pair(file: dict[str, Any], mass: bool = False) -> tuple[Simulator, Simulator]:
    """The simulators of the file with copies, and with the objects written out."""
    return Simulator(crowded(copy.deepcopy(file), True, mass)), Simulator(crowded(file, False, mass))


def system_of(sim: Simulator) -> Params:
    """The parameters of one system."""
    return {name: value[0] for name, value in sim.sample(jax.random.key(2), 1).items()}


def assert_same_light(sims: tuple[Simulator, Simulator]) -> None:
    """The image with copies is that with the objects, to 1e-12 of the peak."""
    params = system_of(sims[0])
    image, expected = (
        jax.jit(partial(render, sim.scene))(own)
        for sim, own in zip(sims, (params, written_out(params)), strict=True)
    )
    np.testing.assert_allclose(image, expected, rtol=0.0, atol=1e-12 * float(expected.max()))


def image_and_gradient(
    scene: Scene, params: Params, changed: Callable[[Params], Params]
) -> tuple[jax.Array, Params]:
    """The image of a system, and the gradient of a weighted sum of its pixels."""

    @jax.jit
    def of_params(params: Params) -> tuple[Params, jax.Array]:
        def weighted(params: Params) -> tuple[jax.Array, jax.Array]:
            image = render(scene, changed(params))
            weight = jnp.cos(jnp.arange(image.size, dtype=image.dtype)).reshape(image.shape)
            return jnp.sum(image * weight), image

        return jax.grad(weighted, has_aux=True)(params)

    gradient, image = of_params(params)
    return image, gradient


def assert_same(sims: tuple[Simulator, Simulator]) -> None:
    """The image with copies is that with the objects, to 1e-12 of the peak, and so are its derivatives."""
    params = system_of(sims[0])
    image, gradient = image_and_gradient(sims[0].scene, params, lambda own: own)
    expected, slopes = image_and_gradient(sims[1].scene, params, written_out)
    np.testing.assert_allclose(image, expected, rtol=0.0, atol=1e-12 * float(expected.max()))
    scale = max(float(jnp.max(jnp.abs(value))) for value in slopes.values())
    for name, value in gradient.items():
        np.testing.assert_allclose(value, slopes[name], rtol=1e-9, atol=1e-12 * scale, err_msg=name)
    hidden = [name for name in gradient if "OBJECT_2_3-" in name or "OBJECT_3_2-" in name]
    assert len(hidden) == 7 + 3 + 5 * any("MASS" in name for name in hidden)
    assert not any(gradient[name].any() for name in hidden)


def without_lens(file: dict[str, Any]) -> dict[str, Any]:
    """`small_lens` in one plane, on few pixels, which compiles quickly."""
    file["IMAGE"]["PARAMETERS"] |= {"numPix": 10, "pixel_scale": 0.5, "psf_type": "NONE"}
    for profile in ("MASS_PROFILE_1", "SHEAR_PROFILE_1"):
        file["SPECIES"]["GALAXY_1"].pop(profile)
    file["GEOMETRY"]["CONFIGURATION_1"].pop("PLANE_2")
    return file


@pytest.mark.long
def test_copies_are_as_the_same_objects_written_out(small_lens: dict[str, Any], x64: None) -> None:
    """Light of galaxies and stars; what is not shown changes no pixel."""
    assert_same_light(pair(without_lens(small_lens)))


@pytest.mark.long
def test_derivatives_are_as_those_of_the_same_objects(small_lens: dict[str, Any], x64: None) -> None:
    """And zero in the numbers of copies that are not shown."""
    assert_same(pair(without_lens(small_lens)))


@pytest.mark.long
def test_copies_deflect_as_the_same_objects_written_out(small_quasar: dict[str, Any], x64: None) -> None:
    """Rays through a group, and their light travel times."""
    sims = pair(small_quasar, mass=True)
    drawn = {name: jnp.asarray(0.1 + 0.01 * k) for k, name in enumerate(sims[0].scene.parameters)}
    drawn |= {name: jnp.asarray(100.0) for name in drawn if name.endswith("sigma_v")}
    drawn |= {"H0": jnp.asarray(70.0), "PLANE_2-OBJECT_1-REDSHIFT": jnp.asarray(5.0)}
    drawn["PLANE_1-OBJECT_2-NUMBER"] = jnp.asarray(2.0)
    fewer = {"PLANE_1-OBJECT_2-NUMBER": jnp.asarray(1.0)}
    x, y = jnp.array([1.0, -0.5, 0.2]), jnp.array([0.3, 0.8, -1.1])
    found, expected = (
        (*rays_to_plane(sim.scene, 1, x, y, own), light_travel_times(sim.scene, own, 1, x, y))
        for sim, own in zip(sims, (drawn, written_out(drawn)), strict=True)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    assert not np.allclose(found[:2], rays_to_plane(sims[0].scene, 1, x, y, drawn | fewer))


@pytest.mark.long
def test_a_group_makes_the_images_of_the_same_objects_written_out(
    small_quasar: dict[str, Any], x64: None
) -> None:
    """The images of a quasar behind it."""
    sims = pair(small_quasar, mass=True)
    params = sims[0].sample(jax.random.key(2), 2)
    found = sims[0].image_positions(params)["PLANE_2-OBJECT_2"]
    expected = sims[1].image_positions(written_out(params))["PLANE_2-OBJECT_2"]
    assert (found.found >= 2).all()
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-9), found, expected)


@pytest.mark.long
def test_the_form_of_gpus_is_that_of_cpus(small_lens: dict[str, Any], x64: None) -> None:
    """Copies in front of the lens's mass and lensed ones behind it: light and its derivative."""
    small_lens["IMAGE"]["PARAMETERS"] |= {"numPix": 8, "pixel_scale": 0.5, "psf_type": "NONE"}
    file = crowded(small_lens, True)
    file["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"] = {"NAME": "NEIGHBOUR", "NUMBER": 1, "MAX": 2}
    sim = Simulator(file)
    params, scene = system_of(sim), sim.scene

    weight = jnp.cos(jnp.arange(2 * 8 * 8, dtype=float)).reshape(2, 8, 8)
    names = ("OBJECT_2_1-LIGHT_PROFILE_1-center_x", "OBJECT_2_2-LIGHT_PROFILE_1-magnitude")
    own = {f"{plane}-{name}": params[f"{plane}-{name}"] for plane in ("PLANE_1", "PLANE_2") for name in names}
    own["pixel_scale"] = params["pixel_scale"]

    def weighted(own: Params, on_gpu: bool) -> tuple[jax.Array, jax.Array]:
        whole = with_tables(scene, {**params, **own}, sim.assets)
        if on_gpu:
            image = _light_by_plane(scene, _numbers(scene, whole, slice(None)))
        else:
            image = extended_light(scene, whole, slice(None))
        return jnp.sum(image * weight), image

    derived = jax.jit(jax.grad(weighted, has_aux=True), static_argnums=1)
    (slopes, image), (found, other) = derived(own, False), derived(own, True)
    np.testing.assert_allclose(other, image, rtol=0.0, atol=1e-12 * float(image.max()))
    for name, value in found.items():
        np.testing.assert_allclose(value, slopes[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_a_number_beyond_the_bound_is_no_image(small_lens: dict[str, Any]) -> None:
    """Not one with too few copies; the same holds for a negative number."""
    scene = Simulator(crowded(without_lens(small_lens), True)).scene
    params = {name: jnp.asarray(1.0) for name in scene.parameters}
    found = [
        float(validity_factor(scene, params | {"PLANE_1-OBJECT_2-NUMBER": jnp.asarray(number)}))
        for number in (-1.0, 0.0, 3.0, 4.0, np.nan)
    ]
    np.testing.assert_array_equal(found, [np.nan, 1.0, 1.0, np.nan, np.nan])


@pytest.mark.long
def test_what_follows_from_the_numbers_of_copies(small_lens: dict[str, Any]) -> None:
    """The metadata have theta_E of each copy that has sigma_v, and the place of each star."""
    sim = Simulator(crowded(small_lens, True, mass=True))
    scene = sim.scene
    params = {name: jnp.asarray(0.1) for name in scene.parameters}
    params |= {"PLANE_2-OBJECT_1-REDSHIFT": jnp.asarray(1.5), "H0": jnp.asarray(70.0)}
    params |= {f"PLANE_1-OBJECT_2_{k}-MASS_PROFILE_1-sigma_v": jnp.asarray(100.0 * k) for k in (1, 2, 3)}
    values = derived_quantities(scene, params)
    theta_E = np.array([values[f"PLANE_1-OBJECT_2_{k}-MASS_PROFILE_1-theta_E"] for k in (1, 2, 3)])
    np.testing.assert_allclose(theta_E / theta_E[0], [1.0, 4.0, 9.0], rtol=1e-5)
    assert float(values["PLANE_1-OBJECT_3_2-ra_image"]) == pytest.approx(0.1 * np.cos(0.1), rel=1e-6)


def test_a_number_that_one_copy_has_by_band_is_by_band_for_all(small_lens: dict[str, Any]) -> None:
    """A table may set a band of one copy."""
    scene = Simulator(crowded(small_lens, True)).scene
    copied = scene.planes[0].copies[0]
    values = [jnp.asarray(1.0), jnp.array([2.0, 3.0]), jnp.asarray(4.0)]
    params = {f"{own}-x": value for own, value in zip(copied.prefixes, values, strict=True)}
    assert stacked(copied, params, "x").tolist() == [[1.0, 1.0], [2.0, 3.0], [4.0, 4.0]]
