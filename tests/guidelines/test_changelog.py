import pytest

from goldspan.errors import InvalidValueError
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


def test_the_rules_of_this_project_are_all_named_by_its_changelog(project):
    changed = changelog.changed_rules(project.guidelines)
    assert {"G-1", "MU-7", "P-3", "T-6", "L-5"} <= set(changed)
    assert set(changed.values()) == {project.scheme.version}
