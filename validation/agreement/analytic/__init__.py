"""Known answers that need no reference values: point sources, relations between fields, whole images.

Each function returns rows or comparisons for `validation.agreement.checks.analytic`, which decides how many
cases are compared.  lenstronomy and frozen reference values have no place here.
"""
