"""From a configuration to the parameters of system i, and their prior density.

Pure functions of one system.  Nothing here knows what an image is.
"""
