"""COOLEST templates: the same image in lenstronomy and by coolest's own profiles, and again in jaxlens.

Images are compared in double precision.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from astropy.io import fits

import jaxlens
from jaxlens.config.errors import ConfigWarning
from jaxlens.exchange.coolest_template import RANGES
from jaxlens.exchange.errors import ExchangeError

pytestmark = pytest.mark.extras
# The largest difference of two images over the brightest pixel.
SAME = 1e-7
SEED = jax.random.key(3, impl="threefry2x32")
NIE = {
    name: {"point_estimate": {"value": 0.5}}
    for name in ("theta_E", "r_core", "q", "phi", "center_x", "center_y")
}
SERSIC = {"magnitude": 20.0, "R_sersic": 0.6, "n_sersic": 2.0, "e1": 0.1, "e2": -0.2}


@pytest.fixture(autouse=True)
def _double_precision() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def small(**image: Any) -> dict[str, Any]:
    """A lens of which nothing is symmetric, with a quasar behind it, in 24 x 24 pixels."""
    centre = {"center_x": 0.1, "center_y": -0.2}
    lens = {"theta_E": 0.9, "gamma": 2.1, "e1": 0.15, "e2": 0.1, **centre}
    return {
        "DATASET": {"NAME": "Small", "PARAMETERS": {"SIZE": 1, "OUTDIR": "Small"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {
            "PARAMETERS": {
                "exposure_time": 90.0,
                "numPix": 24,
                "pixel_scale": 0.2,
                "psf_type": "NONE",
                "read_noise": 7.0,
                **image,
            }
        },
        "SURVEY": {
            "PARAMETERS": {
                "BANDS": "g",
                "magnitude_zero_point": 27.5,
                "sky_brightness": 21.0,
                "num_exposures": 4,
            }
        },
        "SPECIES": {
            "GALAXY_1": {
                "NAME": "LENS",
                "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": {**SERSIC, **centre}},
                "MASS_PROFILE_1": {"NAME": "EPL", "PARAMETERS": lens},
                "SHEAR_PROFILE_1": {
                    "NAME": "SHEAR",
                    "PARAMETERS": {"gamma1": 0.03, "gamma2": -0.05, "ra_0": 0.3, "dec_0": -0.4},
                },
                "SHEAR_PROFILE_2": {"NAME": "CONVERGENCE", "PARAMETERS": {"kappa": 0.04, "ra_0": -0.2}},
            },
            "GALAXY_2": {
                "NAME": "SOURCE",
                "LIGHT_PROFILE_1": {
                    "NAME": "SERSIC_ELLIPSE",
                    "PARAMETERS": {**SERSIC, "R_sersic": 0.3, "center_x": 0.15, "center_y": 0.05},
                },
            },
            "POINTSOURCE_1": {"NAME": "QUASAR", "HOST": "SOURCE", "PARAMETERS": {"magnitude": 21.0}},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "ONLY",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.5}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "OBJECT_2": "QUASAR", "PARAMETERS": {"REDSHIFT": 1.5}},
            }
        },
    }


def kernel_file(folder: Path) -> str:
    """A PSF kernel without any symmetry."""
    x = np.arange(-4, 5)
    kernel = np.exp(-0.5 * ((x + 0.4) ** 2 + 0.3 * x[:, None] * x + (x[:, None] - 0.7) ** 2))
    np.save(folder / "kernel.npy", kernel)
    return str(folder / "kernel.npy")


def image_of(config: Any, params: Any = None, i: int = 0) -> np.ndarray:
    """The image of one system, (bands, y, x)."""
    sim = jaxlens.Simulator(config)
    return np.asarray(sim.render(sim.sample(SEED, 1) if params is None else params)[i])


def assert_same(one: np.ndarray, other: np.ndarray) -> None:
    np.testing.assert_allclose(one, other, rtol=0.0, atol=SAME * np.max(np.abs(one)))


def written(config: Any, folder: Path, **options: Any) -> tuple[list[Path], np.ndarray]:
    """The templates of the first system of a file, and its image."""
    sim = jaxlens.Simulator(config)
    params = sim.sample(SEED, 1)
    return sim.to_coolest(params, 0, folder / "lens.json", **options), np.asarray(sim.render(params)[0])


@pytest.mark.filterwarnings("ignore:.*axes.*:DeprecationWarning")
def test_lenstronomy_makes_the_same_image_of_our_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read by the reader of its authors, whose x grows to the east while the columns go to the west."""
    from lenstronomy.Data.imaging_data import ImageData
    from lenstronomy.Data.psf import PSF
    from lenstronomy.ImSim.image_model import ImageModel
    from lenstronomy.LensModel.lens_model import LensModel
    from lenstronomy.LightModel.light_model import LightModel
    from lenstronomy.PointSource.point_source import PointSource
    from lenstronomy.Util.coolest_interface import create_lenstronomy_from_coolest

    config = small(psf_type="PIXEL", kernel_point_source=kernel_file(tmp_path))
    (path,), ours = written(config, tmp_path, as_pixels=True)
    monkeypatch.chdir(tmp_path)
    found = create_lenstronomy_from_coolest(str(path.with_suffix("")))
    model, result = found["kwargs_model"], found["kwargs_result"]
    lens = LensModel(model["lens_model_list"])
    maker = ImageModel(
        ImageData(**found["kwargs_data"]),
        PSF(**found["kwargs_psf"]),
        lens_model_class=lens,
        source_model_class=LightModel(model["source_light_model_list"]),
        lens_light_model_class=LightModel(model["lens_light_model_list"]),
        point_source_class=PointSource(model["point_source_model_list"], lens_model=lens),
    )
    parts = (result[f"kwargs_{part}"] for part in ("lens", "source", "lens_light", "ps"))
    theirs = maker.image(*parts)
    assert_same(ours[0, :, ::-1], theirs)
    assert_same(fits.getdata(tmp_path / "lens_image.fits"), theirs)
    sigma = np.sqrt(ours[0] / 360 + (4 * 7.0**2 / 360 + 0.2**2 * 10 ** (-0.4 * (21.0 - 27.5))) / 360)
    np.testing.assert_allclose(found["kwargs_data"]["noise_map"], sigma[:, ::-1], rtol=1e-9)


