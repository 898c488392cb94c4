"""`fanzha serve`: run the service under gunicorn."""

from __future__ import annotations

import os
import sys

import click

from fanzha.cli import main
from fanzha.cli.demonstration import prepare
from fanzha.settings import ServerSettings, Settings


@main.command()
@click.option(
    "--bind",
    help="监听地址 HOST:PORT，缺省按设置 / where to listen; by default FANZHA_HOST and FANZHA_PORT",
)
@click.option("--workers", type=click.IntRange(1, 64), help="进程数 / processes")
@click.option(
    "--demo",
    is_flag=True,
    help="准备演示机构、密钥和示例 / prepare demonstration institutions, keys and examples",
)
def serve(bind: str | None, workers: int | None, demo: bool) -> None:
    """启动服务 / run the service."""
    # Here, because gunicorn answers a wrong WEB_CONCURRENCY with a traceback.
    ServerSettings.from_environment()
    settings = Settings.from_environment()
    bind = bind or f"{settings.host}:{settings.port}"
    if demo:
        prepare(f"http://{bind}")
    command = [sys.executable, "-m", "gunicorn", "--config", "python:fanzha.gunicorn_conf"]
    command += ["--bind", bind]
    if workers:
        command += ["--workers", str(workers)]
    sys.stdout.flush()
    # gunicorn takes this process over, so that signals reach it and nothing stands between.
    os.execv(sys.executable, [*command, "fanzha.wsgi:create()"])
