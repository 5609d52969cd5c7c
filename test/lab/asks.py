#!/usr/bin/python3
"""Asks the API as programs do, for the scenario 'drawn'.

usage: asks.py STYLE SEED ADDRESS CA [PROXY]

STYLE  agent (asks on at once), human (pauses of all lengths), batch (several
       at once), jobs (always the same pause)
PROXY  socks5:HOST:PORT or connect:HOST:PORT
"""
import http.client
import random
import socket
import ssl
import struct
import sys
import threading
import time

NAME = "api.example.com"
PATHS = ["/v1/models", "/v1/items", "/v1/messages", "/v1/stream?n=6"]


def through(proxy, address):
    how, host, port = proxy.split(":")
    sock = socket.create_connection((host, int(port)), 30)
    if how == "connect":
        sock.sendall(b"CONNECT %s:443 HTTP/1.1\r\n\r\n" % address.encode())
        got = b""
        while not got.endswith(b"\r\n\r\n"):
            got += sock.recv(1)
        assert b" 200 " in got.split(b"\r\n")[0]
        return sock
    sock.sendall(b"\x05\x01\x00")
    assert sock.recv(2) == b"\x05\x00"
    sock.sendall(b"\x05\x01\x00\x01" + socket.inet_aton(address) +
                 struct.pack(">H", 443))
    assert sock.recv(10)[1] == 0
    return sock


def connect(context, address, proxy):
    sock = (through(proxy, address) if proxy
            else socket.create_connection((address, 443), 30))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link = http.client.HTTPSConnection(NAME, context=context)
    link.sock = context.wrap_socket(sock, server_hostname=NAME)
    return link


def conversation(context, address, proxy, rng, pause, count):
    link = connect(context, address, proxy)
    for _ in range(count):
        path = rng.choice(PATHS)
        body = None if path in PATHS[:2] else '{"text": "%s"}' % (
            "x" * rng.randint(10, 3000))
        link.request("POST" if body else "GET", path, body)
        link.getresponse().read()
        time.sleep(pause())
    link.close()


def main(style, seed, address, ca, proxy=None):
    rng = random.Random(int(seed))
    context = ssl.create_default_context(cafile=ca)
    if rng.random() < 0.3:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if rng.random() < 0.3:
        context.set_ciphers("ECDHE+AESGCM")
    same = rng.choice((0.05, 0.13, 0.2, 0.3))
    pause = {"agent": lambda: 0, "batch": lambda: 0, "jobs": lambda: same,
             "human": lambda: rng.uniform(0.1, 1.8)}[style]
    count, at_once = rng.randint(2, 4), 1
    if style == "batch":
        at_once = rng.randint(3, 5)
    for _ in range(rng.randint(5, 8)):
        threads = [threading.Thread(target=conversation, args=(
            context, address, proxy, random.Random(rng.random()), pause,
            count)) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


main(*sys.argv[1:])
