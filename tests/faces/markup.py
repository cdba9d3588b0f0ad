"""What a strict content security policy would block in a page."""

import re

TAG = re.compile(r"<[a-zA-Z][^<>]*", re.DOTALL)
STYLE_OR_HANDLER = re.compile(r"\s(style|on[a-z]+|hx-on[:\w-]*)\s*=", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)


def inline_faults(text: str) -> list[str]:
    """Return what a strict policy would block in a template's text."""
    faults = [tag for tag in TAG.findall(text) if STYLE_OR_HANDLER.search(tag)]
    faults += [
        match.group(0)
        for match in SCRIPT.finditer(text)
        if "src=" not in match.group(1) and "application/json" not in match.group(1)
    ]
    faults += re.findall(r"<style\b|javascript:", text, re.IGNORECASE)
    return faults
