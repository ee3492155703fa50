"""The numbers of the built-in core-collapse supernovae: rounded means of published samples of each type.

What they mean is in `jaxlens.config.transients.core_collapse`; supernovae of a type scatter about them.
"""

from __future__ import annotations

from dataclasses import dataclass

# The day of the end of a plateau where there is none.
NEVER = 1000.0


@dataclass(frozen=True, kw_only=True)
class CoreCollapse:
    """A type of core-collapse supernovae.

    Attributes:
        name: the type.
        share: its share of all core-collapse supernovae in a volume.
        absmag: the mean absolute Vega magnitude at the peak in B.
        magsmear: its standard deviation (mag).
        rise: days from the explosion to the maximum in V.
        slope: mag/day after the maximum in V.
        hump: mag by which the maximum stands above the slope.
        hump_width: days.
        plateau: days from the explosion to the middle of the drop.
        drop: mag.
        drop_width: days.
        tail: mag/day after the drop.
        at_10_days: temperature 10 days after the explosion (K).
        cooling: the exponent with which it falls.
        coolest: the lowest temperature (K).
        hottest: the highest temperature (K).
        blanketing: the largest exponent of the absorption by lines.
        blanketed_below: the wavelength below which they absorb (Angstrom).
    """

    name: str
    share: float
    absmag: float
    magsmear: float
    rise: float
    slope: float
    hump: float = 0.0
    hump_width: float = 1.0
    plateau: float = NEVER
    drop: float = 0.0
    drop_width: float = 5.0
    tail: float
    at_10_days: float
    cooling: float
    coolest: float
    hottest: float
    blanketing: float
    blanketed_below: float


# `share`: Smith et al. (2011, MNRAS 412, 1522), with IIb under Ib and peculiar Ibc under Ic.
# `absmag`, `magsmear`: Richardson et al. (2014, AJ 147, 118), corrected for extinction and for the selection
# of bright ones, B, Vega.
TYPES = (
    CoreCollapse(
        name="IIP",
        share=0.482,
        absmag=-16.75,
        magsmear=0.98,
        # Gonzalez-Gaitan et al. (2015, MNRAS 451, 2212): 7.5 days at 4700 A, longer at longer wavelengths.
        rise=10.0,
        # Anderson et al. (2014, ApJ 786, 67): mean magnitudes of -16.74 at the maximum and -16.03 at the end
        # of the plateau, 84 days after the explosion.
        slope=0.0096,
        # The middle of the drop is some two weeks after the end of the plateau (Olivares et al. 2010).
        plateau=100.0,
        drop=2.0,
        # The decay of 56Co.
        tail=0.0098,
        # Faran et al. (2018, MNRAS 473, 513): 12000 K after 10 days, 6000 K after 40, then nearly constant.
        at_10_days=12000.0,
        cooling=0.5,
        coolest=5200.0,
        hottest=25000.0,
        # So that B-V at the end of the plateau is about 1.2 (de Jaeger et al. 2018, MNRAS 476, 4592).
        blanketing=4.0,
        blanketed_below=5000.0,
    ),
    CoreCollapse(
        name="IIL",
        share=0.064,
        absmag=-17.98,
        magsmear=0.86,
        # Gall et al. (2015, A&A 582, A3): they rise as fast as IIP, or a little slower.
        rise=12.0,
        # The steepest of Anderson et al. (2014) and those of Faran et al. (2014, MNRAS 445, 554).
        slope=0.030,
        # Valenti et al. (2015, MNRAS 448, 2608): they drop too, 80 to 90 days after the explosion.
        plateau=85.0,
        drop=1.2,
        # Anderson et al. (2014): 1.5 mag in 100 days on average.
        tail=0.0147,
        at_10_days=13000.0,
        cooling=0.5,
        coolest=5400.0,
        hottest=25000.0,
        blanketing=2.0,
        blanketed_below=5000.0,
    ),
    CoreCollapse(
        name="IIn",
        share=0.088,
        absmag=-18.53,
        magsmear=1.36,
        # Nyholm et al. (2020, A&A 637, A73): the faster group rises in 20 +- 6 days.
        rise=20.0,
        # Between the two groups of Nyholm et al. (2020), of 1.3 and 4.0 mag in 100 days.
        slope=0.020,
        tail=0.020,
        # Taddia et al. (2013, A&A 555, A10): from above 11000 K to some 6500 K after two months.
        at_10_days=14000.0,
        cooling=0.4,
        coolest=6500.0,
        hottest=20000.0,
        blanketing=1.0,
        blanketed_below=3000.0,
    ),
    CoreCollapse(
        name="Ib",
        share=0.177,
        absmag=-17.45,
        magsmear=1.12,
        # Taddia et al. (2015, A&A 574, A60; 2018, A&A 609, A136).
        rise=20.0,
        # Taddia et al. (2018): late declines of 1.7 to 2 mag in 100 days, and 0.9 mag in the first 15 days.
        slope=0.018,
        hump=1.1,
        hump_width=12.0,
        tail=0.018,
        # Taddia et al. (2018): about 7000 K at the maximum and 5500 K ten days later.
        at_10_days=9500.0,
        cooling=0.45,
        coolest=5200.0,
        hottest=10000.0,
        blanketing=2.0,
        blanketed_below=4500.0,
    ),
    CoreCollapse(
        name="Ic",
        share=0.189,
        absmag=-17.66,
        magsmear=1.18,
        # They rise faster than Ib (Taddia et al. 2015).
        rise=16.0,
        slope=0.018,
        hump=1.2,
        hump_width=11.0,
        tail=0.018,
        # They are redder than Ib at the maximum (Jin et al. 2023, ApJ 950, 44).
        at_10_days=8500.0,
        cooling=0.45,
        coolest=5000.0,
        hottest=9500.0,
        blanketing=2.0,
        blanketed_below=4500.0,
    ),
)
