# caught by: verdict
"""The last requirement decides: a later CONDITIONAL takes back a FAIL."""


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
            if one["op"] == ">=":
                reached, sure = share >= value, low >= value
            else:
                reached, sure = share <= value, high <= value
        else:
            reached = sure = False
        if reached and sure:
            continue
        reasons.append(name)
        worst = "FAIL" if not reached and one["blocking"] else "CONDITIONAL"
    if open_errors:
        return "FAIL", ["open errors", *reasons]
    return worst, reasons
