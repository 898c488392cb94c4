"""How gunicorn runs the service; each value with its reason. `fanzha serve` and Procfile use it."""

from __future__ import annotations

import os

# A platform that gives a port wants all interfaces; a person's machine only its own.
bind = f"0.0.0.0:{os.environ['PORT']}" if "PORT" in os.environ else "127.0.0.1:8000"

# A check is a few milliseconds of computing, then a wait for the database to commit. Processes
# use the cores, threads fill the waits, and the decisions of many threads share one commit.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("FANZHA_THREADS", "16"))

# INVARIANT: each worker opens the application after the fork. Writer threads, database
# connections and the engine's native state do not survive one.
preload_app = False

# Longer than any check: a silent worker is stuck, and is replaced.
timeout = 60
# Answers under way are finished and committed before a worker goes.
graceful_timeout = 30
# Callers post many checks over one connection; a load balancer's own limit is usually 60.
keepalive = 75

# Heartbeats in memory: on a busy disk a slow one looks like a stuck worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None

# The service writes its own line for each request, without addresses and without facts.
accesslog = None
errorlog = "-"

# Nothing here is steered from outside, so there is no socket to guard.
control_socket_disable = True
