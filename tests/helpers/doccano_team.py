"""Annotators and a lead who are at work at the same time, and what each knows to have done.

An annotator writes down what the server acknowledged, and when: each state of their work on a copy, from the moment at
which it can first have been there to the one at which it can last have been. What a pull writes is held against that.

Every word of a text is there once, so that the words of a span say where it is. In a shared project each annotator has
words of their own, since Doccano does not lock a text while it looks for overlapping spans; and one of them confirms an
example, since a confirmation is toggled.
"""

import random
import re
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from math import inf

from goldspan.annotation import Example
from goldspan.corpus import Corpus
from goldspan.corpus.passes import CONFIRMED
from goldspan.doccano.pull import pull
from goldspan.doccano.push import push
from goldspan.errors import ServerError
from helpers import sample_corpus
from helpers.doccano_project import import_rows, utf16_length

LABELS = ("UNIT", "PLACE")
BASES = ("KFOR", "Özkan", "🚢", "Iber", "e\u0301té", "troops", "𝔘", "left")
WORDS_EACH = 4  # of a text, for each annotator of a shared project
PLACES = ((0, 1), (1, 2), (2, 3), (3, 4), (0, 2), (2, 4), (1, 3))  # of the words of an annotator
# What an annotator does next, and how often of 100 times.
KINDS = {"draw": 46, "move": 12, "relabel": 8, "delete": 8, "confirm": 12, "unconfirm": 5, "comment": 7, "uncomment": 2}
EACH = 42  # things that an annotator does in one round of the leads
SHIFT = 6.0  # seconds in which everybody works on the same project
WORD = re.compile(r"\S+")


def paragraph(article, number, annotators):
    """An example: words of which each is there once."""
    words = [f"{BASES[at % len(BASES)]}{at:02}" for at in range(annotators * WORDS_EACH)]
    name = f"{article}.p{number:02}"
    return Example(name, f"{' '.join(words)} ({name})", at=1_000 * number)


def name_in(text):
    """The id of the example that a text is of, whatever was added to it since."""
    return re.search(r"\((\w+\.p\d+)\)", text)[1]


@dataclass(frozen=True)
class WorkState:
    """An annotator's work on a copy: for each span its words and its label, confirmation, comments."""

    spans: tuple = ()
    confirmed: bool = False
    comments: tuple = ()

    @property
    def is_empty(self):
        return self == WorkState()


@dataclass
class WorkedCopy:
    """What one annotator did on a copy of an example.

    Args:
        name: of the example.
        text: of the copy.
        spans: by Doccano's number of a span, its words and its label.
        comments: by Doccano's number of a comment, its text.
        states: each with the moment at which the request was sent that led to it, and the one of its answer.
    """

    name: str
    text: str
    spans: dict = field(default_factory=dict)
    confirmed: bool = False
    comments: dict = field(default_factory=dict)
    states: list = field(default_factory=lambda: [(0.0, 0.0, WorkState())])

    @property
    def state(self):
        return WorkState(tuple(sorted(self.spans.values())), self.confirmed, tuple(sorted(self.comments.values())))

    def record(self, sent):
        """Write down the present state, to which a request led that was sent at that moment."""
        self.states.append((sent, time.monotonic(), self.state))

    def possible(self, begin, end):
        """The states that the server can have had between two moments."""
        ends = [answered for _, answered, _ in self.states[1:]] + [inf]
        return [
            state for (sent, _, state), last in zip(self.states, ends, strict=True) if sent <= end and begin <= last
        ]


