import numpy as np
X = np.array([ [0,0,1],[0,1,1],[1,0,1],[1,1,1] ])
y = np.array([[0,1,1,0]]).T
np.random.seed(1)
wa = 2*np.random.random((3,4)) - 1
wb = 2*np.random.random((4,1)) - 1
for j in range(3):
    ha = 1/(1+np.exp(-(np.dot(X,wa))))
    hb = 1/(1+np.exp(-(np.dot(ha,wb))))
    db = (y - hb)*(hb*(1-hb))
    da = db.dot(wb.T) * (ha * (1-ha))
    wb += ha.T.dot(db)
    wa += X.T.dot(da)
