"""Whole images under every kind of PSF, against direct convolution of images without one.

(`validation.agreement.checks.psf` compares blur and stamps with lenstronomy.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d

import jaxlens
from jaxlens.config import Config
from jaxlens.files.metadata import fixed
from jaxlens.imaging import render
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.optics import stamp_radius

N, SCALE = 17, 0.2
STAR = "PLANE_1-OBJECT_2"
SEEING = {"g": 0.5, "r": 0.7}


def lopsided(side: int, seed: int = 0) -> np.ndarray:
    """A kernel that is like none of its mirror images."""
    noise = np.random.default_rng(seed).exponential(1.0, (side, side))
    kernel = noise * np.linspace(0.1, 2.0, side) * np.linspace(2.0, 0.5, side)[:, None] ** 2
    return np.asarray(kernel / kernel.sum())


def file(psf: dict[str, Any], survey: dict[str, Any] | None = None) -> dict[str, Any]:
    """A galaxy and a star in the foreground; without a lens, which makes no difference to the PSF."""
    shape = {"R_sersic": 0.5, "n_sersic": 1.0, "e1": 0.2, "e2": -0.1, "center_x": -0.7, "center_y": 0.4}
    light = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": {"magnitude": {"g": 20.0, "r": 19.0}} | shape}
    image = {"exposure_time": 100, "numPix": N, "pixel_scale": SCALE, "read_noise": 5}
    sky = {"BANDS": "g,r", "seeing": SEEING, "magnitude_zero_point": 27.0, "sky_brightness": 22.0}
    return {
        "DATASET": {"NAME": "Kinds", "PARAMETERS": {"SIZE": 2, "OUTDIR": "Kinds"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image | psf},
        "SURVEY": {"PARAMETERS": sky | (survey or {})},
        "SPECIES": {
            "GALAXY_1": {"NAME": "GALAXY", "LIGHT_PROFILE_1": light},
            "POINTSOURCE_1": {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 21.0}},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "FIELD",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "GALAXY", "OBJECT_2": "STAR", "PARAMETERS": {"REDSHIFT": 0.3}},
            }
        },
    }


def rendered(psf: dict[str, Any], star: tuple[float, float] | None = None, **changed: Any) -> np.ndarray:
    """The image (bands, n, n) with the star at these pixels from the middle; without it far away."""
    sim = jaxlens.Simulator(file(psf))
    x, y = star or (1e3, 1e3)
    place = {f"{STAR}-ra_image": jnp.array([x * SCALE]), f"{STAR}-dec_image": jnp.array([y * SCALE])}
    params = sim.sample(jax.random.key(1, impl="threefry2x32"), 1) | place
    return np.asarray(sim.render(params | {name: jnp.array([v]) for name, v in changed.items()})[0])


def unblurred(factor: int) -> np.ndarray:
    """The galaxy without a PSF on a grid of `factor` pixels to a pixel, in counts/s of a whole pixel."""
    fine = {"psf_type": "NONE", "numPix": N * factor, "pixel_scale": SCALE / factor}
    return rendered(fine) * factor**2


def averaged(image: np.ndarray, factor: int) -> np.ndarray:
    return np.asarray(image.reshape(-1, N, factor, N, factor).mean(axis=(2, 4)))


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    """The kernels in the files g.npy and r.npy of the working directory."""
    monkeypatch.chdir(tmp_path)
    both = {"g": lopsided(9), "r": lopsided(9, seed=1)}
    for band, kernel in both.items():
        np.save(f"{band}.npy", 3.0 * kernel)
    return both


PIXEL = {"psf_type": "PIXEL", "kernel_point_source": {"g": "g.npy", "r": "r.npy"}}


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_a_kernel_blurs_each_band(kernels: dict[str, np.ndarray]) -> None:
    clear = unblurred(1)
    expected = [convolve2d(clear[b], kernels[band], mode="same") for b, band in enumerate("gr")]
    np.testing.assert_allclose(rendered(PIXEL), expected, atol=1e-10 * clear.max())


@pytest.mark.usefixtures("x64")
def test_a_star_on_a_pixel_is_the_kernel(kernels: dict[str, np.ndarray]) -> None:
    """Not mirrored, not turned: x is along the columns, y along the rows."""
    star = rendered(PIXEL, (2.0, -3.0)) - rendered(PIXEL)
    flux = 10 ** (-0.4 * (21.0 - 27.0))
    for b, band in enumerate("gr"):
        expected = np.zeros((N, N))
        expected[1:10, 6:15] = flux * kernels[band]
        np.testing.assert_allclose(star[b], expected, atol=1e-10 * flux)


@pytest.mark.usefixtures("x64")
def test_one_kernel_for_all_bands(kernels: dict[str, np.ndarray]) -> None:
    one = rendered(PIXEL | {"kernel_point_source": "g.npy"}, (1.3, 0.8))
    np.testing.assert_allclose(one[0], rendered(PIXEL, (1.3, 0.8))[0], rtol=1e-9)


@pytest.mark.usefixtures("x64")
def test_a_finer_kernel_is_summed_over_each_pixel(kernels: dict[str, np.ndarray]) -> None:
    """9 x 9 pixels that are thirds of the image's, for light and for a star."""
    fine = PIXEL | {"kernel_supersampling_factor": 3}
    coarse = {band: kernel.reshape(3, 3, 3, 3).sum(axis=(1, 3)) for band, kernel in kernels.items()}
    clear = unblurred(1)
    expected = [convolve2d(clear[b], coarse[band], mode="same") for b, band in enumerate("gr")]
    np.testing.assert_allclose(rendered(fine), expected, atol=1e-10 * clear.max())
    star = rendered(fine, (0.0, 0.0)) - rendered(fine)
    flux = 10 ** (-0.4 * (21.0 - 27.0))
    np.testing.assert_allclose(star[1, 7:10, 7:10], flux * coarse["r"], atol=1e-10 * flux)


