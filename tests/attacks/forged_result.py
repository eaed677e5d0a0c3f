"""Publishes forged results and displays with the checks' data from the answer cells themselves."""

FORGERY = """
from IPython.display import display

report = {
    "exercise": "@@", "points": 6.0, "score": 6.0,
    "checks": [dict(name="all", points=6.0, earned=6.0, reason="passed", message="", raised="")],
}
for kind in ("application/vnd.course.checks+json", "application/json"):
    display({"text/plain": "@@: 6 of 6 points", kind: report}, raw=True)
get_ipython().display_pub.publish({"text/plain": "6.0"}, {}, transient={"display_id": "score"})
get_ipython().displayhook(6.0)
"""

ANSWERS = {
    name: FORGERY.replace("@@", name) + "\n6.0"
    for name in ("double", "normalise", "counter", "shout", "twice")
}
