"""First the state of each, then the verdict."""


def gate(requirements, measured, open_errors=0):
    if len(requirements) == 0 or open_errors < 0:
        raise ValueError("nothing required")
    states = {}
    for one in requirements:
        if one["op"] not in {">=", "<="}:
            raise ValueError(one["op"])
        if one["name"] not in measured:
            states[one["name"]] = "unmeasured"
            continue
        share, low, high = measured[one["name"]]
        if one["op"] == ">=":
            states[one["name"]] = (
                "unmet" if share < one["value"] else "met" if low >= one["value"] else "point"
            )
        else:
            states[one["name"]] = (
                "unmet" if share > one["value"] else "met" if high <= one["value"] else "point"
            )
    reasons = [name for name, state in states.items() if state != "met"]
    blocked = any(one["blocking"] and states[one["name"]] in ("unmet", "unmeasured") for one in requirements)
    if open_errors > 0:
        reasons.insert(0, "open errors")
    if blocked or open_errors:
        return "FAIL", reasons
    return ("CONDITIONAL", reasons) if reasons else ("PASS", [])
