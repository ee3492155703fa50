"""Simulated lenses and populations, whose parameters are known, fitted again.

- `mocks`: the files of the lenses.  `python -m validation.recovery` fits them with `jaxlens.fit`.
- `supernovae`: series of images of lensed supernovae, with the delays of their images.
- `populations`: `fit_population` on images of a known population.

Times are measured in `validation.speed.fits`.
"""
