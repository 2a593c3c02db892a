import numpy as np


class FactorRecommender(object):
    """Ratings by factors, learned by stochastic gradient descent, one factor after the other."""

    def __init__(self, ratings, n_features=2, pace=0.02, shrink=0.05, rounds=2):
        self.ratings = ratings
        self.n_features = n_features
        self.pace = pace
        self.shrink = shrink
        self.rounds = rounds
        rng = np.random.RandomState(9)
        self.user_factors = rng.uniform(0.2, 1.0, size=(ratings.shape[0], n_features))
        self.item_factors = rng.uniform(0.2, 1.0, size=(ratings.shape[1], n_features))
        self.middle = ratings[ratings > 0].mean()

    def _predict(self, user_index, item_index):
        return self.middle + np.dot(self.user_factors[user_index], self.item_factors[item_index])

    def _see(self, user_idx, item_idx, move_user, move_item):
        err = self.ratings[user_idx, item_idx] - self._predict(user_idx, item_idx)
        pu = self.user_factors[user_idx].copy()
        qi = self.item_factors[item_idx].copy()
        du = err * pu - self.shrink * pu
        di = err * pu - self.shrink * qi
        if move_user:
            self.user_factors[user_idx] += self.pace * du
        if move_item:
            self.item_factors[item_idx] += self.pace * di
        return err ** 2.0

    def learn(self, move_user=True, move_item=True):
        known = np.argwhere(self.ratings > 0)
        for index in range(self.rounds):
            total = 0.
            for user_idx, item_idx in known:
                total += self._see(user_idx, item_idx, move_user, move_item)
            rmse = np.sqrt(total / len(known))
            print(index, rmse)


table = np.array([[5., 3., 0., 1.], [4., 0., 2., 1.], [1., 1., 5., 0.]])
model = FactorRecommender(table)
model.learn()
