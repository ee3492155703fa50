"""Ray shooting through planes, magnifications, arrival times, and the images of a point source.

Deflections are passed in as functions: no mass profile is imported here.
"""
