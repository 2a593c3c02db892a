points = [[32.5, 31.7], [53.4, 68.8], [61.5, 62.6], [47.5, 71.5], [59.8, 87.2]]


def error_of_line(b, m, points):
    total = 0
    for i in range(0, len(points)):
        x = points[i][0]
        y = points[i][1]
        total += (y - (m * x + b)) ** 2
    return total / float(len(points))


def one_step(b_now, m_now, points, step):
    slope_b = 0
    slope_m = 0
    N = float(len(points))
    for i in range(0, len(points)):
        x = points[i][0]
        y = points[i][1]
        slope_b += -(2 / N) * (y - ((m_now * x) + b_now))
        slope_m += -(2 / N) * x * (y - ((m_now * x) + b_now))
    next_b = b_now - (step * slope_b)
    next_m = m_now - (step * slope_m)
    return [next_b, next_m]


learning_rate = 0.0001
b = 0
m = 0
print("error = {0}".format(error_of_line(b, m, points)))
for i in range(3):
    b, m = one_step(b, m, points, learning_rate)
print(
    "b = {0}, m = {1}, error = {2}".format(
        b, m, error_of_line(b, m, points)
    )
)
