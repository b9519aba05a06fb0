"""Whether recovery did what it may: its journal, held against what was done to the connectors and what Connect said of them."""

import collections
import sqlite3
from dataclasses import dataclass

import soak_estate
from soak_estate import FLAPPING, HEALTHY, LASTING, PASSING, POISONED, STRUCK

BUDGET = 6  # a minute; this and the next two are the policy's defaults
ATTEMPTS = 5
BASE, JITTER = 15.0, 0.2


@dataclass
class Attempt:
    at: float
    connector: str
    number: int
    failure: str
    outcome: str
    words: str
    verdict: str

    @property
    def sent(self):
        """Whether Connect saw it: "not sent" was found out by a last look."""
        return not (self.words or "").startswith("not sent")


@dataclass
class Decision:
    at: float
    connector: str
    action: str
    why: str
    failure: str


def read(folder):
    with sqlite3.connect(f"file:{folder}/state/klaxon.db?mode=ro", uri=True) as journal:
        attempts = [
            Attempt(row[0] / 1000, *row[1:])
            for row in journal.execute("SELECT at, connector, number, class, outcome, words, coalesce(verdict, '') FROM recovery_attempts ORDER BY id")
        ]
        decisions = [Decision(row[0] / 1000, *row[1:]) for row in journal.execute("SELECT at, connector, action, why, class FROM recovery_decisions ORDER BY id")]
    return attempts, decisions


def over_budget(attempts):
    sent = sorted(each.at for each in attempts)
    return [f"{len(some)} restarts within a minute" for at in sent if len(some := [other for other in sent if at <= other < at + 60]) > BUDGET]


def without_need(attempts, watch):
    """Sent to what had not failed, as REST told it around then; its answers may be a few seconds old."""
    return [f"{each.connector} at {each.at:.1f}" for each in attempts if each.sent and not watch.failed_around(each.connector, each.at, 3, 1)]


def too_early(attempts):
    wrong = []
    last = {}
    for each in attempts:
        before = last.get(each.connector)
        if before and each.number > before.number:
            least = BASE * 2 ** (before.number - 1) * (1 - JITTER)
            if each.at - before.at < least - 0.5:
                wrong.append(f"{each.connector}: restart {each.number} {each.at - before.at:.1f} s after the one before, not {least:.1f}")
        if each.outcome in ("accepted", "unknown"):
            last[each.connector] = each
    return wrong


def while_given_up(attempts, decisions):
    """Restarts of what was in quarantine, until its next other decision that lets it go."""
    wrong, given_up = [], {}
    steps = [(each.at, 0, each) for each in decisions] + [(each.at, 1, each) for each in attempts]
    for _, kind, each in sorted(steps, key=lambda step: step[:2]):
        if kind == 0:
            given_up[each.connector] = each.action in ("quarantine", "exhausted")
        elif given_up.get(each.connector):
            wrong.append(f"{each.connector} at {each.at:.1f}")
    return wrong


def while_paused(attempts, pauses):
    return [f"{each.connector} at {each.at:.1f}" for each in attempts if each.sent and any(name == each.connector and begun <= each.at <= ended for name, begun, ended in pauses)]


def too_many(attempts, done):
    """`done`: (connector, fault) of what no restart heals."""
    count = collections.Counter(each.connector for each in attempts if each.sent and each.failure in ("authorization", "data_loss_risk"))
    allowed = {name: 1 if LASTING[fault][1] == "authorization" else 0 for name, fault in done}
    wrong = [f"{name}: {number} restarts, {allowed.get(name, 0)} allowed" for name, number in count.items() if number > allowed.get(name, 0)]
    return wrong + [f"{each.connector}: restart {each.number}" for each in attempts if each.number > ATTEMPTS]


def wrongly_given_up(decisions, done):
    """Quarantines and ends of patience where none belongs, or of another class than the fault's."""
    classes = {name: LASTING[fault][1] for name, fault in done} | {name: "poison_record" for name in POISONED}
    wrong = []
    for each in decisions:
        if each.action in ("quarantine", "exhausted") and each.connector not in FLAPPING:
            if each.action != "quarantine" or classes.get(each.connector) != each.failure:
                wrong.append(f"{each.connector}: {each.action} {each.failure}: {each.why}")
    return wrong


def wrong_classes(attempts, faults):
    """`faults`: connector -> names of faults that it was struck by."""
    known = {name: cls for name, (_, cls, _) in PASSING.items()} | {name: cls for name, (_, cls) in LASTING.items()}
    wrong = []
    for each in attempts:
        allowed = {known[fault] for fault in faults.get(each.connector, ())}
        if each.connector in STRUCK and each.failure not in allowed:
            wrong.append(f"{each.connector}: {each.failure}, struck by {allowed}")
    return wrong


def misplaced(decisions, places):
    """`places`: connector -> topic-partition@offset of the bad record."""
    told = {each.connector: each.why for each in decisions if each.action == "quarantine" and each.connector in places}
    return [f"{name}: {told.get(name, 'never in quarantine')} instead of {place}" for name, place in places.items() if not told.get(name, "").endswith(" " + place)]


def judge(folder, watch, story):
    """Sentence -> what is wrong with it; empty: it holds."""
    attempts, decisions = read(folder)
    return {
        "no healthy connector was restarted": [each.connector for each in attempts if each.connector in HEALTHY],
        "nothing was restarted that had not failed": without_need(attempts, watch),
        "the budget held in every minute": over_budget(attempts),
        "every back-off was waited for": too_early(attempts),
        "nothing in quarantine was restarted": while_given_up(attempts, decisions),
        "nothing that somebody had paused was restarted": while_paused(attempts, story.pauses),
        "no more attempts than each class allows": too_many(attempts, story.lasting),
        "nothing was given up that can be healed, and what was by its own class": wrongly_given_up(decisions, story.lasting),
        "every failure was given the class of its fault": wrong_classes(attempts, story.faults),
        "each poison record was told by its place": misplaced(decisions, story.places),
        "what no restart heals was found out": [name for name, _ in story.lasting if not any(each.connector == name and each.action == "quarantine" for each in decisions)],
        "everything that can be healed runs": [name for name in soak_estate.TWENTY if name not in FLAPPING and watch.failed_now(name)],
    }


def without_verdict(folder):
    """Restarts that were not seen to have helped."""
    return [f"{each.connector}: {each.outcome} {each.verdict}" for each in read(folder)[0] if each.outcome != "accepted" or each.verdict not in ("recovered", "")]
