"""What varies: from a configuration to the numbers of system i.

Every random number of a system is named.  The number called `name` (`name-band` where each band draws its
own) comes from the key `fold_in(system_key, crc32(name))`, so it depends on nothing else: not on the other
entries of the file, their order, or the size of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.model import Config, Configuration, Draw, Galaxy, PointSource, Quantity, constant
from jaxlens.distributions import DISTRIBUTIONS, Distribution, truncated_icdf

# Planes are kept at least this far apart in redshift.
REDSHIFT_GAP = 1e-6


@dataclass(frozen=True)
class Population:
    """The named quantities of one configuration.  Static under jit; their numbers are traced apart.

    `in_pixels` are drawn in pixels and multiplied by the pixel scale; `redshifts` are drawn last, in
    order, each beyond the one before.
    """

    label: str
    bands: tuple[str, ...]
    quantities: tuple[tuple[str, Quantity], ...]
    in_pixels: frozenset[str]
    redshifts: tuple[str, ...]

    @property
    def hyperparameters(self) -> dict[str, float]:
        """Every number of the file that a draw depends on, by its path in the file."""
        return {
            path: value
            for _, quantity in self.quantities
            for band, draw in zip(self._draw_bands(quantity), quantity.draws, strict=True)
            for path, value in _numbers(quantity, band, draw)
        }

    def _draw_bands(self, quantity: Quantity) -> tuple[str, ...]:
        return self.bands if quantity.per_band else ("",)


def population(config: Config, configuration: Configuration) -> Population:
    """All that the file says of a system in `configuration`, by deeplenstronomy's parameter names."""
    quantities = [*config.cosmology, *config.instrument.quantities]
    for label, source in configuration.noise:
        quantities += [(f"{label}-{name}", quantity) for name, quantity in source.parameters]
    in_pixels, redshifts = set(), []
    for plane in configuration.planes:
        redshifts.append(f"{plane.label}-OBJECT_1-REDSHIFT")
        quantities.append((redshifts[-1], plane.redshift))
        for label, species in plane.objects:
            prefix = f"{plane.label}-{label}"
            if isinstance(species, Galaxy):
                quantities += _galaxy(prefix, species)
            else:
                quantities += _point_source(prefix, species, config.instrument.num_pix)
                if species.host is None:
                    in_pixels |= {f"{prefix}-ra_image", f"{prefix}-dec_image"}
    return Population(
        configuration.label, config.bands, tuple(quantities), frozenset(in_pixels), tuple(redshifts)
    )


def _galaxy(prefix: str, galaxy: Galaxy) -> Iterator[tuple[str, Quantity]]:
    for profile in (*galaxy.light, *galaxy.mass, *galaxy.shear):
        for name, quantity in profile.parameters:
            yield f"{prefix}-{profile.label}-{name}", quantity


def _point_source(prefix: str, source: PointSource, num_pix: int) -> Iterator[tuple[str, Quantity]]:
    path = f"SPECIES.{source.label}"
    yield f"{prefix}-magnitude", source.magnitude
    if source.host is None:
        for name in ("ra_image", "dec_image"):
            yield f"{prefix}-{name}", _uniform(f"{path}.{name}", -num_pix / 2, num_pix / 2)
        return
    sep, angle = source.sep, source.angle
    if sep is not None and angle is None:
        angle = _uniform(f"{path}.angle", 0.0, 2.0 * np.pi)
    yield f"{prefix}-sep", sep or constant(f"{path}.sep", 0.0)
    yield f"{prefix}-angle", angle or constant(f"{path}.angle", 0.0)


def _uniform(path: str, low: float, high: float) -> Quantity:
    return Quantity(path, (Draw("uniform", (("minimum", low), ("maximum", high))),))


