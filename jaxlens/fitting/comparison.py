"""Numbers by which fits of different models to the same images are compared: BIC and evidence."""

from __future__ import annotations

import numpy as np

from jaxlens.fitting.transforms import Transform


class Compared:
    """What compares a result with that of another model of the same images: a base class of `FitResult`.

    Attributes:
        unconstrained: the unconstrained coordinates of the best models, (n, k).
        unconstrained_covariance: the covariance of their errors in the Laplace approximation, (n, k, k).
        transform: the map from unconstrained coordinates to parameters.
        chi_square: of the best models, (n,).
        degrees_of_freedom: used pixels minus fitted numbers, (n,).
        log_posterior: the log posterior of the best models, (n,).
        noise_sigma: the noise's standard deviation in each pixel.
        mask: whether each pixel is used.
        states: how the best descent of each image ended; empty where `jaxlens.fit` did not make the result.
    """

    unconstrained: np.ndarray
    unconstrained_covariance: np.ndarray
    transform: Transform
    chi_square: np.ndarray
    degrees_of_freedom: np.ndarray
    log_posterior: np.ndarray
    noise_sigma: np.ndarray
    mask: np.ndarray
    states: tuple[str, ...]

    @property
    def log_likelihood(self) -> np.ndarray:
        """The log of p(image | best model) of each image, (n,).

        It is -1/2 times the sum of r^2 + ln(2 pi sigma^2) over the used pixels, r = (image - model) / sigma.
        """
        terms = np.where(self.mask, np.log(2.0 * np.pi * np.asarray(self.noise_sigma, np.float64) ** 2), 0.0)
        return -0.5 * (self.chi_square + np.sum(terms, axis=tuple(range(1, terms.ndim))))

    @property
    def bic(self) -> np.ndarray:
        """The Bayesian information criterion of each image, (n,); a better model has a smaller one.

        BIC = k ln(N) - 2 ln L (Schwarz 1978, Ann. Stat. 6, 461), with the k numbers that are fitted, the N
        pixels that are used, and the likelihood L of the best model.  Only the difference of two models of
        the same image means something: above 6 it is strong, above 10 very strong evidence (Kass & Raftery
        1995, JASA 90, 773).  `log_evidence` also knows how wide the priors are.
        """
        pixels = np.sum(self.mask, axis=tuple(range(1, self.mask.ndim)))
        return (pixels - self.degrees_of_freedom) * np.log(pixels) - 2.0 * self.log_likelihood

    @property
    def log_evidence(self) -> np.ndarray:
        """The log of the evidence of each image in Laplace's approximation, (n,).

        ln Z = ln p(image | x) + ln p(x) + ln |dx/du| + (k / 2) ln(2 pi) + (1 / 2) ln det C at the best model
        x, with its unconstrained coordinates u and their covariance C (MacKay 2003, "Information Theory,
        Inference, and Learning Algorithms", eq. 28.5).  It is exact where the posterior of u is Gaussian.
        The difference of two models of the same image is the log of the Bayes factor;
        `sample("nested").log_evidence` has it without the approximation.

        Raises:
            ValueError: of a result that `jaxlens.fit` did not make, or an earlier version of it.
        """
        if not self.states:
            raise ValueError(
                "the evidence of this result is not known here; that of jaxlens.fit_lens is found.evidence, "
                "and a fit of an earlier version of jaxlens must be made again"
            )
        slopes = np.asarray(self.transform.log_derivative(self.unconstrained), np.float64)
        determinant = np.linalg.slogdet(2.0 * np.pi * np.asarray(self.unconstrained_covariance, np.float64))
        return self.log_posterior + np.sum(slopes, axis=-1) + 0.5 * determinant.logabsdet
