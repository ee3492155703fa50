"""The point spread function: blurring light, stamping point sources, and kernels on finer grids."""
