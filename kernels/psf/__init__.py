"""The point spread function: blurring images, stamping point sources, and kernels on finer grids.

`jaxlens.imaging` decides which of them an image needs.
"""