def test_profiles_of_coolest_make_the_same_image_of_our_template(tmp_path: Path) -> None:
    """Deflections and surface brightness by `coolest.api`, at the pixels of an image without a PSF."""
    from coolest.api.profiles import light, mass
    from coolest.template.json import JSONSerializer

    config = small()
    del config["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"]
    (path,), ours = written(config, tmp_path)
    template = JSONSerializer(str(path.with_suffix(""))).load_simple(str(path))
    side = template.instrument.pixel_size
    axis = (np.arange(24) - 11.5) * side
    x, y = np.meshgrid(axis, axis)

    def values(profile: Any) -> dict[str, Any]:
        return {name: one.point_estimate.value for name, one in profile.parameters.items()}

    deflectors = [one for entity in template.lensing_entities for one in entity.mass_model]
    assert [one.type for one in deflectors] == ["PEMD", "ExternalShear", "ConvergenceSheet"]
    alphas = [getattr(mass, one.type)().deflection(x, y, **values(one)) for one in deflectors]
    behind = x - sum(alpha for alpha, _ in alphas), y - sum(alpha for _, alpha in alphas)
    image = np.zeros_like(x)
    for entity in template.lensing_entities:
        place = behind if entity.redshift > 1.0 else (x, y)
        for one in getattr(entity, "light_model", ()):
            image += light.Sersic().evaluate_surface_brightness(*place, **values(one)) * side**2
    assert_same(image, ours[0, :, ::-1])


def test_a_template_makes_the_same_image_again(tmp_path: Path) -> None:
    config = small(psf_type="GAUSSIAN", point_source="exact", supersampling_factor=2)
    config["SURVEY"]["PARAMETERS"]["seeing"] = 0.7
    paths, image = written(config, tmp_path)
    assert_same(image, image_of(jaxlens.from_coolest(paths)))


