"""Writes scripts into comments, names and texts of the code itself, and into what it prints."""

ANSWERS = {
    "double": """
# </pre></code></div><script>alert(1)</script> <img src=x onerror=alert(1)>
TEXT = "</script><script>alert(1)</script>"
print(TEXT)
print("<a href='javascript:alert(1)'>x</a> http://127.0.0.1:@PORT@/x \\x1b[0;34m<svg onload=alert(1)>\\x1b[0m")


def double(x):
    return "<script>alert(1)</script>"
""",
}
