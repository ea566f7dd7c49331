"""Writes packages/conformance/src/signatures/table.ts: how PyTorch's public calls take their arguments.

    python tools/signatures.py > packages/conformance/src/signatures/table.ts && pnpm format

Needs PyTorch 2.x and torchvision. Native functions and methods are read from the operator schemas that PyTorch was built from
(torch._C._jit_get_all_schemas), Python ones by inspect. A signature is one string, parameters separated by commas:
`KIND name` is required, `KIND name=default` is optional, `*` starts the keyword-only ones, `*name` takes the rest.
Only native calls are overloaded, so only their parameters have a kind; `_` takes anything.
"""

import inspect
import re
import sys

import torch
import torch.masked
import torch.nn.functional
import torchvision.transforms

KINDS = [  # schema type -> one letter; the first match wins
    (r"Tensor\??\[\]", "T[]"),
    (r"Tensor", "T"),
    (r"(Sym)?[Ii]nt\[\d*\]", "i[]"),
    (r"float\[\d*\]", "f[]"),
    (r"bool\[\d*\]", "b[]"),
    (r"Scalar\[\d*\]", "n[]"),
    (r"ScalarType", "D"),
    (r"Scalar|number", "n"),
    (r"MemoryFormat", "M"),
    (r"Layout", "L"),
    (r"Device", "V"),
    (r"Generator", "G"),
    (r"(Sym)?[Ii]nt", "i"),
    (r"float", "f"),
    (r"bool", "b"),
    (r"str", "s"),
]
# Not part of what a user calls: other hardware, quantisation, sparse layouts, internals with a public-looking name.
PRIVATE = re.compile(
    r"^_|cudnn|miopen|mkldnn|quantiz|fbgemm|_backward|(?<!index)(?<!narrow)_copy$|^(q_|sym_|sparse_|crow_|ccol_|col_ind|row_ind|segment_r.*_b)"
    r"|_out$|^native_(?!layer|batch|group)|^thnn|batch_norm_(elemt|gather|stats|update)|^(get_|set_)|^unsafe_|^slow_|_jvp|^to_(mkl|sparse)"
)


def parameter(type_, name, default, has_default):
    letter = "_"
    for pattern, k in KINDS:
        if re.match(pattern + r"(\(.*?\))?(\[\d*\])?\??$", type_):
            letter = k
            break
    if re.match(r".*\[\d+\]", type_) and letter.endswith("[]"):
        letter = letter.replace("[]", "[1]")  # a single number does for a list
    if type_.endswith("?"):
        letter += "?"  # None is a value of it
    return f"{letter} {name}" + (f"={default}" if has_default else "")


def split_arguments(text):
    """Splits at commas outside brackets."""
    depth, part, parts = 0, "", []
    for c in text:
        depth += c in "([" and 1 or 0
        depth -= c in ")]" and 1 or 0
        if c == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += c
    return parts + [part.strip()] if part.strip() else parts


def from_schema(schema):
    """The parameters of a schema string, or None for a form that Python users do not write."""
    text = str(schema)
    inner = text[text.index("(") + 1 : text.rindex(") -> ") if ") -> " in text else len(text) - 1]
    out = []
    for a in split_arguments(inner):
        if a == "*":
            out.append("*")
            continue
        m = re.match(r"(.+?) (\w+)(?:=(.*))?$", a)
        if m is None or re.match(r".*\[\]\S* self$", a):  # an operator of TorchScript's own lists
            return None
        type_, name, default = m[1], m[2], m[3]
        if name == "out" or "!" in type_ and name != "self" or type_.startswith(("Dimname", "t[", "Stream")):
            return None
        if name in ("pin_memory", "implicit"):
            continue
        out.append(parameter(type_, name, default, default is not None))
    if out and out[-1] == "*":
        out.pop()
    return ", ".join(out)


