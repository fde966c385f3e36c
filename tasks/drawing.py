"""The committed random draw (随机抽取): pure arithmetic, so that anybody can do it again.

Described for outsiders, with twenty lines of code of their own, in ``docs/draw.md``. Nothing here knows a
database; a draw is a dictionary as it is stored, shown and downloaded.

The order of things is what makes it trustworthy: the population, the strata and a secret seed are fixed
first, and a SHA-256 over all of them is published; only then is the seed opened. Who publishes the hash
cannot choose the seed any more, and who sees the hash cannot know the sample yet.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

ALGORITHM = "hmac-sha256-rank-1"
FORMAT = "branchyear-draw-1"
SEED_BYTES = 32


def new_seed():
    """256 bits from the operating system's secure source, as hex."""
    return secrets.token_hex(SEED_BYTES)


def canonical(value):
    """The one way a value is written before it is hashed: JSON, keys sorted, no blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value):
    return hashlib.sha256(canonical(value)).hexdigest()


def size_of(count, *, percent=None, number=None):
    """How many of ``count`` are drawn: at least one, at most all; a share is rounded up."""
    wanted = number if percent is None else -(-count * percent // 100)
    return min(count, max(1, wanted))


def population(branches, excluded):
    """The frozen list: ``branches`` are (stratum, code, name), ``excluded`` (code, name, reason)."""
    return {
        "branches": sorted(map(list, branches)),
        "excluded": sorted(map(list, excluded)),
    }


def strata_of(people, labels, *, percent=None, number=None):
    """The strata of a population, with how many of each are drawn."""
    counts = {}
    for stratum, *_ in people["branches"]:
        counts[stratum] = counts.get(stratum, 0) + 1
    return [
        [key, labels.get(key, key), count, size_of(count, percent=percent, number=number)]
        for key, count in sorted(counts.items())
    ]


def commitment(*, algorithm, population_sha256, strata, size, seed):
    """What is published before the draw."""
    return digest(
        {
            "algorithm": algorithm,
            "population_sha256": population_sha256,
            "seed": seed,
            "size": size,
            "strata": strata,
        }
    )


def rank(seed, stratum, code):
    """The branch's place in the order of its stratum: HMAC-SHA256 under the seed, as hex."""
    message = f"{stratum}\n{code}".encode()
    return hmac.new(bytes.fromhex(seed), message, hashlib.sha256).hexdigest()


def sample(people, strata, seed):
    """The branches drawn: of each stratum those with the smallest ranks; ``[stratum, code, name, rank]``."""
    drawn = []
    for key, _label, _count, size in strata:
        ranked = sorted(
            [rank(seed, key, code), code, name]
            for stratum, code, name in people["branches"]
            if stratum == key
        )
        drawn += [[key, code, name, value] for value, code, name in ranked[:size]]
    return drawn


# --- Looking whether it is so ---------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """One thing that was computed again, in a sentence."""

    ok: bool
    what: str


def check(draw):
    """Compute everything in a draw's document again; the first thing that fails is where it was changed."""
    found = [
        Check(
            digest(draw["population"]) == draw["population_sha256"],
            "总体名单的校验值与公布的一致",
        ),
        Check(_strata_fit(draw), "各层的支部数、抽取数与总体名单一致"),
        Check(draw["size"] == sum(row[3] for row in draw["strata"]), "抽取总数等于各层抽取数之和"),
    ]
    if draw.get("seed"):
        found.append(Check(_commitment_fits(draw), "种子与事先公布的校验值一致"))
    if draw.get("sample") is not None:
        found.append(Check(_sample_fits(draw), "用种子重新抽取，结果与公布的名单一致"))
        found.append(
            Check(
                bool(draw["drawn_at"])
                and datetime.fromisoformat(draw["published_at"])
                < datetime.fromisoformat(draw["drawn_at"]),
                "校验值公布在前、抽取在后",
            )
        )
    return found


def _strata_fit(draw):
    counts = {}
    for stratum, *_ in draw["population"]["branches"]:
        counts[stratum] = counts.get(stratum, 0) + 1
    told = {row[0]: row[2] for row in draw["strata"]}
    return counts == told and all(1 <= row[3] <= row[2] for row in draw["strata"])


def _commitment_fits(draw):
    names = ("algorithm", "population_sha256", "strata", "size", "seed")
    return (
        draw["algorithm"] == ALGORITHM
        and commitment(**{name: draw[name] for name in names}) == draw["commitment"]
    )


def _sample_fits(draw):
    try:
        return sample(draw["population"], draw["strata"], draw["seed"]) == draw["sample"]
    except (ValueError, TypeError, KeyError):
        return False
