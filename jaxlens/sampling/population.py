"""What varies: from a configuration to the numbers of system i.

Every random number of a system is named.  The number called `name` (`name-band` where each band draws its
own) comes from the key `fold_in(system_key, crc32(name))`, so it depends on nothing else: not on the other
entries of the file, their order, or the size of a batch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.errors import nearest
from jaxlens.config.model import (
    Backgrounds,
    Config,
    Configuration,
    Galaxy,
    Joint,
    PointSource,
    Quantity,
    Special,
)
from jaxlens.config.naming import has_band_axis, in_pixels, named_quantities, redshift_name
from jaxlens.kernels.types import Real
from jaxlens.sampling.backgrounds import BACKGROUND, background_index
from jaxlens.sampling.draws import MOST_DRAWS, Numbers, OneDraw, draw_bands, draw_numbers, one_draws
from jaxlens.sampling.joints import JointNumbers, array_path, joint_numbers, replaced
from jaxlens.sampling.keys import named_keys, uniforms

# Planes are kept at least this far apart in redshift.
REDSHIFT_GAP = 1e-6
# In the place of an array that is among a population's `arrays`.
_ELSEWHERE = np.empty(0)


@dataclass(frozen=True)
class Population:
    """The named quantities of one configuration.  Static under jit; their numbers are traced apart.

    `in_pixels` are drawn in pixels and multiplied by the pixel scale; `redshifts` are drawn in order, each
    beyond the one before; `special` are the changes by object prefix; `joints` replace what they name;
    `backgrounds` are the real images that this configuration gets.  These hold no arrays: `arrays` are
    the numbers of tables, by their path in the file.
    """

    label: str
    bands: tuple[str, ...]
    quantities: tuple[tuple[str, Quantity], ...]
    in_pixels: frozenset[str]
    redshifts: tuple[str, ...]
    special: tuple[tuple[str, Special], ...] = ()
    joints: tuple[Joint, ...] = ()
    backgrounds: Backgrounds | None = None
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)

    @property
    def static(self) -> Population:
        """The same without arrays: what is static under jit stays in its cache for good."""
        return replace(self, arrays={})

    @property
    def hyperparameters(self) -> dict[str, ArrayLike]:
        """Every number of the file that a draw depends on, by its path in the file."""
        drawn: dict[str, ArrayLike] = {
            path: np.asarray(value) if isinstance(value, tuple) else value
            for _, quantity in self.quantities
            for band, draw in zip(draw_bands(quantity, self.bands), quantity.draws, strict=True)
            for path, value in draw_numbers(quantity, band, draw)
        }
        return drawn | dict(self.arrays)


def population(config: Config, configuration: Configuration) -> Population:
    """All that the file says of a system in `configuration`, by deeplenstronomy's parameter names."""
    objects = [
        (f"{plane.label}-{label}", species)
        for plane in configuration.planes
        for label, species in plane.objects
    ]
    special = [(prefix, s) for prefix, o in objects if isinstance(o, Galaxy | PointSource) for s in o.special]
    quantities = named_quantities(config.cosmology, config.instrument, configuration)
    joints = config.joints
    backgrounds = config.backgrounds_of(configuration)
    if backgrounds and backgrounds.iterate:
        table = {"values": backgrounds.arrays["map"]}
        joints = (*joints, Joint("BACKGROUNDS", "iterate", backgrounds.columns, arrays=table))
    arrays = {f"{array_path(j)}.{name}": a for j in joints for name, a in j.arrays.items()}
    if backgrounds:
        arrays |= {f"BACKGROUNDS.{name}": backgrounds.arrays[name] for name in ("map", "scale")}
        backgrounds = replace(backgrounds, arrays={})
    return Population(
        configuration.label,
        config.bands,
        quantities,
        in_pixels(configuration),
        tuple(redshift_name(plane) for plane in configuration.planes),
        tuple(special),
        tuple(replace(j, arrays=dict.fromkeys(j.arrays, _ELSEWHERE)) for j in joints),
        backgrounds,
        arrays,
    )


