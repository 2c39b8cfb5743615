"""Pages with every surface form of every label and its contexts, those first that were annotated in several ways.

Forms are one that differ only in case, white space, apostrophes and hyphens (see `goldspan.suggest.name_matcher`, which
also finds where the same words stand unmarked, in scripts without spaces, too). A mention inside a longer span is not
unmarked. What is counted is gold; of an example without gold, each pass that may be shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from goldspan.checks.mentions import FUNCTION_WORDS
from goldspan.report.html import element, join, link, section
from goldspan.report.svg import chip, colours
from goldspan.report.text import amount
from goldspan.site.pages import example_link, page_header
from goldspan.site.span_rows import text_direction
from goldspan.suggest.extents import Extents
from goldspan.suggest.name_matcher import NameMatcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goldspan.annotation import Example
    from goldspan.corpus import Corpus
    from goldspan.report.html import Markup
    from goldspan.site.pages import SiteFrame
    from goldspan.site.visibility import Visibility

SURFACES = "surfaces.html"
TITLE = "Surface forms"
DESCRIPTION = "Every marked surface form per label with its contexts; those first that were annotated in several ways."
FOLDER = "surfaces"
UNMARKED = ""  # in place of a label
AROUND = 45  # code points of text on either side of a form
CONTEXTS = 12  # of a form with a label, and of the same words unmarked
PAGED = 300  # forms on a page of a label
LISTED = 300  # inconsistent forms on the first page
LONGEST = 8  # words of a form in which shorter ones are looked for
NAMED = 5  # other forms that are named beside one


@dataclass(frozen=True, slots=True)
class SurfaceContext:
    """A place of a form: where it begins, the text before, at and after it, and its direction, as in `dir` of HTML."""

    example: str
    start: int
    before: str
    words: str
    after: str
    direction: str = "auto"


@dataclass(slots=True)
class SurfaceForm:
    """What is known of a form.

    Args:
        name: folded, by which its variants are one.
        variants: how often it was written in each way, marked or not.
        labels: how often it has each label, and how often none.
        articles: with a marked place.
        contexts: the first places by label, each with how many readings have it.
        longer: the forms that are this one with function words beside it, such as "the KFOR".
        inside: by the name of a longer form, in how many of its places only this one is marked.
        around: by the name of a shorter form, in how many places of this one only the shorter is marked.
    """

    name: str
    variants: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    articles: set[str] = field(default_factory=set)
    contexts: defaultdict[str, Counter[SurfaceContext]] = field(default_factory=lambda: defaultdict(Counter))
    longer: list[str] = field(default_factory=list)
    inside: Counter[str] = field(default_factory=Counter)
    around: Counter[str] = field(default_factory=Counter)

    @property
    def shown(self) -> str:
        """The way in which it is written most often."""
        return min(self.variants, key=lambda one: (-self.variants[one], one))

    @property
    def marked(self) -> int:
        """How often it has a label."""
        return self.labels.total() - self.labels[UNMARKED]

    @property
    def own_labels(self) -> list[str]:
        """Its labels, the most frequent first."""
        return sorted((one for one in self.labels if one != UNMARKED), key=lambda one: (-self.labels[one], one))

    @property
    def reasons(self) -> list[str]:
        """Why somebody should look at it, the worst first; empty if it was always annotated in one way."""
        found = []
        if len(self.own_labels) > 1:
            found.append("labels: " + ", ".join(f"{one} {times(self.labels[one])}" for one in self.own_labels))
        if unmarked := self.labels[UNMARKED]:
            found.append(f"marked {times(self.marked)}, unmarked {times(unmarked)}")
        return [*found, *self.edges]

    @property
    def edges(self) -> list[str]:
        """In what its edges differ from those of other forms."""
        found = []
        if self.longer:
            found.append("other edges: " + ", ".join(self.longer[:NAMED]))
        if self.inside:
            found.append(f"marked {times(self.inside.total())} without the words beside it that are marked elsewhere")
        if self.around:
            found.append(f"only a part of it marked {times(self.around.total())}")
        return found

    @property
    def related(self) -> list[str]:
        """The names of forms with other edges that are marked in places of this one, the most frequent first."""
        both = self.inside + self.around
        return sorted(both, key=lambda name: (-both[name], name))

    @property
    def rank(self) -> tuple[int, float, int, str]:
        """A key that sorts what is suspicious first: several labels, then a rare exception among many places."""
        rare = min((times for times in self.labels.values() if times), default=0) / max(1, self.labels.total())
        exception = rare if len(self.labels) > 1 else 1.0
        return (-len(self.own_labels) if len(self.own_labels) > 1 else 0, exception, -self.labels.total(), self.name)


def surface_forms(examples: Iterable[Example]) -> dict[str, SurfaceForm]:
    """Every form that is marked somewhere, by its folded name.

    Args:
        examples: with their spans; what is not annotated of them counts neither as marked nor as unmarked.
    """
    read = [one for one in examples if one.is_annotated or one.spans]
    matcher = NameMatcher()
    for example in read:
        for span in example.spans:
            matcher.add(example.surface(span))
    forms: dict[str, SurfaceForm] = {}
    for example in read:
        marked: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
        for span in example.spans:
            marked[span.start, span.end].add(span.label)
        places = {(start, end): name for start, end, name in matcher.find(example.text)}
        for place in marked.keys() - places.keys():  # a part of a word
            places[place] = matcher.add(example.text[slice(*place)])
        unread, inside, ordered = Extents(example.unannotated_parts), Extents(marked), sorted(marked)
        for (start, end), name in sorted(places.items()):
            labels = marked.get((start, end))
            if not name or unread.touch(start, end) or (labels is None and inside.contain(start, end)):
                continue
            form = forms.setdefault(name, SurfaceForm(name))
            _add(form, example, start, end, labels or {UNMARKED})
            if labels is None:
                parts = ordered[bisect_left(ordered, (start, start)) : bisect_right(ordered, (end, end))]
                form.around.update({places[one] for one in parts if one[1] <= end} - {"", name})
    found = {name: form for name, form in forms.items() if form.marked}
    _note_longer(found)
    _note_inside(found)
    return found


def _add(form: SurfaceForm, example: Example, start: int, end: int, labels: Iterable[str]) -> None:
    text = example.text
    form.variants[" ".join(text[start:end].split())] += 1
    for label in labels:
        form.labels[label] += 1
        if label != UNMARKED:
            form.articles.add(example.article)
        first, last = whole_words(text, start, end)
        place = SurfaceContext(
            example.id, start, text[first:start], text[start:end], text[end:last], text_direction(text)
        )
        if place in form.contexts[label] or len(form.contexts[label]) < CONTEXTS:
            form.contexts[label][place] += 1


def whole_words(text: str, start: int, end: int, *, around: int = AROUND) -> tuple[int, int]:
    """Where a context of a place begins and ends: between words, as far as the text has spaces.

    Args:
        text: with the place.
        start: of the place, in code points.
        end: of the place.
        around: code points on either side, at most.
    """
    first, last = max(0, start - around), min(len(text), end + around)
    if first and not text[first - 1].isspace():
        first = next((at + 1 for at in range(first, start) if text[at].isspace()), first)
    if last < len(text) and not text[last].isspace():
        last = next((at for at in range(last - 1, end - 1, -1) if text[at].isspace()), last)
    return first, last


def times(number: int) -> str:
    """How often: `once`, `twice`, `12 times`."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _note_inside(forms: Mapping[str, SurfaceForm]) -> None:
    """Note at the shorter forms in which longer ones they are marked alone."""
    for name, form in forms.items():
        form.around = Counter({other: number for other, number in form.around.items() if other in forms})
        for other, number in form.around.items():
            forms[other].inside[name] += number


