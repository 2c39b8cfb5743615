"""`croissant.json`: the tables and columns of a release for programs, and what responsible use has to know.

It is of Croissant 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html) and of its vocabulary for
responsible AI 1.0. There is a record set per configuration: its rows are those of all splits, and a field says which
split a row is of. Every Parquet file is listed with its SHA-256. What nobody stated is not there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from goldspan import files
from goldspan.articles.markdown import plain_text
from goldspan.corpus.annotators import MADE
from goldspan.export.provenance import guidelines_sentence
from goldspan.release.citation import bibtex, licence_page
from goldspan.release.columns import CONFIGURATIONS, KEYS, describe_column
from goldspan.release.data_statement import NAMED_PARTS
from goldspan.release.tables import table_features
from goldspan.report.text import amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from goldspan.annotation import LabelScheme
    from goldspan.corpus import Corpus
    from goldspan.export.provenance import Provenance
    from goldspan.release.data_statement import DataStatement
    from goldspan.release.description import ReleaseDescription
    from goldspan.release.metadata import DatasetMetadata
    from goldspan.settings import AuthorSettings

CONFORMS_TO = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
PARQUET = "application/x-parquet"
SPLITS = "splits"  # the record set of the splits
LABELS = "labels"  # that of the labels
SPLIT_TERMS = {"train": "cr:TrainingSplit", "validation": "cr:ValidationSplit", "test": "cr:TestSplit"}
# The prefixes and terms of the specification; its terms of schema.org begin with https, as programs expect them.
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "annotation": "cr:annotation",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "excludes": "cr:excludes",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "readLines": "cr:readLines",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "sdVersion": "cr:sdVersion",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
    "unArchive": "cr:unArchive",
    "value": "cr:value",
}
AGENTS = {"person": "prov:Person", "model": "prov:SoftwareAgent", None: "prov:Agent"}


def croissant_json(
    metadata: DatasetMetadata, description: ReleaseDescription, folder: Path, responsible: Mapping[str, Any]
) -> str:
    """The content of `croissant.json`.

    Args:
        metadata: of the dataset.
        description: which tables the release has.
        folder: of the release, with its tables.
        responsible: further keys, as `responsible_use` gives them.
    """
    content: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [*CONFORMS_TO],
        "name": metadata.title,
        "description": metadata.description,
        "url": metadata.url or metadata.doi_address,
        "sameAs": metadata.doi_address if metadata.url else None,
        "version": metadata.version,
        "datePublished": metadata.date,
        "isLiveDataset": False,
        "creator": [_creator(author) for author in metadata.authors],
        "license": [*_licences(metadata)],
        "inLanguage": metadata.language,
        "keywords": [*metadata.keywords],
        "citeAs": bibtex(metadata),
        **responsible,
        "distribution": [*_file_objects(description, folder), *map(_file_set, description.configs)],
        "recordSet": [
            _split_set(description),
            _label_set(description.scheme),
            *(_record_set(config, description) for config in description.configs),
        ],
    }
    stated = {key: value for key, value in content.items() if value not in (None, [], "")}
    return json.dumps(stated, ensure_ascii=False, indent=2) + "\n"


def responsible_use(
    corpus: Corpus, source: Provenance, statement: DataStatement, computed: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The keys on responsible use: those of which something is stated, or known from the files of the project.

    Args:
        corpus: the project.
        source: where the gold of the release comes from.
        statement: the data statement.
        computed: per section of it what the project knows itself.
    """

    def stated(title: str) -> str | None:
        text = statement.sections.get(title)
        return plain_text(text) if text else None

    parts = {key: statement.part(heading) for heading, key in NAMED_PARTS.items()}
    models = [one.name for one in source.annotators if one.kind == "model" and one.examples]
    tools = [f"{name}: a model" for name in models]
    tools += ["Drafts by rules or a model"] if any(one.drafts in MADE or one.aided for one in source.annotators) else []
    keys: dict[str, Any] = {
        "rai:dataCollection": stated("Curation rationale"),
        "rai:dataCollectionRawData": " ".join([*computed["Speech situation"], *computed["Provenance appendix"]]),
        "rai:dataPreprocessingProtocol": [_cutting(corpus)],
        "rai:dataAnnotationProtocol": [guidelines_sentence(corpus, source.entries), *source.sentences()],
        "rai:annotationsPerItem": _readings(corpus, source),
        "rai:annotatorDemographics": list(filter(None, [stated("Annotator demographic")])),
        "rai:machineAnnotationTools": tools,
        **{f"rai:{key}": plain_text(text) for key, text in parts.items() if text},
        "prov:wasAttributedTo": [
            {"@type": AGENTS[one.kind], "prov:label": one.name} for one in source.annotators if one.examples
        ],
    }
    return {key: value for key, value in keys.items() if value}


