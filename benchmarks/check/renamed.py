"""A script with all its own names taken away: variables, attributes, functions and arguments become v1, v2, ….

What a checker says of it must be what it says of the script as written; names may only lend words to an explanation.
"""

import ast
import builtins
import io
import re
import tokenize

import numpy as np

# attributes that arrays, lists, dictionaries and strings have are left alone
KNOWN = {name for kind in (np.ndarray, list, dict, str, set) for name in dir(kind)}


def own_names(tree: ast.Module) -> set[str]:
    """Every name and attribute that the script itself brings in."""
    names, kept = set(), set(dir(builtins)) | KNOWN
    for node in ast.walk(tree):
        match node:
            case ast.Name(ctx=ast.Store(), id=name) | ast.arg(arg=name):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Attribute(ctx=ast.Store(), attr=name):
                names.add(name)
            case ast.alias(name=name, asname=other):
                kept.add((other or name).split(".")[0])
            case ast.JoinedStr():  # its names stand in a string
                kept |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                kept |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
            case ast.Constant(value=str(text)):  # for getattr and its like
                kept |= set(re.findall(r"\w+", text))
    return {name for name in names - kept if not name.startswith("__")}


def foreign_keywords(tree: ast.Module) -> set[tuple[int, int]]:
    """Where ``axis=`` and its like stand: arguments of functions that are not the script's."""
    own = {
        n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)
    }
    return {
        (keyword.lineno, keyword.col_offset)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg
        and getattr(call.func, "attr", getattr(call.func, "id", "")) not in own
    }


def rename(source: str) -> tuple[str, dict[str, str]]:
    """The script without its names, line for line, and which name each new one stands for."""
    tree = ast.parse(source)
    own, foreign = own_names(tree), foreign_keywords(tree)
    modules = {
        (one.asname or one.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for one in node.names
    }
    taken = set(re.findall(r"\bv\d+\b", source))
    fresh = (f"v{n}" for n in range(1, 10_000) if f"v{n}" not in taken)
    new: dict[str, str] = {}
    lines = source.splitlines(keepends=True)
    shift: dict[int, int] = {}
    before = ["", ""]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        (line, column), word = token.start, token.string
        of_module = before[1] == "." and before[0] in modules
        before = [before[1], word]
        if token.type != tokenize.NAME or word not in own or of_module:
            continue
        if (line, len(token.line[:column].encode())) in foreign:
            continue
        if word not in new:
            new[word] = next(fresh)
        other = new[word]
        at = column + shift.get(line, 0)
        row = lines[line - 1]
        lines[line - 1] = row[:at] + other + row[at + len(word) :]
        shift[line] = shift.get(line, 0) + len(other) - len(word)
    return "".join(lines), {other: word for word, other in new.items()}


def restore(text: str, names: dict[str, str]) -> str:
    """The script, or what fixes have made of it, with its names again."""
    return re.sub(r"\bv\d+\b", lambda found: names.get(found[0], found[0]), text)
