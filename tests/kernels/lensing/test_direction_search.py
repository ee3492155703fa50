"""Images behind one power law, looked for by direction: those that the search on a grid finds."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.lensing.direction_search import PowerLaw
from jaxlens.kernels.lensing.lens_equation import image_positions
from jaxlens.kernels.lensing.rays import jacobian
from jaxlens.kernels.mass.external import convergence, shear
from jaxlens.kernels.mass.isothermal import sie
from jaxlens.kernels.mass.power_law import epl

pytestmark = pytest.mark.slow

SLOTS, CASES = 6, 400
SHAPE = ("theta_E", "e1", "e2", "center_x", "center_y")
NAMES = (*SHAPE, "gamma1", "gamma2", "kappa")
# The smallest modulus of the ellipticity and the strongest shear of each kind of lens.
KINDS = {"usual": (0.0, 0.1), "thin": (0.9, 0.3), "nearly round": (1e-6, 0.01)}


def rays(x, y, args):
    """An SIE with shear about another point, in a sheet of mass."""
    lens = sie(x, y, **{name: args[name] for name in SHAPE})
    external = shear(x, y, gamma1=args["gamma1"], gamma2=args["gamma2"], ra_0=0.3, dec_0=-0.2)
    sheet = convergence(x, y, kappa=args["kappa"])
    return tuple(at - a - b - c for at, a, b, c in zip((x, y), lens, external, sheet, strict=True))


def isothermal(args):
    return PowerLaw(**{name: args[name] for name in SHAPE})


def half_width(args):
    return 6.0 * args["theta_E"] + 0.5


def solve(args, x, y, search):
    return image_positions(rays, args, x, y, half_width=half_width(args), slots=SLOTS, power_law=search)


by_direction = jax.jit(jax.vmap(partial(solve, search=isothermal)))
on_grid = jax.jit(jax.vmap(partial(solve, search=None)))


@jax.jit
@jax.vmap
def by_direction_with_tangent(args, x, y):
    """The images, and the derivative of what they are with respect to theta_E."""

    def solution(theta_e):
        images = solve(args | {"theta_E": theta_e}, x, y, isothermal)
        return jnp.stack([images.x, images.y, images.magnification]), images

    theta_e = args["theta_E"]
    _, tangent, images = jax.jvp(solution, (theta_e,), (jnp.ones_like(theta_e),), has_aux=True)
    return images, tangent


def repeated(args, x, y):
    """One lens, CASES times, so that nothing is compiled for it."""
    dtype = jnp.result_type(float)
    args = {name: jnp.full(CASES, args[name], dtype) for name in NAMES}
    return args, jnp.full(CASES, x, dtype), jnp.full(CASES, y, dtype)


def vector(generator, modulus):
    angle = generator.uniform(0.0, 2 * np.pi, CASES)
    return modulus * np.cos(angle), modulus * np.sin(angle)


def lenses(kind):
    """Parameters (CASES,) and sources: on the axis, inside of the caustics, next to them, and far out."""
    generator = np.random.default_rng(len(kind))
    least, shear = KINDS[kind]
    theta_e = 10 ** generator.uniform(-1.0, 0.5, CASES)
    modulus = {
        "usual": generator.uniform(0.0, 0.5, CASES),
        "thin": 1.0 - 10 ** generator.uniform(-4.2, -1.0, CASES),
        "nearly round": least * 10 ** generator.uniform(0.0, 3.0, CASES),
    }[kind]
    args = {"theta_E": theta_e, "kappa": generator.uniform(-0.1, 0.2, CASES)}
    args["e1"], args["e2"] = vector(generator, modulus)
    args["gamma1"], args["gamma2"] = vector(generator, generator.uniform(0.0, shear, CASES))
    args["center_x"], args["center_y"] = 0.05 * generator.normal(size=(2, CASES))
    spread = theta_e * np.array([0.0, 0.1, 0.4, 1.0])[np.arange(CASES) % 4]
    args = {name: jnp.asarray(value) for name, value in args.items()}
    beta = jax.jit(rays)(args["center_x"] + 1e-12, args["center_y"], args | {"theta_E": jnp.zeros(CASES)})
    x, y = (np.asarray(b) + s for b, s in zip(beta, vector(generator, spread), strict=True))
    near_x, near_y = at_caustic(generator, args)
    second = np.arange(CASES) % 2 == 1
    return args, jnp.asarray(np.where(second, near_x, x)), jnp.asarray(np.where(second, near_y, y))


@jax.jit
def rays_with_jacobian(x, y, args):
    """Where rays (CASES, n) end, and A there."""
    column = {name: value[:, None] for name, value in args.items()}
    return rays(x, y, column), jacobian(lambda u, v: rays(u, v, column), x, y)


def at_caustic(generator, args):
    """Sources up to a hundredth of theta_E from where det A first changes its sign along a line outwards."""
    cos, sin = vector(generator, 1.0)
    radius = np.asarray(args["theta_E"])[:, None] * np.linspace(0.3, 4.0, 400)
    x = np.asarray(args["center_x"])[:, None] + radius * cos[:, None]
    y = np.asarray(args["center_y"])[:, None] + radius * sin[:, None]
    beta, (a_xx, a_xy, a_yx, a_yy) = rays_with_jacobian(x, y, args)
    positive = np.asarray(a_xx) * a_yy - np.asarray(a_xy) * a_yx > 0.0
    first = np.argmax(positive[:, 1:] != positive[:, :-1], axis=1)
    away = vector(generator, np.asarray(args["theta_E"]) * 10 ** generator.uniform(-5.0, -2.0, CASES))
    return tuple(np.asarray(b)[np.arange(CASES), first] + d for b, d in zip(beta, away, strict=True))


def missing(images, among):
    """Which images (cases, slots) have no other of their parity within 1e-6 arcsec `among` some."""
    apart = np.hypot(
        *(
            np.asarray(a)[:, :, None] - np.asarray(b)[:, None]
            for a, b in zip(images[:2], among[:2], strict=True)
        )
    )
    alike = np.sign(images.magnification)[:, :, None] == np.sign(among.magnification)[:, None]
    near = np.where(alike & np.asarray(among.mask)[:, None], apart, np.inf).min(axis=2)
    return np.asarray(images.mask) & (near > 1e-6)


def power_law_rays(x, y, args):
    """As `rays`, with an EPL in place of the SIE."""
    lens = epl(x, y, gamma=args["gamma"], **{name: args[name] for name in SHAPE})
    linear = rays(x, y, args | {"theta_E": jnp.zeros_like(args["theta_E"])})
    return tuple(at - alpha for at, alpha in zip(linear, lens, strict=True))


def power_law(args):
    return PowerLaw(**{name: args[name] for name in (*SHAPE, "gamma")})


@partial(jax.jit, static_argnames="search")
def behind_a_power_law(args, x, y, search):
    def solve(args, x, y):
        return image_positions(
            power_law_rays, args, x, y, half_width=half_width(args), slots=8, power_law=search
        )

    return jax.vmap(solve)(args, x, y)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_no_image_behind_a_power_law_is_lost_and_none_invented():
    """With slopes from 1.4 to 2.8; the sources are next to the caustics of the isothermal lenses."""
    args, x, y = jax.tree.map(lambda values: values[: CASES // 4], lenses("usual"))
    lens = args | {"gamma": jnp.asarray(np.random.default_rng(5).uniform(1.4, 2.8, CASES // 4))}
    found, expected = (behind_a_power_law(lens, x, y, search) for search in (power_law, None))
    bright = np.abs(np.asarray(expected.magnification)) > 1e-2
    assert not (missing(expected, found) & bright).any()
    ends = jax.jit(power_law_rays)(found.x, found.y, {name: value[:, None] for name, value in lens.items()})
    away = np.hypot(*(np.asarray(b) - at[:, None] for b, at in zip(ends, (x, y), strict=True)))
    assert away[np.asarray(found.mask)].max() < 1e-9
    assert set(np.asarray(found.found)) >= {2, 4}


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_the_program_of_a_gpu_finds_the_same_images(monkeypatch):
    """It has as many Newton steps for all lenses, and no loops over what is looked for."""
    args, x, y = lenses("usual")
    expected = by_direction(args, x, y)

    def on_a_gpu(*operands, default, cpu=None, cuda=None):
        return (cuda or default)(*operands)

    monkeypatch.setattr(jax.lax, "platform_dependent", on_a_gpu)
    found = jax.jit(jax.vmap(lambda *case: solve(*case, isothermal)))(args, x, y)
    assert not missing(expected, found).any()
    assert not missing(found, expected).any()


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("kind", KINDS)
def test_no_image_of_the_grid_is_lost_and_none_invented(kind):
    args, x, y = lenses(kind)
    found, expected = by_direction(args, x, y), on_grid(args, x, y)
    assert not missing(expected, found).any()
    beta_x, beta_y = rays_with_jacobian(found.x, found.y, args)[0]
    away = np.hypot(np.asarray(beta_x) - x[:, None], np.asarray(beta_y) - y[:, None])
    assert away[np.asarray(found.mask)].max() < 1e-9
    assert set(np.asarray(expected.found)) >= {2, 4}


def check_a_source_on_the_axis(e1):
    lens = dict.fromkeys(NAMES, 0.0) | {"theta_E": 1.0, "e1": e1}
    images = by_direction(*repeated(lens, 0.0, 0.0))
    assert np.isfinite([images.x, images.y, images.magnification]).all()
    if e1:
        assert int(images.found[0]) == 4
        np.testing.assert_allclose(np.minimum(np.abs(images.x), np.abs(images.y)), 0.0, atol=1e-7)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("e1", [0.0, 0.2])
def test_a_source_on_the_axis(e1):
    """Four images of an ellipse, on its axes; of a ring as many as there are slots for, and finite."""
    check_a_source_on_the_axis(e1)


@pytest.mark.long
@pytest.mark.parametrize("e1", [0.0, 0.2])
def test_a_source_on_the_axis_in_single_precision(e1):
    check_a_source_on_the_axis(e1)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_derivatives_are_those_of_solving_again():
    """With respect to theta_E, of images that are not next to a critical curve."""
    args, x, y = lenses("usual")

    def at(theta_e):
        images, tangent = by_direction_with_tangent(args | {"theta_E": theta_e}, x, y)
        return np.stack([images.x, images.y, images.magnification]), np.moveaxis(tangent, 1, 0)

    theta_e, step = args["theta_E"], 1e-5
    here, tangent = at(theta_e)
    difference = (at(theta_e + step)[0] - at(theta_e - step)[0]) / (2.0 * step)
    usual = (np.abs(here[2]) < 5.0).all(axis=1) & np.asarray(theta_e > 0.3)
    assert usual.sum() > 50
    np.testing.assert_allclose(tangent[:, usual], difference[:, usual], rtol=1e-5, atol=1e-5)


@pytest.mark.usefixtures("x64")
def test_without_mass_a_source_is_its_own_image():
    images = by_direction(*repeated(dict.fromkeys(NAMES, 0.0), 0.21, -0.13))
    np.testing.assert_array_equal(images.found, 1)
    np.testing.assert_allclose([images.x[0, 0], images.y[0, 0]], [0.21, -0.13], atol=1e-10)
