"""A Hub on this machine, as huggingface_hub and datasets ask it: repositories with commits, large files and tags.

    with HubServer() as hub:
        hub.add("ann/news", {"README.md": b"..."})
        ...                                  # HF_ENDPOINT=hub.url, HF_TOKEN=hub.token
        hub.files("ann/news", "main")

The routes and the shapes of the answers are those that the installed huggingface_hub calls and reads. It keeps content
by its digests, computes the ids of git blobs and of large files as the Hub does, refuses a commit on another parent
(412) and a tag that is there (409), and has a private dataset answer as the Hub does: 401 to strangers, 404 to others.

`faults` are given for requests: `{"POST /api/datasets/ann/news/commit/main": [Fault(503)]}`, one for each request
until none is left. A fault may answer in the place of the Hub, cut the connection, say nothing, or act after the
request was carried out, as where an answer is lost.
"""

import base64
import contextlib
import hashlib
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

from helpers.http_faults import LocalServer

TOKEN = "hf_tokenThatMustNotLeak"  # noqa: S105  (of nobody)
ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
PAGE = 1000  # files of a page of a listing


DATASET = r"/api/datasets/(?P<dataset>[^/]+/[^/]+)"
REVISION = r"(?P<revision>[^/]+)"
ROUTES = (  # a request, who may make it, and the method that answers
    (r"GET /api/whoami-v2", "anybody", "_whoami"),
    (r"POST /api/repos/create", "writer", "_create"),
    (r"POST /api/validate-yaml", "anybody", "_validate"),
    (rf"GET {DATASET}", "anybody", "_info"),
    (rf"GET {DATASET}/revision/(?P<revision>.+)", "anybody", "_info"),
    (rf"GET {DATASET}/refs", "anybody", "_refs"),
    (rf"GET {DATASET}/tree/{REVISION}(?:/(?P<below>.+))?", "anybody", "_tree"),
    (rf"POST {DATASET}/paths-info/{REVISION}", "anybody", "_paths"),
    (rf"POST {DATASET}/preupload/{REVISION}", "writer", "_preupload"),
    (rf"POST {DATASET}/commit/main", "writer", "_commit"),
    (rf"POST {DATASET}/tag/(?P<revision>.+)", "writer", "_tag"),
    (r"POST /datasets/(?P<dataset>[^/]+/[^/]+)\.git/info/lfs/objects/batch", "writer", "_batch"),
    (r"POST /lfs/verify", "writer", "_verify"),
    (r"PUT /storage/(?P<oid>\w+)", "anybody", "_put"),
    (r"PUT /storage/(?P<oid>\w+)/(?P<number>\d+)", "anybody", "_put_part"),
    (r"POST /storage/(?P<oid>\w+)/complete", "anybody", "_complete"),
    (rf"(?:GET|HEAD) /datasets/(?P<dataset>[^/]+/[^/]+)/resolve/{REVISION}/(?P<path>.+)", "anybody", "_resolve"),
)


@dataclass(frozen=True)
class Request:
    handler: BaseHTTPRequestHandler
    body: bytes
    query: dict

    def json(self):
        return json.loads(self.body)


@dataclass(frozen=True)
class Fault:
    """What happens in the place of an answer, or after the request was carried out (`late`)."""

    status: int = 0  # 0: the connection is cut
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    late: bool = False
    wait: float = 0  # seconds without a word
    kind: str = "application/json"


class HubAnswer(Exception):  # noqa: N818  (an answer, good or not)
    def __init__(self, status, value=None, *, headers=None, code=None, message=None):
        super().__init__(status)
        self.status, self.value, self.headers = status, value, dict(headers or {})
        if code:
            self.headers["X-Error-Code"] = code
        if message:
            self.headers["X-Error-Message"] = message
            self.value = {"error": message}


