"""Templates of alerts, whole and damaged, give the same text or the same mistake, word for word, in klaxon as in Debian's promtool."""

import collections
import json
import os
import re
import subprocess

import _paths  # noqa: F401
import promtool
from scenario import check, main, note

# What people write: each as it is, and with one of its parts left out or doubled.
WRITTEN = r"""
{{ $labels.group }} of {{ $labels.topic }} is {{ $value }} behind
{{ $value | humanize }}, {{ $value | humanizePercentage }}, {{ humanizeDuration $value }}
{{ printf "%.2f %s" $value $labels.group }}
{{ with query "up" }}{{ . | first | value }}{{ else }}none{{ end }}
{{ range $i, $each := query "vector(3)" }}{{ if $i }}, {{ end }}{{ $each.Labels.source }}={{ $each.Value }}{{ end }}
{{ if gt $value 4.0 }}many{{ else if eq $value 4.0 }}four{{ else }}few{{ end }}
{{- /* said once */ -}} {{ $labels.topic | toUpper | title }}
{{ define "name" }}<{{ . }}>{{ end }}{{ template "name" $labels.group }}
{{ reReplaceAll "a(.*)" "$1" "abc" }} {{ match "a+" "aab" }}
{{ $x := 1 }}{{ $x = 2 }}{{ $x }} {{ len "abc" }} {{ index $labels "group" }}
{{ label "job" (first (query "vector(1)")) }}{{ sortByLabel "job" (query "vector(1)") | len }}
{{ (query "vector(2)" | first).Value }} {{ .ExternalURL }}
{{ and 1 "" }} {{ or 0 "x" }} {{ not true }} {{ print 1 2 "x" }} {{ println }}
{{ "a\x41b" }} {{ `raw` }} {{ 'a' }} {{ 0x1f }} {{ 1e3 }} {{ nil }}
{{ block "b" . }}{{ .Value }}{{ end }}
{{ parseDuration "1h30m" }} {{ stripPort "a:1" }} {{ stripDomain "a.b" }} {{ urlquery "a b" }}
{{ range $labels }}{{ . }}{{ break }}{{ end }}
"""
# What they write wrong, " ~ " between them; ⏎ is a line's end.
WRONG = r"""
{{ nope }} ~ {{ $nope }} ~ {{ .Nope }} ~ {{ .nope.more }} ~ {{ $labels.nope.more }} ~ {{ $value.nope }} ~ {{ $labels. }} ~ {{ .. }} ~ {{ .Value.X }}
{{ ~ {{ } ~ }} ~ {{ }} ~ {{ {{ 1 }} }} ~ {{{ 1 }}} ~ {{ 1 2 } ~ {{ "x }} ~ {{ `x }} ~ {{ 'x }} ~ {{ 'xy' }} ~ {{ "\z" }} ~ {{ '' }} ~ {{ "a
{{ (1 }} ~ {{ 1) }} ~ {{ () }} ~ {{ ((1) }} ~ {{ 12x }} ~ {{ 0x }} ~ {{ 1.2.3 }} ~ {{ 1e }} ~ {{ -x }} ~ {{ +1 }} ~ {{ - 1 }} ~ {{ 99999999999999999999 }}
{{ if }}x{{ end }} ~ {{ if 1 }}x ~ {{ else }} ~ {{ end }} ~ {{ if 1 }}{{ else }}{{ else }}{{ end }} ~ {{ if 1 }}{{ else x }}{{ end }} ~ {{ end 1 }}{{ if }}
{{ range }}{{ end }} ~ {{ range $a, $b, $c := 1 }}{{ end }} ~ {{ range $a $b := 1 }}{{ end }} ~ {{ range 1 }}x ~ {{ range $value }}{{ end }} ~ {{ with }}{{ end }}
{{ break }} ~ {{ continue }} ~ {{ break 1 }} ~ {{ define x }}{{ end }} ~ {{ define "x" }} ~ {{ define "x" 1 }}{{ end }} ~ {{ if 1 }}{{ define "x" }}{{ end }}{{ end }}
{{ template }} ~ {{ template x }} ~ {{ template "x" }} ~ {{ template "x" 1 2 }} ~ {{ block "b" }}x{{ end }} ~ {{ block }}{{ end }} ~ {{ block "b" . }}x
{{/* x }} ~ {{/* x */ 1 }} ~ {{ /* x */ }} ~ {{- 1 -}}{{ ~ {{-1}} ~ {{1-}} ~ {{ 1 -}}
{{ 1 | 2 }} ~ {{ 1 | }} ~ {{ | 1 }} ~ {{ 1 || 2 }} ~ {{ 1 2 }} ~ {{ $value 1 }} ~ {{ $labels.group 1 }} ~ {{ nil }} ~ {{ nil | print }} ~ {{ print nil }}
{{ $x }} ~ {{ $x = 1 }} ~ {{ $x := }} ~ {{ $x := 1 := 2 }} ~ {{ $x, $y := 1 }} ~ {{ $ }} ~ {{ $x := 1 }}{{ $x.y }} ~ {{ := 1 }} ~ {{ x := 1 }} ~ {{ 1 := 2 }}
{{ humanize }} ~ {{ humanize "x" }} ~ {{ humanize 1 2 }} ~ {{ humanize $labels }} ~ {{ humanizeDuration "x" }} ~ {{ humanizePercentage "" }} ~ {{ humanizeTimestamp "x" }}
{{ title }} ~ {{ title 1 }} ~ {{ title $value }} ~ {{ title nil }} ~ {{ toUpper $labels }} ~ {{ $value | toLower }} ~ {{ stripPort 1 }} ~ {{ printf }} ~ {{ printf 1 }}
{{ printf "%d" $value }} ~ {{ printf "%s" 1 }} ~ {{ printf "%z" 1 }} ~ {{ printf "%" }} ~ {{ printf "%d" }} ~ {{ printf "x" 1 }} ~ {{ printf "%t" 1 }} ~ {{ printf "%s" nil }}
{{ query }} ~ {{ query 1 }} ~ {{ query "sum(" }} ~ {{ query "vector(1)" | value }} ~ {{ query "vector(1) > 1" | first }} ~ {{ first 1 }} ~ {{ value 1 }} ~ {{ label 1 2 }}
{{ label "a" }} ~ {{ sortByLabel 1 2 }} ~ {{ sortByLabel "a" "b" }} ~ {{ strvalue 1 }} ~ {{ (query "vector(1)").Value }} ~ {{ query "vector(1)" | first | label "a" }}
{{ reReplaceAll "(" "" "a" }} ~ {{ reReplaceAll "a" "b" }} ~ {{ match "(" "a" }} ~ {{ match "a**" "a" }} ~ {{ match "[z-a]" "a" }} ~ {{ match "\\8" "a" }} ~ {{ match "a" 1 }}
{{ match "(?<n>a)" "a" }} ~ {{ match "(?=a)" "a" }} ~ {{ match "a{1001}" "a" }} ~ {{ match "[[:foo:]]" "a" }} ~ {{ match "\\pX" "a" }} ~ {{ match "(?i" "a" }} ~ {{ match "x)" "a" }}
{{ match "[a" "a" }} ~ {{ match "*a" "a" }} ~ {{ match "a\\" "a" }} ~ {{ match "(?P<n" "a" }} ~ {{ match "(?P<n>a)(?P<n>b)" "a" }} ~ {{ match "a{2,1}" "a" }}
{{ eq 1 "a" }} ~ {{ eq 1 1.0 }} ~ {{ eq 1 }} ~ {{ eq }} ~ {{ lt 1 "a" }} ~ {{ lt nil 1 }} ~ {{ gt $value 1 }} ~ {{ eq $labels 1 }} ~ {{ eq $labels $labels }} ~ {{ lt true false }}
{{ ne 1 }} ~ {{ lt 1 }} ~ {{ lt 1 2 3 }} ~ {{ not }} ~ {{ not 1 2 }} ~ {{ and }} ~ {{ or }} ~ {{ len }} ~ {{ len 1 }} ~ {{ len nil }} ~ {{ len . }} ~ {{ index }} ~ {{ index 1 2 }}
{{ index $labels 1 }} ~ {{ index $labels nil }} ~ {{ index "abc" 5 }} ~ {{ index "abc" "a" }} ~ {{ index (query "vector(1)") 3 }} ~ {{ index . "Value" }} ~ {{ index $labels "a" "b" }}
{{ parseDuration "x" }} ~ {{ parseDuration 1 }} ~ {{ toTime "x" }} ~ {{ range . }}{{ end }} ~ {{ range "abc" }}{{ end }} ~ {{ range nil }}{{ end }} ~ {{ range true }}{{ end }}
{{ "a" "b" }} ~ {{ "a""b" }} ~ {{ 1"b" }} ~ {{ a.b }} ~ {{ .a.b }} ~ {{ $labels["a"] }} ~ {{ $labels.a-b }} ~ {{ a, b }} ~ {{ 1, 2 }} ~ {{ @ }} ~ {{ a; b }} ~ {{ !x }} ~ {{ x & y }}
{{ true.x }} ~ {{ 1.x }} ~ {{ "a".b }} ~ {{ (1).x }} ~ {{ nil.x }} ~ {{ print.x }} ~ {{ humanize.x }} ~ {{ . . }} ~ {{ .Labels.group.x }} ~ {{ .Labels 1 }} ~ {{ .Value 1 }}
{{ (1⏎}} ~ a⏎{{ 1⏎ ~ {{ if⏎⏎ }}x ~ {{ "x⏎" }} ~ {{⏎nope⏎}} ~ {{ 1⏎| @ }} ~ {{ `a⏎b` }} ~ {{/* a⏎b */}} ~ {{- 1⏎-}} b ~ {{ printf⏎"%d"⏎"a" }} ~ {{ range .⏎}}⏎{{ end }}
{{ äb }} ~ {{ $äb }} ~ {{ .äb }} ~ {{ "ä" }} ~ {{ 'ä' }} ~ {{ ä }} ~ {{ § }} ~ {{ “a” }} ~ {{ a§ }} ~ {{ printf "%5s|%-5s|%05d|%x" "ä" "b" 3 255 }} ~ {{ len "ä" }}
{{ printf "%5.1f|%e|%g|%v" $value $value $value $value }} ~ {{ printf "%v %v" $labels . }} ~ {{ printf "%T %T %T" $labels $value "a" }} ~ {{ printf "%*d" 5 3 }} ~ {{ printf "%c%q%U" 65 "a" 66 }}
{{ slice "abc" 1 }} ~ {{ call 1 }} ~ {{ 1i }} ~ {{ 1+2i }} ~ {{ 1+2 }} ~ {{ 1_000 }} ~ {{ 0b12 }} ~ {{ 08 }} ~ {{ .5 }} ~ {{ 5. }} ~ {{ 1e400 }} ~ {{ 0x1p4 }} ~ {{ 1__0 }} ~ {{ -0x1 }} ~ {{ 1.5.x }}
{{ pathPrefix 1 }} ~ {{ externalURL 1 }} ~ {{ graphLink }} ~ {{ tableLink 1 }} ~ {{ safeHtml 1 }} ~ {{ args 1 2 }} ~ {{ html "<" }} ~ {{ js "'" }} ~ {{ urlquery }}
"""
PART = re.compile(r"\{\{-?|-?\}\}|\"[^\"]*\"|`[^`]*`|[$.]?\w+|[^\s\w]|\s+")
# What differs on purpose (docs/templates.md): by what klaxon says of them.
MISTAKES_HERE = ("missing value for command", "undefined variable", 'function "slice"', 'function "call"', 'number syntax: "1i"', 'number syntax: "1+2i"')
# Prometheus 2.42 defines these in front of an alert's text and counts them.
BEFORE = len("{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}")
# What it and the Go that it was made with say, and what newer ones do.
NEWER = [
    ("Value float64 }", "Value interface {} }"),
    ('unexpected ")" in command', "unexpected right paren"),
    ("call of reflect.Value.Type on zero Value", "len of nil pointer"),
    ("reflect: len of", "len of"),
    ("1:5: parse error: unclosed left", "1:4: parse error: unclosed left"),
]
TYPES = re.compile(r"(incompatible types for comparison): \S+ and [^>]+")  # newer ones name them
EXPRESSION = """'label_replace(label_replace(vector(5), "group", "orders", "", ""), "topic", "a-b", "", "")'"""
AT_ONCE = 50  # klaxon tells only so many mistakes of a file


