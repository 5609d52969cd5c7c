#!/usr/bin/python3
"""Makes lib/signal/inner_table.c from captures that 'train-data' made.

usage: train.py BIN DATA... [--write FILE] [--held-out] [--dump]

BIN holds flowscand and flowscan, which read the captures, so that training and
running see the same sizes (signal inner.sizes). Every weight is of a logistic
regression over what a row shows (features() and lib/signal/inner_score.c say
the same), with both classes weighed equally: so the sum is the log of the
likelihood ratio. --held-out leaves out whole programs and seeds, and prints
rates on what was left out.
"""
import argparse
import glob
import json
import math
import os
import random
import subprocess
import tempfile
import textwrap

COUNT, LEAST = 25, 6
CLASS_ENDS = (160, 600, 1000)
TURN_ENDS = (60, 85, 110, 160, 300, 480, 620, 900, 1400, 2000, 3200, 5000, 8000, 16000)
ASK_ENDS = (199, 700, 1399, 2400)
ANSWER_ENDS = (399, 1199, 2500, 6000)
REPLY_ENDS = (69, 110, 170, 400)
SEQUEL_ENDS = (110, 350)
TURNS = 6
GRAMS, TURN_BINS, ASKS = 512, len(TURN_ENDS) + 1, 625
TURNS_AT, ASKS_AT = GRAMS, GRAMS + 2 * TURNS * TURN_BINS
WIDTH = ASKS_AT + ASKS

PORTS = {8388: "ss-aead", 8389: "ss-aes", 8390: "ss-obfs-http", 8391: "ss-obfs-tls", 8392: "ss-v2ws", 8393: "ss-v2ws-tls",
         443: "trojan", 9001: "vmess", 9002: "vmess-ws", 9003: "vmess-tls", 9004: "vmess-ws-tls", 9005: "vless-tls",
         9006: "vless-ws-tls", 9007: "trojan-go", 9008: "vmess-mux-tls", 9009: "vless-mux-tls", 8443: "stunnel-socks",
         8444: "stunnel-http", 8445: "https-proxy",
         8446: "stunnel-relay", 8447: "vless-ws-cdn"}
IN_NOISE = ("ss-aead", "ss-aes", "vmess")
# Programs of one make are left out together.
MAKES = {"trojan": "trojan", "trojan-go": "v2ray-trojan", "vmess-tls": "vmess", "vmess-ws-tls": "vmess", "vmess-mux-tls": "mux",
         "vless-mux-tls": "mux", "vless-tls": "vless", "vless-ws-tls": "vless", "vless-ws-cdn": "vless", "stunnel-socks": "stunnel",
         "stunnel-http": "stunnel", "stunnel-relay": "stunnel", "https-proxy": "https-proxy", "ss-v2ws-tls": "ss-plugin", "vmess": "vmess", "ss-aead": "ss",
         "ss-aes": "ss"}
# Honest flows, by the site's port.
SERVICES = {443: "web", 993: "imap", 6380: "redis", 7443: "services", 8883: "mqtt"}
HONEST = ("web", "browser", "imap", "mqtt", "redis", "services", "made-up", "noise")


def honest_name(flow):
    port = flow["server_port"]
    if 7000 <= port < 7200:
        return "made-up" if port < 7100 else "noise"
    if port == 443 and flow["signals"].get("tls.ja4", "").startswith("t13d151"):
        return "browser"
    return SERVICES.get(port)


def bin_of(ends, value):
    return sum(value > end for end in ends)


def features(sizes):
    """The set of what a row of sizes shows, as numbers below WIDTH."""
    found, gram = set(), 0
    for i, size in enumerate(sizes):
        gram = (gram << 3 | bin_of(CLASS_ENDS, abs(size)) << 1 | (size < 0)) % GRAMS
        if i >= 2:
            found.add(gram)
    turns = []
    for i, size in enumerate(sizes):
        if not turns or turns[-1][2] != (size < 0):
            if len(turns) == TURNS:
                break
            turns.append([0, i, size < 0])
        turns[-1][0] += abs(size)
    for i, (size, _, server) in enumerate(turns):
        found.add(TURNS_AT + (i * 2 + server) * TURN_BINS + bin_of(TURN_ENDS, size))
    for ask, answer, reply in zip(turns, turns[1:], turns[2:]):
        if not ask[2]:
            after = sizes[reply[1] + 1:reply[1] + 2]
            sequel = 0 if not after else 1 if after[0] > 0 else 2 + bin_of(SEQUEL_ENDS, -after[0])
            found.add(ASKS_AT + ((bin_of(ASK_ENDS, ask[0]) * 5 + bin_of(ANSWER_ENDS, answer[0])) * 5 +
                                 bin_of(REPLY_ENDS, sizes[reply[1]])) * 5 + sequel)
    return sorted(found)


