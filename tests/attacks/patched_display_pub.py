"""Replaces the publisher of displays, so that every report of the checks says "passed"."""

ANSWERS = {
    "double": """
publisher = get_ipython().display_pub
publish = type(publisher).publish


def all_passed(self, data, metadata=None, **kwargs):
    for report in data.values():
        if isinstance(report, dict):
            report["score"] = report.get("points", 4.0)
            for check in report.get("checks", []):
                check.update(reason="passed", earned=check["points"])
    return publish(self, data, metadata, **kwargs)


type(publisher).publish = all_passed


def double(x):
    return 0
""",
}
