"""The names a module binds at its top level, found without a syntax tree: what `from module import name` can reach."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ssot_audit.facts import Binding, Exports
from ssot_audit.source import statements
from ssot_audit.source.blocks import Block
from ssot_audit.source.lines import Ruler, marks
from ssot_audit.source.text import normal

Stack = Sequence[Block]

# A header as a statement of its own, by its first word; its text takes the place of the braces.
_HEADERS = {
    **{word: f"{word} {{}}: ..." for word in ("if", "while", "with", "for", "class", "def")},
    "elif": "if {}: ...",
    "match": "match {}:\n case _: ...",
    "case": "match 0:\n case {}: ...",
}
HANDLER_ARM = 1000  # branches of last resort come after every other
_NAME = re.compile(r"\s*\(?\s*([^\W\d]\w*)\s*\)?\s*\Z")
_PATH = re.compile(r"\s*([^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*)\s*(?:#[^\r\n]*)?\s*\Z")
_DEFINED = re.compile(r"[\s\\]*([^\W\d]\w*)")
_FOR_TARGET = re.compile(r"\bin\b.*\Z", re.DOTALL)
_AS_NAMES = re.compile(r"\bas\s+\(?\s*([^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)")
_EXPORT_CALL = re.compile(r"__all__\s*\.\s*(extend|append)\s*\((.*)\)\s*(?:#[^\r\n]*)?\s*\Z", re.DOTALL)
_GLOBALS = re.compile(r"\bglobals\s*\(\s*\)\s*(?:\[|\.\s*(?:update|setdefault|__setitem__)\b)")
_ITSELF = re.compile(
    r"(?P<setattr>setattr\s*\(\s*)?(?:\b(?P<name>\w+)\s*=\s*)?\bsys\.modules\s*\[\s*__name__\s*\]"
    r"(?P<written>(?:\s*\.\s*\w+)?\s*=(?!=)|\s*\.\s*__dict__)?"
)


class ModuleNames:
    """Collects bindings and `__all__` while the scanner finds statements; `stack` is the blocks a statement is in."""

    def __init__(self, text: str, ruler: Ruler) -> None:
        self.text, self.ruler = text, ruler
        self.bindings: list[Binding] = []
        self.exports: Exports | None = None

    @property
    def dynamic(self) -> bool:
        """Whether the module makes names that no statement binds."""
        return _makes_names(self.text) or any(
            one.kind == "function" and one.name == "__getattr__" for one in self.bindings
        )

    def bind(self, name: str, offset: int, kind: str, stack: Stack, value: str = "", imported: int = -1) -> None:
        outer = stack[0] if stack else None
        certain = outer is not None and outer.keyword in ("with", "finally") and not outer.suppressed.any
        conditional = outer is not None and not certain
        binding = Binding(normal(name), self.ruler.line(offset), kind, value, imported)
        if outer is not None and (conditional or kind == "global"):
            arm = max((HANDLER_ARM if block.arm >= HANDLER_ARM else 0) for block in stack) + outer.arm % HANDLER_ARM
            typing = any(block.typing for block in stack)
            binding = binding._replace(chain=outer.chain.number, arm=arm, typing=typing)
        self.bindings.append(binding)

    def bind_header(self, block: Block, start: int, colon: int, stack: Stack) -> None:
        if block.keyword in ("def", "class"):
            defined = _DEFINED.match(self.text, start, colon)
            if defined:
                self.bind(defined[1], start, "class" if block.keyword == "class" else "function", stack)
        elif block.keyword == "with":
            for names in _AS_NAMES.findall(self.text, start, colon):
                for name in re.findall(r"\w+", names):
                    self.bind(name, start, "assignment", stack)
        elif block.keyword == "for":
            for name in statements.target_names(_FOR_TARGET.sub("", self.text[start:colon])):
                self.bind(name, start, "assignment", stack)

    def walrus(self, start: int, end: int, stack: Stack, header: str = "") -> None:
        """Bind what `:=` does in a simple statement, or between `header`, its first word, and its colon."""
        if self.text.find(":=", start, end) < 0 or (header and header not in _HEADERS):
            return
        text = self.text[start:end]
        for name, value in statements.walrus_names(_HEADERS[header].format(text) if header else text):
            self.bind(name, start, "assignment", stack, value)

    def assignment(self, start: int, end: int, first: str, stack: Stack) -> None:
        if first == "del":
            for name in statements.target_names(self.text[start + 3 : end].strip()):
                self.bind(name, start, "delete", stack)
            return
        if first == "__all__":
            self._exports(start, end, stack)
        equals = next((at for at, mark in marks(self.text, start, end) if mark == "="), None)
        if equals is None:
            return
        left, right = self.text[start:equals], self.text[equals + 1 : end]
        if first == "type" and (alias := re.match(r"type\s+([^\W\d]\w*)", left)):
            self.bind(alias[1], start, "assignment", stack)
            return
        targets = [left if not re.match(r"\w+\s*:", left) else left.partition(":")[0]]
        while chained := re.match(r"\s*([^\W\d]\w*)\s*=(?!=)", right):
            targets.append(chained[1])
            right = right[chained.end() :]
        path = _PATH.match(_unwrapped(right))
        value = re.sub(r"\s", "", path[1]) if path else ""
        for target in targets:
            simple = _NAME.match(target)
            if simple:
                self.bind(simple[1], start, "none" if value == "None" else "assignment", stack, value)
            else:
                for name in statements.target_names(target.strip()):
                    self.bind(name, start, "assignment", stack)

    def _exports(self, start: int, end: int, stack: Stack) -> None:
        text = self.text[start:end]
        head = re.match(r"__all__\s*(?::[^=]*)?(\+?)=", text)
        call = _EXPORT_CALL.match(text)
        if head:
            added = statements.export_list(text[head.end() :].strip())
            fresh = not head[1]
        elif call:
            added = statements.export_list(call[2] if call[1] == "extend" else f"[{call[2]}]")
            fresh = False
        else:
            return
        before = self.exports or Exports((), (), True)
        if fresh and not (stack and self.exports):
            before = Exports((), (), True)
        self.exports = Exports(
            before.names + added.names, before.modules + added.modules, before.complete and added.complete
        )


def _unwrapped(text: str) -> str:
    """An expression without the parentheses a formatter puts around a long one."""
    inner = text.strip()
    while inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1].strip()
    return inner


def _makes_names(text: str) -> bool:
    """Whether a module may give itself names that no statement binds: through globals() or its own module object."""
    if "globals" in text and _GLOBALS.search(text):
        return True
    found = list(_ITSELF.finditer(text)) if "sys.modules" in text else []
    names = {one["name"] for one in found if one["name"]}
    return any(one["setattr"] or one["written"] for one in found) or any(
        re.search(rf"\bsetattr\s*\(\s*{name}\b", text) for name in names
    )
