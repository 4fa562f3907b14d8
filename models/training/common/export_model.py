"""What every medium's export.py does: arguments, the parts that were asked for, model.json."""
import argparse
import hashlib
import json
import os

NOT_LISTED = ("model.json", "README.md", "package.json")


def read_json(folder, name):
    with open(os.path.join(folder, name), encoding="utf8") as f:
        return json.load(f)


def file_listing(out):
    """Size and hash of every file of a model."""
    files = {}
    for name in sorted(os.listdir(out)):
        path = os.path.join(out, name)
        if name not in NOT_LISTED and os.path.isfile(path) and not name.startswith("."):
            with open(path, "rb") as f:
                files[name] = {"bytes": os.path.getsize(path), "sha256": hashlib.file_digest(f, "sha256").hexdigest()}
    return files


def arguments(parts, name, license):
    """A parser of what every exporter takes; a medium adds its folders, --out (or out) among them."""
    args = argparse.ArgumentParser()
    args.add_argument("--parts", default=",".join(parts))
    args.add_argument("--name", default=name)
    args.add_argument("--version", default="1.0.0")
    args.add_argument("--license", default=license)
    return args


def write_model(a, kind, order, write, facts={}):
    """write(part, model) writes a part's files and updates model.json's content; parts not asked for keep their sections.

    order: of the keys in model.json; facts: what the product needs beside the parts. A section that is None is left out.
    """
    os.makedirs(a.out, exist_ok=True)
    path = os.path.join(a.out, "model.json")
    model = read_json(a.out, "model.json") if os.path.exists(path) else {}
    model |= {"format": 1, "kind": kind, "name": a.name, "version": a.version, "license": a.license, "card": "README.md"} | facts
    for part in a.parts.split(","):
        write(part, model)
        print(part, "left out" if model.get(part, "") is None else "written", flush=True)
    model["files"] = file_listing(a.out)
    with open(path, "w", encoding="utf8") as f:
        json.dump({k: model[k] for k in order if model.get(k) is not None}, f, ensure_ascii=False, indent=1)
        f.write("\n")
    for name, facts in model["files"].items():
        print(f"{name}: {facts['bytes'] / 1e6:.2f} MB")
