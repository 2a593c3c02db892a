"""CS231n, Backpropagation, Intuitions: f = (x + y) z."""

x = -2.0
y = 5.0
z = -4.0
q = x + y
loss = q * z

dq = z
dz = q
dx = dq
dy = dq
