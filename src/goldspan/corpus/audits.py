"""`corpus/audits/<name>/`: an audit of what suggestions do to those who read them, as it was planned before they did.

    plan.json                      the seed, the rates, the annotators and the half of the articles that each sees with
                                   suggestions, the primary test and its power; see `goldspan.audit`
    suggestions/<article>.jsonl    the suggestions as they are shown, with the planted errors among them

A planted error is known by a line's key `planted`: a list of objects with its kind (`spurious`, `edge`, `label`,
`omitted`), what is shown (`[start, end, label, surface]`, null for an omitted one) and what had been suggested there
(null for a spurious one). Planted spans never reach gold: see `goldspan.adjudication`.
"""

from __future__ import annotations

FOLDER = "audits"
