import numpy as np
g, dt, drag = 9.81, 0.02, 0.1
speed, angle = 12.0, 0.7
goal = 9.0
pos = np.array([0.0, 0.0])
vel = speed * np.array([np.cos(angle), np.sin(angle)])
for _ in range(40):
    acc = np.array([0.0, -g]) - drag * np.linalg.norm(vel) * vel
    vel = vel + dt * acc
    pos = pos + dt * vel
miss = (pos[0] - goal) ** 2
print(miss)