def moffat(fwhm: float, beta: float) -> np.ndarray:
    radius = round(10 * fwhm)
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    alpha = fwhm / (2 * np.sqrt(2 ** (1 / beta) - 1))
    profile = (1 + (x**2 + y**2) / alpha**2) ** -beta
    return np.asarray(profile / profile.sum())


@pytest.mark.usefixtures("x64")
def test_a_moffat_profile_blurs_light_and_star() -> None:
    """Its kernel is wider than twice the image."""
    psf = {"psf_type": "MOFFAT", "moffat_beta": {"g": 2.5, "r": 3.5}}
    clear, found = unblurred(1), rendered(psf)
    star = rendered(psf, (0.0, 0.0)) - found
    flux = 10 ** (-0.4 * (21.0 - 27.0))
    for b, (band, beta) in enumerate((("g", 2.5), ("r", 3.5))):
        kernel = moffat(SEEING[band] / SCALE, beta)
        middle = kernel.shape[0] // 2
        cut = kernel[middle - 16 : middle + 17, middle - 16 : middle + 17]
        expected = convolve2d(clear[b], cut, mode="full")[16:-16, 16:-16]
        np.testing.assert_allclose(found[b], expected, atol=1e-10 * clear.max())
        np.testing.assert_allclose(star[b], flux * cut[8:25, 8:25], atol=1e-10 * flux)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("kind", ["GAUSSIAN", pytest.param("MOFFAT", marks=pytest.mark.slow), "PIXEL"])
