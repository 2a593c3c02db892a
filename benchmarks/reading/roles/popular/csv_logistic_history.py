import csv, io, os
import numpy as np
TEXT = "5.1,3.5,1.4,0.2,a\n4.9,3.0,1.4,0.2,a\n6.4,3.2,4.5,1.5,b\n6.9,3.1,4.9,1.5,b\n"
rows = list(csv.reader(io.StringIO(TEXT)))
X = np.array([[float(v) for v in r[:4]] for r in rows]); labels = [r[4] for r in rows]
y = np.array([1.0 if l == "b" else 0.0 for l in labels]).reshape(-1, 1)
X = (X - X.mean(axis=0)) / X.std(axis=0)
w = np.zeros((4, 1)); b = 0.0; lr = 0.5; history = []
for epoch in range(10):
    p = 1/(1+np.exp(-(X.dot(w)+b)))
    loss = -np.mean(y*np.log(p)+(1-y)*np.log(1-p))
    history.append(loss)
    dz = (p-y)/len(X); w -= lr*X.T.dot(dz); b -= lr*dz.sum()
    acc = ((p > 0.5) == y).mean()
    msg = "epoch {} loss {:.4f} acc {:.2%}".format(epoch, loss, acc); print(msg)
with open(os.devnull, "w") as f:
    f.write("\n".join(str(h) for h in history))
