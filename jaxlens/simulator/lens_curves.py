"""The methods of a Simulator that give the Einstein radius, critical curves and caustics of a lens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import jax
import numpy as np
from jax.typing import ArrayLike

from jaxlens.imaging.tables import with_tables
from jaxlens.products.critical_curves import POINTS, CriticalCurves, Curves, critical_curves
from jaxlens.products.einstein_radii import radius_by_area, radius_by_mass, radius_found
from jaxlens.products.lens_maps import lensed_plane
from jaxlens.products.windows import window
from jaxlens.simulator import lens_programs
from jaxlens.simulator.lens_maps import SimulatorLensMaps

# How often the window is doubled where a tangential critical curve leaves it.
_DOUBLINGS = 3


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


class SimulatorLensCurves(SimulatorLensMaps):
    """The methods of a Simulator that give the Einstein radius, critical curves and caustics of a lens."""

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

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(1, 2)
        >>> sim.einstein_radius(params).shape
        (2,)
        """
        functions = {"area": radius_by_area, "mass": radius_by_mass}
        if by not in functions:
            raise ValueError(f"by is {by!r}; give 'area' or 'mass'")
        checked, scene = self._checked(params)
        j = lensed_plane(scene, plane)
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

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(1, 1)
        >>> curves = sim.critical_curves(params)[0]
        >>> len(curves.tangential), curves.tangential[0].shape[1], len(curves.radial), len(curves.cuts)
        (1, 2, 0, 1)
        """
        checked, scene = self._checked(params)
        j = lensed_plane(scene, plane)
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
