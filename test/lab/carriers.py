#!/usr/bin/python3
"""Writes the settings of proxies over encrypted carriers, all on one exit.

usage: carriers.py SEED PKI USER_DIR EXIT_DIR EXIT_ADDRESS SITE_ADDRESS

Each carrier has a port of its own on the exit, by which captures are labelled,
and for most a SOCKS port on the user, 10000 more. 'carriers.csv' in USER_DIR
says: name, exit port, how a client speaks to it.
"""
import json
import os
import random
import sys
import uuid

SOCKS = "socks5h://127.0.0.1:%d"

# name -> exit port
PORTS = {
    "ss-aead": 8388, "ss-aes": 8389, "ss-obfs-http": 8390, "ss-obfs-tls": 8391,
    "ss-v2ws": 8392, "ss-v2ws-tls": 8393, "trojan": 443,
    "vmess": 9001, "vmess-ws": 9002, "vmess-tls": 9003, "vmess-ws-tls": 9004,
    "vless-tls": 9005, "vless-ws-tls": 9006, "trojan-go": 9007,
    "vmess-mux-tls": 9008, "vless-mux-tls": 9009,
    "stunnel-socks": 8443, "stunnel-http": 8444, "https-proxy": 8445, "stunnel-relay": 8446, "vless-ws-cdn": 8447,
}


def local(name):
    return 10000 + PORTS[name]


def how(name):
    if name == "https-proxy":
        return "https://%s:%d" % (EXIT, PORTS[name])
    if name == "stunnel-relay":
        return "tcp://127.0.0.1:%d" % local(name)
    if name == "stunnel-http":
        return "http://127.0.0.1:%d" % local(name)
    return SOCKS % local(name)


def stream(name, server):
    """v2ray's streamSettings of a carrier."""
    out = {"network": "ws" if "-ws" in name else "tcp"}
    if out["network"] == "ws":
        out["wsSettings"] = {"path": "/ray", "headers": {"Host": "www.example.com"}}
    # Behind a CDN, v2ray sees the inside of its TLS only.
    if name.endswith("tls") or name == "trojan-go" or (name == "vless-ws-cdn" and not server):
        out["security"] = "tls"
        out["tlsSettings"] = {"certificates": [{"certificateFile": PKI + "/www.pem", "keyFile": PKI + "/www.key"}],
                              "alpn": ["http/1.1"]} if server else {
                                  "serverName": "www.example.com", "allowInsecure": True, "alpn": ["http/1.1"]}
    return out


def inbound(name):
    kind = {"vmess": "vmess", "vless": "vless", "trojan": "trojan"}[name.split("-")[0]]
    settings = {"vmess": {"clients": [{"id": ID, "alterId": 0}]},
                "vless": {"clients": [{"id": ID}], "decryption": "none"},
                "trojan": {"clients": [{"password": ID}]}}[kind]
    port, at = (10000, "127.0.0.1") if name == "vless-ws-cdn" else (PORTS[name], EXIT)
    return {"port": port, "listen": at, "protocol": kind, "settings": settings, "streamSettings": stream(name, True)}


def outbound(name):
    kind = name.split("-")[0]
    server = {"address": EXIT, "port": PORTS[name]}
    if kind == "trojan":
        settings = {"servers": [dict(server, password=ID)]}
    else:
        user = {"id": ID, "alterId": 0, "security": random.choice(["auto", "chacha20-poly1305", "aes-128-gcm"])}
        if kind == "vless":
            user = {"id": ID, "encryption": "none"}
        settings = {"vnext": [dict(server, users=[user])]}
    out = {"tag": name, "protocol": kind, "settings": settings, "streamSettings": stream(name, False)}
    if "-mux" in name:
        out["mux"] = {"enabled": True, "concurrency": random.choice([2, 4, 8])}
    return out


