xs = [1.0, 2.0, 3.0, 4.0, 5.0]
ys = [2.2, 4.1, 6.2, 7.9, 10.1]

slope = 0.5
intercept = 0.1
rate = 0.01

for step in range(500):
    total = 0
    d_slope = 0
    d_intercept = 0
    for i in range(len(xs)):
        error = slope * xs[i] + intercept - ys[i]
        total += error**2 / len(xs)
        d_slope += 2 * error * xs[i] / len(xs)
        d_intercept += 2 * error / len(xs)
    if step % 100 == 0:
        print(step, total)
    slope -= rate * d_slope
    intercept -= rate * d_intercept
