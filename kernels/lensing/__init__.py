"""Ray shooting through planes, magnifications, arrival times, and the images of a point source.

Deflections come in as functions: no mass profile is named here.
"""