def _numbers(quantity: Quantity, band: str, draw: Draw) -> Iterator[tuple[str, float]]:
    """(path, value) of a draw's parameters; a constant's path is its quantity's."""
    base = f"{quantity.path}.{band}" if band else quantity.path
    for name, value in draw.parameters:
        yield (base if draw.is_constant else f"{base}.{name}"), value


def system_keys(key: jax.Array, label: str, start: jax.typing.ArrayLike, n: int) -> jax.Array:
    """The keys of systems start..start+n-1 of configuration `label`; `key` may be of the old raw kind."""
    if not jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        key = jax.random.wrap_key_data(key, impl="threefry2x32")
    indices = jnp.asarray(start, jnp.uint32) + jnp.arange(n, dtype=jnp.uint32)
    return jax.vmap(jax.random.fold_in, (None, 0))(jax.random.fold_in(key, crc32(label.encode())), indices)


def draw_system(
    what: Population, hyperparameters: Mapping[str, jax.typing.ArrayLike], key: jax.Array
) -> dict[str, jax.Array]:
    """The numbers of one system: {name: () or (bands,)}, differentiable in the hyperparameters."""
    dtype = jnp.result_type(float)
    numbers = {path: jnp.asarray(value, dtype) for path, value in hyperparameters.items()}
    draws = [
        (name, band, _build(quantity, band, draw, numbers))
        for name, quantity in what.quantities
        for band, draw in zip(what._draw_bands(quantity), quantity.draws, strict=True)
    ]
    columns = [f"{name}-{band}" if band else name for name, band, _ in draws]
    uniforms = _uniforms(key, columns).astype(dtype)
    values: dict[str, list[jax.Array]] = {}
    distributions: dict[str, Distribution] = {}
    for (name, _, distribution), u in zip(draws, uniforms, strict=True):
        values.setdefault(name, []).append(distribution.icdf(u))
        distributions[name] = distribution
    system = {
        name: jnp.stack(values[name]) if quantity.per_band else values[name][0]
        for name, quantity in what.quantities
    }
    for name in what.in_pixels:
        system[name] = system[name] * system["pixel_scale"]
    redshift_uniforms = {name: u for (name, _, _), u in zip(draws, uniforms, strict=True)}
    return system | _redshifts(what.redshifts, distributions, redshift_uniforms)


def _build(quantity: Quantity, band: str, draw: Draw, numbers: Mapping[str, jax.Array]) -> Distribution:
    paths = (path for path, _ in _numbers(quantity, band, draw))
    names = (name for name, _ in draw.parameters)
    return DISTRIBUTIONS[draw.distribution](**{n: numbers[p] for n, p in zip(names, paths, strict=True)})


def _uniforms(key: jax.Array, names: list[str]) -> jax.Array:
    """One number in (0, 1) for each name, float32 whatever the precision."""
    codes = jnp.asarray(np.array([crc32(name.encode()) for name in names], np.uint32))
    bits = jax.vmap(lambda code: jax.random.bits(jax.random.fold_in(key, code), dtype=jnp.uint32))(codes)
    # 23 bits and a half: never 0, never 1, exact in float32
    return (bits >> 9).astype(jnp.float32) * 2.0**-23 + 2.0**-24


def _redshifts(
    names: tuple[str, ...], distributions: Mapping[str, Distribution], uniforms: Mapping[str, jax.Array]
) -> dict[str, jax.Array]:
    """Redshifts in order: each from its distribution between the last one and what later planes can reach."""
    drawn: dict[str, jax.Array] = {}
    lower = jnp.zeros((), jnp.result_type(float))
    for i, name in enumerate(names):
        later = [jnp.asarray(distributions[n].support()[1], lower.dtype) for n in names[i + 1 :]]
        upper = jnp.min(jnp.stack([jnp.asarray(jnp.inf, lower.dtype), *later]))
        ends = lower + REDSHIFT_GAP, upper - REDSHIFT_GAP
        drawn[name] = lower = truncated_icdf(distributions[name], uniforms[name], *ends)
    return drawn
