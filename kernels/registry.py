"""Profiles by name.  A profile is a function, and its keyword-only arguments are its parameters.

Names and parameters are lenstronomy's.  A profile is registered where it is defined:

    @light_profile("GAUSSIAN", total_flux=unit_flux)
    def gaussian(x, y, *, sigma: Real, center_x: Real = 0.0, center_y: Real = 0.0):
        ...

A configuration file may leave out the parameters that have a default.  The annotation of a parameter says
what kind of value it has: `Real` (or none) a number, `Reals` a list of numbers, `int` a whole number that is
known when the profile is compiled, `Table` an array from a file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar

import jax
import jax.numpy as jnp

from jaxlens.kernels.parameters import MEANINGS, UNKNOWN, Meaning
from jaxlens.kernels.types import Pair, Real, Reals, Table

F = TypeVar("F", bound=Callable[..., object])
Kind = Literal["number", "list", "integer", "table"]

# The kind of a parameter by its annotation; any other annotation is that of a number.
_KINDS: Mapping[Any, Kind] = {
    "Reals": "list",
    Reals: "list",
    "int": "integer",
    int: "integer",
    "Table": "table",
    Table: "table",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Profile:
    """What light and mass profiles have in common.

    Attributes:
        name: lenstronomy's name of the profile.
        parameters: maps a parameter's name to its default, or to None where a value is required.
        kinds: maps a parameter's name to its kind.
        meanings: maps a parameter's name to its unit, meaning and usual range.
        doc: the equation and its source.
    """

    name: str
    parameters: Mapping[str, float | None]
    kinds: Mapping[str, Kind]
    meanings: Mapping[str, Meaning]
    doc: str

    def of_kind(self, kind: Kind) -> tuple[str, ...]:
        """The names of the parameters of one kind, in order."""
        return tuple(name for name, own in self.kinds.items() if own == kind)


@dataclass(frozen=True, eq=False, kw_only=True)
class LightProfile(Profile):
    """Surface brightness at unit amplitude, and its total flux.

    Attributes:
        surface_brightness: `(x, y, **parameters)` -> brightness per arcsec^2 at unit amplitude.
        total_flux: `(**parameters)` -> flux at unit amplitude; None where it is not finite, so that files
            give `amp` in place of `magnitude`.
        no_flux: why the flux is not finite; "" where it is.
    """

    surface_brightness: Callable[..., jax.Array]
    total_flux: Callable[..., jax.Array] | None
    no_flux: str = ""

    def flux(self, **parameters: Any) -> jax.Array:
        """The total flux at unit amplitude; ValueError where it is not finite."""
        if self.total_flux is None:
            raise ValueError(f"{self.name} has no finite flux, since {self.no_flux}; give its amplitude")
        return self.total_flux(**parameters)


class LineOfSight(NamedTuple):
    """How matter along the line of sight changes the rays through a lens plane and behind it.

    `lens` and `potential` are functions `(x, y)` of all other masses of the plane.

    Attributes:
        deflection: `(x, y, lens, **parameters)` -> theta - beta of the whole, in arcsec.
        fermat: `(x, y, lens, potential, **parameters)` -> the Fermat potential at an image, in arcsec^2.
    """

    deflection: Callable[..., Pair]
    fermat: Callable[..., jax.Array]


@dataclass(frozen=True, eq=False, kw_only=True)
class MassProfile(Profile):
    """Reduced deflection angle and lensing potential.

    Attributes:
        deflection: `(x, y, **parameters)` -> (alpha_x, alpha_y), in arcsec.
        potential: `(x, y, **parameters)` -> psi, in arcsec^2; None where the profile has none, so that it has
            no arrival times.
        sigma_v: a velocity dispersion `sigma_v` may be given in place of the Einstein radius `theta_E`.
        power_law: the lens is a power law with the parameters of `lensing.direction_search`: `theta_E`, the
            centre, unless it is round e1 and e2, and unless it is isothermal gamma.  Its deflection is a
            power of the radius times a function of the direction, so the images behind it can be searched for
            by direction.
        linear: the deflection is linear in the position, so that the profile adds no images of its own.
        line_of_sight: given where the profile is no mass but changes what the others do; its deflection is
            then what remains without them.
    """

    deflection: Callable[..., tuple[jax.Array, jax.Array]]
    potential: Callable[..., jax.Array] | None
    sigma_v: bool = False
    power_law: bool = False
    linear: bool = False
    line_of_sight: LineOfSight | None = None

    def psi(self, x: Real, y: Real, **parameters: Any) -> jax.Array:
        """The potential at (x, y), arcsec^2; ValueError where the profile has none."""
        if self.potential is None:
            raise ValueError(f"{self.name} has no lensing potential; take a profile that has one")
        return self.potential(x, y, **parameters)


# The registered light profiles by lenstronomy's name.
LIGHT_PROFILES: dict[str, LightProfile] = {}
# The registered mass profiles by lenstronomy's name.
MASS_PROFILES: dict[str, MassProfile] = {}


def light_profile(
    name: str,
    *,
    total_flux: Callable[..., jax.Array] | None = None,
    no_flux: str = "",
    meanings: Mapping[str, Meaning] = MappingProxyType({}),
) -> Callable[[F], F]:
    """A decorator that registers a surface-brightness function.

    Args:
        name: lenstronomy's name of the profile.
        total_flux: the flux at unit amplitude, a function of the profile's parameters; None where it is not
            finite.
        no_flux: why it is not, for example "the profile falls as a power of the radius".
        meanings: what those parameters mean that mean something else than in `MEANINGS`.

    Returns:
        The decorator; it returns the function unchanged.

    Raises:
        ValueError: neither `total_flux` nor `no_flux` is given, or both are.
    """
    if (total_flux is None) == (not no_flux):
        raise ValueError(f"{name}: give either total_flux or no_flux, which says why there is none")

    def register(function: F) -> F:
        LIGHT_PROFILES[name] = LightProfile(
            **_signature(name, function, meanings),
            surface_brightness=function,  # type: ignore[arg-type]
            total_flux=total_flux,
            no_flux=no_flux,
        )
        return function

    return register


def mass_profile(
    name: str,
    *,
    potential: Callable[..., jax.Array] | None,
    sigma_v: bool = False,
    power_law: bool = False,
    linear: bool = False,
    line_of_sight: LineOfSight | None = None,
    meanings: Mapping[str, Meaning] = MappingProxyType({}),
) -> Callable[[F], F]:
    """A decorator that registers a deflection function.

    Args:
        name: lenstronomy's name of the profile.
        potential: the lensing potential, a function of the same arguments as the deflection; None where the
            profile has none.
        sigma_v: as in `MassProfile`.
        power_law: as in `MassProfile`.
        linear: as in `MassProfile`.
        line_of_sight: as in `MassProfile`.
        meanings: what those parameters mean that mean something else than in `MEANINGS`.

    Returns:
        The decorator; it returns the function unchanged.
    """

    def register(function: F) -> F:
        MASS_PROFILES[name] = MassProfile(
            **_signature(name, function, meanings),
            deflection=function,  # type: ignore[arg-type]
            potential=potential,
            sigma_v=sigma_v,
            power_law=power_law,
            linear=linear,
            line_of_sight=line_of_sight,
        )
        return function

    return register


def mass_potential(name: str, **options: Any) -> Callable[[F], F]:
    """A decorator that registers a lensing potential, whose gradient is the deflection.

    Args:
        name: lenstronomy's name of the profile.
        **options: as those of `mass_profile`.

    Returns:
        The decorator; it returns the function unchanged.
    """

    def register(function: F) -> F:
        deflection = gradient_of(function)  # type: ignore[arg-type]
        deflection.__doc__, deflection.__module__ = function.__doc__, function.__module__
        deflection.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
        mass_profile(name, potential=function, **options)(deflection)  # type: ignore[arg-type]
        return function

    return register


def gradient_of(potential: Callable[..., jax.Array]) -> Callable[..., Pair]:
    """The gradient of a potential `(x, y, **parameters)` in x and y, by forward differentiation."""

    def deflection(x: Real, y: Real, **parameters: Any) -> Pair:
        x, y = jnp.broadcast_arrays(jnp.asarray(x, jnp.result_type(x, float)), y)
        one, zero = jnp.ones_like(x), jnp.zeros_like(x)

        def along(dx: jax.Array, dy: jax.Array) -> jax.Array:
            return jax.jvp(lambda u, v: potential(u, v, **parameters), (x, y), (dx, dy))[1]

        return along(one, zero), along(zero, one)

    return deflection


def parameters_of(function: Callable[..., object]) -> Mapping[str, float | None]:
    """The keyword-only arguments of a profile, with their defaults (None: required)."""
    return MappingProxyType(
        {
            a.name: None if a.default is inspect.Parameter.empty else a.default
            for a in inspect.signature(function).parameters.values()
            if a.kind is inspect.Parameter.KEYWORD_ONLY
        }
    )


def describe(function: Callable[..., Any], name: str, doc: str, required: Iterable[str]) -> None:
    """Gives a made function of (x, y) the name, docstring and signature of a profile with a centre.

    Args:
        function: the function, which takes its parameters as `**parameters`.
        name: lenstronomy's name of the profile.
        doc: the equation, and its source.
        required: its parameters, without the centre, which is (0, 0) where a file has none.
    """
    only, annotation = inspect.Parameter.KEYWORD_ONLY, "Real"
    position = [inspect.Parameter(key, inspect.Parameter.POSITIONAL_OR_KEYWORD) for key in ("x", "y")]
    own = [inspect.Parameter(key, only, annotation=annotation) for key in required]
    centre = [
        inspect.Parameter(key, only, default=0.0, annotation=annotation) for key in ("center_x", "center_y")
    ]
    function.__name__ = function.__qualname__ = name.lower()
    function.__doc__ = inspect.cleandoc(doc)
    function.__signature__ = inspect.Signature([*position, *own, *centre])  # type: ignore[attr-defined]


def _signature(name: str, function: Callable[..., object], meanings: Mapping[str, Meaning]) -> dict[str, Any]:
    """The fields of `Profile`, from the signature and the docstring of a profile's function."""
    parameters = parameters_of(function)
    arguments = inspect.signature(function).parameters
    return {
        "name": name,
        "parameters": parameters,
        "kinds": MappingProxyType(
            {key: _KINDS.get(arguments[key].annotation, "number") for key in parameters}
        ),
        "meanings": MappingProxyType(
            {key: meanings.get(key, MEANINGS.get(key, UNKNOWN)) for key in parameters}
        ),
        "doc": inspect.getdoc(function) or "",
    }
