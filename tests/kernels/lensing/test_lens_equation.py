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
SPHERE = dict.fromkeys(LENS, 0.0) | {"theta_E": 1.0}
# Number of images -> where their source is.
SOURCES = {4: (0.08, -0.01), 2: (0.31, 0.16), 1: (1.9, -0.7)}
SLOTS = 6
SHEAR = ("gamma1", "gamma2")
HALF_WIDTH = 5.0


def sie_rays(x, y, args):
    """The lens equation of an SIE with shear; a round one without is a sphere."""
    alpha_x, alpha_y = sie(x, y, **{name: value for name, value in args.items() if name not in SHEAR})
    more_x, more_y = shear(x, y, **{name: args[name] for name in SHEAR})
    return x - alpha_x - more_x, y - alpha_y - more_y


def stacked(images):
    return jnp.stack([images.x, images.y, images.magnification])


def images_of(values, half_width, slots=SLOTS):
    args, source = values
    return image_positions(sie_rays, args, *source, half_width=half_width, slots=slots)


@jax.jit
def solve_with_tangent(values, tangents, half_width):
    """The images, and their derivative along `tangents`."""

    def solution(values):
        images = images_of(values, half_width)
        return stacked(images), images

    _, tangent, images = jax.jvp(solution, (values,), (tangents,), has_aux=True)
    return images, tangent


@jax.jit
def solve_with_gradient(values, half_width):
    """The images, and the gradient of the sum of the sines of what they are."""

    def total(values):
        images = images_of(values, half_width)
        return jnp.sum(jnp.sin(stacked(images))), images

    gradient, images = jax.grad(total, has_aux=True)(values)
    return images, gradient


def arrays(args, source):
    dtype = jnp.result_type(float)
    return {name: jnp.asarray(args[name], dtype) for name in LENS}, tuple(
        jnp.asarray(v, dtype) for v in source
    )


def width(value=HALF_WIDTH):
    """Half of a window's side, of the type of the other arguments: nothing is compiled twice."""
    return jnp.asarray(value, jnp.result_type(float))


def lens(number):
    """(arguments, source) with that many images."""
    return arrays(LENS, SOURCES[number])


def solve(args, source, half_width=HALF_WIDTH):
    values = arrays(args, source)
    return solve_with_tangent(values, jax.tree.map(jnp.zeros_like, values), width(half_width))[0]


def by_position(images):
    """x, y, magnification (cases, slots) as numpy arrays, the images sorted by x and the empty slots zero."""
    x, y, mu = (np.asarray(v, dtype=float) for v in (images.x, images.y, images.magnification))
    order = np.argsort(np.where(images.mask, x, np.inf), axis=1)
    return tuple(np.take_along_axis(v, order, axis=1) for v in (x, y, mu))


@pytest.fixture(scope="module")
def found_in_float64():
    """The three sources, one after the other."""
    with jax.enable_x64(True):
        return jax.tree.map(lambda *v: np.stack(v), *(solve(LENS, source) for source in SOURCES.values()))


@partial(jax.jit, static_argnames=("dtype", "slots"))
def solve_batch(dtype, slots):
    """The three sources in one batch."""
    sources = jnp.asarray(list(SOURCES.values()), dtype)
    args = {name: jnp.asarray(value, dtype) for name, value in LENS.items()}
    batched = jax.vmap(lambda x, y: images_of((args, (x, y)), HALF_WIDTH, slots))
    return batched(sources[:, 0], sources[:, 1])


@pytest.fixture(scope="module")
def found_in_float32():
    """The three sources in one batch, with slots for two images only."""
    return solve_batch("float32", 2)


def test_every_image_is_found(found_in_float64):
    np.testing.assert_array_equal(found_in_float64.found, list(SOURCES))
    np.testing.assert_array_equal(found_in_float64.mask.sum(axis=1), list(SOURCES))


@pytest.mark.long
def test_too_few_slots_raise_the_count(found_in_float32):
    """In single precision too every image is found."""
    np.testing.assert_array_equal(found_in_float32.found, list(SOURCES))
    np.testing.assert_array_equal(found_in_float32.mask.sum(axis=1), np.minimum(list(SOURCES), 2))


@pytest.mark.long
def test_a_batch_in_float32_has_the_brightest_images_of_float64(found_in_float64, found_in_float32):
    """Newton's method runs in double precision in both, and too few slots keep the brightest images."""
    for name in ("x", "y", "magnification"):
        rounded, exact = getattr(found_in_float32, name), getattr(found_in_float64, name)
        np.testing.assert_allclose(rounded, exact[:, :2], rtol=3e-7, atol=3e-7)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_a_batch_gives_what_each_lens_gives_alone(found_in_float64):
    together = by_position(solve_batch("float64", SLOTS))
    np.testing.assert_allclose(together, by_position(found_in_float64), atol=1e-8)


def test_every_image_maps_back_to_its_source(found_in_float64):
    with jax.enable_x64(True):
        beta = jax.jit(sie_rays)(found_in_float64.x, found_in_float64.y, LENS)
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
    images = solve(SPHERE, (0.6 * beta, 0.8 * beta), 3.0)
    assert int(images.found) == 2
    radius = 0.6 * images.x[:2] + 0.8 * images.y[:2]
    np.testing.assert_allclose(radius, [beta + 1.0, beta - 1.0], atol=1e-9)
    np.testing.assert_allclose(images.magnification[:2], [1 + 1 / beta, 1 - 1 / beta], rtol=1e-8)


@pytest.mark.usefixtures("x64")
def test_one_image_of_an_isothermal_sphere_outside_its_cut():
    images = solve(SPHERE, (1.2, 0.0), 3.0)
    assert int(images.found) == 1
    assert float(images.x[0]) == pytest.approx(2.2, abs=1e-9)


