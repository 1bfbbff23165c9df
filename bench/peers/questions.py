"""What is asked of every tool, and the list of cells in the order in which they are measured: a run that is stopped has
the ones that matter most."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

import workloads


@dataclass(frozen=True)
class Question:
    """One kind of values."""

    name: str
    method: str  # path-dependent, interventional
    space: str = "margin"  # margin, response
    background: int = 0  # rows of it; 0: path-dependent
    interactions: bool = False
    files: bool = False  # a CSV file in, a CSV file out, as one process

    @property
    def judge(self):
        """Whose answers the others are held against: independent of limpid, exact or float32."""
        if self.space == "response":
            return "definition"
        if self.method == "path-dependent":
            return "library"
        return "shapiq" if self.interactions else "shap"

    @property
    def checked_rows(self):
        if self.method == "path-dependent":
            return 20
        if self.space == "response":
            return 1 if self.interactions else 2
        return 4 if self.background <= 100 else 2


def interventional(size, **more):
    return Question(f"interventional-{size}", "interventional", background=size, **more)


QUESTIONS = {
    q.name: q
    for q in (
        Question("path", "path-dependent"),
        *(interventional(size) for size in workloads.BACKGROUNDS),
        *(
            Question(f"response-{size}", "interventional", "response", size)
            for size in workloads.BACKGROUNDS
        ),
        Question("interactions-path", "path-dependent", interactions=True),
        Question("interactions-interventional-100", "interventional", background=100, interactions=True),
        Question("interactions-response-100", "interventional", "response", 100, interactions=True),
        Question("csv-path", "path-dependent", files=True),
        Question("csv-interventional-100", "interventional", background=100, files=True),
    )
}

# In order of importance. Response: workloads whose games can be enumerated, so that errors are known.
WORKLOADS = ("synth30", "adult", "adult-deep", "classes7", "wide200", "california", "german", "adult-categories")
SLOW = "adult-deep"  # peers that enumerate leaves by pairs have no end there
TOOLS = {
    "path": ("limpid", "library", "shapiq", "woodelf", "shap", "fasttreeshap"),
    "interventional-100": ("limpid", "shapiq", "shap", "woodelf"),
    "interventional-10000": ("limpid", "woodelf", "shapiq", "shap"),
    "response": ("limpid", "shap-kernel", "shap-probability"),
    "interactions-path": ("limpid", "library", "shapiq", "woodelf", "shap"),
    "interactions-interventional-100": ("limpid", "shapiq", "woodelf"),
    "interactions-response-100": ("limpid",),
    "csv-path": ("limpid", "library"),
    "csv-interventional-100": ("limpid", "woodelf"),
}
RESPONSE = {"adult": (100, 1), "german": (100, 1), "synth12": (1,)}
GPU_TOOLS = {"path": ("limpid", "library", "gputree"), "interventional-100": ("limpid", "cuml", "gputree")}
THREADED = {"limpid", "library", "fasttreeshap"}  # the others have no threads of their own


@dataclass(frozen=True)
class Cell:
    """One tool on one question. `trees` and `rows`: fixed for a curve; 0: all of the model, as many as time asks."""

    workload: str
    question: str
    tool: str
    threads: int = 1
    trees: int = 0
    rows: int = 0
    device: str = "cpu"

    @property
    def key(self):
        out = f"{self.workload}/{self.question}/{self.tool}/{self.device}/{self.threads}"
        out += f"/trees={self.trees}" if self.trees else ""
        return out + (f"/rows={self.rows}" if self.rows else "")

    @property
    def asked(self):
        return QUESTIONS[self.question]


def exists(cell):
    """Whether the tool has an answer at all: not whether it is installed."""
    lightgbm = cell.workload == "adult-categories"
    if cell.question == "interventional-10000" and cell.workload in ("german", SLOW):
        return False  # 800 rows to draw from; no judge with an end
    if lightgbm and (cell.tool in ("woodelf", "fasttreeshap", "gputree", "cuml") or "interactions" in cell.question):
        return False  # no categorical splits there; LightGBM has no interactions
    if lightgbm and cell.tool == "shap" and cell.question == "path":
        return False  # hands over to LightGBM
    if cell.workload == SLOW and cell.tool in ("woodelf", "fasttreeshap", "shap") and cell.question != "path":
        return False
    if cell.workload == SLOW and cell.tool in ("woodelf", "fasttreeshap"):
        return False
    if cell.tool == "fasttreeshap" and cell.workload in ("classes7", "german"):
        return False  # fails on them
    return not (cell.workload == "classes7" and cell.tool == "shap" and cell.question == "interventional-10000")


MAIN = WORKLOADS[:2]
OTHERS = WORKLOADS[2:]
INTERACTIONS = ("interactions-path", "interactions-interventional-100")


def ask(workloads_asked, questions):
    """Workload by workload."""
    for workload in workloads_asked:
        for question in questions:
            tools = TOOLS[question.rsplit("-", 1)[0] if question.startswith("response") else question]
            yield from (Cell(workload, question, tool) for tool in tools)


def one_thread():
    """Margin values of all models, then everything else of the main two, then what is left."""
    yield from ask(MAIN, ["path", "interventional-100"])
    yield from ask(OTHERS, ["path", "interventional-100"])
    for workload, sizes in RESPONSE.items():
        yield from ask([workload], [f"response-{size}" for size in sizes])
    yield from ask(MAIN, INTERACTIONS)
    yield from ask(("adult", "german"), ["interactions-response-100"])
    yield from ask(MAIN, ["interventional-10000"])
    yield from ask(MAIN[:1], ["csv-path", "csv-interventional-100"])
    yield from ask(("adult-deep", "german", "california", "wide200"), ["interactions-path"])
    yield from ask(OTHERS, ["interventional-10000"])


def all_threads(threads):
    for question in ("path", "interventional-100"):
        for workload in ("synth30", "adult", "adult-deep"):
            tools = (tool for tool in TOOLS[question] if tool in THREADED)
            yield from (Cell(workload, question, tool, threads) for tool in tools)
    yield Cell("adult", "response-100", "limpid", threads)
    yield from (Cell("synth30", "csv-path", tool, threads) for tool in TOOLS["csv-path"])


def on_gpu(threads):
    for question, tools in GPU_TOOLS.items():
        for workload in WORKLOADS:
            yield from (Cell(workload, question, tool, threads, device="cuda") for tool in tools)
    for workload, sizes in RESPONSE.items():
        yield Cell(workload, f"response-{sizes[0]}", "limpid", threads, device="cuda")


def cells(threads, only, gpu):
    """`threads`: counts to measure; `only`: patterns of keys, or words of them."""
    found = []
    for count in threads:
        found += one_thread() if count == 1 else all_threads(count)
    if gpu:
        found += on_gpu(max(threads))
    return [cell for cell in found if exists(cell) and wanted(cell, only)]


def wanted(cell, only):
    """A word is a part of a key; with * or a slash it is a pattern of the whole."""
    parts = cell.key.split("/")
    return not only or any(fnmatchcase(cell.key, o) if set("*/") & set(o) else o in parts for o in only)
