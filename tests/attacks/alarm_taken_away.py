"""Takes the alarm that limits a check away: other handlers, no timer, blocked signals; and then never ends."""

ANSWERS = {
    "double": """
import signal


def double(x):
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    signal.setitimer = signal.signal = lambda *args: None
    while True:
        pass
""",
}
