"""Lensed quasars: images with fluxes of their own, astrometry, delays, flux ratios, and the PSF they show.

The positions of the images are free parameters.  That their rays meet in one source is a likelihood term with
the astrometric tolerance (`astrometry`), and so are measured delays and flux ratios.
"""
