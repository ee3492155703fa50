"""The functions of SPECIAL, which change the drawn quantities of one object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.config.errors import nearest
from jaxlens.config.model import Quantity, Special
from jaxlens.config.naming import has_band_axis
from jaxlens.kernels.types import Params

# Each function of SPECIAL in the order of the file, with the prefix of the object that it changes.
Specials = Iterable[tuple[str, Special]]


def changed_by_special(specials: Specials, system: Params, bands: tuple[str, ...]) -> dict[str, jax.Array]:
    """The quantities of the objects that have functions of SPECIAL, after these functions.

    Args:
        specials: the functions, each with the prefix of its object.
        system: the drawn quantities by name, each () or (bands,).
        bands: the names of the bands.

    Returns:
        All quantities of these objects by name, each () or (bands,).

    Raises:
        ValueError: where a function does not return a mapping of the object's quantities.
    """
    changed: dict[str, jax.Array] = {}
    for prefix, special in specials:
        before = _of_object(prefix, {**system, **changed})
        after = special.function(before, special.argument, bands)
        _check_names(special.name, before, after)
        for name, value in before.items():
            full_name = f"{prefix}-{name}"
            changed[full_name] = _checked(special.name, full_name, after.get(name), value, bands)
    return changed


def special_changes(
    specials: Specials, quantities: Iterable[tuple[str, Quantity]], bands: tuple[str, ...]
) -> dict[str, str]:
    """The parameters that functions of SPECIAL change, each with the function's name.

    The functions are traced on arrays without values; a parameter counts as unchanged where its function
    returns the array that it was given.

    Args:
        specials: the functions, each with the prefix of its object.
        quantities: the quantities of the configuration by name.
        bands: the names of the bands.
    """
    if not specials:
        return {}
    shapes = {
        name: jax.ShapeDtypeStruct((len(bands),) if quantity.per_band else (), jnp.result_type(float))
        for name, quantity in quantities
    }
    changed: dict[str, str] = {}

    def trace(system: Params) -> None:
        for prefix, special in specials:
            before = _of_object(prefix, system)
            after = special.function(before, special.argument, bands)
            _check_names(special.name, before, after)
            names = [name for name, value in before.items() if after.get(name) is not value]
            changed.update({f"{prefix}-{name}": special.name for name in names})

    jax.eval_shape(trace, shapes)
    return changed


def _of_object(prefix: str, system: Params) -> dict[str, jax.Array]:
    """The quantities of one object, by their names without its prefix."""
    return {n.removeprefix(f"{prefix}-"): v for n, v in system.items() if n.startswith(f"{prefix}-")}


def _check_names(function: str, given: Params, returned: object) -> None:
    """Raise ValueError where a function of SPECIAL does not return a mapping, or returns unknown names."""
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
    """The value that a function of SPECIAL returned for `name`; ValueError where its shape is wrong."""
    shapes = [(), (len(bands),)] if has_band_axis(name) else [()]
    if new is None or jnp.shape(new) not in shapes:
        found = "nothing" if new is None else f"shape {jnp.shape(new)}"
        right = f"return every number that it is given, this one of shape {' or '.join(map(str, shapes))}"
        raise ValueError(f"{function} of SPECIAL returned {found} for {name}; {right}")
    return jnp.asarray(new, old.dtype)
