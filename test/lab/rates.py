#!/usr/bin/python3
"""Writes the tables of rates in docs/how-it-decides.md.

usage: rates.py BIN RULES RUN... [--write PAGE [--held-out]]

BIN    the folder of flowscand
RULES  the folder of rules
RUN    a folder that 'run -s NAME RUN' made (RUN/NAME/api.pcap and
       labels.csv), or a capture whose labels stand beside it (demo.pcap.zst,
       demo.labels.csv), and its config, too, if it is not the demo's
       (demo.config.json)

--held-out: the runs are such that no rule was written with them in view; they
go into the page's tables of that kind.

Every rate counts clients, not flows, and bears its n and its bounds with 95 %
confidence (Wilson). With fewer than 300 clients it is insufficient: said so,
not left out.
"""
import csv
import glob
import json
import math
import os
import subprocess
import sys
import tempfile

ENOUGH = 300
EXIT_FILES = ("exit.yaml", "stack.yaml", "context.yaml", "lists.yaml")
PRIOR = 1 / (1 + math.exp(3))  # What scoring begins with, as a share.
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data")
CONFIG = {
    "sensor": {"name": "tap-iad-1",
               "location": {"lat": 39.04, "lon": -77.49}},
    "services": [{"name": "api", "ports": [443], "names": ["api.example.com"],
                  "addresses": ["203.0.113.10", "2001:db8:1::10"]}],
    "geo": {"city": os.path.join(DATA, "geo", "demo-city.mmdb"),
            "asn": os.path.join(DATA, "geo", "demo-asn.mmdb")},
}


def bounds(hits, of):
    """Wilson's score interval."""
    if of == 0:
        return 0.0, 1.0
    z, share = 1.959964, hits / of
    middle = share + z * z / (2 * of)
    width = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return (max(0.0, (middle - width) / scale),
            min(1.0, (middle + width) / scale))


def rate(hits, of):
    low, high = bounds(hits, of)
    words = "%d of %d, %.1f to %.1f %%" % (hits, of, 100 * low, 100 * high)
    return words + ("" if of >= ENOUGH else " (insufficient)")


def captures(run):
    """Captures of a run, each with its labels."""
    if os.path.isfile(run):
        return [(run, run.split(".pcap")[0] + ".labels.csv")]
    return [(path, os.path.join(os.path.dirname(path), "labels.csv"))
            for path in sorted(glob.glob(os.path.join(run, "*/api.pcap")))]


def verdicts(binaries, rules, capture):
    """The client rows of one capture, by address."""
    own = capture.split(".pcap")[0] + ".config.json"
    settings = CONFIG
    if os.path.exists(own):
        with open(own, encoding="utf-8") as file:
            settings = json.load(file)
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config.yaml")
        store = os.path.join(folder, "x.db")
        with open(config, "w", encoding="utf-8") as file:
            json.dump(dict(settings, rules=[os.path.abspath(rules)]), file)
        subprocess.run([os.path.join(binaries, "flowscand"), "-c", config,
                        "-r", capture, "--db", store], check=True,
                       stderr=subprocess.DEVNULL)
        out = subprocess.run([os.path.join(binaries, "flowscan"), "clients",
                              "--db", store, "--format", "jsonl"],
                             check=True, stdout=subprocess.PIPE)
    rows = [json.loads(line) for line in out.stdout.splitlines()]
    return {row["client_ip"].split("/")[0]: row for row in rows}


def slice_of(label):
    """The demo's scenarios are slices by distance, or tunnels by name."""
    if label["class"] == "direct" and label["scenario"].startswith("direct-"):
        return "near" if int(label["rtt_ms"]) <= 50 else "far"
    return label["scenario"]


def gather(binaries, rules, runs):
    """(slice, tunnelled, score, verdict) of every labelled client."""
    found = []
    for run in runs:
        for capture, labels in captures(run):
            rows = verdicts(binaries, rules, capture)
            with open(labels, encoding="utf-8") as file:
                for label in csv.DictReader(file):
                    if label["tap"] != "api":
                        continue
                    address = label["client"]
                    row = rows.get(address) or rows.get(
                        ":".join(address.split(":")[:4]).rstrip(":") + "::")
                    if row is None or row["view"] != "exit":
                        continue
                    found.append((slice_of(label), label["class"] != "direct",
                                  row["score"], row["verdict"]))
    return found


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def slices(found, tunnelled):
    rows = []
    for name in sorted({f[0] for f in found if f[1] == tunnelled}):
        here = [f for f in found if f[0] == name and f[1] == tunnelled]
        flagged = sum(f[3] != "clean" for f in here)
        worst = sum(f[3] == "anomalous" for f in here)
        rows.append((name, rate(flagged, len(here)), rate(worst, len(here))))
    return table(("slice", "review or worse", "anomalous"), rows)


