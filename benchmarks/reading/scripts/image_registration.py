import numpy as np
from scipy.ndimage import map_coordinates

yy, xx = np.mgrid[0:6, 0:6]
fixed = np.exp(-((xx - 2.6) ** 2 + (yy - 3.1) ** 2) / 3)
moving = np.exp(-((xx - 2.0) ** 2 + (yy - 2.5) ** 2) / 3)
shift = np.array([0.3, 0.2])
warped = map_coordinates(moving, [yy - shift[0], xx - shift[1]], order=1, mode="nearest")
ssd = np.sum((warped - fixed) ** 2)
print("ssd", ssd)
