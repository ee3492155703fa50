"""Files: the columns of the metadata, parameters from a table, and every file format.

One module a format.  Nothing here draws or renders: what is written comes in as arrays on the host.
"""
