"""The result of a fit: errors, samples, tables, pictures and files.

The results are made by hand; no fit is needed.
"""

import dataclasses
import re

import h5py
import jax
import numpy as np
import pytest

from jaxlens.distributions import Normal, Truncated, Uniform
from jaxlens.files.errors import StorageError
from jaxlens.fitting.in_words import describe_prior
from jaxlens.fitting.result import FitResult
from jaxlens.fitting.transforms import transform_of
from jaxlens.plotting.system import SystemPicture

PRIORS = (Uniform(0.5, 1.5), Normal(20.0, 2.0), Normal(0.0, 0.1))
NAMES = ("PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E", "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude-g", "gamma1")


def result(n=1, bands=2, side=8, **changes):
    """A result of three numbers, of which the first may only be between 0.5 and 1.5."""
    rng = np.random.default_rng(0)
    k, shape = len(PRIORS), (n, bands, side, side)
    transform = transform_of(PRIORS)
    unconstrained = rng.normal(size=(n, k))
    root = rng.normal(size=(n, k, k))
    inside = 0.01 * root @ np.swapaxes(root, 1, 2)
    beyond, before = (np.asarray(transform.constrained(unconstrained + h)) for h in (0.01, -0.01))
    derivative = (beyond - before)[:, None] / 0.02
    model = np.full(shape, 2.0)
    image = model + rng.normal(size=shape)
    mask = np.ones(shape, bool)
    mask[:, :, 0, 0] = False
    fields = {
        "names": NAMES,
        "priors": tuple(describe_prior(prior) for prior in PRIORS),
        "bands": ("g", "r")[:bands],
        "configuration": "CONFIGURATION_1",
        "config": "DATASET: {}\n" * 10_000,
        "params": {"H0": np.full(n, 70.0), "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude": np.ones((n, bands))},
        "values": np.asarray(transform.constrained(unconstrained)),
        "covariance": derivative * inside * np.swapaxes(derivative, 1, 2),
        "unconstrained": unconstrained,
        "unconstrained_covariance": inside,
        "transform": transform,
        "chi_square": np.sum(np.where(mask, image - model, 0.0) ** 2, axis=(1, 2, 3)),
        "degrees_of_freedom": np.sum(mask, axis=(1, 2, 3)) - k,
        "log_posterior": np.full(n, -100.0),
        "history": np.full((6, n, 4), -200.0),
        "start_values": rng.normal(size=(n, 4, k)),
        "start_log_posterior": np.full((n, 4), -100.0),
        "agreed": np.arange(4 * n).reshape(n, 4) % 4 < 3,
        "converged": np.arange(n) % 2 == 0,
        "at_bound": np.zeros((n, k), bool),
        "warnings": (),
        "images": image,
        "model": model,
        "noise_sigma": np.ones(shape),
        "mask": mask,
    }
    return FitResult(**fields | changes)


def same(one, other):
    """Whether two results are equal in every field."""
    for field in dataclasses.fields(FitResult):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if dataclasses.is_dataclass(a):
            a, b = dataclasses.asdict(a), dataclasses.asdict(b)
        if isinstance(a, dict):
            assert a.keys() == b.keys()
            for key in a:
                np.testing.assert_array_equal(a[key], b[key], strict=True)
        elif isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, strict=True)
        else:
            assert a == b, field.name


def test_a_distribution_in_words():
    assert describe_prior(Truncated(Normal(1.0, 0.25), 0.0, np.inf)) == (
        "truncated(inner=normal(mean=1, std=0.25), lower=0, upper=inf)"
    )


def test_sigma_and_chi_square_per_degree_follow():
    fitted = result(2)
    np.testing.assert_allclose(fitted.sigma[1, 2], np.sqrt(fitted.covariance[1, 2, 2]))
    np.testing.assert_allclose(fitted.chi_square_per_degree, fitted.chi_square / (2 * 63 - 3))
    np.testing.assert_allclose(np.sum(fitted.residual**2, axis=(1, 2, 3)), fitted.chi_square)


