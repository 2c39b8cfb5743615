"""`compute_metrics` inside a real `transformers` Trainer, with a tiny model of random weights."""

import json
import math

import pytest

from goldspan.evaluation.hooks import IGNORED, compute_metrics
from goldspan.evaluation.span_metric import SpanMetric

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch", reason="pip install goldspan[torch]")
transformers = pytest.importorskip("transformers", reason="pip install goldspan[torch]")

NAMES = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
SENTENCES = [
    (["Ann", "saw", "Novi", "Sad"], [1, 0, 3, 4]),
    (["Oslo", "is", "cold"], [3, 0, 0]),
    (["nobody", "came"], [0, 0]),
    (["Ann", "Lee", "left", "Oslo", "for", "Novi", "Sad"], [1, 2, 0, 3, 0, 3, 4]),
    (["Lee", "stayed"], [1, 0]),
]
WORDS = sorted({word for words, _ in SENTENCES for word in words})


def aligned():
    """Two pieces a word, of which the first bears its label, between two special tokens; as the examples do it."""
    for words, tags in SENTENCES:
        pieces = [number for word in words for number in (3 + WORDS.index(word), 2)]
        labels = [label for tag in tags for label in (tag, IGNORED)]
        yield {"input_ids": [1, *pieces, 1], "labels": [IGNORED, *labels, IGNORED]}


def collate(rows):
    room = max(len(row["input_ids"]) for row in rows)
    padded = {
        name: torch.tensor([row[name] + [padding] * (room - len(row[name])) for row in rows])
        for name, padding in (("input_ids", 0), ("labels", IGNORED))
    }
    return padded | {"attention_mask": (padded["input_ids"] != 0).long()}


@pytest.fixture
def model():
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=3 + len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
        id2label=dict(enumerate(NAMES)),
        label2id={name: number for number, name in enumerate(NAMES)},
    )
    return transformers.BertForTokenClassification(config)


def trainer(model, folder, **options):
    arguments = transformers.TrainingArguments(
        str(folder), per_device_eval_batch_size=2, report_to=[], use_cpu=True, disable_tqdm=True, **options
    )
    return transformers.Trainer(
        model,
        arguments,
        data_collator=collate,
        train_dataset=list(aligned()),
        eval_dataset=list(aligned()),
        compute_metrics=compute_metrics(model.config.id2label),
    )


def test_the_trainer_reports_what_its_predictions_deserve(model, tmp_path):
    run = trainer(model, tmp_path)
    scores = run.evaluate()
    chosen = run.predict(run.eval_dataset).predictions.argmax(-1)
    predicted = [[NAMES[chosen[row, 1 + 2 * n]] for n in range(len(tags))] for row, (_, tags) in enumerate(SENTENCES)]
    gold = [[NAMES[tag] for tag in tags] for _, tags in SENTENCES]
    expected = SpanMetric(scheme="IOB2").compute(predictions=predicted, references=gold)
    assert expected["gold_spans"] == 7.0
    assert {name: scores[f"eval_{name}"] for name in expected} == expected


@pytest.mark.parametrize("option", [{"batch_eval_metrics": True}, {"eval_do_concat_batches": False}])
def test_batches_give_the_same_scores(model, tmp_path, option):
    def scores(run):
        return {name: value for name, value in run.evaluate().items() if "spans" in name or "_f1" in name}

    assert scores(trainer(model, tmp_path / "a", **option)) == scores(trainer(model, tmp_path / "b")) != {}


def test_training_keeps_the_best_epoch_by_strict_f1_and_writes_valid_logs(model, tmp_path):
    run = trainer(
        model,
        tmp_path,
        eval_strategy="epoch",
        save_strategy="epoch",
        logging_strategy="epoch",
        num_train_epochs=12,
        learning_rate=0.05,
        per_device_train_batch_size=5,
        load_best_model_at_end=True,
        metric_for_best_model="strict_f1",
    )
    run.train()
    logged = [entry["eval_strict_f1"] for entry in run.state.log_history if "eval_strict_f1" in entry]
    assert run.state.best_metric == max(logged) > logged[0]
    state = next(iter(tmp_path.glob("checkpoint-*/trainer_state.json")))
    json.loads(state.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert all(math.isfinite(value) for value in logged)
