"""Image positions: known quads, doubles and singles; and derivatives through the solver.

Five hundred lenses are compared with a fine solve in `validation.agreement.checks.positions`.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.lensing.lens_equation import image_positions
from jaxlens.kernels.mass.external import shear
from jaxlens.kernels.mass.isothermal import sie, sis

LENS = {
    "theta_E": 1.1,
    "e1": 0.12,
    "e2": -0.2,
    "center_x": 0.05,
    "center_y": -0.03,
    "gamma1": 0.04,
    "gamma2": 0.02,
}
# Number of images -> where their source is.
SOURCES = {4: (0.08, -0.01), 2: (0.31, 0.16), 1: (1.9, -0.7)}
SLOTS = 6
SHEAR = ("gamma1", "gamma2")


def sie_rays(x, y, args):
    """The lens equation of an SIE with shear."""
    alpha_x, alpha_y = sie(x, y, **{name: value for name, value in args.items() if name not in SHEAR})
    more_x, more_y = shear(x, y, **{name: args[name] for name in SHEAR})
    return x - alpha_x - more_x, y - alpha_y - more_y


def sis_rays(x, y, theta_e):
    alpha_x, alpha_y = sis(x, y, theta_E=theta_e)
    return x - alpha_x, y - alpha_y


solve = jax.jit(partial(image_positions, sie_rays, half_width=5.0, slots=SLOTS))
solve_sis = jax.jit(partial(image_positions, sis_rays, half_width=3.0, slots=4))


def solve_all():
    """The three sources in one batch, in jax's present precision."""
    sources = jnp.asarray(list(SOURCES.values()))
    return jax.jit(jax.vmap(solve, (None, 0, 0)))(LENS, sources[:, 0], sources[:, 1])


def by_position(images):
    """x, y, magnification (cases, slots) as numpy arrays, the images sorted by x and the empty slots zero."""
    x, y, mu = (np.asarray(v, dtype=float) for v in (images.x, images.y, images.magnification))
    order = np.argsort(np.where(images.mask, x, np.inf), axis=1)
    return tuple(np.take_along_axis(v, order, axis=1) for v in (x, y, mu))


@pytest.fixture(scope="module")
def found_in_float64():
    with jax.enable_x64(True):
        return solve_all()


@pytest.fixture(scope="module")
def found_in_float32():
    return solve_all()


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_every_image_is_found(found_in_float64, found_in_float32, precision):
    images = {"float64": found_in_float64, "float32": found_in_float32}[precision]
    np.testing.assert_array_equal(images.found, list(SOURCES))
    np.testing.assert_array_equal(images.mask.sum(axis=1), list(SOURCES))


def test_float32_is_float64_rounded(found_in_float64, found_in_float32):
    """Newton's method runs in double precision in both."""
    for rounded, exact in zip(by_position(found_in_float32), by_position(found_in_float64), strict=True):
        np.testing.assert_allclose(rounded, exact, rtol=3e-7, atol=3e-7)


def test_every_image_maps_back_to_its_source(found_in_float64):
    with jax.enable_x64(True):
        args = {name: jnp.full((1, 1), value) for name, value in LENS.items()}
        beta = sie_rays(found_in_float64.x, found_in_float64.y, args)
    sources = np.array(list(SOURCES.values()))
    away = np.hypot(*(np.asarray(b) - sources[:, k, None] for k, b in enumerate(beta)))
    assert away[np.asarray(found_in_float64.mask)].max() < 1e-13


def test_images_are_sorted_by_brightness_and_empty_slots_are_zero(found_in_float64):
    brightness = np.abs(np.asarray(found_in_float64.magnification))
    assert np.all(np.diff(brightness, axis=1) <= 0.0)
    for values in (found_in_float64.x, found_in_float64.y, found_in_float64.magnification):
        np.testing.assert_array_equal(np.asarray(values)[~np.asarray(found_in_float64.mask)], 0.0)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("beta", [0.05, 0.4, 0.97])
def test_two_images_of_an_isothermal_sphere(beta):
    """They are at beta +- theta_E, with mu = 1 +- theta_E / beta."""
    images = solve_sis(1.0, 0.6 * beta, 0.8 * beta)
    assert int(images.found) == 2
    radius = 0.6 * images.x[:2] + 0.8 * images.y[:2]
    np.testing.assert_allclose(radius, [beta + 1.0, beta - 1.0], atol=1e-9)
    np.testing.assert_allclose(images.magnification[:2], [1 + 1 / beta, 1 - 1 / beta], rtol=1e-8)


@pytest.mark.usefixtures("x64")
def test_one_image_of_an_isothermal_sphere_outside_its_cut():
    images = solve_sis(1.0, 1.2, 0.0)
    assert int(images.found) == 1
    assert float(images.x[0]) == pytest.approx(2.2, abs=1e-9)


@pytest.mark.usefixtures("x64")
def test_without_mass_a_source_is_its_own_image():
    images = solve_sis(0.0, 0.31, -0.52)
    assert int(images.found) == 1
    np.testing.assert_allclose(
        [images.x[0], images.y[0], images.magnification[0]], [0.31, -0.52, 1.0], atol=1e-10
    )


