"""How lenstronomy is asked for a profile, where its arguments are not ours by the same names."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.lenstronomy_names import light_arguments, mass_arguments, moved
from jaxlens.kernels import LIGHT_PROFILES


def test_most_profiles_have_the_same_name_and_parameters() -> None:
    values = {"theta_E": 1.0, "gamma": 2.0, "e1": 0.1, "e2": 0.0, "center_x": 0.0, "center_y": 0.1}
    assert mass_arguments("EPL", values) == ("EPL", {}, values)
    light = {"amp": np.array([1.0, 2.0]), "sigma_min": 0.1, "sigma_width": 1.0}
    assert light_arguments("MGE_SET", light).options == {"n_comp": 2}


def test_an_image_is_mirrored_and_enlarged() -> None:
    image = np.arange(6.0).reshape(2, 3)
    values = {"image": image, "scale": 0.1, "size": 1.5, "flip": 1.0, "phi_G": 0.2, "order": 1}
    asked = light_arguments("INTERPOL", values)
    np.testing.assert_array_equal(asked.arguments["image"], image[:, ::-1])
    assert asked.arguments.keys() == {"image", "scale", "phi_G"}
    assert asked.arguments["scale"] == pytest.approx(0.15)
    with pytest.raises(ExchangeError, match="order 3, and lenstronomy interpolates linearly; give order: 1"):
        light_arguments("INTERPOL", values | {"order": 3})


def test_nie_simple_is_an_nie() -> None:
    own = {"b": 1.2, "s": 0.1, "q": 0.7, "center_x": 0.1, "center_y": -0.2}
    asked = mass_arguments("NIE_SIMPLE", own)
    assert asked.name == "NIE"
    # b = theta_E sqrt(q) and s = s_scale / sqrt(q), with the major axis along x
    lens = {"theta_E": 1.2 / np.sqrt(0.7), "s_scale": 0.1 * np.sqrt(0.7), "e1": 0.3 / 1.7, "e2": 0.0}
    assert asked.arguments == pytest.approx(lens | {"center_x": 0.1, "center_y": -0.2})


def test_tabulated_deflections_are_a_function() -> None:
    axis = np.array([-1.0, 0.0, 1.0])
    f_x, f_y = np.meshgrid(axis, 2.0 * axis)
    tables = {"grid_interp_x": axis[[0, 2]], "grid_interp_y": axis[[0, 2]], "f_x": f_x, "f_y": f_y}
    asked = mass_arguments("TABULATED_DEFLECTIONS", tables | {"center_x": 0.1, "center_y": 0.2})
    assert asked.arguments == {"center_x": 0.1, "center_y": 0.2}
    alpha = asked.options["custom_class"](np.array([0.25]), np.array([-0.5]))
    np.testing.assert_allclose(alpha, [[0.25], [-1.0]])


def test_a_synthesis_has_its_components_as_options() -> None:
    place = {"e1": 0.1, "e2": 0.0, "center_x": 0.0, "center_y": 0.0}
    asked = mass_arguments("SYNTHESIS", {"Rs": 2.0, "alpha_Rs": 1.0, "s": np.array([0.1, 1.0])} | place)
    assert [one["s"] for one in asked.options["kwargs_list"]] == [0.1, 1.0]
    assert asked.arguments == {"Rs": 2.0, "alpha_Rs": 1.0, "center_x": 0.0, "center_y": 0.0}


@pytest.mark.parametrize(
    ("name", "key"),
    [("SIE", "center_x"), ("SHEAR", "ra_0"), ("DIPOLE", "com_x"), ("INTERPOL", "grid_interp_x")],
)
def test_a_profile_is_moved_by_its_place(name: str, key: str) -> None:
    other = key.replace("x", "y") if key != "ra_0" else "dec_0"
    found = moved(name, {key: np.array([1.0]), other: np.array([2.0]), "a": 3.0}, 0.5, -0.5)
    assert (found[key], found[other], found["a"]) == (1.5, 1.5, 3.0)


def test_what_has_no_place_is_moved_only_where_that_changes_nothing() -> None:
    assert moved("UNIFORM", {"amp": 1.0}, 2.0, 3.0) == {"amp": 1.0}
    assert moved("LOS", {"kappa_od": 0.1}, 0.0, 0.0) == {"kappa_od": 0.1}
    with pytest.raises(ExchangeError, match=r"LOS of an object with NUMBER .* has no centre"):
        moved("LOS", {"kappa_od": 0.1}, 0.5, 0.0)


def test_a_profile_of_the_user_s_own_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jaxlens.config.own_profiles._OWN", set())

    @jaxlens.light_profile("RING_OF_EXCHANGE")
    def ring(x: jnp.ndarray, y: jnp.ndarray, *, R: float) -> jnp.ndarray:
        return jnp.exp(-((jnp.hypot(x, y) - R) ** 2))

    try:
        with pytest.raises(ExchangeError, match="RING_OF_EXCHANGE is a profile of your own"):
            light_arguments("RING_OF_EXCHANGE", {"R": 1.0, "amp": 1.0})
    finally:
        del LIGHT_PROFILES["RING_OF_EXCHANGE"]
