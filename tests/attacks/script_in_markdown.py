"""Adds Markdown and raw cells with scripts, javascript links, remote pictures and attachments."""

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_raw_cell

TEXT = """
<script>alert(1)</script> <img src=x onerror=alert(1)> <svg/onload=alert(1)> <a href=" &#106;avascript:alert(1)">x</a>

[x](javascript:alert(1)) [y](data:text/html,<script>alert(1)</script>) ![z](http://127.0.0.1:@PORT@/x.png)
![a](attachment:a.svg) <style>* {background: url(http://127.0.0.1:@PORT@/)}</style> $\\href{javascript:alert(1)}{x}$
</div></body><script src="//127.0.0.1:@PORT@/x.js"></script> <iframe srcdoc="<script>alert(1)</script>"></iframe>

```js" onload="alert(1)
</code></pre><script>alert(1)</script>
```
"""
PICTURE = {"a.svg": {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"}}


def notebook(nb: NotebookNode) -> NotebookNode:
    nb.cells.insert(0, new_markdown_cell(TEXT, id="first", attachments=PICTURE))
    nb.cells.append(new_markdown_cell(TEXT, id="last", attachments=PICTURE))
    nb.cells.append(
        new_raw_cell(TEXT, id="raw", metadata={"raw_mimetype": "text/html", "format": "text/html"})
    )
    return nb
