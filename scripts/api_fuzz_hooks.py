"""What schemathesis cannot know of this portal: which ids a person sees, and which version of a row is stored.

Without it nearly every request to one row ends at 404 or 412 and nothing behind is tried. So of what is
well-formed most ids become those of rows in sight, and ``If-Match`` the ETag that the row has now; the rest, and
whatever is wrong on purpose, stays as it was made up. Loaded by ``scripts.api_fuzz`` (``SCHEMATHESIS_HOOKS``).
"""

import os
import random
import re
import uuid
from functools import cache
from urllib.parse import urlencode

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

URL = os.environ["API_FUZZ_URL"]
ASK = {"Authorization": f"Bearer {os.environ['API_FUZZ_KEY']}"}
CHANCE = random.Random(int(os.environ.get("API_FUZZ_SEED", "1")))  # noqa: S311 no secret
KEY, WELL_FORMED = "Idempotency-Key", re.compile(r"[!-~]{8,128}")
KEPT = 0.1  # this share stays as it was made up
ROWS = 12
LONGEST = 3000
# Fields of bodies that name a row, and the resource whose it is.
NAMED = {
    "organization": "organizations", "branch": "organizations", "parent": "organizations",
    "to": "organizations", "into": "organizations", "scope": "organizations", "group": "organizations",
    "member": "members", "speaker": "members", "listener": "members", "meeting": "meetings",
    "evidence": "evidence", "report": "monthly-reports", "inspection": "inspections",
}  # fmt: skip


@cache
def ids_of(resource):
    """Ids of rows of this resource that the person sees; none when it has none."""
    url = f"{URL}/api/v1/{resource}/?page_size={ROWS}"
    answer = requests.get(url, headers=ASK, timeout=60)
    return [row["id"] for row in answer.json()["results"]] if answer.ok else []


def is_good(case, location):
    """Whether this part of the request is well-formed."""
    part = case.meta and case.meta.components.get(ParameterLocation(location))
    return part is None or part.mode.is_positive


@schemathesis.hook
def filter_query(context, query):
    """An address so long is refused by the web server (414), whoever asks; the portal never hears of it."""
    return len(urlencode(dict(query or {}), doseq=True)) < LONGEST


@schemathesis.hook
def before_call(context, case, kwargs):
    _, _, rest = case.path.partition("/api/v1/")
    resource = rest.partition("/")[0]
    # Made up, the key is nearly always the same one, and would rightly be answered as the first time.
    if WELL_FORMED.fullmatch(str(case.headers.get(KEY, ""))):
        case.headers[KEY] = uuid.uuid4().hex
    if CHANCE.random() < KEPT:
        return
    if "id" in case.path_parameters and is_good(case, "path") and ids_of(resource):
        case.path_parameters["id"] = str(CHANCE.choice(ids_of(resource)))
    if isinstance(case.body, dict) and is_good(case, "body"):
        for name in case.body.keys() & NAMED.keys():
            if isinstance(case.body[name], int) and ids_of(NAMED[name]):
                case.body[name] = CHANCE.choice(ids_of(NAMED[name]))
    if "If-Match" in case.headers and is_good(case, "header"):
        row = f"{URL}/api/v1/{resource}/{case.path_parameters.get('id')}/"
        answer = requests.get(row, headers=ASK, timeout=60)
        if "ETag" in answer.headers:
            case.headers["If-Match"] = answer.headers["ETag"]
