"""What numpyro and ArviZ get of a result is its posterior."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import jax
import numpy as np
import pytest

from jaxlens.fitting.free_parameters import free_parameters
from jaxlens.fitting.image_checks import check_images
from jaxlens.fitting.posteriors.image_density import image_densities
from jaxlens.fitting.posteriors.numpyro_model import numpyro_model
from jaxlens.fitting.problem import fit_data, problem
from tests.fitting.test_result import NAMES, result


@pytest.mark.long
def test_arviz_gets_draws_of_the_laplace_approximation(monkeypatch: pytest.MonkeyPatch) -> None:
    library = ModuleType("arviz")
    library.from_dict = lambda data, *, dims=None, attrs=None: (data, dims, attrs)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "arviz", library)
    found = result(2)
    data, dims, attributes = found.to_arviz(5_000, chains=2)
    assert tuple(data) == ("posterior",), "nothing is known of single draws"
    assert tuple(data["posterior"]) == NAMES
    assert dims["gamma1"] == ["image"]
    assert attributes["/"]["method"] == "laplace"
    drawn = data["posterior"]["gamma1"]
    assert drawn.shape == (2, 5_000, 2)
    np.testing.assert_allclose(drawn.mean(axis=(0, 1)), found["gamma1"].value, atol=0.01)
    np.testing.assert_allclose(drawn.std(axis=(0, 1)), found["gamma1"].sigma, rtol=0.05)


def test_a_result_from_a_file_has_no_posterior() -> None:
    with pytest.raises(ValueError, match=r"fit again from it, by jaxlens.fit\(sim, images, ..., start_from"):
        result().to_numpyro()


@pytest.mark.long
def test_the_model_for_numpyro_has_the_posterior_that_was_fitted() -> None:
    from numpyro.infer import Predictive
    from numpyro.infer.util import log_density

    from tests.fitting.test_fit import MAGNITUDE, SIGMA, tiny_mock

    found = tiny_mock().result
    for i in range(3):
        model = found.to_numpyro(i)
        values = dict(zip(found.names, found.values[i], strict=True))
        density, trace = log_density(model, (), {}, values)
        np.testing.assert_allclose(density, found.log_posterior[i], atol=1e-3)
        # the file draws each number alone
        np.testing.assert_allclose(trace["joint_prior"]["fn"].log_factor, 0.0, atol=1e-4)
    drawn = Predictive(model, num_samples=200)(jax.random.key(0), None)
    assert drawn["image"].shape == (200, 1, 12, 12)
    assert drawn[SIGMA].min() >= 0.3, "draws of the priors of the file"
    assert drawn[SIGMA].max() <= 0.6
    assert abs(drawn[MAGNITUDE].mean() - 19.0) < 0.2
    with pytest.raises(IndexError, match="there is no image 3; give 0 to 2"):
        found.to_numpyro(3)


@pytest.mark.long
def test_a_joint_prior_is_a_factor_of_the_model_for_numpyro() -> None:
    from numpyro.infer.util import log_density

    from tests.fitting.test_fit import CENTER, MAGNITUDE, drawn_images, gaussian_file

    file: dict[str, Any] = gaussian_file()
    light = file["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light |= {"magnitude": 19.0, "center_x": 0.0}
    joint = {"PARAMS": [MAGNITUDE, CENTER], "MEAN": [19.0, 0.0], "COVARIANCE": [[0.25, 0.08], [0.08, 0.04]]}
    file["DISTRIBUTIONS"] = {"MULTIVARIATE_NORMAL_1": joint}
    sim, images, truth = drawn_images(file)
    parameters = free_parameters(sim, truth, 1)
    model, constants = problem(sim, parameters, False)
    data = fit_data(model, check_images(sim, images[:1], None, None), parameters)
    names = parameters.names(sim.bands)
    ((density, _),) = image_densities([(model, np.arange(1))], constants, data, names)
    x = np.array([float(np.ravel(truth[name])[0]) for name in names], np.float32)
    u = constants.transform.unconstrained(x)
    expected = density.at(u[None])[0] - float(np.sum(constants.transform.log_derivative(u)))
    of_numpyro = numpyro_model(density, 0, parameters.priors)
    found, trace = log_density(of_numpyro, (), {}, dict(zip(names, x, strict=True)))
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert abs(float(trace["joint_prior"]["fn"].log_factor)) > 0.01