def test_without_a_degree_of_freedom_chi_square_says_nothing():
    assert result(degrees_of_freedom=np.array([-2])).chi_square_per_degree.tolist() == [np.inf]


def test_samples_have_the_covariance_where_the_map_is_linear():
    fitted = result(2)
    samples = fitted.samples(jax.random.key(1), 40_000)
    assert samples.shape == (2, 40_000, 3)
    found = np.stack([np.cov(s[:, 1:].T) for s in samples])
    np.testing.assert_allclose(found, fitted.covariance[:, 1:, 1:], rtol=0.05, atol=1e-4)
    np.testing.assert_allclose(samples[..., 1:].mean(axis=1), fitted.values[:, 1:], atol=0.01)


def test_samples_stay_inside_their_bounds_however_wide():
    wide = 100.0 * np.eye(3)[None]
    samples = result(unconstrained_covariance=wide).samples(jax.random.key(1), 40_000)[..., 0]
    assert (samples >= 0.5).all()
    assert (samples <= 1.5).all()


def test_samples_of_a_direction_without_width_do_not_move():
    flat = np.zeros((1, 3, 3))
    flat[:, 0, 0] = 0.01
    fitted = result(unconstrained_covariance=flat)
    samples = fitted.samples(jax.random.key(1), 40_000)[0]
    np.testing.assert_allclose(samples[:, 1:], np.broadcast_to(fitted.values[0, 1:], (40_000, 2)), rtol=1e-6)
    assert np.std(samples[:, 0]) > 0.0


def test_the_interval_is_that_of_the_samples():
    fitted = result()
    low, high = np.percentile(fitted.samples(jax.random.key(2), 40_000)[0], [15.866, 84.134], axis=0)
    np.testing.assert_allclose(np.concatenate(fitted.intervals()), [low, high], atol=0.02)


def test_the_table_has_a_row_for_each_number():
    at_bound = np.array([[True, False, False]])
    table = result(at_bound=at_bound).table()
    assert list(table.index) == list(NAMES)
    assert list(table.columns) == ["value", "sigma", "p16", "p84", "prior", "at_bound"]
    assert table.loc[NAMES[0], "at_bound"]
    assert table.loc["gamma1", "prior"] == "normal(mean=0, std=0.1)"
    assert (table["p16"] < table["value"]).all()
    assert (table["value"] < table["p84"]).all()


def test_the_table_of_several_images_is_by_image_and_name():
    fitted = result(3)
    table = fitted.table()
    assert table.index.names == ["image", "parameter"]
    assert table.loc[(2, "gamma1"), "value"] == fitted.values[2, 2]


def test_a_result_says_how_it_went():
    fitted = result(warnings=("image 0: the starts do not agree",))
    text = str(fitted)
    assert repr(fitted) == text.splitlines()[0]
    assert re.search(r"1 image, 3 free parameters: chi-square per degree of freedom \d\.\d{3}, 1 of 1", text)
    assert "converged, reached from 3 of 4 starts, 1 warning\n" in text
    assert "theta_E" in text
    several = result(2, chi_square=np.array([123.0, 246.0]), agreed=np.arange(8).reshape(2, 4) < 5)
    assert "1.000 to 2.000, 1 of 2 converged, reached from 1 to 4 of 4 starts" in repr(several)