class SimulatedAnnotator:
    """An annotator who works until told to stop.

    Args:
        number: from 0; the random choices follow from it.
        person: of `doccano_annotator`, logged in.
        rooms: the projects.
        pause: seconds between two examples, at most.
        kinds: what they do, and how often of 100 times.
        each: how many things they do in one round of the leads, however fast the machine is; None for any number.
    """

    def __init__(self, number, person, rooms, *, pause=1.0, kinds=None, each=EACH):
        self.number, self.person, self.rooms, self.pause, self.kinds = number, person, rooms, pause, kinds or KINDS
        self.each = each
        self.random = random.Random(number)  # noqa: S311  (no secret)
        self.done, self.refused = Counter(), Counter()
        self.copies = {room.id: {} for room in rooms}
        self.next = {room.id: None for room in rooms}

    def work(self, ended):
        """Go from example to example until it is time to stop."""
        while not ended.wait(self.random.uniform(0, self.pause)):
            rounds = 1 + min(room.done["round"] for room in self.rooms)
            if self.each is None or self.done.total() < self.each * rounds:
                self.visit(self.rooms[int(time.monotonic() / SHIFT) % len(self.rooms)], ended)

    def visit(self, room, ended):
        """Open the next example, or one of those that were worked on, and do something there."""
        held = self.copies[room.id]
        again = held and self.random.random() < 0.2
        number = self.random.choice(list(held)) if again else self.open_next(room)
        for _ in range(self.random.randint(2, 6)):
            if number is None or ended.is_set() or not self.act(room, number):
                return

    def open_next(self, room):
        """The number of the next example of the list, as the page asks for it; the first time, of one further on."""
        at = self.next[room.id]
        page = self.person._call("GET", f"projects/{room.id}/examples?limit=1&offset={at or 0}")
        if at is None:
            self.next[room.id] = self.number * page["count"] // len(room.people)
            return self.open_next(room)
        self.next[room.id] = (at + 1) % max(page["count"], 1)
        if not page["results"]:
            return None
        [row] = page["results"]
        self.copies[room.id].setdefault(row["id"], WorkedCopy(name_in(row["text"]), row["text"]))
        return row["id"]

    def act(self, room, number):
        """Do one thing; whether the server took it."""
        held = self.copies[room.id][number]
        kind = self.random.choices(list(self.kinds), list(self.kinds.values()))[0]
        if kind in {"move", "relabel", "delete"} and not held.spans:
            kind = "draw"
        if kind == "uncomment" and not held.comments:
            kind = "comment"
        if kind in {"confirm", "unconfirm"}:
            kind = "unconfirm" if held.confirmed else "confirm"
            if room.shared and room.confirmer(number) is not self:
                kind = "draw"
        try:
            self.do(kind, room, number, held)
        except AssertionError as refusal:
            self.refused[f"{kind}: {' '.join(re.findall(r': ([0-9]{3}) ', str(refusal)))}"] += 1
            self.forget_if_gone(room, number, held)
            return False
        return True

    def do(self, kind, room, number, held):
        """Do one thing, and write it down once the server has taken it."""
        sent = time.monotonic()
        if getattr(self, f"_{kind}")(room, number, held):
            held.record(sent)
            self.done[kind] += 1

    def forget_if_gone(self, room, number, held):
        """A copy that was deleted before anything was done on it is no loss."""
        answer = self.person.session.get(f"{self.person.url}/v1/projects/{room.id}/examples/{number}", timeout=60)
        if answer.status_code == 404 and held.state.is_empty:
            del self.copies[room.id][number]

    def places(self, room, held):
        """Where this annotator may mark something: by words, start and end in the browser's unit."""
        words = [match.span() for match in WORD.finditer(held.text) if match[0][-1].isdigit()]
        if room.shared:
            words = words[self.number * WORDS_EACH :][:WORDS_EACH]
        else:
            at = self.random.randrange(len(words) // WORDS_EACH) * WORDS_EACH
            words = words[at : at + WORDS_EACH]
        for first, last in PLACES:
            start, end = words[first][0], words[last - 1][1]
            yield held.text[start:end], utf16_length(held.text[:start]), utf16_length(held.text[:end])

    def free_place(self, room, held, but=None):
        """A place without a span, other than this one."""
        taken = {word for span, (words, _) in held.spans.items() if span != but for word in words.split()}
        free = [place for place in self.places(room, held) if taken.isdisjoint(place[0].split())]
        return self.random.choice(free) if free else None

    def _draw(self, room, number, held):
        if (place := self.free_place(room, held)) is None:
            return False
        words, start, end = place
        label = self.random.choice(LABELS)
        held.spans[self.person.mark(room.id, number, start, end, room.labels[label])] = (words, label)
        return True

    def _move(self, room, number, held):
        span = self.random.choice(list(held.spans))
        if (place := self.free_place(room, held, but=span)) is None:
            return False
        words, start, end = place
        self.person.move(room.id, number, span, start, end)
        held.spans[span] = (words, held.spans[span][1])
        return True

    def _relabel(self, room, number, held):
        span, label = self.random.choice(list(held.spans)), self.random.choice(LABELS)
        self.person.relabel(room.id, number, span, room.labels[label])
        held.spans[span] = (held.spans[span][0], label)
        return True

    def _delete(self, room, number, held):
        span = self.random.choice(list(held.spans))
        self.person.unmark(room.id, number, span)
        del held.spans[span]
        return True

    def _confirm(self, room, number, held):
        self.person.confirm(room.id, number)
        held.confirmed = True
        return True

    def _unconfirm(self, room, number, held):
        self.person.unconfirm(room.id, number)
        held.confirmed = False
        return True

    def _comment(self, room, number, held):
        text = f"R{self.random.randint(1, 40)} or not? {self.number}"
        held.comments[self.person.comment(room.id, number, text)] = text
        return True

    def _uncomment(self, room, _, held):
        comment = self.random.choice(list(held.comments))
        self.person.uncomment(room.id, comment)
        del held.comments[comment]
        return True

    def withdraw(self, room, number):
        """Take back everything on a copy."""
        held = self.copies[room.id].get(number)
        while held is not None and not held.state.is_empty:
            self.do("delete" if held.spans else "uncomment" if held.comments else "unconfirm", room, number, held)


class Room:
    """A project of a corpus, and the lead who pushes and pulls there.

    Args:
        client: logged in as the lead; no other thread uses it.
        folder: of the corpus.
        kind: `independent` or `shared`.
        people: by pseudonym.
        articles: how many the corpus has at first.
        paragraphs: of each.
    """

    def __init__(self, client, folder, kind, people, *, articles=10, paragraphs=12):
        self.client, self.kind, self.people, self.paragraphs = client, kind, people, paragraphs
        self.shared = kind == "shared"
        self.name = f"{kind} {secrets.token_hex(4)}"
        self.random = random.Random(kind)  # noqa: S311  (no secret)
        self.texts = {one.id: one for at in range(articles) for one in self._article(at)}
        self.articles = articles
        self.corpus = sample_corpus.make(folder, self.texts.values(), LABELS)
        sample_corpus.list_members(self.corpus, people)
        self.annotators = []
        self.done, self.messages = Counter(), Counter()
        self.push()
        project = client.project(self.name)
        self.id = project.id
        self.labels = {label.name: label.id for label in client.span_types(self.id)}

    def _article(self, number):
        name = f"{self.kind[0]}{number:02}"
        return [paragraph(name, each, len(self.people)) for each in range(1, self.paragraphs + 1)]

    # What the lead does.

    def work(self, ended):
        """Pull, change the corpus, push, until it is time to stop."""
        while not ended.is_set():
            self.attempt("pull", self.pull)
            self.change_texts(2)
            if self.random.random() < 0.3:
                self.add_article()
            if self.random.random() < 0.4:
                self.duplicate(3)
            self.attempt("push", self.push)
            self.done["round"] += 1

    def attempt(self, what, action):
        """Push or pull; that people were at work is said, and the next one completes it."""
        try:
            return action()
        except ServerError as error:
            self.done[f"{what} that gave up"] += 1
            self.messages[re.sub(r"example \S+ \(number \d+\)", "example …", str(error).splitlines()[0])] += 1
            return None

    def change_texts(self, number):
        for name in self.random.sample(sorted(self.texts), number):
            old = self.texts[name]
            said = f"Update {self.done['text changed']}:"
            self.texts[name] = replace(
                old, text=f"{said} {old.text}" if self.random.random() < 0.5 else f"{old.text} (ed.)"
            )
            self.done["text changed"] += 1
            self.write(name)

    def add_article(self):
        new = self._article(self.articles)
        self.articles += 1
        self.texts |= {one.id: one for one in new}
        here = {one.id: one for one in self.corpus.gold_examples()}
        sample_corpus.write_articles(self.corpus, {**self.texts, **here}.values())
        self.corpus = Corpus(self.corpus.root)
        self.done["article added"] += 1

    def duplicate(self, number):
        """Rows are imported once more, as by a task that runs twice."""
        chosen = self.random.sample(list(self.client.examples(self.id)), number)
        import_rows(self.client, self.client.project(self.name), [{"text": row.text, **row.meta} for row in chosen])
        self.done["duplicate made"] += number

    def push(self):
        pushed = push.prepare_push(self.client, self.corpus, self.name, kind=self.kind).apply()
        self.done["push"] += 1
        self.done["copy deleted"] += pushed.deleted
        return pushed

    def plan_pull(self, **options):
        return pull.plan_pull(self.corpus, self.client, self.name, withdraw=True, **options)

    def pull(self):
        begin = time.monotonic()
        planned = self.plan_pull()
        planned.apply()
        self.done["pull"] += 1
        self.done["span moved to a new text"] += sum(len(line.spans) for line in planned.moved)
        self.check_states(planned, begin, time.monotonic())
        self.restore_gold()
        return planned

    def write(self, *names):
        """Write these examples as gold, and leave the others as they are."""
        here = {one.id: one for one in self.corpus.gold_examples()}
        sample_corpus.write_gold(self.corpus, {**here, **{name: self.texts[name] for name in names}}.values())

    def restore_gold(self):
        """Put back what a pull takes out of the gold: here it is also where the texts stand."""
        here = {one.id for one in self.corpus.gold_examples()}
        if missing := self.texts.keys() - here:
            self.write(*missing)

    # What must be there.

    def lines(self):
        """The lines that pulls wrote, each with its annotator; `""` where all work on one annotation."""
        if self.shared:
            return [("", line) for line in self.corpus.gold_examples()]
        return [(name, line) for name in self.corpus.annotators() for line in self.corpus.pass_examples(name)]

    def check_states(self, planned, begin, end):
        """Each line that was not held back is as its annotators had it at one moment of the pull."""
        held_back = {(problem.annotator, problem.example) for problem in planned.problems}
        for annotator, line in self.lines():
            if held_back & {(annotator, line.id), ("", line.id)} or not line.extra.get(CONFIRMED):
                continue
            copies = {
                number
                for one in self.annotators
                for number, held in one.copies[self.id].items()
                if held.name == line.id
            }
            assert any(self.is_possible(annotator, line, number, begin, end) for number in copies), (
                f"{self.name}: {annotator} never had {line.id} as the pull wrote it: {marks(line)}"
            )
            self.done["line checked"] += 1

    def is_possible(self, annotator, line, number, begin, end):
        """Whether the work on a copy can have been that of a line."""
        confirmed = False
        for one in self.annotators:
            if annotator not in {"", self.pseudonym(one)}:
                continue
            held = one.copies[self.id].get(number) or WorkedCopy(line.id, line.text)
            states = held.possible(begin, end)
            if not any(state.spans == self.own(one, line) for state in states):
                return False
            confirmed |= any(state.confirmed for state in states)
        return confirmed

    def pseudonym(self, annotator):
        return next(name for name, person in self.people.items() if person is annotator.person)

    def own(self, annotator, line):
        """The spans of a line that are an annotator's: in a shared project those on their words."""
        found = marks(line)
        if self.shared:
            mine = range(annotator.number * WORDS_EACH, (annotator.number + 1) * WORDS_EACH)
            found = [mark for mark in found if int(re.search(r"\d+$", mark[0])[0]) in mine]
        return tuple(found)

    def resolve_doubles(self):
        """People take back what they did on all but one of several copies, as a pull asks them to."""
        for problem in {problem.example: problem for problem in self.plan_pull(unconfirmed=True).problems}.values():
            assert problem.kind == "double", problem
            self.done["example worked on in two copies"] += 1
            work = Counter()
            for one in self.annotators:
                for number, held in one.copies[self.id].items():
                    if held.name == problem.example and not held.state.is_empty:
                        work[number] += 1 + len(held.spans)
            for number in sorted(work, key=lambda number: (-work[number], number))[1:]:
                for one in self.annotators:
                    one.withdraw(self, number)

    def confirm_all(self):
        """Each example of a shared project that somebody worked on is confirmed, or its spans would not be gold."""
        worked = {
            number: held
            for one in self.annotators
            for number, held in one.copies[self.id].items()
            if not held.state.is_empty
        }
        for number, held in worked.items():
            one = self.confirmer(number)
            mine = one.copies[self.id].setdefault(number, WorkedCopy(held.name, held.text))
            if not mine.confirmed:
                one.do("confirm", self, number, mine)

    def compare(self, planned):
        """How much of what people did the corpus has kept, lost, moved or doubled; and what of it differs."""
        written = {(annotator, line.id): line for annotator, line in self.lines()}
        comments = Counter((comment.annotator, comment.example, comment.text) for comment in planned.comments)
        tally, differing, known = Counter(), [], set()
        for one in self.annotators:
            person = self.pseudonym(one)
            for number, held in one.copies[self.id].items():
                if held.state.is_empty:
                    continue
                key = ("" if self.shared else person, held.name)
                line, known = written.get(key), known | {key}
                here, there = Counter(held.state.spans), Counter() if line is None else Counter(self.own(one, line))
                here.update(held.state.comments)
                there += Counter(
                    {text: times for (*whose, text), times in comments.items() if whose == [person, held.name]}
                )
                if not self.shared or self.confirmer(number) is one:
                    here["confirmed"] += held.confirmed
                    there["confirmed"] += line is not None and line.extra.get(CONFIRMED, True)
                lost, more = here - there, there - here
                doubled = Counter({mark: times for mark, times in more.items() if mark in here})
                tally += Counter(kept=(here & there).total(), lost=lost.total(), doubled=doubled.total())
                tally += Counter(moved=(more - doubled).total())
                if lost or more:
                    differing.append((person, held.name, dict(lost), dict(more)))
        for key, line in written.items():
            if key not in known and line.spans:
                tally["moved"] += len(line.spans)
                differing.append((*key, {}, marks(line)))
        return tally, differing

    def confirmer(self, number):
        """Who confirms a copy in a shared project: one person, since a confirmation is toggled."""
        return self.annotators[number % len(self.annotators)]


def marks(line):
    """The words and the label of each span of a line, sorted."""
    return sorted((line.surface(span), span.label) for span in line.spans)


class BusyTeam:
    """Annotators who mark, each in examples of their own, and note the numbers of the spans that were acknowledged."""

    def __init__(self, begun, people):
        self.project, self.label = begun.project.id, begun.corpus.scheme.names[0]
        self.numbers = [row.id for row in begun.server.examples(self.project)]
        self.ended, self.done = threading.Event(), []
        label = people[0].labels(self.project)[self.label]
        self.threads = [threading.Thread(target=self._work, args=(person, label)) for person in people]

    def _work(self, person, label):
        at = 0
        while not self.ended.is_set():
            start = 4 + at // len(self.numbers)  # behind what `work` marked: spans must not overlap
            number = self.numbers[at % len(self.numbers)]
            self.done.append(person.mark(self.project, number, start, start + 1, label))
            at += 1

    def wait(self, number):
        """Wait until so many spans were acknowledged."""
        while len(self.done) < number and any(thread.is_alive() for thread in self.threads):
            time.sleep(0.01)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()
