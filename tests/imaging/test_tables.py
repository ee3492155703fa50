"""Images of a stack as sources, and deflectors on a grid, in all programs of a Simulator."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels import MASS_PROFILES

SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
INDEX = f"{SOURCE}-image_index"
LENS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"


def galaxies(count: int, side: int = 32) -> np.ndarray:
    """Images like those of spiral galaxies: a bulge, a disk with arms, and knots, each another."""
    rng = np.random.default_rng(42)
    y, x = np.mgrid[:side, :side] - 0.5 * (side - 1)
    found = []
    for _ in range(count):
        angle, ratio = rng.uniform(0.0, np.pi), rng.uniform(0.5, 1.0)
        u, v = x * np.cos(angle) + y * np.sin(angle), (y * np.cos(angle) - x * np.sin(angle)) / ratio
        r, phi = np.hypot(u, v) + 0.5, np.arctan2(v, u)
        arms = 1.0 + 0.6 * np.cos(2.0 * phi - rng.uniform(3.0, 5.0) * np.log(r))
        image = arms * np.exp(-r / 5.0) + 2.0 * np.exp(-((r / 1.5) ** 2))
        for at_x, at_y in rng.normal(0.0, 0.15 * side, (6, 2)):
            image += rng.uniform(0.1, 0.5) * np.exp(-0.5 * ((x - at_x) ** 2 + (y - at_y) ** 2))
        found.append(image)
    return np.stack(found).astype(np.float32)


def config(
    tmp_path: Any,
    mass: dict[str, Any],
    stack: np.ndarray | None = None,
    quasar: bool = False,
    **source: Any,
) -> dict[str, Any]:
    """A lens, and a source that is one of a stack of images; with or without a quasar in its centre."""
    path = tmp_path / "galaxies.npy"
    np.save(path, galaxies(5) if stack is None else stack)
    light = {"magnitude": 21.0, "image": str(path), "scale": 0.05, "center_x": 0.1, "center_y": 0.05}
    light |= source
    more = {"OBJECT_2": "AGN"} if quasar else {}
    return {
        "DATASET": {"NAME": "tables", "PARAMETERS": {"SIZE": 4, "OUTDIR": "out"}},
        "COSMOLOGY": {"NAME": "FlatLambdaCDM", "PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {
            "PARAMETERS": {
                **{"exposure_time": 90, "numPix": 16, "pixel_scale": 0.2, "psf_type": "GAUSSIAN"},
                **{"read_noise": 7, "ccd_gain": 6},
            }
        },
        "SURVEY": {
            "PARAMETERS": {
                **{"BANDS": "g,r", "seeing": 0.6, "magnitude_zero_point": 30, "sky_brightness": 23},
                "num_exposures": 1,
            }
        },
        "SPECIES": {
            "GALAXY_1": {"NAME": "LENS", "MASS_PROFILE_1": mass},
            "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": "INTERPOL", "PARAMETERS": light}},
            "POINTSOURCE_1": {"NAME": "AGN", "HOST": "SOURCE", "PARAMETERS": {"magnitude": 22}},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "FRACTION": 1,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.5}},
                "PLANE_2": {"OBJECT_1": "SOURCE", **more, "PARAMETERS": {"REDSHIFT": 1.5}},
            }
        },
    }


SIE = {"NAME": "SIE", "PARAMETERS": {"theta_E": 1.0, "e1": 0.1, "e2": 0.05}}


def test_a_system_gets_the_image_of_its_index(tmp_path):
    """Rounded; without an index that is one, its image is NaN, and so is what is made of it."""
    sim = Simulator(config(tmp_path, SIE))
    stack = galaxies(5)
    assert sim.assets.tables is not None
    assert sim.assets.tables.keys() == {f"{SOURCE}-image"}
    assert INDEX in sim.parameter_names
    for index, wanted in ((3.0, stack[3]), (2.7, stack[3]), (5.0, np.nan), (-1.0, np.nan), (np.nan, np.nan)):
        found = with_tables(sim.scene, {INDEX: jnp.asarray(index)}, sim.assets)[f"{SOURCE}-image"]
        np.testing.assert_array_equal(found, np.broadcast_to(wanted, stack[3].shape))
    single = Simulator(config(tmp_path, SIE, stack[2]))
    assert INDEX not in single.parameter_names
    np.testing.assert_array_equal(with_tables(single.scene, {}, single.assets)[f"{SOURCE}-image"], stack[2])


def test_images_are_drawn_equally_often_and_never_beyond_the_last(tmp_path):
    sim = Simulator(config(tmp_path, SIE))
    (draw,) = dict(sim.population.quantities)[INDEX].draws
    edges = np.array([2.0**-24, 0.2 - 1e-6, 0.2 + 1e-6, 0.5, 1.0 - 2.0**-24], np.float32)
    assert np.asarray(draw.build().icdf(edges)).tolist() == [0.0, 0.0, 1.0, 2.0, 4.0]
    for count in (4, 1000, 2**16):
        ends = {"minimum": -0.5, "maximum": count * (1.0 - 2.0**-22) - 0.5}
        assert float(draw.with_parameters(**ends).icdf(edges[-1])) == count - 1


def test_indices_without_an_image_are_refused(tmp_path):
    sim = Simulator(config(tmp_path, SIE))
    wrong = {name: np.zeros(1) for name in sim.parameter_names} | {INDEX: np.array([5.0])}
    with pytest.raises(ValueError, match=rf"{INDEX} must be a number from 0 to 4, the last image"):
        sim.render(wrong)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A Simulator, parameters of systems that differ in nothing but the image, and their images."""
    sim = Simulator(config(tmp_path_factory.mktemp("tables"), SIE))
    quantities = dict(sim.population.quantities)
    constants = {name: quantities[name].support()[0] for name in sim.parameter_names if name != INDEX}
    params = {name: jnp.full(5, value) for name, value in constants.items()} | {INDEX: jnp.arange(5.0)}
    return sim, params, np.asarray(sim.render(params))


