"""The methods of a Simulator that give what a lens does: maps, radii, critical curves and caustics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.types import Pair
from jaxlens.products import lens_maps
from jaxlens.products.critical_curves import POINTS, CriticalCurves, Curves, critical_curves
from jaxlens.products.einstein_radii import radius_by_area, radius_by_mass, radius_found
from jaxlens.products.windows import window
from jaxlens.simulator import lens_programs
from jaxlens.simulator.checks import system_count
from jaxlens.simulator.exchanges import SimulatorExchanges
from jaxlens.simulator.lens_programs import Map

# How often the window is doubled where a tangential critical curve leaves it.
_DOUBLINGS = 3


class Shear(NamedTuple):
    """The shear of lenses.

    Attributes:
        gamma1: above 0 where images are stretched along x.
        gamma2: above 0 where they are stretched along x = y.
    """

    gamma1: jax.Array
    gamma2: jax.Array


class Caustics(NamedTuple):
    """The caustics of a system in the plane of the source, as polylines (k, 2) of x and y, arcsec.

    Attributes:
        tangential: the images of the tangential critical curves, as of an ellipse the diamond.
        radial: those of the radial ones.
        cuts: the cuts (pseudo-caustics) of masses whose deflection jumps at their centre, as isothermal ones.
    """

    tangential: Curves
    radial: Curves
    cuts: Curves


class SimulatorLensMaps(SimulatorExchanges):
    """The methods of a Simulator that give what a lens does.

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

        >>> import jax, jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(jax.random.key(1, impl="threefry2x32"), 2)
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

    def einstein_radius(
        self,
        params: Mapping[str, ArrayLike],
        by: Literal["area", "mass"] = "area",
        *,
        plane: str | None = None,
    ) -> jax.Array:
        """The Einstein radius of all that deflects, haloes and shear included.

        By area it is that of the circle with the area within the tangential critical curves; by mass that
        about the first mass with a centre within which the mean convergence is 1.  Both are theta_E of an
        isothermal sphere; an ellipse has that by area.

        Args:
            params: as in `render`.
            by: "area" or "mass".
            plane: as in `convergence`.

        Returns:
            arcsec, (n,); 0 where there is no such curve, or the mean convergence is nowhere 1.

        Raises:
            ValueError: as `convergence`, or if `by` is something else.

        >>> import jax, jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(jax.random.key(1, impl="threefry2x32"), 2)
        >>> sim.einstein_radius(params).shape
        (2,)
        """
        functions = {"area": radius_by_area, "mass": radius_by_mass}
        if by not in functions:
            raise ValueError(f"by is {by!r}; give 'area' or 'mass'")
        checked, scene = self._checked(params)
        j = lens_maps.lensed_plane(scene, plane)
        found: jax.Array = lens_programs.numbered(functions[by], scene, j, checked, self.assets)
        return found

    def critical_curves(
        self, params: Mapping[str, ArrayLike], *, points: int = POINTS, plane: str | None = None
    ) -> list[CriticalCurves]:
        """The critical curves of each system and their caustics, as polylines; computed on the host.

        Args:
            params: as in `render`; not inside jit.
            points: of a grid along a side of the window, by which the points of a curve lie; each of them is
                on the curve to rounding.
            plane: as in `convergence`.

        Returns:
            A `CriticalCurves` for each system.

        Raises:
            ValueError: as `convergence`.

        >>> import jax, jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(jax.random.key(1, impl="threefry2x32"), 1)
        >>> curves = sim.critical_curves(params)[0]
        >>> len(curves.tangential), curves.tangential[0].shape[1], len(curves.radial), len(curves.cuts)
        (1, 2, 0, 1)
        """
        checked, scene = self._checked(params)
        j = lens_maps.lensed_plane(scene, plane)
        radii = np.asarray(lens_programs.numbered(radius_found, scene, j, checked, self.assets))
        found = []
        for i, radius in enumerate(radii):
            own = with_tables(scene, {name: value[i] for name, value in checked.items()}, self.assets)
            half, center = window(scene, own, float(radius))
            curves = critical_curves(scene, j, own, half, center, points)
            for _ in range(_DOUBLINGS):
                if not np.isnan(curves.einstein_radius):
                    break
                half *= 2.0
                curves = critical_curves(scene, j, own, half, center, points)
            found.append(curves)
        return found

    def caustics(
        self, params: Mapping[str, ArrayLike], *, points: int = POINTS, plane: str | None = None
    ) -> list[Caustics]:
        """The caustics of each system, as polylines in the plane of the source; computed on the host.

        Args:
            params: as in `critical_curves`.
            points: as in `critical_curves`.
            plane: as in `convergence`.

        Returns:
            A `Caustics` for each system.

        Raises:
            ValueError: as `convergence`.
        """
        found = self.critical_curves(params, points=points, plane=plane)
        return [Caustics(one.tangential_caustics, one.radial_caustics, one.cuts) for one in found]

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
