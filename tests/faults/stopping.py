"""Saves stopped early, at the first call into the system that counts, the second, and so on: what is then to be read.

A program of its own, as it forks, and counts calls by a profile function: ``stopping.py KIND OVER CALLS FOLDER`` prints
what it found as JSON. A kind of file is a class that saves the old one, a new one and a third, and tells which it reads.
"""

import contextlib
import errno
import hashlib
import io
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np

from chainrule.nn.layers import Dense
from chainrule.program import ChainruleError, CorruptFileError
from chainrule.program.files import replace_file
from chainrule.train import Network
from chainrule.train.model import model_file

WHICH = ("old", "new", "third")
HOWS = ("killed before", "killed after", "refused", "refused from then on", "interrupted")  # fmt: skip
CHANGING = {
    "open", "write", "flush", "fsync", "replace", "rename", "unlink", "remove", "chmod", "mkdir", "rmdir", "truncate",
    "ftruncate", "flock", "link", "symlink",
}  # fmt: skip
OWNERS = ("posix", "nt", "_io", "fcntl")
X = np.random.default_rng(0).normal(size=(30, 3))
Y = X @ np.array([[1.0], [-2.0], [0.5]])


def digest(*parts):
    found = hashlib.sha256()
    for part in parts:
        found.update(part if isinstance(part, bytes) else np.asarray(part).tobytes())
    return found.hexdigest()


class Model:
    """A model's folder."""

    def __init__(self, place):
        self.place = place
        self.made = {
            which: Network([Dense(units, "tanh"), Dense(1)], "mse", seed=units).build(3)
            for which, units in zip(WHICH, (4, 5, 4), strict=True)
        }
        self.made["third"].numbers_["W1"] += 1

    def save(self, which, folder):
        self.made[which].save(folder)

    def load(self, folder):
        return digest(*Network.load(folder).numbers_.values())


class Plain(Model):
    """The control: a model in two files, each written where it stands."""

    def save(self, which, folder):
        network = self.made[which]
        weights = model_file.packed(network.numbers_, {})
        (folder / "weights.safetensors").write_bytes(weights)
        (folder / "model.json").write_text(json.dumps(model_file.described(network)))

    def load(self, folder):
        said = json.loads((folder / "model.json").read_text())
        weights = (folder / "weights.safetensors").read_bytes()
        arrays, _ = model_file.unpacked("w", weights)
        assert arrays["W1"].shape == (3, said["layers"][0]["units"])
        return digest(*arrays.values())


class Ensembles(Model):
    """Networks in folders of their own; half an ensemble is refused, and the next needs another folder."""

    def save(self, which, folder):
        from chainrule.train.model.ensemble import Ensemble

        Ensemble([self.made[which]] * 2).save(folder / which)

    def load(self, folder):
        from chainrule.train.model.ensemble import Ensemble

        there = [folder / one for one in WHICH if (folder / one).exists()]
        last = Ensemble.load(there[-1] if there else folder)
        return digest(*(a for one in last for a in one.numbers_.values()))  # fmt: skip


class Checkpoints:
    """A training taken up again from its checkpoints, each saved after one more epoch."""

    def __init__(self, _):
        pass

    def save(self, which, folder):
        Network((4,), "mse", seed=1).fit(
            X, Y, epochs=2 + WHICH.index(which), batch_size=10, checkpoint=folder, keep=2, engine="numpy",
        )  # fmt: skip

    def load(self, folder):
        from chainrule.train.loop import checkpoint

        progress, _ = checkpoint.latest(folder)
        return digest([progress.step], *progress.parameters.values())


