"""Deflections of many haloes at the rays of an image, with an error below a tolerance.

Rays are taken together in cells of neighbours in the image, which are close to each other also behind a lens.
In the box that bounds the rays of a cell, the deflection of a halo that is far enough away is smooth: the sum
of these haloes is computed at Chebyshev's nodes of the box and interpolated to its rays.  The haloes that are
left are computed at each ray.

The complex singular points of a round halo's deflection along a line of the box are those where r^2 = 0.
With rho the parameter of Bernstein's ellipse through them (the sum of its half axes, in units of half a side
of the box), interpolation along a side at p nodes has an error of about alpha rho^-p.  For all profiles,
with alpha the largest of some deflections around the distance of the box from the halo,

    e = 2 alpha (rho_x^-p + rho_y^-p) (1 + rho^-4),    rho the smaller of the two,

is found to be an upper bound of the error anywhere in the box, and at most several times that error.  In each
cell as many haloes as possible are interpolated, from the smallest e on, while the sum of their e is at most
the tolerance.  So a light halo may be interpolated also where it stands in the box, and a heavy one nearby
never is; the sum is a bound on the error of the whole, which is mostly a tenth of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.pairs import summed_over_b
from jaxlens.kernels.halos.round_profiles import deflection_terms, prepared, round_profile
from jaxlens.kernels.types import Pair, Real

# Rays along a side of a cell.
SIDE = 32
# Nodes along a side of the box of a cell.
NODES = 8
# The error bound takes the largest deflection at these distances added in quadrature to that of the box, in
# units of half its longer side.
AROUND = (1.0 / 16.0, 1.0 / 4.0, 1.0)
# Steps in which the largest e of an interpolated halo is bisected, in its logarithm.
BISECTIONS = 18
# The range of that logarithm, below the logarithm of the tolerance.
RANGE = 30.0

Numbers = Mapping[str, jax.Array]


class Cells(NamedTuple):
    """How the rays of images (images, ny, nx) are divided into cells; static.

    Attributes:
        shape: that of the images.
        number: of cells along y, and along x.
        side: rays along y, and along x, of a cell.
    """

    shape: tuple[int, int, int]
    number: tuple[int, int]
    side: tuple[int, int]


class Boxes(NamedTuple):
    """The boxes that bound the rays of cells, each (cells,).

    Attributes:
        x: of the middle, arcsec.
        y: of the middle.
        half_x: half of the side along x.
        half_y: half of the side along y.
    """

    x: jax.Array
    y: jax.Array
    half_x: jax.Array
    half_y: jax.Array


def cells_of(shape: tuple[int, ...]) -> Cells | None:
    """The cells of arrays of rays; None where their last two axes are too short for an image."""
    if len(shape) < 2 or min(shape[-2:]) < SIDE // 2:
        return None
    number = [round(n / SIDE) or 1 for n in shape[-2:]]
    side = [math.ceil(n / cells) for n, cells in zip(shape[-2:], number, strict=True)]
    images = (math.prod(shape[:-2]), *shape[-2:])
    return Cells(images, (number[0], number[1]), (side[0], side[1]))


def far_and_near(
    profile: str,
    x: jax.Array,
    y: jax.Array,
    numbers: Numbers,
    count: jax.Array,
    tolerance: Real,
) -> Pair:
    """The deflection of haloes at the rays of an image.

    Args:
        profile: what each halo is, by its name in `round_profiles`.
        x: where rays cross the plane of the haloes (arcsec), (..., ny, nx), as many as `cells_of` allows.
        y: the other coordinate, of the same shape.
        numbers: of `numbers_of`, each (n,).
        count: how many of the haloes count.
        tolerance: the largest error of the deflection (arcsec).

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape of x.

    Raises:
        ValueError: the rays are too few for cells.
    """
    cells = cells_of(x.shape)
    if cells is None:
        raise ValueError(f"{x.shape} rays are no image of {SIDE // 2} or more rays along a side")
    rays = [_by_cell(cells, each) for each in (x, y)]
    boxes = jax.lax.stop_gradient(_boxes(*rays))
    error = jax.lax.stop_gradient(error_bounds(profile, boxes, numbers))
    far = interpolated_haloes(error, jax.lax.stop_gradient(jnp.asarray(tolerance, x.dtype)))
    near, how_many = _listed(~far)
    sums = partial(_sums, profile, x.dtype)
    u, v = ((ray - c[:, None]) / h[:, None] for ray, c, h in zip(rays, boxes[:2], boxes[2:], strict=True))
    found = _interpolated(_at_nodes(sums, profile, boxes, numbers, far, count), u, v)
    exact = jax.vmap(sums)(rays, {key: own[near] for key, own in numbers.items()}, how_many)
    alpha_x, alpha_y = (
        jnp.reshape(_by_row(cells, a + b), x.shape) for a, b in zip(found, exact, strict=True)
    )
    return alpha_x, alpha_y


def _sums(
    profile: str, dtype: jnp.dtype, rays: list[jax.Array], numbers: Numbers, count: jax.Array
) -> list[jax.Array]:
    """The deflection of haloes at some rays."""
    own = list(prepared(profile, numbers, dtype).values())
    return summed_over_b(deflection_terms(profile, dtype), rays, own, count)


def error_bounds(profile: str, boxes: Boxes, numbers: Numbers) -> jax.Array:
    """The e of the module's equation.

    Args:
        profile: what each halo is, by its name in `round_profiles`.
        boxes: of the cells.
        numbers: of `numbers_of`, each (n,).

    Returns:
        Arcsec, (cells, n); infinite for a point mass inside of a box.
    """
    x, y, half_x, half_y = (each[:, None] for each in boxes)
    own = {key: each[None, :] for key, each in numbers.items()}
    away_x, away_y = jnp.abs(own.pop("x") - x), jnp.abs(own.pop("y") - y)
    gap_x, gap_y = jnp.maximum(away_x - half_x, 0.0), jnp.maximum(away_y - half_y, 0.0)
    rho_x, rho_y = _ellipse(away_x / half_x, gap_y / half_x), _ellipse(away_y / half_y, gap_x / half_y)
    gap, longer = jnp.square(gap_x) + jnp.square(gap_y), jnp.square(jnp.maximum(half_x, half_y))
    radial = round_profile(profile).radial
    squares = [gap + around**2 * longer for around in AROUND]
    largest = jnp.stack([jnp.sqrt(s) * radial.slope(s, **own) for s in squares]).max(axis=0)
    powers = rho_x**-NODES + rho_y**-NODES
    bound = 2.0 * largest * powers * (1.0 + jnp.minimum(rho_x, rho_y) ** -4)
    strong = own[round_profile(profile).strength] > 0.0
    return jnp.where((gap == 0.0) & strong, jnp.inf, bound) if profile == "POINT_MASS" else bound


def _ellipse(u: jax.Array, v: jax.Array) -> jax.Array:
    """The sum of the half axes of the ellipse with the foci -1 and 1 through u + i v."""
    squared = jnp.square(v)
    major = 0.5 * (jnp.sqrt(jnp.square(u - 1.0) + squared) + jnp.sqrt(jnp.square(u + 1.0) + squared))
    major = jnp.maximum(major, 1.0)
    return major + jnp.sqrt(jnp.square(major) - 1.0)


def interpolated_haloes(error: jax.Array, tolerance: jax.Array) -> jax.Array:
    """Which haloes are interpolated in each cell: those with the smallest errors, as many as may be.

    Args:
        error: the bound on the error of each halo (arcsec), (cells, n).
        tolerance: the most that the sum of their errors may be (arcsec).

    Returns:
        (cells, n), of bool; False where an error is not finite.
    """
    top = jnp.full((len(error), 1), jnp.log(tolerance))

    def step(_: int, bounds: Pair) -> Pair:
        low, high = bounds
        middle = 0.5 * (low + high)
        total = jnp.sum(jnp.where(error <= jnp.exp(middle), error, 0.0), axis=1, keepdims=True)
        fits = total <= tolerance
        return jnp.where(fits, middle, low), jnp.where(fits, high, middle)

    # where all haloes below the top fit, bisection only comes near to it
    low, _ = jax.lax.fori_loop(0, BISECTIONS, step, (top - RANGE, top + 1.0))
    total = jnp.sum(jnp.where(error <= jnp.exp(low), error, 0.0), axis=1, keepdims=True)
    return (error <= jnp.exp(low)) & (total <= tolerance)


def _listed(chosen: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The indices of those that are chosen along the last axis, before others, and their number."""
    cells, n = chosen.shape
    place = jnp.where(chosen, jnp.cumsum(chosen, axis=1) - 1, n)
    rows, index = jnp.arange(cells)[:, None], jnp.broadcast_to(jnp.arange(n)[None, :], chosen.shape)
    listed = jnp.zeros((cells, n), index.dtype).at[rows, place].set(index, mode="drop")
    return listed, jnp.sum(chosen, axis=1)


