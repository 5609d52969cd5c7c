#!/usr/bin/python3
"""Made-up protocols: what programs may say to each other that are no browsers.

usage: chatter.py SEED ADDRESS CERT KEY    serves them, each on a port of its own

The seed decides what a protocol is like: who begins, how long requests and
answers are, whether they are acknowledged, pushed, sent in pieces or many at a
time. Ports from TLS_PORT on speak TLS; those from PLAIN_PORT on speak the same
in bytes that look random, as protocols with a cipher of their own do.
"""
import os
import random
import socket
import socketserver
import ssl
import sys
import threading
import time

COUNT, TLS_PORT, PLAIN_PORT = 24, 7000, 7100


def spread(rng, least, most, width):
    """A range of sizes, from one size to 'width' times as much."""
    low = least * (most / least) ** rng.random()
    return low, low * width ** rng.choice([0, 0, rng.random(), 1])


def some(rng, sizes):
    return max(4, int(rng.uniform(*sizes)))


class Protocol:
    def __init__(self, seed, number):
        rng = random.Random(seed * 1000 + number)
        self.seed = seed * 1000 + number
        self.greeting = rng.choice([0, 0, rng.randint(10, 400)])
        self.hello = spread(rng, 8, 2000, 4)
        self.welcome = spread(rng, 8, 6000, 6)
        self.request = spread(rng, 4, 2000, 10)
        self.answer = spread(rng, 4, 20000, 30)
        self.ack = rng.choice([0, 0, 0, rng.randint(4, 90)])
        self.push = rng.choice([0, 0, 0.3])
        self.many = rng.choice([1, 1, 1, 4])
        self.pieces = rng.choice([1, 1, 3])
        self.split = rng.choice([0, 0, 16])
        self.pause = rng.choice([0, 0, 0.02, 0.2])
        self.think = rng.choice([0, 0, 0.01, 0.1])
        self.turns = rng.randint(2, 25)

    def script(self, session):
        """What is said after the greeting: (by the server, sizes, pause)."""
        rng = random.Random(self.seed * 100000 + session)
        yield False, [some(rng, self.hello)], 0
        yield True, [some(rng, self.welcome)], self.think * rng.random()
        for _ in range(self.turns):
            sizes = [some(rng, self.request) for _ in range(rng.randint(1, self.many))]
            yield False, [self.split] * bool(self.split) + sizes, self.pause * rng.random()
            sizes = [some(rng, self.answer) for _ in range(rng.randint(1, self.pieces))]
            yield True, sizes, self.think * rng.random()
            if self.ack:
                yield False, [self.ack], 0
            if rng.random() < self.push:
                yield True, [some(rng, self.request)], self.pause


def hear(sock, size):
    got = b""
    while len(got) < size:
        piece = sock.recv(min(65536, size - len(got)))
        if not piece:
            raise OSError("ended early")
        got += piece
    return got


def talk(sock, protocol, session, server):
    """One side of a conversation; of the server, 'session' is unknown."""
    if protocol.greeting:
        if server:
            sock.sendall(os.urandom(protocol.greeting))
        else:
            hear(sock, protocol.greeting)
    known = b""
    if server:
        known = hear(sock, 4)
        session = int.from_bytes(known, "big") ^ 0x5BD1E995
    first = True
    for by_server, sizes, pause in protocol.script(session):
        if by_server == server:
            time.sleep(pause)
            for size in sizes:
                what = os.urandom(size)
                if first:
                    what = (session ^ 0x5BD1E995).to_bytes(4, "big") + what[4:]
                sock.sendall(what)
                first = False
        else:
            hear(sock, sum(sizes) - len(known))
            known = b""
            first = False


def visit(address, seed, number, session, tls):
    protocol = Protocol(seed, number)
    with socket.create_connection((address, (TLS_PORT if tls else PLAIN_PORT) + number), 30) as sock:
        sock.settimeout(30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl._create_unverified_context()
            if protocol.seed % 5 == 0:
                context.maximum_version = ssl.TLSVersion.TLSv1_2
            sock = context.wrap_socket(sock, server_hostname="c%d.example.com" % number)
        talk(sock, protocol, session, False)
        sock.close()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def serve(seed, address, number, context):
    protocol = Protocol(seed, number)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            try:
                self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock = context.wrap_socket(self.request, server_side=True) if context else self.request
                talk(sock, protocol, 0, True)
                sock.recv(1)
            except OSError:
                pass

    server = Server((address, (TLS_PORT if context else PLAIN_PORT) + number), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main():
    seed, address = int(sys.argv[1]), sys.argv[2]
    for number in range(COUNT):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        context.num_tickets = (seed + number) % 3
        serve(seed, address, number, context)
        serve(seed, address, number, None)
    threading.Event().wait()


if __name__ == "__main__":
    main()
