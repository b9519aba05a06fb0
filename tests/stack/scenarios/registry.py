"""A real Apicurio Registry over its Confluent-compatible API: what is registered, evolved and deleted shows as it is."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request

import _paths  # noqa: F401
from scenario import check, main, wait_until

LIMIT = 60


def schema(*fields):
    return json.dumps({"type": "record", "name": "U", "fields": [{"name": name, "type": kind, "default": 0} for name, kind in fields]})


class Registry:
    """The registry itself, without any code of Klaxon."""

    def __init__(self, url):
        self.url = url

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/vnd.schemaregistry.v1+json"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()[:300]}") from error

    def register(self, subject, text):
        return self.ask("POST", f"/subjects/{urllib.parse.quote(subject, safe='')}/versions", {"schema": text})["id"]


def subjects_of(agent):
    document = json.loads(agent.get("/api/klaxon/v1/subjects")[1])
    return {each["subject"]: each for each in document["subjects"]}, (document["registries"] or [None])[0]


def violations(agent):
    return sum(value for _, value in agent.metrics().series("kafka_schema_registry_integrity_violations_total"))


def run(case):
    component = case.component("registry")
    case.stack.run("up", component)
    described = case.stack.describe(component)
    registry = Registry(described["url"])
    first = registry.register("orders-value", schema(("a", "int")))
    registry.register("odd/nämé value", schema(("a", "int")))

    config = os.path.join(case.folder, "klaxon.yaml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"clusters:\n- name: shop\n  schema_registry:\n  - name: main\n    url: {described['url']}\n    interval: 1s\n")
    agent = case.klaxon("--config", config)

    def await_page(sentence, *words):
        def shown():
            html = agent.get("/")[1].replace(" ", "")  # the registries lay schemas out differently
            missing = [word for word in words if word.replace(" ", "") not in html]
            return not missing or f"the page lacks {missing}"
        took = wait_until(sentence, LIMIT, shown)
        check(True, f"{sentence} ({took:.1f} s)")

    def versions_are(subject, expected):
        def equal():
            found, _ = subjects_of(agent)
            got = [(each["version"], each["deleted"]) for each in found.get(subject, {}).get("versions") or []]
            return got == expected or f"{got}, not {expected}"
        return equal

    wait_until("the subjects are read", LIMIT, versions_are("orders-value", [(1, False)]))
    found, told = subjects_of(agent)
    check(set(found) == {"orders-value", "odd/nämé value"}, "every subject is listed by its own name")
    check(found["orders-value"]["versions"][0]["id"] == first, "with the id that the registry gave")
    check(told["implementation"] == "apicurio" and told["version"] == described["version"], f"it is Apicurio {told['version']}")
    check(told["compatibility"] == registry.ask("GET", "/config")["compatibilityLevel"], f"its level is {told['compatibility']}")
    check("Events" not in agent.get("/")[1], "nothing is new because Klaxon began to look")

    second = registry.register("orders-value", schema(("a", "int"), ("b", "int")))
    await_page("a new version is an event with the new line", "a schema was registered in orders-value", f"version 2, id {second}",
               "+ {&quot;name&quot;: &quot;b&quot;, &quot;type&quot;: &quot;int&quot;, &quot;default&quot;: 0}")
    registry.register("orders-value", schema(("a", "int"), ("b", "int"), ("c", "int")))
    wait_until("the third version is read", LIMIT, versions_are("orders-value", [(1, False), (2, False), (3, False)]))

    registry.ask("DELETE", "/subjects/orders-value/versions/1")
    wait_until("the soft deletion is seen", LIMIT, versions_are("orders-value", [(1, True), (2, False), (3, False)]))
    await_page("a version deleted softly is an event", "a schema of orders-value was deleted softly")
    registry.ask("DELETE", "/subjects/orders-value/versions/1?permanent=true")
    wait_until("the hard deletion is seen", LIMIT, versions_are("orders-value", [(2, False), (3, False)]))
    await_page("a version deleted for good is an event", "a schema of orders-value was deleted for good")

    registry.ask("PUT", "/config", {"compatibility": "FULL"})
    await_page("a changed level of the registry is an event", "compatibility of the schema registry changed", "-&gt; FULL")
    registry.ask("PUT", "/config/orders-value", {"compatibility": "BACKWARD"})
    await_page("and of a subject", "compatibility of orders-value changed", "BACKWARD")
    if component == "registry3":
        registry.ask("PUT", "/mode", {"mode": "READONLY"})
        await_page("a read-only registry is at risk, and told", "the schema registry is in mode READONLY", "READWRITE -&gt; READONLY")
        registry.ask("PUT", "/mode", {"mode": "READWRITE"})
        wait_until("that passes", LIMIT, lambda: "is in mode READONLY" not in agent.get("/")[1])

    registry.ask("DELETE", "/subjects/" + urllib.parse.quote("odd/nämé value", safe=""))
    await_page("a subject deleted softly is an event", "subject odd/nämé value was deleted softly")
    registry.ask("DELETE", "/subjects/" + urllib.parse.quote("odd/nämé value", safe="") + "?permanent=true")
    await_page("and one deleted for good", "subject odd/nämé value was deleted for good")
    check(violations(agent) == 0, "none of that is called damage")

    registry_pages = agent.metrics().value("kafka_schema_registry_subjects", cluster="shop", registry="main")
    check(registry_pages == 1, "one subject is left")
    case.stack.run("kill", component)
    wait_until("a killed registry is down", LIMIT, lambda: agent.metrics().series("kafka_schema_registry_up")[0][1] == 0)
    wait_until("and what it told is unknown after three polls", LIMIT, lambda: not agent.metrics().series("kafka_schema_registry_subjects"))
    check(violations(agent) == 0, "and nothing is called lost")
    agent.terminate()


main(run)