def _at_nodes(
    sums, profile: str, boxes: Boxes, numbers: Numbers, far: jax.Array, count: jax.Array
) -> list[jax.Array]:
    """The deflection of the haloes that are far, at the nodes of each cell, each (cells, nodes, nodes)."""
    points = jnp.asarray(_nodes(), boxes.x.dtype)
    x = boxes.x[:, None, None] + boxes.half_x[:, None, None] * points[None, None, :]
    y = boxes.y[:, None, None] + boxes.half_y[:, None, None] * points[None, :, None]
    shape = (len(far), NODES, NODES)
    places = [jnp.broadcast_to(each, shape).reshape(len(far), -1) for each in (x, y)]
    strength = round_profile(profile).strength

    def of_cell(places: list[jax.Array], far: jax.Array) -> list[jax.Array]:
        return sums(places, {**numbers, strength: jnp.where(far, numbers[strength], 0.0)}, count)

    return [each.reshape(shape) for each in jax.vmap(of_cell)(places, far)]


def _interpolated(values: list[jax.Array], u: jax.Array, v: jax.Array) -> list[jax.Array]:
    """Polynomials of each cell at its rays.

    Args:
        values: at the nodes, each (cells, nodes along y, nodes along x).
        u: positions of the rays in the boxes, from -1 to 1 along x, (cells, rays).
        v: those along y.

    Returns:
        The polynomials, each (cells, rays).
    """
    transform = jnp.asarray(_coefficients(), u.dtype)
    along_x, along_y = _chebyshev(u), _chebyshev(v)
    highest = jax.lax.Precision.HIGHEST
    coefficients = [
        jnp.einsum("kj,li,cji->ckl", transform, transform, own, precision=highest) for own in values
    ]
    # one product of matrices for both components
    rows = jnp.matmul(jnp.concatenate(coefficients, axis=1), along_x, precision=highest)
    return [jnp.sum(own * along_y, axis=1) for own in jnp.split(rows, len(values), axis=1)]