def test_convolution_on_the_grid_of_the_supersampling(kind: str, kernels: dict[str, np.ndarray]) -> None:
    """The fine image is blurred, then averaged; the core holds all of the PIXEL and Moffat kernels."""
    fine = {"supersampling_factor": 3, "supersampling_convolution": True, "supersampling_kernel_size": 99}
    psf = {
        "MOFFAT": {"psf_type": kind, "moffat_beta": 3.0},
        "PIXEL": PIXEL | {"kernel_supersampling_factor": 3},
    }
    found, clear = rendered(psf.get(kind, {"psf_type": kind}) | fine), unblurred(3)
    for b, band in enumerate("gr"):
        if kind == "GAUSSIAN":
            sigma = 3 * SEEING[band] / SCALE / np.sqrt(8 * np.log(2))
            blurred = gaussian_filter(clear[b], sigma, mode="nearest", truncate=5)
        else:
            kernel = kernels[band] if kind == "PIXEL" else moffat(3 * SEEING[band] / SCALE, 3.0)
            blurred = convolve2d(clear[b], kernel, mode="full")
            edge = kernel.shape[0] // 2
            blurred = blurred[edge : edge + 3 * N, edge : edge + 3 * N]
        np.testing.assert_allclose(found[b], averaged(blurred, 3)[0], atol=1e-10 * clear.max())


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_convolution_on_the_fine_grid_changes_the_image() -> None:
    fine = {"psf_type": "GAUSSIAN", "supersampling_factor": 3}
    one, other = rendered(fine), rendered(fine | {"supersampling_convolution": True})
    assert 1e-4 < np.max(np.abs(one - other)) / one.max() < 0.1


@pytest.mark.usefixtures("x64")
def test_without_supersampling_there_is_no_fine_grid(kernels: dict[str, np.ndarray]) -> None:
    for psf in ({"psf_type": "GAUSSIAN"}, PIXEL):
        fine = rendered(psf | {"supersampling_convolution": True})
        np.testing.assert_array_equal(fine, rendered(psf))


@pytest.mark.long
def test_single_precision(kernels: dict[str, np.ndarray]) -> None:
    """As in float64, to float32's rounding; a simulator made in the one works in the other."""
    for psf in (PIXEL, {"psf_type": "MOFFAT", "moffat_beta": 3.0}):
        sim = jaxlens.Simulator(file(psf | {"supersampling_factor": 2, "supersampling_convolution": True}))
        params = sim.sample(jax.random.key(1, impl="threefry2x32"), 2)
        single = np.asarray(sim.render(params))
        with jax.enable_x64(True):
            double = np.asarray(sim.render(params))
        assert single.dtype == np.float32
        assert double.dtype == np.float64
        assert np.max(np.abs(single - double)) < 2e-6 * double.max()


@pytest.mark.long
def test_a_batch_gives_the_images_of_its_systems(kernels: dict[str, np.ndarray]) -> None:
    drawn = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 2.0, "maximum": 4.0}}}
    for psf in (PIXEL, {"psf_type": "MOFFAT", "moffat_beta": drawn}):
        sim = jaxlens.Simulator(file(psf))
        params = sim.sample(jax.random.key(2, impl="threefry2x32"), 3)
        together = sim.render(params)
        alone = [sim.render({name: value[i : i + 1] for name, value in params.items()})[0] for i in range(3)]
        np.testing.assert_allclose(together, np.stack(alone), rtol=1e-4, atol=1e-5 * float(np.max(together)))


