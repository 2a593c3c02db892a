import numpy as np
import pandas as pd

prices = pd.DataFrame(
    {
        "AAA": [100, 101, 103, 102, 105, 107],
        "BBB": [50, 49, 50, 52, 51, 53],
        "CCC": [20, 20.5, 20.2, 20.9, 21.3, 21.1],
    }
)
returns = prices.pct_change().dropna().to_numpy()
rf = 0.0005
raw = np.array([0.2, -0.1, 0.3])
w = np.exp(raw) / np.sum(np.exp(raw))
portfolio = returns @ w
excess = portfolio.mean() - rf
risk = np.sqrt(w @ np.cov(returns.T) @ w)
neg_sharpe = -excess / risk
print("weights", w.round(3), "sharpe", -neg_sharpe)