@dataclass
class Repository:
    name: str
    is_private: bool = False
    commits: dict = field(default_factory=dict)  # id → (parent, message, {path: content})
    tags: dict = field(default_factory=dict)
    head: str = ""
    gated: bool = False
    disabled: bool = False
    called: str = ""

    def commit(self, tree, message):
        text = json.dumps([self.head, message, sorted((p, blob_id(c)) for p, c in tree.items())])
        oid = blob_id(f"{len(self.commits)}{text}".encode())
        self.commits[oid] = (self.head, message, dict(tree))
        self.head = oid
        return oid

    def resolve(self, revision):
        oid = self.head if revision == "main" else self.tags.get(revision, revision)
        if oid not in self.commits:
            raise HubAnswer(404, code="RevisionNotFound", message=f"Invalid rev id: {revision}")
        return oid

    def tree(self, revision):
        return self.commits[self.resolve(revision)][2]


def blob_id(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def pointer(content):
    """The file that git has in the place of a large one."""
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


class HubServer(LocalServer):
    """A Hub with one user, `ann`, who belongs to the organisation `lab`.

    Args:
        largest: bytes of a text that git itself holds.
        part: bytes of the parts in which large files are sent; None for whole ones.
        page: files of a page of a listing.
    """

    def __init__(self, *, largest=10_000_000, part=None, page=PAGE, role="write"):
        self.token = TOKEN
        self.role = role
        self.largest, self.part, self.page = largest, part, page
        self.repositories = {}
        self.storage = {}  # sha256 → content
        self.parts = {}  # (sha256, number) → content
        self.faults = {}
        self.requests = []
        self.sent = []  # (path, Authorization)
        self.before = {}  # a request → what somebody else does just before
        self.lock = threading.RLock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for the one who asked

            def log_message(self, *_):
                pass

            def do_GET(self):
                server._serve(self)

            def do_HEAD(self):
                server._serve(self)

            def do_POST(self):
                server._serve(self)

            def do_PUT(self):
                server._serve(self)

        super().__init__(Handler)

    # What tests do

    def add(self, name, files=None, *, private=False, message="initial commit"):
        """A dataset with a commit."""
        repository = self.repositories[name] = Repository(name, private)
        tree = {".gitattributes": ATTRIBUTES, **(files or {})}
        self.storage |= {hashlib.sha256(content).hexdigest(): content for content in tree.values()}
        repository.commit(tree, message)
        return repository

    def files(self, name, revision="main"):
        return self.repositories[name].tree(revision)

    def asked(self, method=None):
        """The requests as `METHOD path`, without those of another method."""
        return [line for line in self.requests if method is None or line.startswith(f"{method} ")]

    def changes(self):
        """The requests that change something, or would."""
        reading = ("preupload", "validate-yaml", "paths-info")
        return [line for line in self.requests if not line.startswith(("GET", "HEAD")) and not any(
            word in line for word in reading)]  # fmt: skip

    # How it answers

    def _serve(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        if handler.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = _chunks(handler.rfile)
        else:
            body = handler.rfile.read(length)
        path = unquote(urlsplit(handler.path).path)
        line = f"{handler.command} {path}"
        self.requests.append(line)
        self.sent.append((line, handler.headers.get("Authorization")))
        waiting = self.faults.get(line) or []
        fault = waiting.pop(0) if waiting else None
        if fault is not None and not fault.late:
            self._fail(handler, fault)
            return
        with self.lock:
            if line in self.before:
                self.before.pop(line)()
            try:
                answer = self._answer(handler, path, body)
            except HubAnswer as raised:
                answer = raised
        if fault is not None:
            self._fail(handler, fault)
            return
        self._send(handler, answer)

    def _fail(self, handler, fault):
        time.sleep(fault.wait)
        handler.close_connection = True
        if not fault.status:
            with contextlib.suppress(OSError):
                handler.connection.close()
            return
        handler.send_response(fault.status)
        handler.send_header("Content-Type", fault.kind)
        handler.send_header("Content-Length", str(len(fault.body)))
        for name, value in fault.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        with contextlib.suppress(OSError):
            handler.wfile.write(fault.body)

    def _send(self, handler, answer):
        data = answer.value
        kind = "application/json"
        if isinstance(data, bytes):
            kind = "application/octet-stream"
        elif data is not None:
            data = json.dumps(data).encode()
        data = data or b""
        handler.send_response(answer.status)
        handler.send_header("Content-Type", kind)
        if "Content-Length" not in answer.headers:
            handler.send_header("Content-Length", str(len(data)))
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            with contextlib.suppress(OSError):
                handler.wfile.write(data)

    def _user(self, handler):
        """Whether the request is of the user; a wrong token is refused as the Hub does it."""
        given = handler.headers.get("Authorization")
        if given is None:
            return False
        if given != f"Bearer {self.token}":
            raise HubAnswer(401, message="Invalid credentials in Authorization header")
        return True

    def _writer(self, handler):
        if not self._user(handler):
            raise HubAnswer(401, message="Invalid username or password.")
        if self.role == "read":
            raise HubAnswer(403, message="Forbidden: you must use a write token to upload to a repository.")

    def _repository(self, handler, name):
        user = self._user(handler)
        found = self.repositories.get(name)
        if found is None or (found.is_private and not user):
            status, words = (404, "Repository not found") if user else (401, "Invalid username or password.")
            raise HubAnswer(status, code="RepoNotFound", message=words)
        if found.gated:
            raise HubAnswer(403, code="GatedRepo", message="Access to this dataset is restricted.")
        return found

    def _answer(self, handler, path, body):
        asked = Request(handler, body, parse_qs(urlsplit(handler.path).query))
        for pattern, needs, name in ROUTES:
            if match := re.fullmatch(pattern, f"{handler.command} {path}"):
                if needs == "writer":
                    self._writer(handler)
                values = match.groupdict()
                if "dataset" in values:
                    values["found"] = self._repository(handler, values.pop("dataset"))
                return getattr(self, name)(asked, **values)
        raise HubAnswer(404, message=f"no such route: {handler.command} {path}")

    def _whoami(self, asked):
        if not self._user(asked.handler):
            raise HubAnswer(401, message="Invalid username or password.")
        token = {"displayName": "tests", "role": self.role}
        return HubAnswer(200, {"type": "user", "name": "ann", "orgs": [{"type": "org", "name": "lab"}],
                               "auth": {"type": "access_token", "accessToken": token}})  # fmt: skip

    def _create(self, asked):
        wanted = asked.json()
        assert wanted["type"] == "dataset"
        owner = wanted.get("organization") or "ann"
        if owner not in {"ann", "lab"}:
            raise HubAnswer(403, message=f"You don't have the rights to create a dataset under the namespace {owner}")
        name = f"{owner}/{wanted['name']}"
        if name in self.repositories:
            raise HubAnswer(409, message="You already created this dataset repo")
        self.add(name, private=wanted.get("visibility") == "private" or bool(wanted.get("private")))
        return HubAnswer(200, {"url": f"{self.url}/datasets/{name}", "name": name, "id": name})

    def _validate(self, asked):
        text = asked.json()["content"]
        try:
            header = yaml.safe_load(text.split("---\n")[1]) if text.startswith("---\n") else None
        except yaml.YAMLError as error:
            return HubAnswer(400, {"errors": [{"message": str(error)}], "warnings": []})
        if header is None:
            warning = "empty or missing yaml metadata in repo card"
            return HubAnswer(200, {"errors": [], "warnings": [{"message": warning}]})
        if isinstance(header.get("license"), str) and " " in header["license"]:
            return HubAnswer(400, {"errors": [{"message": '"license" must be one of ...'}], "warnings": []})
        return HubAnswer(200, {"errors": [], "warnings": []})

    def _info(self, asked, found, revision="main"):  # noqa: ARG002  (all routes get it)
        oid = found.resolve(revision)
        return HubAnswer(200, {
            "_id": "0" * 24, "id": found.called or found.name, "author": found.name.split("/")[0], "sha": oid,
            "lastModified": "2026-01-01T00:00:00.000Z", "private": found.is_private, "gated": False,
            "disabled": found.disabled, "tags": [], "downloads": 0, "likes": 0, "cardData": {},
            "createdAt": "2026-01-01T00:00:00.000Z", "usedStorage": 0,
            "siblings": [{"rfilename": path} for path in sorted(found.tree(revision))],
        })  # fmt: skip

    def _refs(self, asked, found):  # noqa: ARG002  (all routes get it)
        def listed(kind, refs):
            return [{"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": oid} for name, oid in refs.items()]

        return HubAnswer(
            200, {"branches": listed("heads", {"main": found.head}), "converts": [], "tags": listed("tags", found.tags)}
        )

    def _is_large(self, path, content):
        return bool(content) and (path.endswith((".parquet", ".bin")) or len(content) > self.largest)

    def _entry(self, path, content):
        entry = {"type": "file", "path": path, "size": len(content), "oid": blob_id(content)}
        if self._is_large(path, content):
            small = pointer(content)
            oid = hashlib.sha256(content).hexdigest()
            entry |= {"oid": blob_id(small), "lfs": {"oid": oid, "size": len(content), "pointerSize": len(small)}}
        return entry

    def _tree(self, asked, found, revision, below=""):
        below, query = below or "", asked.query
        tree = found.tree(revision)
        prefix = f"{below}/" if below else ""
        inside = {path: content for path, content in tree.items() if path.startswith(prefix)}
        if below and not inside:
            raise HubAnswer(404, code="EntryNotFound", message=f"{below} does not exist on {revision}")
        deep = query.get("recursive", ["false"])[0].lower() in {"true", "1"}
        folders = sorted({
            "/".join(path.split("/")[: level + 1])
            for path in inside
            for level in range(path.count("/"))
            if level >= prefix.count("/")
        })  # fmt: skip
        entries = [{"type": "directory", "path": path, "size": 0, "oid": "0" * 40} for path in folders]
        entries += [self._entry(path, content) for path, content in sorted(inside.items())]
        if not deep:
            entries = [entry for entry in entries if "/" not in entry["path"].removeprefix(prefix)]
        start = int(query.get("cursor", ["0"])[0])
        headers = {}
        if start + self.page < len(entries):
            options = "&".join(f"{key}={value[0]}" for key, value in query.items() if key != "cursor")
            address = f"{self.url}/api/datasets/{found.name}/tree/{revision}{'/' if below else ''}{below}"
            headers["Link"] = f'<{address}?{options}&cursor={start + self.page}>; rel="next"'
        return HubAnswer(200, entries[start : start + self.page], headers=headers)

    def _paths(self, asked, found, revision):
        if "json" in asked.handler.headers.get("Content-Type", ""):
            wanted = asked.json()["paths"]
        else:
            wanted = parse_qs(asked.body.decode()).get("paths", [])
        wanted = [wanted] if isinstance(wanted, str) else wanted
        tree = found.tree(revision)
        entries = [self._entry(path, tree[path]) for path in wanted if path in tree]
        entries += [
            {"type": "directory", "path": path, "size": 0, "oid": "0" * 40}
            for path in wanted
            if path not in tree and any(name.startswith(f"{path}/") for name in tree)
        ]
        return HubAnswer(200, entries)

    def _preupload(self, asked, found, revision):
        wanted = asked.json()
        tree = found.tree(revision)
        ignored = wanted.get("gitIgnore")
        if ignored is None:
            ignored = tree.get(".gitignore", b"").decode()
        answers = []
        for file in wanted["files"]:
            base64.b64decode(file["sample"], validate=True)
            is_large = file["path"].endswith((".parquet", ".bin")) or file["size"] > self.largest
            answer = {"path": file["path"], "uploadMode": "lfs" if is_large else "regular"}
            answer["shouldIgnore"] = file["path"] in ignored.split()
            if file["path"] in tree:
                content = tree[file["path"]]
                answer["oid"] = hashlib.sha256(content).hexdigest() if is_large else blob_id(content)
            answers.append(answer)
        return HubAnswer(200, {"files": answers})

    def _batch(self, asked, found):  # noqa: ARG002  (it must be there)
        wanted = asked.json()
        assert wanted["operation"] == "upload"
        assert wanted["hash_algo"] == "sha256"
        objects = []
        for each in wanted["objects"]:
            answer = dict(each)
            if each["oid"] not in self.storage:
                href = f"{self.url}/storage/{each['oid']}"
                upload = {"href": f"{href}?X-Amz-Signature=signatureThatMustNotLeak"}
                if self.part and each["size"] > self.part:
                    count = -(-each["size"] // self.part)
                    upload = {
                        "href": f"{href}/complete",
                        "header": {"chunk_size": str(self.part)} | {str(n): f"{href}/{n}" for n in range(1, count + 1)},
                    }
                answer["actions"] = {"upload": upload, "verify": {"href": f"{self.url}/lfs/verify"}}
            objects.append(answer)
        transfer = "multipart" if self.part else "basic"
        return HubAnswer(200, {"transfer": transfer, "objects": objects})

    def _verify(self, asked):
        wanted = asked.json()
        there = len(self.storage.get(wanted["oid"], b"")) == wanted["size"]
        return HubAnswer(200 if there else 404, {})

    def _put_part(self, asked, oid, number):
        self.parts[oid, int(number)] = asked.body
        digest = hashlib.md5(asked.body, usedforsecurity=False).hexdigest()
        return HubAnswer(200, headers={"ETag": f'"{digest}"'})

    def _complete(self, asked, oid):
        numbers = [part["partNumber"] for part in asked.json()["parts"]]
        return self._keep(oid, b"".join(self.parts[oid, number] for number in numbers))

    def _put(self, asked, oid):
        return self._keep(oid, asked.body)

    def _keep(self, oid, content):
        if hashlib.sha256(content).hexdigest() != oid:
            raise HubAnswer(400, message="the content has another digest")
        self.storage[oid] = content
        return HubAnswer(200, {})

    def _commit(self, asked, found):
        lines = [json.loads(line) for line in asked.body.splitlines()]
        header, *operations = lines
        assert header["key"] == "header"
        parent = header["value"].get("parentCommit")
        if parent is not None and parent != found.head:
            raise HubAnswer(412, message="A commit has happened since. Please refresh and try again.")
        tree = dict(found.tree("main"))
        for operation in operations:
            value = operation["value"]
            match operation["key"]:
                case "file":
                    tree[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    if value["oid"] not in self.storage:
                        raise HubAnswer(400, message=f"the large file {value['path']} was not sent")
                    tree[value["path"]] = self.storage[value["oid"]]
                case "deletedFile":
                    if value["path"] not in tree:
                        raise HubAnswer(404, code="EntryNotFound", message="A file with this name doesn't exist")
                    del tree[value["path"]]
                case other:
                    raise HubAnswer(400, message=f"unknown operation {other}")
        oid = found.commit(tree, header["value"]["summary"])
        url = f"{self.url}/datasets/{found.name}/commit/{oid}"
        return HubAnswer(200, {"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": ""})

    def _tag(self, asked, found, revision):
        wanted = asked.json()
        oid = found.resolve(revision)
        if wanted["tag"] in found.tags:
            raise HubAnswer(409, message=f"Tag reference exists already: {wanted['tag']}")
        found.tags[wanted["tag"]] = oid
        return HubAnswer(200, {})

    def _resolve(self, asked, found, revision, path):
        handler = asked.handler
        oid = found.resolve(revision)
        tree = found.tree(revision)
        if path not in tree:
            raise HubAnswer(404, code="EntryNotFound", message="Entry not found", headers={"X-Repo-Commit": oid})
        content = tree[path]
        digest = hashlib.sha256(content).hexdigest() if self._is_large(path, content) else blob_id(content)
        headers = {"X-Repo-Commit": oid, "ETag": f'"{digest}"', "Accept-Ranges": "bytes"}
        if self._is_large(path, content):
            headers |= {"X-Linked-ETag": f'"{digest}"', "X-Linked-Size": str(len(content))}
        if handler.command == "HEAD":
            return HubAnswer(200, headers=headers | {"Content-Length": str(len(content))})
        if wanted := handler.headers.get("Range"):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            begin, end = int(first), min(int(last or len(content) - 1), len(content) - 1)
            headers["Content-Range"] = f"bytes {begin}-{end}/{len(content)}"
            return HubAnswer(206, content[begin : end + 1], headers=headers)
        return HubAnswer(200, content, headers=headers)


def _chunks(stream):
    """The content of a body that is sent in chunks."""
    content = b""
    while size := int(stream.readline().split(b";")[0], 16):
        content += stream.read(size)
        stream.readline()
    stream.readline()
    return content