def flows_of(binaries, capture):
    with tempfile.TemporaryDirectory() as folder:
        db, config = folder + "/db", folder + "/c.yaml"
        with open(config, "w") as f:
            f.write("sensor: {name: lab}\n")
        subprocess.run([binaries + "/flowscand", "-c", config, "-r", capture, "--db", db], check=True, stderr=subprocess.DEVNULL)
        out = subprocess.run([binaries + "/flowscan", "flows", "--db", db, "--format", "jsonl", "--limit", "0"], check=True,
                             capture_output=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def rows_of(binaries, data):
    """(carrier, seed, in TLS, sizes, client and server) of every flow."""
    rows = []
    for folder in sorted(f for d in data for f in glob.glob(d + "/*/")):
        seed = int(folder.rstrip("/").rsplit("/", 1)[1])
        for tap in ("client", "direct"):
            if not os.path.exists(folder + tap + ".pcap"):
                continue
            for flow in sorted(flows_of(binaries, folder + tap + ".pcap"), key=lambda flow: flow["last_seen"]):
                sizes = flow["signals"].get("inner.sizes")
                if sizes and flow["transport"] == "tcp":
                    name = PORTS.get(flow["server_port"]) if tap == "client" else honest_name(flow)
                    pair = folder, tap, flow["client_ip"], flow["server_ip"], flow["server_port"]
                    rows.append((name, seed, flow["signals"].get("c2s.bytes", "").startswith("1603"), sizes[:COUNT], pair))
    return rows


def fit(rows, rounds=40, weight=0.002, rate=0.3):
    """Weights by gradient descent (AdaGrad), features() -> log odds."""
    rng = random.Random(1)
    examples = [(features(sizes), guilty) for sizes, guilty in rows]
    share = {g: sum(1 for e in examples if e[1] == g) or 1 for g in (True, False)}
    w, seen, bias, bias_seen = [0.0] * WIDTH, [1e-8] * WIDTH, 0.0, 1e-8
    for _ in range(rounds):
        rng.shuffle(examples)
        for found, guilty in examples:
            odds = bias + sum(w[f] for f in found)
            step = (guilty - 1 / (1 + math.exp(-max(-30, min(30, odds))))) * len(examples) / 2 / share[guilty]
            bias_seen += step * step
            bias += rate * step / math.sqrt(bias_seen)
            for f in found:
                slope = step - weight * len(examples) / 100 * w[f]
                seen[f] += slope * slope
                w[f] += rate * slope / math.sqrt(seen[f])
    return bias, w


def milli(model):
    bias, w = model
    return round(bias * 1000), [max(-32000, min(32000, round(x * 1000))) for x in w]


def score(model, sizes):
    bias, w = model
    return bias + sum(w[f] for f in features(sizes))


def split(rows, in_tls):
    """What one model is trained on: (carrier, seed, sizes, guilty, pair)."""
    if in_tls:
        return [(n, s, z, n not in HONEST, p) for n, s, tls, z, p in rows if tls and (n in HONEST or n in MAKES) and n not in IN_NOISE]
    return [(n, s, z, n not in HONEST, p) for n, s, tls, z, p in rows if n in IN_NOISE or n in HONEST]


LIMITS = (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4)


def show(name, got):
    print("%-14s %5d %7.2f  " % (name, len(got), max(got)) + " ".join("%6.4f" % (sum(s > l for s in got) / len(got)) for l in LIMITS))


def show_pairs(pairs):
    """Of several flows between two hosts (signal pair.inner_mean): the highest
    mean of the first four or more, over 1."""
    found = {}
    for (guilty, name, _), scores in pairs.items():
        clipped = [max(-2, min(4, score)) for score in scores]
        if len(clipped) >= 4:
            found.setdefault((guilty, name), []).append(max(sum(clipped[:n]) / n for n in range(4, len(clipped) + 1)))
    for guilty in (False, True):
        for (g, name), means in sorted(found.items()):
            if g == guilty:
                print("%-14s pairs %4d  most %6.2f  above 1: %d" % (name, len(means), max(means), sum(m > 1 for m in means)))


def held_out(rows, leave_out):
    """Rates on seeds that the model does not know; with 'leave_out', on whole
    makes of proxies and kinds of honest programs that it does not know."""
    seeds = sorted({r[1] for r in rows})
    odd = set(seeds[1::2])
    groups = sorted({MAKES.get(r[0], r[0]) for r in rows}) if leave_out else [None]
    scores, pairs = {}, {}
    for group in groups:
        for test in (odd, set(seeds) - odd):
            model = fit([(z, g) for n, s, z, g, _ in rows if s not in test and MAKES.get(n, n) != group], 25)
            for n, s, z, g, pair in rows:
                if s in test and len(z) >= LEAST and (group is None or MAKES.get(n, n) == group):
                    scores.setdefault((g, n), []).append(score(model, z))
                    pairs.setdefault((g, n, pair), []).append(scores[g, n][-1])
    print("%-14s %5s %7s  " % ("above", "n", "most") + " ".join("%6.2f" % l for l in LIMITS))
    for guilty in (False, True):
        for (g, name), got in sorted(scores.items()):
            if g == guilty:
                show(name, got)
        show("all proxies" if guilty else "all honest", sum((v for (g, _), v in scores.items() if g == guilty), []))
    show_pairs(pairs)
    honest = sorted(sum((v for (g, _), v in scores.items() if not g), []))
    print("99 %% of the honest below %.2f, 99.9 %% below %.2f" % (honest[int(len(honest) * .99)], honest[int(len(honest) * .999)]))


def table(name, values):
    lines = textwrap.wrap(", ".join(map(str, values)), 64)
    return "\t    .%s = {\n%s\t    },\n" % (name, "".join("\t\t%s\n" % line for line in lines))


RECIPE = """The captures: %s with the programs of Debian 12: %d honest flows, %d of proxies over TLS, %d of those that look like
noise. Then 'python3 test/lab/train.py build/bin %s --write lib/signal/inner_table.c'."""


def how_made(data):
    """What train-data was told, which is in its folders."""
    with open(data + "/recipe") as f:
        return "'%s', " % f.read().strip()


def write(path, models, rows, data):
    honest = sum(r[0] in HONEST for r in rows)
    noise = sum(r[0] in IN_NOISE for r in rows)
    recipe = RECIPE % ("".join(how_made(d) for d in data), honest, sum(r[0] in MAKES for r in rows) - noise, noise,
                       " ".join(os.path.basename(d.rstrip("/")) for d in data))
    with open(path, "w") as f:
        f.write("/* Made by test/lab/train.py; do not edit.\n *\n%s */\n" %
                "".join(" * %s\n" % line for line in textwrap.wrap(recipe, 76)))
        f.write('#include "signal/inner.h"\n\n/* clang-format off */\nconst struct inner_model inner_models[INNER_CARRIERS] = {\n')
        for name, model in models:
            bias, w = milli(model)
            f.write("\t[%s] = {\n\t    .bias = %d,\n" % (name, bias))
            f.write(table("grams", w[:GRAMS]) + table("turns", w[TURNS_AT:ASKS_AT]) + table("asks", w[ASKS_AT:]) + "\t},\n")
        f.write("};\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("binaries")
    ap.add_argument("data", nargs="+")
    ap.add_argument("--write")
    ap.add_argument("--held-out", action="store_true")
    ap.add_argument("--dump", action="store_true")
    opt = ap.parse_args()
    rows = rows_of(opt.binaries, opt.data)
    if opt.dump:
        for row in rows:
            print(*row)
    models = []
    for name, in_tls in (("INNER_IN_TLS", True), ("INNER_IN_NOISE", False)):
        mine = split(rows, in_tls)
        if opt.held_out:
            print(name, "unknown programs, unknown seeds")
            held_out(mine, True)
            print(name, "known programs, unknown seeds")
            held_out(mine, False)
        if opt.write:
            models.append((name, fit([(z, g) for _, _, z, g, _ in mine if len(z) >= LEAST])))
    if opt.write:
        write(opt.write, models, rows, opt.data)


if __name__ == "__main__":
    main()
