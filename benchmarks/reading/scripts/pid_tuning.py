"""How bad are these PID gains? Integral of time-weighted absolute error."""
import numpy as np

dt, setpoint = 0.1, 1.0
Kp, Ki, Kd = 2.0, 0.8, 0.3

position, velocity, integral = 0.0, 0.0, 0.0
previous_error = setpoint
trace = []
cost = 0.0
for k in range(25):
    error = setpoint - position
    integral = integral + error * dt
    derivative = (error - previous_error) / dt
    force = Kp * error + Ki * integral + Kd * derivative
    previous_error = error
    velocity = velocity + (force - 0.5 * velocity) * dt
    position = position + velocity * dt
    trace.append(position)
    cost = cost + k * dt * abs(error)
print(cost)
