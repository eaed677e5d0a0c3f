"""Displays JavaScript, LaTeX, Markdown, PDF, widgets and types of its own that a page might run."""

ANSWERS = {
    "double": """
from IPython.display import Javascript, Latex, Markdown, display

CODE = "alert(1)"
display(Javascript(CODE))
display(Latex(r"$\\\\href{javascript:alert(1)}{x} \\\\unicode{<script>alert(1)</script>}$"))
display(Markdown("<script>alert(1)</script> [x](javascript:alert(1)) ![x](http://127.0.0.1:@PORT@/x.png)"))
for kind in ("application/javascript", "text/html", "application/pdf", "application/vnd.plotly.v1+json",
    "application/vnd.jupyter.widget-view+json", "text/vnd.mermaid", "application/vnd.course.checks+json",
    "<script>alert(1)</script>", 'x" onload="alert(1)'):
    display({kind: f"<script>{CODE}</script>", "text/plain": "x"}, raw=True)
""",
}