@pytest.mark.usefixtures("x64")
def test_without_mass_a_source_is_its_own_image():
    images = solve(SPHERE | {"theta_E": 0.0}, (0.31, -0.52), 3.0)
    assert int(images.found) == 1
    np.testing.assert_allclose(
        [images.x[0], images.y[0], images.magnification[0]], [0.31, -0.52, 1.0], atol=1e-10
    )


@pytest.mark.usefixtures("x64")
def test_images_beyond_the_window_are_left_out():
    images = solve(SPHERE, (0.4, 0.0), 1.0)
    assert int(images.found) == 1
    assert float(images.x[0]) == pytest.approx(-0.6, abs=1e-9)


@pytest.mark.long
@pytest.mark.parametrize("precision", [False, True])
def test_a_ring_is_capped_with_finite_gradients(precision):
    """A source exactly behind a sphere has no countable images; what is returned is finite."""
    with jax.enable_x64(precision):
        images, gradient = solve_with_gradient(arrays(SPHERE, (0.0, 0.0)), width(3.0))
        assert np.isfinite(stacked(images)).all()
    assert np.isfinite(jax.tree.leaves(gradient)).all()


def direction(values):
    """A step along which every argument and the source move at once."""
    leaves, tree = jax.tree.flatten(values)
    return jax.tree.unflatten(tree, [jnp.asarray(0.3 * np.cos(1.0 + k)) for k in range(len(leaves))])


def along_a_line(number):
    """Images, and their derivative, as functions of one number t that moves all arguments and the source."""
    values = lens(number)
    step = direction(values)

    def at(t):
        moved = jax.tree.map(lambda v, d: v + t * d, values, step)
        images, tangent = solve_with_tangent(moved, step, width())
        return np.asarray(stacked(images)), np.asarray(tangent)

    return at


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("number", [2, 4])
def test_derivatives_through_the_solver_equal_solving_again(number, central_difference):
    along = along_a_line(number)
    derivative = along(0.0)[1]
    expected = central_difference(lambda t: along(t)[0], 0.0, 1e-4)
    np.testing.assert_allclose(derivative, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(derivative[:, number:], 0.0)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_second_derivatives_of_positions_equal_solving_again(central_difference):
    values = lens(4)
    step = direction(values)

    def positions(t):
        moved = jax.tree.map(lambda v, d: v + t * d, values, step)
        return stacked(images_of(moved, HALF_WIDTH))[:2]

    second = jax.jit(jax.jacfwd(jax.jacfwd(positions)))(0.0)
    along = along_a_line(4)
    expected = central_difference(lambda t: along(t)[1][:2], 0.0, 1e-4)
    np.testing.assert_allclose(second, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_reverse_and_forward_derivatives_agree():
    values, half_width = lens(4), width()
    step = direction(values)
    images, reverse = solve_with_gradient(values, half_width)
    inner = sum(jax.tree.leaves(jax.tree.map(lambda g, d: g * d, reverse, step)))
    forward = jnp.sum(jnp.cos(stacked(images)) * solve_with_tangent(values, step, half_width)[1])
    assert float(inner) == pytest.approx(float(forward), rel=1e-9)


@pytest.mark.usefixtures("x64")
def test_images_of_a_sphere_to_first_order():
    """Derivatives of x = beta + theta_E and mu = 1 + theta_E / beta."""
    beta, theta_e = 0.4, 1.0
    values, zero = arrays(SPHERE, (beta, 0.0)), jnp.zeros(())
    still = dict.fromkeys(LENS, zero)
    for tangents, expected in (
        ((still | {"theta_E": zero + 1.0}, (zero, zero)), [1.0, 0.0, 1 / beta]),
        ((still, (zero + 1.0, zero)), [1.0, 0.0, -theta_e / beta**2]),
    ):
        _, found = solve_with_tangent(values, tangents, width(3.0))
        np.testing.assert_allclose(found[:, 0], expected, rtol=1e-8, atol=1e-8)


def sis_rays(x, y, theta_e):
    alpha_x, alpha_y = sis(x, y, theta_E=theta_e)
    return x - alpha_x, y - alpha_y


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_images_of_a_sphere_to_second_order():
    """First and second derivatives of x = beta + theta_E and mu = 1 + theta_E / beta."""
    beta = 0.4

    def brightest(values):
        images = image_positions(sis_rays, values[0], values[1], 0.0, half_width=3.0, slots=4)
        return jnp.stack([images.x[0], images.magnification[0]])

    values = jnp.array([1.0, beta])
    first = jax.jit(jax.jacfwd(brightest))(values)
    np.testing.assert_allclose(first, [[1.0, 1.0], [1 / beta, -1 / beta**2]], rtol=1e-8)
    second = jax.jit(jax.hessian(brightest))(values)
    mu_second = [[0.0, -1 / beta**2], [-1 / beta**2, 2 / beta**3]]
    np.testing.assert_allclose(second, [np.zeros((2, 2)), mu_second], rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("what", ["theta_E", "e1", "gamma2", "source", "half_width"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.usefixtures("x64")
def test_a_number_that_is_not_finite_gives_images_that_are_not(what, wrong):
    """Not a source without images, of which sums over the images would know nothing."""
    args = LENS | ({what: wrong} if what in LENS else {})
    source = (wrong, 0.1) if what == "source" else SOURCES[2]
    images = solve(args, source, wrong if what == "half_width" else HALF_WIDTH)
    assert np.isnan(stacked(images)).all()
    assert bool(images.mask.all())
    assert int(images.found) == SLOTS
