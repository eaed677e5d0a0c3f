"""Ends the process from inside a function: os._exit with success, sys.exit, quit."""

ANSWERS = {
    "double": "import os\n\n\ndef double(x):\n    os._exit(0)",
    "normalise": "import sys\n\n\ndef normalise(t):\n    sys.exit(0)",
    "counter": "class Counter:\n    def __init__(self, start):\n        get_ipython().ask_exit()\n        quit()",
    "shout": "def shout(text):\n    get_ipython().kernel.do_shutdown(False)\n    raise SystemExit(0)",
}
