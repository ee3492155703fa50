"""The Simulator: pure, batched, differentiable, and the same whatever the batch."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import yaml

import jaxlens
from jaxlens import Simulator
from jaxlens.config import example_path
from jaxlens.imaging.derived import derived_quantities

# Systems of a batch: the same wherever the number does not matter, so that tests share compiled programs.
N = 4


def assert_close(a: jax.Array, b: jax.Array, of_peak: float) -> None:
    """Equal to a fraction of the peak of b."""
    np.testing.assert_allclose(a, b, atol=of_peak * float(jnp.abs(b).max()), rtol=0)


@pytest.fixture
def galaxy(small_lens: dict[str, Any]) -> dict[str, Any]:
    """The source of `small_lens` alone, where lensing makes no difference: it compiles quickly."""
    geometry = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    geometry["PLANE_1"]["OBJECT_1"] = "SOURCE"
    del geometry["PLANE_2"]
    return small_lens


@pytest.mark.long
def test_images_have_the_promised_shape_and_are_finite(small_quasar: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_quasar)
    images, params = sim(key, N)
    assert images.shape == (N, 2, 24, 24)
    assert images.dtype == jnp.float32
    assert bool(jnp.isfinite(images).all())
    assert set(params) == set(sim.parameter_names)
    assert sim.bands == ("g", "r")


@pytest.mark.long
def test_a_caller_s_jit_and_vmap_and_a_loop_change_nothing(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    sim = Simulator(small_lens)
    params = sim.sample(key, N)
    batch = sim.render(params)
    one = [sim.render({k: v[i : i + 1] for k, v in params.items()})[0] for i in range(N)]
    assert_close(jnp.stack(one), batch, 1e-6)
    stacked = {k: jnp.stack([v, v[::-1]]) for k, v in params.items()}
    assert_close(jax.jit(jax.vmap(sim.render))(stacked), jnp.stack([batch, batch[::-1]]), 1e-6)


@pytest.mark.long
def test_without_jit_the_images_are_the_same(small_lens: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_lens)
    params = sim.sample(key, 1)
    compiled = sim.render(params)
    with jax.disable_jit():
        assert_close(sim.render(params), compiled, 1e-6)


@pytest.mark.long
def test_any_batch_size_and_start_give_the_same_observation(
    small_quasar: dict[str, Any], key: jax.Array
) -> None:
    sim = Simulator(small_quasar)
    whole, _ = sim(key, N)
    parts = [sim(key, N // 2, start)[0] for start in (0, N // 2)]
    # an image position is only as exact as float32, times the magnification
    assert_close(jnp.concatenate(parts), whole, 2e-5)
    assert_close(sim.generate(key, N, 1).images[:-1], whole[1:], 2e-5)


@pytest.mark.long
def test_render_of_a_metadata_row_gives_the_image_again(small_lens: dict[str, Any], key: jax.Array) -> None:
    small_lens["SURVEY"]["PARAMETERS"] |= {"sky_brightness": 40.0, "num_exposures": 10_000_000}
    small_lens["IMAGE"]["PARAMETERS"]["read_noise"] = 0.0
    sim = Simulator(small_lens)
    batch = sim.generate(key, N)
    rows = {k: np.asarray(v).tolist() for k, v in batch.values.items()}
    assert_close(sim.render(rows), batch.images, 1e-3)


def clean_and_noisy(sim: Simulator, key: jax.Array) -> tuple[np.ndarray, np.ndarray]:
    """The image of a system, and 2000 observations of it."""
    one = sim.sample(key, 1)
    noisy = sim.observe(key, {name: jnp.repeat(value, 2000, axis=0) for name, value in one.items()})
    return np.asarray(sim.render(one)[0], float), np.asarray(noisy, float)


@pytest.mark.long
def test_noise_has_the_exposure_s_mean_and_variance(galaxy: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(galaxy)
    clean, noisy = clean_and_noisy(sim, key)
    time, sky = 200.0, 10 ** (-0.4 * (22.0 - 27.0))
    expected = (2 * 5.0**2 + time * sky * 0.2**2) / time**2 + clean / time
    assert np.abs((noisy.mean(0) - clean) / np.sqrt(expected / 2000)).max() < 5.5
    assert (noisy.var(0) / expected).mean() == pytest.approx(1.0, abs=0.01)
    assert np.abs(noisy.var(0) / expected - 1.0).max() < 5.5 * np.sqrt(2 / 2000)
    assert abs(np.corrcoef(noisy[:, 0, 3, 3], noisy[:, 1, 3, 3])[0, 1]) < 0.1


@pytest.mark.long
def test_poisson_shot_noise_has_the_same_moments(galaxy: dict[str, Any], key: jax.Array) -> None:
    galaxy["IMAGE"]["PARAMETERS"] |= {"shot_noise": "poisson", "background_noise": 0.001}
    sim = Simulator(galaxy)
    clean, noisy = clean_and_noisy(sim, key)
    expected = 0.001**2 + clean / 200.0
    assert np.abs((noisy.mean(0) - clean) / np.sqrt(expected / 2000)).max() < 5.5
    assert (noisy.var(0) / expected).mean() == pytest.approx(1.0, abs=0.01)


@pytest.mark.long
def test_poisson_noise_species_adds_integers_in_image_units(galaxy: dict[str, Any], key: jax.Array) -> None:
    noiseless = copy.deepcopy(galaxy)
    galaxy["SPECIES"]["NOISE_1"] = {"NAME": "POISSON_NOISE", "PARAMETERS": {"mean": 2.0}}
    galaxy["GEOMETRY"]["CONFIGURATION_1"]["NOISE_SOURCE_1"] = "POISSON_NOISE"
    noisy, plain = Simulator(galaxy), Simulator(noiseless)
    added = np.stack([noisy(key, N, start)[0] - plain(key, N, start)[0] for start in (0, N)]).astype(float)
    np.testing.assert_allclose(added, np.round(added), atol=1e-3)
    assert added.mean() == pytest.approx(2.0, abs=0.05)
    assert added.var() == pytest.approx(2.0, abs=0.1)


@pytest.mark.long
def test_adu_are_electrons_over_the_gain(galaxy: dict[str, Any], key: jax.Array) -> None:
    electrons = Simulator(galaxy)
    galaxy["IMAGE"]["PARAMETERS"] |= {"data_count_unit": "ADU", "ccd_gain": 4.0}
    adu = Simulator(galaxy)
    params = adu.sample(key, N)
    own = {name: params[name] for name in electrons.parameter_names}
    assert_close(4.0 * adu.render(params), electrons.render(own), 1e-6)
    assert_close(4.0 * adu.observe(key, params), electrons.observe(key, own), 1e-5)


def test_a_lone_galaxy_is_not_lensed(galaxy: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(galaxy)
    params = sim.sample(key, 1)
    image = np.asarray(sim.render(params)[0, 0], float)
    flux = 10 ** (-0.4 * (21.5 - 27.0))
    assert image.sum() == pytest.approx(flux, rel=0.1)
    x = (np.arange(24) - 11.5) * 0.2
    center = (image.sum(0) @ x) / image.sum(), (image.sum(1) @ x) / image.sum()
    for axis, name in enumerate(("center_x", "center_y")):
        at = float(params[f"PLANE_1-OBJECT_1-LIGHT_PROFILE_1-{name}"][0])
        assert center[axis] == pytest.approx(at, abs=0.02)


@pytest.mark.long
def test_a_massless_middle_plane_changes_nothing(small_lens: dict[str, Any], key: jax.Array) -> None:
    two = Simulator(small_lens)
    geometry = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    small_lens["SPECIES"]["GALAXY_3"] = {
        "NAME": "FAINT",
        "LIGHT_PROFILE_1": {"NAME": "GAUSSIAN", "PARAMETERS": {"magnitude": 60.0, "sigma": 0.3}},
    }
    geometry["PLANE_3"] = copy.deepcopy(geometry["PLANE_2"])
    geometry["PLANE_2"] = {"OBJECT_1": "FAINT", "PARAMETERS": {"REDSHIFT": 0.8}}
    three = Simulator(small_lens)
    params = three.sample(key, N)
    same = {k.replace("PLANE_3", "PLANE_2") if "PLANE_3" in k else k: v for k, v in params.items()}
    same = {name: same[name] for name in two.parameter_names}
    assert_close(three.render(params), two.render(same), 1e-5)


@pytest.mark.long
def test_velocity_dispersion_stands_for_the_einstein_radius(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    plain = Simulator(small_lens)
    mass = small_lens["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    del mass["theta_E"]
    mass["sigma_v"] = 250.0
    sim = Simulator(small_lens)
    values = sim.numbers(key, N).values
    from astropy.cosmology import FlatLambdaCDM

    universe = FlatLambdaCDM(H0=70, Om0=0.3)
    ratio = 1 - universe.comoving_distance(0.4) / universe.comoving_distance(1.5)
    expected = 4 * np.pi * (250.0 / 299792.458) ** 2 * float(ratio) * 206264.806
    name = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
    np.testing.assert_allclose(values[name], expected, rtol=1e-5)
    same = {name: values[name] for name in plain.parameter_names}
    assert_close(plain.render(same), sim.render(values), 1e-5)


def test_a_separation_in_kpc_is_proper_at_the_plane_s_redshift(
    small_quasar: dict[str, Any], key: jax.Array
) -> None:
    from astropy.cosmology import FlatLambdaCDM

    source = small_quasar["SPECIES"]["POINTSOURCE_1"]["PARAMETERS"]
    source |= {"sep": 3.0, "sep_unit": "kpc", "angle": 0.0}
    values = Simulator(small_quasar).numbers(key, N).values
    arcsec = 3.0 / FlatLambdaCDM(H0=70, Om0=0.3).kpc_proper_per_arcmin(1.5).value * 60
    moved = values["PLANE_2-OBJECT_2-ra"] - values["PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_x"]
    np.testing.assert_allclose(moved, arcsec, rtol=1e-4)


@pytest.mark.long
def test_image_positions_map_back_and_their_flux_is_in_the_image(
    small_quasar: dict[str, Any], key: jax.Array
) -> None:
    sim = Simulator(small_quasar)
    params = sim.sample(key, N)
    images = sim.image_positions(params)["PLANE_2-OBJECT_2"]
    assert np.all(np.asarray(images.found) == np.asarray(images.mask).sum(1))
    assert set(np.asarray(images.found)) <= {2, 4}
    dim = params | {"PLANE_2-OBJECT_2-magnitude": params["PLANE_2-OBJECT_2-magnitude"] + 60.0}
    points = sim.render(params) - sim.render(dim)
    flux = 10 ** (-0.4 * (params["PLANE_2-OBJECT_2-magnitude"] - 27.0))
    expected = flux * jnp.abs(images.magnification).sum(1)[:, None]
    np.testing.assert_allclose(points.sum((2, 3)), expected, rtol=2e-3)


@pytest.mark.long
def test_more_images_than_slots_raise_the_flag(small_quasar: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_quasar)
    few, enough = sim.with_image_slots(1).generate(key, N), sim.generate(key, N)
    assert bool(few.overflow.all())
    assert not bool(enough.overflow.any())
    found, expected = (batch.positions["PLANE_2-OBJECT_2"].found for batch in (few, enough))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.long
def test_gradients_are_finite_where_a_point_source_is_a_ring_and_where_it_is_a_double(
    small_quasar: dict[str, Any], key: jax.Array
) -> None:
    """In float32, with respect to every parameter; the cap of a ring's magnification is the kernel's."""
    galaxy = small_quasar["SPECIES"]["GALAXY_1"]
    galaxy["MASS_PROFILE_1"] = {"NAME": "SIS", "PARAMETERS": {"theta_E": 1.0}}
    del galaxy["SHEAR_PROFILE_1"]
    host = small_quasar["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    host |= {"center_x": 0.0, "center_y": 0.0}
    sim = Simulator(small_quasar)
    params = sim.sample(key, 2) | {"PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_x": jnp.asarray([0.0, 0.3])}
    for name, gradient in jax.jit(jax.grad(lambda p: sim.render(p).sum()))(params).items():
        assert gradient.dtype == jnp.float32
        assert bool(jnp.isfinite(gradient).all()), name


def test_missing_parameters_are_named(small_lens: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_lens)
    params = sim.sample(key, 1)
    exposure = params.pop("exposure_time")
    with pytest.raises(ValueError, match="params lacks exposure_time; 'exposure_tim' is given"):
        sim.render(params | {"exposure_tim": exposure})


@pytest.mark.long
def test_a_seeing_beyond_the_file_s_is_blurred_all_the_same(galaxy: dict[str, Any], key: jax.Array) -> None:
    galaxy["IMAGE"]["PARAMETERS"]["numPix"] = 64
    sim = Simulator(galaxy)
    params = sim.sample(key, 1)
    wide = params | {"seeing": params["seeing"] * 1.5}
    galaxy["SURVEY"]["PARAMETERS"]["seeing"] = {"g": 1.05, "r": 0.9}
    allowed = Simulator(galaxy)
    np.testing.assert_allclose(sim.render(wide), allowed.render(wide), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(sim.observe(key, wide), allowed.observe(key, wide), rtol=1e-4, atol=1e-4)
    # where the seeing is not known a kernel cut short would be wrong unnoticed
    assert bool(jnp.all(jnp.isnan(jax.jit(sim.render)(wide))))


def test_one_compilation_serves_all_numbers(
    small_lens: dict[str, Any], key: jax.Array, caplog: pytest.LogCaptureFixture
) -> None:
    sim = Simulator(small_lens)
    with jax.log_compiles():
        sim.numbers(key, 7, 0)
        assert "Compiling jit(tabulate)" in caplog.text
        caplog.clear()
        sim.numbers(jax.random.fold_in(key, 1), 7, 96)
        Simulator(small_lens).numbers(key, 7, np.uint32(8))
    assert "tabulate" not in caplog.text


def test_a_first_use_inside_jit_leaves_no_tracer_behind(small_lens: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_lens)
    inside = jax.jit(lambda key: sim.sample(key, 2, 5))(key)
    for name, value in sim.sample(key, 2, 5).items():
        np.testing.assert_array_equal(inside[name], value, err_msg=name)


@pytest.mark.long
def test_the_two_ways_to_blur_agree(
    galaxy: dict[str, Any], key: jax.Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jaxlens.imaging.optics.MAX_SHIFTED_RADIUS_FRACTION", 1.0)
    by_shifts = Simulator(galaxy)
    monkeypatch.setattr("jaxlens.imaging.optics.MAX_SHIFTED_RADIUS", 0)
    by_matrix = Simulator(galaxy)
    assert by_matrix.scene.optics.radius is None
    assert by_shifts.scene.optics.radius is not None
    params = by_matrix.sample(key, 2)
    assert_close(by_shifts.render(params), by_matrix.render(params), 1e-6)


@pytest.mark.long
def test_a_seeing_without_bound_renders(galaxy: dict[str, Any], key: jax.Array) -> None:
    normal = {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": 0.7, "std": 0.05}}}
    galaxy["SURVEY"]["PARAMETERS"]["seeing"] = normal
    images, params = Simulator(galaxy)(key, 2)
    assert params["seeing"].shape == (2,)
    assert bool(jnp.isfinite(images).all())


def _perturbed(params: dict[str, jax.Array], entries: list[Any], m: float) -> dict[str, jax.Array]:
    """The one system of `params` as a batch in which row k has entry k moved by m steps."""
    batch = {name: np.repeat(np.asarray(v), len(entries), axis=0) for name, v in params.items()}
    for k, (name, band) in enumerate(entries):
        batch[name][(k,) if band is None else (k, band)] += m * _step(params, name, band)
    return {name: jnp.asarray(v) for name, v in batch.items()}


def _step(params: dict[str, jax.Array], name: str, band: int | None) -> float:
    return 1e-5 * max(1.0, abs(float(params[name][0] if band is None else params[name][0, band])))


@pytest.mark.long
def test_the_gradient_of_chi_square_is_its_difference_for_every_parameter(key: jax.Array) -> None:
    """Equal to central differences of fourth order, in float64.

    `python -m validation gradients` does this for every packaged example, of its own size.
    """
    file = yaml.safe_load(example_path("lensed_quasar").read_text(encoding="utf-8"))
    file["IMAGE"]["PARAMETERS"] |= {"numPix": 24, "pixel_scale": 0.15}
    sim = Simulator(file)
    noise = np.random.default_rng(0).normal(size=(1, len(sim.bands), *2 * (sim.scene.num_pix,)))

    def chi2(model: jax.Array, data: jax.Array) -> jax.Array:
        sigma = jnp.sqrt(jnp.maximum(data, 0.0) / 1000.0 + (data.max() / 300.0) ** 2)
        return jnp.sum(((model - data) / sigma - noise.astype(data.dtype)) ** 2, axis=(1, 2, 3))

    @jax.jit
    @partial(jax.grad, has_aux=True)
    def gradient_of_total(params: dict[str, jax.Array], data: jax.Array) -> tuple[jax.Array, Any]:
        model = sim.render(params)
        values = chi2(model, data)
        return values.sum(), (values, model)

    with jax.enable_x64(True):
        params = sim.sample(key, 1)
        entries = [(k, b) for k, v in params.items() for b in (range(v.shape[1]) if v.ndim == 2 else (None,))]
        # one shape for the gradients and for the values at all steps: one compilation
        rows = {m: _perturbed(params, entries, m) for m in (0, 1, -1, 2, -2)}
        data = np.asarray(gradient_of_total(rows[0], np.ones_like(noise))[1][1][:1])
        found = {m: gradient_of_total(row, data) for m, row in rows.items()}
        value = {m: np.asarray(values) for m, (_, (values, _)) in found.items()}
        slopes = (8 * (value[1] - value[-1]) - (value[2] - value[-2])) / 12
        gradients = found[0][0]
        for (name, band), slope in zip(entries, slopes, strict=True):
            gradient = float(gradients[name][0] if band is None else gradients[name][0, band])
            expected = slope / _step(params, name, band)
            assert gradient == pytest.approx(expected, rel=1e-5, abs=1e-6 * value[0][0]), (name, band)


def test_import_is_the_public_interface() -> None:
    assert set(jaxlens.__all__) >= {"Simulator", "load_config", "make_dataset", "ConfigError"}


def test_a_survey_takes_the_place_of_image_and_survey(small_lens: dict[str, Any]) -> None:
    for species in small_lens["SPECIES"].values():
        species["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = 21.0
    sim = Simulator(small_lens, survey="euclid")
    assert sim.bands == ("VIS",)
    assert sim.scene.num_pix == 100


@pytest.mark.long
def test_numbers_are_those_of_a_chunk_without_its_images(
    small_quasar: dict[str, Any], key: jax.Array
) -> None:
    sim = Simulator(small_quasar)
    whole, numbers = sim.generate(key, N, 5), sim.numbers(key, N, 5)
    assert numbers.images is None
    assert numbers.planes is None
    assert numbers.values.keys() == whole.values.keys()
    for name, value in whole.values.items():
        np.testing.assert_allclose(numbers.values[name], value, rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.long
def test_images_behind_a_velocity_dispersion_are_those_of_its_einstein_radius(
    small_quasar: dict[str, Any], key: jax.Array
) -> None:
    mass = small_quasar["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    del mass["theta_E"]
    mass["sigma_v"] = 260.0
    sim = Simulator(small_quasar)
    params = sim.sample(key, N)
    found = sim.image_positions(params)["PLANE_2-OBJECT_2"]
    derived = jax.jit(jax.vmap(partial(derived_quantities, sim.scene)))(params)
    radius = derived["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"]
    del mass["sigma_v"]
    mass["theta_E"] = float(radius[0])
    same = Simulator(small_quasar)
    expected = same.image_positions(same.sample(key, N))["PLANE_2-OBJECT_2"]
    assert int(jnp.min(found.found)) >= 2
    np.testing.assert_array_equal(found.found, expected.found)
    np.testing.assert_allclose(found.x, expected.x, atol=1e-5)
    np.testing.assert_allclose(found.y, expected.y, atol=1e-5)


def test_replace_gives_a_copy_and_leaves_the_original(small_lens: dict[str, Any]) -> None:
    sim = Simulator(small_lens)
    copied = sim.replace(scene=sim.scene)
    assert type(copied) is Simulator
    assert copied.scene is sim.scene
    assert sim.with_image_slots(3).scene.image_slots == 3
    assert sim.scene.image_slots != 3
    with pytest.raises(TypeError, match="a Simulator has no attribute scenes"):
        sim.replace(scenes=sim.scene)


def test_another_configuration_may_be_wrong(small_lens: dict[str, Any], key: jax.Array) -> None:
    """It is warned about, once; a Config has been warned about already, and refuses the wrong one."""
    geometry = small_lens["GEOMETRY"]
    geometry["CONFIGURATION_1"]["FRACTION"] = 0.5
    geometry["CONFIGURATION_2"] = {"NAME": "WRONG", "FRACTION": 0.5, "PLANE_1": {"OBJECT_1": "NOTHING"}}
    with pytest.raises(jaxlens.ConfigError, match="NOTHING"):
        Simulator(small_lens)
    with pytest.warns(jaxlens.ConfigWarning, match="not asked for") as caught:
        sim = Simulator(small_lens, "LENSES")
    assert [warning.filename for warning in caught] == [__file__] * 2
    assert sim.config.configuration("LENSES") == sim.configuration
    assert repr(Simulator(sim.config, "CONFIGURATION_1")) == "Simulator('Small', 'CONFIGURATION_1')"
    with pytest.raises(jaxlens.ConfigError, match="NOTHING"):
        Simulator(sim.config, "WRONG")
    assert jaxlens.load_config(small_lens, configurations=["LENSES"]).warnings == sim.config.warnings
