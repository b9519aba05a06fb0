"""Certificates for the secured brokers and their clients, made with openssl and keytool: good ones and bad ones.

A folder holds authorities (NAME.key, NAME.crt) and what they signed (NAME.key, NAME.crt, and NAME.pem with both, which is
a PEM key store of Java's clients). As a program it fills a folder with everything that the stack's secured brokers need:
    certificates.py FOLDER
"""

import os
import subprocess
import sys
import time

# What brokers present: name of the file -> (common name, alternative names, authority, in days from now: begins, ends).
HERE = "IP:127.0.0.1,DNS:localhost"
BROKERS = {
    "broker": ("broker", HERE, "ca", (-1, 30)),
    "expired": ("broker", HERE, "ca", (-30, -1)),
    "elsewhere": ("broker", "DNS:broker.elsewhere.invalid", "ca", (-1, 30)),
    "stranger": ("broker", HERE, "other-ca", (-1, 30)),
}
# What clients present. The common name is the principal that the brokers' access lists know.
CLIENTS = {
    "client": ("klaxon", "DNS:klaxon", "ca", (-1, 30)),
    "client-expired": ("klaxon", "DNS:klaxon", "ca", (-30, -1)),
    "client-stranger": ("klaxon", "DNS:klaxon", "other-ca", (-1, 30)),
}
KEY_PASSWORD = "key-secret-7"
STORE_PASSWORD = "store-secret-8"

_CONFIGURATION = """[ca]
default_ca = one
[one]
database = {folder}/{name}.index
new_certs_dir = {folder}
certificate = {folder}/{name}.crt
private_key = {folder}/{name}.key
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {(done.stderr + done.stdout).strip()[-500:]}")


def _openssl(*arguments):
    _run("openssl", *arguments)


def _date(days):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400))


def make_authority(folder, name):
    """A new key and a certificate of its own for NAME, in the place of those that were there."""
    path = os.path.join(folder, name)
    with open(path + ".cnf", "w", encoding="ascii") as file:
        file.write(_CONFIGURATION.format(folder=folder, name=name))
    with open(path + ".index", "w", encoding="ascii"):
        pass
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "60", "-subj", f"/CN=Klaxon test {name}", "-keyout", path + ".key",
             "-out", path + ".crt", "-config", path + ".cnf", "-extensions", "authority", "-section", "ca")


def issue(folder, name, common_name, alternative_names, authority, days):
    """A new key and certificate NAME. Each file appears at once, so that a reader never sees half of it."""
    new, signer = os.path.join(folder, name + ".new"), os.path.join(folder, authority)
    with open(new + ".ext", "w", encoding="ascii") as file:
        file.write(f"subjectAltName = {alternative_names}\nbasicConstraints = CA:FALSE\nauthorityKeyIdentifier = keyid\n")
    _openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={common_name}", "-keyout", new + ".key", "-out", new + ".csr")
    _openssl("ca", "-batch", "-notext", "-config", signer + ".cnf", "-startdate", _date(days[0]), "-enddate", _date(days[1]),
             "-extfile", new + ".ext", "-in", new + ".csr", "-out", new + ".crt")
    with open(new + ".pem", "wb") as both:
        for part in (new + ".key", new + ".crt"):
            with open(part, "rb") as file:
                both.write(file.read())
    for kind in ("key", "crt", "pem"):
        os.replace(f"{new}.{kind}", os.path.join(folder, f"{name}.{kind}"))


def make_all(folder):
    os.makedirs(folder, exist_ok=True)
    for authority in ("ca", "other-ca"):
        make_authority(folder, authority)
    for name, rest in {**BROKERS, **CLIENTS}.items():
        issue(folder, name, *rest)
    client = os.path.join(folder, "client")
    _openssl("pkcs8", "-topk8", "-in", client + ".key", "-out", os.path.join(folder, "client-locked.key"), "-passout", f"pass:{KEY_PASSWORD}")
    for name in ("client", "broker"):
        pair = os.path.join(folder, name)
        _openssl("pkcs12", "-export", "-in", pair + ".crt", "-inkey", pair + ".key", "-name", name, "-out", pair + ".p12", "-passout",
                 f"pass:{STORE_PASSWORD}")
    trust = os.path.join(folder, "trust.p12")
    _run("keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", os.path.join(folder, "ca.crt"), "-storetype", "PKCS12",
         "-keystore", trust, "-storepass", STORE_PASSWORD)


if __name__ == "__main__":
    make_all(os.path.abspath(sys.argv[1]))
