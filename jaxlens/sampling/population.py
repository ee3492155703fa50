"""From a configuration to the parameters of system i.

Every random number of a system has a name: that of the parameter, or `name-band` where each band has its own
draw.  It comes from the key `fold_in(system_key, crc32(name))`, so it does not depend on the other entries of
the file, their order, or the size of a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.draw_parameters import constant_draw
from jaxlens.config.galaxies.names import Chooser, choosers
from jaxlens.config.links.names import linked_draws
from jaxlens.config.model import (
    CATALOG_ROW,
    PIXEL_MAP,
    PIXEL_SCALE,
    Backgrounds,
    Config,
    Configuration,
    Galaxy,
    ImageChoice,
    Joint,
    LinkedDraw,
    PointSource,
    Quantity,
    Selection,
    Special,
)
from jaxlens.config.naming import by_epoch_names, in_pixels, named_quantities, redshift_name
from jaxlens.kernels.types import Params
from jaxlens.sampling.backgrounds import BACKGROUND, background_index
from jaxlens.sampling.draws import (
    SystemDraw,
    draw_bands,
    draw_hyperparameters,
    drawn_values,
    system_draws,
)
from jaxlens.sampling.epochs import Epochs, draw_by_epoch, draw_nights, epochs
from jaxlens.sampling.haloes import HaloDraws, halo_draws, list_arrays
from jaxlens.sampling.images import chosen_images, image_arrays
from jaxlens.sampling.joints import array_path, replaced
from jaxlens.sampling.keys import named_keys, uniforms
from jaxlens.sampling.links import linked_values
from jaxlens.sampling.pixel_positions import positions_from_pixels
from jaxlens.sampling.redshifts import joint_values_in_order, ordered_redshifts
from jaxlens.sampling.special import changed_by_special


@dataclass(frozen=True)
class Population:
    """The named quantities of one configuration: hashable, and static under jit.

    Its hash is computed once, so that it is cheap as a static argument.  The hyperparameters, the values on
    which the draws depend, are traced apart from it.

    Attributes:
        label: the label of the configuration.
        bands: the names of the bands.
        quantities: every quantity by name, in the order of the file.
        in_pixels: the names of quantities that are drawn in pixels and multiplied by the pixel scale.
        redshifts: the names of the planes' redshifts, which are drawn in order, nearest plane first.
        special: the functions of SPECIAL, each with the prefix of the object that it changes.
        joints: the joint distributions, which replace the quantities that they name.
        backgrounds: the background images from which systems of this configuration get one; None: none.
        epochs: the epochs of the configuration's time series; None: none.
        links: the links that no table replaces, each after those that it follows.
        selection: which of the drawn systems are kept; None: all.  `draw_system` makes a single attempt.
        images: the profiles whose image, or the scale of it, follows from columns beside the images.
        haloes: the haloes of each system, which `draw_system` does not draw, since their number depends on
            the mass of the lens (see `jaxlens.simulator.halo_draws`).
        arrays: the values of tables by path in the file; the other attributes hold no arrays.
    """

    label: str
    bands: tuple[str, ...]
    quantities: tuple[tuple[str, Quantity], ...]
    in_pixels: frozenset[str]
    redshifts: tuple[str, ...]
    special: tuple[tuple[str, Special], ...] = ()
    joints: tuple[Joint, ...] = ()
    backgrounds: Backgrounds | None = None
    epochs: Epochs | None = None
    links: tuple[LinkedDraw, ...] = ()
    selection: Selection | None = None
    images: tuple[Chooser, ...] = ()
    haloes: tuple[HaloDraws, ...] = ()
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)

    @property
    def static(self) -> Population:
        """The same without arrays, which would stay in memory as long as jit keeps its static arguments."""
        return replace(self, arrays={})

    @property
    def hyperparameters(self) -> dict[str, ArrayLike]:
        """Every value of the file that a draw depends on, by its path in the file."""
        drawn: dict[str, ArrayLike] = {
            path: np.asarray(value) if isinstance(value, tuple) else value
            for name, quantity in self.quantities
            if name not in self.of_images
            for band, draw in zip(draw_bands(quantity, self.bands), quantity.draws, strict=True)
            for path, value in draw_hyperparameters(quantity, band, draw)
        }
        return drawn | dict(self.arrays)

    @property
    def of_images(self) -> tuple[str, ...]:
        """The parameters that follow from the image that a system gets."""
        return tuple(name for one in self.images for name in one.follows)

    @property
    def halo_parameters(self) -> tuple[str, ...]:
        """The parameters that are drawn with the haloes: their number, and arrays with an entry for each."""
        return tuple(name for one in self.haloes for name in one.names)

    @cached_property
    def after_special(self) -> frozenset[str]:
        """The names of linked numbers, and of the parts of links, which functions of SPECIAL do not see."""
        return frozenset(name for name, one in self.quantities if one.is_linked or one.part)

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, f.name) for f in fields(self) if f.compare))

    def __hash__(self) -> int:
        return self._hash

    def __getstate__(self) -> dict[str, Any]:
        # The hash of a string differs from process to process, so a pickle must not hold it.
        cached = ("_hash", "after_special")
        return {name: value for name, value in self.__dict__.items() if name not in cached}


def population(config: Config, configuration: Configuration) -> Population:
    """The quantities of a system in `configuration`, by deeplenstronomy's parameter names."""
    joints = tuple(joint.within(configuration.label) for joint in config.joints)
    backgrounds = config.backgrounds_of(configuration)
    if backgrounds and backgrounds.iterate:
        table = {"values": backgrounds.arrays["map"]}
        joints = (*joints, Joint("BACKGROUNDS", "iterate", backgrounds.columns, arrays=table))
    arrays = {f"{array_path(j)}.{name}": a for j in joints for name, a in j.arrays.items()}
    if backgrounds:
        arrays |= {f"BACKGROUNDS.{name}": backgrounds.arrays[name] for name in ("map", "scale")}
        backgrounds = replace(backgrounds, arrays={})
    images = choosers(config, configuration)
    arrays |= image_arrays(images) | list_arrays(configuration)
    series = epochs(configuration, by_epoch_names(config.instrument, configuration))
    if series and configuration.series:
        arrays |= {f"{series.path}.{name}": a for name, a in configuration.series.cadence.arrays.items()}
    return Population(
        label=configuration.label,
        bands=config.bands,
        quantities=named_quantities(config.cosmology, config.instrument, configuration),
        in_pixels=in_pixels(configuration),
        redshifts=tuple(redshift_name(plane) for plane in configuration.planes),
        special=tuple(_specials(configuration)),
        joints=tuple(_without_arrays(joint) for joint in joints),
        backgrounds=backgrounds,
        epochs=series,
        links=linked_draws(config, configuration, joints),
        selection=configuration.selection,
        images=tuple(replace(one, choice=_without_columns(one.choice)) for one in images),
        haloes=halo_draws(configuration),
        arrays=arrays,
    )