def test_columns_of_a_template_go_to_the_west(tmp_path: Path) -> None:
    config = small(psf_type="PIXEL", kernel_point_source=kernel_file(tmp_path))
    del config["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"]
    paths, image = written(config, tmp_path)
    assert_same(image, image_of(jaxlens.from_coolest(paths)))
    west = jaxlens.from_coolest(paths, columns="west")
    assert_same(image[..., ::-1], image_of(west))
    # what goes to the west is written as it is
    (tmp_path / "west").mkdir()
    (again,), same = written(west, tmp_path / "west")
    assert_same(image[..., ::-1], same)
    for kind in ("image", "psf"):
        files = [path.with_name(f"lens_{kind}.fits") for path in (*paths, again)]
        assert_same(*map(fits.getdata, files))


def test_bands_have_a_template_each(tmp_path: Path) -> None:
    sim = jaxlens.Simulator("galaxy_galaxy")
    params = sim.sample(SEED, 2)
    paths = sim.to_coolest(params, 1, tmp_path / "lens", sky=(150.25, -2.5))
    assert [path.name for path in paths] == ["lens_g.json", "lens_r.json", "lens_i.json"]
    again = jaxlens.from_coolest(paths)
    assert again["SURVEY"]["PARAMETERS"]["BANDS"] == ["g", "r", "i"]
    assert_same(np.asarray(sim.render(params)[1]), image_of(again))
    origin = json.loads(paths[0].read_text())["coordinates_origin"]
    assert (origin["ra"], origin["dec"]) == ("10h01m00s", "-02d30m00s")
    # the noise is that of all exposures
    back = jaxlens.Simulator(again)
    one = {name: value[1:2] for name, value in params.items()}
    sigma = [
        np.std(np.asarray(s.observe(SEED, p) - s.render(p)), (2, 3))
        for s, p in ((sim, one), (back, back.sample(SEED, 1)))
    ]
    np.testing.assert_allclose(*sigma, rtol=0.05)


