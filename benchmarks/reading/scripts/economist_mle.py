import numpy as np
import pandas as pd
from scipy import stats

data = pd.DataFrame({"y": [1, 0, 1, 1, 0, 0], "x": [0.3, -1.2, 1.4, 0.7, -0.3, 0.1]})
endog = data["y"].to_numpy()
exog = np.column_stack([np.ones(len(data)), data["x"]])
b = np.array([0.1, 0.5])
xb = exog @ b
p = stats.norm.cdf(xb)
negll = -np.sum(endog * np.log(p) + (1 - endog) * np.log(1 - p))
print(negll)
