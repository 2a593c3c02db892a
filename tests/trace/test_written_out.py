"""What is followed through simpler functions has the gradient that differences give, as a function and in emitted source."""

import importlib
import linecache
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.trace import written_out

pytest.importorskip("scipy")
for module in (
    "linalg",
    "stats",
    "integrate",
    "signal",
    "special",
    "spatial.distance",
    "fft",
    "fftpack",
    "ndimage",
    "interpolate",
):
    importlib.import_module(f"scipy.{module}")
written_out.definition_of(np.sum)  # every module is there: none waits any more

# v and q have 6 entries, p lies between 0 and 1, A is a well-conditioned matrix of 3 rows, S symmetric and positive
SAMPLES = {
    "np.deg2rad": "np.deg2rad(v)",
    "np.radians": "np.radians(v)",
    "np.rad2deg": "np.rad2deg(v)",
    "np.degrees": "np.degrees(v)",
    "np.divmod": "np.divmod(v, 0.8)[1]",
    "np.modf": "np.modf(v)[0]",
    "np.fmod": "np.fmod(v, 0.8)",
    "np.sinc": "np.sinc(v)",
    "np.heaviside": "np.heaviside(v, 0.5) * v",
    "np.piecewise": "np.piecewise(v, [v < 0, v > 1], [lambda t: t**3, np.sin, 2.0])",
    "np.logaddexp2": "np.logaddexp2(v, q)",
    "np.copysign": "np.copysign(v, -q)",
    "np.fmax": "np.fmax(v, 0.2)",
    "np.fmin": "np.fmin(v, q)",
    "np.quantile": "np.quantile(A, [0.3, 0.8], axis=0)",
    "np.percentile": "np.percentile(v, 37, keepdims=True)",
    "np.median": "np.median(A, axis=1)",
    "np.nansum": "np.nansum(A, axis=0)",
    "np.nanmean": "np.nanmean(A, axis=1)",
    "np.nanprod": "np.nanprod(A, axis=0)",
    "np.nancumsum": "np.nancumsum(A, axis=1)",
    "np.nancumprod": "np.nancumprod(A, axis=1)",
    "np.nanvar": "np.nanvar(A, axis=1, ddof=1)",
    "np.nanstd": "np.nanstd(A)",
    "np.nanmedian": "np.nanmedian(A)",
    "np.fix": "np.fix(v) * v",
    "np.logspace": "np.logspace(0.0, p[0], 4)",
    "np.choose": "np.choose([0, 1, 1, 0, 0, 1], [v, q])",
    "np.diagflat": "np.diagflat(A) * 1.0",
    "np.polymul": "np.polymul(v, q)",
    "np.polyadd": "np.polyadd(v, q[:2])",
    "np.polysub": "np.polysub(v[:3], q)",
    "np.polyint": "np.polyint(v)",
    "np.vecdot": "np.vecdot(A, A[::-1])",
    "np.matvec": "np.matvec(A, v[:3])",
    "np.vecmat": "np.vecmat(v[:3], A)",
    "np.cumulative_sum": "np.cumulative_sum(A, axis=1)",
    "np.cumulative_prod": "np.cumulative_prod(A, axis=1)",
    "np.astype": "np.astype(A, np.float64) * A",
    "np.unstack": "np.unstack(A, axis=1)[1]",
    "np.linalg.vecdot": "np.linalg.vecdot(A, A[::-1])",
    "np.linalg.outer": "np.linalg.outer(v, q)",
    "np.linalg.trace": "np.linalg.trace(A, offset=1) * v",
    "np.linalg.diagonal": "np.linalg.diagonal(A) * 2",
    "np.linalg.cross": "np.linalg.cross(A, A[::-1])",
    "np.linalg.matrix_norm": "np.linalg.matrix_norm(A) * v",
    "np.cumprod": "np.cumprod(A, axis=1)",
    "np.multiply.accumulate": "np.multiply.accumulate(v)",
    "np.maximum.accumulate": "np.maximum.accumulate(A, axis=1)",
    "np.minimum.accumulate": "np.minimum.accumulate(v)",
    "np.ediff1d": "np.ediff1d(A)",
    "np.gradient": "np.gradient(A, 0.5, np.array([0.0, 0.3, 1.0]))[1] + np.gradient(A, 0.5, axis=0)",
    "np.trapezoid": "np.trapezoid(A, np.array([0.0, 0.4, 1.0]), axis=1)",
    "np.trapz": "np.trapz(v, dx=0.3)",
    "np.interp": "np.interp(p, np.linspace(0, 0.8, 6), v)",
    "np.polyval": "np.polyval(v, q)",
    "np.polyder": "np.polyder(v) * 1.0",
    "np.polynomial.polynomial.polyval": "np.polynomial.polynomial.polyval(q, v)",
    "np.linspace": "np.linspace(v[:2], q[:2], 4, endpoint=False)",
    "np.nanmax": "np.nanmax(A, axis=1)",
    "np.nanmin": "np.nanmin(v)",
    "np.count_nonzero": "np.count_nonzero(v > 0.5) * v",
    "np.diag_indices_from": "A[np.diag_indices_from(A)] * 2",
    "np.triu_indices_from": "A[np.triu_indices_from(A, 1)] * 2",
    "np.tril_indices_from": "A[np.tril_indices_from(A, -1)] * 2",
    "np.convolve": "np.convolve(v, q[:3], 'same')",
    "np.correlate": "np.correlate(v[:4], q, 'full')",
    "np.cross": "np.cross(A, np.array([1.0, 2.0, 3.0]))",
    "np.bincount": "np.bincount([0, 2, 2, 1, 0, 4], weights=v, minlength=7)",
    "np.lib.stride_tricks.as_strided": "np.lib.stride_tricks.as_strided(v, (4, 3), (8, 8))",
    "np.lib.stride_tricks.sliding_window_view": "np.lib.stride_tricks.sliding_window_view(A, (2, 2))",
    "np.cov": "np.cov(A, ddof=0)",
    "np.corrcoef": "np.corrcoef(A, rowvar=False)",
    "np.kron": "np.kron(A, np.ones((2, 1))) * 2.0",
    "np.rot90": "np.rot90(A, 3)",
    "np.dstack": "np.dstack((A, A**2))",
    "np.block": "np.block([[A, A**2], [A.T, np.eye(3)]])",
    "np.insert": "np.insert(A, 1, v[:3], axis=1)",
    "np.delete": "np.delete(A, [0, 2], axis=1)",
    "np.extract": "np.extract(v > 0, v)",
    "np.compress": "np.compress([True, False, True], A, axis=0)",
    "np.broadcast_arrays": "np.broadcast_arrays(v, A[:, :1])[0]",
    "np.meshgrid": "np.meshgrid(v, q[:2])[0]",
    "np.vander": "np.vander(v, 3)",
    "np.apply_along_axis": "np.apply_along_axis(lambda r: r * r[0], 1, A)",
    "np.real": "np.real(v) * v.real",
    "np.imag": "np.imag(v) + v",
    "np.conjugate": "np.conj(v) * v.conj()",
    "np.angle": "np.angle(v, deg=True) * q",
    "np.real_if_close": "np.real_if_close(A) ** 2",
    "np.atleast_3d": "np.atleast_3d(A) * np.atleast_3d(v[:3])",
    "np.rollaxis": "np.rollaxis(np.dstack([A, S]), 2, 1)",
    "np.dsplit": "np.dsplit(np.dstack([A, S]), 2)[1]",
    "np.hsplit": "np.hsplit(A, [1])[1]",
    "np.vsplit": "np.vsplit(A, 3)[2]",
    "np.append": "np.append(A, v)",
    "np.fliplr": "np.fliplr(A)",
    "np.flipud": "np.flipud(A) * A",
    "np.matrix_transpose": "np.matrix_transpose(A) @ S",
    "np.ptp": "np.ptp(A, axis=1)",
    "np.select": "np.select([v < 0, v > 1], [v**3, np.sin(v)], 2.0)",
    "np.inner": "np.inner(A, S) + np.inner(v, q)",
    "np.vdot": "np.vdot(A, S)",
    "np.trace": "np.trace(A, 1)",
    "np.linalg.multi_dot": "np.linalg.multi_dot([A, S, A])",
    "np.partition": "np.partition(A, 1, axis=0)",
    "np.flatnonzero": "v[np.flatnonzero(v > 0)] * 2",
    "np.argwhere": "v[np.argwhere(v > 0)] * 2",
    "np.unravel_index": "A[np.unravel_index(np.argmax(A), (3, 3))] * v",
    "np.lexsort": "v[np.lexsort((v, np.round(v)))] * q",
    "np.unique": "sum(np.sum(one * one) for one in np.unique(np.round(v), True, True, True))",
    "np.isin": "np.isin(np.round(v), [0, 2], invert=True) * v",
    "np.intersect1d": "np.intersect1d(np.round(v), [0, 1]).shape[0] * v",
    "np.setdiff1d": "np.setdiff1d(v, [0.0, 2.0]) * q",
    "np.union1d": "np.union1d(v, q)",
    "np.digitize": "np.array([1.0, 2.0, 3.0])[np.digitize(v, [0.5, -0.5])] * v",
    "np.histogram": "np.histogram(v, bins=4, weights=q, density=True)[0]",
    "np.linalg.lstsq": "np.linalg.lstsq(np.concatenate([A, 2 * S]), v, rcond=None)[0]",
    "np.linalg.vector_norm": "np.linalg.vector_norm(A)",
    "np.linalg.cond": "np.linalg.cond(A)",
    "scipy.linalg.solve": "scipy.linalg.solve(A, v[:3])",
    "scipy.linalg.cholesky": "scipy.linalg.cholesky(S)",
    "scipy.linalg.cho_factor": "scipy.linalg.cho_factor(S, lower=True)[0]",
    "scipy.linalg.cho_solve": "scipy.linalg.cho_solve(scipy.linalg.cho_factor(S), v[:3])",
    "scipy.linalg.solve_triangular": "scipy.linalg.solve_triangular(A, v[:3], lower=True)",
    "scipy.linalg.svdvals": "scipy.linalg.svdvals(A)",
    "scipy.linalg.expm": "scipy.linalg.expm(A)",
    "scipy.linalg.norm": "scipy.linalg.norm(A, axis=1)",
    "scipy.linalg.block_diag": "scipy.linalg.block_diag(A, A[:1])",
    "scipy.linalg.toeplitz": "scipy.linalg.toeplitz(v, np.concatenate([v[:1], q[1:4]]))",
    "scipy.spatial.distance.euclidean": "scipy.spatial.distance.euclidean(v, q)",
    "scipy.spatial.distance.sqeuclidean": "scipy.spatial.distance.sqeuclidean(v, q)",
    "scipy.spatial.distance.cityblock": "scipy.spatial.distance.cityblock(v, q)",
    "scipy.spatial.distance.cosine": "scipy.spatial.distance.cosine(v, q)",
    "scipy.spatial.distance.cdist": "scipy.spatial.distance.cdist(A, S, 'cityblock')",
    "scipy.spatial.distance.pdist": "scipy.spatial.distance.pdist(A)",
    "scipy.spatial.distance.squareform": "scipy.spatial.distance.squareform(v)",
    "scipy.integrate.trapezoid": "scipy.integrate.trapezoid(v)",
    "scipy.integrate.simpson": "scipy.integrate.simpson(v[:5], x=np.array([0.0, 0.2, 0.5, 0.6, 1.0]))",
    "scipy.special.factorial": "scipy.special.factorial(q)",
    "scipy.special.binom": "scipy.special.binom(q + 2.0, p)",
    "scipy.special.huber": "scipy.special.huber(0.5, v)",
    "scipy.special.pseudo_huber": "scipy.special.pseudo_huber(0.5, v)",
    "scipy.signal.convolve": "scipy.signal.convolve(v, q[:2], mode='valid')",
    "scipy.signal.fftconvolve": "scipy.signal.fftconvolve(v, q[:2])",
    "scipy.signal.convolve2d": "scipy.signal.convolve2d(A, S[:2], 'same')",
    "scipy.signal.correlate2d": "scipy.signal.correlate2d(A, S[:2, :2], mode='valid')",
    "scipy.signal.lfilter": "scipy.signal.lfilter(p[:2], np.array([1.0, -0.4]), v)",
    "scipy.stats.multivariate_normal.logpdf": "scipy.stats.multivariate_normal.logpdf(A, v[:3], S)",
    "scipy.stats.multivariate_normal.pdf": "scipy.stats.multivariate_normal.pdf(v[:3], mean=q[:3], cov=S)",
    "scipy.stats.dirichlet.logpdf": "scipy.stats.dirichlet.logpdf(p[:3] / np.sum(p[:3]), q[:3])",
    "scipy.stats.dirichlet.pdf": "scipy.stats.dirichlet.pdf(np.array([0.2, 0.5]), q[:3])",
    "scipy.ndimage.correlate1d": "scipy.ndimage.correlate1d(A, [0.5, 0.2], axis=0, mode='constant', cval=0.3)",
    "scipy.ndimage.convolve1d": "scipy.ndimage.convolve1d(v, q[:3], mode='mirror')",
    "scipy.ndimage.correlate": "scipy.ndimage.correlate(A, S, mode='nearest')",
    "scipy.ndimage.convolve": "scipy.ndimage.convolve(A, S, mode='constant')",
    "scipy.ndimage.gaussian_filter1d": "scipy.ndimage.gaussian_filter1d(v, 0.7)",
    "scipy.ndimage.gaussian_filter": "scipy.ndimage.gaussian_filter(A, (0.5, 0.8), mode='wrap')",
    "scipy.ndimage.uniform_filter": "scipy.ndimage.uniform_filter(A, 2)",
    "scipy.ndimage.sobel": "scipy.ndimage.sobel(A, axis=0)",
    "scipy.ndimage.prewitt": "scipy.ndimage.prewitt(A)",
    "scipy.ndimage.laplace": "scipy.ndimage.laplace(A)",
    "scipy.ndimage.map_coordinates": "scipy.ndimage.map_coordinates(A, [p * 2, q / 4], order=1)",
    "scipy.interpolate.PPoly": "scipy.interpolate.PPoly(A, [0.0, 0.3, 0.6, 1.0])(p, 1)",
    "scipy.interpolate.CubicSpline": "scipy.interpolate.CubicSpline(np.cumsum(q), v, bc_type=('natural', 'not-a-knot'))(3 + p)",
    "scipy.interpolate.PchipInterpolator": "scipy.interpolate.PchipInterpolator(np.cumsum(q), v)(2 + p)",
    "scipy.interpolate.interp1d": "scipy.interpolate.interp1d(np.arange(3.0), A, axis=0, bounds_error=False, fill_value=0.0)(2 * q[:4])",
    "scipy.interpolate.RegularGridInterpolator": "scipy.interpolate.RegularGridInterpolator((np.arange(3.0), np.cumsum(q[:3])), A, bounds_error=False, fill_value=None)(np.stack([p, q], axis=1))",
    "scipy.interpolate.interpn": "scipy.interpolate.interpn((np.arange(3.0), np.arange(3.0)), A, np.array([[0.4, 1.3]]))",
    "np.ix_": "A[np.ix_(v[:3] > 0.5, np.argsort(q)[:2] // 2)] * 2",
    "np.unwrap": "np.unwrap(3 * v)",
    "scipy.linalg.eigh": "np.exp(scipy.linalg.eigh(S, S @ S + np.eye(3))[1]) + scipy.linalg.eigh(S)[0]",
    "scipy.linalg.eigvalsh": "scipy.linalg.eigvalsh(S)",
    "scipy.linalg.qr": "scipy.linalg.qr(A)[1] + scipy.linalg.qr(A, mode='economic')[0]",
    "scipy.linalg.svd": "scipy.linalg.svd(A)[0] * scipy.linalg.svd(A, compute_uv=False)",
    "scipy.linalg.sqrtm": "scipy.linalg.sqrtm(S)",
    "scipy.linalg.logm": "scipy.linalg.logm(S)",
    "scipy.linalg.lstsq": "scipy.linalg.lstsq(np.concatenate([A, 2 * S]), v)[0]",
    "scipy.linalg.circulant": "scipy.linalg.circulant(v)",
    "scipy.linalg.hankel": "scipy.linalg.hankel(v[:3], q[:4])",
    "scipy.linalg.khatri_rao": "scipy.linalg.khatri_rao(A, S)",
    "scipy.linalg.solve_sylvester": "scipy.linalg.solve_sylvester(S, A, A)",
    "scipy.linalg.solve_continuous_lyapunov": "scipy.linalg.solve_continuous_lyapunov(A, S)",
    "scipy.linalg.solve_discrete_lyapunov": "scipy.linalg.solve_discrete_lyapunov(A / 4, S)",
    "scipy.linalg.solve_discrete_are": "scipy.linalg.solve_discrete_are(A, S[:, :2], S, np.eye(2) * q[0])",
    "scipy.linalg.solve_continuous_are": "scipy.linalg.solve_continuous_are(A - 4 * np.eye(3), S[:, :2], S, np.eye(2) * q[0])",
    "scipy.linalg.solve_banded": "scipy.linalg.solve_banded((1, 1), A + 4 * np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]), v[:3])",
    "scipy.linalg.solve_toeplitz": "scipy.linalg.solve_toeplitz(q[:3] + [4, 0, 0], v[:3])",
    "scipy.special.logsumexp": "scipy.special.logsumexp(A, axis=1, b=S * S) + scipy.special.logsumexp(v, b=q, return_sign=True)[0]",
    "scipy.special.inv_boxcox": "scipy.special.inv_boxcox(p, q)",
    "scipy.special.cbrt": "scipy.special.cbrt(q)",
    "scipy.special.expm1": "scipy.special.expm1(v)",
    "scipy.special.log1p": "scipy.special.log1p(q)",
    "scipy.signal.correlate": "scipy.signal.correlate(v, q[:3], 'same')",
    "scipy.signal.savgol_filter": "scipy.signal.savgol_filter(v, 5, 2)",
    "scipy.signal.detrend": "scipy.signal.detrend(A)",
    "scipy.signal.filtfilt": "scipy.signal.filtfilt([0.3, 0.3], [1.0, -0.4], v, padlen=3)",
    "scipy.signal.sosfilt": "scipy.signal.sosfilt([[0.3, 0.3, 0.0, 1.0, -0.4, 0.0]], v)",
    "scipy.signal.sosfiltfilt": "scipy.signal.sosfiltfilt([[0.3, 0.3, 0.0, 1.0, -0.4, 0.0]], v, padlen=3)",
    "scipy.signal.resample": "scipy.signal.resample(v, 4)",
    "scipy.signal.decimate": "scipy.signal.decimate(v, 2, n=2, ftype='fir', zero_phase=False)",
    "scipy.ndimage.shift": "scipy.ndimage.shift(A, (0.3, 0.6))",
    "scipy.ndimage.zoom": "scipy.ndimage.zoom(A, 2)",
    "scipy.ndimage.rotate": "scipy.ndimage.rotate(A, 30, reshape=False)",
    "scipy.ndimage.affine_transform": "scipy.ndimage.affine_transform(A, np.array([[0.9, 0.1], [0.0, 1.1]]))",
    "scipy.stats.entropy": "scipy.stats.entropy(p) + scipy.stats.entropy(p, q, base=2)",
    "scipy.stats.zscore": "scipy.stats.zscore(A, axis=1, ddof=1)",
    "scipy.stats.skew": "scipy.stats.skew(A, axis=None, bias=False)",
    "scipy.stats.kurtosis": "scipy.stats.kurtosis(v, bias=False)",
    "scipy.stats.sem": "scipy.stats.sem(v)",
    "scipy.stats.variation": "scipy.stats.variation(q)",
    "scipy.stats.gmean": "scipy.stats.gmean(q, weights=p)",
    "scipy.stats.hmean": "scipy.stats.hmean(q)",
    "scipy.stats.iqr": "scipy.stats.iqr(v)",
    "scipy.stats.median_abs_deviation": "scipy.stats.median_abs_deviation(A)",
    "scipy.stats.wasserstein_distance": "scipy.stats.wasserstein_distance(v, q)",
    "scipy.stats.multinomial.logpmf": "scipy.stats.multinomial.logpmf([1, 2, 0], 3, p[:3] / np.sum(p[:3]))",
    "scipy.stats.multinomial.pmf": "scipy.stats.multinomial.pmf([1, 2, 0], 3, p[:3] / np.sum(p[:3]))",
    "scipy.stats.truncnorm.logpdf": "scipy.stats.truncnorm.logpdf(p, -q, q, 0.1, 1 + q)",
    "scipy.stats.truncnorm.pdf": "scipy.stats.truncnorm.pdf(p, -q, q)",
    "np.poly1d": "(np.poly1d(v) * np.poly1d([2.0, 1.0]) - 1.0).deriv()(p)",
    "np.polynomial.Polynomial": "(np.polynomial.Polynomial(v) ** 2 / 3 + np.polynomial.Polynomial([1.0, 2.0])).integ()(p)",
    "np.polyfit": "np.polyfit(np.arange(6.0), v, 2)",
    "np.polynomial.chebyshev.chebval": "np.polynomial.chebyshev.chebval(p, v)",
    "np.polynomial.legendre.legval": "np.polynomial.legendre.legval(p, v)",
    "np.polynomial.hermite.hermval": "np.polynomial.hermite.hermval(p, v)",
    "np.polynomial.hermite_e.hermeval": "np.polynomial.hermite_e.hermeval(p, v)",
    "np.polynomial.laguerre.lagval": "np.polynomial.laguerre.lagval(p, v)",
    "np.histogram2d": "np.histogram2d(v, p, bins=[3, 2], weights=q, density=True)[0]",
    "scipy.stats.norm.ppf": "scipy.stats.norm.ppf(p, v, q)",
}
for library in ("np.fft", "scipy.fft"):
    SAMPLES |= {
        f"{library}.fft": f"np.abs({library}.fft(v, n=8))",
        f"{library}.ifft": f"np.angle({library}.ifft(v * np.exp(1j * p), 4)[1:3])",
        f"{library}.rfft": f"np.abs({library}.rfft(A, axis=0, norm='ortho')) ** 2",
        f"{library}.irfft": f"{library}.irfft(v + 1j * q, n=7)",
        f"{library}.fft2": f"{library}.fft2(A).imag * A",
        f"{library}.ifft2": f"np.real({library}.ifft2({library}.fft2(A) / (3 + 1j * A)))",
        f"{library}.fftn": f"np.abs({library}.fftn(A, norm='forward')) ** 2",
        f"{library}.ifftn": f"{library}.ifftn(A * (1 + 2j)).real",
        f"{library}.fftshift": f"{library}.fftshift(A[:, :2], axes=0)",
        f"{library}.ifftshift": f"{library}.ifftshift(A)",
    }
