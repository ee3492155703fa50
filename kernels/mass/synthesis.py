"""A profile as a sum of others that is fitted to its convergence: lenstronomy's SYNTHESIS.

With kappa(r_i) the convergence of the target at radii that are spaced evenly in their logarithm, and M_j(r_i)
that of component j, both made round, the weights w minimise

    sum over i of [kappa(r_i) - sum over j of w_j M_j(r_i)]^2 / kappa(r_i),

which is lenstronomy's fit.  The components then have the ellipticity and the centre of the lens, so that a
target that is only round gets an elliptical convergence.

lenstronomy takes target and components from arguments of its constructor.  Here they are chosen where the
profile is registered, and a configuration gives its name and numbers.  SYNTHESIS itself fits NFW by CSEs; a
file of the user's own profiles may register others:

    register_synthesis("SYNTHESIS_HERNQUIST", "HERNQUIST", "CSE", lists=("s",), fixed={"a": 1.0})
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import solve_triangular

from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import MASS_PROFILES, mass_profile
from jaxlens.kernels.types import Pair, Real

# The radii of the fit, lenstronomy's: the powers of 10 of the first and last (arcsec), their number.
FIRST_POWER, LAST_POWER, RADII = -6.0, 3.0, 100
# The parameters that place a profile and make it elliptical.
_PLACE = ("e1", "e2", "center_x", "center_y")

Values = Mapping[str, Any]


def register_synthesis(
    name: str,
    target: str,
    component: str,
    *,
    lists: tuple[str, ...],
    fixed: Mapping[str, float],
    meanings: Mapping[str, Meaning] = MappingProxyType({}),
) -> None:
    """Registers a profile that is fitted by a sum of others.

    Its parameters are those of the target, without ellipticity and centre; the lists; and ellipticity and
    centre where the component has them.

    Args:
        name: the name of the new profile.
        target: the name of the profile that is fitted.
        component: the name of the profile that is added up.
        lists: the parameters of the component of which the new profile has lists, with an entry for each.
        fixed: the values of its other parameters, but for ellipticity and centre.
        meanings: what those parameters are that are lists.

    Raises:
        ValueError: a parameter of the component is neither in `lists` nor in `fixed`, or one of `lists` is a
            parameter of the target too.
    """
    of_target, of_component = MASS_PROFILES[target].parameters, MASS_PROFILES[component].parameters
    wanted = [key for key in of_target if key not in _PLACE]
    place = [key for key in _PLACE if key in of_component]
    missing = sorted({*of_component} - {*lists, *fixed, *place})
    if missing:
        raise ValueError(f"{name}: put {', '.join(missing)} of {component} into lists or fixed")
    twice = sorted({*wanted} & {*lists})
    if twice:
        raise ValueError(f"{name}: {target} too has {', '.join(twice)}; take another component")

    def components(values: Values) -> list[tuple[jax.Array, Values]]:
        """The weight and the parameters of each component."""
        entries = zip(*(values[key] for key in lists), strict=True)
        rows = [{**fixed, **dict(zip(lists, own, strict=True))} for own in entries]
        weights = _weights(target, {key: values[key] for key in wanted}, component, rows)
        at = {key: values.get(key, 0.0) if key.startswith("center") else values[key] for key in place}
        return [(weights[..., j], {**row, **at}) for j, row in enumerate(rows)]

    def deflection(x: Real, y: Real, **values: Any) -> Pair:
        added = MASS_PROFILES[component].deflection
        alphas = [(w, added(x, y, **row)) for w, row in components(values)]
        return _sum([w * a for w, (a, _) in alphas]), _sum([w * a for w, (_, a) in alphas])

    def potential(x: Real, y: Real, **values: Any) -> jax.Array:
        added = MASS_PROFILES[component].potential
        if added is None:
            raise ValueError(f"{name}: {component} has no potential")
        inner = 10.0**FIRST_POWER
        # relative to that at the innermost radius on the axis of x, as in lenstronomy
        return _sum([w * (added(x, y, **row) - added(inner, 0.0, **row)) for w, row in components(values)])

    own = {key: inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, annotation="Real") for key in wanted}
    own |= {key: inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, annotation="Reals") for key in lists}
    for key in place:
        default = 0.0 if key.startswith("center") else inspect.Parameter.empty
        own[key] = inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation="Real")
    position = [inspect.Parameter(key, inspect.Parameter.POSITIONAL_OR_KEYWORD) for key in ("x", "y")]
    for function in (deflection, potential):
        function.__name__ = function.__qualname__ = name.lower()
        function.__doc__ = _DOC.format(target=target, component=component, lists=", ".join(lists))
        function.__signature__ = inspect.Signature([*position, *own.values()])  # type: ignore[union-attr]
    has_potential = MASS_PROFILES[component].potential is not None
    mass_profile(name, potential=potential if has_potential else None, meanings=meanings)(deflection)


_DOC = """A sum of {component} that is fitted to the convergence of {target}; lenstronomy's SYNTHESIS.

The fit is over radii from 1e-6 to 1000 arcsec, with lenstronomy's weights; {lists} has one entry a component.
"""


def _weights(target: str, values: Values, component: str, rows: Sequence[Values]) -> jax.Array:
    """The weights of the components (..., components), by linear least squares."""
    leaves = [*values.values(), *(value for row in rows for value in row.values())]
    shape = jnp.broadcast_shapes(*(jnp.shape(leaf) for leaf in leaves))
    dtype = jnp.result_type(*leaves, float)
    radii = np.logspace(FIRST_POWER, LAST_POWER, RADII).reshape(-1, *(1 for _ in shape))
    radius = jnp.asarray(np.broadcast_to(radii, (RADII, *shape)), dtype)

    def kappa(profile: str, own: Values) -> jax.Array:
        """The convergence at the radii, (radii, ...), of a profile that is made round about the origin."""
        round_ = {key: 0.0 for key in ("e1", "e2") if key in MASS_PROFILES[profile].parameters}
        spread = {key: jnp.broadcast_to(jnp.asarray(value, dtype), shape)[None] for key, value in own.items()}
        return _convergence(profile, radius, {**spread, **round_})

    wanted = kappa(target, values)
    root = jnp.sqrt(wanted)
    columns = jnp.stack([kappa(component, row) / root for row in rows], axis=-1)
    # columns of equal length keep the digits of float32
    scale = 1.0 / jnp.sqrt(jnp.sum(columns * columns, axis=0))
    q, r = jnp.linalg.qr(jnp.moveaxis(columns * scale[None], 0, -2))
    right = jnp.sum(q * jnp.moveaxis(root, 0, -1)[..., None], axis=-2)
    return solve_triangular(r, right[..., None])[..., 0] * scale


def _convergence(profile: str, radius: jax.Array, own: Values) -> jax.Array:
    """Half the divergence of a profile's deflection at (radius, 0)."""
    zero, one = jnp.zeros_like(radius), jnp.ones_like(radius)
    deflection = MASS_PROFILES[profile].deflection

    def along(dx: jax.Array, dy: jax.Array) -> Pair:
        return jax.jvp(lambda x, y: deflection(x, y, **own), (radius, zero), (dx, dy))[1]

    return 0.5 * (along(one, zero)[0] + along(zero, one)[1])


def _sum(terms: Sequence[jax.Array]) -> jax.Array:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


# As in lenstronomy's examples: an NFW profile, by cored steep ellipsoids.
register_synthesis(
    "SYNTHESIS",
    "NFW",
    "CSE",
    lists=("s",),
    fixed={"a": 1.0},
    meanings={"s": Meaning("arcsec", "core radius of each component", 0.05, 10.0)},
)
