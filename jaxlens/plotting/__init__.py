"""Pictures of arrays and results, as matplotlib figures.

Everything here takes numpy arrays and tables and imports nothing of jaxlens, so that a result on any floor
can draw itself.  Nothing here computes an image or reads a file.
"""
