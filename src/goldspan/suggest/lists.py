"""Names in one list are of one kind: `Stepove, Keramik and Tonenke`, `Kyiv/Kiev` (rule G-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldspan.suggest.candidate import OTHER, PERSON, PLACE
from goldspan.suggest.kinds import Kind

if TYPE_CHECKING:
    from goldspan.suggest.evidence import Evidence, Mention
    from goldspan.suggest.words import Words

JOINS = frozenset(("and", ",", "or", "/", "&"))
WEIGHT = 0.6


def spread(evidence: Evidence, names: list[tuple[str, Mention]], page: Words) -> None:
    """Give the undecided names of each list of a paragraph the label that the decided ones share.

    Args:
        evidence: the signs of the document; what is spread is added to it.
        names: the names of the paragraph with their mentions, in the order of the text.
        page: the paragraph.
    """
    group: list[tuple[str, Mention]] = []
    for item in names:
        if group and not _joined(page, group[-1][1].start, group[-1][1].end, item[1].start):
            _share(evidence, group, page)
            group = []
        group.append(item)
    _share(evidence, group, page)


def _joined(page: Words, first: int, end: int, start: int) -> bool:
    between = page.lower[end:start]
    if between == ["to"]:
        return page.next_to(first - 1) == "from"
    return 0 < len(between) < 3 and all(word in JOINS for word in between)  # noqa: PLR2004  (a comma and a word)


def _share(evidence: Evidence, group: list[tuple[str, Mention]], page: Words) -> None:
    if len(group) < 2:  # noqa: PLR2004  (a list has two members)
        return
    labels = [evidence.decide(name)[0] for name, _ in group]
    for label, rule in ((PLACE, "place.list"), (PERSON, "person.list")):
        sure = labels.count(label)
        if not sure or any(other not in (label, OTHER) for other in labels):
            continue
        for (name, mention), old in zip(group, labels, strict=True):
            size = mention.end - mention.start
            plain = any(page.kinds[j] & Kind.COMMON for j in range(mention.start, mention.end))
            if old == OTHER and not plain and (label == PLACE or size > 1):
                evidence.add(name, label, rule, WEIGHT)