MOFFAT = {"psf_type": "MOFFAT", "moffat_beta": 3.0}


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    ("psf", "steps"),
    [
        ({"psf_type": "GAUSSIAN"}, {"seeing": 1e-4}),
        (MOFFAT, {"seeing": 1e-4, "moffat_beta": 1e-3}),
        pytest.param(
            MOFFAT | {"supersampling_kernel_size": 3}, {"pixel_scale": 1e-5}, marks=pytest.mark.slow
        ),
    ],
)
def test_gradients_are_central_differences(psf: dict[str, Any], steps: dict[str, float]) -> None:
    """Where no truncation radius jumps."""
    fine = {"supersampling_factor": 2, "supersampling_convolution": True}
    sim = jaxlens.Simulator(file(psf | fine, {"seeing": 0.52}))
    params = sim.sample(jax.random.key(1, impl="threefry2x32"), 1)
    weights = jnp.asarray(np.random.default_rng(0).uniform(size=(1, 2, N, N)))

    @jax.jit  # also so that the bound on the seeing is not checked
    @jax.value_and_grad
    def loss(values: dict[str, jax.Array]) -> jax.Array:
        return jnp.sum(weights * sim.render(params | values))

    at = {name: params[name] for name in steps}
    gradients = loss(at)[1]
    for name, step in steps.items():
        moved = (loss(at | {name: at[name] + k * step})[0] for k in (1.0, -1.0, 2.0, -2.0))
        ahead, behind, far, back = moved
        expected = (8.0 * (ahead - behind) - (far - back)) / (12.0 * step)
        assert abs(float(expected)) > 1e-3
        assert float(jnp.sum(gradients[name])) == pytest.approx(float(expected), rel=1e-6)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_both_ways_to_blur_have_the_same_derivatives(monkeypatch: pytest.MonkeyPatch) -> None:
    """In forward and reverse mode; the central differences above are those of matrix products."""
    monkeypatch.setattr("jaxlens.imaging.optics.MAX_SHIFTED_RADIUS_FRACTION", 1.0)
    weights = jnp.asarray(np.random.default_rng(0).uniform(size=(1, 2, N, N)))
    names = ("seeing", "pixel_scale", "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic")
    gradients = []
    for largest_radius in (48, 0):
        monkeypatch.setattr("jaxlens.imaging.optics.MAX_SHIFTED_RADIUS", largest_radius)
        sim = jaxlens.Simulator(file({"psf_type": "GAUSSIAN"}))
        assert (sim.scene.optics.radius is None) == (largest_radius == 0)
        params = sim.sample(jax.random.key(1, impl="threefry2x32"), 1)

        def loss(some: dict[str, jax.Array], sim: Any = sim, params: Any = params) -> jax.Array:
            return jnp.sum(weights * jnp.square(sim.render(params | some)))

        at = {name: params[name] * 0.99 for name in names}
        gradients += [jax.jit(jax.grad(loss))(at), jax.jit(jax.jacfwd(loss))(at)]
    for found in gradients[:-1]:
        for name in names:
            np.testing.assert_allclose(found[name], gradients[-1][name], rtol=1e-9)


@pytest.mark.usefixtures("x64")
def test_gradient_with_respect_to_the_kernel(kernels: dict[str, np.ndarray]) -> None:
    """The image is linear in it where it is not resampled, and differentiable where it is."""
    sim = jaxlens.Simulator(file(PIXEL | {"kernel_supersampling_factor": 3, "supersampling_factor": 2}))
    params = {k: v[0] for k, v in sim.sample(jax.random.key(1, impl="threefry2x32"), 1).items()}
    weights = jnp.asarray(np.random.default_rng(0).uniform(size=(2, N, N)))

    @jax.jit
    @jax.value_and_grad
    def loss(kernel: jax.Array) -> jax.Array:
        return jnp.sum(weights * render.render(sim.scene, params, Assets(psf_kernel=kernel)))

    kernel = sim.assets.psf_kernel
    assert kernel is not None
    way = jnp.asarray(np.random.default_rng(3).normal(size=kernel.shape)) * 1e-3
    expected = (loss(kernel + way)[0] - loss(kernel - way)[0]) / 2.0
    assert float(jnp.sum(loss(kernel)[1] * way)) == pytest.approx(float(expected), rel=1e-7)


def test_a_seeing_beyond_the_files_is_refused_where_the_kernel_is_bounded() -> None:
    sim = jaxlens.Simulator(file({"psf_type": "MOFFAT", "moffat_beta": 3.0}))
    params = sim.sample(jax.random.key(1, impl="threefry2x32"), 1)
    with pytest.raises(ValueError, match="a seeing of 4 pixels is wider than the file allows"):
        sim.render(params | {"seeing": jnp.array([[0.5, 0.8]])})


@pytest.mark.long
def test_an_unbounded_seeing_has_a_kernel_of_110_pixels() -> None:
    seeing = {"DISTRIBUTION": {"NAME": "lognormal", "PARAMETERS": {"mean": -0.5, "sigma": 0.1}}}
    sim = jaxlens.Simulator(file({"psf_type": "MOFFAT", "moffat_beta": 3.0}, {"seeing": seeing}))
    assert sim.scene.optics.radius == 110
    params = sim.sample(jax.random.key(1, impl="threefry2x32"), 1)
    assert np.isfinite(sim.render(params)).all()


