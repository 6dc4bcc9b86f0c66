"""`ssot-audit init`: a first rule file for a repository without rules, and what a bare run says there."""

from __future__ import annotations

from pathlib import Path

from running import audit, write

from ssot_audit.checks.kinds import SHAPES
from ssot_audit.rules import load_pack

TREE = {
    "shop/__init__.py": "",
    "shop/orders/__init__.py": "from shop.orders.model import Order\n",
    "shop/orders/model.py": "class Order: ...\n",
    "shop/orders/inside.py": "from shop.orders.model import Order\n",
    "shop/web.py": "from shop.orders import Order\n",
    "shop/mail.py": "from shop.orders import Order\n",
    "shop/ship.py": "from shop.orders import Order\n",
    "shop/report.py": "from shop.orders.model import Order\n",
    "shop/helpers.py": "from shop.mail import Order\n",
}


def test_it_proposes_the_path_most_files_use_and_counts_only_files_outside_the_package(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    done = audit("init", tmp_path, "--output-format", "json")
    # report.py and helpers.py would change; inside.py may use the longer path, and mail.py only passes it on.
    assert done.json == [{"path": "shop.orders.Order", "what": "imported through 3 paths", "files_to_change": 2}]
    text = (tmp_path / "ssot-rules.toml").read_text()
    assert 'deprecated = ["shop.mail.Order", "shop.orders.model.Order"]' in text
    assert "#     1 file   shop.orders.model.Order  (shop/report.py)" in text
    assert "inside.py" not in text


def test_what_it_writes_is_used_by_the_next_run_and_its_examples_hold(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    assert audit("init", tmp_path).code == 0
    assert (tmp_path / "ssot-audit.toml").read_text() == 'rules = ["ssot-rules.toml"]\n'
    tested = audit("rules", "test", cwd=tmp_path)
    assert (tested.code, "0 failed" in tested.out) == (0, True)
    done = audit("check", tmp_path, "--output-format", "json")
    assert {(one["filename"], one["path"]) for one in done.json["violations"]} == {
        ("shop/report.py", "shop.orders.model.Order"),
        ("shop/helpers.py", "shop.mail.Order"),
    }


def test_a_rule_file_that_is_there_is_not_lost(tmp_path: Path) -> None:
    write(tmp_path, {**TREE, "ssot-rules.toml": "mine"})
    done = audit("init", tmp_path)
    assert (done.code, (tmp_path / "ssot-rules.toml").read_text()) == (2, "mine")
    assert audit("init", tmp_path, "--force").code == 0
    assert (tmp_path / "ssot-rules.toml").read_text() != "mine"


def test_a_name_an_assignment_gives_on_purpose_is_not_another_path(tmp_path: Path) -> None:
    write(tmp_path, {**TREE, "shop/helpers.py": "from shop.orders import Order\nSchema = Order\n"})
    write(tmp_path, {"shop/user.py": "from shop.helpers import Schema\n", "shop/report.py": ""})
    done = audit("init", tmp_path)
    assert (done.code, done.out) == (0, "")
    assert "nothing is fragmented" in done.err
    assert not (tmp_path / "ssot-rules.toml").exists()


def test_what_the_code_declares_deprecated_becomes_a_rule(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "lib/__init__.py": "",
            "lib/new.py": "class Client: ...\n\n\ndef call(): ...\n",
            "lib/old.py": (
                "import warnings\n\nfrom lib.new import Client\n\n"
                'warnings.warn("lib.old is deprecated, use lib.new.Client", DeprecationWarning, stacklevel=2)\n'
            ),
            "lib/lazy.py": (
                "import warnings\n\n\ndef __getattr__(name):\n"
                '    if name in ("request", "send"):\n'
                '        warnings.warn(f"{name} was renamed to `lib.new.call`", DeprecationWarning)\n'
                "        from lib.new import call\n\n        return call\n"
                "    raise AttributeError(name)\n"
            ),
            "lib/decorated.py": (
                "from typing_extensions import deprecated\n\nfrom lib.new import call\n\n\n"
                '@deprecated("Use call instead")\ndef ring(): ...\n'
            ),
            "app.py": "from lib.old import Client\nfrom lib.lazy import request\nfrom lib.decorated import ring\n",
        },
    )
    assert audit("init", tmp_path).code == 0
    rules = load_pack(tmp_path / "ssot-rules.toml", "rules", SHAPES).rules
    # Each message names what to use; `send` has the same replacement as `request`, and a path is listed once.
    assert {(rule.spec.canonical, rule.spec.deprecated) for rule in rules} == {
        ("lib.new.Client", ("lib.old",)),
        ("lib.new.call", ("lib.decorated.ring", "lib.lazy.request", "lib.lazy.send")),
    }
    found = audit("check", tmp_path, "--output-format", "json").json["violations"]
    assert sorted(one["path"] for one in found) == ["lib.decorated.ring", "lib.lazy.request", "lib.old.Client"]


def test_a_bare_run_without_rules_says_what_it_found_in_five_lines_and_points_on(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    done = audit("check", tmp_path)
    assert done.code == 2
    said = done.err.splitlines()
    assert said[0] == "ssot-audit: 9 files, 7 imported names; reached in more than one way: 1"
    assert said[1] == "ssot-audit: shop.orders.Order: imported through 3 paths; 2 files would change"
    assert "`ssot-audit init`" in said[2]
    assert len(said) <= 5


def test_where_nothing_is_fragmented_a_bare_run_does_not_point_to_what_would_write_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"one.py": "x = 1\n"})
    done = audit("check", tmp_path)
    assert done.code == 2
    assert "init" not in done.err and "nothing is fragmented" in done.err


