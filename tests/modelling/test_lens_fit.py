"""A whole lens, fitted from its image alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

import jaxlens
from jaxlens.fitting.result import FitResult
from jaxlens.modelling.bases import MultiGaussian
from jaxlens.modelling.default_light import default_light
from jaxlens.modelling.descent import solution_at
from jaxlens.modelling.lens_fit import fit_lens
from jaxlens.modelling.lens_result import LensFit
from jaxlens.modelling.search import distinct
from tests.modelling.core_mocks import FLUXES, GAUSSIANS, PSF, SIGMA, TRUTH, mock, problem_of, tree
from tests.modelling.joint_mocks import LIGHT, MASS, PIXEL_SCALE, SOURCE

SIDE = 26


@pytest.fixture(scope="module")
def found() -> LensFit:
    """A mock of Gaussians, which the fit has too, with three models of the mass."""
    with jax.enable_x64(True):
        lens = mock(problem_of(GAUSSIANS), FLUXES, seed=1, side=SIDE)
    image = jaxlens.read_image(
        np.asarray(lens.data.image)[0, 0], sigma=SIGMA, psf=PSF, pixel_scale=PIXEL_SCALE
    )
    return fit_lens(
        lens.problem.sim,
        image,
        radius=1.6,
        starts=4,
        draws=20,
        light=GAUSSIANS,
        models=("SIE", "SIE + shear", "EPL + shear"),
        shapelets=False,
    )


@pytest.mark.long
def test_a_lens_is_recovered(found: LensFit) -> None:
    """Each number within four of its errors, and the fluxes of both galaxies within theirs."""
    assert "shear" in found.model
    for name, value, sigma in zip(found.fit.names, found.fit.values[0], found.fit.sigma[0], strict=True):
        assert abs(value - TRUTH[name]) < 4.0 * sigma + (0.05 if found.model.startswith("SIE") else 0.0), name
    assert abs(found.theta_E - TRUTH[f"{MASS}-theta_E"]) < 0.03
    assert 0.7 < found.fit.chi_square_per_degree[0] < 1.3
    amplitudes = found.amplitudes[0]
    problem, point = found.problem, np.array(found.rungs[-1].point)
    with jax.enable_x64(True):
        solved = solution_at(problem, found.data, found.settings, point)
    free = np.asarray(solved.free[0])
    covariance = np.linalg.inv(np.asarray(solved.curvature[0])[np.ix_(free, free)])
    for prefix, own in ((LIGHT, slice(0, 4)), (SOURCE, slice(4, 8))):
        magnitude = found.fit.params[f"{prefix}-magnitude"]
        assert magnitude.shape == (1, 1)
        np.testing.assert_allclose(10.0 ** (0.4 * (25.0 - magnitude)), np.sum(amplitudes[own]), rtol=1e-6)
        # the wings of a lens and the sky are alike: its flux is known as well as the amplitudes say
        chosen = np.isin(np.flatnonzero(free), np.arange(8)[own]).astype(float)
        error = np.sqrt(chosen @ covariance @ chosen)
        assert abs(np.sum(amplitudes[own]) - np.sum(FLUXES[own])) < 4.0 * error + 0.02 * np.sum(FLUXES[own])
    # its shear is so large that it is not tried without
    assert [each.label for each in found.rungs] == ["SIE + shear", "EPL + shear"]
    assert found.amplitudes.shape == (1, 9)
    assert set(found.seconds) == {
        "lens light",
        "search",
        "models of the mass",
        "last steps",
    }


@pytest.mark.long
def test_it_says_what_it_found(found: LensFit) -> None:
    table = found.models()
    assert table["model"].tolist() == [each.label for each in found.rungs]
    assert table["chosen"].sum() == 1
    assert table.loc[table["chosen"], "model"].item() == found.model
    assert f"theta_E {found.theta_E:.4f} +- " in repr(found)
    assert repr(found).startswith(f"LensFit, {found.model}")
    assert repr(found) in str(found)
    assert all(name in str(found) for name in found.fit.names)
    share = f"{found.reached} of {found.starts} starts"
    assert share in found.confidence
    quiet = replace(found, fit=replace(found.fit, warnings=()), reached=found.starts)
    assert quiet.confidence.startswith("sure: reached from")
    assert replace(quiet, reached=0).confidence.startswith("less sure: ")
    doubtful = replace(found, fit=replace(found.fit, warnings=("one thing", "another")))
    assert doubtful.confidence.startswith("doubtful: one thing; another (")


@pytest.mark.long
def test_it_is_saved_and_loaded(found: LensFit, tmp_path: Path) -> None:
    found.fit.save(tmp_path / "fit.h5")
    again = FitResult.load(tmp_path / "fit.h5")
    assert again.names == found.fit.names
    assert again.warnings == found.fit.warnings
    np.testing.assert_array_equal(again.values, found.fit.values)
    np.testing.assert_array_equal(again.covariance, found.fit.covariance)
    np.testing.assert_array_equal(again.images, found.fit.images)
    residual = ((found.fit.images - found.fit.model) / found.fit.noise_sigma)[found.fit.mask]
    np.testing.assert_allclose(np.sum(residual**2), found.fit.chi_square[0], rtol=1e-6)


def test_light_is_gaussians_in_the_place_of_each_profile() -> None:
    """Those of the lens wider than those of the source, from a fifth of a pixel."""
    lens, source = default_light(jaxlens.Simulator(tree()))
    assert isinstance(lens, MultiGaussian)
    assert isinstance(source, MultiGaussian)
    assert (lens.prefix, source.prefix) == (LIGHT, SOURCE)
    assert lens.sigma_max > source.sigma_max
    np.testing.assert_allclose([lens.sigma_min, source.sigma_min], 0.2 * PIXEL_SCALE)


@pytest.mark.parametrize("galaxy", ["GALAXY_1", "GALAXY_2"])
def test_a_file_needs_the_light_of_a_lens_and_of_a_source(galaxy: str) -> None:
    file = tree()
    species = file["SPECIES"][galaxy]
    del species["LIGHT_PROFILE_1"]
    if galaxy == "GALAXY_2":
        species["MASS_PROFILE_1"] = {
            "NAME": "SIE",
            "PARAMETERS": {"theta_E": 0.1, "e1": 0.0, "e2": 0.0, "center_x": 0.0, "center_y": 0.0},
        }
    with pytest.raises(ValueError, match="needs a LIGHT_PROFILE of the lens and one of the source behind it"):
        default_light(jaxlens.Simulator(file))


def test_points_that_are_close_count_once() -> None:
    points = np.array([[0.0, 0.0], [0.04, 0.0], [0.0, 0.2], [0.03, 0.21], [1.0, 1.0]])
    np.testing.assert_array_equal(distinct(points), points[[0, 2, 4]])


@pytest.mark.slow
def test_how_several_images_are_aligned_is_that_of_lens_data() -> None:
    image = jaxlens.read_image(np.ones((SIDE, SIDE)), sigma=SIGMA, psf=PSF, pixel_scale=PIXEL_SCALE)
    with pytest.raises(ValueError, match="align is 'stars'; give 'sky' or 'centers'"):
        fit_lens(tree(), [image, image], radius=1.0, light=GAUSSIANS, align="stars")  # type: ignore[arg-type]