def templates():
    all_of_them = [line for line in WRITTEN.splitlines() if line]
    for line in WRITTEN.splitlines():
        parts = PART.findall(line)
        for i, part in enumerate(parts):
            if part.strip():
                all_of_them.append("".join(parts[:i] + parts[i + 1 :]))
                all_of_them.append("".join(parts[: i + 1] + [" "] + parts[i:]))
    for line in WRONG.splitlines():
        all_of_them += [each.replace("⏎", "\n") for each in line.split(" ~ ") if each]
    return list(dict.fromkeys(all_of_them))


def write_rules(path, numbered):
    with open(path, "w", encoding="utf-8") as file:
        file.write("groups:\n- name: g\n  rules:\n")
        for number, text in numbered:
            file.write(f"  - alert: A{number}\n    expr: {EXPRESSION}\n    annotations: {{x: {json.dumps(text)}}}\n")


def write_test(path, rules, numbered):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"rule_files: [{os.path.basename(rules)}]\ntests:\n- interval: 1m\n  input_series: []\n  alert_rule_test:\n")
        for number, _ in numbered:
            file.write(f"  - {{eval_time: 1m, alertname: A{number}, exp_alerts: []}}\n")


def mistakes(words):
    """By number, what is said of templates that are refused."""
    found = re.findall(r'rule \d+, "A(\d+)": annotation "x": (.*)', words)
    return {int(number): text for number, text in found}


