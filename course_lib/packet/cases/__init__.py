"""Three use cases with course data, made by the course's own code with a fixed seed, and systems that answer them.

A packet about another use case measures on one of these as a stand-in and says so in `limits`.
"""

from __future__ import annotations

from functools import cache

from course_lib.packet.cases.base import LANGUAGES, Case, Item, Probe, Topic
from course_lib.packet.cases.personal_data import scan_personal_data
from course_lib.packet.cases.readers import CONTEXT_SYSTEM, SEARCH_SYSTEM, context_probes, read, search
from course_lib.packet.cases.systems import SYSTEMS, System
from course_lib.packet.files import PacketError

VERSION = "v1"
CASE_NAMES = ("ticket-triage", "contract-clauses", "policy-questions")
DATA_IDS = tuple(f"{name}@{VERSION}" for name in CASE_NAMES)
__all__ = [
    "CASE_NAMES",
    "CONTEXT_SYSTEM",
    "DATA_IDS",
    "LANGUAGES",
    "SEARCH_SYSTEM",
    "SYSTEMS",
    "Case",
    "Item",
    "Probe",
    "System",
    "Topic",
    "case_for",
    "context_probes",
    "get_case",
    "read",
    "scan_personal_data",
    "search",
]


def case_for(use_case_id: str) -> str:
    """The data_id that a use case measures on: its own, or the tickets as a stand-in."""
    return f"{use_case_id if use_case_id in CASE_NAMES else CASE_NAMES[0]}@{VERSION}"


@cache
def get_case(data_id: str) -> Case:
    """The case with a data_id such as 'ticket-triage@v1'; PacketError for an unknown one."""
    from course_lib.packet.cases import clauses, questions, tickets
    from course_lib.packet.cases.build import Frame, make_case

    modules = dict(zip(DATA_IDS, (tickets, clauses, questions), strict=True))
    if data_id not in modules:
        raise PacketError(f"There is no course data '{data_id}'; choose from {', '.join(DATA_IDS)}.")
    module = modules[data_id]
    return make_case(data_id, module.TASK, module.TOPICS, Frame(module.BEFORE, module.AFTER))