def _note_longer(forms: Mapping[str, SurfaceForm]) -> None:
    """Note at each form the longer ones that add function words only."""
    for name, form in forms.items():
        words = name.split()
        for start in range(len(words)) if 1 < len(words) <= LONGEST else ():
            for end in range(start + 1, len(words) + 1):
                others = [*words[:start], *words[end:]]
                inner = forms.get(" ".join(words[start:end])) if others else None
                if inner is not None and all(word in FUNCTION_WORDS for word in others):
                    inner.longer.append(form.shown)


def examples_to_index(corpus: Corpus, visibility: Visibility) -> Iterator[Example]:
    """The gold that is shown; of other examples each pass that is shown.

    Raises:
        InputError: for the first line that is not valid.
    """
    settled = set()
    for example in visibility.gold_examples(corpus):
        settled.add(example.id)
        yield example
    for annotator, articles in visibility.shown_passes(corpus).items():
        yield from (one for one in corpus.confirmed_examples(annotator, articles) if one.id not in settled)


def has_surfaces(corpus: Corpus, visibility: Visibility) -> bool:
    """Whether something is marked that may be shown."""
    return any(example.spans for example in examples_to_index(corpus, visibility))


def surface_pages(frame: SiteFrame, corpus: Corpus, visibility: Visibility) -> Iterator[tuple[str, str]]:
    """The pages, each with its path inside the site: the inconsistencies first, then those of each label.

    Raises:
        InputError: for the first line that is not valid.
    """
    forms = surface_forms(examples_to_index(corpus, visibility))
    known = {label.name: label.colour for label in corpus.scheme.labels}
    used = {label for form in forms.values() for label in form.own_labels}
    shades = colours([*(name for name in known if name in used), *sorted(used - known.keys())], known)
    by_label: dict[str, list[list[SurfaceForm]]] = {}
    places: dict[tuple[str, str], tuple[str, str]] = {}  # by label and form the page and the anchor
    for number, label in enumerate(shades, 1):
        own = sorted((form for form in forms.values() if form.labels[label]), key=lambda form: form.name)
        by_label[label] = [own[at : at + PAGED] for at in range(0, len(own), PAGED)]
        for part, some in enumerate(by_label[label], 1):
            for at, form in enumerate(some, 1):
                places[label, form.name] = (f"{FOLDER}/{number}-{part}.html", f"f{at}")
    yield SURFACES, _first_page(frame, forms, by_label, places, shades)
    for label, parts in by_label.items():
        for part, some in enumerate(parts):
            yield (
                places[label, some[0].name][0],
                _label_page(frame, label, parts, part, forms=forms, looks=(places, shades)),
            )


