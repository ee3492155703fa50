"""Fits of the mock lenses by jaxlens and its peers: `python -m validation.speed.fits`."""