def test_what_loaded_rules_govern_is_not_proposed_again(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    assert audit("init", tmp_path).code == 0
    (tmp_path / "ssot-rules.toml").rename(tmp_path / "mine.toml")
    write(tmp_path, {"ssot-audit.toml": 'rules = ["mine.toml"]\n'})
    again = audit("init", tmp_path, "--output-format", "json")
    assert (again.code, again.json) == (0, [])
    assert "loaded rules govern all that was found" in again.err
    assert not (tmp_path / "ssot-rules.toml").exists()
    anew = audit("init", tmp_path, "--to", tmp_path / "mine.toml", "--force", "--output-format", "json")
    assert [one["path"] for one in anew.json] == ["shop.orders.Order"]


def test_init_where_there_is_no_python_judges_nothing(tmp_path: Path) -> None:
    done = audit("init", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "no Python file" in done.err


SHOP = {
    "app.py": 'import os\nport = os.environ.get("SHOP_PORT", "8001")\nmode = os.getenv("SHOP_MODE", "safe")\n',
    "worker.py": 'import os\nport = os.environ.get("SHOP_PORT", "8000")\nmode = os.getenv("SHOP_MODE", "fast")\n',
    "other.py": 'import os\nmode = os.getenv("SHOP_MODE", "fast")\nkey = os.getenv("API_KEY", "a")\n',
    "keys.py": 'import os\nkey = os.getenv("API_KEY", "b")\n',
    "more.py": 'import os\nkey = os.getenv("API_KEY", "a")\n',
    "compose.yaml": "services:\n  shop:\n    environment:\n      SHOP_PORT: 8000\n      SHOP_MODE: slow\n",
    "Dockerfile": "FROM a\nENV SHOP_PORT=8002\n",
    "tests/x.env": "SHOP_PORT=9\n",
    ".env.example": "SHOP_PORT=7\n",
}


def test_variables_with_several_values_become_rules_of_their_kind(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    done = audit("init", tmp_path, "--output-format", "json")
    # A port is compared wherever it is given, of anything else only defaults are; a key is a secret, and an example and
    # a test may say what they like.
    assert done.json == [
        {"path": "SHOP_PORT", "what": "given 3 ports", "files_to_change": 2},
        {"path": "SHOP_MODE", "what": "given 2 defaults", "files_to_change": 1},
    ]
    rules = {rule.id: rule for rule in load_pack(tmp_path / "ssot-rules.toml", "rules", SHAPES).rules}
    assert [(rule.kind, rule.spec.value, rule.spec.part) for rule in rules.values()] == [
        ("value", "8000", "port"),
        ("value", "fast", "text"),
    ]
    text = (tmp_path / "ssot-rules.toml").read_text()
    assert "#     1 file   8001  (app.py:2)" in text
    found = audit("check", tmp_path, "--output-format", "json").json["violations"]
    assert sorted((one["code"], one["filename"], one["path"]) for one in found if one["kind"] == "production") == [
        ("shop-mode", "app.py", "safe"),
        ("shop-port", "Dockerfile", "8002"),
        ("shop-port", "app.py", "8001"),
    ]


def test_a_port_without_a_name_of_its_own_belongs_to_its_folder(tmp_path: Path) -> None:
    code = 'import os\nos.environ.get("PORT", "{}")\n'
    same = {f"one/{name}.py": code.format(1) for name in "ab"}
    write(tmp_path, {**same, "two/a.py": code.format(2), "two/b.py": code.format(2), "two/c.py": code.format(3)})
    done = audit("init", tmp_path, "--output-format", "json")
    assert done.json == [{"path": "PORT in two/", "what": "given 2 ports", "files_to_change": 1}]
    assert audit("rules", "test", cwd=tmp_path).code == 0


def test_one_file_that_chooses_between_values_is_no_conflict(tmp_path: Path) -> None:
    chooses = 'import os\nos.getenv("MY_PORT", "1")\nos.getenv("MY_PORT", "2")\n'
    write(tmp_path, {"a.py": chooses, "b.env": "MY_PORT=1\n", "c.env": "MY_PORT=1\n"})
    assert "nothing is fragmented" in audit("init", tmp_path).err


CLASS = "class RetryPolicy:\n    limit = 3\n\n    def wait(self): ...\n\n    def give_up(self): ...\n"


def test_a_class_that_is_written_twice_becomes_a_rule_and_homonyms_and_implementations_do_not(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "net/__init__.py": "",
            "net/retry.py": CLASS,
            "net/copy.py": CLASS.replace("3", "5"),
            "net/other.py": "class RetryPolicy:\n    color = 1\n",  # nothing but the name in common
            "net/base.py": "class Base: ...\n",
            "net/one.py": f"from net.base import Base\n{CLASS.replace('RetryPolicy', 'DataBackend(Base)')}",
            "net/two.py": f"from net.base import Base\n{CLASS.replace('RetryPolicy', 'DataBackend(Base)')}",
            "net/a.py": "from net.retry import RetryPolicy\nfrom net.one import DataBackend\n",
            "net/b.py": "from net.retry import RetryPolicy\nfrom net.two import DataBackend\n",
            "net/c.py": "from net.copy import RetryPolicy\n",
            "tests/test_retry.py": CLASS,
        },
    )
    done = audit("init", tmp_path, "--output-format", "json")
    assert done.json == [{"path": "net.retry.RetryPolicy", "what": "written 2 times", "files_to_change": 2}]
    found = audit("check", tmp_path, "--output-format", "json").json["violations"]
    assert [(one["filename"], one["class"]) for one in found] == [("net/copy.py", "rival")]


def test_it_writes_through_no_link_and_over_no_file(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", TREE)
    (root / "ssot-rules.toml").symlink_to("../outside.toml")
    (root / "ssot-audit.toml").symlink_to("../other.toml")
    assert audit("init", root).code == 2
    assert audit("init", root, "--force").code == 2
    (root / "ssot-rules.toml").unlink()
    assert audit("init", root).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["repository"]


def test_what_it_writes_is_toml_whatever_the_code_and_the_path_hold(tmp_path: Path) -> None:
    old = 'import warnings\nwarnings.warn("\\ud800 \\" old, use shop.orders.model.Order", DeprecationWarning)\n'
    write(tmp_path, {**TREE, "shop/old.py": old, "shop/user.py": "import shop.old\n"})
    done = audit("init", "--to", 'x"y.toml', cwd=tmp_path)
    assert done.code == 0
    assert audit("rules", "test", cwd=tmp_path).code == 0
    assert audit("check", cwd=tmp_path).code in (0, 1)