Places = dict[tuple[str, str], tuple[str, str]]
Looks = tuple[Places, dict[str, str]]


def _first_page(
    frame: SiteFrame,
    forms: Mapping[str, SurfaceForm],
    by_label: Mapping[str, Sequence[Sequence[SurfaceForm]]],
    places: Places,
    shades: dict[str, str],
) -> str:
    inconsistent = sorted((form for form in forms.values() if form.reasons), key=lambda form: form.rank)
    rows = [_row(SURFACES, form, forms, (places, shades)) for form in inconsistent[:LISTED]]
    rest = len(inconsistent) - len(rows)
    left = f"and {rest:,} more, which stand first on the pages of their labels" if rest else None
    labels = [
        element("li", chip(label, shades), " ", *_ranges(SURFACES, parts, label, places), class_="label-pages")
        for label, parts in by_label.items()
    ]
    intro = element(
        "p",
        f"{amount(len(forms), 'surface form')}, {len(inconsistent):,} of them annotated in several ways. Forms that "
        "differ only in case, white space or punctuation signs of one kind count as one.",
    )
    return frame.page(
        SURFACES,
        TITLE,
        section("By label", element("ul", *labels, class_="plain")),
        section(
            "Inconsistencies",
            element("p", "The same words with several labels come first, then rare exceptions. Not each is an error."),
            _table(rows) if rows else element("p", "None: each form was always annotated in one way."),
            element("p", left, class_="note") if left else None,
        ),
        header=page_header(TITLE, intro),
    )


def _row(path: str, form: SurfaceForm, forms: Mapping[str, SurfaceForm], looks: Looks) -> Markup:
    places, shades = looks
    name = _form_link(path, form, places)
    chips = [part for label in form.own_labels for part in (chip(label, shades), " ")]
    return element(
        "tr",
        element("th", name, scope="row", class_="left"),
        element("td", *chips, class_="left"),
        element("td", element("bdi", "; ".join(form.reasons)), *_related(path, form, forms, places), class_="left"),
    )


def _form_link(path: str, form: SurfaceForm, places: Places) -> Markup:
    page, anchor = places[form.own_labels[0], form.name]
    return link(path, page, element("bdi", form.shown), anchor=anchor)


def _related(path: str, form: SurfaceForm, forms: Mapping[str, SurfaceForm], places: Places) -> Iterator[Markup | str]:
    """Links to the forms that stand in the same places with other edges."""
    for number, name in enumerate(form.related[:NAMED]):
        yield ", " if number else ". Compare: "
        yield _form_link(path, forms[name], places)