def _cutting(corpus: Corpus) -> str:
    unit = corpus.settings.examples.unit
    cut = "An example is a whole article" if unit == "article" else f"Articles are cut into {unit}s, an example each"
    return f"{cut}. The text of an example is an exact slice of its article."


def _readings(corpus: Corpus, source: Provenance) -> str | None:
    """How many annotators confirmed each example of gold."""
    articles = [entry.id for entry in source.entries]
    counts = dict.fromkeys((example.id for example in corpus.gold_examples(articles)), 0)
    for annotator in corpus.annotators():
        for example in corpus.confirmed_examples(annotator, articles):
            if example.id in counts:
                counts[example.id] += 1
    if not any(counts.values()):
        return None
    least, most = min(counts.values()), max(counts.values())
    kinds = {one.kind for one in source.annotators if one.examples}
    readers = " by people" if kinds == {"person"} else " by models" if kinds == {"model"} else ""
    number = amount(most, "reading") if least == most else f"{least} to {amount(most, 'reading')}"
    return f"{number}{readers}"


def _creator(author: AuthorSettings) -> dict[str, Any]:
    if author.name:
        return {"@type": "sc:Organization", "name": author.name}
    row = {
        "@type": "sc:Person",
        "name": author.full_name,
        "givenName": author.given,
        "familyName": author.family,
        "affiliation": {"@type": "sc:Organization", "name": author.affiliation} if author.affiliation else None,
        "url": f"https://orcid.org/{author.orcid}" if author.orcid else None,
    }
    return {key: value for key, value in row.items() if value}


def _licences(metadata: DatasetMetadata) -> Iterator[str]:
    """The licence of the annotation, then those of the texts that are in the release: pages of SPDX, or words."""
    stated = [metadata.licence, *(one.licence for one in metadata.text_licences if one.may_travel)]
    for licence in dict.fromkeys(filter(None, stated)):
        yield licence_page(licence) or licence


def _file_objects(description: ReleaseDescription, folder: Path) -> Iterator[dict[str, Any]]:
    for config, splits in description.configs.items():
        for split in splits:
            name = f"{config}/{split}.parquet"
            path = folder / name
            yield {
                "@type": "cr:FileObject",
                "@id": name,
                "name": name,
                "contentUrl": name,
                "contentSize": f"{path.stat().st_size} B",
                "encodingFormat": PARQUET,
                "sha256": files.sha256(path),
            }


def _file_set(config: str) -> dict[str, Any]:
    """The tables of a configuration, wherever the folder lies: programs read a set without a container beside it."""
    return {
        "@type": "cr:FileSet",
        "@id": _files_of(config),
        "name": _files_of(config),
        "description": f"The tables of the configuration {config}, a file per split.",
        "encodingFormat": PARQUET,
        "includes": f"{config}/*.parquet",
    }


def _files_of(config: str) -> str:
    return f"{config}-files"


