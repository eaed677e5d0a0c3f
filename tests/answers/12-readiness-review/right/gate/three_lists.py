"""Collects three lists and joins them in order."""


def gate(requirements, measured, open_errors=0):
    if not requirements:
        raise ValueError("a gate without requirements")
    if open_errors < 0:
        raise ValueError("errors")
    for one in requirements:
        if one["op"] != ">=" and one["op"] != "<=":
            raise ValueError("op")

    def point_holds(one):
        if one["name"] not in measured:
            return False
        share = measured[one["name"]][0]
        return share >= one["value"] if one["op"] == ">=" else share <= one["value"]

    def bound_holds(one):
        _, low, high = measured[one["name"]]
        return low >= one["value"] if one["op"] == ">=" else high <= one["value"]

    lost = [one["name"] for one in requirements if not point_holds(one)]
    shaky = [one["name"] for one in requirements if point_holds(one) and not bound_holds(one)]
    blocked = [one["name"] for one in requirements if one["name"] in lost and one["blocking"]]
    reasons = ["open errors"] * bool(open_errors) + [
        one["name"] for one in requirements if one["name"] in lost or one["name"] in shaky
    ]
    if open_errors or blocked:
        return "FAIL", reasons
    if lost or shaky:
        return "CONDITIONAL", reasons
    return "PASS", reasons