def from_python(f, skip_self=False):
    """The parameters of a Python function, or None when it hides them."""
    try:
        signature = inspect.signature(f)
    except (ValueError, TypeError):
        return None
    ps = list(signature.parameters.values())
    if {p.kind for p in ps} >= {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
        if not inspect.isfunction(f):
            return None
        closure = inspect.getclosurevars(f).nonlocals  # boolean_dispatch: two functions, one signature
        return from_python(closure["if_true"]) if "if_true" in closure else None
    if skip_self:
        ps = ps[1:]
    out, starred = [], False
    for p in ps:
        if p.name.startswith("_") or p.name == "out":
            continue
        if p.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        if p.kind is inspect.Parameter.VAR_POSITIONAL:
            out.append(f"*{p.name}")
            starred = True
            continue
        if p.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            out.append("*")
            starred = True
        d = p.default
        text = d if isinstance(d, (bool, int, float, str, tuple, type(None))) else "..."
        out.append(f"_ {p.name}" + (f"={text}" if d is not inspect.Parameter.empty else ""))
    return ", ".join(out)


def native(schemas, prefix, names):
    """name -> signatures of the native functions among names."""
    out = {}
    for name in names:
        found = []
        for s in schemas.get(prefix + name, []):
            text = from_schema(s)
            # torch.jit's own overloads on lists and numbers have no tensor and no size.
            if text is not None and text not in found and s.overload_name not in ("str", "int_to_int"):
                found.append(text)
        if any("T " in f or "[] " in f for f in found):
            found = [f for f in found if re.search(r"T |T\[\] |i\[\] size|\* ?|D |^n (start|end)", f)] or found
        if found:
            out[name] = found
    return out


def public(namespace):
    return sorted(n for n in dir(namespace) if not PRIVATE.search(n) and callable(getattr(namespace, n, None)))


def table():
    schemas = {}
    for s in torch._C._jit_get_all_schemas():
        if s.name.startswith("aten::"):
            schemas.setdefault(s.name[6:], []).append(s)
    out = {}

    def add(path, name, namespace, prefixes, methods=False):
        obj = getattr(namespace, name)
        text = None
        if inspect.isfunction(obj):
            text = from_python(obj, skip_self=False)
        if text is not None:
            out[f"{path}.{name}"] = [text]
            return
        for prefix in prefixes:
            found = native(schemas, prefix, [name]).get(name)
            if found:
                if methods:
                    found = [f for f in found if re.search(r"\bself\b", f)]
                out[f"{path}.{name}"] = found
                return

    for n in public(torch):
        if not inspect.isclass(getattr(torch, n)):
            add("torch", n, torch, [""])
    for n in public(torch.Tensor):
        add("Tensor", n, torch.Tensor, [""], methods=True)
    for module, prefix in [("nn.functional", ""), ("special", "special_"), ("linalg", "linalg_"), ("fft", "fft_"), ("masked", None),
                           ("nn.init", None), ("nn.utils", None), ("nn.utils.rnn", None)]:
        namespace = torch
        for part in module.split("."):
            namespace = getattr(namespace, part)
        for n in public(namespace):
            if inspect.isclass(getattr(namespace, n)) or inspect.ismodule(getattr(namespace, n)):
                continue
            add(f"torch.{module}", n, namespace, [] if prefix is None else [prefix])
    out["torch.unique"] = [from_python(torch.functional._unique_impl)]
    out["torch.unique_consecutive"] = [from_python(torch.functional._unique_consecutive_impl)]
    out["torch.lu"] = [from_python(torch.functional._lu_impl)]
    # Native, but without a schema of their own.
    for n in ["bfloat16", "bool", "byte", "char", "double", "float", "half", "int", "long", "short"]:
        out[f"Tensor.{n}"] = ["T self, *, M memory_format=preserve_format"]
    for n in ["ndimension", "nelement", "numpy", "tolist"]:
        out[f"Tensor.{n}"] = ["T self"]
    out["torch.nonzero"] = out["Tensor.nonzero"] = ["T self, *, b as_tuple=False"]
    out["torch.nn.functional.logsigmoid"] = ["T self"]
    out["torch.tensor"] = ["_ data, *, D? dtype=None, V? device=None, b requires_grad=False"]
    out["torch.as_tensor"] = ["_ data, D? dtype=None, V? device=None"]
    out["torch.scalar_tensor"] = ["n s, *, D? dtype=None, L? layout=None, V? device=None"]
    out["Tensor.new_tensor"] = ["T self, _ data, *, D? dtype=None, V? device=None, b requires_grad=False"]
    for module in [torch.nn, torch.optim, torch.optim.lr_scheduler, torch.optim.swa_utils]:
        for n in sorted(dir(module)):
            c = getattr(module, n)
            if inspect.isclass(c) and not n.startswith("_") and c.__module__.startswith("torch."):
                text = from_python(c.__init__, skip_self=True)
                if text is not None:
                    out[f"{module.__name__}.{n}"] = [text]
    for namespace in [torchvision.transforms.functional, torchvision.transforms]:
        for n in public(namespace):
            f = getattr(namespace, n)
            if not getattr(f, "__module__", "").startswith("torchvision.transforms.") or n.startswith("_"):
                continue
            text = from_python(f.__init__, skip_self=True) if inspect.isclass(f) else from_python(f)
            if text is not None:
                out[f"{namespace.__name__}.{n}"] = [text]
    # A method that PyTorch defines by the function's own schema needs no entry.
    for key in [k for k in out if k.startswith("Tensor.")]:
        if out.get("torch." + key[7:]) == out[key]:
            del out[key]
    return out


def main():
    rows = table()
    print("// Generated by tools/signatures.py from PyTorch " + torch.__version__.split("+")[0] + "; not edited by hand.")
    print("// Parameter names, order and defaults of PyTorch's public calls (BSD-3-Clause).\n")
    print("/** Signatures of each call, in PyTorch's order; the grammar is that of `parseSignature`. */")
    print("export const signatures: Readonly<Record<string, readonly string[]>> = {")
    quote = lambda s: "'" + s.replace("\\", "\\\\").replace("'", "\\'") + "'"
    for key in sorted(rows):
        print(f"  {quote(key)}: [{', '.join(quote(s) for s in rows[key])}],")
    print("}")
    print(f"{len(rows)} calls", file=sys.stderr)


main()
