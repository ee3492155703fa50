"""Systems in real images: at places on the sky, with the image's own scale, zero point and PSF."""