@pytest.mark.usefixtures("x64")
def test_images_beyond_the_window_are_left_out():
    images = image_positions(sis_rays, 1.0, 0.4, 0.0, half_width=1.0, slots=4)
    assert int(images.found) == 1
    assert float(images.x[0]) == pytest.approx(-0.6, abs=1e-9)


@pytest.mark.usefixtures("x64")
def test_too_few_slots_raise_the_count_and_keep_the_brightest():
    args, source = lens(4)
    every, images = solve(args, *source), image_positions(sie_rays, args, *source, half_width=5.0, slots=2)
    assert int(images.found) == 4
    np.testing.assert_allclose(images.magnification, every.magnification[:2], rtol=1e-6)


@pytest.mark.parametrize("precision", [False, True])
def test_a_ring_is_capped_with_finite_gradients(precision):
    """A source exactly behind a sphere has no countable images; what is returned is finite."""
    with jax.enable_x64(precision):

        def brightness(theta_e):
            images = solve_sis(theta_e, 0.0, 0.0)
            return jnp.sum(jnp.abs(images.magnification)) + jnp.sum(images.x**2 + images.y**2)

        value, slope = jax.value_and_grad(brightness)(1.0)
    assert np.isfinite([value, slope]).all()


def lens(number):
    """(arguments, source) with that many images."""
    args = {name: jnp.asarray(value) for name, value in LENS.items()}
    return args, tuple(map(jnp.asarray, SOURCES[number]))


def solution(values):
    args, source = values
    images = solve(args, *source)
    return jnp.stack([images.x, images.y, images.magnification])


def direction(values):
    """A step along which every argument and the source move at once."""
    leaves, tree = jax.tree.flatten(values)
    return jax.tree.unflatten(tree, [jnp.asarray(0.3 * np.cos(1.0 + k)) for k in range(len(leaves))])


def along_a_line(number):
    """Images as a function of one number t that moves all arguments and the source of a lens."""
    values = lens(number)
    step = direction(values)
    return jax.jit(lambda t: solution(jax.tree.map(lambda v, d: v + t * d, values, step)))


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("number", [2, 4])
def test_derivatives_through_the_solver_equal_solving_again(number, central_difference):
    along = along_a_line(number)
    slope = jax.jit(jax.jacfwd(along))(0.0)
    np.testing.assert_allclose(slope, central_difference(along, 0.0, 1e-4), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(np.asarray(slope)[:, number:], 0.0)


@pytest.mark.usefixtures("x64")
def test_second_derivatives_of_positions_equal_solving_again(central_difference):
    along = along_a_line(4)
    slope = jax.jit(jax.jacfwd(lambda t: along(t)[:2]))
    second = jax.jit(jax.jacfwd(slope))(0.0)
    np.testing.assert_allclose(second, central_difference(slope, 0.0, 1e-4), rtol=1e-5, atol=1e-5)


@pytest.mark.usefixtures("x64")
def test_reverse_and_forward_derivatives_agree():
    values = lens(4)
    step = direction(values)

    def total(values):
        return jnp.sum(jnp.sin(solution(values)))

    reverse = jax.jit(jax.grad(total))(values)
    inner = sum(jax.tree.leaves(jax.tree.map(lambda g, d: g * d, reverse, step)))
    _, forward = jax.jit(lambda v, d: jax.jvp(total, (v,), (d,)))(values, step)
    assert float(inner) == pytest.approx(float(forward), rel=1e-9)


@pytest.mark.usefixtures("x64")
def test_images_of_a_sphere_to_second_order():
    """First and second derivatives of x = beta + theta_E and mu = 1 + theta_E / beta."""
    beta = 0.4

    def brightest(values):
        images = solve_sis(values[0], values[1], 0.0)
        return jnp.stack([images.x[0], images.magnification[0]])

    values = jnp.array([1.0, beta])
    slopes = jax.jit(jax.jacfwd(brightest))(values)
    np.testing.assert_allclose(slopes, [[1.0, 1.0], [1 / beta, -1 / beta**2]], rtol=1e-8)
    bends = jax.jit(jax.hessian(brightest))(values)
    mu_bends = [[0.0, -1 / beta**2], [-1 / beta**2, 2 / beta**3]]
    np.testing.assert_allclose(bends, [np.zeros((2, 2)), mu_bends], rtol=1e-7, atol=1e-7)


@pytest.mark.usefixtures("x64")
def test_a_batch_gives_what_each_lens_gives_alone(found_in_float64):
    x, y, mu = by_position(found_in_float64)
    for case, number in enumerate(SOURCES):
        args, source = lens(number)
        images = solve(args, *source)
        alone = by_position(jax.tree.map(lambda v: v[None], images))
        np.testing.assert_allclose(
            alone, [x[case : case + 1], y[case : case + 1], mu[case : case + 1]], atol=1e-8
        )