SAMPLES["scipy.fft.idct"] = (
    "scipy.fft.idct(v) * scipy.fft.idct(q, type=3, norm='ortho')"
)
SAMPLES |= {
    f"scipy.fftpack.{name}": f"np.abs(scipy.fftpack.{name}(v if '{name}'[-1] == 't' else A)) ** 2"
    for name in ("fft", "ifft", "fft2", "ifft2", "fftn", "ifftn")
}
SAMPLES["scipy.fftpack.fftshift"] = "scipy.fftpack.fftshift(v) * q"
SAMPLES["scipy.fftpack.ifftshift"] = "scipy.fftpack.ifftshift(v) * q"
SAMPLES["scipy.fftpack.dct"] = "scipy.fftpack.dct(A, axis=0)"
SAMPLES["scipy.fftpack.idct"] = (
    "scipy.fftpack.idct(v, norm='ortho') * scipy.fftpack.idct(q)"
)
SAMPLES["scipy.fft.dct"] = "scipy.fft.dct(v) + scipy.fft.dct(q, type=3, norm='ortho')"
SHAPES = {
    "t": "q",
    "vonmises": "q",
    "skewnorm": "q",
    "chi2": "q",
    "lognorm": "q",
    "weibull_min": "q",
    "pareto": "q",
}
SHAPES |= {"gamma": "q", "invgamma": "q", "beta": "q, p"}
COUNTS = {"poisson": "q", "bernoulli": "p", "geom": "p", "binom": "6, p"}
COUNTS |= {"nbinom": "q, p"}
for name in written_out.distributions():
    family, method = name.split(".")
    if f"scipy.stats.{name}" in SAMPLES:
        continue
    if family in COUNTS:
        at = "[1, 1, 0, 1, 0, 1]" if family == "bernoulli" else "[1, 2, 1, 3, 1, 4]"
        call = f"(np.array({at}), {COUNTS[family]})"
    elif family in SHAPES:
        inside = "p" if family == "beta" else "p + q"
        # no gradient is known with respect to the shape of a share
        plain = family in {"gamma", "beta"} and "pdf" not in method
        call = f"({inside}, {'1.7, 2.2'[: 3 if family == 'gamma' else 8] if plain else SHAPES[family]})"
    elif family in {"expon", "halfnorm"}:
        call = "(p + q, 0.1, scale=q)"
    else:
        call = "(v, q, scale=q)"
    SAMPLES[f"scipy.stats.{name}"] = f"scipy.stats.{name}{call}"

