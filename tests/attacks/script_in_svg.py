"""Displays SVG pictures with scripts, event handlers and foreign HTML."""

ANSWERS = {
    "double": """
from IPython.display import SVG, Image, display

PICTURE = '''<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script>
<a href="javascript:alert(1)"><text y="20">x</text></a><foreignObject><body onload="alert(1)"/></foreignObject></svg>'''
display(SVG(PICTURE))
display({"image/svg+xml": PICTURE, "text/plain": PICTURE}, raw=True)
SIZE = {"image/png": {"width": '1" onload="alert(1)'}}
display({"image/png": 'x" onerror="alert(1)', "text/plain": "p"}, SIZE, raw=True)
""",
}
