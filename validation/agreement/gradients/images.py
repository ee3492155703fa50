"""Gradients of whole images, and of the positions and fluxes of the images of a point source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.config import load_config
from jaxlens.kernels import MASS_PROFILES
from jaxlens.kernels.lensing.lens_equation import ImagePositions, image_positions
from validation.agreement.gradients.cases import (
    OFFSETS,
    WEIGHTS,
    differences,
    gradients,
    relative_errors,
    wild_values,
)
from validation.agreement.inputs.draws import float32_exact
from validation.agreement.inputs.packaged import single_exposures
from validation.agreement.inputs.small_scenes import galaxy, parameters, simulator
from validation.agreement.reporting.rows import Row, precision, row

Params = dict[str, jax.Array]
# A parameter's name and its band, or None for a parameter without bands.
ParameterOfBand = tuple[str, int | None]

MEASURE = "of the largest component"
# Step of the differences, in units of max(1, |parameter|).
STEP = 1e-5
# The largest number of images of a point source.
SLOTS = 5
# Packaged examples without point sources.
WITHOUT_POINTS = ("galaxy_galaxy", "double_source_plane")
LENS = ("theta_E", "e1", "e2", "center_x", "center_y")
# Systems rendered at a time, which limits the memory.
CHUNK = 500


# Packaged examples ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """An image as a function of all parameters of one system, in every band that has its own."""

    sim: Simulator
    params: dict[str, np.ndarray]

    @property
    def entries(self) -> list[ParameterOfBand]:
        """The parameters, each in each of its bands, with respect to which gradients are taken."""
        return [
            (name, band)
            for name, value in self.params.items()
            for band in (range(value.shape[1]) if value.ndim == 2 else (None,))
        ]

    @property
    def steps(self) -> np.ndarray:
        """Steps of the central differences, (entries,)."""
        return STEP * np.maximum(1.0, np.abs(self.flat(self.params)))

    def flat(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """The first system's value of every entry, (entries,)."""
        return np.array([values[n][0] if b is None else values[n][0, b] for n, b in self.entries], float)

    def images(self, offset: float) -> jax.Array:
        """A batch of images, in whose row k entry k is moved by `offset` steps.

        Its shape does not depend on the offset, so that all offsets share one program.
        """
        batch = {name: np.repeat(value, len(self.entries), axis=0) for name, value in self.params.items()}
        for k, (name, band) in enumerate(self.entries):
            batch[name][(k,) if band is None else (k, band)] += offset * self.steps[k]
        return self.sim.render(batch)


@lru_cache
def _example(name: str, label: str) -> tuple[Example, np.ndarray]:
    """One system of a packaged example, its parameters exact in float32, and its image in float64."""
    sim = Simulator(name, label)
    with jax.enable_x64(True):
        sampled = sim.sample(jax.random.key(1, impl="threefry2x32"), 1)
        example = Example(sim, {key: float32_exact(np.asarray(value)) for key, value in sampled.items()})
        return example, np.asarray(example.images(0.0)[:1])


def _chi_square(image: jax.Array, data: np.ndarray) -> jax.Array:
    """Sum ((image - data) / sigma - n)^2 over all but the first axis, with a fixed draw of noise n."""
    width = np.sqrt(np.maximum(data, 0.0) / 1000.0 + (data.max() / 300.0) ** 2)
    drawn = np.random.default_rng(0).normal(size=data.shape)
    expected, sigma, noise = (jnp.asarray(a, image.dtype) for a in (data, width, drawn))
    return jnp.sum(((image - expected) / sigma - noise) ** 2, axis=(1, 2, 3))


def _gradient(example: Example, data: np.ndarray) -> np.ndarray:
    """`jax.grad` of chi-square, (entries,), in jax's present precision."""
    params = {name: jnp.asarray(value) for name, value in example.params.items()}
    gradient = jax.grad(lambda p: jnp.sum(_chi_square(example.sim.render(p), data)))(params)
    return example.flat({name: np.asarray(derivative) for name, derivative in gradient.items()})


@lru_cache
def _gradient_in_float64(name: str, label: str) -> np.ndarray:
    """The same in float64, cached because both precisions need it."""
    with jax.enable_x64(True):
        return _gradient(*_example(name, label))


def examples_rows(quick: bool) -> list[Row]:
    """A row for the last, the fullest, configuration of every packaged example of single exposures.

    Examples with point sources take a minute to compile: float32 and a quick check leave them out.
    """
    names = ["galaxy_galaxy"] if quick else single_exposures()
    without_points = [name for name in names if name in WITHOUT_POINTS]
    return [_example_row(name) for name in (names if precision() == "float64" else without_points)]


def _example_row(name: str) -> Row:
    label = load_config(name).configurations[-1].label
    example, data = _example(name, label)
    double = _gradient_in_float64(name, label)
    if precision() == "float64":
        ours, of, tolerance, remark = double, "central differences", 1e-6, ""
        values = [np.asarray(_chi_square(example.images(offset), data)) for offset in OFFSETS]
        theirs = WEIGHTS @ np.stack(values) / example.steps
    else:
        ours, theirs, of, tolerance = _gradient(example, data), double, "float64", 5e-3
        remark = "a sum of terms of both signs, at a S/N of up to 300 in a pixel"
    scale = np.max(np.abs(theirs * example.steps))
    errors = np.abs(ours - theirs) * example.steps / scale
    return row(f"chi-square of {name}: gradient against {of}", errors, tolerance, MEASURE, remark)