RNG = np.random.default_rng(0)
PAGE = Path(__file__).parents[2] / "docs" / "reading.md"
GIVEN = {
    "v": np.array([0.71, -1.3, 0.42, 2.1, -0.63, 0.17]),
    "q": np.array([1.2, 2.53, 3.71, 1.9, 2.12, 1.45]),
    "p": np.array([0.23, 0.71, 0.45, 0.88, 0.34, 0.52]),
    "A": np.eye(3) * 2 + RNG.uniform(-0.5, 0.5, (3, 3)),
}
# places and branches that were found for the numbers above are others here
OTHER = {
    **{
        name: np.roll(GIVEN[name][::-1], turned)
        for name, turned in (("v", 1), ("q", 2), ("p", 4))
    },
    "A": np.rot90(GIVEN["A"], 2) + 0.1,
}
SYMMETRIC = "S = A @ A.T + np.eye(3)"


def function(expression):
    text = f"import numpy as np\nimport scipy\ndef f(v, q, p, A):\n    {SYMMETRIC}\n    y = {expression}\n"
    text += "    return np.sum(np.sin(y)) + np.sum(v * v) + np.sum(q * q) + np.sum(p * p) + np.sum(A * A)\n"
    space = {}
    exec(compile(text, "<sample>", "exec"), space)
    linecache.cache["<sample>"] = (len(text), None, text.splitlines(True), "<sample>")
    return space["f"]


