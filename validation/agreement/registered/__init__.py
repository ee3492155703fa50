"""Every profile of the registry, in arrays of one shape, operation by operation.

A program a profile and property would take hours to compile for a hundred profiles.  Here every number of
every profile is an array of one shape, (rows, points), and the profiles are evaluated without `jax.jit`, so
that each primitive operation is compiled once for all of them.

- `draws`: parameters over the usual ranges that the registry states, and the points at which they are used.
- `tables`: the arrays of profiles whose parameters come from a file.
- `evaluation`: values and derivatives of a profile.
- `comparison`: their errors against the reference values, and the rows of the report.
- `derivatives`: derivatives in every argument against central differences.
- `fluxes`: the integral of the surface brightness.
- `images`: images of point sources behind a profile and sums of them, against a fine grid.
- `stated`: tolerances other than the usual ones, each with its reason.
- `lenstronomy_names`: the parameters of a draw, as `jaxlens.exchange` asks lenstronomy for a profile.
"""
