import numpy as np


def momentum_op(param, grad, velocity, lr, mu, use_nesterov):
    velocity_out = mu * velocity + grad
    if use_nesterov:
        param_out = param - grad * lr + mu * velocity_out * lr
    else:
        param_out = param - lr * velocity_out
    return param_out, velocity_out


def hinge_words(scores, labels):
    return np.maximum(0, 1 - labels * scores) ** 2


scope = np.random.RandomState(12231)
words = scope.randint(0, 6, (8, 3))
labels = np.where(scope.rand(8) > 0.5, 1.0, -1.0)
table = scope.randn(6, 3) * 0.5
fc = scope.randn(3) * 0.5
v_table, v_fc = np.zeros_like(table), np.zeros_like(fc)
lr, mu = 0.05, 0.9
for pass_id in range(4):
    pooled = table[words].sum(axis=1)
    scores = pooled @ fc
    cost = hinge_words(scores, labels).mean()
    d_scores = -2 * labels * np.maximum(0, 1 - labels * scores) / len(labels)
    d_fc = pooled.T @ d_scores
    d_table = np.zeros_like(table)
    np.add.at(d_table, words, (d_scores[:, None] * fc)[:, None, :])
    table, v_table = momentum_op(table, d_table, v_table, lr, mu, True)
    fc, v_fc = momentum_op(fc, d_fc, v_fc, lr, mu, True)
    print(pass_id, cost)