def expanded(words):
    """By number, what templates came to; quoted, as it is shown."""
    found = {}
    for block in re.split(r"alertname: A", words)[1:]:
        text = re.search(r'Annotations:\{x="((?:[^"\\]|\\.)*)"\}', block)
        found[int(re.match(r"\d+", block)[0])] = text[1] if text else ""
    return found


def as_in_three(words):
    for older, newer in NEWER:
        words = words.replace(older, newer)
    return re.sub(r"(template: __alert_A\d+:1:)(\d+)", lambda place: f"{place[1]}{int(place[2]) - BEFORE}", words)


def run(case):
    tools = promtool.Tools(case)

    def ours(verb, file):
        return subprocess.run([case.klaxon_binary(), "rules", verb, os.path.basename(file)], cwd=os.path.dirname(file), capture_output=True, text=True, timeout=120).stdout

    numbered = list(enumerate(templates()))
    rules, test = (os.path.join(case.folder, name) for name in ("rules.yaml", "rules_test.yaml"))
    refused = {}, {}
    for first in range(0, len(numbered), AT_ONCE):
        write_rules(rules, numbered[first : first + AT_ONCE])
        refused[0].update(mistakes(as_in_three(tools.judge_rules("check", rules)[1])))
        refused[1].update(mistakes(ours("check", rules)))
    accepted = [each for each in numbered if each[0] not in refused[0] and each[0] not in refused[1]]
    write_rules(rules, accepted)
    write_test(test, rules, accepted)
    results = expanded(as_in_three(tools.judge_rules("test", test)[1])), expanded(TYPES.sub(r"\1", ours("test", test)))
    check(len(numbered) > 800 and len(results[0]) == len(accepted) == len(results[1]), f"{len(numbered)} templates, {len(accepted)} of them accepted by both")

    verdicts, on_purpose, words = [], 0, collections.defaultdict(list)
    for number, text in numbered:
        theirs, mine = (refused[side].get(number, results[side].get(number)) for side in (0, 1))
        if number in refused[1] and number not in refused[0] and any(each in refused[1][number] for each in MISTAKES_HERE):
            on_purpose += 1
        elif (number in refused[0]) != (number in refused[1]) or ("<error expanding" in (theirs or "")) != ("<error expanding" in (mine or "")):
            verdicts.append(f"{text}\n    promtool: {theirs}\n    klaxon:   {mine}")
        elif theirs != mine:
            words[re.sub(r"^.*?:\d+: |A\d+|\"[^\"]*\"|\d+", "", theirs)].append(f"{text}\n    promtool: {theirs}\n    klaxon:   {mine}")
    for each in verdicts:
        note(f"another verdict: {each}")
    for kind in sorted(words, key=lambda each: -len(words[each])):
        note(f"{len(words[kind])} like {words[kind][0]}")
    count = sum(len(each) for each in words.values())
    check(not verdicts, f"all have the same verdict, but for {on_purpose} that are mistakes here on purpose")
    check(not words, f"{count} differ in words")


main(run)
