"""Mass profiles: reduced deflection angle and lensing potential, one family a file."""

from jaxlens.kernels.mass import external, isothermal, point_mass, power_law

__all__ = ["external", "isothermal", "point_mass", "power_law"]