def test_images_differ_by_system_and_have_the_same_magnitude(sources):
    _, _, images = sources
    assert images.shape == (5, 2, 16, 16)
    peak = images.max()
    for i in range(5):
        for j in range(i):
            assert np.abs(images[i] - images[j]).max() > 0.01 * peak
    # lensed light is not conserved, but similar
    np.testing.assert_allclose(images.sum(axis=(1, 2, 3)), images[0].sum(), rtol=0.3)


@pytest.mark.long
def test_a_thousand_systems_of_a_stack_behind_an_elliptical_power_law(tmp_path):
    """They differ by the image that each has, and the gradient in positions is that of differences."""
    mass = {"NAME": "EPL", "PARAMETERS": {"theta_E": 1.0, "gamma": 2.1, "e1": 0.1, "e2": 0.05}}
    sim = Simulator(config(tmp_path, mass, galaxies(50)))
    params = sim.sample(jax.random.key(3), 1000)
    assert set(np.asarray(params[INDEX])) == set(range(50))
    images = np.asarray(sim.render(params))
    assert np.isfinite(images).all()
    first = {i: int(np.argmax(np.asarray(params[INDEX]) == i)) for i in range(50)}
    chosen = images[list(first.values())].reshape(50, -1)
    distances = np.abs(chosen[:, None] - chosen[None]).max(axis=-1) + np.eye(50) * chosen.max()
    assert distances.min() > 0.01 * chosen.max()
    names = [f"{SOURCE}-{name}" for name in ("center_x", "center_y", "scale", "phi_G")] + [f"{LENS}-theta_E"]
    with jax.enable_x64(True):
        sim = Simulator(config(tmp_path, mass, galaxies(3), phi_G=0.3))
        values = {name: np.asarray(value) for name, value in sim.sample(jax.random.key(1), 3).items()}
        own = {name: values[name] for name in names}
        totals, h = jax.jit(jax.value_and_grad(_totals(sim, values), has_aux=True)), 1e-6
        gradient = totals(own)[1]
        for name in names:
            ahead, behind = (totals({**own, name: own[name] + step})[0][1] for step in (h, -h))
            differences = (ahead - behind) / (2.0 * h)
            np.testing.assert_allclose(gradient[name], differences, rtol=1e-5, err_msg=name)


def _totals(sim: Simulator, values: dict[str, Any]) -> Any:
    """A function of some parameters: the sum of the squared pixels, and that of each system."""

    def totals(own: dict[str, Any]) -> tuple[jax.Array, jax.Array]:
        by_system = jnp.sum(sim.render({**values, **own}) ** 2, axis=(1, 2, 3))
        return jnp.sum(by_system), by_system

    return totals


