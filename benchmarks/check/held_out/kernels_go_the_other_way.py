import numpy as np

np.random.seed(1)


def tanh(x):
    return np.tanh(x)


def tanh_slope(output):
    return 1 - (output ** 2)


def softmax(x):
    temp = np.exp(x)
    return temp / np.sum(temp, axis=1, keepdims=True)


def cut(layer, row_from, row_to, col_from, col_to):
    section = layer[:, row_from:row_to, col_from:col_to]
    return section.reshape(-1, 1, row_to - row_from, col_to - col_from)


images = np.random.rand(6, 36)
labels = np.eye(3)[[0, 1, 2, 1, 0, 2]]
alpha, batch_size = 2, 3
input_rows = input_cols = 6
kernel_rows = kernel_cols = 3
num_kernels = 2
hidden_size = ((input_rows - kernel_rows) * (input_cols - kernel_cols)) * num_kernels
kernels = 0.2 * np.random.random((kernel_rows * kernel_cols, num_kernels)) - 0.1
w_top = 0.2 * np.random.random((hidden_size, 3)) - 0.1

for j in range(1):
    for i in range(int(len(images) / batch_size)):
        batch_start, batch_end = ((i * batch_size), ((i + 1) * batch_size))
        img = images[batch_start:batch_end]
        img = img.reshape(img.shape[0], input_rows, input_cols)

        parts = list()
        for row_start in range(img.shape[1] - kernel_rows):
            for col_start in range(img.shape[2] - kernel_cols):
                part = cut(img, row_start, row_start + kernel_rows, col_start, col_start + kernel_cols)
                parts.append(part)
        pieces = np.concatenate(parts, axis=1)
        es = pieces.shape
        flat_pieces = pieces.reshape(es[0] * es[1], -1)
        k_out = flat_pieces.dot(kernels)
        mid = tanh(k_out.reshape(es[0], -1))
        keep = np.random.randint(2, size=mid.shape)
        mid *= keep * 2
        top = softmax(np.dot(mid, w_top))
        error = -np.sum(np.log(top) * labels[batch_start:batch_end]) / batch_size

        top_delta = (labels[batch_start:batch_end] - top) / batch_size
        mid_delta = top_delta.dot(w_top.T) * tanh_slope(mid / 2)
        mid_delta *= keep * 2
        w_top += alpha * mid.T.dot(top_delta)
        by_piece = mid_delta.reshape(k_out.shape)
        k_step = flat_pieces.T.dot(by_piece)
        kernels -= alpha * k_step