class Trained:
    """A folder of ``chainrule train``: the model and its columns, checkpoints, and the weights after each epoch."""

    # a training takes half a second
    goes_on_after = ("killed after",)

    def __init__(self, _):
        from chainrule.train.data.table import parse

        rows = "".join(f"{i % 7},{i % 5},{'xy'[i % 2]}\n" for i in range(40))
        self.table = parse(f"a,b,c\n{rows}")

    def save(self, which, folder):
        from chainrule.train.tabular import train

        train(
            self.table, target="c", hidden=(3,), epochs=1, seed=WHICH.index(which), out=folder, restart=True,
            engine="numpy", say=lambda _: None,
        )  # fmt: skip

    def load(self, folder):
        from chainrule.train.model_folder import opened

        network, features = opened(folder)
        said = json.dumps(features.to_json()).encode()
        return digest(said, *network.numbers_.values())


class Library:
    """A compiled text in the cache: one that was not kept whole is compiled anew."""

    def __init__(self, _):
        pass

    def number(self, which):
        from chainrule.engines.c import compiler

        compiler.compiler.cache_clear()
        text = f'__attribute__((visibility("default"))) int number(void) {{ return {WHICH.index(which)}; }}'
        made = compiler.library(text)
        if isinstance(made, compiler.Trouble):
            raise CorruptFileError("E504", made.message)
        return made.number()

    def save(self, which, folder):
        os.environ["CHAINRULE_CACHE"] = str(folder)
        assert WHICH[self.number(which)] == which
        replace_file(folder / "asked", which)

    def load(self, folder):
        os.environ["CHAINRULE_CACHE"] = str(folder)
        which = (folder / "asked").read_text()
        assert WHICH[self.number(which)] == which
        return digest(which.encode())


class Command:
    """What a command writes, as bytes; where it is of several files, without the first there is none."""

    names: tuple[str, ...]

    def __init__(self, place):
        self.place = place
        for number, which in enumerate(WHICH):
            n = 40 + number
            (place / f"{which}.py").write_text(
                f"import numpy as np\nx = np.ones((1, {n}))\nW = np.ones(({n}, {n})) / 7\nloss = np.sum((x @ W) ** 2)\n"
            )

    def load(self, folder):
        if not (folder / self.names[0]).exists():
            raise CorruptFileError("E504", f"{self.names[0]} is not there")
        return digest(*((folder / name).read_bytes() for name in self.names))

    def told(self, *words):
        from chainrule.cli import main

        sys.argv, said = ["chainrule", *map(str, words)], io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            try:
                main()
            except SystemExit as end:
                code = end.code or 0
        if code == 130:
            raise KeyboardInterrupt
        if code:
            assert code == 3, said.getvalue()
            assert "error[E504]" in said.getvalue(), said.getvalue()
            raise CorruptFileError("E504", "told")


class Script(Command):
    """A script and the arrays that it reads."""

    names = ("step.npz", "step.py")

    def save(self, which, folder):
        net, out = self.place / f"{which}.py", folder / "step.py"
        self.told("emit", net, "--part", "script", "-o", out)


class Sheets(Command):
    """Worksheets and the key they are marked by."""

    names = ("key.json", "sheet-01.txt", "answers-01.txt", "answers.csv")

    def __init__(self, place):
        self.net = place / "net.py"
        self.net.write_text(
            "import numpy as np\nx = np.ones((1, 2))\nW = np.ones((2, 1))\nloss = np.sum((x @ W) ** 2)\n"
        )

    def save(self, which, folder):
        seed = WHICH.index(which)
        self.told("worksheet", self.net, "--seed", seed, "--to", "text", "--out", folder)  # fmt: skip


class Report(Command):
    """A file by itself."""

    names = ("step.html",)

    def save(self, which, folder):
        replace_file(folder / "step.html", which * 1000)


