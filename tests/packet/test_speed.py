"""A full packet is checked in a moment, as a learner does it, without loading what only measuring needs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

BUDGET = 10.0  # seconds, generous for a busy machine; about 1 on an idle one


def test_a_full_packet_is_checked_in_a_moment(complete_full_packet: Path) -> None:
    code = (
        "import runpy, sys, atexit;"
        "atexit.register(lambda: print(*sorted({'torch', 'numpy'} & set(sys.modules)), file=sys.stderr));"
        f"sys.argv = ['course', 'packet', 'check', {str(complete_full_packet)!r}, '--lesson', '04', '--json'];"
        "runpy.run_module('course_lib', run_name='__main__')"
    )
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    assert len(json.loads(done.stdout)["checks"]) >= 69
    assert done.stderr.split() == []
    assert seconds < BUDGET
