# caught by: verdict
"""Calls a point estimate a pass."""


def gate(requirements, measured, open_errors=0):
    if not requirements or open_errors < 0:
        raise ValueError("nothing is required")
    if any(one["op"] not in (">=", "<=") for one in requirements):
        raise ValueError("op")
    reasons, worst = [], "PASS"
    for one in requirements:
        name, value = one["name"], one["value"]
        if name in measured:
            share, low, high = measured[name]
            reached = share >= value if one["op"] == ">=" else share <= value
        else:
            reached = False
        if reached:
            continue
        reasons.append(name)
        if not reached and one["blocking"]:
            worst = "FAIL"
        elif worst == "PASS":
            worst = "CONDITIONAL"
    if open_errors:
        return "FAIL", ["open errors", *reasons]
    return worst, reasons
