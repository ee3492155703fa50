"""The point spread function: blurring images, stamping point sources, and kernels on finer grids.

Which of them an image needs is decided in `jaxlens.imaging`.
"""
