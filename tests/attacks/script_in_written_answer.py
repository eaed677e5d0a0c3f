"""Writes scripts, event handlers and javascript links into the written answer, which a person reads."""

ANSWERS = {
    "why": """
Because <script>alert(1)</script> <b onmouseover="alert(1)">of</b> [this](javascript:alert%281%29) &
<a href="JaVaScRiPt:alert(1)">that</a> <math><mi xlink:href="data:x,<script>alert(1)</script>"></mi></math>
<img src="http://127.0.0.1:@PORT@/pixel.gif"> <video><source onerror=alert(1)></video> ![](//127.0.0.1:@PORT@/y.png)
<input onfocus=alert(1) autofocus> <textarea></textarea></textarea><script>alert(1)</script>
""",
}