def measured(call, name, step=1e-5):
    result = np.zeros_like(GIVEN[name])
    for place in np.ndindex(result.shape):
        losses = {}
        for k in (-2, -1, 1, 2):
            moved = {key: array.copy() for key, array in GIVEN.items()}
            moved[name][place] += k * step
            losses[k] = float(call(**moved))
        far, near = losses[2] - losses[-2], losses[1] - losses[-1]
        result[place] = (8 * near - far) / (12 * step)
    return result


def test_every_definition_has_a_sample_and_stands_on_the_page():
    known = {name for name, _ in written_out.MET.values()}
    assert known - set(SAMPLES) == set()
    page = PAGE.read_text(encoding="utf-8")
    listed = page[page.index("are followed through those") :]
    of_family = {name for name in known if name.count(".") == 3 and ".stats." in name}
    families = {name.rpartition(".")[0] for name in of_family}
    plain = known - of_family
    assert [one for one in sorted(plain | families) if f"`{one}`" not in listed] == []


@pytest.mark.spread(5)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if number % 8 else [])
        for number, name in enumerate(SAMPLES)
    ],
)
def test_a_definition_has_the_gradient_of_its_function(name):
    if name not in {one for one, _ in written_out.MET.values()}:
        pytest.skip("not in this release")
    call = function(SAMPLES[name])
    found = chainrule.gradients(call, **GIVEN)
    for key in GIVEN:
        true = measured(call, key)
        np.testing.assert_allclose(found[key], true, rtol=1e-6, atol=1e-7)
    if name == "np.partition":
        # no language says in which order the entries come
        with pytest.raises(chainrule.ChainruleError, match="E305"):
            chainrule.emit(call, **GIVEN)
        return
    source = chainrule.emit(call, **GIVEN, part="backward")
    space = {}
    exec(source, space)
    run = next(one for key, one in space.items() if key.endswith("and_gradients"))
    order = run.__code__.co_varnames[: run.__code__.co_argcount]
    holds = "read from one run" in source
    for numbers in (GIVEN,) if holds else (GIVEN, OTHER):
        given = {key: one for key, one in numbers.items() if key in order}
        if set(order) <= set(given):
            loss, emitted = run(**given)
            assert np.isclose(loss, call(**numbers), rtol=1e-9)
            again = chainrule.gradients(call, **numbers)
            for key, one in zip(again, emitted, strict=True):
                np.testing.assert_allclose(one, again[key], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("np.quantile(v, 0.4, method='hazen')", "E303"),
        ("scipy.stats.expon.logpdf(v)", "E303"),
        ("scipy.integrate.simpson(v)", "E303"),
        ("np.gradient(v, edge_order=2)", "E303"),
        ("np.kron(np.ones((1, 2, 2)), A)", "E303"),
        ("scipy.ndimage.map_coordinates(A, [p, p])", "E301"),
        (
            "scipy.interpolate.CubicSpline(q.cumsum(), v * [0, 1, 1, 1, 1, 0], bc_type='periodic')(p)",
            "E304",
        ),
        ("scipy.interpolate.interp1d(q.cumsum(), v, kind='quadratic')(2 + p)", "E304"),
    ],
)
def test_what_a_definition_does_not_cover_is_refused(expression, code):
    with pytest.raises(chainrule.ChainruleError) as caught:
        chainrule.gradients(function(expression), **GIVEN)
    assert caught.value.code == code


