"""The methods of a Simulator that give maps of what a lens does: convergence, shear, and so on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.kernels.types import Pair
from jaxlens.products import lens_maps
from jaxlens.simulator import lens_programs
from jaxlens.simulator.checks import system_count
from jaxlens.simulator.exchanges import SimulatorExchanges
from jaxlens.simulator.lens_programs import Map


class Shear(NamedTuple):
    """The shear of lenses.

    Attributes:
        gamma1: above 0 where images are stretched along x.
        gamma2: above 0 where they are stretched along x = y.
    """

    gamma1: jax.Array
    gamma2: jax.Array


class SimulatorLensMaps(SimulatorExchanges):
    """The methods of a Simulator that give maps of what a lens does.

    All are for a source in the farthest plane that has light, or in `plane`.  Behind several planes of mass,
    convergence and shear are those of the effective matrix d beta / d theta, as `jaxlens.products.lens_maps`
    says.
    """

    def convergence(
        self,
        params: Mapping[str, ArrayLike],
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        by_system: bool = False,
        plane: str | None = None,
    ) -> jax.Array:
        """The convergence kappa = 1 - (A_xx + A_yy) / 2 of the lens, with A = d beta / d theta.

        Args:
            params: as in `render`.
            x: directions on the sky (arcsec), any shape; by default the centres of the image's pixels.
            y: the other coordinate, of the same shape.
            by_system: whether each system has its own directions: x and y are then (n, ...).
            plane: the label of the source's plane, such as `PLANE_2`.

        Returns:
            kappa, (n, ...) with the shape of `x`, or (n, num_pix, num_pix).

        Raises:
            ValueError: for shapes that do not fit, or a plane that is not there; and as `render`.

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(1, 2)
        >>> sim.convergence(params, x=[0.5, 1.0, 2.0], y=[0.0, 0.0, 0.0]).shape
        (2, 3)
        """
        return self._mapped(lens_maps.convergence, params, x, y, by_system, plane)

    def shear(
        self,
        params: Mapping[str, ArrayLike],
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        by_system: bool = False,
        plane: str | None = None,
    ) -> Shear:
        """The shear gamma1 = (A_yy - A_xx) / 2 and gamma2 = -(A_xy + A_yx) / 2 of the lens.

        Args:
            params: as in `render`.
            x: as in `convergence`.
            y: as in `convergence`.
            by_system: as in `convergence`.
            plane: as in `convergence`.

        Returns:
            gamma1 and gamma2, each of the shape of `convergence`.

        Raises:
            ValueError: as `convergence`.
        """
        return Shear(*self._mapped(lens_maps.shear, params, x, y, by_system, plane))

    def magnification(
        self,
        params: Mapping[str, ArrayLike],
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        by_system: bool = False,
        plane: str | None = None,
    ) -> jax.Array:
        """The signed magnification mu = 1 / det A of the lens, below 0 at saddle points of the arrival time.

        Args:
            params: as in `render`.
            x: as in `convergence`.
            y: as in `convergence`.
            by_system: as in `convergence`.
            plane: as in `convergence`.

        Returns:
            mu, of the shape of `convergence`; it has no bound next to critical curves.

        Raises:
            ValueError: as `convergence`.
        """
        return self._mapped(lens_maps.magnification, params, x, y, by_system, plane)

    def potential(
        self,
        params: Mapping[str, ArrayLike],
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        by_system: bool = False,
        plane: str | None = None,
    ) -> jax.Array:
        """The lensing potential psi, of which the deflection is the gradient.

        Args:
            params: as in `render`.
            x: as in `convergence`.
            y: as in `convergence`.
            by_system: as in `convergence`.
            plane: as in `convergence`.

        Returns:
            psi in arcsec^2, of the shape of `convergence`.

        Raises:
            ValueError: as `convergence`; and where several planes deflect or matter lies along the line of
                sight, so that there is no potential, or where a mass profile has none.
        """
        return self._mapped(lens_maps.potential, params, x, y, by_system, plane)

    def arrival_time(
        self,
        params: Mapping[str, ArrayLike],
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        x_source: ArrayLike | None = None,
        y_source: ArrayLike | None = None,
        by_system: bool = False,
        plane: str | None = None,
    ) -> jax.Array:
        """The arrival time of light from the source's plane, beyond that of an undeflected path.

        Each path is that of the ray that is seen in its direction.  With `x_source` and `y_source` all paths
        begin at this source, whose images are where the time is stationary: the arrival-time surface.

        Args:
            params: as in `render`.
            x: as in `convergence`.
            y: as in `convergence`.
            x_source: where the source of each system is (arcsec), () or (n,).
            y_source: the other coordinate.
            by_system: as in `convergence`.
            plane: as in `convergence`.

        Returns:
            Days in the observer's frame, of the shape of `convergence`.

        Raises:
            ValueError: as `convergence`; where a mass profile has no potential, where one of `x_source` and
                `y_source` is missing, or both are given and several planes deflect.
        """
        own: tuple[Pair, ...] = ()
        if x_source is not None and y_source is not None:
            count = system_count(self._arrays(params))
            own = ((_by_system(x_source, count), _by_system(y_source, count)),)
        elif x_source is not y_source:
            raise ValueError("of x_source and y_source only one is given; give both, or none")
        return self._mapped(lens_maps.arrival_time, params, x, y, by_system, plane, own)

    def _mapped(
        self,
        function: Map,
        params: Mapping[str, ArrayLike],
        x: ArrayLike | None,
        y: ArrayLike | None,
        by_system: bool,
        plane: str | None,
        own: tuple[Any, ...] = (),
    ) -> Any:
        """A map of the lens of each system at directions on the sky."""
        checked, scene = self._checked(params)
        j, count = lens_maps.lensed_plane(scene, plane), system_count(checked)
        if (x is None) != (y is None):
            raise ValueError("of x and y only one is given; give both, or none for the pixels of the image")
        if x is None or y is None:
            place = lens_programs.pixel_places(scene, checked)
        else:
            place = _directions(x, y, count, by_system)
        return lens_programs.mapped(function, scene, j, checked, place, own, self.assets)


def _directions(x: ArrayLike, y: ArrayLike, count: int, by_system: bool) -> Pair:
    """Directions as arrays (n, ...), or (1, ...) for all systems."""
    dtype = jnp.result_type(float)
    arrays = jnp.asarray(x, dtype), jnp.asarray(y, dtype)
    shapes = [one.shape for one in arrays]
    if shapes[0] != shapes[1]:
        raise ValueError(f"x has shape {shapes[0]} and y {shapes[1]}; give the same shape")
    if not by_system:
        return arrays[0][None], arrays[1][None]
    if not shapes[0] or shapes[0][0] != count:
        raise ValueError(f"x has shape {shapes[0]}; give ({count}, ...), the systems first, with by_system")
    return arrays


def _by_system(value: ArrayLike, count: int) -> jax.Array:
    """A number for each system, (n,)."""
    array = jnp.asarray(value, jnp.result_type(float))
    if array.shape not in ((), (count,)):
        raise ValueError(f"x_source or y_source has shape {array.shape}; give () or ({count},)")
    return jnp.broadcast_to(array, (count,))