# A small image, anywhere ------------------------------------------------------------------------------------


def finite_images(sets: int) -> Row:
    """The gradient of a 6 x 6 image of a Sersic lens with SIE and shear, at the edges of all parameters."""
    lens, source = galaxy(["SERSIC_ELLIPSE"], ["SIE"], shear=True), galaxy(["SERSIC_ELLIPSE"])
    sim = simulator([lens, source], 6, image={"psf_type": "GAUSSIAN"}, survey={"seeing": 0.5})
    rng = np.random.default_rng(20260127)
    drawn = {
        name: float32_exact(wild_values(rng, name.split("-")[-1], sets))
        for name in sim.parameter_names
        if "PROFILE" in name or name in ("seeing", "pixel_scale")
    }
    params = parameters(sim, sets, drawn)
    weights = jnp.asarray(np.cos(np.arange(36.0)).reshape(6, 6), jnp.result_type(float))
    gradient = jax.jit(jax.grad(lambda p: jnp.sum(sim.render(p) * weights[None, None])))
    flags = np.zeros(sets)
    for start in range(0, sets, CHUNK):
        chunk = slice(start, start + CHUNK)
        derivatives = gradient({name: value[chunk] for name, value in params.items()})
        for value in derivatives.values():
            flags[chunk] += ~np.isfinite(np.asarray(value)).reshape(len(value), -1).all(axis=1)
    flags = np.minimum(flags, 1.0)
    remark = f"{int(flags.sum())} sets" if flags.any() else ""
    return row("whole image: gradients finite at the edges", flags, 0.0, "1 if not finite", remark)


# Image positions --------------------------------------------------------------------------------------------


def positions_rows(cases: int, profile: str = "SIS") -> list[Row]:
    """Positions and magnifications behind a lens with shear: implicit derivatives against solving again."""
    values, double = _position_gradients_in_float64(profile, cases)
    if precision() == "float64":
        ours, of, tolerance = double, "solving again", 1e-6
        theirs = differences(partial(_solution, profile), *_lenses(cases), np.full(double[:, 0].shape, STEP))
    else:
        theirs, of, tolerance = double, "float64", 1e-3
        values, ours = _position_gradients(profile, cases)
    seen = np.tile(values[:, -SLOTS:] != 0.0, 3)
    steps, values = np.full(ours[:, 0].shape, STEP), np.where(seen, values, 1.0)
    errors = relative_errors(ours, theirs, steps, values)
    return [
        row(f"{kind} behind {profile} and shear: against {of}", errors[:, k][seen[:, k]], tolerance, MEASURE)
        for kind, k in (("positions", slice(2 * SLOTS)), ("fluxes", slice(2 * SLOTS, None)))
    ]


def _position_gradients(profile: str, cases: int) -> tuple[np.ndarray, np.ndarray]:
    at, data = _lenses(cases)
    return gradients(partial(_solution, profile), jnp.asarray(at), jnp.asarray(data))


@lru_cache
def _position_gradients_in_float64(profile: str, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """The same in float64, cached because both precisions need it."""
    with jax.enable_x64(True):
        return _position_gradients(profile, cases)


def _lenses(cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Parameters (cases, 9) of lens, shear and source, and an empty second argument of `_solution`.

    Among the first cases are round lenses, some without shear, and sources on an axis.
    """
    rng = np.random.default_rng(20260128)
    theta = rng.uniform(0.5, 2.0, cases)
    shape, shear = rng.uniform(-0.3, 0.3, (cases, 2)), rng.uniform(-0.08, 0.08, (cases, 2))
    center = rng.uniform(-0.05, 0.05, (cases, 2))
    source = theta[:, None] * rng.uniform(-0.4, 0.4, (cases, 2))
    shape[:2] = shear[1:4] = 0.0
    shape[4:7, 1] = shear[4:7, 1] = center[4:7, 1] = source[4:7, 1] = 0.0
    values = np.concatenate([theta[:, None], shape, center, shear, source], axis=1)
    return float32_exact(values), np.zeros((cases, 0))


def _solution(profile: str, p: jax.Array, _: jax.Array) -> jax.Array:
    """x, y and mu of the images, by position angle: (3 SLOTS,)."""
    lens = {name: p[k] for k, name in enumerate(LENS) if name in MASS_PROFILES[profile].parameters}
    args = {profile: lens, "SHEAR": {"gamma1": p[5], "gamma2": p[6]}}

    def lens_equation(x: jax.Array, y: jax.Array, args: dict[str, Params]) -> tuple[jax.Array, jax.Array]:
        alphas = [MASS_PROFILES[name].deflection(x, y, **values) for name, values in args.items()]
        return x - sum(alpha_x for alpha_x, _ in alphas), y - sum(alpha_y for _, alpha_y in alphas)

    found: ImagePositions = image_positions(lens_equation, args, p[7], p[8], half_width=6.0, slots=SLOTS)
    # position angles from a direction in which no image on the axes lies
    angle = jnp.arctan2(found.y - 0.5 * found.x, found.x + 0.5 * found.y)
    order = jnp.argsort(jnp.where(found.mask, angle, jnp.inf))
    return jnp.concatenate([v[order] for v in (found.x, found.y, found.magnification)])