def test_what_is_not_covered_is_refused_only_where_a_gradient_must_pass(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(
        "import numpy as np\nX = np.array([1.0, 5.0, 2.0, 8.0])\n"
        "X = X / np.quantile(X, 0.4, method='hazen')\nw = np.array(2.0)\nloss = np.sum(w * X)\n"
    )
    X = np.array([1.0, 5.0, 2.0, 8.0])
    found = chainrule.gradients(file, wrt=["w"])
    assert np.isclose(found["w"], np.sum(X / np.quantile(X, 0.4, method="hazen")))
    with pytest.raises(
        chainrule.ChainruleError, match=r"np\.quantile\(method=\.\.\.\)"
    ):
        chainrule.gradients(file, wrt=["X"])


def test_a_spline_that_was_made_elsewhere_is_followed():
    scipy = pytest.importorskip("scipy")
    path = scipy.interpolate.CubicSpline(np.arange(6.0), GIVEN["v"])
    line = scipy.interpolate.interp1d(np.arange(6.0), GIVEN["q"], kind="nearest")
    x = GIVEN["p"] * 3
    found = chainrule.grad(lambda x: np.sum(path(x) + path.derivative()(x) + line(x)))
    np.testing.assert_allclose(found(x), path(x, 1) + path(x, 2), rtol=1e-12)


def test_a_sum_whose_terms_follow_from_two_before_is_told_to_its_end():
    call = function(SAMPLES["np.polynomial.chebyshev.chebval"])
    assert chainrule.explain(call, **GIVEN, wrt=["v", "p"]).to_text()


@pytest.mark.frameworks
def test_a_choice_that_is_made_already_runs_in_torch():
    call = function("np.where(True, v, 0.0) + np.where(2.0 < 1.0, 3.0, q)")
    space = {}
    exec(chainrule.emit(call, **GIVEN, dialect="torch", part="forward"), space)
    import torch

    code = space["forward"].__code__
    names = code.co_varnames[: code.co_argcount]
    loss, _ = space["forward"](*(torch.tensor(GIVEN[name]) for name in names))
    assert np.isclose(float(loss), call(**GIVEN))
