"""The posterior of a mock lens by numpyro's NUTS: `python -m jaxlens.examples.nuts_numpyro [--samples N]`.

The chains begin at the fit, in the coordinates in which the fit's covariance is the unit matrix.  The
packages that it needs come with the extra `inference` of jaxlens.
"""

from __future__ import annotations

from jaxlens.examples import mock_posterior


def main(arguments: list[str] | None = None) -> int:
    """Fit, sample and compare; the exit code is 0 where fit and draws agree, else 1."""
    return mock_posterior.main("numpyro", (__doc__ or "").split("\n")[0], arguments)


if __name__ == "__main__":
    raise SystemExit(main())
