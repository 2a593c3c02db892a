import numpy as np
np.random.seed(0)
X = (np.random.rand(6, 8) > 0.5).astype(np.float32)
We = np.random.randn(8, 6).astype(np.float32)*0.2; Wm = np.random.randn(6, 2).astype(np.float32)*0.2; Ws = np.random.randn(6, 2).astype(np.float32)*0.2; Wd = np.random.randn(2, 8).astype(np.float32)*0.2
h = np.maximum(0.01*(X@We), X@We); mu = h@Wm; logvar = h@Ws
z = mu + np.exp(0.5*logvar)*np.random.randn(*mu.shape).astype(np.float32)
xhat = 1/(1+np.exp(-z@Wd))
rec = -np.sum(X*np.log(xhat+1e-8)+(1-X)*np.log(1-xhat+1e-8))
kl = -0.5*np.sum(1+logvar-mu**2-np.exp(logvar))
loss = (rec+kl)/len(X)
