"""The checks of a packet: small functions in a registry, each with an id, points and one plain message."""

from course_lib.packet.checks import decisions, evidence, risk, structure, use_case
from course_lib.packet.checks.core import CHECKS, Check, Finding, Report, check_packet

SECTIONS = (structure, use_case, risk, evidence, decisions)  # importing them registers their checks

__all__ = ["CHECKS", "SECTIONS", "Check", "Finding", "Report", "check_packet"]
