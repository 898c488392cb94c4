# The service in an image: wheels are built in the first stage, and only what runs is in the second.

FROM python:3.11-bookworm AS build
WORKDIR /source
COPY . .
# The rules engine has no wheel of its own and is compiled here; the second stage has no compiler.
RUN python -m pip wheel --no-cache-dir --constraint constraints.txt --wheel-dir /wheels ".[postgresql]"
RUN python -m venv /opt/fanzha
RUN /opt/fanzha/bin/python -m pip install --no-cache-dir --no-index --find-links /wheels "fanzha[postgresql]"

FROM python:3.11-slim-bookworm
# For its owner alone: the secret and, with SQLite, the decisions are in `var`.
RUN useradd --uid 10001 --create-home --home-dir /srv/fanzha fanzha \
    && install --directory --owner fanzha --group fanzha --mode 0700 /srv/fanzha/var
COPY --from=build /opt/fanzha /opt/fanzha
ENV PATH=/opt/fanzha/bin:$PATH PORT=8000
WORKDIR /srv/fanzha
# By number, so that an orchestrator can see that it is not root.
USER 10001
VOLUME /srv/fanzha/var
EXPOSE 8000
# Whether the process lives. A database that is away is no reason to start anew: that is /readyz.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
CMD ["python", "-m", "gunicorn", "--config", "python:fanzha.gunicorn_conf", "fanzha.wsgi:create()"]
