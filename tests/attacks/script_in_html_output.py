"""Displays HTML with scripts, event handlers, frames, forms and pictures from elsewhere."""

ANSWERS = {
    "double": """
from IPython.display import HTML, display

for text in (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<object data='http://127.0.0.1:@PORT@/'></object><embed src='//127.0.0.1:@PORT@/'>",
    "<link rel=stylesheet href='http://127.0.0.1:@PORT@/x.css'><style>@import '//127.0.0.1:@PORT@/y.css';</style>",
    "<form action='javascript:alert(1)'><button autofocus onfocus=alert(1)>x</button></form>",
    "<base href='http://127.0.0.1:@PORT@/'><meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
):
    display(HTML(text))
    print(text)
HTML("<details open ontoggle=alert(1)>")
""",
}