def draw_system(
    what: Population, hyperparameters: Mapping[str, ArrayLike], key: jax.Array, index: jax.Array
) -> dict[str, jax.Array]:
    """The numbers of system `index`: {name: () or (bands,)}, differentiable in the hyperparameters."""
    dtype = jnp.result_type(float)
    numbers = {path: jnp.asarray(value, dtype) for path, value in hyperparameters.items()}
    draws = one_draws(what.quantities, what.bands, numbers, key)
    system = {
        name: jnp.stack([draw.value() for draw in draws[name]])
        if quantity.per_band
        else draws[name][0].value()
        for name, quantity in what.quantities
        if name not in what.redshifts
    }
    system |= _special(what, system)
    planes = {name: draws[name][0] for name in what.redshifts}
    in_tables: set[str] = set()
    fixed: dict[str, jax.Array] = {}
    for name, new in _in_order(what, planes, numbers, key, index):
        if name in planes:
            fixed[name] = new[None]
        elif name in system:
            system[name] = replaced(system[name], new, what.bands)
            in_tables.add(name)
    for name in what.in_pixels - in_tables:
        system[name] = system[name] * system["pixel_scale"]
    system |= _redshifts(planes, fixed)
    return system | _background(what, numbers, system, key, index)


def _special(what: Population, system: Numbers) -> dict[str, jax.Array]:
    """The numbers that the functions of SPECIAL have changed, each those of its own object."""
    changed: dict[str, jax.Array] = {}
    for prefix, special in what.special:
        own = _own(prefix, {**system, **changed})
        after = special.function(own, special.argument, what.bands)
        _check_names(special.name, own, after)
        for name, value in own.items():
            whole = f"{prefix}-{name}"
            changed[whole] = _checked(special.name, whole, after.get(name), value, what.bands)
    return changed


def special_changes(what: Population) -> dict[str, str]:
    """The parameters that functions of SPECIAL change, each with the function's name."""
    shapes = {
        name: jax.ShapeDtypeStruct((len(what.bands),) if quantity.per_band else (), jnp.result_type(float))
        for name, quantity in what.quantities
    }
    changed: dict[str, str] = {}

    def look(system: Numbers) -> None:
        for prefix, special in what.special:
            own = _own(prefix, system)
            after = special.function(own, special.argument, what.bands)
            _check_names(special.name, own, after)
            changed.update({f"{prefix}-{n}": special.name for n, v in own.items() if after.get(n) is not v})

    jax.eval_shape(look, shapes)
    return changed


def _own(prefix: str, system: Numbers) -> dict[str, jax.Array]:
    """The numbers of one object by their names without its prefix."""
    return {n.removeprefix(f"{prefix}-"): v for n, v in system.items() if n.startswith(f"{prefix}-")}


def _check_names(function: str, given: Numbers, returned: object) -> None:
    """ValueError where a function of SPECIAL returns no mapping, or names that it was not given."""
    if not isinstance(returned, Mapping):
        raise ValueError(
            f"{function} of SPECIAL returned {type(returned).__name__}; return a mapping of numbers"
        )
    unknown = [name for name in returned if name not in given]
    if unknown:
        advice = nearest(str(unknown[0]), given)
        raise ValueError(f"{function} of SPECIAL returned {unknown[0]}, which the object has not; {advice}")


def _checked(
    function: str, name: str, new: ArrayLike | None, old: jax.Array, bands: tuple[str, ...]
) -> jax.Array:
    """A number that a function of SPECIAL has returned; ValueError where it is none."""
    shapes = [(), (len(bands),)] if has_band_axis(name) else [()]
    if new is None or jnp.shape(new) not in shapes:
        found = "nothing" if new is None else f"shape {jnp.shape(new)}"
        right = f"return every number that it is given, this one of shape {' or '.join(map(str, shapes))}"
        raise ValueError(f"{function} of SPECIAL returned {found} for {name}; {right}")
    return jnp.asarray(new, old.dtype)


