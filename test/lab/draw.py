#!/usr/bin/python3
"""Draws clients for the scenario 'drawn': who they are, where they are, what
they use, how they ask. The same seed draws the same.

usage: draw.py SEED FOLDER API_ADDRESS

Writes FOLDER/plan (a client a line, for drawn.sh), FOLDER/labels,
FOLDER/places.csv (for make-demo-mmdb.pl) and FOLDER/api.config.json (for
rates.py). Nothing in it is taken from the rules: places are cities of all
continents; a round trip is that of light in fibre, times what a route is
longer (1.2 to 2.6), and what an access line adds; sizes of packets are what
the programs, operators and clouds named below say of themselves.
"""
import json
import math
import os
import random
import sys

SENSOR = ("US", "Ashburn", 39.04, -77.49)
CITIES = [
    ("US", "Seattle", 47.61, -122.33), ("US", "Denver", 39.74, -104.99),
    ("US", "Miami", 25.76, -80.19), ("CA", "Montreal", 45.50, -73.57),
    ("MX", "Mexico City", 19.43, -99.13), ("CO", "Bogota", 4.71, -74.07),
    ("CL", "Santiago", -33.45, -70.67), ("AR", "Buenos Aires", -34.60, -58.38),
    ("IE", "Dublin", 53.35, -6.26), ("ES", "Madrid", 40.42, -3.70),
    ("NL", "Amsterdam", 52.37, 4.90), ("SE", "Stockholm", 59.33, 18.07),
    ("PL", "Warsaw", 52.23, 21.01), ("IT", "Milan", 45.46, 9.19),
    ("GR", "Athens", 37.98, 23.73), ("UA", "Kyiv", 50.45, 30.52),
    ("IL", "Tel Aviv", 32.09, 34.78), ("AE", "Dubai", 25.20, 55.27),
    ("EG", "Cairo", 30.04, 31.24), ("NG", "Lagos", 6.52, 3.38),
    ("KE", "Nairobi", -1.29, 36.82), ("ZA", "Johannesburg", -26.20, 28.05),
    ("PK", "Karachi", 24.86, 67.00), ("IN", "Bangalore", 12.97, 77.59),
    ("BD", "Dhaka", 23.81, 90.41), ("TH", "Bangkok", 13.76, 100.50),
    ("VN", "Hanoi", 21.03, 105.85), ("ID", "Jakarta", -6.21, 106.85),
    ("CN", "Chengdu", 30.57, 104.07), ("CN", "Guangzhou", 23.13, 113.26),
    ("TW", "Taipei", 25.03, 121.57), ("KR", "Seoul", 37.57, 126.98),
    ("JP", "Osaka", 34.69, 135.50), ("AU", "Perth", -31.95, 115.86),
    ("NZ", "Auckland", -36.85, 174.76), ("KZ", "Almaty", 43.24, 76.89),
    ("RU", "Novosibirsk", 55.03, 82.92), ("IR", "Shiraz", 29.59, 52.58),
]
# Where people hide: exits stand where an API has customers.
EXITS = [c for c in CITIES if c[0] in ("US", "CA", "IE", "NL", "SE", "ES",
                                       "IT", "PL", "JP", "KR", "AU", "TW")]
HOSTING = [(14061, "DigitalOcean"), (24940, "Hetzner"), (16276, "OVH"),
           (63949, "Akamai Linode"), (20473, "Vultr"), (51167, "Contabo")]
ACCESS = [(64496 + n, "Example Access %d" % n) for n in range(12)]
MOBILE = [(21928, "T-Mobile US")]

# kind: (slice, class, share)
HONEST = [("home", 6), ("far-home", 6), ("pppoe", 3), ("dslite", 2),
          ("mobile", 2), ("lossy", 2), ("slow-line", 2), ("office", 1),
          ("vm", 5), ("container", 3), ("misplaced-vm", 1),
          ("misplaced-home", 1)]
CARRIERS = [("wireguard", "vpn", 6), ("openvpn", "vpn", 5), ("ssh-w", "vpn", 2),
            ("dnat", "vpn", 3), ("socks", "proxy", 3), ("connect", "proxy", 2),
            ("shadowsocks", "proxy", 2), ("ssh-D", "proxy", 2),
            ("tcp-relay", "proxy", 2), ("tls-relay", "relay", 4)]
STYLES = ["agent", "human", "batch", "jobs", "mixed"]


def km(a, b):
    p, q, d = (math.radians(x) for x in (a[2], b[2], b[3] - a[3]))
    return 6371 * math.acos(min(1, math.sin(p) * math.sin(q) +
                                math.cos(p) * math.cos(q) * math.cos(d)))


def round_trip(rng, a, b, access):
    return max(1, round(2 * km(a, b) / 200 * rng.uniform(1.2, 2.6) + access))


def choose(rng, table):
    return rng.choices(table, [row[-1] for row in table])[0]