def _split_set(description: ReleaseDescription) -> dict[str, Any]:
    splits = dict.fromkeys(split for tables in description.configs.values() for split in tables)
    return {
        "@type": "cr:RecordSet",
        "@id": SPLITS,
        "name": SPLITS,
        "description": "The splits: whole articles for training, validation and testing.",
        "dataType": "cr:Split",
        "key": {"@id": f"{SPLITS}/name"},
        "field": [
            {"@type": "cr:Field", "@id": f"{SPLITS}/name", "name": "name", "dataType": "sc:Text"},
            {"@type": "cr:Field", "@id": f"{SPLITS}/url", "name": "url", "dataType": ["sc:URL", "cr:Split"]},
        ],
        "data": [{f"{SPLITS}/name": split, f"{SPLITS}/url": SPLIT_TERMS[split]} for split in splits],
    }


def _label_set(scheme: LabelScheme) -> dict[str, Any]:
    types = {"id": "sc:Integer", "name": "sc:Text", "description": "sc:Text"}
    return {
        "@type": "cr:RecordSet",
        "@id": LABELS,
        "name": LABELS,
        "description": "The labels, by the numbers that stand for them in the tables.",
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{LABELS}/id"},
        "field": [
            {"@type": "cr:Field", "@id": f"{LABELS}/{name}", "name": name, "dataType": kind}
            for name, kind in types.items()
        ],
        "data": [
            {f"{LABELS}/id": number, f"{LABELS}/name": label.name, f"{LABELS}/description": label.definition}
            for number, label in enumerate(scheme.labels)
        ],
    }


def _record_set(config: str, description: ReleaseDescription) -> dict[str, Any]:
    scheme = description.scheme
    fields = [_field(config, field, scheme) for field in table_features(scheme)[config].arrow_schema]
    keys = [{"@id": f"{config}/{name}"} for name in KEYS[config]]
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": CONFIGURATIONS[config],
        "key": keys[0] if len(keys) == 1 else keys,
        "field": [_split_field(config, description), *fields],
    }


def _split_field(config: str, description: ReleaseDescription) -> dict[str, Any]:
    # The folder and the suffix may be missing: programs join with the splits first, and then match the split again.
    names = "|".join(description.configs[config])
    return {
        "@type": "cr:Field",
        "@id": f"{config}/split",
        "name": "split",
        "description": "The split that the row is of.",
        "dataType": "sc:Text",
        "source": {
            "fileSet": {"@id": _files_of(config)},
            "extract": {"fileProperty": "fullpath"},
            "transform": {"regex": rf"(?:{config}/)?({names})(?:\.parquet)?$"},
        },
        "references": {"field": {"@id": f"{SPLITS}/name"}},
    }


def _field(config: str, field: pa.Field, scheme: LabelScheme) -> dict[str, Any]:
    """The field of a column; one that is a list of structures has a field within for each of their parts."""
    row = {
        "@type": "cr:Field",
        "@id": f"{config}/{field.name}",
        "name": field.name,
        "description": describe_column(config, field.name, scheme),
    }
    within = getattr(field.type, "value_type", None)
    source = {"fileSet": {"@id": _files_of(config)}, "extract": {"column": field.name}}
    if within is None:
        return {**row, "dataType": _data_type(field.name, field.type), "source": source}
    row |= {"isArray": True, "arrayShape": "-1"}
    if not within.num_fields:
        return {**row, "dataType": _data_type(field.name, within), "source": source}
    parts = [within.field(number) for number in range(within.num_fields)]
    row |= {"dataType": "cr:Label"} if field.name == "spans" else {}
    return {**row, "subField": [_part(config, field.name, part, source, scheme) for part in parts]}


def _part(config: str, outer: str, part: pa.Field, source: Mapping[str, Any], scheme: LabelScheme) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{config}/{outer}/{part.name}",
        "name": part.name,
        "description": describe_column(config, f"{outer}.{part.name}", scheme),
        "dataType": _data_type(part.name, part.type),
        "source": {**source, "transform": {"jsonPath": part.name}},
    }


def _data_type(name: str, kind: pa.DataType) -> str | list[str]:
    """The type of the values of a column; one that says how the text is labelled is a label, too."""
    import pyarrow as pa

    types = pa.types
    plain = "sc:Integer" if types.is_integer(kind) else "sc:Boolean" if types.is_boolean(kind) else "sc:Text"
    return [plain, "cr:Label"] if name in ("label", "ner_tags") else plain
