"""Reads a page in Prometheus' text format (version 0.0.4), strictly: what Prometheus would refuse is an error here too."""

import re
import urllib.request
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
_ESCAPE = re.compile(r'\\(["\\n])')


class PageError(Exception):
    """The page is not valid."""


@dataclass
class Page:
    # name -> {frozenset of (label, value) pairs: value}
    samples: dict = field(default_factory=dict)

    def series(self, name, **labels):
        """The samples of `name` that carry all these labels, as a list of (labels, value)."""
        wanted = labels.items()
        rows = ((dict(key), value) for key, value in self.samples.get(name, {}).items())
        return [(key, value) for key, value in rows if wanted <= key.items()]

    def value(self, name, **labels):
        """The one sample with these labels; None when there is none."""
        found = self.series(name, **labels)
        if len(found) > 1:
            raise PageError(f"{name}{labels} is ambiguous: {len(found)} series")
        return found[0][1] if found else None


def _unescape(text):
    return _ESCAPE.sub(lambda match: "\n" if match[1] == "n" else match[1], text)


def _labels(line, at):
    """The labels that begin after '{' at `at`, and the position after '}'."""
    result = {}
    while line[at] != "}":
        match = _LABEL.match(line, at)
        if not match:
            raise PageError(f"bad labels: {line}")
        if match[1] in result:
            raise PageError(f"label {match[1]} twice: {line}")
        result[match[1]] = _unescape(match[2])
        at = match.end()
        if line[at] == ",":
            at += 1
    return result, at + 1


def parse(text):
    page = Page()
    if text and not text.endswith("\n"):
        raise PageError("the page does not end with a line feed: it is cut off")
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        match = _NAME.match(line)
        if not match:
            raise PageError(f"no metric name: {line}")
        at, labels = match.end(), {}
        if line[at : at + 1] == "{":
            try:
                labels, at = _labels(line, at + 1)
            except IndexError as error:
                raise PageError(f"labels without end: {line}") from error
        family = page.samples.setdefault(match[0], {})
        key = frozenset(labels.items())
        if key in family:
            raise PageError(f"series twice: {line}")
        try:
            family[key] = float(line[at:].split()[0])
        except (IndexError, ValueError) as error:
            raise PageError(f"no value: {line}") from error
    return page


def fetch_text(url, timeout=10.0):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read().decode("utf-8")


def fetch(url, timeout=10.0):
    """The page at `url` (for example http://127.0.0.1:9308/metrics)."""
    return parse(fetch_text(url, timeout))
