"""Numbers for verdicts, the largest wins."""


def gate(requirements: list, measured: dict, open_errors: int = 0) -> tuple:
    import operator

    ops = {">=": (operator.ge, 1), "<=": (operator.le, 2)}
    if not requirements or open_errors < 0 or {r["op"] for r in requirements} - set(ops):
        raise ValueError("no gate")
    names = ["PASS", "CONDITIONAL", "FAIL"]
    worst = 2 if open_errors else 0
    reasons = ["open errors"] if open_errors else []
    for r in requirements:
        reaches, end = ops[r["op"]]
        row = measured.get(r["name"])
        if row is not None and reaches(row[0], r["value"]):
            rank = 0 if reaches(row[end], r["value"]) else 1
        else:
            rank = 2 if r["blocking"] else 1
        if rank:
            reasons.append(r["name"])
        worst = max(worst, rank)
    return names[worst], reasons
