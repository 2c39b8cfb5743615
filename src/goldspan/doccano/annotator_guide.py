"""How to work in Doccano, for those who annotate there: the first section of the guideline page.

Each sentence says what Doccano 1.8.4 was seen to do; `tests/doccano/live/test_browser.py` does it again in a
browser. What surprises most: a key pressed behind an open dialog acts on the example, a mark across another is refused
without a word, and nothing can be undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from goldspan.formats.doccano import KEY
from goldspan.report.text import amount, enumerate_names, escape_markdown

if TYPE_CHECKING:
    from collections.abc import Collection

# Everybody annotates alone; all work on one annotation; one member corrects suggestions; disputes are adjudicated.
ProjectKind = Literal["independent", "shared", "private", "disputes"]
OPEN_ITEMS = "?page=1&isChecked=false"  # from the annotation page of any project: its examples that are still open
NAMED = 6  # labels without a key that are named
KINDS: dict[ProjectKind, str] = {
    "independent": (
        "**You work alone.** Nobody else sees your marks, and you do not see theirs. Comments are seen by everybody in "
        "the project: decide first, then read what others wrote."
    ),
    "shared": (
        "**All work on the same marks.** What you change or delete is changed for everybody, and one confirmation "
        "counts for all. Marks that are there when you come were made by others or by a program: look at each as if "
        "you had made it, and look hardest at what is not marked."
    ),
    "private": (
        "**You work alone.** This project is yours: nobody else works here. Marks that are there when you come were "
        "made by a program, and some are wrong: look at each as if you had made it, and look hardest at what is not "
        "marked."
    ),
    "disputes": (
        "**You decide where annotators differ.** Each example here has at least one dispute. Beside the text, `votes` "
        "says of each what one side marked and who they are, then the next side; “nothing” is a side, too. The marks "
        "in the text are a proposal. Make them as they should be, comment with the rule and your reason, then confirm: "
        "the marks are then the decision, and the comment is kept as its reason. Say why they differed, too: write "
        "`outcome: slip` if one of them overlooked something, `outcome: unclear-rule`, `outcome: missing-rule` or "
        "`outcome: ambiguous-text`."
    ),
}
PANEL = (
    "| `title`, `position` | the article, and which of its paragraphs this is |\n"
    "| `before`, `after` | the paragraphs around it, shortened: to understand it, not to be marked |\n"
    f"| `{KEY}` | for the program; not for you |"
)
PANEL_HEADER = "| Beside the text | what it says |\n|---|---|\n"
VOTES = (
    "| `votes` | who marked what, dispute by dispute |\n"
    "| `comments` | what annotators wrote while they were in doubt |\n"
)
MISTAKES = (
    "**There is no undo.** `Ctrl+Z`, `Delete` and `Backspace` do nothing.",
    "**A mark cannot overlap another.** Doccano draws nothing and says nothing: delete the first mark, then drag.",
    (
        "**Press `Enter` once.** Among the open examples it brings the next one at once, and a second `Enter` confirms "
        "that one unread. Elsewhere a second `Enter` takes the confirmation back."
    ),
    "**Close this page before you go on**, by a click beside it. `Enter` and the arrows act on the example behind it.",
    "**A comment is kept by *Send* alone.**",
    (
        "The bin deletes all marks of the example; it asks first. The magic wand, and *Edit* in the list *Dataset*, "
        "are not for annotators."
    ),
)


def guide(kind: ProjectKind, keyless: Collection[str], labels: Collection[str], rule: str | None) -> str:
    """How to work in Doccano, in Markdown.

    Args:
        kind: of the project.
        keyless: the labels without a key there, by the names that annotators see.
        labels: all labels, by these names.
        rule: the id of a rule of the guidelines, as an example; None where they have none.
    """
    mistakes = "\n".join(f"- {sentence}" for sentence in MISTAKES)
    panel = f"{PANEL_HEADER}{VOTES if kind == 'disputes' else ''}{PANEL}"
    parts = ("# Working in Doccano", _start(), "## Your hands", _hands(keyless, labels, rule), KINDS[kind])
    return "\n\n".join((*parts, panel, "## Easy to get wrong", mistakes))


def _start() -> str:
    return (
        f"**Start with [the open examples]({OPEN_ITEMS})**, and keep that address as a bookmark. Log in before you "
        "open it: the login leads to the list of projects, not to the address. The project's home page with *Import a "
        "dataset* and the steps below it is for those who set up projects, not for you; its *Start Annotation* shows "
        "all examples, done ones too, and may end in “Whoops, 404”."
    )


def _hands(keyless: Collection[str], labels: Collection[str], rule: str | None) -> str:
    rows = (
        ("choose a label", _choose(keyless, labels)),
        (
            "mark words",
            "Drag over them, from the first letter to the last. If no label is chosen, a menu asks for one.",
        ),
        ("change the label of a mark", "Click the name *under* the words, and choose another from the menu."),
        ("delete a mark", "Right-click the name under the words. It is gone at once."),
        ("move an edge", "Delete the mark and drag again."),
        (
            "confirm",
            (
                "`Enter`, or the ✕ at the top left, which becomes ✓. **Only what is confirmed counts**, also where "
                "there is nothing to mark."
            ),
        ),
        ("go on", "`→` is the next example, `←` the one before."),
        ("comment", _comment(rule)),
        ("see what is open", f"[The open examples]({OPEN_ITEMS}), or the funnel above the text: *Undone*."),
    )
    return "\n".join(["| To | do this |", "|---|---|", *(f"| {what} | {how} |" for what, how in rows)])


def _choose(keyless: Collection[str], labels: Collection[str]) -> str:
    stays = "It stays chosen, in the next examples too, until you choose another."
    if len(keyless) == len(labels):
        return f"Click its name under *Label Types*: the labels have no keys here. {stays}"
    press = "Press its key (“The labels at a glance”, below), or click its name under *Label Types*."
    if not keyless:
        return f"{press} {stays}"
    names = enumerate_names(map(escape_markdown, keyless), most=NAMED).replace("|", "\\|")
    return f"{press} {stays} {amount(len(keyless), 'label')} without a key, by a click alone: {names}."


def _comment(rule: str | None) -> str:
    example = "Name the page that left you in doubt."
    if rule:
        example = f"Begin with the rule: `{rule}: does this belong to the name?`"
    return f"The speech bubble above the text, then *Send*. {example} Whoever settles differences reads it."
