"""Audits of suggestions for the tests: as a plan writes them, from given examples and errors."""

import hashlib

from goldspan import files
from goldspan.corpus.audits import (
    AuditRecord,
    PlannedPower,
    PlantingRates,
    PrimaryTest,
    audit_folder,
    planted_line,
    read_audit,
)

POWER = PlannedPower(
    excess=0.1, base=0.03, between_annotators=0.5, between_articles=0.5, between_errors=1.0, runs=1_000, power=0.5
)


def write_audit(corpus, name, articles, errors=None, aided=None, **changes):
    """Writes an audit: the examples that are shown by article, the planted errors by example, who sees which articles.

    Two annotators, ann and bob, see the articles in turn unless `aided` says otherwise.
    """
    folder = audit_folder(corpus, name)
    digests = {}
    for article, examples in articles.items():
        content = "".join(planted_line(one, (errors or {}).get(one.id, ())) for one in examples)
        files.write(folder / "suggestions" / f"{article}.jsonl", content)
        digests[article] = hashlib.sha256(content.encode()).hexdigest()
    shown = aided or {"ann": [*articles][::2], "bob": [*articles][1::2]}
    values = {
        "name": name,
        "made": "2026-03-01",
        "seed": 0,
        "annotators": sorted(shown),
        "articles": [*articles],
        "aided": dict(sorted(shown.items())),
        "rates": PlantingRates(),
        "densest": 0.5,
        "primary": PrimaryTest(),
        "redraws": 99,
        "power": POWER,
        "suggestions": digests,
    }
    files.write(folder / "plan.json", AuditRecord(**{**values, **changes}).text())
    return read_audit(corpus, name)
