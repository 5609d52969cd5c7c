#!/usr/bin/python3
"""Visits web sites as several programs do, directly and through proxies.

usage: visits.py SEED COUNT SITE_ADDRESS CARRIERS CA

Prints a line a visit: the carrier ('direct' for none), whether it went well,
what was done. The clients are curl, Node where it is, and Python's ssl module with keep-alive,
uploads, conversations as of a WebSocket, and ClientHellos made as long as
post-quantum ones by a long ALPN list: nothing in Debian 12 sends those keys.
"""
import concurrent.futures
import imaplib
import json
import os
import random
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlparse

import chatter

LAB = os.path.dirname(os.path.abspath(__file__))
AGENTS = ["curl/7.88.1", "python-requests/2.31", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"]


def page(rng):
    """A path whose answer has one of several sizes."""
    return "/bytes?n=%d&wait=%d" % (int(10 ** rng.uniform(1.3, 5.2)), rng.choice([0, 0, 0, 15, 120]))


def headers(rng, host):
    """Those of a request: from few to a browser's with its cookies."""
    out = {"Host": host, "User-Agent": rng.choice(AGENTS), "Accept": "*/*"}
    if rng.random() < 0.6:
        out["Accept-Encoding"] = "gzip, deflate, br"
        out["Accept-Language"] = "en-US,en;q=0.9"
    if rng.random() < 0.4:
        out["Authorization"] = "Bearer " + "k" * rng.choice([20, 60, 150, 900])
    if rng.random() < 0.4:
        out["Cookie"] = "session=" + "c" * rng.choice([20, 80, 250, 700, 1500])
    return out


def reach(how, host, port):
    """A TCP connection to the host, through the proxy that 'how' names."""
    if not how:
        return socket.create_connection((ADDRESS, port), 30)
    proxy = urlparse(how)
    if proxy.scheme == "tcp":
        return socket.create_connection((proxy.hostname, proxy.port), 30)
    sock = socket.create_connection((proxy.hostname, proxy.port), 30)
    if proxy.scheme == "https":
        sock = ssl._create_unverified_context().wrap_socket(sock, server_hostname="www.example.com")
    if proxy.scheme.startswith("http"):
        sock.sendall(b"CONNECT %s:%d HTTP/1.1\r\nHost: %s:%d\r\n\r\n" % (ADDRESS.encode(), port, host.encode(), port))
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += more(sock)
        if b" 200 " not in answer:
            raise OSError("refused by the proxy")
        return sock
    sock.sendall(b"\5\1\0")
    more(sock)
    sock.sendall(b"\5\1\0\1" + socket.inet_aton(ADDRESS) + struct.pack(">H", port))
    if more(sock)[1] != 0:
        raise OSError("refused by the proxy")
    return sock


def more(sock):
    got = sock.recv(65536)
    if not got:
        raise OSError("ended early")
    return got


class Within:
    """TLS over any socket, also over a TLS socket."""

    def __init__(self, sock, context, host):
        self.sock, self.read, self.write = sock, ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.read, self.write, server_hostname=host)
        self.drive(self.tls.do_handshake)

    def drive(self, step, *args):
        while True:
            try:
                result = step(*args)
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                self.read.write(more(self.sock))

    def flush(self):
        if self.write.pending:
            self.sock.sendall(self.write.read())

    def sendall(self, what):
        self.drive(self.tls.write, what)

    def recv(self, size):
        return self.drive(self.tls.read, size)


