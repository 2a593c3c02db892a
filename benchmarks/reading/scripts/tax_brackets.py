import numpy as np

brackets = np.array([0.0, 12.0, 40.0])
incomes = np.array([8.0, 20.0, 35.0, 90.0])
rates = np.array([0.05, 0.2, 0.4])
needed = 25.0
widths = np.append(np.diff(brackets), np.inf)
due = 0
for rate, low, width in zip(rates, brackets, widths):
    due = due + rate * np.minimum(np.maximum(incomes - low, 0), width)
gap = (due.sum() - needed) ** 2
print(due, gap)
