"""TIMESERIES and MODEL: what varies, its spectra and light curves, and when it is observed."""