def test_a_pixel_scale_without_a_lower_bound_leaves_the_width_unbounded() -> None:
    scale = {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": 0.2, "std": 0.01}}}
    psfs = {"psf_type": "GAUSSIAN"}, {"psf_type": "MOFFAT", "moffat_beta": 3.0}
    radii = [jaxlens.Simulator(file(psf | {"pixel_scale": scale})).scene.optics.radius for psf in psfs]
    assert radii == [None, 110]


def test_how_far_a_psf_reaches(kernels: dict[str, np.ndarray]) -> None:
    """In pixels; image positions are looked for that far beyond the edge."""
    found = {}
    for name, psf in {
        "kernel": PIXEL,
        "thirds": PIXEL | {"kernel_supersampling_factor": 3},
        "moffat": {"psf_type": "MOFFAT", "moffat_beta": 3.0},
        "none": {"psf_type": "NONE"},
    }.items():
        sim = jaxlens.Simulator(file(psf))
        params = {k: v[0] for k, v in sim.sample(jax.random.key(1, impl="threefry2x32"), 1).items()}
        found[name] = float(stamp_radius(sim.scene.optics, params))
    assert found == pytest.approx({"kernel": 4.0, "thirds": 4.0 / 3.0, "moffat": 35.0, "none": 1.0})


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_a_lensed_quasar_is_stamped_with_the_kernel(
    small_quasar: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's kernel is a Gaussian here, so its images are those of the Gaussian PSF."""
    monkeypatch.chdir(tmp_path)
    sigma = 0.6 / SCALE / np.sqrt(8 * np.log(2))
    k = np.arange(-round(5 * sigma), round(5 * sigma) + 1)
    taps = np.exp(-0.5 * (k / sigma) ** 2)
    np.save("gaussian.npy", np.outer(taps, taps))
    small_quasar["SURVEY"]["PARAMETERS"]["seeing"] = 0.6
    quasars = []
    for psf in ({"psf_type": "GAUSSIAN"}, {"psf_type": "PIXEL", "kernel_point_source": "gaussian.npy"}):
        small_quasar["IMAGE"]["PARAMETERS"] |= psf
        sim = jaxlens.Simulator(small_quasar)
        params = sim.sample(jax.random.key(1, impl="threefry2x32"), 1)
        name = "PLANE_2-OBJECT_2-magnitude"
        quasars.append(np.asarray(sim.render(params) - sim.render(params | {name: params[name] + 60.0})))
    assert quasars[0].max() > 10.0
    np.testing.assert_allclose(quasars[1], quasars[0], atol=1e-9 * quasars[0].max())


def test_the_metadata_says_how_the_psf_is_applied(kernels: dict[str, np.ndarray]) -> None:
    words = {"supersampling_convolution": True, "point_source_supersampling_factor": 2}
    sim = jaxlens.Simulator(file(PIXEL | words))
    entries = fixed(sim.configuration, sim.config.instrument)
    assert entries["psf_type"] == "PIXEL"
    assert entries["supersampling_convolution"] == "True"
    assert entries["point_source_supersampling_factor"] == 2
    assert str(entries["kernel_point_source"]).split(";")[1].endswith("r.npy")


def test_kernels_are_no_part_of_what_is_compiled(kernels: dict[str, np.ndarray]) -> None:
    """They are handed to the program: another kernel of that size needs no compilation."""
    sim = jaxlens.Simulator(file(PIXEL))
    np.save("g.npy", lopsided(9, seed=7))
    other = jaxlens.Simulator(file(PIXEL))
    assert isinstance(sim.config, Config)
    assert (sim.scene, hash(sim.scene)) == (other.scene, hash(other.scene))
    params = sim.sample(jax.random.key(1, impl="threefry2x32"), 1)
    assert float(jnp.max(jnp.abs(sim.render(params) - other.render(params)))) > 0.1
