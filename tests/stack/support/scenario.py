"""What every scenario uses: the stack, the programs of `kt`, a running klaxon, waiting, and a clean end.

A scenario is a function run(case) given to main(). It skips (77) where the stack cannot be had, which with CI=true is a
failure instead. Everything that was started is ended, also on an error or SIGTERM.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import running_klaxon

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKIP = 77


class Failed(Exception):
    """A check did not hold; the text is the sentence for people."""


class Skipped(Exception):
    """Something is missing on this machine."""


def check(holds, sentence):
    if not holds:
        raise Failed(sentence)
    note(f"ok: {sentence}")


def note(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def wait_until(what, limit, condition, pause=0.1):
    """Waits until condition() is true and returns the seconds it took. The limit is generous: reaching it is a failure.

    A condition may return a non-empty string instead: why it does not hold yet, for the failure's text.
    """
    begun = time.monotonic()
    while True:
        answer = condition()
        if answer is True:
            return time.monotonic() - begun
        if time.monotonic() - begun > limit:
            raise Failed(f"not seen within {limit:g} s: {what}" + (f" ({answer})" if answer else ""))
        time.sleep(pause)


class Stack:
    """The components of one scenario in a folder of their own."""

    def __init__(self, folder):
        self.folder = folder
        self._environment = dict(os.environ, KLAXON_STACK_DIR=folder)

    def set(self, **variables):
        """Environment variables of later runs."""
        self._environment.update(variables)

    def run(self, *arguments):
        begun = time.monotonic()
        done = subprocess.run([os.path.join(HERE, "stack"), *arguments], env=self._environment, stdin=subprocess.DEVNULL, timeout=900)
        if done.returncode == SKIP:
            raise Skipped("the real test stack cannot be installed here")
        if done.returncode != 0:
            raise Failed(f"stack {' '.join(arguments)} ended with {done.returncode}")
        if arguments[0] not in ("install", "down"):
            note(f"stack {' '.join(arguments)}: {time.monotonic() - begun:.1f} s")

    def describe(self, name):
        """What the stack says of a component that is up."""
        with open(os.path.join(self.folder, name + ".json"), encoding="utf-8") as file:
            return json.load(file)

    def bootstrap(self, name):
        return self.describe(name)["bootstrap"]

    def url(self, name):
        return self.describe(name)["url"]

    def address(self, name, node):
        return next(row["address"] for row in self.describe(name)["nodes"] if row["id"] == node)

    def advertise(self, name, node, host):
        """Gives a stopped broker another advertised name, which it uses from its next start on."""
        path = os.path.join(self.folder, name, f"node-{node}.properties")
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        port = self.address(name, node).rsplit(":", 1)[1]
        changed = [f"advertised.listeners=PLAINTEXT://{host}:{port}" if line.startswith("advertised.listeners=") else line for line in lines]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(changed) + "\n")


class Program:
    """A program of kt that runs until its standard input is closed."""

    def __init__(self, folder, tool, **options):
        self._log = open(os.path.join(folder, f"{tool}.log"), "a", encoding="utf-8")
        command = [os.path.join(HERE, "kt"), tool]
        for name, value in options.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True)
        self._tool = tool

    def first_line(self):
        """What the program prints once it is ready. Its own deadlines end it when it never is."""
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"kt {self._tool} ended with {self.process.wait()} (log: {self._log.name})")
        return json.loads(line)

    def stop(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()


class Case:
    """One run of a scenario: its stack, what it was asked to run on, and whatever must be ended."""

    def __init__(self, folder, exits, component=None):
        self.folder = folder
        self._component = component
        self.stack = Stack(folder)
        self._exits = exits

    def component(self, default):
        """The component of the stack that the command line names."""
        return self._component or default

    def at_exit(self, end):
        """Calls end() when the case ends, in whatever way."""
        self._exits.callback(end)

    def program(self, tool, **options):
        program = Program(self.folder, tool, **options)
        self._exits.callback(program.stop)
        return program

    def kafka_tool(self, tool, bootstrap, *arguments, **environment):
        """Runs one of Kafka's own tools to its end."""
        return self.tool(tool, "--bootstrap-server", bootstrap, *arguments, **environment)

    def tool(self, tool, *arguments, **environment):
        """Runs a program of kt to its end and returns what it printed."""
        command = [os.path.join(HERE, "kt"), tool, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
        if done.returncode != 0:
            raise Failed(f"kt {tool} ended with {done.returncode}: {(done.stdout + done.stderr).strip()[:4000]}")
        return done.stdout

    def start_load(self, name, **options):
        """Begins to fill a cluster; live members stay until the case ends."""
        return self.program("load", bootstrap=self.stack.bootstrap(name), **options)

    def finish_load(self, program):
        """Waits until a load is at rest and returns what was made."""
        begun = time.monotonic()
        made = program.first_line()
        note(f"loaded ({time.monotonic() - begun:.1f} s): {made}")
        return made

    def load(self, name, **options):
        return self.finish_load(self.start_load(name, **options))

    def start_traffic(self, name, **options):
        """Starts a logged producer, which await_traffic waits for. Returns the program and its log."""
        log = os.path.join(self.folder, options.pop("log", "produced.log"))
        return self.program("traffic", bootstrap=self.stack.bootstrap(name), log=log, **options), log

    def await_traffic(self, program):
        """Waits until a producer has written to every partition."""
        note(f"traffic runs: {program.first_line()}")
        return program

    def traffic(self, name, **options):
        """Starts a logged producer and waits until it has written to every partition. Returns the program and its log."""
        program, log = self.start_traffic(name, **options)
        return self.await_traffic(program), log

    def klaxon_binary(self):
        binary = os.environ.get("KLAXON_BIN", "")
        if not os.access(binary, os.X_OK):
            raise Skipped(f"KLAXON_BIN names no program ('{binary}')")
        return binary

    def klaxon(self, *arguments, name="klaxon", verb="run"):
        """Starts `klaxon run` (or demo) with these arguments and waits for the address that it prints."""
        agent = running_klaxon.Klaxon(self.klaxon_binary(), os.path.join(self.folder, name + ".log"), arguments, verb)
        self._exits.callback(agent.end)
        agent.await_address()
        return agent

    def doctor(self, configuration):
        """What `klaxon doctor` says: its exit code, the findings of each cluster, and all that it printed."""
        command = [self.klaxon_binary(), "doctor", "--config", configuration, "--json"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        if done.returncode not in (0, 1):
            raise Failed(f"klaxon doctor ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        findings = {row["cluster"]: row["findings"] for row in json.loads(done.stdout)["clusters"]}
        return done.returncode, findings, done.stdout + done.stderr


def main(run):
    """Runs a scenario in $KLAXON_STACK_DIR (default: build/stack/NAME) and exits with its result."""
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    default = os.path.join(os.path.dirname(os.path.dirname(HERE)), "build", "stack", name)
    folder = os.path.abspath(os.environ.get("KLAXON_STACK_DIR", default))
    os.makedirs(folder, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    begun = time.monotonic()
    try:
        with contextlib.ExitStack() as exits:
            case = Case(folder, exits, sys.argv[1] if len(sys.argv) > 1 else None)
            case.stack.run("install")
            case.stack.run("down")  # what a killed run may have left
            exits.callback(case.stack.run, "down")
            run(case)
    except Skipped as reason:
        note(f"SKIPPED: {reason}")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    except (Failed, running_klaxon.KlaxonError) as reason:
        note(f"FAILED: {reason}\nfiles: {folder}")
        sys.exit(1)
    note(f"passed in {time.monotonic() - begun:.0f} s")
