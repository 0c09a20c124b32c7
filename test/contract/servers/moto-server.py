"""moto for one test run: python moto-server.py HOST PORT. It ends with whoever holds the other end of its stdin."""

import os
import sys
import threading

from moto.server import main


def end_with_the_run() -> None:
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_the_run, daemon=True).start()
main(["-H", sys.argv[1], "-p", sys.argv[2]])
