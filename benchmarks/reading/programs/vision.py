"""Images and scenes: convolutions, pooling, warps, cameras, detection losses."""

import math

import numpy as np

r = np.random.default_rng(4)


def conv2d_loops(kernel, bias, image, target):
    H, W = image.shape
    kh, kw = kernel.shape
    out = np.zeros((H - kh + 1, W - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel) + bias
    return np.mean((out - target) ** 2)


def im2col(x, size, stride, pad):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - size) // stride + 1
    out_w = (W + 2 * pad - size) // stride + 1
    img = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], "constant")
    col = np.zeros((N, C, size, size, out_h, out_w))
    for y in range(size):
        y_max = y + stride * out_h
        for x_ in range(size):
            x_max = x_ + stride * out_w
            col[:, :, y, x_, :, :] = img[:, :, y:y_max:stride, x_:x_max:stride]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * out_h * out_w, -1)


def softmax_cross_entropy(scores, labels):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.sum(log_probs[range(scores.shape[0]), labels]) / scores.shape[0]


def convnet_im2col(W, b, V, c, x, labels):
    FN = W.shape[0]
    col = im2col(x, 3, 1, 1)
    out = np.dot(col, W.reshape(FN, -1).T) + b
    out = out.reshape(x.shape[0], x.shape[2], x.shape[3], -1).transpose(0, 3, 1, 2)
    out = np.maximum(out, 0)
    pooled = out.reshape(*out.shape[:2], out.shape[2] // 2, 2, out.shape[3] // 2, 2).max(axis=(3, 5))
    scores = pooled.reshape(pooled.shape[0], -1).dot(V) + c
    return softmax_cross_entropy(scores, labels)


def conv_as_strided(F, image, target):
    kh, kw = F.shape
    h, w = int(image.shape[0] - kh + 1), int(image.shape[1] - kw + 1)
    s0, s1 = image.strides
    windows = np.lib.stride_tricks.as_strided(image, (h, w, kh, kw), (s0, s1, s0, s1))
    return ((np.einsum("ijkl,kl->ij", windows, F) - target) ** 2).sum()


def maxpool_loops(W, x, stride=2, size=2):
    h = np.tanh(x * W)
    H_out = int((h.shape[0] - size) / stride) + 1
    W_out = int((h.shape[1] - size) / stride) + 1
    out = np.empty((H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            window = h[i * stride : i * stride + size, j * stride : j * stride + size]
            out[i, j] = np.amax(window)
    return np.sum(out**2)


def depthwise_separable(dw, pw, x):
    C, H, W = x.shape
    mid = []
    for c in range(C):
        acc = 0
        for i in range(2):
            for j in range(2):
                acc = acc + dw[c, i, j] * x[c, i : H - 1 + i, j : W - 1 + j]
        mid.append(acc)
    out = np.tensordot(pw, np.stack(mid), axes=1)
    return np.mean(np.clip(out, 0, 6) ** 2)


def transposed_conv(k, x, target, stride=2):
    n = (x.size - 1) * stride + k.size
    out = np.zeros(n)
    for i in range(x.size):
        out[i * stride : i * stride + k.size] += x[i] * k
    return np.sum((out - target) ** 2)


def bilinear_resize(img, target):
    H, W = img.shape
    h, w = target.shape
    ys, xs = np.linspace(0, H - 1, h), np.linspace(0, W - 1, w)
    y0, x0 = np.floor(ys).astype(int), np.floor(xs).astype(int)
    y1, x1 = np.minimum(y0 + 1, H - 1), np.minimum(x0 + 1, W - 1)
    wy, wx = (ys - y0)[:, None], (xs - x0)[None, :]
    top = img[np.ix_(y0, x0)] * (1 - wx) + img[np.ix_(y0, x1)] * wx
    bottom = img[np.ix_(y1, x0)] * (1 - wx) + img[np.ix_(y1, x1)] * wx
    return np.mean((top * (1 - wy) + bottom * wy - target) ** 2)


def spatial_transformer(theta, img, target):
    """An affine warp, sampled bilinearly; the gradient goes through where it samples."""
    H, W = img.shape
    gy, gx = np.meshgrid(np.linspace(-1, 1, H), np.linspace(-1, 1, W), indexing="ij")
    grid = np.stack([gx.ravel(), gy.ravel(), np.ones(H * W)])
    px, py = theta @ grid
    px, py = (px + 1) * (W - 1) / 2, (py + 1) * (H - 1) / 2
    x0 = np.clip(np.floor(px).astype(int), 0, W - 2)
    y0 = np.clip(np.floor(py).astype(int), 0, H - 2)
    fx, fy = px - x0, py - y0
    out = (
        img[y0, x0] * (1 - fx) * (1 - fy)
        + img[y0, x0 + 1] * fx * (1 - fy)
        + img[y0 + 1, x0] * (1 - fx) * fy
        + img[y0 + 1, x0 + 1] * fx * fy
    )
    return np.sum((out.reshape(H, W) - target) ** 2)


def homography(h, src, dst):
    Hm = np.append(h, 1.0).reshape(3, 3)
    p = np.hstack([src, np.ones((len(src), 1))]) @ Hm.T
    proj = p[:, :2] / p[:, 2:3]
    return np.sum((proj - dst) ** 2)


def rodrigues(v):
    theta = np.linalg.norm(v)
    k = v / theta
    K = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
    return np.eye(3) + np.sin(theta) * K + (1 - np.cos(theta)) * K.dot(K)


def bundle_adjustment(rvec, tvec, focal, points, pixels):
    cam = points @ rodrigues(rvec).T + tvec
    uv = focal * cam[:, :2] / cam[:, 2][:, None]
    radius2 = np.sum(uv**2, axis=1)
    uv = uv * (1 - 0.01 * radius2)[:, None]
    return 0.5 * np.sum((uv - pixels) ** 2)


def horn_schunck(u, v, Ix, Iy, It, alpha=0.3):
    data = (Ix * u + Iy * v + It) ** 2
    lap = 0
    for f in (u, v):
        gy, gx = np.gradient(f)
        lap = lap + gx**2 + gy**2
    return np.sum(data + alpha**2 * lap)


def ssim(x, y, c1=0.01, c2=0.03):
    mx, my = x.mean(), y.mean()
    vx, vy = x.var(ddof=1), y.var(ddof=1)
    cov = ((x - mx) * (y - my)).sum() / (x.size - 1)
    return 1 - (2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))


def psnr_loss(img, ref):
    mse = np.mean(np.square(img - ref))
    return -20 * math.log10(255.0) + 10 * np.log10(mse)


def iou_loss(box, truth):
    x1 = np.maximum(box[:, 0], truth[:, 0])
    y1 = np.maximum(box[:, 1], truth[:, 1])
    x2 = np.minimum(box[:, 2], truth[:, 2])
    y2 = np.minimum(box[:, 3], truth[:, 3])
    inter = np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0)
    area = lambda b: (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    return np.mean(1 - inter / (area(box) + area(truth) - inter))


def focal_loss(W, X, y, gamma=2.0, alpha=0.25):
    p = 1 / (1 + np.exp(-X.dot(W)))
    p_t = np.where(y == 1, p, 1 - p)
    a_t = np.where(y == 1, alpha, 1 - alpha)
    return np.mean(-a_t * (1 - p_t) ** gamma * np.log(p_t))


def triplet_loss(W, anchor, positive, negative, margin=1.0):
    f = lambda x: (lambda e: e / np.linalg.norm(e, axis=1, keepdims=True))(x @ W)
    d_ap = np.sum((f(anchor) - f(positive)) ** 2, axis=1)
    d_an = np.sum((f(anchor) - f(negative)) ** 2, axis=1)
    return np.mean(np.maximum(d_ap - d_an + margin, 0))


def info_nce(W, views_a, views_b, temperature=0.5):
    za, zb = views_a @ W, views_b @ W
    z = np.concatenate([za, zb], axis=0)
    z = z / np.sqrt((z**2).sum(axis=1, keepdims=True))
    sim = z @ z.T / temperature
    np.fill_diagonal(sim, -1e9)
    n = len(za)
    target = np.r_[np.arange(n, 2 * n), np.arange(n)]
    m = sim.max(axis=1, keepdims=True)
    lse = np.log(np.exp(sim - m).sum(axis=1)) + m[:, 0]
    return np.mean(lse - sim[np.arange(2 * n), target])


def style_gram(img, style):
    def gram(f):
        f = f.reshape(f.shape[0], -1)
        return f @ f.T / f.size

    return np.linalg.norm(gram(img) - gram(style), "fro") ** 2


def volume_rendering(density, color, deltas, pixel):
    alpha = 1.0 - np.exp(-np.maximum(density, 0) * deltas)
    trans = np.cumprod(np.concatenate([[1.0], 1.0 - alpha + 1e-10]))[:-1]
    weights = alpha * trans
    return np.sum((np.sum(weights[:, None] * color, axis=0) - pixel) ** 2)


def bev_histogram(w, edges, values, target):
    """Soft histogram of weighted pixels."""
    idx = np.digitize(values, edges)
    hist = np.bincount(idx, weights=w, minlength=len(edges) + 1)
    hist = hist / hist.sum()
    cdf = np.cumsum(hist)
    return np.sum(np.abs(cdf - target))


img = r.normal(size=(4, 4)).round(2)
small = r.normal(size=(3, 3)).round(2)
EXAMPLES = [
    (conv2d_loops, "kernel bias", {"kernel": r.normal(size=(2, 2)).round(2), "bias": 0.1, "image": img, "target": small}),
    (
        convnet_im2col,
        "W b V c",
        {
            "W": r.normal(size=(2, 1, 3, 3)).round(2),
            "b": np.array([0.1, -0.2]),
            "V": r.normal(size=(8, 2)).round(2),
            "c": np.zeros(2),
            "x": r.normal(size=(2, 1, 4, 4)).round(2),
            "labels": np.array([0, 1]),
        },
    ),
    (conv_as_strided, "F image", {"F": r.normal(size=(2, 2)).round(2), "image": img, "target": small}),
    (maxpool_loops, "W", {"W": r.normal(size=(4, 4)).round(2), "x": img}),
    (
        depthwise_separable,
        "dw pw",
        {"dw": r.normal(size=(2, 2, 2)).round(2), "pw": r.normal(size=(3, 2)).round(2), "x": r.normal(size=(2, 3, 3)).round(2)},
    ),
    (transposed_conv, "k x", {"k": np.array([0.5, 1.0, -0.3]), "x": np.array([0.7, -1.0]), "target": np.ones(5)}),
    (bilinear_resize, "img", {"img": small, "target": r.normal(size=(4, 5)).round(2)}),
    (
        spatial_transformer,
        "theta",
        {"theta": np.array([[0.9, 0.12, 0.03], [-0.08, 0.8, 0.05]]), "img": img, "target": img.T.copy()},
    ),
    (
        homography,
        "h",
        {
            "h": np.array([1.1, 0.1, 0.2, -0.1, 0.9, 0.1, 0.02, 0.03]),
            "src": r.normal(size=(4, 2)).round(2),
            "dst": r.normal(size=(4, 2)).round(2),
        },
    ),
    (
        bundle_adjustment,
        "rvec tvec focal",
        {
            "rvec": np.array([0.2, -0.3, 0.1]),
            "tvec": np.array([0.1, 0.2, 4.0]),
            "focal": 1.2,
            "points": r.normal(size=(4, 3)).round(2),
            "pixels": r.normal(size=(4, 2)).round(2),
        },
    ),
    (
        horn_schunck,
        "u v",
        {"u": small, "v": small.T.copy(), "Ix": img[:3, :3], "Iy": img[1:, :3], "It": img[:3, 1:]},
    ),
    (ssim, "x", {"x": small, "y": small.T + 0.5}),
    (psnr_loss, "img", {"img": 9 * small, "ref": 9 * small.T}),
    (
        iou_loss,
        "box",
        {"box": np.array([[0.1, 0.2, 1.1, 1.4], [0.0, 0.0, 0.7, 0.6]]), "truth": np.array([[0.3, 0.1, 1.3, 1.0], [0.2, 0.1, 0.9, 0.8]])},
    ),
    (focal_loss, "W", {"W": np.array([0.4, -0.7]), "X": r.normal(size=(5, 2)).round(2), "y": np.array([1, 0, 0, 1, 0])}),
    (
        triplet_loss,
        "W",
        {
            "W": r.normal(size=(3, 2)).round(2),
            "anchor": r.normal(size=(3, 3)).round(2),
            "positive": r.normal(size=(3, 3)).round(2),
            "negative": r.normal(size=(3, 3)).round(2),
        },
    ),
    (
        info_nce,
        "W",
        {"W": r.normal(size=(3, 2)).round(2), "views_a": r.normal(size=(3, 3)).round(2), "views_b": r.normal(size=(3, 3)).round(2)},
    ),
    (style_gram, "img", {"img": r.normal(size=(2, 2, 3)).round(2), "style": r.normal(size=(2, 2, 3)).round(2)}),
    (
        volume_rendering,
        "density color",
        {
            "density": np.array([0.3, -0.2, 1.4, 0.6]),
            "color": np.abs(r.normal(size=(4, 3))).round(2),
            "deltas": np.array([0.2, 0.3, 0.25, 1.0]),
            "pixel": np.array([0.4, 0.1, 0.9]),
        },
    ),
    (
        bev_histogram,
        "w",
        {
            "w": np.array([0.5, 1.0, 0.7, 0.2]),
            "edges": np.array([0.0, 1.0]),
            "values": np.array([-0.5, 0.3, 1.7, 0.9]),
            "target": np.array([0.1, 0.8, 0.9]),
        },
    ),
]