def _specials(configuration: Configuration) -> list[tuple[str, Special]]:
    """The functions of SPECIAL of each object, with the object's prefix."""
    objects = [
        (f"{plane.label}-{label}", species)
        for plane in configuration.planes
        for label, species in plane.members
    ]
    return [(prefix, s) for prefix, o in objects if isinstance(o, Galaxy | PointSource) for s in o.special]


def _without_arrays(joint: Joint) -> Joint:
    """A joint distribution with the names of its arrays alone; the arrays are among the hyperparameters."""
    return replace(joint, arrays=_names_alone(joint.arrays))


def _without_columns(choice: ImageChoice) -> ImageChoice:
    """The choice of an image with the names of its columns alone, which are among the hyperparameters."""
    return replace(choice, arrays=_names_alone(choice.arrays))


def _names_alone(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The names of arrays without their numbers."""
    return dict.fromkeys(arrays, np.empty(0))


def draw_system(
    population: Population, hyperparameters: Mapping[str, ArrayLike], key: jax.Array, index: jax.Array
) -> dict[str, jax.Array]:
    """The quantities of one system, differentiable with respect to the hyperparameters.

    Args:
        population: the quantities of the configuration.
        hyperparameters: all of `population.hyperparameters`, by path in the file.
        key: the key of the system, ().
        index: the index of the system, (), or its two words, (2,).

    Returns:
        The quantities by name, each () or (bands,); (epochs, bands) for what differs by epoch.
    """
    dtype = jnp.result_type(float)
    values = {path: jnp.asarray(value, dtype) for path, value in hyperparameters.items()}
    drawn_later = {*(population.epochs.names if population.epochs else ()), *population.of_images}
    once = [(name, quantity) for name, quantity in population.quantities if name not in drawn_later]
    draws = system_draws(_unlinked(once), population.bands, values, key)
    planes = {name: draws[name][0] for name in population.redshifts}
    system = _drawn_alone(population, draws)
    if population.epochs:
        system |= draw_by_epoch(population.epochs, population.quantities, population.bands, values, key)
        system |= draw_nights(population.epochs, values, key)
    system |= {name: jnp.zeros((), dtype) for name in population.of_images}
    drawn = {name: value for name, value in system.items() if name not in population.after_special}
    system |= changed_by_special(population.special, drawn, population.bands)
    set_by_joints: set[str] = set()
    fixed_redshifts: dict[str, jax.Array] = {}
    joints, label = population.joints, population.label
    for name, new in joint_values_in_order(joints, label, values, key, index, planes):
        if name in planes:
            fixed_redshifts[name] = new[None]
        elif name in system:
            system[name] = replaced(system[name], new, population.bands)
            set_by_joints.add(name)
        elif name == CATALOG_ROW:
            # the number of a row has no derivative
            system[name] = jax.lax.stop_gradient(new[None])
    placed_last = bool(population.after_special & {PIXEL_SCALE, *PIXEL_MAP})
    drawn_in_pixels = population.in_pixels - set_by_joints
    if not placed_last:
        system |= positions_from_pixels(drawn_in_pixels, system)
    system |= ordered_redshifts(planes, fixed_redshifts)
    system |= linked_values(population.links, population.bands, values, system, key)
    if placed_last:
        system |= positions_from_pixels(drawn_in_pixels, system)
    system |= chosen_images(population.images, values, system, population.bands, key, set_by_joints)
    return system | _background(population, values, system, key, index)


def _unlinked(quantities: Iterable[tuple[str, Quantity]]) -> list[tuple[str, Quantity]]:
    """The quantities, with a constant in place of each link, which is computed after all draws."""
    return [(name, _without_links(one) if one.is_linked else one) for name, one in quantities]


def _without_links(quantity: Quantity) -> Quantity:
    draws = (replace(constant_draw(0.0), implied=True) if draw.link else draw for draw in quantity.draws)
    return replace(quantity, draws=tuple(draws))


def _drawn_alone(population: Population, draws: Mapping[str, list[SystemDraw]]) -> dict[str, jax.Array]:
    """The values of all quantities but the redshifts, before SPECIAL and joint distributions change them."""
    once = {name: own for name, own in draws.items() if name not in population.redshifts}
    values = iter(drawn_values([draw for own in once.values() for draw in own]))
    drawn = {name: [next(values) for _ in own] for name, own in once.items()}
    return {
        name: jnp.stack(drawn[name]) if quantity.per_band else drawn[name][0]
        for name, quantity in population.quantities
        if name in drawn
    }


def _background(
    population: Population, hyperparameters: Params, system: Params, key: jax.Array, index: jax.Array
) -> dict[str, jax.Array]:
    """The index of the system's background image; empty where the configuration has no BACKGROUNDS."""
    backgrounds = population.backgrounds
    if backgrounds is None:
        return {}
    columns = {
        i: column
        for i, column in enumerate(backgrounds.columns)
        if column.configuration in (None, population.label) and column.parameter in system
    }
    arrays = {name: hyperparameters[f"BACKGROUNDS.{name}"] for name in ("map", "scale")}
    uniform = uniforms(named_keys(key, [BACKGROUND]))[0]
    chosen = background_index(backgrounds, columns, arrays, system, population.bands, uniform, index)
    return {BACKGROUND: chosen.astype(jnp.result_type(float))}
