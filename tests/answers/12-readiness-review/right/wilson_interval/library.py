"""Asks the library, with z turned into a confidence."""


def wilson_interval(right, n, z=1.959964):
    from statistics import NormalDist

    from course_lib.evaluation.intervals import wilson_interval as theirs

    if z <= 0:
        raise ValueError("z must be above 0")
    if z < 5:
        return theirs(right, n, 2 * NormalDist().cdf(z) - 1)
    theirs(right, n)
    s, zz = right / n, z * z
    c = (s + zz / (2 * n)) / (1 + zz / n)
    h = z / (1 + zz / n) * math.sqrt(s * (1 - s) / n + zz / (4 * n * n))
    return (0.0 if right == 0 else c - h, 1.0 if right == n else c + h)
