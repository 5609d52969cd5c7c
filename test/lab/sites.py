#!/usr/bin/python3
"""Web sites that differ as real ones do: certificates, versions, headers.

usage: sites.py settings SEED PKI DIR LAB    writes DIR/nginx.conf and the keys
       sites.py serve PORT                   the program behind the web server
"""
import random
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

COUNT = 8
KEYS = [["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], ["rsa:2048"],
        ["rsa:2048"], ["rsa:3072"]]


def openssl(*args):
    subprocess.run(("openssl",) + args, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def issue(folder, name, ca, extensions, key):
    path = "%s/%s" % (folder, name)
    openssl("req", "-new", "-newkey", *key, "-nodes", "-keyout", path + ".key", "-out", path + ".csr", "-subj",
            "/O=Example/CN=%s.example.com" % name)
    with open(path + ".ext", "w") as f:
        f.write(extensions)
    openssl("x509", "-req", "-in", path + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-CAcreateserial", "-days", "365",
            "-extfile", path + ".ext", "-out", path + ".crt")


def certificate(folder, number, pki):
    """A site's key and chain, of one to three certificates."""
    name, ca, chain = "s%d" % number, pki + "/ca", ""
    for level in range(random.choice([0, 0, 1, 1, 2])):
        inter = "s%dca%d" % (number, level)
        issue(folder, inter, ca, "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n", random.choice(KEYS[2:]))
        ca = "%s/%s" % (folder, inter)
        with open(ca + ".crt") as f:
            pem = f.read()
        with open(ca + ".pem", "w") as f:
            f.write(pem)
        chain = pem + chain
    names = ["s%d.example.com" % number]
    names += ["%s.alias-%d.example.com" % ("x" * random.randint(3, 20), i) for i in range(random.choice([0, 1, 3, 10, 40, 90]))]
    issue(folder, name, ca, "subjectAltName=%s\n" % ",".join("DNS:" + n for n in names), random.choice(KEYS))
    with open("%s/%s.crt" % (folder, name)) as f:
        pem = f.read() + chain
    with open("%s/%s.pem" % (folder, name), "w") as f:
        f.write(pem)


SITE = """
	server {
		listen 443 ssl%(h2)s;
		server_name s%(number)d.example.com;
		ssl_certificate %(folder)s/s%(number)d.pem;
		ssl_certificate_key %(folder)s/s%(number)d.key;
		ssl_protocols %(versions)s;
		ssl_session_tickets %(tickets)s;
		add_header X-Policy "%(policy)s" always;
		location / {
			proxy_pass http://127.0.0.1:8080;
			proxy_http_version 1.1;
			proxy_set_header Upgrade $http_upgrade;
			proxy_set_header Connection $http_connection;
			proxy_buffering off;
			client_max_body_size 10m;
		}
	}"""


def settings(seed, pki, folder, lab):
    random.seed(int(seed))
    with open(lab + "/nginx.conf") as f:
        head = f.read().split("\tserver {")[0]
    head = head.replace("@dir@", folder).replace("@pki@", pki + "/www")
    for number in range(COUNT):
        certificate(folder, number, pki)
        head += SITE % {"number": number, "folder": folder, "h2": random.choice([" http2", " http2", ""]),
                        "versions": random.choice(["TLSv1.2", "TLSv1.2 TLSv1.3", "TLSv1.2 TLSv1.3"]),
                        "tickets": random.choice(["on", "off"]), "policy": "p" * random.choice([10, 80, 300, 900])}
    with open(folder + "/nginx.conf", "w") as f:
        f.write(head + "\n}\n")


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def asked(self, name, default):
        return int(parse_qs(urlparse(self.path).query).get(name, [default])[0])

    def do_GET(self):
        time.sleep(self.asked("wait", 0) / 1000)
        if self.headers.get("Upgrade"):
            return self.echo()
        if self.path.startswith("/stream"):
            return self.stream()
        body = b"x" * self.asked("n", 1000)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def stream(self):
        """Server-sent events: small pieces with pauses."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(self.asked("n", 20)):
            piece = b"data: " + b"x" * random.randint(5, 300) + b"\n\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(random.uniform(0.01, 0.08))
        self.wfile.write(b"0\r\n\r\n")

    def echo(self):
        """As a WebSocket does: both sides speak when they like."""
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.end_headers()
        for _ in range(self.asked("n", 20)):
            if not self.rfile.read1(65536):
                break
            for _ in range(random.choice([0, 1, 1, 2])):
                self.wfile.write(b"y" * random.choice([5, 20, 60, 150, 400, 1500, 5000]))
        self.close_connection = True


if sys.argv[1] == "serve":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Backend).serve_forever()
else:
    settings(*sys.argv[2:6])
