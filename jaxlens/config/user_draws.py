"""Reading a DISTRIBUTION that is a user's function (see `jaxlens.distribution`)."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from jaxlens.config.draw_parameters import WRONG, Parameters, read_parameters, unknown
from jaxlens.config.errors import shown
from jaxlens.config.model import Draw
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.distributions import USER_DISTRIBUTIONS, UserDistribution


def read_user_draws(
    section: Section, name: str, node: Node | None, bands: tuple[str, ...]
) -> Draw | tuple[Draw, ...]:
    """The draw of a user's function, or one for each band where the function takes `bands`.

    Args:
        section: the mapping under DISTRIBUTION.
        name: the name of the function in `USER_DISTRIBUTIONS`.
        node: its PARAMETERS, or None.
        bands: the bands for which values are drawn.

    Returns:
        The draw or the draws; `WRONG`, and problems, where they are illegal.
    """
    own = USER_DISTRIBUTIONS[name]
    parameters = read_parameters(section, name, node, dict.fromkeys(own.parameters), own.optional)
    every = section.report.bands
    # a missing BANDS is reported elsewhere
    no_bands = own.by_band and not every
    if no_bands or unknown(parameters) or _fails(section, name, own, parameters):
        return WRONG
    if not own.by_band:
        return Draw(name, parameters, function=own.function)
    return tuple(Draw(name, parameters, function=own.function, pick=every.index(band)) for band in bands)


def _fails(section: Section, name: str, own: UserDistribution, parameters: Parameters) -> bool:
    """Whether a user's function fails under JAX or returns an array of a wrong shape, which is a problem.

    A function that does not use its key gets a remark.
    """
    place = section.node.place  # type: ignore[union-attr]
    expected = (len(section.report.bands),) if own.by_band else ()
    try:
        shape, uses_key = _traced(own, parameters, section.report.bands)
    except Exception as error:  # a user's function may raise anything
        finding = f"{name} raises {type(error).__name__}: {shown(str(error))}"
        section.report.problem(place, f"{finding}; its function must run under JAX")
        return True
    if shape != expected:
        finding = f"{name} returns an array of shape {shape}; its function must return shape {expected}"
        section.report.problem(place, finding)
        return True
    if not uses_key:
        finding = f"{name} does not use its key, so it gives every system the same number"
        section.report.remark(place, f"{finding}; draw with jax.random and the key")
    return False


def _traced(
    own: UserDistribution, parameters: Parameters, bands: tuple[str, ...]
) -> tuple[tuple[int, ...], bool]:
    """The shape that a user's function returns for these parameters, and whether it uses its key."""
    values = {name: np.asarray(value, np.float32) for name, value in parameters}
    more: dict[str, Any] = {"bands": bands} if own.by_band else {}
    key = jax.random.key(0, impl="threefry2x32")

    def call(key: jax.Array) -> Any:
        return own.function(key, **values, **more)

    shape = np.shape(jax.eval_shape(call, key))
    jaxpr = jax.make_jaxpr(call)(key).jaxpr
    return shape, any(jaxpr.invars[0] is used for equation in jaxpr.eqns for used in equation.invars)