def v2ray():
    names = [n for n in PORTS if n.split("-")[0] in ("vmess", "vless") or n == "trojan-go"]
    put(EXIT_DIR, "v2ray.json", {"log": {"loglevel": "warning"}, "inbounds": [inbound(n) for n in names],
                                 "outbounds": [{"protocol": "freedom"}]})
    put(USER_DIR, "v2ray.json", {
        "log": {"loglevel": "warning"},
        "inbounds": [{"tag": "in-" + n, "port": local(n), "listen": "127.0.0.1", "protocol": "socks",
                      "settings": {"auth": "noauth", "udp": False}} for n in names],
        "outbounds": [outbound(n) for n in names],
        "routing": {"rules": [{"type": "field", "inboundTag": ["in-" + n], "outboundTag": n} for n in names]}})


def trojan():
    tls = {"cert": PKI + "/www.pem", "key": PKI + "/www.key", "alpn": ["http/1.1"]}
    put(EXIT_DIR, "trojan.json", {"run_type": "server", "local_addr": EXIT, "local_port": 443, "remote_addr": "127.0.0.1",
                                  "remote_port": 80, "password": [ID], "log_level": 1, "ssl": tls})
    put(USER_DIR, "trojan.json", {"run_type": "client", "local_addr": "127.0.0.1", "local_port": local("trojan"),
                                  "remote_addr": EXIT, "remote_port": 443, "password": [ID], "log_level": 1,
                                  "ssl": {"verify": False, "verify_hostname": False, "sni": "www.example.com",
                                          "alpn": ["h2", "http/1.1"]}})


def stunnel():
    version = random.choice(["", "sslVersionMax = TLSv1.2\n"])
    server = "foreground = yes\npid =\n"
    client = server
    for name, to in (("stunnel-socks", "1080"), ("stunnel-http", "8888"), ("https-proxy", "8888"),
                     ("stunnel-relay", SITE + ":443")):
        server += "[%s]\naccept = %s:%d\nconnect = %s\ncert = %s/www.pem\nkey = %s/www.key\n%s" % (
            name, EXIT, PORTS[name], to, PKI, PKI, version)
        client += "[%s]\nclient = yes\naccept = 127.0.0.1:%d\nconnect = %s:%d\nverifyChain = no\n" % (
            name, local(name), EXIT, PORTS[name])
    put(EXIT_DIR, "stunnel.conf", server)
    put(USER_DIR, "stunnel.conf", client)
    put(EXIT_DIR, "tinyproxy.conf", "Port 8888\nListen 127.0.0.1\nTimeout 60\nMaxClients 100\nAllow 127.0.0.1\n")
    put(EXIT_DIR, "danted.conf", """logoutput: %s/danted.err
internal: 127.0.0.1 port = 1080
external: %s
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: nobody
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
""" % (EXIT_DIR, EXIT))


CDN = """
	server {
		listen %s:%d ssl;
		location /ray {
			proxy_pass http://127.0.0.1:10000;
			proxy_http_version 1.1;
			proxy_set_header Upgrade $http_upgrade;
			proxy_set_header Connection Upgrade;
		}
	}
}
"""


def cdn():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "nginx.conf")) as f:
        head = f.read().split("\tserver {")[0]
    put(EXIT_DIR, "nginx.conf", head.replace("@dir@", EXIT_DIR).replace("@pki@", PKI + "/www") + CDN % (EXIT, PORTS["vless-ws-cdn"]))


def put(folder, name, what):
    with open(os.path.join(folder, name), "w") as f:
        f.write(what if isinstance(what, str) else json.dumps(what, indent=1))


SEED, PKI, USER_DIR, EXIT_DIR, EXIT, SITE = sys.argv[1:7]
random.seed(int(SEED) * 3 + 1)
ID = str(uuid.UUID(int=random.getrandbits(128)))
v2ray()
trojan()
stunnel()
cdn()
put(USER_DIR, "password", ID)
put(USER_DIR, "carriers.csv", "".join("%s,%d,%s\n" % (n, p, how(n)) for n, p in PORTS.items()))