def reliability(found):
    edges = (0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.000001)
    rows = []
    for low, high in zip(edges, edges[1:]):
        here = [f for f in found if low <= f[2] < high]
        if here:
            rows.append(("%.2f to %.2f" % (low, min(high, 1)),
                         "%.3f" % (sum(f[2] for f in here) / len(here)),
                         rate(sum(f[1] for f in here), len(here))))
    return table(("score", "mean score", "tunnelled, of the lab's"), rows)


def brier(found):
    """Weighed to the prevalence that scoring begins with: the lab has far
    more tunnels than a service has."""
    total = 0.0
    for truth, weight in ((True, PRIOR), (False, 1 - PRIOR)):
        scores = [f[2] for f in found if f[1] == truth]
        if not scores:
            return None
        total += weight * sum((truth - s) ** 2 for s in scores) / len(scores)
    return total


def page(found):
    honest = [f for f in found if not f[1]]
    guilty = [f for f in found if f[1]]
    score = brier(found)
    lines = ["Honest clients, by slice: how many were called what they are "
             "not.", ""]
    lines += slices(found, False) + ["", "Tunnels, by slice: how many were "
                                     "found.", ""]
    lines += slices(found, True) + ["", "What a score meant:", ""]
    lines += reliability(found) + [""]
    lines.append("All honest clients: review or worse %s; anomalous %s." %
                 (rate(sum(f[3] != "clean" for f in honest), len(honest)),
                  rate(sum(f[3] == "anomalous" for f in honest),
                       len(honest))))
    lines.append("All tunnels: review or worse %s." %
                 rate(sum(f[3] != "clean" for f in guilty), len(guilty)))
    if score is not None:
        lines.append("Brier score at a prevalence of %.1f %%: %.4f; a constant"
                     " answer gets %.4f." %
                     (100 * PRIOR, score, PRIOR * (1 - PRIOR)))
        lines.append("A tunnel's score is above an honest client's in %.3f of "
                     "all pairs." % separation(found))
    return "\n".join(lines) + "\n"


def exit_rules(binaries, rules):
    """What the shipped rules of the exit view weigh."""
    out = subprocess.run([os.path.join(binaries, "flowscan"), "rules", "list",
                          "--format", "jsonl", rules], check=True,
                         stdout=subprocess.PIPE)
    rows = []
    for line in out.stdout.splitlines():
        rule = json.loads(line)
        if os.path.basename(rule["file"]) in EXIT_FILES:
            rows.append((rule["family"], rule["rule"], rule["class"],
                         "%+.2f" % rule["weight"], rule["state"],
                         rule["desc"]))
    return "\n".join(table(("family", "rule", "class", "weight", "state",
                            "what it sees"), sorted(rows))) + "\n"


def write(path, what, text):
    begin, end = "<!-- %s: begin -->\n" % what, "<!-- %s: end -->\n" % what
    with open(path, encoding="utf-8") as file:
        old = file.read()
    head, rest = old.split(begin)
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + begin + text + end + rest.split(end)[1])


def separation(found):
    """How often a tunnel scores above an honest client (AUC)."""
    honest = [f[2] for f in found if not f[1]]
    guilty = [f[2] for f in found if f[1]]
    if not honest or not guilty:
        return None
    above = sum((g > h) + (g == h) / 2 for g in guilty for h in honest)
    return above / (len(honest) * len(guilty))


def main(arguments):
    target, section = None, "rates"
    if "--held-out" in arguments:
        arguments.remove("--held-out")
        section = "held-out"
    if "--write" in arguments:
        at = arguments.index("--write")
        target = arguments[at + 1]
        del arguments[at:at + 2]
    if len(arguments) < 3:
        sys.exit(__doc__)
    text = page(gather(arguments[0], arguments[1], arguments[2:]))
    if target is None:
        sys.stdout.write(text)
    else:
        write(target, section, text)
        write(target, "rules", exit_rules(arguments[0], arguments[1]))


main(sys.argv[1:])