@pytest.mark.long
def test_the_gradient_in_positions_writes_nothing_to_the_stack(sources):
    sim, params, _ = sources
    names = (f"{SOURCE}-center_x", f"{LENS}-theta_E")
    assets = {f"{SOURCE}-image": sim.assets.tables[f"{SOURCE}-image"].shape}

    def total(own: dict[str, jax.Array]) -> jax.Array:
        return jnp.sum(sim.render({**params, **own}) ** 2)

    program = jax.jit(jax.grad(total)).lower({name: params[name] for name in names}).as_text()
    side = assets[f"{SOURCE}-image"][-1]
    written = [line for line in program.splitlines() if "scatter" in line and f"{side}x{side}x" in line]
    assert written == []


@pytest.mark.long
def test_a_deflector_on_a_grid_is_the_lens_it_was_made_of(tmp_path):
    """In images and in a quasar's delays, which need its positions, up to the errors of interpolation."""
    axis = np.linspace(-3.0, 3.0, 601)
    x, y = np.meshgrid(axis, axis)
    with jax.enable_x64(True):
        profile = MASS_PROFILES["SIE"]
        f_x, f_y = profile.deflection(jnp.asarray(x), jnp.asarray(y), **SIE["PARAMETERS"])
        psi = profile.potential(jnp.asarray(x), jnp.asarray(y), **SIE["PARAMETERS"])
    for name, array in (("f_", psi), ("f_x", f_x), ("f_y", f_y)):
        np.save(tmp_path / f"{name}.npy", array)
    tables = {name: str(tmp_path / f"{name}.npy") for name in ("f_", "f_x", "f_y")}
    mass = {"NAME": "INTERPOL", "PARAMETERS": {"grid_interp_x": axis, "grid_interp_y": axis, **tables}}
    exact, grid = (Simulator(config(tmp_path, one, quasar=True)) for one in (SIE, mass))
    params = grid.sample(jax.random.key(0), 2)
    lens = {**exact.sample(jax.random.key(0), 2), **params}
    lens = {name: lens[name] for name in exact.parameter_names}
    (theirs,), (ours,) = exact.time_delays(lens).values(), grid.time_delays(params).values()
    count = 1 + int((theirs[0] > 0.0).sum())
    assert count > 1
    np.testing.assert_allclose(np.sort(ours[0, :count]), np.sort(theirs[0, :count]), atol=0.05)
    exact, grid = (Simulator(config(tmp_path, one)) for one in (SIE, mass))
    wanted, found = (
        np.asarray(sim.render({name: values[name] for name in sim.parameter_names}))
        for sim, values in ((exact, lens), (grid, params))
    )
    np.testing.assert_allclose(found, wanted, rtol=0.0, atol=0.02 * wanted.max())


@pytest.mark.long
def test_an_image_by_band_is_that_of_its_band_and_its_sum_is_the_magnitude(tmp_path):
    """Not lensed, and on sub-pixels as wide as those of the image, whose sum is the same at any place."""
    stack, turned = galaxies(4), {"g": 0.0, "r": np.pi / 2.0}
    unlensed = {"NAME": "SIS", "PARAMETERS": {"theta_E": 0.0}}
    own = {"magnitude": {"g": 21.0, "r": 20.0}, "phi_G": turned}
    both = config(tmp_path, unlensed, np.stack([stack, stack[::-1]], axis=1), **own)
    both["IMAGE"]["PARAMETERS"] |= {"supersampling_factor": 4, "psf_type": "NONE"}
    by_band = Simulator(both)
    params = {**by_band.sample(jax.random.key(0), 4), INDEX: jnp.arange(4.0)}
    found = np.asarray(by_band.render(params))
    wanted = 10.0 ** (-0.4 * (np.array([21.0, 20.0]) - 30.0))
    np.testing.assert_allclose(found.sum(axis=(2, 3)), np.broadcast_to(wanted, (4, 2)), rtol=1e-5)
    np.save(tmp_path / "galaxies.npy", stack)
    single = Simulator(both)
    for band, index in ((0, params[INDEX]), (1, 3.0 - params[INDEX])):
        same = np.asarray(single.render({**params, INDEX: index}))[:, band]
        np.testing.assert_allclose(found[:, band], same, rtol=0.0, atol=1e-5 * same.max())
