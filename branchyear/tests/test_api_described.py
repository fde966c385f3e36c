"""What docs/api.md and the OpenAPI description say of the API is so."""

import re
import shlex
import uuid
from functools import cache
from inspect import signature
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from branchyear.tests.test_api import RESOURCES, key_of, program
from branchyear.urls import router
from scripts.api_table import rows
from tasks.tests.make import item_of, make_pdf, make_problem, make_running_campaign

DOCS = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()


# --- The description ------------------------------------------------------------------------------


@cache
def described():
    """The description, its ``nullable`` said in the words of JSON Schema."""
    return _plain(SchemaGenerator().get_schema(request=None, public=True))


def _plain(node):
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    told = {name: _plain(each) for name, each in node.items() if name != "nullable"}
    return {"anyOf": [told, {"type": "null"}]} if node.get("nullable") is True else told


@cache
def validator():
    """One for all: looking through the whole description for what may be referred to is what costs."""
    return Draft202012Validator(described())


def mismatches(path, body):
    """Where an answer to ``GET path`` is not as it is described."""
    answer = described()["paths"][path]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    found = validator().evolve(schema=schema).iter_errors(body)
    return [f"{path} {error.json_path}: {error.message[:100]}" for error in found]


def works_of(view):
    """``(name, form, service, whether it is about a row)`` of every write that is one service alone."""
    yield "make", getattr(view, "asks_new", None), getattr(view, "make", None), False
    yield "change", getattr(view, "asks_change", None), getattr(view, "change", None), True
    for one in view.get_extra_actions():
        yield one.__name__, getattr(one, "asks", None), one, True


def test_a_service_that_is_called_as_it_is_takes_just_what_is_asked_for():
    """``calls(…)`` and ``act(…, service)`` hand the body over by its names."""
    unfit, seen = [], 0
    for address, view, _ in router.registry:
        for name, form, work, has_row in works_of(view):
            service = getattr(work, "service", None)
            if service is None:
                continue
            seen += 1
            takes = list(signature(service).parameters.values())[int(has_row) :]
            told = set(form().fields) | {"by", "now", "today", "revision"}
            missing = {
                one.name
                for one in takes
                if one.default is one.empty and one.kind is not one.VAR_KEYWORD
            } - told
            named = {one.name for one in takes}
            is_open = any(one.kind is one.VAR_KEYWORD for one in takes)
            surplus = set() if is_open else set(form().fields) - named
            if missing or surplus:
                unfit.append((address, name, missing, surplus))

    assert unfit == []
    assert seen


def test_the_schema_is_complete_and_without_warnings(db):
    out = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    for resource in RESOURCES:
        assert f"/api/v1/{resource}/" in out.getvalue()


def test_every_resource_answers_as_it_is_described(world):
    clients = [program(getattr(world.people, who)) for who in ("committee", "secretary")]
    wrong, told = [], set()

    for resource in RESOURCES:
        for client in clients:
            many = client.get(f"/api/v1/{resource}/").json()
            if found := many["results"]:
                one = client.get(f"/api/v1/{resource}/{found[0]['id']}/").json()
                wrong += mismatches(f"/api/v1/{resource}/", many | {"results": found[:3]})
                wrong += mismatches(f"/api/v1/{resource}/{{id}}/", one)
                told.add(resource)
                break

    assert wrong == []
    assert set(RESOURCES) - told == set()  # the world has one of everything


# --- docs/api.md ----------------------------------------------------------------------------------


class Shell:
    """The few words of a shell that the examples use; ``curl`` asks the portal. Ids are those that the test made,
    since an example can only make them up."""

    def __init__(self, client, key, ids, files):
        self.client, self.ids, self.files = client, ids, files
        self.variables, self.answers = {"KEY": key}, []

    def run(self, block):
        for line in block.replace("\\\n", " ").splitlines():
            asked = re.fullmatch(r"(\w+)=\$\((curl .*?) \| sed .*etag.*\)", line)
            assigned = re.fullmatch(r"(\w+)=(\S+|\".*\")", line)
            if asked:
                self.variables[asked[1]] = self.curl(asked[2])["ETag"]
            elif assigned:
                self.variables[assigned[1]] = self._filled(assigned[2].strip('"'))
            elif line.startswith("curl "):
                self.answers.append(self.curl(line))

    def curl(self, line):
        words, method, headers, form, body, url = iter(shlex.split(line)[1:]), "get", {}, {}, "", ""
        for word in words:
            if word == "-X":
                method = next(words).lower()
            elif word == "-H":
                name, _, value = self._filled(next(words)).partition(": ")
                headers[name] = value
            elif word == "-F":
                name, _, value = next(words).partition("=")
                form[name] = self.files[value[1:]] if value.startswith("@") else value
            elif word == "-d":
                body = next(words)
            elif not word.startswith("-"):
                url = self._filled(word).removeprefix("https://portal.example")
        url = re.sub(r"/(\w+)/\d+/", lambda m: f"/{m[1]}/{self.ids[m[1]]}/", url)
        if form or method == "get":
            return getattr(self.client, method)(url, form, headers=headers)
        kind = headers.pop("Content-Type")
        return getattr(self.client, method)(url, body, content_type=kind, headers=headers)

    def _filled(self, text):
        text = text.replace("$(uuidgen)", str(uuid.uuid4()))
        return re.sub(r"\$(\w+)", lambda m: self.variables[m[1]], text)


def test_the_examples_of_the_guide_do_what_it_says(org, people, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_running_campaign()
    problem = make_problem(org.north, people.secretary, now=timezone.now())
    ids = {"problems": problem.pk, "items": item_of(org.north, "T1-05").pk}
    shell = Shell(client, key_of(people.secretary), ids, {"批复.pdf": make_pdf()})

    for block in re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL):
        shell.run(block)

    told = [(answer.request["REQUEST_METHOD"], answer.status_code) for answer in shell.answers]
    assert told == [("GET", 200), ("GET", 200), ("POST", 200), ("POST", 200)]
    problem.refresh_from_db()
    assert problem.measure == "按月检查并补记"


def test_the_guide_lists_every_resource_as_it_is():
    assert [row for row in rows() if row not in DOCS] == []
