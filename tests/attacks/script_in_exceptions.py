"""Raises errors whose names, texts and source lines are scripts, in cells and in checked functions."""

ANSWERS = {
    "double": """
def double(x):
    kind = type("<script>alert(1)</script>", (Exception,), {})
    raise kind("</pre><script>alert(1)</script><img src=x onerror=alert(1)>")


double(1)  # </pre></div><script>alert(1)</script>
""",
    "twice": """
kind = type('x" onload="alert(1)', (AssertionError,), {})
raise kind("\\x1b[31m<script>alert(1)</script>\\x1b]8;;javascript:alert(1)\\x07x")
""",
}
