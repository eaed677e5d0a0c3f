"""The checks of a packet: small functions in a registry, each with an id, points and one plain message."""

from course_lib.packet.checks import (
    claims,
    controls,
    copies,
    cost,
    data,
    decisions,
    evaluation,
    evidence,
    gate,
    prose,
    risk,
    structure,
    use_case,
)
from course_lib.packet.checks.core import CHECKS, Check, Finding, Report, check_packet

# Importing them registers their checks.
SECTIONS = (
    structure,
    copies,
    use_case,
    risk,
    data,
    claims,
    evidence,
    cost,
    evaluation,
    decisions,
    controls,
    prose,
    gate,
)

__all__ = ["CHECKS", "SECTIONS", "Check", "Finding", "Report", "check_packet"]
