"""Personal data in texts: a scan for e-mail addresses, phone numbers and IBANs."""

from __future__ import annotations

import re

EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
PHONE = re.compile(r"(?<![\w.,/-])(?:\+\d{1,3}|00[1-9]\d{0,2}(?=[ ./-]))(?:[ ./()-]{0,2}\d){6,12}(?![\w-])")


def scan_personal_data(text: str) -> list[str]:
    """Every e-mail address, IBAN and international phone number in a text, in the order of these three kinds.

    Finds written forms, not people: a name or a diagnosis is not seen.
    """
    found = [mail.group() for mail in EMAIL.finditer(text)]
    found += [iban.group() for iban in IBAN.finditer(text)]
    return found + [phone.group() for phone in PHONE.finditer(IBAN.sub(" ", text))]
