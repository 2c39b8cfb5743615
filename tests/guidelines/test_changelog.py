import pytest

from goldspan.errors import InputError, InvalidValueError
from goldspan.guidelines import changelog, rules


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changes\n\nMU-3 is mentioned in no version.\n\n## 1.10, 2026-05-01\n\n- MU-2 changed.\n\n"
        "## 1.9, 2026-04-01\n\n- MU-1 to MU-2 changed.\n"
    )
    return tmp_path


def test_versions_are_compared_as_numbers_and_the_newest_counts(folder):
    changed = changelog.changed_rules(folder)
    assert changed == {"MU-1": "1.9", "MU-2": "1.10"}
    assert changelog.is_outdated(changed, "MU-2", "1.9")
    assert not changelog.is_outdated(changed, "MU-2", "1.10")
    assert not changelog.is_outdated(changed, "MU-1", "1.10")


def test_without_a_rule_or_a_changelog_nothing_is_outdated(tmp_path, folder):
    assert changelog.changed_rules(tmp_path / "nowhere") == {}
    assert not changelog.is_outdated(changelog.changed_rules(folder), None, "0.1")
    assert not changelog.is_outdated({}, "MU-1", "0.1")


def test_an_invalid_version_is_refused(folder):
    with pytest.raises(InvalidValueError, match="no version"):
        changelog.is_outdated(changelog.changed_rules(folder), "MU-1", "first")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("G-3: is this a name?", ["G-3"]),
        ("by MU-1 to MU-3, not T-2; T-2 again", ["MU-1", "MU-2", "MU-3", "T-2"]),
        ("SARS-CoV-2 is no rule, nor is a-3", []),
    ],
)
def test_ids_are_found_in_what_people_write(text, ids):
    assert rules.mentioned_rules(text) == ids


def concerned(folder, rule, since, *texts):
    patterns = changelog.concerned_texts(folder, rule, since)
    return [text for text in texts if any(pattern.search(text) for pattern in patterns)]


def test_a_change_concerns_every_text_unless_it_says_which(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text(
        "## 1.3, 2026-06-01\n\n- MU-2: changed. Read again: `Staff`.\n\n"
        "## 1.2, 2026-05-01\n\nMU-1 to MU-3.\n\n"
        "- **MU-1**, **MU-4:** ships are out\n  (see T-9: no rule). Read again:\n  `USS`, `(?i)\\bthe hood\\b`.\n"
        "- MU-5: no bracket. Read again: nothing.\n\n## 1.1, 2026-04-01\n\n- MU-4: all.\n"
    )
    texts = ("USS Alder", "The Hood sank.", "the hooded man", "Staff")
    assert concerned(tmp_path, "MU-4", "1.1", *texts) == ["USS Alder", "The Hood sank."]
    assert concerned(tmp_path, "MU-4", "1.0", *texts) == list(texts)
    assert concerned(tmp_path, "MU-4", "1.2", *texts) == []
    assert concerned(tmp_path, "MU-1", "1.1", *texts) == ["USS Alder", "The Hood sank."]
    assert concerned(tmp_path, "MU-2", "1.2", *texts) == ["Staff"]
    assert concerned(tmp_path, "MU-2", "1.1", *texts) == list(texts)
    assert concerned(tmp_path, "MU-5", "1.1", *texts) == list(texts)
    assert concerned(tmp_path, "MU-6", "1.0", *texts) == []
    assert concerned(tmp_path / "nowhere", "MU-1", "1.0", *texts) == []


def test_a_pattern_that_is_none_is_refused_with_its_line(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## 1.1, 2026-06-01\n\n- MU-2: x. Read\n  again: `(`.\n")
    with pytest.raises(InputError, match="no regular expression") as caught:
        changelog.concerned_texts(tmp_path, "MU-2", "1.0")
    assert (caught.value.file, caught.value.line) == (tmp_path / "CHANGELOG.md", 5)


def test_the_rules_of_this_project_are_all_named_by_its_changelog(project):
    changed = changelog.changed_rules(project.guidelines)
    assert {"G-1", "MU-7", "P-3", "T-6", "L-5"} <= set(changed)
    assert max(changed.values()) == project.scheme.version


def test_this_project_says_for_each_changed_rule_which_texts_it_concerns(project):
    changed = changelog.changed_rules(project.guidelines)
    again = {rule: changelog.concerned_texts(project.guidelines, rule, "1.0") for rule in changed}
    assert sorted(rule for rule, patterns in again.items() if patterns) == sorted(
        rule for rule, version in changed.items() if version != "1.0"
    )
    assert not [rule for rule, patterns in again.items() if changelog.EVERY_TEXT in patterns]
