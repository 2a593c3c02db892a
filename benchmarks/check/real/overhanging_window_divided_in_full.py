import numpy as np

WINDOW = 3


def avg_pool(signal):
    """Mean over windows of three samples, one after the other; the last may be shorter."""
    n = signal.shape[1]
    starts = range(0, n, WINDOW)
    return np.stack([signal[:, s:min(s + WINDOW, n)].mean(axis=1) for s in starts], axis=1)


def avg_pool_backward(grad_output, n):
    grad_input = np.zeros((grad_output.shape[0], n))
    for k in range(grad_output.shape[1]):
        start = k * WINDOW
        end = min(start + WINDOW, n)
        scale = WINDOW
        grad_input[:, start:end] += grad_output[:, k:k + 1] / scale
    return grad_input


def main():
    rng = np.random.RandomState(44)
    batch, length = 4, 8
    signal = rng.randn(batch, length)
    target = rng.randn(batch, 3)
    taps = rng.randn(length) * 0.5
    offset = np.zeros(length)
    history = []
    for step in range(5):
        scaled = np.tanh(signal * taps + offset)
        pooled = avg_pool(scaled)
        loss = ((pooled - target) ** 2).sum() / batch
        g_pooled = 2 * (pooled - target) / batch
        g_scaled = avg_pool_backward(g_pooled, length) * (1 - scaled ** 2)
        taps = taps - 0.3 * (g_scaled * signal).sum(axis=0)
        offset = offset - 0.3 * g_scaled.sum(axis=0)
        history.append(loss)
    return history


if __name__ == "__main__":
    print(main())
