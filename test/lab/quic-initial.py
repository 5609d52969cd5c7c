#!/usr/bin/env python3
"""Writes QUIC's first packets as a rule's test has them.

    python3 test/lab/quic-initial.py NAME ALPN[,ALPN...]

NAME is the server's name ("" for none). The client's Initial packet holds a
ClientHello of TLS 1.3, the server's a ServerHello; both are sealed with the
keys that RFC 9001 section 5.2 derives from the client's connection id. That
id and all else that a client draws by chance come from a hash of the
arguments, so that the same arguments give the same packets. Of the datagram,
1,200 bytes long as RFC 9000 section 14.1 wants it, only the Initial packet is
written: what pads it may be a coalesced packet that a receiver discards.

Needs the module 'cryptography'.
"""
import hashlib
import hmac
import struct
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SALT = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")


def chance(seed, what, size):
    return hashlib.shake_256(f"{seed}/{what}".encode()).digest(size)


def vector(width, content):
    return len(content).to_bytes(width, "big") + content


def extension(kind, content):
    return struct.pack(">H", kind) + vector(2, content)


def varint(number):
    return struct.pack(">H", 0x4000 | number)


def parameters(cid):
    pairs = ((0x01, varint(30000)), (0x03, varint(1472)), (0x0f, cid))
    return b"".join(bytes([kind]) + vector(1, value) for kind, value in pairs)


def client_hello(seed, name, protocols, cid):
    extensions = b""
    if name:
        extensions += extension(0, vector(2, b"\0" + vector(2, name.encode())))
    extensions += extension(10, vector(2, bytes.fromhex("001d")))
    extensions += extension(13, vector(2, bytes.fromhex("04030804")))
    extensions += extension(16, vector(2, b"".join(
        vector(1, protocol.encode()) for protocol in protocols)))
    extensions += extension(43, vector(1, bytes.fromhex("0304")))
    extensions += extension(51, vector(2, bytes.fromhex("001d") + vector(
        2, chance(seed, "share", 32))))
    extensions += extension(57, parameters(cid))
    body = (b"\3\3" + chance(seed, "random", 32) + vector(1, b"") +
            vector(2, bytes.fromhex("130113021303")) + vector(1, b"\0") +
            vector(2, extensions))
    return b"\1" + vector(3, body)


def server_hello(seed):
    extensions = extension(43, bytes.fromhex("0304"))
    extensions += extension(51, bytes.fromhex("001d") + vector(
        2, chance(seed, "answer", 32)))
    body = (b"\3\3" + chance(seed, "server", 32) + vector(1, b"") +
            bytes.fromhex("130100") + vector(2, extensions))
    return b"\2" + vector(3, body)


def expand(secret, label, size):
    info = struct.pack(">H", size) + vector(1, b"tls13 " + label) + b"\0"
    return hmac.new(secret, info + b"\1", hashlib.sha256).digest()[:size]


def seal(seed, original, side, to, sender, message):
    """An Initial packet with one CRYPTO frame (RFC 9001 section 5)."""
    initial = hmac.new(SALT, original, hashlib.sha256).digest()
    secret = expand(initial, side + b" in", 32)
    key = expand(secret, b"quic key", 16)
    nonce = expand(secret, b"quic iv", 12)  # Of packet number 0.
    frame = b"\6\0" + varint(len(message)) + message
    head = (b"\xc3\0\0\0\1" + vector(1, to) + vector(1, sender) + b"\0" +
            varint(4 + len(frame) + 16))
    number = bytes(4)
    sealed = AESGCM(key).encrypt(nonce, frame, head + number)
    ecb = Cipher(algorithms.AES(expand(secret, b"quic hp", 16)),
                 modes.ECB()).encryptor()
    mask = ecb.update(sealed[:16])  # Behind the number of four bytes.
    head = bytes([head[0] ^ (mask[0] & 0x0f)]) + head[1:]
    number = bytes(a ^ b for a, b in zip(number, mask[1:5]))
    return head + number + sealed


def show(way, at, packet):
    words = packet.hex(" ").split(" ")
    lines = [" ".join(words[i:i + 32]) for i in range(0, len(words), 32)]
    print(f"        - dir: {way}\n          at: {at}ms\n          len: 1200")
    print('          hex: "' + "\n            ".join(lines) + '"')


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    name, protocols = sys.argv[1], sys.argv[2].split(",")
    seed = "/".join(sys.argv[1:])
    original, client, server = (chance(seed, what, 8)
                                for what in ("original", "client", "server id"))
    show("c2s", 0, seal(seed, original, b"client", original, client,
                        client_hello(seed, name, protocols, client)))
    show("s2c", 40, seal(seed, original, b"server", client, server,
                         server_hello(seed)))


main()
