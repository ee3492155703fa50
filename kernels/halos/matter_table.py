"""The linear matter field today, in scales of Mpc/h: polynomials that `validation.packaged_data` makes.

The power spectrum is that of Eisenstein & Hu (1998, ApJ 496, 605) for the cosmology H0 = 67.5, Om0 = 0.309,
Ob0 = 0.049, ns = 0.965, sigma8 = 0.81, as colossus (Diemer 2018, ApJS 239, 35) computes it.
Each array has the coefficients of a Chebyshev series in ln r, mapped from `..._DOMAIN` to [-1, 1].
"""

import numpy as np

# ln sigma of spheres of radius r.
LN_SIGMA_DOMAIN = (-7.334015507, 3.411381593)
LN_SIGMA = np.array(
    [
        1.10955917e00,
        -1.81236145e00,
        -4.59420609e-01,
        -1.20799527e-01,
        -2.99289247e-02,
        -6.98050290e-03,
        -1.41474179e-03,
        2.42294372e-05,
        3.21881102e-04,
        3.02875733e-04,
        1.60213783e-04,
        3.97469410e-05,
        -1.77045897e-05,
        -5.46002554e-05,
        -5.10345737e-05,
    ]
)
# The integral of the correlation function up to r (Mpc/h).
CORRELATION_DOMAIN = (-2.995732274, 4.094344562)
CORRELATION = np.array(
    [
        1.31515652e01,
        1.39435653e01,
        -5.74878195e-01,
        -1.61023814e00,
        -1.17043171e-01,
        1.78420064e-01,
        5.13186438e-02,
        -5.99587363e-03,
        -6.68116164e-03,
        -1.65095024e-03,
        1.59836534e-05,
        1.97328200e-04,
        1.33385366e-04,
    ]
)
