"""The settings each format makes: their keys, values, places and forms."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from ssot_audit.checks.value.check import ABOUT
from ssot_audit.facts import FORMS, Failure
from ssot_audit.source import settings
from ssot_audit.source.settings import format_of, host_of, port_of, read_settings

Row = tuple[str, str, int, str]


def rows(name: str, text: str) -> list[Row]:
    """Key, value, line and form of every setting, in the order of their places."""
    read = read_settings(name, dedent(text).encode())
    assert not isinstance(read, Failure), read.reason
    return [(one.key, one.value, one.place.line, one.form) for one in read]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.py", "python"),
        ("b.pyi", "python"),
        (".github/workflows/x.yml", "yaml"),
        ("X.YAML", "yaml"),
        ("pyproject.toml", "toml"),
        ("a.json", "json"),
        (".env", "env"),
        ("a/.env.test.template", "env"),
        ("production.env", "env"),
        (".env.yaml", "yaml"),
        ("setup.cfg", "ini"),
        ("Dockerfile", "dockerfile"),
        ("Dockerfile.prod", "dockerfile"),
        ("auth.staging.Dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("run.sh", "shell"),
        (".envrc", "shell"),
        ("environment", None),
        ("a.jsonc", None),
        ("a.env.backup", None),
        ("Dockerfiles.md", None),
    ],
)
def test_the_name_of_a_file_tells_its_format(path: str, expected: str | None) -> None:
    assert format_of(path) == expected


def test_a_name_of_no_format_is_a_failure() -> None:
    assert isinstance(read_settings("notes.txt", b"PORT=1"), Failure)


def test_python_assignments_at_any_level() -> None:
    text = """\
        PORT = 8080
        LIMIT: int = -5
        A = B = "x"
        C, D = 1, "two"
        class Settings:
            port: int = 0x1F
            url = f"http://{host}:8081/x"
        def main():
            retries = True
            self.port = 1_000
            nothing = None
            other = PORT
    """
    assert rows("a.py", text) == [
        ("PORT", "8080", 1, "assignment"),
        ("LIMIT", "-5", 2, "assignment"),
        ("A", "x", 3, "assignment"),
        ("B", "x", 3, "assignment"),
        ("C", "1", 4, "assignment"),
        ("D", "two", 4, "assignment"),
        ("Settings.port", "0x1F", 6, "assignment"),
        ("Settings.url", "http://{}:8081/x", 7, "assignment"),
        ("main.retries", "True", 9, "assignment"),
        ("main.self.port", "1_000", 10, "assignment"),
    ]


def test_python_keywords_defaults_and_items() -> None:
    text = """\
        def serve(app, host="0.0.0.0", *, port=8080, **more):
            uvicorn.run(app, port=8081)
        SERVICES = {"auth": {"port": 8081, PORT: 1}, "hosts": ["a", "b"]}
        AUTH = Service(port=8082)
        config["port"] = 8083
        run([1, {"port": 8084}])
    """
    assert rows("a.py", text) == [
        ("serve.host", "0.0.0.0", 1, "argument-default"),
        ("serve.port", "8080", 1, "argument-default"),
        ("serve.uvicorn.run.port", "8081", 2, "keyword"),
        ("SERVICES.auth.port", "8081", 3, "item"),
        ("SERVICES.hosts.0", "a", 3, "item"),
        ("SERVICES.hosts.1", "b", 3, "item"),
        ("AUTH", "{}", 4, "assignment"),
        ("AUTH.Service.port", "8082", 4, "keyword"),
        ("config.port", "8083", 5, "item"),
        ("port", "8084", 6, "item"),
    ]


@pytest.mark.parametrize(
    "code",
    [
        'os.environ.get("PORT", "8080")',
        'os.getenv("PORT", 8080)',
        'os.environ.setdefault("PORT", "8080")',
        'int(os.environ.get("PORT", 8080))',
        'get_env().get("PORT", "8080")',
        'env.int("PORT", default=8080)',
        'os.environ.get("PORT") or "8080"',
        'x = int(os.environ.get("PORT") or 8080)',
        'os.getenv("PORT", default="8080")',
        "def f():\n    log(f\"Port: {env.get('PORT', '8080')}\")",
        'COMMAND = "serve --port ${PORT:-8080}"',
    ],
)
def test_a_default_of_an_environment_variable_in_python(code: str) -> None:
    made = [row for row in rows("a.py", code) if row[3] == "environment-default"]
    assert [row[:2] for row in made] == [("PORT", "8080")]


@pytest.mark.parametrize("code", ['cache.get("port", "8080")', 'os.environ.get("PORT", default_port)', 'get("PORT")'])
def test_what_is_no_default_of_an_environment_variable(code: str) -> None:
    assert rows("a.py", code) == []


def test_python_variables_options_and_fields() -> None:
    text = """\
        os.environ["PORT"] = "8080"
        parser.add_argument("-p", "--port", type=int, default=8081)
        class Settings(BaseSettings):
            port: int = Field(default=8082)
            host: str = Field("auth")
        subprocess.run(["uvicorn", "main:app", "--port", "8083"])
    """
    assert rows("a.py", text) == [
        ("PORT", "8080", 1, "environment"),
        ("--port", "8081", 2, "flag"),
        ("parser.add_argument.default", "8081", 2, "keyword"),
        ("Settings.port", "8082", 4, "assignment"),
        ("Settings.port.Field.default", "8082", 4, "keyword"),
        ("Settings.host", "auth", 5, "assignment"),
        ("--port", "8083", 6, "flag"),
    ]


def test_python_places_count_characters() -> None:
    read = read_settings("a.py", 'é = "ü"; PORT = 8080\r\nx = "😀", 1\r\n'.encode())
    assert not isinstance(read, Failure)
    assert [(one.key, *one.place) for one in read] == [
        ("é", 1, 5, 1, 8),
        ("PORT", 1, 17, 1, 21),
        ("x.0", 2, 5, 2, 8),
        ("x.1", 2, 10, 2, 11),
    ]


def test_compose_ports_environment_and_commands() -> None:
    text = """\
        services:
          auth:
            ports:
              - "${AUTH_PORT:-8081}:8080"
              - 127.0.0.1:9000:9001/tcp
              - "7000"
            environment:
              - PORT=8082
              - PASSED_ON
            command: uvicorn main:app --port 8083
            healthcheck:
              test: ["CMD", "curl", "-f", "http://localhost:8084/health"]
          web:
            environment:
              AUTH_URL: http://auth:8085
            entrypoint:
              - serve
              - --bind
              - 0.0.0.0:8086
    """
    found = rows("docker-compose.yml", text)
    for row in (
        ("services.auth.ports.0.host", "${AUTH_PORT:-8081}", 4, "port-mapping"),
        ("AUTH_PORT", "8081", 4, "environment-default"),
        ("services.auth.ports.0.container", "8080", 4, "port-mapping"),
        ("services.auth.ports.1.host", "9000", 5, "port-mapping"),
        ("services.auth.ports.1.container", "9001/tcp", 5, "port-mapping"),
        ("services.auth.ports.2.container", "7000", 6, "port-mapping"),
        ("services.auth.environment.PORT", "8082", 8, "env"),
        ("services.auth.environment.1", "PASSED_ON", 9, "yaml"),
        ("services.auth.command.--port", "8083", 10, "flag"),
        ("services.auth.healthcheck.test", "http://localhost:8084/health", 12, "url"),
        ("services.web.environment.AUTH_URL", "http://auth:8085", 15, "yaml"),
        ("services.web.entrypoint.--bind", "0.0.0.0:8086", 19, "flag"),
    ):
        assert row in found


def test_workflow_steps_and_the_lines_of_their_scripts() -> None:
    text = """\
        env:
          PORT: 8080
        jobs:
          deploy:
            steps:
              - run: |
                  gcloud run deploy auth \\
                    --port 8001 \\
                    --set-env-vars PORT=8002
    """
    found = rows(".github/workflows/deploy.yml", text)
    assert ("env.PORT", "8080", 2, "yaml") in found
    assert ("jobs.deploy.steps.0.run.--port", "8001", 8, "flag") in found
    assert ("PORT", "8002", 9, "env") in found


def test_kubernetes_variables_are_named() -> None:
    text = """\
        env:
          - name: PORT
            value: "8080"
    """
    assert ("env.PORT", "8080", 3, "env") in rows("deployment.yaml", text)


def test_yaml_documents_duplicates_anchors_and_merges() -> None:
    text = """\
        base: &base
          port: &port 8080
        one:
          <<: *base
          port: 8081
          port: 8082
          other: *port
        ---
        port: !!int "8083"
        ? [a, b]
        : 1
    """
    assert rows("a.yaml", text) == [
        ("base.port", "8080", 2, "yaml"),
        ("one.port", "8081", 5, "yaml"),
        ("one.port", "8082", 6, "yaml"),
        ("one.other", "8080", 7, "yaml"),
        ("port", "8083", 9, "yaml"),
        ("?", "1", 11, "yaml"),
    ]


def test_toml_tables_and_arrays() -> None:
    text = """\
        port = 8080
        [server.auth]
        url = "http://auth:8081"  # why
        hosts = [
          "a",
          { name = 'b', port = 1 },
        ]
        [[worker]]
        n = 1
        [[worker]]
        n = 2
        [worker.more]
        on = true
    """
    assert rows("a.toml", text) == [
        ("port", "8080", 1, "toml"),
        ("server.auth.url", "http://auth:8081", 3, "toml"),
        ("server.auth.hosts.0", "a", 5, "toml"),
        ("server.auth.hosts.1.name", "b", 6, "toml"),
        ("server.auth.hosts.1.port", "1", 6, "toml"),
        ("worker.0.n", "1", 9, "toml"),
        ("worker.1.n", "2", 11, "toml"),
        ("worker.1.more.on", "true", 13, "toml"),
    ]


def test_json_gives_duplicates_and_numbers_as_written() -> None:
    text = '{"port": 8080,\n "port": 8.0e3, "a": [null, {"b": "\\u00fc"}]}'
    assert rows("a.json", text) == [
        ("port", "8080", 1, "json"),
        ("port", "8.0e3", 2, "json"),
        ("a.0", "null", 2, "json"),
        ("a.1.b", "ü", 2, "json"),
    ]


def test_env_files() -> None:
    text = """\
        # PORT=1
        PORT=8080
        export AUTH_URL="http://auth:8081" # why

        WEB_PORT=${BASE_PORT:-3000}
        EMPTY=
        PORT=8082
    """
    assert rows(".env.test", text) == [
        ("PORT", "8080", 2, "env"),
        ("AUTH_URL", "http://auth:8081", 3, "env"),
        ("WEB_PORT", "${BASE_PORT:-3000}", 5, "env"),
        ("BASE_PORT", "3000", 5, "environment-default"),
        ("EMPTY", "", 6, "env"),
        ("PORT", "8082", 7, "env"),
    ]


def test_ini_files() -> None:
    text = """\
        [DEFAULT]
        Port = 8080
        [auth]
        url: http://auth:8081
        ; port = 1
        list =
            a
            b
        url = again
    """
    assert rows("a.ini", text) == [
        ("DEFAULT.Port", "8080", 2, "ini"),
        ("auth.url", "http://auth:8081", 4, "ini"),
        ("auth.list", "\na\nb", 6, "ini"),
        ("auth.url", "again", 9, "ini"),
    ]


def test_dockerfiles() -> None:
    text = """\
        # ENV PORT=1
        FROM python:3.11 AS base
        ARG BUILD_PORT=8080
        ARG NONE
        ENV PORT=8081 \\
            # in between
            NAME="a b"
        ENV LEGACY old style
        RUN <<EOF
        ENV NOT=one
        EOF
        EXPOSE 8082/tcp ${PORT}
        HEALTHCHECK --interval=30s CMD curl -f http://localhost:8083/health || exit 1
        CMD ["sh", "-c", "gunicorn app \\
            --bind 0.0.0.0:${PORT:-8084} --reload main"]
        ENTRYPOINT ["uvicorn", "--port", "8085"]
    """
    assert rows("auth.Dockerfile", text) == [
        ("BUILD_PORT", "8080", 3, "arg"),
        ("PORT", "8081", 5, "env-instruction"),
        ("NAME", "a b", 7, "env-instruction"),
        ("LEGACY", "old style", 8, "env-instruction"),
        ("EXPOSE", "8082/tcp", 12, "expose"),
        ("EXPOSE", "${PORT}", 12, "expose"),
        ("HEALTHCHECK.--interval", "30s", 13, "flag"),
        ("HEALTHCHECK", "http://localhost:8083/health", 13, "url"),
        ("CMD.--bind", "0.0.0.0:${PORT:-8084}", 15, "flag"),
        ("PORT", "8084", 15, "environment-default"),
        ("ENTRYPOINT.--port", "8085", 16, "flag"),
    ]


def test_shell_scripts() -> None:
    text = """\
        #!/bin/sh
        # PORT=1
        PORT=8080
        export AUTH_URL="http://auth:8081"
          local host='a b'; echo PORT=2
        AUTH_PORT="${AUTH_PORT:-8082}"
        NOW=$(date "+%s") THEN=1
        docker run -p 8083:8084 -e PORT=8085 \\
            --name auth --port 8086
    """
    assert rows("run.sh", text) == [
        ("PORT", "8080", 3, "assignment"),
        ("AUTH_URL", "http://auth:8081", 4, "assignment"),
        ("host", "a b", 5, "assignment"),
        ("AUTH_PORT", "${AUTH_PORT:-8082}", 6, "assignment"),
        ("AUTH_PORT", "8082", 6, "environment-default"),
        ("NOW", "{}", 7, "assignment"),
        ("-p.host", "8083", 8, "port-mapping"),
        ("-p.container", "8084", 8, "port-mapping"),
        ("PORT", "8085", 8, "env"),
        ("--port", "8086", 9, "flag"),
    ]


@pytest.mark.parametrize(
    ("value", "port", "host"),
    [
        ("8081", 8081, None),
        (" 8081 ", 8081, None),
        ("8081/tcp", 8081, None),
        ("http://auth:8081/x?y=1#z", 8081, "auth"),
        ("http://localhost:8081", 8081, "localhost"),
        ("postgresql+asyncpg://me:secret@db.local:5432/x", 5432, "db.local"),
        ("http://[::1]:8081/", 8081, "::1"),
        ("0.0.0.0:8081", 8081, "0.0.0.0"),
        ("auth:8081", 8081, "auth"),
        (":8081", 8081, None),
        ("${PORT:-8081}", 8081, None),
        ("0.0.0.0:${PORT:-8081}", 8081, "0.0.0.0"),
        ("http://auth:${PORT}/x", None, None),
        ("http://{}:8081/x", 8081, None),
        ("{}:{}", None, None),
        ("https://auth.example.org/x", None, "auth.example.org"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("8081:8080", None, None),
        ("08:30", None, None),
        ("0", None, None),
        ("70000", None, None),
        ("auth", None, None),
        ("true", None, None),
        ("", None, None),
        ("a b:80", None, None),
        ("٣٣", None, None),
    ],
)
def test_the_port_and_the_host_of_a_value(value: str, port: int | None, host: str | None) -> None:
    assert (port_of(value), host_of(value)) == (port, host)


def test_every_form_a_reader_gives_is_one_a_rule_may_name() -> None:
    folder = Path(settings.__file__).parent
    words = {
        node.value
        for path in folder.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Mark"
        for node in call.args[4:]
        if isinstance(node, ast.Constant)
    }
    assert len(words) > 9
    assert words <= set(FORMS)
    assert [one for one in FORMS if f"`{one}`" not in ABOUT] == []
