"""What others do with an export: spaCy trains on the DocBin, transformers takes a step on the dataset."""

import importlib.util

import pytest
import spacy
from datasets import load_dataset
from spacy.training import Corpus as SpacyCorpus

from goldspan.export import export


@pytest.mark.slow
def test_spacy_trains_an_epoch_from_the_docbin(project, tmp_path):
    export(project, tmp_path / "docbin", "docbin")
    nlp = spacy.blank("en")
    examples = list(SpacyCorpus(tmp_path / "docbin" / "train.spacy")(nlp))
    recogniser = nlp.add_pipe("ner")
    spacy.util.fix_random_seed(0)
    optimiser = nlp.initialize(lambda: examples)
    assert set(recogniser.labels) == set(project.scheme.names)
    losses = []
    for _ in range(4):
        losses.append(0.0)
        for batch in spacy.util.minibatch(examples, 8):
            losses[-1] += nlp.update(batch, sgd=optimiser)["ner"]
    assert losses[-1] < losses[0] / 2


def test_spacy_reads_every_span_of_the_gold(project, tmp_path):
    export(project, tmp_path / "docbin", "docbin")
    nlp = spacy.blank("en")
    found = [
        (span.start_char, span.end_char, span.label_)
        for path in sorted((tmp_path / "docbin").glob("*.spacy"))
        for example in SpacyCorpus(path)(nlp)
        for span in example.reference.ents
    ]
    gold = [(s.start, s.end, s.label) for example in project.gold_examples() for s in example.spans]
    assert sorted(found) == sorted(gold)


@pytest.mark.torch
@pytest.mark.filterwarnings("default")  # torch warns of its own use of Python
@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="needs: pip install -e '.[torch]'")
def test_a_token_classifier_takes_a_step_on_the_dataset(project, tmp_path):
    import torch
    from transformers import BertConfig, BertForTokenClassification

    torch.manual_seed(0)
    export(project, tmp_path / "dataset")
    train = load_dataset(str(tmp_path / "dataset"), split="train", cache_dir=str(tmp_path / "cache"))
    names = train.features["ner_tags"].feature.names
    words = {word: number for number, word in enumerate(sorted({w for row in train for w in row["tokens"]}), start=1)}
    config = BertConfig(
        vocab_size=len(words) + 1, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=len(names), id2label=dict(enumerate(names)), label2id={n: i for i, n in enumerate(names)},
    )  # fmt: skip
    model = BertForTokenClassification(config)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(3):
        for row in train.select(range(8)):
            batch = torch.tensor([[words[word] for word in row["tokens"]]])
            loss = model(input_ids=batch, labels=torch.tensor([row["ner_tags"]])).loss
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            losses.append(loss.item())
    assert sum(losses[-8:]) < sum(losses[:8])