@pytest.mark.parametrize("n", [1, 3])
def test_a_file_gives_an_equal_result(tmp_path, n):
    fitted = result(n, warnings=("image 0: ä warning", "another")[: n - 1])
    fitted.save(tmp_path / "fit.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["fit.h5"]
    same(FitResult.load(tmp_path / "fit.h5"), fitted)


def test_a_file_of_format_1_is_read(tmp_path):
    """It has neither how descents ended nor the sub-pixels."""
    fitted = result(2, states=("converged", "at a kink"), supersampling=np.array([2, 6]))
    path = tmp_path / "fit.h5"
    fitted.save(path)
    same(FitResult.load(path), fitted)
    with h5py.File(path, "r+") as file:
        file.attrs["format"] = 1
        del file["states"], file["supersampling"]
    old = FitResult.load(path)
    same(old, dataclasses.replace(fitted, states=(), supersampling=np.zeros(0, int)))
    assert old.confidence[1].startswith("wrong: ")


def test_a_result_says_how_sure_it_is():
    sure = result(chi_square=np.array([120.0]))
    assert sure.confidence == (
        "sure: chi-square is 0.98 per degree of freedom, reached from 3 of 4 starts, no warnings",
    )
    assert str(sure).splitlines()[1] == sure.confidence[0]
    several = result(2, chi_square=np.array([120.0, 250.0]), states=("converged", "converged"))
    assert str(several).splitlines()[1] == "1 sure, 1 wrong"
    # an image that had fewer starts than others
    fewer = result(start_log_posterior=np.array([[-100.0, -100.0, -100.0, -np.inf]]))
    assert "reached from 3 of 3 starts" in repr(fewer)


def test_a_wrong_file_is_named(tmp_path):
    (tmp_path / "text.h5").write_text("no HDF5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["images"] = np.ones(3)
    advice = "give a file that FitResult.save wrote"
    for name, fault in [
        ("text.h5", ""),
        ("other.h5", "is not a fit of format 1"),
        ("no.h5", "No such file or directory"),
    ]:
        with pytest.raises(StorageError, match=re.escape(name) + f": .*{fault}.*; {advice}"):
            FitResult.load(tmp_path / name)
    with pytest.raises(StorageError, match=r"x.h5: No such file or directory; choose a folder"):
        result().save(tmp_path / "nowhere" / "x.h5")


def test_a_file_that_cannot_be_finished_leaves_the_earlier_one(tmp_path, monkeypatch):
    path = tmp_path / "fit.h5"
    result().save(path)
    before = path.read_bytes()
    (tmp_path / "fit.h5.partial").symlink_to("/dev/full")
    with pytest.raises(StorageError, match="No space left on device"):
        result(2).save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["fit.h5"]
    assert path.read_bytes() == before


@pytest.mark.long
def test_the_plot_has_the_images_and_a_corner():
    fitted = result(2)
    figure = fitted.plot(1, draws=100)
    bands, corner = figure.subfigs
    residual = bands.axes[2].images[0].get_array()
    np.testing.assert_allclose(residual[1:], (fitted.images - fitted.model)[1, 0, 1:])
    assert np.ma.getmaskarray(residual)[0, 0]
    labels = [axes.get_ylabel() for axes in bands.axes if axes.images and axes.get_ylabel()]
    assert labels == ["g", "r"]
    assert len(corner.axes) == 6
    assert corner.axes[-1].get_xlabel() == r"$\gamma_1$"
    figure.canvas.draw()


class Drawing:
    """A simulator that draws a lens of any parameters."""

    def picture(self, params, index, image):
        """The data in one panel, without what is not used."""
        return SystemPicture(image, ["g", "r"], 1.0, title=str(index))


def test_the_lens_stands_above_where_the_simulator_is_known():
    fitted = result(2)
    lens, bands = fitted.plot(1, names=[], sim=Drawing()).subfigs
    shown = lens.axes[0].images[0].get_array()
    np.testing.assert_array_equal(shown[1:], fitted.images[1, 0, 1:])
    assert np.isnan(np.ma.filled(shown, np.nan)[0, 0])
    assert len([axes for axes in bands.axes if axes.images]) == 6
    assert len(dataclasses.replace(fitted, sim=Drawing()).plot(1, names=[]).subfigs) == 2


@pytest.mark.long
def test_the_corner_shows_what_is_asked_for():
    assert len(result(bands=1).plot(names=["gamma1", NAMES[0]], draws=100).subfigs[1].axes) == 3
    assert len(result(bands=1).plot(names=[]).subfigs) == 1
    with pytest.raises(ValueError, match=r"gamma2 in names is no parameter; did you mean gamma1\?"):
        result().plot(names=["gamma2"])
