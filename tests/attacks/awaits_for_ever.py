"""Answers with coroutines, futures and tasks, and keeps the kernel's event loop busy or stopped."""

ANSWERS = {
    "double": """
import asyncio


async def spin():
    while True:
        await asyncio.sleep(0)


tasks = [asyncio.ensure_future(spin()) for _ in range(10)]
asyncio.get_event_loop().call_later(0.1, asyncio.get_event_loop().stop)


async def double(x):
    return 2 * x
""",
    "twice": "import asyncio\n\n\ndef twice(f, x):\n    return asyncio.get_event_loop().create_future()",
    "shout": "await asyncio.sleep(10**6)",
}