class Stop:
    """Within, the n-th call that counts ends the process, is refused by the system, or is when Ctrl-C is pressed."""

    def __init__(self, n, how, *, every):
        self.n, self.how, self.every, self.seen = n, how, every, 0
        self.event = "c_return" if how in ("killed after", "interrupted") else "c_call"
        self.at, self.real = "", {}

    def __enter__(self):
        sys.setprofile(self.profile)
        return self

    def __exit__(self, *raised):
        sys.setprofile(None)
        for name, function in self.real.items():
            setattr(os, name, function)

    def counts(self, called):
        home = getattr(called, "__self__", None)
        owner = getattr(called, "__module__", None) or type(home).__module__
        if owner not in OWNERS or isinstance(home, io.StringIO | io.BytesIO):
            return False
        return self.every or called.__name__ in CHANGING

    def profile(self, frame, event, called):
        if event != self.event or self.seen >= self.n or not self.counts(called):
            return
        self.seen += 1
        if self.seen < self.n:
            return
        self.at = f"{called.__name__} in {frame.f_code.co_name}"
        if self.how.startswith("killed"):
            os._exit(77)
        if self.how == "interrupted":
            raise KeyboardInterrupt
        if self.how == "refused from then on":
            self.refuse_all()
        refuse()

    def refuse_all(self):
        names = CHANGING & {*dir(os)}
        self.real = {name: getattr(os, name) for name in names}
        for name in names - {"open"}:
            setattr(os, name, refuse)
        os.open = self.opened

    def opened(self, path, flags, *more, **named):
        if flags & (os.O_WRONLY | os.O_RDWR):
            refuse()
        return self.real["open"](path, flags, *more, **named)


def refuse(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def stopped(kind, folder, stop):
    """Whether the save was stopped, and how it ended."""
    if stop.how.startswith("killed"):
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 77, "killed"
        try:
            with stop:
                kind.save("new", folder)
        finally:
            os._exit(0)
    ended = "done"
    with stop:
        try:
            kind.save("new", folder)
        except (ChainruleError, KeyboardInterrupt) as error:
            ended = f"told: {error}"
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            ended = repr(error)
    return stop.seen >= stop.n, ended


def read(kind, folder, expected):
    try:
        return expected.get(kind.load(folder), "mixed")
    except ChainruleError as error:
        return error.code
    except Exception as error:  # noqa: BLE001 - the same
        return repr(error)


def sweep(kind, folder, *, over, every):
    """What came of every stop, over an old one or over nothing; what must not be stands in ``wrong``."""
    expected = {}
    for which in WHICH:
        (folder / which).mkdir()
        kind.save(which, folder / which)
        expected[kind.load(folder / which)] = which
    found = {"stops": 0, "old": 0, "new": 0, "E504": 0, "wrong": []}
    goes_on = getattr(kind, "goes_on_after", HOWS)
    # what only looks is not refused for want of room
    for how in [how for how in HOWS if not (every and "refused" in how)]:
        n = 1
        while True:
            here = folder / "here"
            shutil.copytree(folder / "old", here) if over else here.mkdir()
            stop = Stop(n, how, every=every)
            met, ended = stopped(kind, here, stop)
            if not met:
                shutil.rmtree(here)
                break
            state = read(kind, here, expected)
            found["stops"] += 1
            found[state] = found.get(state, 0) + 1
            right = state in (("old", "new") if over else ("E504", "new"))
            right |= state == "E504" and isinstance(kind, Command)
            right &= ended in ("done", "killed") or ended.startswith("told")
            right &= ended != "done" or state == "new"
            right &= "as it was" not in ended or state == ("old" if over else "E504")
            # whatever was left there, the next save goes on from it
            again = "third" if how not in goes_on else "not saved"
            with contextlib.suppress(ChainruleError):
                if how in goes_on:
                    kind.save("third", here)
                    again = read(kind, here, expected)
            if not right or again != "third":
                found["wrong"].append([how, n, stop.at, ended, state, again])
            shutil.rmtree(here)
            n += 1
    return found


if __name__ == "__main__":
    name, over, calls, place = sys.argv[1:]
    kind = globals()[name](Path(place))
    sys.stdout.write(json.dumps(sweep(kind, Path(place), over=over == "over", every=calls == "every")))  # fmt: skip
