"""Light profiles: surface brightness of unit amplitude, and total flux."""

from jaxlens.kernels.light import gaussian, sersic, uniform

__all__ = ["gaussian", "sersic", "uniform"]
