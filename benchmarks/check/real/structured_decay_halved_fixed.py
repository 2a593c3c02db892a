import numpy as np


class ChainProblem(object):
    """Sequences of two labels; unary features and one weight for each pair of neighbours."""

    def __init__(self, n_features):
        self.n_features = n_features
        self.size_psi = 2 * n_features + 4

    def psi(self, x, y):
        unary = np.zeros((2, self.n_features))
        for node, label in zip(x, y):
            unary[label] += node
        pair = np.zeros((2, 2))
        for a, b in zip(y[:-1], y[1:]):
            pair[a, b] += 1
        return np.hstack([unary.ravel(), pair.ravel()])

    def loss(self, y, y_hat):
        return np.sum(np.asarray(y) != np.asarray(y_hat))

    def loss_augmented_inference(self, x, y, w):
        best, best_score = None, -np.inf
        for code in range(2 ** len(y)):
            y_hat = [(code >> k) & 1 for k in range(len(y))]
            score = np.dot(w, self.psi(x, y_hat)) + self.loss(y, y_hat)
            if score > best_score:
                best, best_score = y_hat, score
        return best


class SubgradientStructuredSVM(object):
    def __init__(self, problem, max_iter=4, C=1.0, learning_rate=0.05):
        self.problem = problem
        self.max_iter = max_iter
        self.C = C
        self.learning_rate = learning_rate

    def _solve_subgradient(self, psi_matrix):
        grad = psi_matrix - self.w / self.C
        self.w = self.w + self.learning_rate * grad

    def fit(self, X, Y):
        self.w = np.linspace(-0.8, 0.8, self.problem.size_psi)
        for iteration in range(self.max_iter):
            psi_matrix = np.zeros(self.problem.size_psi)
            objective = np.dot(self.w, self.w) / self.C / 2.
            for x, y in zip(X, Y):
                y_hat = self.problem.loss_augmented_inference(x, y, self.w)
                delta_psi = self.problem.psi(x, y) - self.problem.psi(x, y_hat)
                objective += max(0, self.problem.loss(y, y_hat) - np.dot(self.w, delta_psi))
                psi_matrix += delta_psi
            self._solve_subgradient(psi_matrix)
            print("iteration", iteration, "objective", objective)


rng = np.random.RandomState(2012)
X = [rng.randn(4, 2) for _ in range(3)]
Y = [list((x[:, 0] > 0).astype(int)) for x in X]
svm = SubgradientStructuredSVM(ChainProblem(2), C=2.0)
svm.fit(X, Y)
