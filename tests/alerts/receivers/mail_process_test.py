#!/usr/bin/env python3
"""E-mail through a real SMTP server (aiosmtpd): TLS in both forms, logins, refusals, hang-ups.

    mail_process_test.py KLAXON
"""

import asyncio
import email
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    print("aiosmtpd is not there: ./dev setup", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

KLAXON = ""
PATIENCE = 60


def certificate(folder, name):
    """A certificate that is its own authority, for 127.0.0.1; files of key and certificate."""
    key, cert = os.path.join(folder, name + ".key"), os.path.join(folder, name + ".crt")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", cert], check=True, capture_output=True)
    return key, cert


class Handler:
    """Keeps what comes, and does what a test wants instead."""

    def __init__(self, refused=(), hang_up=False, verdict="250 taken"):
        self.refused, self.hang_up, self.verdict = refused, hang_up, verdict
        self.mails, self.logins = [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return f"550 5.1.1 <{address}> nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        if self.hang_up:
            server.transport.abort()
            return "421 gone"
        encrypted = session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None
        self.mails.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content), encrypted))
        return self.verdict

    def login(self, server, session, envelope, mechanism, data):
        self.logins.append((mechanism, data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"right", handled=False)


class MailServer:
    """A server on loopback, in a thread of its own."""

    def __init__(self, handler, tls=None, implicit=False, login=False, **options):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        if login:
            options.update(authenticator=handler.login, auth_required=True,
                           auth_require_tls=not implicit)
        if tls and not implicit:
            options.update(tls_context=tls)

        async def listen():
            return await self.loop.create_server(
                lambda: SMTP(handler, hostname="mail.test", loop=self.loop, **options), "127.0.0.1", 0,
                ssl=tls if implicit else None)

        self.server = asyncio.run_coroutine_threadsafe(listen(), self.loop).result(PATIENCE)
        self.port = self.server.sockets[0].getsockname()[1]

    def close(self):
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


class MailTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.key, cls.cert = certificate(cls.folder.name, "mail")
        cls.other = certificate(cls.folder.name, "other")[1]
        cls.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cls.tls.load_cert_chain(cls.cert, cls.key)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def send(self, handler, options, **server):
        """Exit code and words of `klaxon notify test` through such a server."""
        running = MailServer(handler, **server)
        self.addCleanup(running.close)
        path = os.path.join(self.folder.name, "klaxon.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"""
clusters: [{{name: main, kafka: {{bootstrap.servers: '127.0.0.1:1'}}}}]
notify:
  route: {{receiver: ops}}
  receivers:
  - name: ops
    email_configs:
    - {{to: [a@test.org, b@test.org], from: klaxon@test.org, smarthost: '127.0.0.1:{running.port}', {options}}}
""")
        told = subprocess.run([KLAXON, "notify", "test", "ops", "--config", path], capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        self.assertNotIn("right", told.stdout + told.stderr)  # the password
        self.assertEqual(told.stderr, "")
        return told.returncode, told.stdout

    def trust(self, file=None):
        return f"tls_config: {{ca_file: '{file or self.cert}'}}"

    def test_a_mail_goes_out_through_starttls_with_a_login(self):
        handler = Handler()
        code, words = self.send(handler, self.trust() + ", auth_username: k, auth_password: right",
                                tls=self.tls, login=True)
        self.assertEqual(code, 0, words)
        recipients, mail, encrypted = handler.mails[0]
        self.assertEqual(recipients, ["a@test.org", "b@test.org"])
        self.assertTrue(encrypted)
        self.assertEqual(handler.logins[0][1:], ("k", "right"))
        self.assertEqual([part.get_content_type() for part in mail.walk()],
                         ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"])
        self.assertIn("KlaxonTest", mail["Subject"])
        self.assertIn("Nothing is wrong", list(mail.walk())[2].get_payload(decode=True).decode())

    def test_a_mail_goes_out_through_implicit_tls_with_a_login(self):
        handler = Handler()
        code, words = self.send(
            handler, self.trust() + ", implicit_tls: true, auth_username: k, auth_password: right",
            tls=self.tls, implicit=True, login=True)
        self.assertEqual((code, len(handler.mails), len(handler.logins)), (0, 1, 1), words)
        self.assertTrue(handler.mails[0][2])

    def test_a_wrong_password_is_given_up_and_not_shown(self):
        handler = Handler()
        code, words = self.send(handler, self.trust() + ", auth_username: k, auth_password: s3cret",
                                tls=self.tls, login=True)
        self.assertEqual((code, handler.mails), (1, []), words)
        self.assertIn("refused", words)
        self.assertIn("535", words)
        self.assertNotIn("s3cret", words)

    def test_a_certificate_that_is_not_trusted_gets_neither_mail_nor_password(self):
        for trusted, server in ((self.other, {}), (self.other, {"implicit": True})):
            handler = Handler()
            form = "implicit_tls: true, " if server else ""
            code, words = self.send(
                handler, form + self.trust(trusted) + ", auth_username: k, auth_password: right",
                tls=self.tls, login=True, **server)
            self.assertEqual((code, handler.mails, handler.logins), (1, [], []), words)
            self.assertRegex(words, "(?i)certificate")

    def test_a_server_without_tls_gets_nothing_where_it_is_required(self):
        handler = Handler()
        code, words = self.send(handler, "require_tls: true")
        self.assertEqual((code, handler.mails), (1, []), words)
        code, words = self.send(handler, "require_tls: false")
        self.assertEqual((code, len(handler.mails)), (0, 1), words)
        self.assertFalse(handler.mails[0][2])

    def test_a_server_that_hangs_up_in_the_middle_is_tried_again(self):
        code, words = self.send(Handler(hang_up=True), self.trust(), tls=self.tls)
        self.assertEqual(code, 1, words)
        self.assertIn("would be sent again", words)

    def test_a_server_that_is_busy_is_tried_again_and_one_that_refuses_is_not(self):
        for verdict, said in (("451 later", "would be sent again"), ("554 never", "not be sent again")):
            code, words = self.send(Handler(verdict=verdict), self.trust(), tls=self.tls)
            self.assertEqual(code, 1, words)
            self.assertIn(said, words)
            self.assertIn(verdict[:3], words)

    def test_one_recipient_that_is_refused_costs_the_others_nothing(self):
        handler = Handler(refused=["b@test.org"])
        code, words = self.send(handler, self.trust(), tls=self.tls)
        self.assertEqual(code, 0, words)
        self.assertEqual(handler.mails[0][0], ["a@test.org"])
        self.assertIn("it refused b@test.org: 550 5.1.1 <b@test.org> nobody of that name", words)
        handler = Handler(refused=["a@test.org", "b@test.org"])
        code, words = self.send(handler, self.trust(), tls=self.tls)
        self.assertEqual((code, handler.mails), (1, []), words)
        self.assertIn("550", words)


if __name__ == "__main__":
    KLAXON = sys.argv[1]
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
