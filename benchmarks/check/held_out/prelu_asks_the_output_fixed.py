import numpy as np


def prelu(x, alpha):
    return np.where(x > 0, x, alpha * x)


def prelu_grad(x, out, dout, alpha):
    dx = np.where(x > 0, dout, alpha * dout)
    dalpha = np.where(x > 0, 0.0, x * dout).sum(axis=0)
    return dx, dalpha


def fc(x, w, b):
    return x.dot(w) + b


def fc_grad(x, w, dout):
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)


np.random.seed(16)
image = np.random.uniform(-1, 1, (10, 3))
label = np.random.uniform(-1, 1, (10, 2))
scope = {
    'fc1.w': np.random.uniform(-1, 1, (3, 4)), 'fc1.b': np.zeros(4),
    'prelu.alpha': np.array([0.25, -0.3, 0.1, -0.2]),
    'fc2.w': np.random.uniform(-1, 1, (4, 2)), 'fc2.b': np.zeros(2),
}
for batch_id in range(3):
    z = fc(image, scope['fc1.w'], scope['fc1.b'])
    a = prelu(z, scope['prelu.alpha'])
    predict = fc(a, scope['fc2.w'], scope['fc2.b'])
    avg_cost = np.mean(np.square(predict - label))
    grads = {}
    dpredict = 2 * (predict - label) / label.size
    da, grads['fc2.w'], grads['fc2.b'] = fc_grad(a, scope['fc2.w'], dpredict)
    dz, grads['prelu.alpha'] = prelu_grad(z, a, da, scope['prelu.alpha'])
    _, grads['fc1.w'], grads['fc1.b'] = fc_grad(image, scope['fc1.w'], dz)
    for name, g in grads.items():
        scope[name] = scope[name] - 0.2 * g