def test_pixels_shapelets_chameleons_and_sheets_of_light(tmp_path: Path) -> None:
    """Pixels are mirrored, turned by a right angle, and have fewer rows than columns."""
    np.save(tmp_path / "galaxy.npy", np.random.default_rng(5).uniform(0.1, 1.0, (6, 9)))
    config = small()
    del config["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"]
    lens, source = config["SPECIES"]["GALAXY_1"], config["SPECIES"]["GALAXY_2"]
    lens["MASS_PROFILE_1"] = {
        "NAME": "CHAMELEON",
        "PARAMETERS": {"alpha_1": 0.9, "w_c": 0.1, "w_t": 2.0, "e1": 0.1, "e2": 0.2, "center_x": 0.1},
    }
    lens["LIGHT_PROFILE_2"] = {"NAME": "UNIFORM", "PARAMETERS": {"magnitude": 22.0}}
    values = {
        "image": str(tmp_path / "galaxy.npy"),
        "scale": 0.1,
        "phi_G": math.pi / 2,
        "flip": 1,
        "size": 1.2,
    }
    source["LIGHT_PROFILE_1"] = {
        "NAME": "INTERPOL",
        "PARAMETERS": {"magnitude": 19.0, "center_x": 0.15, "center_y": -0.1, **values},
    }
    source["LIGHT_PROFILE_2"] = {
        "NAME": "SHAPELETS",
        "PARAMETERS": {"magnitude": 21, "n_max": 2, "beta": 0.2, "amp": [1.0, 0.3, -0.2, 0.1, 0.2, -0.1]},
    }
    paths, image = written(config, tmp_path)
    assert_same(image, image_of(jaxlens.from_coolest(paths)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the template of `small`."""
    with jax.enable_x64(True):
        (path,), _ = written(small(), tmp_path_factory.mktemp("small"))
    return path.parent


@pytest.fixture
def path(folder: Path, tmp_path: Path) -> Path:
    """The template of `small`, to be changed."""
    return Path(shutil.copytree(folder, tmp_path / "small")) / "lens.json"


def test_priors_and_posteriors_become_distributions(path: Path) -> None:
    whole = json.loads(path.read_text())
    lens = whole["lensing_entities"][0]["mass_model"][0]["parameters"]
    lens["theta_E"]["prior"] = {"type": "GaussianPrior", "mean": 0.95, "width": 0.05}
    lens["phi"]["prior"] = {"type": "UniformPrior", "min_value": -60.0, "max_value": 30.0}
    lens["center_x"]["prior"] = {"type": "GaussianPrior", "mean": -0.1, "width": 0.02}
    lens["theta_E"]["posterior_stats"] = {
        "mean": 0.9,
        "median": 0.91,
        "percentile_16th": 0.89,
        "percentile_84th": 0.93,
    }
    path.write_text(json.dumps(whole))
    prior = jaxlens.from_coolest(path, values="prior")["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    assert prior["theta_E"] == {
        "DISTRIBUTION": {
            "NAME": "normal",
            "PARAMETERS": {"mean": 0.95, "std": 0.05},
            "TRUNCATE": [0.0, math.inf],
        }
    }
    # from 60 degrees west of north to 30 east of it, from x towards y
    angle = prior["phi"]["DISTRIBUTION"]["PARAMETERS"]
    assert (angle["minimum"], angle["maximum"]) == pytest.approx((math.radians(60), math.radians(150)))
    assert prior["center_x"]["DISTRIBUTION"]["PARAMETERS"] == {"mean": 0.1, "std": 0.02}
    assert prior["gamma"] == 2.1
    sim = jaxlens.Simulator(jaxlens.from_coolest(path, values="posterior"))
    drawn = np.asarray(sim.sample(SEED, 2000)["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"])
    assert (drawn.mean(), drawn.std()) == pytest.approx((0.91, 0.02), rel=0.05)


def test_what_a_template_lacks_is_a_warning(path: Path) -> None:
    whole = json.loads(path.read_text())
    whole["cosmology"] = None
    whole["observation"] |= {"exposure_time": None, "mag_zero_point": None, "mag_sky_brightness": None}
    path.write_text(json.dumps(whole))
    with pytest.warns(ConfigWarning) as found:
        config = jaxlens.from_coolest(path)
    text = " ".join(str(one.message) for one in found)
    for missing in ("no cosmology", "no exposure_time", "no mag_zero_point", "no sky_brightness"):
        assert missing in text
    assert "exposure_time" not in config["IMAGE"]["PARAMETERS"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda whole: whole["lensing_entities"][0].update(redshift=None), "LENS has no redshift"),
        (
            lambda whole: whole["lensing_entities"][0].update(
                mass_model=[{"type": "NIE", "parameters": NIE}]
            ),
            "theta_E has two meanings",
        ),
        (
            lambda whole: whole["lensing_entities"][2].update(redshift=0.9),
            "light behind the lens in PLANE_2, PLANE_3",
        ),
        (
            lambda whole: whole.update(lensing_entities=[{"type": "Star"}]),
            "no template that coolest can read",
        ),
    ],
)
def test_what_a_file_cannot_hold_is_refused(path: Path, change: Any, message: str) -> None:
    whole = json.loads(path.read_text())
    change(whole)
    path.write_text(json.dumps(whole))
    with pytest.raises(ValueError, match=message):
        jaxlens.from_coolest(path)


def test_what_coolest_cannot_hold_is_listed(tmp_path: Path) -> None:
    sim = jaxlens.Simulator("double_source_plane")
    with pytest.raises(ExchangeError, match="mass in PLANE_1, PLANE_2") as error:
        sim.to_coolest(sim.sample(SEED, 1), 0, tmp_path / "lens.json")
    assert "light behind the lens in PLANE_2, PLANE_3" in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_our_ranges_are_those_of_coolest() -> None:
    from coolest.template.classes.profiles import light, mass

    found: dict[str, set[tuple[float, float]]] = {}
    kinds = [mass.SIE, mass.PEMD, mass.Chameleon, mass.ExternalShear, mass.ConvergenceSheet]
    for kind in (*kinds, light.Sersic, light.Uniform, light.Shapelets):
        for name, one in kind().parameters.items():
            low, high = one.definition_range.min_value, one.definition_range.max_value
            ends = -math.inf if low is None else low, math.inf if high is None else high
            found.setdefault(name, set()).add(ends)
    bounded = {name: ends for name, ends in found.items() if ends != {(-math.inf, math.inf)}}
    assert bounded == {name: {ends} for name, ends in RANGES.items()}
