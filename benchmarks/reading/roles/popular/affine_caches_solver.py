import numpy as np
def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1).dot(w) + b
    return out, (x, w, b)
def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T).reshape(x.shape), x.reshape(x.shape[0], -1).T.dot(dout), np.sum(dout, axis=0)
def relu_forward(x): return np.maximum(0, x), x
def relu_backward(dout, x): return dout * (x > 0)
def softmax_loss(x, y):
    shifted = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
    log_probs = shifted - np.log(Z); probs = np.exp(log_probs); N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = probs.copy(); dx[np.arange(N), y] -= 1; dx /= N
    return loss, dx
class TwoLayerNet(object):
    def __init__(self, input_dim=12, hidden_dim=6, num_classes=3, weight_scale=1e-1, reg=0.1):
        self.params = {}; self.reg = reg
        self.params["W1"] = weight_scale * np.random.randn(input_dim, hidden_dim)
        self.params["b1"] = np.zeros(hidden_dim)
        self.params["W2"] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params["b2"] = np.zeros(num_classes)
    def loss(self, X, y=None):
        h, c1 = affine_forward(X, self.params["W1"], self.params["b1"]); r, c2 = relu_forward(h)
        scores, c3 = affine_forward(r, self.params["W2"], self.params["b2"])
        if y is None: return scores
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(self.params["W1"]**2) + np.sum(self.params["W2"]**2))
        grads = {}
        dr, grads["W2"], grads["b2"] = affine_backward(dscores, c3)
        dh = relu_backward(dr, c2)
        _, grads["W1"], grads["b1"] = affine_backward(dh, c1)
        grads["W1"] += self.reg * self.params["W1"]; grads["W2"] += self.reg * self.params["W2"]
        return loss, grads
class Solver(object):
    def __init__(self, model, data, **kw):
        self.model, self.data = model, data; self.lr = kw.pop("learning_rate", 1e-2); self.loss_history = []
    def _step(self):
        mask = np.random.choice(self.data["X"].shape[0], 5)
        loss, grads = self.model.loss(self.data["X"][mask], self.data["y"][mask])
        self.loss_history.append(loss)
        for p, w in self.model.params.items():
            self.model.params[p] = w - self.lr * grads[p]
    def train(self, n=8):
        for t in range(n):
            self._step()
            if t % 4 == 0: print("(Iteration %d / %d) loss: %f" % (t + 1, n, self.loss_history[-1]))
np.random.seed(231)
data = {"X": np.random.randn(10, 3, 2, 2), "y": np.random.randint(3, size=10)}
Solver(TwoLayerNet(), data, learning_rate=1e-1).train()
