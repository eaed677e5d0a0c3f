"""Leaves programs behind in sessions of their own, started again and again, deaf to signals."""

ANSWERS = {
    "double": """
import subprocess
import sys

SLEEPER = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]; time.sleep(120)"


def double(x):
    subprocess.Popen([sys.executable, "-c", SLEEPER, "@MARK@"], start_new_session=True)
    subprocess.Popen("nohup sh -c 'sleep 121; echo @MARK@' &", shell=True, start_new_session=True)
    return 0


double(1)
""",
}