def _background(
    what: Population, numbers: Numbers, system: Numbers, key: jax.Array, index: jax.Array
) -> dict[str, jax.Array]:
    """The index of the system's real image, where the configuration has any."""
    if what.backgrounds is None:
        return {}
    columns = {
        i: column
        for i, column in enumerate(what.backgrounds.columns)
        if column.configuration in (None, what.label) and column.parameter in system
    }
    arrays = {name: numbers[f"BACKGROUNDS.{name}"] for name in ("map", "scale")}
    uniform = uniforms(named_keys(key, [BACKGROUND]))[0]
    chosen = background_index(what.backgrounds, columns, arrays, system, what.bands, uniform, index)
    return {BACKGROUND: chosen.astype(jnp.result_type(float))}


def _in_order(
    what: Population, planes: Mapping[str, OneDraw], numbers: Numbers, key: jax.Array, index: jax.Array
) -> JointNumbers:
    """What joint distributions set, with redshifts above 0 that leave room for every plane.

    Those that set a redshift are asked again until it is so: what is drawn is their distribution, given the
    order.  Where it never is (tables that are iterated cannot be asked) the redshifts that they set are NaN.
    """
    draw = partial(joint_numbers, what.joints, what.label, numbers, key, index)
    if not any(name in planes for name, _ in draw({})):
        return list(draw({}))
    again = {joint.label for joint in what.joints if joint.kind != "iterate" and _sets(what, joint, planes)}
    ends = {name: (plane.smallest(), plane.largest()) for name, plane in planes.items()}
    ends, still = jax.lax.stop_gradient((ends, dict(numbers)))
    most = MOST_DRAWS if again else 0

    def possible(attempt: jax.Array) -> jax.Array:
        found = joint_numbers(what.joints, what.label, still, key, index, dict.fromkeys(again, attempt))
        return _have_room(ends, {name: new[None] for name, new in found if name in planes})

    start = jnp.zeros((), jnp.uint32)
    attempt = jax.lax.while_loop(lambda a: ~possible(a) & (a < most), lambda a: a + 1, start)
    fine = possible(attempt)
    found = draw(dict.fromkeys(again, attempt))
    return [
        (name, {None: jnp.where(fine, new[None], jnp.nan)} if name in planes else new) for name, new in found
    ]


def _sets(what: Population, joint: Joint, names: Collection[str]) -> bool:
    """Whether a joint distribution sets one of these numbers in this configuration."""
    return any(c.configuration in (None, what.label) and c.parameter in names for c in joint.columns)


def _have_room(ends: Mapping[str, tuple[Real, Real]], fixed: Mapping[str, jax.Array]) -> jax.Array:
    """Whether planes that reach from and to `ends`, or are `fixed`, can stand in this order."""
    floor, room = jnp.zeros((), jnp.result_type(float)), jnp.ones((), bool)
    for name, (low, high) in ends.items():
        low, high = (fixed[name], fixed[name]) if name in fixed else (low, high)
        room = room & (high > floor + REDSHIFT_GAP)
        floor = jnp.maximum(floor, low)
    return room


def _redshifts(draws: Mapping[str, OneDraw], fixed: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
    """Redshifts in order: each from its distribution between the last one and what later planes can reach.

    `fixed` are those that a table gives.
    """
    names = tuple(draws)
    dtype = jnp.result_type(float)
    drawn: dict[str, jax.Array] = {}
    lower = jnp.zeros((), dtype)
    for i, name in enumerate(names):
        later = [jnp.asarray(fixed[n] if n in fixed else draws[n].largest(), dtype) for n in names[i + 1 :]]
        upper = jnp.min(jnp.stack([jnp.asarray(jnp.inf, dtype), *later]))
        ends = lower + REDSHIFT_GAP, upper - REDSHIFT_GAP
        drawn[name] = lower = fixed[name] if name in fixed else draws[name].within(*ends)
    return drawn