class Draw:
    def __init__(self, seed, api):
        self.rng = random.Random(seed)
        self.api = api
        self.plan, self.labels, self.places = [], [], []
        self.number = 0

    def place(self, address, city, system):
        self.places.append((address + "/32", city[0], city[1], city[2],
                            city[3], 20, system[0], system[1]))

    def label(self, slice_, address, kind, protocol, real, claimed, user):
        # Round trips are 0: jitter and loss keep them from being checked.
        self.labels.append((slice_, "api", address, self.api, kind, protocol,
                            real[1], claimed[1], 0, user))

    def honest(self):
        rng, kind = self.rng, choose(self.rng, HONEST)[0]
        self.number += 1
        address = "198.51.100.%d" % self.number
        near = kind in ("home", "office", "slow-line")
        city = rng.choice([c for c in CITIES
                           if not near or km(c, SENSOR) < 9000])
        server = kind in ("vm", "container", "misplaced-vm")
        ms = round_trip(rng, city, SENSOR, rng.uniform(0.5, 2) if server
                        else rng.uniform(3, 45))
        system = rng.choice(HOSTING if server else MOBILE
                            if kind == "mobile" and rng.random() < 0.5
                            else ACCESS)
        mtu = {"pppoe": 1492, "dslite": 1452,
               "mobile": rng.choice((1500, 1440, 1420, 1400, 1358)),
               "container": rng.choice((1450, 1442, 1440, 1410, 1400))
               }.get(kind, 1500)
        line = {"mobile": "-j %d" % rng.randint(2000, 15000),
                "lossy": "-l %d -j %d" % (rng.randint(5000, 40000),
                                          rng.randint(500, 8000)),
                "slow-line": "-r %d,%d -q 60000" % (
                    rng.randint(4, 20) * 1000000,
                    rng.randint(5, 20) * 100000)}.get(kind, "")
        claimed = city
        if kind.startswith("misplaced"):
            claimed = rng.choice(CITIES)
        self.place(address, claimed, system)
        self.label("honest: " + kind, address, "direct", "tls", city, claimed,
                   ms)
        style = rng.choice(("batch", "jobs", "agent") if server else STYLES)
        if kind == "office":  # Its proxy is in the same city.
            self.plan.append(("via", "socks", self.number, address,
                              rng.randint(1, 6), ms, style, 1500))
            return
        self.plan.append(("honest", self.number, address, ms, mtu, style,
                          line))

    def tunnel(self):
        rng = self.rng
        carrier, kind, _ = choose(rng, CARRIERS)
        self.number += 1
        address = "192.0.2.%d" % self.number
        city = rng.choice(EXITS)
        user = rng.choice([c for c in CITIES if km(c, city) > 1500])
        home = rng.random() < 0.3
        leg = round_trip(rng, user, city, rng.uniform(3, 45))
        ms = round_trip(rng, city, SENSOR, rng.uniform(5, 30) if home
                        else rng.uniform(0.5, 2))
        option = {"wireguard": rng.choice((1420, 1420, 1412, 1380, 1280)),
                  "openvpn": rng.choice(("", "--mssfix 0", "--mssfix 1300",
                                         "--cipher AES-256-CBC "
                                         "--data-ciphers AES-256-CBC")),
                  "tls-relay": rng.choice(("keepalive", "none"))
                  }.get(carrier, "-")
        self.place(address, city, rng.choice(ACCESS if home else HOSTING))
        self.label("%s: %s" % (kind, carrier), address, kind, carrier, user,
                   city, leg + ms)
        self.plan.append(("via", carrier, self.number, address, leg, ms,
                          rng.choice(STYLES), option))


def main(arguments):
    seed, folder, api = int(arguments[0]), arguments[1], arguments[2]
    draw = Draw(seed, api)
    for _ in range(6):
        draw.honest()
        draw.tunnel()
    draw.place(api, SENSOR, (64511, "Example API"))
    with open(os.path.join(folder, "plan"), "w", encoding="utf-8") as file:
        for row in draw.plan:
            file.write(" ".join(str(word) for word in row) + "\n")
    with open(os.path.join(folder, "labels"), "w", encoding="utf-8") as file:
        for row in draw.labels:
            file.write(",".join(str(word) for word in row) + "\n")
    with open(os.path.join(folder, "places.csv"), "w",
              encoding="utf-8") as file:
        file.write("prefix,country,city,lat,lon,radius,asn,as_name\n")
        for row in draw.places:
            file.write(",".join(str(word) for word in row) + "\n")
    config = {
        "sensor": {"name": "tap", "location": {"lat": SENSOR[2],
                                               "lon": SENSOR[3]}},
        "services": [{"name": "api", "ports": [443], "addresses": [api],
                      "names": ["api.example.com"]}],
        "geo": {"city": os.path.join(folder, "demo-city.mmdb"),
                "asn": os.path.join(folder, "demo-asn.mmdb")},
    }
    with open(os.path.join(folder, "api.config.json"), "w",
              encoding="utf-8") as file:
        json.dump(config, file)


main(sys.argv[1:])