def _chebyshev(u: jax.Array) -> jax.Array:
    """Chebyshev's polynomials of the degrees below NODES, (cells, nodes, rays)."""
    found = [jnp.ones_like(u), u]
    for _ in range(NODES - 2):
        found.append(2.0 * u * found[-1] - found[-2])
    return jnp.stack(found, axis=1)


def _nodes() -> np.ndarray:
    """The zeros of Chebyshev's polynomial of degree NODES."""
    return np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)


def _coefficients() -> np.ndarray:
    """The matrix from values at the nodes to the coefficients of Chebyshev's polynomials."""
    k = np.arange(NODES)
    matrix = 2.0 / NODES * np.cos(np.pi * k[:, None] * (k[None, :] + 0.5) / NODES)
    matrix[0] *= 0.5
    return matrix


def _boxes(x: jax.Array, y: jax.Array) -> Boxes:
    """The boxes around rays (cells, rays)."""
    middle, half = [], []
    for each in (x, y):
        low, high = jnp.min(each, axis=1), jnp.max(each, axis=1)
        centre = 0.5 * (low + high)
        # a box of no extent, by which positions are divided, has one that rounding sees
        floor = 8.0 * jnp.finfo(x.dtype).eps * (jnp.abs(centre) + 1e-6)
        middle.append(centre)
        half.append(jnp.maximum(jnp.maximum(high - centre, centre - low), floor))
    return Boxes(*middle, *half)


def _by_cell(cells: Cells, image: jax.Array) -> jax.Array:
    """Arrays of images as (cells, rays); where cells reach beyond an image its edge is repeated."""
    (rows, columns), (height, width) = cells.number, cells.side
    images, ny, nx = cells.shape
    padding = ((0, 0), (0, rows * height - ny), (0, columns * width - nx))
    padded = jnp.pad(image.reshape(cells.shape), padding, mode="edge")
    divided = padded.reshape(images, rows, height, columns, width)
    return jnp.moveaxis(divided, 3, 2).reshape(images * rows * columns, height * width)


def _by_row(cells: Cells, values: jax.Array) -> jax.Array:
    """Arrays (cells, rays) as images."""
    (rows, columns), (height, width) = cells.number, cells.side
    images, ny, nx = cells.shape
    divided = jnp.moveaxis(values.reshape(images, rows, columns, height, width), 2, 3)
    return divided.reshape(images, rows * height, columns * width)[:, :ny, :nx]