def by_python(rng, how, host, what):
    context = ssl.create_default_context(cafile=CA)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    alpn = ["http/1.1"]
    if rng.random() < 0.5:
        # As long as with a key of ML-KEM: 1,150 bytes and more of it.
        alpn += ["x-%d-%s" % (i, "p" * 90) for i in range(rng.randint(11, 13))]
    context.set_alpn_protocols(alpn)
    if rng.random() < 0.3:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    with reach(how, host, 443) as sock:
        sock.settimeout(30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tls = Within(sock, context, host)
        if what == "talk":
            talk(rng, tls, host)
        else:
            for i in range(rng.choice([1, 2, 3, 5]) if what == "keep" else 1):
                request(rng, tls, host, what)
                time.sleep(rng.choice([0, 0.05, 0.4]))


def request(rng, tls, host, what):
    lines = headers(rng, host)
    body = b""
    if what == "upload":
        body = b"u" * int(10 ** rng.uniform(1.5, 5.3))
        lines["Content-Length"] = str(len(body))
    path = "/stream?n=%d" % rng.randint(5, 40) if what == "stream" else page(rng)
    head = "%s %s HTTP/1.1\r\n%s\r\n" % ("POST" if body else "GET", path,
                                          "".join("%s: %s\r\n" % h for h in lines.items()))
    if body and rng.random() < 0.5:
        tls.sendall(head.encode())
        tls.sendall(body)
    else:
        tls.sendall(head.encode() + body)
    got = b""
    while b"\r\n\r\n" not in got:
        got += tls.recv(65536)
    head, got = got.split(b"\r\n\r\n", 1)
    size = [int(l.split(b":")[1]) for l in head.lower().split(b"\r\n") if l.startswith(b"content-length")]
    while len(got) < size[0] if size else not got.endswith(b"0\r\n\r\n"):
        got += tls.recv(65536)


def talk(rng, tls, host):
    lines = dict(headers(rng, host), Upgrade="websocket", Connection="Upgrade")
    tls.sendall(("GET /echo?n=30 HTTP/1.1\r\n%s\r\n" % "".join("%s: %s\r\n" % h for h in lines.items())).encode())
    tls.recv(65536)
    done = threading.Event()

    def listen():
        try:
            while not done.is_set() and tls.sock.recv(65536):
                pass
        except OSError:
            pass

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    for _ in range(rng.randint(4, 20)):
        tls.sendall(b"z" * rng.choice([6, 20, 60, 130, 300, 600, 1300, 4000]))
        time.sleep(rng.choice([0, 0.02, 0.1, 0.3]))
    done.set()


def by_curl(rng, how, host, what):
    args = ["curl", "-sS", "-m", "40", "-k", "--resolve", "%s:443:%s" % (host, ADDRESS), "--http1.1" if rng.random() < 0.5 else "--http2"]
    if rng.random() < 0.3:
        args += ["--tls-max", "1.2"]
    if how.startswith("tcp:"):
        args += ["--connect-to", "%s:443:%s" % (host, how[6:])]
    elif how:
        # The name is known to nobody but us: ask for the address.
        args += ["--proxy", how.replace("socks5h", "socks5"), "--proxy-insecure"]
    for name, value in headers(rng, host).items():
        if name not in ("Host", "Accept"):
            args += ["-H", "%s: %s" % (name, value)]
    if what == "upload":
        args += ["--data-binary", "@-", "-H", "Expect:"]
    urls = ["/stream?n=%d" % rng.randint(5, 40)] if what == "stream" else [page(rng)]
    if what == "keep":
        urls += [page(rng) for _ in range(rng.randint(1, 4))]
    if how.startswith("http"):
        args += ["--connect-to", "%s:443:%s:443" % (host, ADDRESS)]
    for url in urls:
        args += ["-o", "/dev/null", "https://%s%s" % (host, url)]
    body = b"u" * int(10 ** rng.uniform(1.5, 5.3)) if what == "upload" else b""
    got = subprocess.run(args, input=body, capture_output=True, timeout=60)
    if got.returncode:
        raise OSError(got.stderr.decode(errors="replace").strip()[-200:])


def by_node(rng, how, host, what):
    lines = {k.lower(): v for k, v in headers(rng, host).items() if k != "Host"}
    job = {"address": ADDRESS, "host": host, "proxy": how, "tls12": rng.random() < 0.3, "h2": rng.random() < 0.6, "pause": rng.choice([0, 0, 30, 150]), "early": rng.random() < 0.5, "headers": lines,
           "paths": [page(rng) for _ in range(rng.randint(2, 9) if what == "keep" else 1)],
           "body": int(10 ** rng.uniform(1.5, 5.3)) if what == "upload" else 0}
    if what == "stream":
        job["paths"] = ["/stream?n=%d" % rng.randint(5, 40)]
    got = subprocess.run(["node", LAB + "/visit.js", json.dumps(job)], capture_output=True, timeout=60)
    if got.returncode:
        raise OSError(got.stderr.decode(errors="replace").strip()[-200:])


def by_service(rng, host):
    """Calls of a program to services over HTTP/2."""
    kind = rng.choice(["unary", "stream", "video", "poll", "upload"])
    job = {"address": ADDRESS, "port": 7443, "kind": kind, "count": rng.randint(3, 25), "pause": rng.choice([0, 5, 50, 200]),
           "size": int(10 ** rng.uniform(0.7, 2.8)), "headers": {k.lower(): v for k, v in headers(rng, host).items() if k != "Host"},
           "answer": int(10 ** (rng.uniform(4.8, 6) if kind == "video" else rng.uniform(0.7, 3.5))),
           "wait": rng.choice([0, 30]) if kind != "poll" else 600}
    run(["node", LAB + "/service.js", json.dumps(job)])


def by_redis(rng, host):
    context = ssl._create_unverified_context()
    with context.wrap_socket(socket.create_connection((ADDRESS, 6380), 30), server_hostname=host) as sock:
        for _ in range(rng.randint(3, 30)):
            value = "v" * int(10 ** rng.uniform(0, 3.5))
            words = rng.choice([["SET", "key:%d" % rng.randrange(50), value], ["GET", "key:%d" % rng.randrange(50)], ["PING"],
                                ["LPUSH", "list", value], ["LRANGE", "list", "0", str(rng.randint(1, 20))], ["INFO"]])
            sock.sendall(("*%d\r\n" % len(words) + "".join("$%d\r\n%s\r\n" % (len(w), w) for w in words)).encode())
            sock.recv(65536)
            time.sleep(rng.choice([0, 0, 0.02, 0.1]))


def by_mqtt(rng, host):
    args = ["-h", ADDRESS, "-p", "8883", "--cafile", CA, "--insecure", "-q", str(rng.randrange(3)), "-t", "a/%d" % rng.randrange(4)]
    if rng.random() < 0.5:
        return run(["mosquitto_sub", "-W", "4"] + args)
    lines = "".join("m" * int(10 ** rng.uniform(0.5, 3)) + "\n" for _ in range(rng.randint(1, 30)))
    run(["mosquitto_pub", "-l"] + args, lines.encode())


def by_imap(rng, host):
    context = ssl._create_unverified_context()
    with imaplib.IMAP4_SSL(ADDRESS, 993, ssl_context=context) as mail:
        mail.login("user%d" % rng.randrange(3), "secret")
        for _ in range(rng.randint(0, 3)):
            mail.append("INBOX", None, None, b"Subject: x\r\n\r\n" + b"text\r\n" * int(10 ** rng.uniform(0, 3.5)))
        mail.select()
        for number in mail.search(None, "ALL")[1][0].split()[-rng.randint(1, 9):]:
            mail.fetch(number, rng.choice(["(FLAGS)", "(RFC822)", "(BODY.PEEK[HEADER])", "(ENVELOPE)"]))


def by_chatter(rng, tls):
    chatter.visit(ADDRESS, SEED, rng.randrange(chatter.COUNT), rng.randrange(1 << 30), tls)


def run(args, given=b""):
    got = subprocess.run(args, input=given, capture_output=True, timeout=60)
    # mosquitto_sub ends with 27 when its time is over.
    if got.returncode not in (0, 27):
        raise OSError(got.stderr.decode(errors="replace").strip()[-200:])


class Shim(socketserver.BaseRequestHandler):
    """A SOCKS server for browsers, which gives names to proxies: these know
    addresses only."""

    def handle(self):
        try:
            more(self.request)
            self.request.sendall(b"\5\0")
            asked = more(self.request)
            name, port = asked[5:-2].decode(), struct.unpack(">H", asked[-2:])[0]
            with reach(self.server.how, name, port) as sock:
                self.request.sendall(b"\5\0\0\1" + bytes(6))
                threading.Thread(target=pump, args=(self.request, sock), daemon=True).start()
                pump(sock, self.request)
        except OSError:
            pass


def pump(one, other):
    try:
        one.settimeout(30)
        while True:
            other.sendall(more(one))
    except OSError:
        for sock in (one, other):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Shims(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


def opens(args, how, folder):
    """Runs a browser, through a proxy if one is named."""
    with BROWSERS, Shims(("127.0.0.1", 0), Shim) as server:
        server.how = how
        if how:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            args.append("--proxy-server=socks5://127.0.0.1:%d" % server.server_address[1])
        try:
            subprocess.run(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=9, env=dict(os.environ, HOME=folder))
        except subprocess.TimeoutExpired:
            pass  # It does not end by itself.
        finally:
            if how:
                server.shutdown()


BROWSERS = threading.Semaphore(2)
BROWSER = """<!doctype html><title>page</title><script>
const urls = %s;
Promise.all(urls.map(([url, after]) => new Promise(done => setTimeout(done, after))
  .then(() => fetch(url, {mode: "no-cors", method: url.includes("post") ? "POST" : "GET",
    body: url.includes("post") ? "u".repeat(+url.split("post=")[1]) : undefined}))
  .then(got => got.text()).catch(() => 0)));
</script>"""


def by_browser(rng, how, host, what):
    """Chromium opens a page that takes things from most of the sites."""
    urls = []
    for number in rng.sample(range(8), 6):
        for _ in range(rng.choice([1, 1, 2, 4])):
            url = "https://s%d.example.com%s" % (number, page(rng))
            urls.append([url + ("&post=%d" % int(10 ** rng.uniform(1, 4.5)) if rng.random() < 0.25 else ""),
                         rng.choice([0, 0, 100, 600, 1500])])
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/page.html", "w") as f:
            f.write(BROWSER % json.dumps(urls))
        args = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors", "--user-data-dir=" + folder,
                "--host-resolver-rules=MAP *.example.com %s, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE %s" % (ADDRESS, ADDRESS),
                "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-dev-shm-usage",
                "--disable-web-security", "--remote-debugging-port=0"]
        opens(args + ["file://" + folder + "/page.html"], how, folder)


OTHERS = {"service": by_service, "redis": by_redis, "mqtt": by_mqtt, "imap": by_imap,
          "chatter": lambda rng, host: by_chatter(rng, True), "noise": lambda rng, host: by_chatter(rng, False)}


def program(rng, how, what):
    if what == "talk":
        return by_python
    node = shutil.which("node") and not how.startswith("http")
    return rng.choice([by_python, by_curl] + [by_node] * bool(node))


def visit(job):
    carrier, how, seed = job
    rng = random.Random(seed)
    host = "s%d.example.com" % rng.randrange(8)
    what = rng.choice(["get", "get", "keep", "keep", "upload", "stream", "talk"])
    by = program(rng, how, what)
    time.sleep(rng.uniform(0, 0.5))
    try:
        if carrier in OTHERS:
            what = carrier
            by = OTHERS[carrier]
            by(rng, host)
        else:
            if carrier.endswith("@browser"):
                by, what = by_browser, "page"
            by(rng, how, host, what)
        return "%s ok %s %s %s" % (carrier, by.__name__, what, host)
    except (OSError, subprocess.SubprocessError, IndexError, imaplib.IMAP4.error) as e:
        return "%s failed %s %s %s: %s" % (carrier, by.__name__, what, host, e)


SEED, COUNT, ADDRESS, CARRIERS, CA = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
with open(CARRIERS) as f:
    jobs = [(name, how) for name, _, how in (line.strip().split(",") for line in f)] * COUNT
order = random.Random(SEED)
WEB_ONLY = bool(os.environ.get("LAB_WEB"))
if shutil.which("chromium") and not WEB_ONLY:
    carriers = sorted({j for j in jobs if j[1].startswith(("socks", "http:"))})
    jobs += [(name + "@browser", how) for name, how in order.sample(carriers, 8)]
    jobs += [("direct@browser", "")] * 6
jobs += [("direct", "")] * ((25 if WEB_ONLY else 16) * COUNT)
if not WEB_ONLY:
    jobs += [("chatter", "")] * (8 * COUNT) + [("noise", "")] * (5 * COUNT)
    jobs += [("redis", ""), ("mqtt", ""), ("imap", "")] * COUNT
if shutil.which("node") and not WEB_ONLY:
    jobs += [("service", "")] * (2 * COUNT)
order.shuffle(jobs)
jobs = [(name, how, SEED * 100000 + i) for i, (name, how) in enumerate(jobs)]
with concurrent.futures.ThreadPoolExecutor(12) as pool:
    for line in pool.map(visit, jobs):
        print(line, flush=True)
