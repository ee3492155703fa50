"""Registering dataclasses as pytrees whose structure includes their class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeVar

import jax
from jax.tree_util import GetAttrKey

C = TypeVar("C", bound=type)


def register_pytree(cls: C) -> C:
    """Make a frozen dataclass, whose fields are all traced, a pytree.

    The class itself is the static part of the structure, so that two classes with the same number of fields
    have different `jax.tree.structure`s.  With `jax.tree_util.register_dataclass` this is not so: jaxlib
    0.10.0 to 0.10.2 compare two such structures without their class, and if their hashes collide `jax.jit`
    runs the program of the other class.

    >>> import dataclasses
    >>> One, Other = (register_pytree(dataclasses.make_dataclass(name, ["x"])) for name in ("One", "Other"))
    >>> jax.tree.structure(One(1.0)) == jax.tree.structure(Other(1.0))
    False
    """
    names = tuple(field.name for field in fields(cls))

    def flatten(value: Any) -> tuple[tuple[Any, ...], type]:
        return tuple(getattr(value, name) for name in names), cls

    def flatten_with_keys(value: Any) -> tuple[tuple[tuple[GetAttrKey, Any], ...], type]:
        return tuple((GetAttrKey(name), getattr(value, name)) for name in names), cls

    def unflatten(_: type, children: Iterable[Any]) -> Any:
        return cls(*children)

    jax.tree_util.register_pytree_with_keys(cls, flatten_with_keys, unflatten, flatten)
    return cls
