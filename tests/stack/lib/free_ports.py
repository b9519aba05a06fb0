"""Prints N free TCP ports of 127.0.0.1.

They come from below the kernel's ephemeral range: a broker that is stopped and started again must find its port free,
and outgoing connections take ephemeral ports at any time.
"""

import random
import socket
import sys


def main():
    count = int(sys.argv[1])
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as f:
        ephemeral_start = int(f.read().split()[0])
    candidates = list(range(10000, ephemeral_start)) if ephemeral_start > 11000 else list(range(10000, 65000))
    random.shuffle(candidates)
    held = []
    for port in candidates:
        if len(held) == count:
            break
        sock = socket.socket()
        try:
            sock.bind(("127.0.0.1", port))
            held.append(sock)
        except OSError:
            sock.close()
    print(" ".join(str(s.getsockname()[1]) for s in held))
    return 0 if len(held) == count else 1


if __name__ == "__main__":
    sys.exit(main())