def _table(rows: Sequence[Markup]) -> Markup:
    head = element("tr", *(element("th", name, class_="left", scope="col") for name in ("form", "labels", "why")))
    table = element("table", element("thead", head), element("tbody", *rows), class_="wide surfaces")
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label="Inconsistent forms")


def _ranges(path: str, parts: Sequence[Sequence[SurfaceForm]], label: str, places: Places) -> Iterator[Markup | str]:
    """Links to the pages of a label: with the first and the last form where there are several."""
    if len(parts) == 1:
        page = places[label, parts[0][0].name][0]
        yield link(path, page, amount(len(parts[0]), "form"), aria_label=f"{label}: {amount(len(parts[0]), 'form')}")
        return
    for some in parts:
        page = places[label, some[0].name][0]
        current = "page" if page == path else None
        yield link(
            path, page, element("bdi", some[0].shown), " – ", element("bdi", some[-1].shown), aria_current=current
        )
        yield " · "


def _label_page(
    frame: SiteFrame,
    label: str,
    parts: Sequence[Sequence[SurfaceForm]],
    part: int,
    *,
    forms: Mapping[str, SurfaceForm],
    looks: Looks,
) -> str:
    places, _ = looks
    some = parts[part]
    path = places[label, some[0].name][0]
    suspicious = sorted((form for form in some if form.reasons), key=lambda form: form.rank)
    title = f"Surface forms: {label}"
    first = element(
        "ul",
        *(
            element("li", link(path, path, element("bdi", form.shown), anchor=places[label, form.name][1]),
                    element("span", f" {'; '.join(form.reasons)}", class_="quiet"))
            for form in suspicious
        ),
        class_="plain",
    )  # fmt: skip
    return frame.page(
        path,
        title,
        section("Annotated in several ways", first) if suspicious else None,
        section("All forms", *(_entry(path, form, label, frame, forms=forms, looks=looks) for form in some)),
        header=page_header(
            title,
            element("p", *_ranges(path, parts, label, places), class_="quiet") if len(parts) > 1 else None,
        ),
        within=[SURFACES],
    )


def _entry(
    path: str, form: SurfaceForm, label: str, frame: SiteFrame, *, forms: Mapping[str, SurfaceForm], looks: Looks
) -> Markup:
    places, shades = looks
    variants = [one for one in sorted(form.variants, key=lambda one: (-form.variants[one], one)) if one != form.shown]
    counts = [f"Marked {times(form.marked)} in {amount(len(form.articles), 'article')}"]
    if len(form.own_labels) > 1:
        counts += [f"{one} {times(form.labels[one])}" for one in form.own_labels]
    if unmarked := form.labels[UNMARKED]:
        counts.append(f"unmarked {times(unmarked)}")
    about = [", ".join(counts), *(one[0].upper() + one[1:] for one in form.edges)]
    if variants:
        about.append(f"Also written {', '.join(variants[:NAMED])}")
    shown = [one for one in (*form.own_labels, UNMARKED) if form.contexts[one]]
    return element(
        "div",
        element("h3", element("bdi", form.shown)),
        element(
            "p",
            element("bdi", ". ".join(about)),
            *(_related(path, form, forms, places) if form.related else ()),
            ".",
            class_="note",
        ),
        *(_contexts(path, form, one, frame, shades) for one in shown),
        id=places[label, form.name][1],
        class_="form",
    )


def _contexts(path: str, form: SurfaceForm, label: str, frame: SiteFrame, shades: Mapping[str, str]) -> Markup:
    found = form.contexts[label]
    rest = form.labels[label] - found.total()
    name = chip(label, shades) if label else element("span", "unmarked", class_="quiet")
    lines = [
        element(
            "li",
            element(
                "span", one.before, element("mark", one.words), one.after, lang=frame.text_language, dir=one.direction
            ),
            " ",
            example_link(path, one.example),
            element("span", f" in {number} readings", class_="quiet") if number > 1 else None,
            class_="context",
        )
        for one, number in found.items()
    ]
    more = element("li", f"and {rest:,} more", class_="note") if rest > 0 else None
    return join(element("p", name, class_="of"), element("ul", *lines, more, class_="plain contexts"))
